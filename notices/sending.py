"""Send what is due. Each delivery is claimed by one conditional UPDATE, then sent, then marked.

Killed before the claim, nothing happened; killed after it, the row goes back after five minutes;
killed between the post office and the mark, the message goes out again. That last window is
accepted (LESSONS L14): the inbox is exact by its key, a repeated mail has the same Message-ID.
"""

import datetime as dt
import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.utils import timezone

from notices import robots
from notices.kinds import find_kind
from notices.mail import compose
from notices.models import Delivery, DeliveryQuerySet, Preference, Robot
from notices.states import DELIVERY_MOVES, Channel, DeliveryState
from notices.throttle import block, jitter, take_slot

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
# minutes before the second, third … attempt: a mail server may be away for an evening
WAITS = (1, 5, 30, 120)
NO_SUCH_MAILBOX = 550
BATCH = 1000
READERS_PER_TASK = 10
SHORT = dt.timedelta(seconds=2)

Rows = Sequence[Delivery]


# ---- the sweep --------------------------------------------------------------------------------


def hand_out(now: dt.datetime) -> list[list[int]]:
    """What is due, in portions of a few readers or one group each, for one worker each."""
    give_back(now)
    due = Delivery.objects.due(now).order_by("due_at", "pk")
    mails: dict[int, list[int]] = defaultdict(list)
    groups: dict[int, list[int]] = defaultdict(list)
    for pk, reader, robot in due.values_list("pk", "notice__user_id", "robot_id")[:BATCH]:
        (groups[robot] if robot else mails[reader]).append(pk)
    readers = list(mails.values())
    portions = [
        list(chain(*readers[i : i + READERS_PER_TASK]))
        for i in range(0, len(readers), READERS_PER_TASK)
    ] + list(groups.values())
    Delivery.objects.filter(pk__in=chain(*portions)).update(queued_at=now)
    return portions


def give_back(now: dt.datetime) -> None:
    """The claims of dead workers; a delivery that outlived five workers is given up."""
    lost = Delivery.objects.abandoned(now)
    _move(
        lost.filter(attempts__gte=MAX_ATTEMPTS), DeliveryState.FAILED,
        last_error="the worker stopped each time",
    )  # fmt: skip
    _move(lost, DeliveryState.SCHEDULED, queued_at=None, claim=None)


def _move(rows: DeliveryQuerySet, target: str, **changes: Any) -> int:
    """One conditional UPDATE along the table; tells how many moved."""
    return rows.filter(state__in=DELIVERY_MOVES.sources(target)).update(state=target, **changes)


# ---- one portion ------------------------------------------------------------------------------


def send(ids: Iterable[int], now: dt.datetime) -> None:
    """Claim and send these deliveries; those another worker holds or has sent are left alone."""
    claim = uuid.uuid4()
    waiting = Delivery.objects.filter(pk__in=list(ids), due_at__lte=now)
    _move(
        waiting, DeliveryState.SENDING,
        claim=claim, claimed_at=now, attempts=F("attempts") + 1,
    )  # fmt: skip
    mine = Delivery.objects.filter(claim=claim).select_related("notice__user", "robot")
    rows = list(mine.order_by("due_at", "pk"))
    _send_mails([row for row in rows if row.channel == Channel.EMAIL])
    by_robot: dict[int, list[Delivery]] = defaultdict(list)
    for row in rows:
        if row.robot_id:
            by_robot[row.robot_id].append(row)
    for group in by_robot.values():
        _send_to_group(group)


def _held(rows: Rows) -> DeliveryQuerySet:
    """These rows as far as this pass still holds them."""
    return Delivery.objects.filter(pk__in=[row.pk for row in rows], claim=rows[0].claim)


def _still_mine(rows: Rows) -> bool:
    """Renew the claim just before sending; false when the sweep took the rows for abandoned."""
    held = _held(rows).filter(state=DeliveryState.SENDING)
    return held.update(claimed_at=timezone.now()) == len(rows)


def _sent(rows: Rows) -> None:
    _move(_held(rows), DeliveryState.SENT, sent_at=timezone.now(), last_error="")


def _drop(rows: Rows, reason: str) -> None:
    if rows:
        _move(_held(rows), DeliveryState.DROPPED, last_error=reason)


def _fail(rows: Rows, error: str) -> None:
    _move(_held(rows), DeliveryState.FAILED, last_error=error[:300])


