"""Leaving the roll and coming back; the import and the desk call the same two services."""

import contextlib
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F, ProtectedError, Q

from exchange.models import Batch
from exchange.services import add_beside
from journal.events import record
from kit.states import IllegalMove
from people.models import Placement, User


@transaction.atomic
def mark_left(person: User, *, on: dt.date, by: models.Model | None) -> bool:
    """The person left: sign-in and roles end, phone and e-mail are cleared (invariant 16).

    The record of what was learned stays. Returns False when he had left before.
    """
    row = User.objects.select_for_update().get(pk=person.pk)
    if not row.is_active:
        return False
    row.is_active, row.left_on, row.phone, row.email = False, on, "", ""
    row.save(update_fields=["is_active", "left_on", "phone", "email"])
    for grant in row.grants.filter(Q(ends_on=None) | Q(ends_on__gt=on)):
        # a grant that has not begun yet ends before it begins
        grant.ends_on = max(on, grant.starts_on - dt.timedelta(days=1))
        grant.save(update_fields=["ends_on"])
    row.placements.current().filter(starts_on__lte=on).update(ends_on=on)
    record("people.person_left", row, actor=by, on=on.isoformat())
    return True


def before_leaving(person: User, *, on: dt.date) -> dict[str, Any]:
    """What ``mark_left`` on this day will take away, so that it can be given back."""
    ending = person.grants.filter(Q(ends_on=None) | Q(ends_on__gt=on))
    open_one = person.placements.current().filter(starts_on__lte=on).first()
    return {
        "on": on.isoformat(),
        "phone": person.phone,
        "email": person.email,
        "grants": [[g.pk, g.ends_on.isoformat() if g.ends_on else None] for g in ending],
        "placement": open_one.pk if open_one else None,
    }


@transaction.atomic
def leave_by_import(batch: Batch, people: Sequence[User], *, on: dt.date, by: User) -> int:
    """Mark people whom a roster no longer names as left; undoing the import brings them back.

    Once the import can no longer be undone they leave all the same, for good.
    """
    count = 0
    for person in people:
        before = before_leaving(person, on=on)
        if not mark_left(person, on=on, by=by):
            continue
        count += 1
        with contextlib.suppress(IllegalMove):
            add_beside(
                batch, key=person.employee_no.upper(), target=person.pk,
                values={"number": person.employee_no}, before={"left": before},
            )  # fmt: skip
    return count


@transaction.atomic
def take_back_leaving(person: User, before: Mapping[str, Any], *, by: models.Model | None) -> bool:
    """Give back what leaving took, see ``before_leaving``. False when it was changed since."""
    row = User.objects.select_for_update().get(pk=person.pk)
    if row.is_active or row.left_on != dt.date.fromisoformat(before["on"]):
        return False
    row.is_active, row.left_on = True, None
    row.phone, row.email = row.phone or before["phone"], row.email or before["email"]
    row.save(update_fields=["is_active", "left_on", "phone", "email"])
    for pk, ends_on in before["grants"]:
        # a role that somebody gave anew since, perhaps to the next person, is not given twice
        with contextlib.suppress(IntegrityError), transaction.atomic():
            row.grants.filter(pk=pk).update(ends_on=ends_on)
    if before["placement"] and not row.placements.current().exists():
        row.placements.filter(pk=before["placement"]).update(ends_on=None)
    record("people.person_came_back", row, actor=by)
    return True


def take_up(today: dt.date) -> int:
    """Move the people whose planned placement begins today, or began last night, to its unit."""
    begun = Placement.objects.current().filter(
        starts_on__range=(today - dt.timedelta(days=1), today), person__is_active=True
    )
    count = 0
    for placement in begun.exclude(person__unit=F("unit")).select_related("unit"):
        count += User.objects.filter(pk=placement.person_id).update(unit=placement.unit)
    return count


@transaction.atomic
def mark_back(person: User, *, by: models.Model | None) -> bool:
    """The person is on the roll again; roles and contact data must be given anew."""
    row = User.objects.select_for_update().get(pk=person.pk)
    if row.is_active:
        return False
    row.is_active, row.left_on = True, None
    row.save(update_fields=["is_active", "left_on"])
    record("people.person_came_back", row, actor=by)
    return True


@transaction.atomic
def retire_import(people: Sequence[User], *, by: models.Model | None) -> int:
    """Take back people an import had just added; returns how many stay.

    Whoever signed in since, or stands in other records already, is real by now and stays.
    """
    unseen = [person.pk for person in people if person.last_login is None]
    try:
        with transaction.atomic():
            _remove(unseen)
    except ProtectedError:
        removed = 0
        for pk in unseen:
            try:
                with transaction.atomic():
                    _remove([pk])
            except ProtectedError:
                continue
            removed += 1
        return len(people) - removed
    return len(people) - len(unseen)


def _remove(pks: Sequence[int]) -> None:
    Placement.objects.filter(person__in=pks).delete()
    User.objects.filter(pk__in=pks).delete()
