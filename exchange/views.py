"""The import pages: choose, upload, look at the check, correct, import, undo."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Min
from django.db.models.fields.json import KT
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exchange import services
from exchange.forms import UploadForm
from exchange.kinds import ImportKind, all_kinds, kinds_of
from exchange.models import Batch, Row
from exchange.rules import may_apply, may_change, may_import
from exchange.states import BatchState
from exchange.writer import write_bad_rows, write_template
from journal.events import record
from kit.states import IllegalMove

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 20
PAGE = 50
LONGEST_NUMBER = 9


def _kind(request: HttpRequest, slug: str) -> ImportKind:
    kind = next((kind for kind in all_kinds() if kind.slug == slug), None)
    if kind is None:
        raise Http404
    if not may_import(request.user, kind):
        raise PermissionDenied
    return kind


def _batch(request: HttpRequest, pk: int) -> Batch:
    found: Batch = get_object_or_404(
        Batch.objects.visible_to(request.user).select_related("owner", "job"), pk=pk
    )
    return found


def _changeable(request: HttpRequest, pk: int) -> Batch:
    """The batch, for somebody who may import for its unit."""
    found = _batch(request, pk)
    if not may_change(request.user, found):
        raise PermissionDenied
    return found


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    kinds = kinds_of(request.user)
    if not kinds:
        raise PermissionDenied
    batches = Batch.objects.visible_to(request.user).for_list()
    page = Paginator(batches, SHOWN).get_page(request.GET.get("page"))
    now = timezone.now()
    rows = [(batch, batch.can_be_undone(now)) for batch in page]
    return render(request, "exchange/choose.html", {"kinds": kinds, "page": page, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    kind = _kind(request, slug)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            batch = services.receive(
                kind, form.cleaned_data["file"], scope=kind.scopes(request.user)[0], by=request.user
            )
            return redirect("exchange:batch", pk=batch.pk)
    status = 422 if form.errors else 200
    return render(request, "exchange/upload.html", {"kind": kind, "form": form}, status=status)


@require_safe
def template(request: HttpRequest, slug: str) -> FileResponse:
    kind = _kind(request, slug)
    return FileResponse(
        write_template(kind), as_attachment=True, filename=f"{kind.label}.xlsx", content_type=XLSX
    )


@require_safe
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole report; htmx asks for the part alone while work is under way."""
    found = _batch(request, pk)
    context = _context(request, found)
    part = bool(request.headers.get("HX-Request"))
    return render(request, "exchange/_batch.html" if part else "exchange/batch.html", context)


def _context(request: HttpRequest, found: Batch) -> dict[str, Any]:
    kind, now = found.import_kind, timezone.now()
    bad = list(found.rows.bad().order_by("number")[:SHOWN]) if found.rows_bad else []
    return {
        "batch": found,
        "kind": kind,
        "job": found.job,
        "seconds_left": found.job.seconds_left(now) if found.job else None,
        "stopped": services.stopped_half_way(found),
        "mapping": [(kind.column(key).header, name) for key, name in found.mapping.items()],
        "fixes": [_fix(kind, row) for row in bad],
        "switches": [(name, label, bool(found.options.get(name))) for name, label in kind.switches],
        "warned": _warned(kind, found) if found.rows_warned else [],
        "left_out": max(found.rows_changing - found.rows_applied, 0)
        if found.state == BatchState.APPLIED
        else 0,
        "earlier": services.earlier_import(found) if found.state == BatchState.CHECKED else None,
        "may_apply": may_apply(request.user, found),
        "can_undo": found.can_be_undone(now),
        "step": {BatchState.CHECKING: 2, BatchState.CHECKED: 3}.get(BatchState(found.state), 4),
    }


def _fix(kind: ImportKind, row: Row) -> dict[str, Any]:
    values = row.values
    wrong: dict[str, dict[str, Any]] = {}
    for problem in row.problems:  # two problems of one cell stand below one field
        cell = {**_shown(kind, problem), "value": values.get(problem["column"], "")}
        there = wrong.setdefault(problem["column"], cell)
        if there is not cell:
            there["message"] = f"{there['message']} {cell['message']}"
            there["suggestion"] = there["suggestion"] or cell["suggestion"]
    return {"row": row, "wrong": list(wrong.values()), "title": values.get(kind.columns[1].key, "")}


def _warned(kind: ImportKind, found: Batch) -> list[dict[str, Any]]:
    """How many rows have something to look at in which column, by the first thing of each."""
    groups = (
        found.rows.warned()
        .values(column=KT("warnings__0__column"))
        .annotate(n=Count("pk"), message=Min(KT("warnings__0__message")))
        .order_by("-n", "column")
    )
    return [_shown(kind, {**group}) for group in groups]


