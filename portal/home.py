"""What the home page and the desk put together from the floors below."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchange.models import Batch
from journal.models import Job
from kit.trees import within
from notices.models import Notice
from people.models import Figure, Grant, Unit, User
from people.rules import honors_of, requests_of
from people.states import ROSTER_ROLES, HonorState, Rank, Role


@dataclass(frozen=True)
class Todo:
    """One thing that waits for a person: what, how much effort or by when, and where to do it."""

    title: str | Promise
    meta: str | Promise
    url: str
    action: str | Promise
    due: bool = False


def todos_of(user: User) -> list[Todo]:
    """What waits for this person, most urgent first. Each costs one query at most."""
    found: list[Todo] = []
    notices = list(Notice.objects.visible_to(user).filter(read_at=None).order_by("-pk")[:3])
    found += [
        Todo(notice.title, notice.body[:60], reverse("notices:open", args=[notice.pk]), _("Read"))
        for notice in notices
    ]
    if not user.phone:
        found.append(
            Todo(
                _("Add your phone number"), _("so that your mentor can reach you, about 20 seconds"),
                reverse("people:contact"), _("Add"),
            )
        )  # fmt: skip
    return found


def desk_todos(user: User) -> list[Todo]:
    """What waits for union and HR staff in their units."""
    found: list[Todo] = []
    if user.has_role(Role.UNION_OFFICER, Role.HR_OFFICER):
        waiting = requests_of(user).open()
        oldest = waiting.order_by("created_at").first()
        if oldest:
            count = waiting.count()
            found.append(
                Todo(
                    ngettext(
                        "{n} data request to answer", "{n} data requests to answer", count
                    ).format(n=count),
                    _("the oldest is due on {day}").format(day=oldest.due_on),
                    reverse("people:request-list"), _("Answer"),
                    due=oldest.due_on <= timezone.localdate() + dt.timedelta(days=3),
                )
            )  # fmt: skip
        found += [
            Todo(
                _("Import “{name}” waits for you").format(name=batch.filename),
                batch.get_state_display(), reverse("exchange:batch", args=[batch.pk]), _("Look"),
            )
            for batch in Batch.objects.visible_to(user).waiting().order_by("-pk")[:2]
        ]  # fmt: skip
    if user.has_role(Role.UNION_OFFICER, Role.UNION_CHAIR):
        notices = honors_of(user).filter(
            state=HonorState.PUBLIC_NOTICE, notice_ends_on__lt=timezone.localdate()
        )
        count = notices.count()
        if count:
            found.append(
                Todo(
                    ngettext(
                        "{n} public notice has ended", "{n} public notices have ended", count
                    ).format(n=count),
                    _("award the honor or withdraw it"),
                    f"{reverse('people:honor-list')}?state=public_notice", _("Decide"),
                )
            )  # fmt: skip
    return found


def figure_of_the_day(today: dt.date) -> Figure | None:
    """One historic model worker a day, in turn."""
    count = Figure.objects.count()
    return Figure.objects.order_by("pk")[today.toordinal() % count] if count else None


def rank_context(user: User) -> dict[str, object]:
    """The grade rule: where the person stands and what is next, in the roster's own words."""
    short = (
        _("Appr."), _("Junior"), _("Interm."), _("Senior"),
        _("Techn."), _("Sr techn."), _("Special"), _("Chief"),
    )  # fmt: skip
    goal = user.rank + 1 if user.rank and user.rank < Rank.CHIEF_TECHNICIAN else None
    return {"rank": user.rank, "goal": goal, "ranks": list(enumerate(short, start=1))}


@dataclass(frozen=True)
class UnitRow:
    unit: Unit
    people: int
    entered: int
    frontline: int
    no_trade: int
    # the people who stand in the unit itself, none of those below
    direct: bool = False

    @property
    def entered_percent(self) -> float:
        return round(100 * self.entered / self.people, 1) if self.people else 0.0


def _row(unit: Unit, sums: list[int], *, direct: bool = False) -> UnitRow:
    people, entered, frontline, no_trade = sums
    return UnitRow(unit, people, entered, frontline, no_trade, direct)


COUNTS = {
    "people": Count("pk"),
    "entered": Count("pk", filter=Q(last_login__isnull=False)),
    "frontline": Count("pk", filter=Q(is_frontline=True)),
    "no_trade": Count("pk", filter=Q(trade="")),
}


def unit_rows(user: User) -> list[UnitRow]:
    """The units one level below the tops of the person's grants, and who stands in the tops.

    Two queries, whatever the number of units: the units, and one count grouped by place.
    """
    grants = [g for g in user.current_grants if g.role in ROSTER_ROLES and g.tree == "org"]
    tops = {grant.unit_id: grant.unit for grant in grants}
    if not tops:
        return []
    units = list(Unit.objects.organizations().active().filter(parent__in=tops).order_by("path"))
    scope = Q()
    for top in tops.values():
        scope |= within("unit__path", str(top.path))
    rows = User.objects.on_roll().filter(scope).values("unit__path").annotate(**COUNTS)
    sums: dict[tuple[int, bool], list[int]] = {}
    for row in rows:
        home = next((u for u in units if row["unit__path"].startswith(u.path)), None)
        unit = home or next(t for t in tops.values() if row["unit__path"].startswith(t.path))
        total = sums.setdefault((unit.pk, home is None), [0] * len(COUNTS))
        for i, name in enumerate(COUNTS):
            total[i] += row[name]
    none = [0] * len(COUNTS)
    below = [_row(unit, sums.get((unit.pk, False), none)) for unit in units]
    own = [
        _row(top, sums[top.pk, True], direct=True)
        for top in tops.values()
        if (top.pk, True) in sums
    ]
    return below + own


def desk_facts(user: User) -> dict[str, object]:
    """Everything the overview shows; each figure opens the rows behind it."""
    rows = unit_rows(user)
    return {
        "rows": rows,
        "people": sum(row.people for row in rows),
        "entered": sum(row.entered for row in rows),
        "frontline": sum(row.frontline for row in rows),
        "no_trade": sum(row.no_trade for row in rows),
        "honors": honors_of(user).valid().count(),
        "todos": desk_todos(user),
        "jobs": Job.objects.visible_to(user).unfinished().order_by("-pk")[:3],
        "admins": Grant.objects.in_force(timezone.localdate()).filter(user=user).for_list(),
    }
