"""What people are told about their data and their account."""

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from journal.listeners import on
from journal.models import Entry
from notices.kinds import Due, Kind, Reminder
from notices.services import notify
from people.models import DataRequest, Grant, User
from people.rules import KEEPERS

LATE_AFTER = dt.timedelta(days=10)


class RequestAnswered(Kind):
    label = _("Answer to my data request")
    help = _("When the union or HR staff answered what you asked about your data.")


class AccountTouched(Kind):
    label = _("Staff changed my sign-in")
    help = _("When somebody gave out a one-time code for you or reset the second step.")
    urgent = True
    merge = False


class RequestWaiting(Reminder):
    label = _("Data request not answered yet")
    help = _("For union and HR staff: a request is ten days old; the law gives fifteen.")

    def due(self, now: dt.datetime) -> Iterable[Due]:
        late = DataRequest.objects.open().filter(created_at__lte=now - LATE_AFTER)
        requests = list(late.select_related("user__unit", "user__union_unit").order_by("pk"))
        if not requests:
            return
        grants = Grant.objects.in_force(timezone.localdate(now)).filter(role__in=KEEPERS)
        keepers = list(grants.select_related("user", "unit"))
        for request in requests:
            person = request.user
            paths = [unit.path or "" for unit in (person.unit, person.union_unit) if unit]
            for user in {
                grant.user
                for grant in keepers
                if grant.user_id != person.pk and any(path.startswith(grant.path) for path in paths)
            }:
                yield Due(
                    to=user, about=request, key="waiting",
                    title=format_lazy(
                        _("A data request waits for an answer until {day}"),
                        day=request.due_on.isoformat(),
                    ),
                    body=format_lazy(
                        _("{name} asked {days} days ago."), name=person.name,
                        days=str((now - request.created_at).days),
                    ),
                    url=reverse("people:request", args=[request.pk]),
                )  # fmt: skip


@on("people.request_done")
@on("people.request_refused")
def tell_the_asker(entry: Entry) -> None:
    request = DataRequest.objects.select_related("user").get(pk=entry.subject_id)
    notify(
        RequestAnswered, to=[request.user], key=f"request-{request.pk}",
        title=_("Your data request was answered"), body=request.answer,
        url=reverse("people:my-data"),
    )  # fmt: skip


@on("people.code_issued")
@on("people.two_step_reset")
def tell_the_person(entry: Entry) -> None:
    """Whoever did not ask for it learns that somebody else did."""
    person = User.objects.get(pk=entry.subject_id)
    notify(
        AccountTouched, to=[person], key=f"entry-{entry.pk}",
        title=_("Your sign-in was changed by staff"),
        body=format_lazy(
            _("{who} gave out a one-time code for you or reset the second step. If you did not ask for it, tell your union at once."),
            who=entry.actor_name,
        ),
        url=reverse("people:security"),
    )  # fmt: skip