def _shown(kind: ImportKind, problem: dict[str, Any]) -> dict[str, Any]:
    return {**problem, "header": kind.column(problem["column"]).header}


@require_safe
def rows(request: HttpRequest, pk: int) -> HttpResponse:
    """All rows of one verdict, or those with warnings, page by page."""
    found = _batch(request, pk)
    kind = found.import_kind
    which = request.GET.get("which", "all")
    shown = found.rows.in_file()
    if which == "warned":
        shown = shown.warned()
        if column := request.GET.get("column"):
            shown = shown.filter(warnings__0__column=column)
    elif which in ("new", "update", "same", "bad"):
        shown = shown.filter(verdict=which)
    wanted: str | int | None = request.GET.get("page")
    at = request.GET.get("at", "")
    if at.isdecimal() and len(at) < LONGEST_NUMBER:  # the page on which this row stands
        wanted = shown.filter(number__lt=int(at)).count() // PAGE + 1
    page = Paginator(shown.order_by("number"), PAGE).get_page(wanted)
    columns = [column for column in kind.columns if column.key in found.mapping][:6]
    table = []
    for row in page:
        values = row.values
        notes = [_shown(kind, p) for p in (*row.problems, *row.warnings)]
        table.append((row, [values.get(column.key, "") for column in columns], notes))
    context = {"batch": found, "page": page, "columns": columns, "table": table, "which": which}
    return render(request, "exchange/rows.html", context)


@require_POST
def fix(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Correct cells of one row in place; it is checked anew at once."""
    found = _changeable(request, pk)
    row = get_object_or_404(found.rows.all(), number=number)
    cells = {
        name.removeprefix("cell-"): str(value)
        for name, value in request.POST.items()
        if name.startswith("cell-")
    }
    try:
        services.correct(row, cells)
    except IllegalMove as refusal:
        messages.error(request, str(refusal))
    else:
        if row.problems:
            messages.error(request, _("Row {number} is still not right.").format(number=number))
        else:
            messages.success(request, _("Row {number} is right now.").format(number=number))
    if request.headers.get("HX-Request"):
        return render(request, "exchange/_fixed.html", _context(request, _batch(request, pk)))
    return redirect("exchange:batch", pk=pk)


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    found = _changeable(request, pk)
    options = {name: name in request.POST for name, _label in found.import_kind.switches}
    try:
        services.switch(found, options, by=request.user)
    except IllegalMove as refusal:
        messages.error(request, str(refusal))
    return redirect("exchange:batch", pk=pk)


@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    found = _changeable(request, pk)
    if found.state == BatchState.CHECKED and not found.rows_changing:
        messages.error(request, _("There is nothing to import: no row would change anything."))
        return redirect("exchange:batch", pk=pk)
    try:
        services.order_import(found, by=request.user)
    except IllegalMove:
        messages.error(request, _("Somebody started or ended this import just before."))
    return redirect("exchange:batch", pk=pk)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    found = _changeable(request, pk)
    try:
        services.order_undo(found, by=request.user, now=timezone.now())
    except IllegalMove:
        messages.error(request, _("This import can no longer be undone."))
    return redirect("exchange:batch", pk=pk)


@require_POST
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    found = _changeable(request, pk)
    try:
        services.go_on(found, by=request.user)
    except IllegalMove as refusal:
        messages.error(request, str(refusal))
    return redirect("exchange:batch", pk=pk)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    found = _changeable(request, pk)
    try:
        services.discard(found, by=request.user)
    except IllegalMove:
        messages.error(request, _("This file is being worked on and cannot be put aside."))
        return redirect("exchange:batch", pk=pk)
    messages.success(request, _("Put aside. Nothing was imported."))
    return redirect("exchange:choose")


@require_safe
def bad_rows(request: HttpRequest, pk: int) -> FileResponse:
    """The rows to correct as a workbook; uploaded again, it concerns these rows alone."""
    found = _batch(request, pk)
    if not found.rows_bad or found.emptied_at:
        raise Http404
    officer: Any = request.user  # nobody else sees a batch
    record("exchange.bad_rows_downloaded", found, actor=officer)
    content = write_bad_rows(
        found.import_kind, found.mapping, found.rows.bad().order_by("number")[:5000]
    )
    words = ngettext("{n} row to correct", "{n} rows to correct", found.rows_bad)
    name = f"{found.filename.rsplit('.', 1)[0]} {words.format(n=found.rows_bad)}.xlsx"
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)
