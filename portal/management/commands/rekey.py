"""After a change of FIELD_KEYS: write every encrypted field anew under the first key."""

from collections.abc import Iterator
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, models, transaction

from kit.fields import EncryptedField

BATCH = 500


class Command(BaseCommand):
    help = "Write encrypted fields anew under the first of FIELD_KEYS. May be run again."

    def handle(self, *_args: Any, **_options: Any) -> None:
        box = MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])
        done = lost = 0
        for model, field in encrypted_fields():
            for rows in batches(model, field):
                fresh, unreadable = rotated(box, rows)
                write(model, field, fresh)
                done, lost = done + len(fresh), lost + unreadable
        self.stdout.write(f"{done} values are under the first key.")
        if lost:
            raise CommandError(f"{lost} values open with none of FIELD_KEYS: keep the old keys.")


def encrypted_fields() -> Iterator[tuple[type[models.Model], EncryptedField]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedField):
                yield model, field


def batches(model: type[models.Model], field: EncryptedField) -> Iterator[list[tuple[Any, str]]]:
    """Keys and stored texts as they lie in the table, which the field itself would open."""
    key, last = model._meta.pk.column, None
    quote = connection.ops.quote_name
    table, pk, column = quote(model._meta.db_table), quote(str(key)), quote(str(field.column))
    while True:
        after = "" if last is None else f"AND {pk} > %s"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {pk}, {column} FROM {table} WHERE {column} <> '' {after} "  # noqa: S608
                f"ORDER BY {pk} LIMIT {BATCH}",
                [] if last is None else [last],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def rotated(
    box: MultiFernet, rows: list[tuple[Any, str]]
) -> tuple[list[tuple[str, Any, str]], int]:
    """The values under the first key with what they were before, and how many do not open."""
    fresh, lost = [], 0
    for key, text in rows:
        try:
            fresh.append((box.rotate(text.encode()).decode(), key, text))
        except InvalidToken:
            lost += 1
    return fresh, lost


def write(
    model: type[models.Model], field: EncryptedField, fresh: list[tuple[str, Any, str]]
) -> None:
    """Only where the value is still what was read: somebody may be typing a new one."""
    quote = connection.ops.quote_name
    table, column = quote(model._meta.db_table), quote(str(field.column))
    pk = quote(str(model._meta.pk.column))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {column} = %s WHERE {pk} = %s AND {column} = %s",  # noqa: S608
            fresh,
        )
