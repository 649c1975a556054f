"""From an uploaded file to changed rows and back: check, correct in place, import, undo."""

import contextlib
import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.kinds import Checker, Finding, ImportKind, Problem
from exchange.models import BESIDE_FILE, Batch, Row
from exchange.reader import SheetRow, Unreadable, open_table
from exchange.states import BATCH_MOVES, BatchState, Verdict
from journal.events import record
from journal.jobs import Refused, Running, start
from kit.states import IllegalMove
from kit.text import tidy

CHUNK = 1000
MAX_CELL = 2_000
# what Excel shows where a formula could not be computed; nobody is called so
EXCEL_ERROR = re.compile(r"#(N/A|GETTING_DATA|[A-Z0-9/_]+[!?])", re.IGNORECASE)
T = TypeVar("T")


def chunks(items: Iterator[T], size: int = CHUNK) -> Iterator[list[T]]:
    while chunk := list(islice(items, size)):
        yield chunk


# ---- the file comes in ----------------------------------------------------------------------


@transaction.atomic
def receive(kind: ImportKind, upload: "UploadedFile[Any]", *, scope: str, by: Any) -> Batch:
    """Keep the file and have it checked; nothing of it is written anywhere else."""
    digest = hashlib.sha256()
    for part in upload.chunks():
        digest.update(part)
    upload.seek(0)
    batch = Batch(
        kind=kind.slug, owner=by, scope=scope, filename=(upload.name or "")[:200],
        digest=digest.hexdigest(),
    )  # fmt: skip
    batch.file.save(upload.name or "table", upload, save=False)
    batch.save()
    record("exchange.uploaded", batch, actor=by)
    _send(batch, "exchange.check", by=by)
    return batch


def _send(batch: Batch, work: str, *, by: Any) -> None:
    job = start(
        work, owner=by, title=f"{batch.import_kind.label}: {batch.filename}", batch=batch.pk
    )
    Batch.objects.filter(pk=batch.pk).update(job=job)
    batch.job = job


def earlier_import(batch: Batch) -> Batch | None:
    """The same file, imported before and not undone."""
    return (
        Batch.objects.filter(
            kind=batch.kind, scope=batch.scope, digest=batch.digest, state=BatchState.APPLIED
        )
        .exclude(pk=batch.pk)
        .order_by("-applied_at")
        .first()
    )


# ---- check ----------------------------------------------------------------------------------


def check(batch: Batch, job: Running) -> None:
    """Read the file and write down what each row would do. Begins anew when run again.

    Raises Refused when the file cannot be read; the batch says why as well.
    """
    if batch.state != BatchState.CHECKING:
        return
    batch.rows.all().delete()
    kind = batch.import_kind
    try:
        table = open_table(
            Path(batch.file.path), [(c.key, c.names, c.required) for c in kind.columns]
        )
        Batch.objects.filter(pk=batch.pk).update(mapping=table.mapping, ignored=table.ignored)
        batch.mapping = table.mapping
        checker = kind.open(batch)
        first: dict[str, int] = {}
        done = 0
        for chunk in chunks(_without_example(kind, table.rows)):
            Row.objects.bulk_create(_checked(batch, checker, chunk, first))
            done += len(chunk)
            job.tell(done, done + CHUNK)
    except Unreadable as refusal:
        batch.rows.all().delete()
        BATCH_MOVES.make(batch, BatchState.UNREADABLE, refusal=str(refusal))
        raise Refused(str(refusal)) from refusal
    if not done:
        words = _("Below the header there is no row. Fill in the table and choose the file again.")
        BATCH_MOVES.make(batch, BatchState.UNREADABLE, refusal=words)
        raise Refused(words)
    job.tell(done, done, now=True)
    _end_check(batch, reader_memory=(table.memory or [0])[0])


