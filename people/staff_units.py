"""The desk's pages about the two trees of units."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kit.trees import STEP
from people.access import Request
from people.desk_forms import UnitForm, UnitMoveForm
from people.models import Unit, User
from people.models.units import UnitQuerySet
from people.rules import (
    KEEPERS,
    may_close_unit,
    may_edit_unit,
    may_move_unit,
    may_open_roster,
    units_of,
)
from people.services import add_unit, close_unit, move_unit, rename_unit
from people.staff import tell
from people.states import ROSTER_ROLES, Tree

PAGE = 200


def count_people(units: UnitQuerySet, tree: str) -> tuple[Counter[int], Counter[int]]:
    """People on the roll by unit, each unit alone and with all below it; two queries in all."""
    field = "unit" if tree == Tree.ORGANIZATION else "union_unit"
    people = User.objects.on_roll().filter(**{f"{field}__in": units})
    rows = people.order_by().values_list(field, f"{field}__path").annotate(n=Count("pk"))
    alone: Counter[int] = Counter()
    below: Counter[int] = Counter()
    for pk, path, n in rows:
        alone[pk] = n
        for end in range(STEP, len(path) + 1, STEP):
            below[int(path[end - STEP : end])] += n
    return alone, below


@require_GET
def unit_list(request: Request) -> HttpResponse:
    if not may_open_roster(request.user):
        raise PermissionDenied
    tree = Tree.UNION if request.GET.get("tree") == Tree.UNION else Tree.ORGANIZATION
    mine = units_of(request.user, *ROSTER_ROLES).filter(tree=tree)
    units = mine if request.GET.get("closed") else mine.active()
    page = Paginator(units.order_by("path"), PAGE).get_page(request.GET.get("page"))
    alone, below = count_people(mine, tree)
    top = min((unit.depth for unit in page), default=0)
    rows = [
        {
            "unit": unit,
            "indent": min(unit.depth - top, 9),
            "alone": alone[unit.pk],
            "below": below[unit.pk],
        }
        for unit in page
    ]
    context = {"page": page, "rows": rows, "tree": tree, "trees": Tree.choices}
    return render(request, "people/desk/unit_list.html", context)


def _find(request: Request, pk: int) -> Unit:
    """The unit, when it exists for the reader and the reader works at its desk."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user).for_list(), pk=pk)
    if not request.user.holds(*ROSTER_ROLES, over=unit):
        raise PermissionDenied
    return unit


def _places(request: Request, unit: Unit) -> UnitQuerySet:
    """Where the unit can hang: within its own enterprise, among the units the person keeps."""
    root = Unit.objects.get(pk=unit.ancestor_keys()[0])
    return units_of(request.user, *KEEPERS).active().filter(tree=unit.tree).under(root)


def _page(request: Request, unit: Unit, status: int = 200, **changes: Any) -> HttpResponse:
    user = request.user
    unit = Unit.objects.select_related("parent").get(pk=unit.pk)
    alone, below = count_people(Unit.objects.under(unit), unit.tree)
    context = {
        "unit": unit,
        "full_name": unit.full_name(),
        "children": unit.children.filter(closed_on=None).order_by("path"),
        "alone": alone[unit.pk],
        "below": below[unit.pk],
        "may_edit": may_edit_unit(user, unit),
        "may_move": may_move_unit(user, unit),
        "may_close": may_close_unit(user, unit),
        "naming": UnitForm(instance=Unit.objects.get(pk=unit.pk), prefix="naming"),
        "adding": UnitForm(instance=Unit(tree=unit.tree, parent=unit), prefix="adding"),
        "moving": UnitMoveForm(units=_places(request, unit), initial={"parent": unit.parent_id}),
        **changes,
    }
    return render(request, "people/desk/unit.html", context, status=status)


@require_GET
def unit(request: Request, pk: int) -> HttpResponse:
    return _page(request, _find(request, pk))


@require_POST
def unit_new(request: Request, pk: int) -> HttpResponse:
    """Add a unit below this one."""
    parent = _find(request, pk)
    if not may_edit_unit(request.user, parent):
        raise PermissionDenied
    form = UnitForm(request.POST, instance=Unit(tree=parent.tree, parent=parent), prefix="adding")
    if form.is_valid():
        try:
            new = add_unit(form.save(commit=False), by=request.user)
        except ValidationError as error:
            tell(form, error)
        else:
            messages.success(request, _("{name} is added.").format(name=new.name))
            return redirect("people:unit", pk=parent.pk)
    return _page(request, parent, 422, adding=form, form=form)


@require_POST
def unit_rename(request: Request, pk: int) -> HttpResponse:
    unit = _find(request, pk)
    if not may_edit_unit(request.user, unit):
        raise PermissionDenied
    before = unit.name
    form = UnitForm(request.POST, instance=unit, prefix="naming")
    if not form.is_valid():
        return _page(request, unit, 422, naming=form, form=form)
    rename_unit(form.save(commit=False), before=before, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("people:unit", pk=unit.pk)


@require_POST
def unit_move(request: Request, pk: int) -> HttpResponse:
    unit = _find(request, pk)
    if not may_move_unit(request.user, unit):
        raise PermissionDenied
    form = UnitMoveForm(request.POST, units=_places(request, unit))
    if form.is_valid():
        try:
            move_unit(unit, parent=form.cleaned_data["parent"], by=request.user)
        except ValidationError as error:
            tell(form, error)
        else:
            messages.success(request, _("{name} is moved.").format(name=unit.name))
            return redirect("people:unit", pk=unit.pk)
    return _page(request, unit, 422, moving=form, form=form)


@require_POST
def unit_close(request: Request, pk: int) -> HttpResponse:
    unit = _find(request, pk)
    if not may_close_unit(request.user, unit):
        raise PermissionDenied
    try:
        close_unit(unit, on=timezone.localdate(), by=request.user)
    except ValidationError as error:
        return _page(request, unit, 422, refused=error.messages)
    messages.success(request, _("{name} is closed.").format(name=unit.name))
    return redirect("people:unit-list")
