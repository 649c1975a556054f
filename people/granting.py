"""Roles: given by the security administrator, for a unit and a stretch of time."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from journal.events import record
from people.models import Grant, Unit, User
from people.states import ADMIN_POSTS


def _overlapping(starts_on: dt.date, ends_on: dt.date | None) -> Q:
    not_over = Q(ends_on=None) | Q(ends_on__gte=starts_on)
    return not_over & Q(starts_on__lte=ends_on) if ends_on else not_over


@transaction.atomic
def give_role(
    person: User, *, role: str, unit: Unit, starts_on: dt.date, ends_on: dt.date | None, by: User
) -> Grant:
    """Grant a role. Raises ValidationError in words when it exists or may not be combined.

    The database forbids two administrator posts without an end; those with an end are compared
    here, under a lock of the person's row.
    """
    User.objects.select_for_update().get(pk=person.pk)
    meanwhile = person.grants.filter(_overlapping(starts_on, ends_on))
    if meanwhile.filter(role=role, unit=unit).exists():
        raise ValidationError(_("This person already has this role here."))
    if role in ADMIN_POSTS and meanwhile.filter(role__in=ADMIN_POSTS).exclude(role=role).exists():
        raise ValidationError(_("One person cannot hold two of the three administrator posts."))
    grant = Grant(
        user=person, role=role, unit=unit, starts_on=starts_on, ends_on=ends_on, granted_by=by
    )
    grant.full_clean()
    grant.save()
    record(
        "people.role_granted", grant, actor=by,
        person=person.name, number=person.employee_no, role=str(role), unit=unit.name,
    )  # fmt: skip
    return grant


@transaction.atomic
def end_role(grant: Grant, *, today: dt.date, by: User) -> bool:
    """The role ends now, that is, yesterday was its last day; False when it was over before."""
    last = max(today, grant.starts_on) - dt.timedelta(days=1)
    running = Grant.objects.filter(Q(ends_on=None) | Q(ends_on__gt=last), pk=grant.pk)
    if not running.update(ends_on=last):
        return False
    person = grant.user
    record(
        "people.role_ended", grant, actor=by,
        person=person.name, number=person.employee_no, role=grant.role,
        unit=grant.unit.name,
    )  # fmt: skip
    return True
