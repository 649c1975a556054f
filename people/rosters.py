"""Leaving the roll and coming back; the import and the desk call the same two services."""

import datetime as dt
from collections.abc import Sequence

from django.db import models, transaction
from django.db.models import ProtectedError, Q

from journal.events import record
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