def _end_check(batch: Batch, **measured: int) -> None:
    try:
        BATCH_MOVES.make(batch, BatchState.CHECKED, **measured, **_tally(batch))
    except IllegalMove:  # put aside meanwhile
        batch.rows.all().delete()
        return
    record(
        "exchange.checked", batch, actor=batch.owner,
        rows=batch.rows_total, bad=batch.rows_bad,
    )  # fmt: skip


def _without_example(kind: ImportKind, rows: Iterator[SheetRow]) -> Iterator[SheetRow]:
    """The row the template shows is nobody: it is passed over where it was left standing."""
    example = {column.key: column.example for column in kind.columns if column.example}
    for row in rows:
        if {key: value for key, value in row.values.items() if value} != example:
            yield row


def _checked(
    batch: Batch, checker: Checker, chunk: Sequence[SheetRow], first: dict[str, int]
) -> list[Row]:
    kind = batch.import_kind
    rows = []
    for line, finding in zip(chunk, checker.check([row.values for row in chunk]), strict=True):
        key = kind.key(line.values)[:160]
        if key and key in first:
            _add_problem(finding, _repeated(kind, first[key]))
        elif key:
            first[key] = line.number
        _tell_errors(finding, line.values)
        for column, flag in line.flags.items():
            if flag == "formula":
                _tell_formula(kind, finding, column)
        rows.append(_row(batch, line.number, key, line.values, finding))
    return rows


def recheck(batch: Batch, job: Running) -> None:
    """Judge the rows anew under other switches, with what was corrected in place since."""
    if batch.state != BatchState.CHECKING:
        return
    kind = batch.import_kind
    checker = kind.open(batch)
    columns = [column.key for column in kind.columns]
    first: dict[str, int] = {}
    done, last, total = 0, 0, batch.rows.count()
    while rows := list(batch.rows.filter(number__gt=last).order_by("number")[:CHUNK]):
        lines = [SheetRow(row.number, {**dict.fromkeys(columns, ""), **row.values}) for row in rows]
        for row, judged in zip(rows, _checked(batch, checker, lines, first), strict=True):
            row.verdict, row.problems = judged.verdict, judged.problems
            row.warnings, row.has_warnings = judged.warnings, judged.has_warnings
        Row.objects.bulk_update(
            rows, ["verdict", "problems", "warnings", "has_warnings"], batch_size=500
        )
        done, last = done + len(rows), rows[-1].number
        job.tell(done, total)
    _end_check(batch)


def _row(batch: Batch, number: int, key: str, values: dict[str, str], finding: Finding) -> Row:
    row = Row(batch=batch, number=number, key=key)
    row.values = {name: value for name, value in values.items() if value}
    _write_finding(row, finding)
    return row


def _write_finding(row: Row, finding: Finding) -> None:
    row.verdict = finding.verdict
    row.problems = [problem.as_json() for problem in finding.problems]
    row.warnings = [problem.as_json() for problem in finding.warnings]
    row.has_warnings = bool(finding.warnings)


def _add_problem(finding: Finding, problem: Problem) -> None:
    finding.problems.append(problem)
    finding.verdict = Verdict.BAD


def _repeated(kind: ImportKind, number: int) -> Problem:
    return Problem(
        kind.columns[0].key,
        _("The same as in row {number}. Keep one of the two.").format(number=number),
        row=number,
    )


def _tell_errors(finding: Finding, values: Mapping[str, str]) -> None:
    """An error of Excel is told instead of whatever a kind says of the same cell."""
    for column, value in values.items():
        if EXCEL_ERROR.fullmatch(value):
            finding.problems = [p for p in finding.problems if p.column != column]
            _add_problem(
                finding, Problem(column, _("Excel shows an error here. Type the value itself."))
            )


def _tell_formula(kind: ImportKind, finding: Finding, column: str) -> None:
    if kind.column(column).required:
        finding.warnings.append(
            Problem(column, _("A formula; its last result was taken. Better paste as values."))
        )


