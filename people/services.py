"""Writes at the desk: people, units, placements, honors. Whoever opens the door asked the rules."""

import datetime as dt
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journal.events import record
from kit.states import IllegalMove
from people.models import Honor, Placement, Post, Unit, User
from people.states import HONOR_MOVES, HonorState

# days a public notice runs: at the least, and when nothing else is said (HANDBOOK U11)
NOTICE_AT_LEAST = 5
NOTICE_USUALLY = 7

# ---- people ---------------------------------------------------------------------------------


@transaction.atomic
def add_person(person: User, *, by: User) -> User:
    """Put a new person on the roster; he cannot sign in before he gets a one-time code."""
    person.set_unusable_password()
    person.save()
    record("people.person_added", person, actor=by)
    return person


def _labels(fields: Collection[str]) -> list[str]:
    """The fields' names in the language of the source; the reader's page translates them."""
    with translation.override(None):
        return [str(field.verbose_name) for field in User._meta.fields if field.name in fields]


@transaction.atomic
def edit_person(person: User, *, fields: list[str], by: User) -> None:
    """Save the named fields of ``person``; a change of unit is an entry of its own."""
    if not fields:
        return
    before = User.objects.select_related("unit").get(pk=person.pk).unit
    person.save(update_fields=fields)
    if "unit" in fields and before != person.unit:
        record(
            "people.person_transferred", person, actor=by,
            before=str(before or "—"), after=str(person.unit or "—"),
        )  # fmt: skip
    rest = [name for name in fields if name != "unit"]
    if rest:
        record("people.person_changed", person, actor=by, fields=_labels(rest))


@transaction.atomic
def place_person(
    person: User, *, kind: str, unit: Unit, post: str, starts_on: dt.date, by: User
) -> Placement:
    """From this day on the person stands in ``unit``; the placement before ends the day before.

    Raises ValidationError when the day does not lie after the start of the present placement.
    """
    row = User.objects.select_for_update().get(pk=person.pk)
    now = row.placements.current().first()
    if now and starts_on <= now.starts_on:
        words = _("The present placement began on {day}; the new one must begin later.")
        raise ValidationError({"starts_on": words.format(day=now.starts_on.isoformat())})
    if now:
        now.ends_on = starts_on - dt.timedelta(days=1)
        now.save(update_fields=["ends_on"])
    placement = Placement.objects.create(
        person=row, unit=unit, kind=kind, starts_on=starts_on, handled_by=by.name,
        post=Post.objects.get_or_create(root_id=unit.ancestor_keys()[0], name=post)[0]
        if post else None,
    )  # fmt: skip
    if row.unit_id != unit.pk:
        edit = User.objects.get(pk=row.pk)
        edit.unit = unit
        edit_person(edit, fields=["unit"], by=by)
    record(
        "people.person_placed", row, actor=by, scope=unit.journal_scope,
        post=post or unit.name, on=starts_on.isoformat(), kind=kind,
    )  # fmt: skip
    return placement


# ---- units ----------------------------------------------------------------------------------


@transaction.atomic
def add_unit(unit: Unit, *, by: User) -> Unit:
    """Plant a new unit below its parent. Raises ValidationError when the tree is too deep."""
    unit.plant()
    record("people.unit_added", unit, actor=by)
    return unit


@transaction.atomic
def rename_unit(unit: Unit, *, before: str, by: User) -> None:
    unit.save(update_fields=["name", "level"])
    record("people.unit_renamed", unit, actor=by, before=before)


@transaction.atomic
def move_unit(unit: Unit, *, parent: Unit, by: User) -> None:
    """Hang the unit and all below it under another parent of the same tree.

    Raises ValidationError for a cycle, a tree too deep, or a name already used there.
    """
    before = unit.parent
    if parent.tree != unit.tree or parent.ancestor_keys()[0] != unit.ancestor_keys()[0]:
        raise ValidationError({"parent": _("A unit stays in its enterprise and in its tree.")})
    if parent.closed_on:
        raise ValidationError({"parent": _("This unit is closed.")})
    unit.parent = parent
    unit.validate_constraints()
    unit.plant()
    record("people.unit_moved", unit, actor=by, before=str(before or "—"), after=str(parent))


