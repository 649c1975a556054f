"""The desk's pages about people: roster, person, export."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from journal.events import record
from journal.jobs import start
from people.access import Request
from people.desk_forms import LeaveForm, PersonForm, PlacementForm, ReasonForm
from people.filters import RosterFilter
from people.history import history_of
from people.models import User
from people.models.units import UnitQuerySet
from people.rosters import mark_back, mark_left
from people.rules import (
    KEEPERS,
    may_add_person,
    may_edit_person,
    may_issue_code,
    may_mark_back,
    may_mark_left,
    may_open_roster,
    may_read_person,
    may_see_phone,
    roster_of,
    units_of,
)
from people.selection import select_people
from people.services import add_person, edit_person, place_person
from people.states import ROSTER_ROLES
from people.work import ROSTER_EXPORT

PAGE = 50


def kept_units(user: User) -> UnitQuerySet:
    """The units into which the person may put somebody."""
    return units_of(user, *KEEPERS)


@require_GET
def roster(request: Request) -> HttpResponse:
    if not may_open_roster(request.user):
        raise PermissionDenied
    return _roster(request, ReasonForm())


def _roster(request: Request, reason: ReasonForm, status: int = 200) -> HttpResponse:
    mine = roster_of(request.user)
    units = units_of(request.user, *ROSTER_ROLES)
    form = RosterFilter(request.GET, units=units, people=mine)
    asked = form.asked()
    people = select_people(mine, asked).for_list().select_related("unit__parent")
    page = Paginator(people, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "asked": asked,
        "reason": reason,
        "may_add": may_add_person(request.user),
    }
    template = "people/desk/_roster.html" if request.htmx else "people/desk/roster.html"
    return render(request, template, context, status=status)


@require_POST
def roster_export(request: Request) -> HttpResponse:
    """Start the export of what the filter shows; the reason is part of the record."""
    if not may_open_roster(request.user):
        raise PermissionDenied
    reason = ReasonForm(request.POST)
    if not reason.is_valid():
        return _roster(request, reason, status=422)
    mine = roster_of(request.user)
    form = RosterFilter(request.GET, units=units_of(request.user, *ROSTER_ROLES), people=mine)
    why = reason.cleaned_data["reason"]
    with transaction.atomic():
        job = start(ROSTER_EXPORT, owner=request.user, asked=form.asked())
        record("people.roster_exported", job, actor=request.user, reason=why)
    return redirect("journal:job", pk=job.pk)


def _find(request: Request, pk: int) -> User:
    """The person, when he exists for the reader and the reader works at his desk."""
    person: User = get_object_or_404(
        User.objects.visible_to(request.user).for_list().select_related("unit__parent"), pk=pk
    )
    if not may_read_person(request.user, person):
        raise PermissionDenied
    return person


def _page(request: Request, person: User, status: int = 200, **changes: Any) -> HttpResponse:
    """The page of one person; ``changes`` are forms with errors, or the phone just looked up."""
    user = request.user
    editable = may_edit_person(user, person)
    context = {
        "person": person,
        "placements": person.placements.for_list(),
        "honors": person.honors.for_list().order_by("-year", "-pk"),
        "grants": person.grants.in_force(timezone.localdate()).select_related("unit"),
        "history": history_of(person)[:30],
        "may_edit": editable,
        "may_see_phone": may_see_phone(user, person),
        "may_issue_code": may_issue_code(user, person),
        "may_mark_left": may_mark_left(user, person),
        "may_mark_back": may_mark_back(user, person),
        "leave": LeaveForm(initial={"left_on": timezone.localdate()}),
        "placing": PlacementForm(units=kept_units(user)) if editable else None,
        **changes,
    }
    return render(request, "people/desk/person.html", context, status=status)


@never_cache
@require_GET
def person(request: Request, pk: int) -> HttpResponse:
    return _page(request, _find(request, pk))


@require_http_methods(["GET", "POST"])
def person_new(request: Request) -> HttpResponse:
    if not may_add_person(request.user):
        raise PermissionDenied
    form = PersonForm(
        request.POST if request.method == "POST" else None, units=kept_units(request.user)
    )
    if request.method == "POST" and form.is_valid():
        new = add_person(form.save(commit=False), by=request.user)
        messages.success(request, _("{name} is on the roster.").format(name=new.name))
        return redirect("people:person", pk=new.pk)
    status = 422 if form.is_bound else 200
    return render(request, "people/desk/person_form.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def person_edit(request: Request, pk: int) -> HttpResponse:
    person = _find(request, pk)
    if not may_edit_person(request.user, person):
        raise PermissionDenied
    form = PersonForm(
        request.POST if request.method == "POST" else None,
        instance=person,
        units=kept_units(request.user),
    )
    if request.method == "POST" and form.is_valid():
        edit_person(person, fields=form.real_changes(), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("people:person", pk=person.pk)
    context = {"form": form, "person": User.objects.get(pk=pk)}
    status = 422 if form.is_bound else 200
    return render(request, "people/desk/person_form.html", context, status=status)


@never_cache
@require_POST
def person_phone(request: Request, pk: int) -> HttpResponse:
    """Show the whole number once; each look is in the audit log."""
    person = _find(request, pk)
    if not may_see_phone(request.user, person):
        raise PermissionDenied
    record("people.phone_viewed", person, actor=request.user)
    if request.htmx:
        return render(request, "people/desk/_phone.html", {"phone": person.phone})
    return _page(request, person, phone=person.phone)


@require_POST
def person_left(request: Request, pk: int) -> HttpResponse:
    person = _find(request, pk)
    if not may_mark_left(request.user, person):
        raise PermissionDenied
    form = LeaveForm(request.POST)
    if not form.is_valid():
        return _page(request, person, 422, leave=form, form=form)
    if mark_left(person, on=form.cleaned_data["left_on"], by=request.user):
        messages.success(request, _("{name} is off the roll.").format(name=person.name))
    return redirect("people:person", pk=person.pk)


@require_POST
def person_back(request: Request, pk: int) -> HttpResponse:
    person = _find(request, pk)
    if not may_mark_back(request.user, person):
        raise PermissionDenied
    if mark_back(person, by=request.user):
        messages.success(request, _("{name} is on the roll again.").format(name=person.name))
    return redirect("people:person", pk=person.pk)


@require_POST
def placement_new(request: Request, pk: int) -> HttpResponse:
    person = _find(request, pk)
    if not may_edit_person(request.user, person):
        raise PermissionDenied
    form = PlacementForm(request.POST, units=kept_units(request.user))
    if form.is_valid():
        try:
            place_person(person, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            tell(form, error)
        else:
            messages.success(request, _("The placement is entered."))
            return redirect("people:person", pk=person.pk)
    return _page(request, person, 422, placing=form, form=form)


def tell(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what a service refused at the fields it named, or above them all."""
    known = hasattr(error, "error_dict") and set(error.message_dict) <= set(form.fields)
    form.add_error(None, error if known else error.messages)
