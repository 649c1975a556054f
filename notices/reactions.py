"""What happened elsewhere in the house and concerns messages."""

import datetime as dt

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from journal.listeners import on
from journal.models import Entry, Job
from journal.states import JobState
from notices.announcements import TaskFinished
from notices.groups import follow_unit
from notices.services import notify

# whoever waited less is still looking at the page
LONG = dt.timedelta(seconds=10)


@on("journal.job_finished")
def tell_owner(entry: Entry) -> None:
    job = Job.objects.select_related("owner").get(pk=entry.subject_id)
    failed = job.state == JobState.FAILED
    took = (job.finished_at or entry.at) - job.created_at
    if took < LONG and not failed:
        return
    words = _("Failed: {title}") if failed else _("Ready: {title}")
    notify(
        TaskFinished, to=[job.owner], key=f"job-{job.pk}",
        title=format_lazy(words, title=job.title), body=job.message,
        url=reverse("journal:job", args=[job.pk]),
    )  # fmt: skip


@on("people.unit_moved")
def move_robots(entry: Entry) -> None:
    unit = entry.subject
    if unit is not None:
        follow_unit(unit.pk, unit.path)