def _retry(rows: Rows, error: str) -> None:
    """Later again, at growing distance; after the fifth attempt never."""
    attempts = max(row.attempts for row in rows)
    if attempts >= MAX_ATTEMPTS:
        _fail(rows, error)
        return
    wait = dt.timedelta(minutes=WAITS[attempts - 1])
    _later(rows, timezone.now() + wait + jitter(wait / 4), last_error=error[:300])


def _later(rows: Rows, due_at: dt.datetime, **changes: Any) -> None:
    _move(
        _held(rows), DeliveryState.SCHEDULED,
        due_at=due_at, queued_at=None, claim=None, **changes,
    )  # fmt: skip


# ---- e-mail -----------------------------------------------------------------------------------


def _send_mails(rows: Rows) -> None:
    rows = _wanted(rows)
    connection = get_connection()
    try:
        for parcel in _parcels(rows):
            _send_mail(parcel, connection)
    finally:
        connection.close()


def _wanted(rows: Rows) -> list[Delivery]:
    """Drop what nobody needs any more: read meanwhile, switched off, or the person left."""
    readers = {row.notice.user_id for row in rows}
    off = set(
        Preference.objects.filter(
            user_id__in=readers, channel=Channel.EMAIL, enabled=False
        ).values_list("user_id", "kind")
    )
    kept = []
    for row in rows:
        notice = row.notice
        if not (notice.user.is_active and notice.user.email):
            _drop([row], "no address")
        elif notice.read_at:
            _drop([row], "already read")
        elif (notice.user_id, notice.kind) in off:
            _drop([row], "switched off")
        else:
            kept.append(row)
    return kept


def _parcels(rows: Rows) -> Iterator[list[Delivery]]:
    """The rows of each mail. What went together at an earlier attempt goes together again."""
    parcels: dict[object, list[Delivery]] = defaultdict(list)
    for row in rows:
        kind = find_kind(row.notice.kind)
        alone = kind is not None and not kind.merge
        parcels[row.bundle or (row.pk if alone else f"user-{row.notice.user_id}")].append(row)
    for parcel in parcels.values():
        if parcel[0].bundle is None:
            _held(parcel).update(bundle=uuid.uuid4())
        yield parcel


def _send_mail(parcel: list[Delivery], connection: BaseEmailBackend) -> None:
    if not _still_mine(parcel):
        return
    try:
        compose(parcel, connection).send()
    except SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        answer = f"{code} {words.decode(errors='replace')}"
        (_fail if code >= NO_SUCH_MAILBOX else _retry)(parcel, answer)
    except (OSError, ValueError) as error:  # SMTP's own errors are OSErrors
        logger.warning("mail of delivery %s failed: %s", parcel[0].pk, error)
        connection.close()
        _retry(parcel, f"{type(error).__name__}: {error}")
    else:
        _sent(parcel)


# ---- groups -----------------------------------------------------------------------------------


def _send_to_group(rows: list[Delivery]) -> None:
    robot = rows[0].robot
    assert robot is not None  # noqa: S101 -- a constraint of the table
    if not robot.active:
        _drop(rows, "robot switched off")
        return
    waiting = list(robots.pack(robot, rows))
    while waiting:
        text, carried = waiting[0]
        again = _wait_for_slot(robot)
        if again:
            rest = [row for _text, told in waiting for row in told]
            _later(rest, again, attempts=F("attempts") - 1)
            return
        waiting.pop(0)
        if _still_mine(carried):
            _post(robot, text, carried)


def _wait_for_slot(robot: Robot) -> dt.datetime | None:
    """None when the message may go now. A wait of a second is sat out, a longer one returned."""
    while True:
        now = timezone.now()
        again = take_slot(robot, now)
        if again is None:
            return None
        if again - now > SHORT:
            return again + jitter(dt.timedelta(seconds=10))
        time.sleep((again - now).total_seconds())


def _post(robot: Robot, text: str, carried: Rows) -> None:
    now, error = timezone.now(), ""
    try:
        robots.post(robot, text)
    except robots.RobotBusy as busy:
        error = str(busy)
        block(robot, now + busy.silence)
        # "later" is no failure and costs no attempt
        again = now + busy.silence + jitter(dt.timedelta(seconds=10))
        _later(carried, again, attempts=F("attempts") - 1, last_error=error[:300])
    except robots.RobotError as refusal:
        error = str(refusal)
        _retry(carried, error)
    else:
        _sent(carried)
        Robot.objects.filter(pk=robot.pk).update(last_sent_at=now)
    Robot.objects.filter(pk=robot.pk).update(last_error=error[:300])
