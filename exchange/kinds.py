"""What can be imported: each app declares its kinds in its ``imports.py``.

A kind says its columns and opens a ``Checker`` for a batch. The engine reads the file, finds the
header and rows given twice, keeps every row with its findings, and calls the checker in chunks,
so that it can look up in bulk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

from exchange.states import Verdict

if TYPE_CHECKING:
    from exchange.models import Batch, Row


@dataclass(frozen=True)
class Column:
    """One column of the template; ``header`` is Chinese in every language, as the forms are."""

    key: str
    header: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    example: str = ""
    choices: tuple[str, ...] = ()
    note: str | Promise = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.header, *self.aliases)


@dataclass
class Problem:
    """What is wrong in one cell and how to mend it; a suggestion can be taken with one click.

    ``row`` is the number of another row of the file that has to do with it, or 0.
    """

    column: str
    message: str
    suggestion: str = ""
    row: int = 0

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "column": self.column, "message": self.message, "suggestion": self.suggestion,
        }  # fmt: skip
        return {**told, "row": self.row} if self.row else told


@dataclass
class Finding:
    verdict: Verdict
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


class Checker:
    """One run over one batch. Subclasses load their lookup tables when they are made."""

    def __init__(self, batch: "Batch") -> None:
        self.batch = batch

    def check(self, rows: Sequence[Mapping[str, str]]) -> list[Finding]:
        """What each row would do; writes nothing."""
        raise NotImplementedError

    def apply(self, rows: Sequence["Row"], by: Any) -> None:
        """Do it for rows found new or changed, in one transaction with their marks.

        Sets ``target_id`` and ``before`` of each row; the engine saves them. A row may have
        become unchanged since the check.
        """
        raise NotImplementedError

    def undo(self, rows: Sequence["Row"], by: Any) -> int:
        """Put back what was before; returns how many rows could not be, for they changed since."""
        raise NotImplementedError


class ImportKind:
    slug: str
    label: str | Promise
    explanation: str | Promise
    columns: tuple[Column, ...]
    # (name, label) of switches offered beside the check
    switches: tuple[tuple[str, str | Promise], ...] = ()
    # name of a page with what lies in the system and not in the file, if the kind has one
    missing_page: str = ""

    def scopes(self, user: Any) -> list[str]:
        """Paths of the units for which the person may import this; none when he may not."""
        raise NotImplementedError

    def key(self, values: Mapping[str, str]) -> str:
        """By what two rows of one file are the same; empty when the row does not say."""
        raise NotImplementedError

    def open(self, batch: "Batch") -> Checker:
        raise NotImplementedError

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)


_kinds: dict[str, ImportKind] = {}


def declare(kind: ImportKind) -> None:
    _kinds[kind.slug] = kind


def all_kinds() -> list[ImportKind]:
    return list(_kinds.values())


def kind_of(slug: str) -> ImportKind:
    return _kinds[slug]


def kinds_of(user: Any) -> list[ImportKind]:
    """The kinds this person may import."""
    return [kind for kind in _kinds.values() if kind.scopes(user)]
