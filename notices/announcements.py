"""The kinds of notices this floor sends itself."""

import datetime as dt

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from journal.listeners import on
from journal.models import Entry, Job
from journal.states import JobState
from notices.kinds import Kind
from notices.services import notify

# whoever waited less is still looking at the page
LONG = dt.timedelta(seconds=10)


class TaskFinished(Kind):
    """The page of a long task may be left; this tells that it is over (UX §4)."""

    label = _("Tasks finished")
    help = _("When an import, an export or a report you started is ready.")
    channels = ()


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