def _tally(batch: Batch) -> dict[str, int]:
    return batch.rows.aggregate(
        rows_total=Count("pk"),
        rows_new=Count("pk", filter=Q(verdict=Verdict.NEW)),
        rows_update=Count("pk", filter=Q(verdict=Verdict.UPDATE)),
        rows_same=Count("pk", filter=Q(verdict=Verdict.SAME)),
        rows_bad=Count("pk", filter=Q(verdict=Verdict.BAD)),
        rows_warned=Count("pk", filter=Q(has_warnings=True) & ~Q(verdict=Verdict.BAD)),
        # a row whose ground had changed since the check is done with, but did nothing
        rows_applied=Count("pk", filter=Q(applied=True) & ~Q(target_id=None)),
    )


# ---- correct in place -----------------------------------------------------------------------


@transaction.atomic
def correct(row: Row, changes: dict[str, str]) -> None:
    """Check the row anew with other cells. Raises IllegalMove once the import has begun."""
    batch = Batch.objects.select_for_update().get(pk=row.batch_id)
    if batch.state != BatchState.CHECKED:
        raise IllegalMove(_("The import has begun; correct the row in a new file."))
    kind = batch.import_kind
    known = {column.key for column in kind.columns}
    typed = {k: tidy(v.replace("\0", ""))[:MAX_CELL] for k, v in changes.items() if k in known}
    values = {c.key: {**row.values, **typed}.get(c.key, "") for c in kind.columns}
    finding = kind.open(batch).check([values])[0]
    _tell_errors(finding, values)
    row.key = kind.key(values)[:160]
    # a bad row further down is itself told that it repeats this one
    twins = batch.rows.filter(key=row.key).exclude(pk=row.pk)
    twin = (
        twins.filter(Q(number__lt=row.number) | ~Q(verdict=Verdict.BAD)).order_by("number").first()
    )
    if row.key and twin:
        _add_problem(finding, _repeated(kind, twin.number))
    row.values = {name: value for name, value in values.items() if value}
    _write_finding(row, finding)
    row.save()
    Batch.objects.filter(pk=batch.pk).update(**_tally(batch))


@transaction.atomic
def switch(batch: Batch, options: dict[str, bool], *, by: Any) -> None:
    """Check everything again with other switches; what was corrected in place is kept."""
    rows = Batch.objects.filter(pk=batch.pk, state=BatchState.CHECKED)
    if rows.update(state=BatchState.CHECKING, options=options) != 1:
        raise IllegalMove(_("The import has begun; it can no longer be checked anew."))
    batch.refresh_from_db()
    _send(batch, "exchange.recheck", by=by)


# ---- import and undo ------------------------------------------------------------------------


@transaction.atomic
def order_import(batch: Batch, *, by: Any) -> None:
    """Have the good rows imported. Of two people who press at once one is told IllegalMove."""
    if batch.state == BatchState.CHECKED and not batch.rows_changing:
        raise IllegalMove(_("There is nothing to import: no row would change anything."))
    BATCH_MOVES.make(batch, BatchState.APPLYING)
    record("exchange.import_ordered", batch, actor=by, rows=batch.rows_changing)
    _send(batch, "exchange.apply", by=by)


def apply(batch: Batch, job: Running) -> None:
    """Import in chunks, each with its marks in one transaction: a second run goes on after them."""
    if batch.state != BatchState.APPLYING:
        return
    by = job.job.owner
    total = batch.rows.changing().count()
    done = total - batch.rows.to_apply().count()
    checker = batch.import_kind.open(batch)
    while True:
        job.tell(done, total, now=True)
        with transaction.atomic():
            # a worker thought dead may wake up: of two, one at a time takes rows, and marks them
            if Batch.objects.select_for_update().get(pk=batch.pk).state != BatchState.APPLYING:
                return
            chunk = list(batch.rows.to_apply().order_by("number")[:CHUNK])
            if not chunk:
                break
            checker.apply(chunk, by)
            for row in chunk:
                row.applied = True
            Row.objects.bulk_update(
                chunk, ["applied", "target_id", "sealed_before"], batch_size=500
            )
        done += len(chunk)
    applied = _tally(batch)["rows_applied"]
    with transaction.atomic():
        BATCH_MOVES.make(batch, BatchState.APPLIED, applied_at=timezone.now(), rows_applied=applied)
        record(
            "exchange.imported", batch, actor=by,
            new=batch.rows_new, changed=batch.rows_update, bad=batch.rows_bad,
        )  # fmt: skip


