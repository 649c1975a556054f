"""The kinds of notices, declared by each app in its ``announcements.py``.

A reminder is a kind, not a script: who is due, under what key. One engine finds the due, skips the
keys already written, and delivers::

    class SessionTomorrow(Reminder):
        label = _("Class tomorrow")

        def due(self, now):
            for e in Enrollment.objects.active().starting_before(now + day).for_notice():
                yield Due(to=e.learner, about=e, key=f"session-{e.session_id}", title=…, url=…)
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.functional import Promise

from notices.states import Channel

Words = str | Promise

_kinds: dict[str, type["Kind"]] = {}


class Roles(Protocol):
    def has_role(self, *roles: str) -> bool: ...


class Kind:
    """One kind of notice. A subclass with a label is declared by being defined.

    The slug is the app and the class name (``mentors.log_returned``) unless it is given; it is
    stored with each notice and in people's settings, so a renamed class keeps its old slug.
    """

    slug: ClassVar[str] = ""
    label: ClassVar[Words] = ""
    # one sentence for the settings page
    help: ClassVar[Words] = ""
    # the ways used unless the person says otherwise; ROBOT here means that groups may hear of it
    channels: ClassVar[tuple[Channel, ...]] = (Channel.EMAIL,)
    # whether it may share one e-mail with other notices of the same person
    merge: ClassVar[bool] = True
    # goes out at once, also during quiet hours
    urgent: ClassVar[bool] = False
    # the roles it is for; none means everybody. Others do not see it among their settings
    roles: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.label:
            return
        if "slug" not in cls.__dict__:
            name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
            cls.slug = f"{cls.__module__.split('.')[0]}.{name}"
        other = _kinds.get(cls.slug)
        if other and (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
            raise ImproperlyConfigured(f"two kinds of notices are called {cls.slug}")
        _kinds[cls.slug] = cls

    @classmethod
    def offers(cls, channel: str) -> bool:
        """Whether a person can choose this way: e-mail always, groups where the kind goes there."""
        return channel == Channel.EMAIL or channel in cls.channels

    @classmethod
    def concerns(cls, user: "Roles") -> bool:
        return not cls.roles or user.has_role(*cls.roles)


@dataclass(frozen=True)
class Due:
    """One notice that is due: to whom, about what, which occurrence.

    ``key`` tells occurrences about the same object apart ("day-3", "2026-11"); a notice of the
    same kind, person, object and key is written once, ever. ``robot_scope`` is the path of the
    unit whose groups may hear of it as well.
    """

    to: models.Model
    about: models.Model
    key: str
    title: Words
    body: Words = ""
    url: str = ""
    robot_scope: str = ""

    @property
    def full_key(self) -> str:
        return f"{self.about._meta.label_lower}-{self.about.pk}:{self.key}"


class Reminder(Kind):
    """A kind that is found by looking each minute at what is due."""

    def due(self, now: dt.datetime) -> Iterable[Due]:
        """Everything due by ``now`` and still of use.

        Select ``due_at <= now``, never ``date == today``: a night without a worker must not lose
        a reminder (LESSONS L14). What was already written may be yielded again and is skipped.
        """
        raise NotImplementedError


def all_kinds() -> list[type[Kind]]:
    """Every declared kind, by the order of slugs, so that an app's kinds stand together."""
    return [_kinds[slug] for slug in sorted(_kinds)]


def find_kind(slug: str) -> type[Kind] | None:
    """None for a kind that a release has removed; its old notices stay readable."""
    return _kinds.get(slug)


def reminders() -> list[type[Reminder]]:
    return [kind for kind in all_kinds() if issubclass(kind, Reminder)]


def group_kinds() -> list[type[Kind]]:
    """The kinds that may be told to a group."""
    return [kind for kind in all_kinds() if Channel.ROBOT in kind.channels]
