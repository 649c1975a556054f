"""What is looked for on the roster and among the honors; pages, files and API share it.

``asked`` is a plain mapping that fits into a job's parameters: text, numbers and None alone.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from people.models import Unit, User
from people.models.honors import HonorQuerySet
from people.models.users import UserQuerySet

# the value that asks for people whose trade nobody has entered
NO_TRADE = "-"
PEOPLE_ORDERS = {
    "no": ("employee_no",),
    "name": ("pinyin", "employee_no"),
    "hired": ("hired_on", "employee_no"),
    "-hired": ("-hired_on", "employee_no"),
}


def select_people(people: UserQuerySet, asked: Mapping[str, Any]) -> UserQuerySet:
    """Narrow and order; what is not asked for is left open."""
    if asked.get("q"):
        people = people.matching(str(asked["q"]))
    if asked.get("unit"):
        unit = Unit.objects.filter(pk=asked["unit"]).first()
        people = people.under(unit) if unit else people.none()
    if asked.get("status") in ("on", "left"):
        people = people.filter(is_active=asked["status"] == "on")
    if asked.get("trade") == NO_TRADE:
        people = people.filter(trade="")
    elif asked.get("trade"):
        people = people.filter(trade=asked["trade"])
    if asked.get("rank"):
        people = people.filter(rank=asked["rank"])
    if asked.get("frontline") in ("yes", "no"):
        people = people.filter(is_frontline=asked["frontline"] == "yes")
    order = PEOPLE_ORDERS.get(str(asked.get("sort")), PEOPLE_ORDERS["no"])
    return people.order_by(*order)


def select_honors(honors: HonorQuerySet, asked: Mapping[str, Any]) -> HonorQuerySet:
    """Narrow by state, level, year and the bearer's name or number or the title; newest first."""
    for field in ("state", "level", "year"):
        if asked.get(field):
            honors = honors.filter(**{field: asked[field]})
    if asked.get("q"):
        words = str(asked["q"]).strip()
        # people are found by their index; a title is short and the register small
        people = User.objects.matching(words).values("pk")
        honors = honors.filter(Q(title__icontains=words) | Q(person__in=people))
    return honors.order_by("-year", "-pk")