@transaction.atomic
def close_unit(unit: Unit, *, on: dt.date, by: User) -> None:
    """Close a unit in which nobody stands any more. Raises ValidationError with the reason."""
    row = Unit.objects.select_for_update().get(pk=unit.pk)
    people = User.objects.on_roll().under(row).count()
    if people:
        raise ValidationError(
            ngettext(
                "{n} person still stands in this unit. Move this person first, then close it.",
                "{n} people still stand in this unit. Move them first, then close it.",
                people,
            ).format(n=people)
        )
    below = Unit.objects.under(row).active().exclude(pk=row.pk).count()
    if below:
        raise ValidationError(
            ngettext(
                "{n} unit below this one is still open. Close or move it first.",
                "{n} units below this one are still open. Close or move them first.",
                below,
            ).format(n=below)
        )
    unit.closed_on = on
    unit.save(update_fields=["closed_on"])
    record("people.unit_closed", unit, actor=by)


# ---- honors ---------------------------------------------------------------------------------

_MOVED = {
    HonorState.PUBLIC_NOTICE: "people.honor_announced",
    HonorState.AWARDED: "people.honor_awarded",
    HonorState.SUSPENDED: "people.honor_suspended",
    HonorState.WITHDRAWN: "people.honor_withdrawn",
}


def honor_targets(honor: Honor, today: dt.date) -> list[HonorState]:
    """Where the honor can go today; an award waits until its public notice is over."""
    return [
        state
        for state in HonorState
        if HONOR_MOVES.allows(honor.state, state)
        and not (state == HonorState.AWARDED and _notice_runs(honor, today))
    ]


def needs_opinion(source: str, target: str) -> bool:
    """Taking away and giving back are explained; the way to the award explains itself."""
    return target in (HonorState.SUSPENDED, HonorState.WITHDRAWN) or source == HonorState.SUSPENDED


def _notice_runs(honor: Honor, today: dt.date) -> bool:
    ends = honor.notice_ends_on
    return honor.state == HonorState.PUBLIC_NOTICE and ends is not None and today <= ends


@transaction.atomic
def add_honor(honor: Honor, *, by: User) -> Honor:
    """Enter an honor as applied for; it is administered where its bearer stands now."""
    if honor.person is None or honor.person.unit is None:
        raise ValidationError({"person": _("This person stands in no unit. Enter the unit first.")})
    honor.unit, honor.state = honor.person.unit, HonorState.APPLIED
    honor.full_clean(exclude=["figure"])
    honor.save()
    record("people.honor_added", honor, actor=by)
    return honor


@transaction.atomic
def move_honor(
    honor: Honor,
    target: str,
    *,
    by: models.Model,
    opinion: str = "",
    notice_ends_on: dt.date | None = None,
    today: dt.date | None = None,
) -> None:
    """Move an honor on, with an opinion (HANDBOOK S25, U11).

    Raises IllegalMove when the table forbids it or somebody moved the honor since it was read,
    and ValidationError when the opinion is missing or the days of the public notice are wrong.
    """
    today = today or timezone.localdate()
    seen = honor.state
    # the lock lets one of two officers win; the other finds a state he has not seen
    locked = Honor.objects.select_for_update(of=("self",)).get(pk=honor.pk)
    if locked.state != seen or not HONOR_MOVES.allows(seen, target):
        raise IllegalMove(f"{honor} cannot become {target}")
    if needs_opinion(seen, target) and not opinion.strip():
        raise ValidationError({"opinion": _("Say why in a sentence; it goes on record.")})
    changes: dict[str, object] = {}
    if target == HonorState.PUBLIC_NOTICE:
        changes["notice_ends_on"] = ends = notice_ends_on or today + dt.timedelta(NOTICE_USUALLY)
        if ends < today + dt.timedelta(days=NOTICE_AT_LEAST):
            words = _("A public notice runs five days at least: until {day} or later.")
            first = today + dt.timedelta(days=NOTICE_AT_LEAST)
            raise ValidationError({"notice_ends_on": words.format(day=first.isoformat())})
    if target == HonorState.AWARDED and _notice_runs(locked, today):
        words = _("The public notice runs until {day}; the award can be confirmed afterwards.")
        raise ValidationError(words.format(day=locked.notice_ends_on))
    HONOR_MOVES.make(honor, target, **changes)
    restored = target == HonorState.AWARDED and seen == HonorState.SUSPENDED
    record(
        "people.honor_restored" if restored else _MOVED[HonorState(target)],
        honor, actor=by, opinion=opinion.strip(), before=seen,
        until=honor.notice_ends_on.isoformat() if honor.notice_ends_on else "",
    )  # fmt: skip