@transaction.atomic
def order_undo(batch: Batch, *, by: Any, now: dt.datetime) -> None:
    if not batch.can_be_undone(now):
        raise IllegalMove(_("This import can no longer be undone."))
    BATCH_MOVES.make(batch, BatchState.UNDOING)
    _send(batch, "exchange.undo", by=by)


def undo(batch: Batch, job: Running) -> None:
    """Put everything back, the last row first. What somebody changed since stays and is counted."""
    if batch.state != BatchState.UNDOING:
        return
    by = job.job.owner
    checker = batch.import_kind.open(batch)
    total, kept = batch.rows.filter(applied=True).count(), 0
    done = 0
    while True:
        job.tell(done, total, now=True)
        with transaction.atomic():
            if Batch.objects.select_for_update().get(pk=batch.pk).state != BatchState.UNDOING:
                return
            chunk = list(batch.rows.filter(applied=True).order_by("-number")[:CHUNK])
            if not chunk:
                break
            kept += checker.undo(chunk, by)
            batch.rows.filter(pk__in=[row.pk for row in chunk]).update(applied=False)
        done += len(chunk)
    with transaction.atomic():
        BATCH_MOVES.make(batch, BatchState.UNDONE)
        record("exchange.undone", batch, actor=by, rows=total, kept=kept)
    if kept:
        job.say(_("{n} rows were changed since and stay as they are.").format(n=kept))


def discard(batch: Batch, *, by: Any) -> None:
    """Put the checked file aside; nothing was imported."""
    BATCH_MOVES.make(batch, BatchState.DISCARDED)
    record("exchange.discarded", batch, actor=by)


@transaction.atomic
def add_beside(
    batch: Batch, *, key: str, target: int, before: dict[str, Any], values: dict[str, str]
) -> Row:
    """Write down what a person decided from what the file lacks, so that undo finds it.

    Raises IllegalMove when the batch is being undone or no longer can be.
    """
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    if not locked.can_be_undone(timezone.now()):
        raise IllegalMove(_("This import can no longer be undone."))
    row = Row(
        batch=locked, number=BESIDE_FILE + target, key=key[:160], verdict=Verdict.UPDATE,
        applied=True, target_id=target,
    )  # fmt: skip
    row.values, row.before = values, before
    row.save()
    return row


# ---- clearing up ----------------------------------------------------------------------------


def purge(now: dt.datetime) -> int:
    """Remove files and row contents a week after they served; the counts stay (HANDBOOK C03).

    What was checked and never imported is put aside: without its rows nothing could be imported.
    """
    batches = list(Batch.objects.spent(now)[:100])
    for batch in batches:
        with contextlib.suppress(IllegalMove):
            BATCH_MOVES.make(batch, BatchState.DISCARDED)
        batch.rows.all().delete()
        batch.file.delete(save=False)
        Batch.objects.filter(pk=batch.pk).update(file="", emptied_at=now)
    return len(batches)


def stopped_half_way(batch: Batch) -> bool:
    """Whether the job of a busy batch ended without the batch: cancelled or given up."""
    return batch.is_busy and batch.job is not None and not batch.job.is_open


@transaction.atomic
def go_on(batch: Batch, *, by: Any) -> None:
    """Send the work of a batch out again after its job was cancelled or given up."""
    # of two people who press at once, the second finds the job of the first
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    if not stopped_half_way(locked) or locked.job is None:
        raise IllegalMove(_("This is under way already."))
    _send(locked, locked.job.kind, by=by)
