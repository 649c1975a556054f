"""The search page: what each floor can find for this person."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kit.text import tidy
from people.models import Figure, Unit, User
from people.rules import roster_of
from people.states import ROSTER_ROLES

MOST = 20


@dataclass(frozen=True)
class Hit:
    title: str
    meta: str
    url: str


@dataclass(frozen=True)
class Group:
    label: str | Promise
    hits: list[Hit]


def look_up(user: User, query: str) -> list[Group]:
    """Groups with hits, at most twenty in each; every group keeps to what exists for the person."""
    groups = [Group(_("Model workers"), _figures(query))]
    if user.has_role(*ROSTER_ROLES):
        groups += [Group(_("People"), _people(user, query)), Group(_("Units"), _units(user, query))]
    return [group for group in groups if group.hits]


def _people(user: User, query: str) -> list[Hit]:
    found = roster_of(user).matching(query).for_list().order_by("employee_no")
    return [
        Hit(
            f"{person.name} {person.employee_no}", str(person.unit or ""),
            reverse("people:person", args=[person.pk]),
        )
        for person in found[:MOST]
    ]  # fmt: skip


def _units(user: User, query: str) -> list[Hit]:
    found = Unit.objects.visible_to(user).active().filter(name__icontains=tidy(query)).for_list()
    roster = reverse("people:roster")
    return [
        Hit(unit.name, str(unit.parent or ""), f"{roster}?unit={unit.pk}") for unit in found[:MOST]
    ]


def _figures(query: str) -> list[Hit]:
    words = tidy(query)
    found = Figure.objects.filter(
        Q(name__icontains=words)
        | Q(name_en__icontains=words)
        | Q(epithet__icontains=words)
        | Q(trade__icontains=words)
    ).order_by("pk")
    return [
        Hit(
            figure.name, f"{figure.epithet} {figure.trade}".strip(),
            reverse("people:figure", args=[figure.slug]),
        )
        for figure in found[:MOST]
    ]  # fmt: skip
