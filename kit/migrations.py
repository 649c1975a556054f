"""What a migration does on PostgreSQL alone."""

from typing import Any

from django.db.migrations.operations.base import Operation


class PostgresOnly(Operation):
    """Run SQL on PostgreSQL; on other databases do nothing."""

    reversible = True

    def __init__(self, sql: str, reverse: str) -> None:
        self.sql = sql
        self.reverse = reverse

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models do not change."""

    def database_forwards(self, app_label: str, editor: Any, before: Any, after: Any) -> None:
        self._run(editor, self.sql)

    def database_backwards(self, app_label: str, editor: Any, before: Any, after: Any) -> None:
        self._run(editor, self.reverse)

    def _run(self, editor: Any, sql: str) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(sql, params=None)

    def describe(self) -> str:
        return f"PostgreSQL: {self.sql.split('(')[0].strip()}"
