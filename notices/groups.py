"""Looking after the robots of groups."""

import datetime as dt

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.events import record
from kit.trees import STEP
from notices import robots
from notices.models import Robot
from notices.throttle import block, take_slot


@transaction.atomic
def save_robot(robot: Robot, *, by: models.Model) -> Robot:
    """Keep a new robot or its changes. Raises ValidationError for a name already used there."""
    verb = "notices.robot_added" if robot._state.adding else "notices.robot_changed"
    robot.full_clean()
    robot.save()
    record(verb, robot, actor=by)
    return robot


@transaction.atomic
def switch_robot(robot: Robot, *, on: bool, by: models.Model) -> None:
    """Let it speak or be silent; doing so twice changes nothing. Waiting messages are dropped."""
    if Robot.objects.filter(pk=robot.pk, active=not on).update(active=on, last_error=""):
        robot.active = on
        record("notices.robot_on" if on else "notices.robot_off", robot, actor=by)


def post_test_message(robot: Robot, *, by: models.Model) -> str:
    """Post a short message to the group. Returns what went wrong, in words, or nothing."""
    error = _try(robot)
    Robot.objects.filter(pk=robot.pk).update(
        last_error=error[:300], **({} if error else {"last_sent_at": timezone.now()})
    )
    record("notices.robot_tested", robot, actor=by, succeeded=not error)
    return error


def _try(robot: Robot) -> str:
    now = timezone.now()
    again = take_slot(robot, now)
    if again:
        seconds = max(1, round((again - now).total_seconds()))
        return _("The messenger allows no more messages now; try again in {n} seconds.").format(
            n=seconds
        )
    try:
        robots.post(robot, _("This group now gets the reminders of Model Worker Academy."))
    except robots.RobotBusy as busy:
        block(robot, now + busy.silence)
        return str(busy)
    except robots.RobotError as error:
        return str(error)
    return ""


def follow_unit(unit_pk: int, path: str) -> int:
    """A unit moved in its tree: its robots, and those of units below, get their new scopes.

    Robots keep paths, whose steps are the keys of units. May run twice.
    """
    step = f"{unit_pk:0{STEP}d}"
    moved = 0
    for robot in Robot.objects.filter(scope__contains=step):
        keys = [robot.scope[i : i + STEP] for i in range(0, len(robot.scope), STEP)]
        if step not in keys:
            continue
        scope = path + "".join(keys[keys.index(step) + 1 :])
        moved += Robot.objects.filter(pk=robot.pk).exclude(scope=scope).update(scope=scope)
    return moved


def is_silent(robot: Robot, now: dt.datetime) -> bool:
    """Whether the vendor has asked for silence."""
    return robot.blocked_until is not None and robot.blocked_until > now
