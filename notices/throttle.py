"""The vendors' limits, kept by all workers together: the calls made are rows."""

import datetime as dt
import random

from django.db import transaction
from django.utils import timezone

from notices.models import Robot
from notices.robots import habits_of

RUSH = dt.timedelta(seconds=90)
KEPT = dt.timedelta(hours=1)


@transaction.atomic
def take_slot(robot: Robot, now: dt.datetime) -> dt.datetime | None:
    """Take leave to post one message now, or learn when to ask again.

    The lock on the robot makes workers ask one after another, so no two take the last slot.
    """
    row = Robot.objects.select_for_update().get(pk=robot.pk)
    if row.blocked_until and row.blocked_until > now:
        return row.blocked_until
    over = _end_of_rush(row, now)
    if over:
        return over
    for seconds, most in habits_of(row).limits:
        window = dt.timedelta(seconds=seconds)
        recent = row.calls.filter(at__gt=now - window).order_by("-at")
        oldest = recent.values_list("at", flat=True)[most - 1 : most].first()
        if oldest is not None:
            return oldest + window
    row.calls.create(at=now)
    row.calls.filter(at__lt=now - KEPT).delete()
    return None


def block(robot: Robot, until: dt.datetime) -> None:
    """Be silent until then, whichever worker is asked; a longer silence stands."""
    Robot.objects.filter(pk=robot.pk).exclude(blocked_until__gt=until).update(blocked_until=until)


def _end_of_rush(robot: Robot, now: dt.datetime) -> dt.datetime | None:
    local = timezone.localtime(now)
    for clock in habits_of(robot).rush:
        peak = timezone.make_aware(dt.datetime.combine(local.date(), clock), local.tzinfo)
        if abs(local - peak) < RUSH:
            return peak + RUSH + jitter(dt.timedelta(minutes=1))
    return None


def jitter(most: dt.timedelta) -> dt.timedelta:
    """Up to so much, so that many waiting messages do not come back at the same moment."""
    return most * random.random()  # noqa: S311 -- spreads load, guards nothing
