"""A batch is one uploaded table; its rows keep what was read, what was wrong, what was before."""

import datetime as dt
import json
import secrets
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from exchange.states import BatchState, Verdict
from kit.fields import EncryptedField
from kit.trees import within

if TYPE_CHECKING:
    from exchange.kinds import ImportKind

UNDO_WITHIN = dt.timedelta(hours=24)
KEPT_FOR = dt.timedelta(days=7)
# rows from this number on stand in no file: a person decided them from what the file lacks
BESIDE_FILE = 1_100_000


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, user: Any) -> "BatchQuerySet":
        """The batches of the units over which the person imports; nobody else's exist for him."""
        from exchange.kinds import all_kinds  # noqa: PLC0415 -- kinds know batches

        mine = Q(pk__in=())
        for kind in all_kinds():
            for path in kind.scopes(user):
                mine |= Q(kind=kind.slug) & within("scope", path)
        return self.filter(mine)

    def waiting(self) -> "BatchQuerySet":
        return self.filter(state=BatchState.CHECKED)

    def spent(self, now: dt.datetime) -> "BatchQuerySet":
        """Batches whose rows are no longer needed: neither to go on nor to undo.

        One that stopped in the middle keeps them, or nobody could tell what it had done.
        """
        return self.filter(
            Q(applied_at__lt=now - UNDO_WITHIN) | Q(applied_at=None),
            created_at__lt=now - KEPT_FOR,
            emptied_at=None,
        ).exclude(state__in=(BatchState.APPLYING, BatchState.UNDOING))

    def for_list(self) -> "BatchQuerySet":
        return self.select_related("owner").order_by("-created_at", "-pk")


def upload_path(_batch: "Batch", filename: str) -> str:
    """A name nobody guesses and no shell minds; what the person called it stands in the row."""
    return f"imports/{secrets.token_urlsafe(16)}{PurePath(filename).suffix[:8].lower()}"


class Batch(models.Model):
    kind = models.CharField(max_length=40)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="import_batches"
    )
    # path of the unit within which everything in the file must lie
    scope = models.CharField(max_length=80)
    filename = models.CharField(max_length=200)
    file = models.FileField(upload_to=upload_path, max_length=255)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=BatchState, default=BatchState.CHECKING)
    # column key -> the header as it stands in the file; and the columns nobody asked for
    mapping = models.JSONField(default=dict)
    ignored = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    refusal = models.TextField(blank=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_update = models.PositiveIntegerField(default=0)
    rows_same = models.PositiveIntegerField(default=0)
    rows_bad = models.PositiveIntegerField(default=0)
    rows_warned = models.PositiveIntegerField(default=0)
    rows_applied = models.PositiveIntegerField(default=0)
    reader_memory = models.PositiveBigIntegerField(default=0)
    job = models.ForeignKey("journal.Job", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True)
    emptied_at = models.DateTimeField(null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BatchState.values), name="batch_state_known"
            )
        ]
        indexes = [
            models.Index(fields=["kind", "scope", "-created_at"], name="batch_list"),
            models.Index(fields=["digest"], name="batch_digest"),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def journal_scope(self) -> str:
        return self.scope

    @property
    def import_kind(self) -> "ImportKind":
        from exchange.kinds import kind_of  # noqa: PLC0415 -- kinds know batches

        return kind_of(self.kind)

    @property
    def rows_good(self) -> int:
        return self.rows_total - self.rows_bad

    @property
    def rows_changing(self) -> int:
        return self.rows_new + self.rows_update

    @property
    def is_busy(self) -> bool:
        return self.state in (BatchState.CHECKING, BatchState.APPLYING, BatchState.UNDOING)

    @property
    def undo_until(self) -> dt.datetime | None:
        return self.applied_at + UNDO_WITHIN if self.applied_at else None

    def can_be_undone(self, now: dt.datetime) -> bool:
        return (
            self.state == BatchState.APPLIED
            and self.undo_until is not None
            and now < self.undo_until
            and self.emptied_at is None
        )


class RowQuerySet(models.QuerySet["Row"]):
    def bad(self) -> "RowQuerySet":
        return self.filter(verdict=Verdict.BAD)

    def in_file(self) -> "RowQuerySet":
        return self.filter(number__lt=BESIDE_FILE)

    def warned(self) -> "RowQuerySet":
        return self.filter(has_warnings=True).exclude(verdict=Verdict.BAD)

    def changing(self) -> "RowQuerySet":
        return self.filter(verdict__in=(Verdict.NEW, Verdict.UPDATE))

    def to_apply(self) -> "RowQuerySet":
        return self.changing().filter(applied=False)


class Row(models.Model):
    """One row of the file. What it says lies encrypted: it holds phones and months of birth."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    # by what rows of one file are told apart, for example the employee number
    key = models.CharField(max_length=160, blank=True)
    verdict = models.CharField(max_length=6, choices=Verdict)
    # each a column, a message and perhaps a suggestion, see kinds.Problem
    problems = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    has_warnings = models.BooleanField(default=False)
    applied = models.BooleanField(default=False)
    target_id = models.PositiveBigIntegerField(null=True)
    sealed_values = EncryptedField(default="")
    sealed_before = EncryptedField(default="", blank=True)

    objects = RowQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="row_once"),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="row_verdict_known"
            ),
        ]
        indexes = [
            models.Index(fields=["batch", "verdict", "number"], name="row_verdict"),
            models.Index(fields=["batch", "key"], name="row_key"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.number}"

    @property
    def values(self) -> dict[str, str]:
        loaded: dict[str, str] = json.loads(self.sealed_values) if self.sealed_values else {}
        return loaded

    @values.setter
    def values(self, values: dict[str, str]) -> None:
        self.sealed_values = json.dumps(values, ensure_ascii=False)

    @property
    def before(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.sealed_before) if self.sealed_before else {}
        return loaded

    @before.setter
    def before(self, before: dict[str, Any]) -> None:
        self.sealed_before = json.dumps(before, ensure_ascii=False)
