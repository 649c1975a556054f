"""Tell people: the notice is written first, under its key, and its deliveries with it."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone, translation

from notices.kinds import Due, Kind, Reminder, Words, reminders
from notices.models import Delivery, Notice, Preference, QuietHours, Robot
from notices.quiet import out_of_quiet
from notices.states import Channel

logger = logging.getLogger(__name__)
T = TypeVar("T")

CHUNK = 500
LONGEST_TITLE = 200


class Person(Protocol):
    """What notices know of a user."""

    pk: int
    email: str
    is_active: bool
    language: str


@dataclass(frozen=True)
class _Telling:
    user: Person
    key: str
    title: Words
    body: Words
    url: str
    robot_scope: str

    @property
    def at(self) -> tuple[int, str]:
        return self.user.pk, self.key


def notify(
    kind: type[Kind],
    *,
    to: Iterable[Person],
    key: str,
    title: Words,
    body: Words = "",
    url: str = "",
    robot_scope: str = "",
    now: dt.datetime | None = None,
) -> list[Notice]:
    """Write one notice for each person, once per kind, person and key, whoever calls how often.

    ``title`` and ``body`` may be lazily translated: each reader gets his own language. ``url`` is
    a path of ours. ``robot_scope`` is the path of the unit whose groups may hear of it. People who
    left are skipped. Returns the notices of all recipients, new and old.
    """
    tellings = (_Telling(user, key, title, body, url, robot_scope) for user in to)
    return _write_all(kind, tellings, now or timezone.now())


def write_due_reminders(now: dt.datetime) -> int:
    """Ask every reminder who is due. One that breaks is logged and does not stop the others."""
    count = 0
    for kind in reminders():
        try:
            count += len(_write_all(kind, _tellings(kind, now), now))
        except Exception:
            logger.exception("reminder %s failed", kind.slug)
    return count


def _tellings(kind: type[Reminder], now: dt.datetime) -> Iterator[_Telling]:
    due: Due
    for due in kind().due(now):
        user: Person = due.to  # type: ignore[assignment]
        yield _Telling(user, due.full_key, due.title, due.body, due.url, due.robot_scope)


def _write_all(kind: type[Kind], tellings: Iterable[_Telling], now: dt.datetime) -> list[Notice]:
    found: list[Notice] = []
    rest = iter(tellings)
    while chunk := list(islice(rest, CHUNK)):
        found += _write(kind, chunk, now)
    return found


@transaction.atomic
def _write(kind: type[Kind], chunk: list[_Telling], now: dt.datetime) -> list[Notice]:
    wanted = {t.at: t for t in chunk if t.user.is_active}
    known = _written(kind, wanted)
    # one order for all writers, so that two of them cannot wait for each other
    fresh = [wanted[at] for at in sorted(wanted) if at not in known]
    if not fresh:
        return list(known.values())
    Notice.objects.bulk_create(
        [
            Notice(
                user_id=t.user.pk, kind=kind.slug, key=t.key, url=t.url, created_at=now,
                title=_line(t.title, _language(t.user)), body=_say(t.body, _language(t.user)),
            )
            for t in fresh
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    found = _written(kind, wanted)
    _schedule(kind, [(found[t.at], t) for t in fresh], now)
    return list(found.values())


def _written(
    kind: type[Kind], wanted: Mapping[tuple[int, str], _Telling]
) -> dict[tuple[int, str], Notice]:
    users, keys = {user for user, _key in wanted}, {key for _user, key in wanted}
    rows = Notice.objects.filter(kind=kind.slug, user_id__in=users, key__in=keys)
    return {at: row for row in rows if (at := (row.user_id, row.key)) in wanted}


def _schedule(kind: type[Kind], fresh: list[tuple[Notice, _Telling]], now: dt.datetime) -> None:
    """The deliveries of new notices. A rival who wrote the same notices wrote the same rows."""
    people = {t.user.pk for _notice, t in fresh}
    chosen = {
        (row.user_id, row.channel): row.enabled
        for row in Preference.objects.filter(kind=kind.slug, user_id__in=people)
    }
    hours = {row.user_id: row for row in QuietHours.objects.filter(user_id__in=people)}
    robots = _remembering(lambda path: _robots(kind, path))
    rows: list[Delivery] = []
    for notice, t in fresh:
        if t.user.email and chosen.get((t.user.pk, Channel.EMAIL), Channel.EMAIL in kind.channels):
            due_at = now if kind.urgent else _awake(now, hours.get(t.user.pk))
            rows.append(Delivery(notice=notice, channel=Channel.EMAIL, due_at=due_at))
        if t.robot_scope and chosen.get((t.user.pk, Channel.ROBOT), True):
            due_at = now if kind.urgent else out_of_quiet(now)
            text = _line(t.title, settings.LANGUAGE_CODE)
            rows += [
                Delivery(
                    notice=notice, channel=Channel.ROBOT, robot=robot, text=text, due_at=due_at
                )
                for robot in robots(t.robot_scope)
            ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def _robots(kind: type[Kind], path: str) -> list[Robot]:
    if Channel.ROBOT not in kind.channels:
        return []
    return [r for r in Robot.objects.active().covering(path).order_by("pk") if r.hears(kind.slug)]


def _remembering(ask: Callable[[str], T]) -> Callable[[str], T]:
    known: dict[str, T] = {}

    def answer(path: str) -> T:
        if path not in known:
            known[path] = ask(path)
        return known[path]

    return answer


def _awake(now: dt.datetime, hours: QuietHours | None) -> dt.datetime:
    if hours is None:
        return out_of_quiet(now)
    return out_of_quiet(now, hours.starts_at, hours.ends_at) if hours.enabled else now


def _language(user: Person) -> str:
    return user.language or settings.LANGUAGE_CODE


def _say(words: Words, language: str) -> str:
    with translation.override(language):
        return str(words)


def _line(words: Words, language: str) -> str:
    """A title: one line, also in the header of an e-mail, of 200 characters at most."""
    line = " ".join(_say(words, language).split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"


# ---- reading ----------------------------------------------------------------------------------


def mark_read(notice: Notice) -> None:
    """The first reading counts; later ones change nothing."""
    now = timezone.now()
    if Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=now):
        notice.read_at = now


def mark_all_read(user: models.Model) -> int:
    """How many were unread."""
    return Notice.objects.visible_to(user).unread().update(read_at=timezone.now())


# ---- settings ---------------------------------------------------------------------------------


@transaction.atomic
def save_settings(
    user: models.Model, *, choices: Mapping[tuple[str, str], bool], quiet: QuietHours
) -> None:
    """Keep a person's choices by (kind, channel) and the quiet hours. The last save wins."""
    Preference.objects.bulk_create(
        [
            Preference(user_id=user.pk, kind=kind, channel=channel, enabled=enabled)
            for (kind, channel), enabled in choices.items()
        ],
        update_conflicts=True,
        unique_fields=["user", "kind", "channel"],
        update_fields=["enabled"],
    )
    QuietHours.objects.update_or_create(
        user_id=user.pk,
        defaults={
            "enabled": quiet.enabled,
            "starts_at": quiet.starts_at,
            "ends_at": quiet.ends_at,
        },
    )
