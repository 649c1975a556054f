"""Long work: start it, see how far it is, cancel it, fetch its file.

An app declares its work in ``work.py``::

    @work("people.roster_export", title=_("Export of the roster"))
    def export_roster(job: Running, *, unit_id: int) -> None:
        for row in job.steps(rows, total=len(rows)):
            ...
        job.keep(content, "roster.xlsx")

and starts it by ``start("people.roster_export", owner=user, unit_id=7)``. The function may be run
again from the beginning after its worker died, so it must change nothing the second time.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, TypeVar

from django.conf import settings
from django.core.files.base import File
from django.db import models, transaction
from django.db.models.functions import Greatest
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from journal.events import record
from journal.models import Job
from journal.states import JOB_MOVES, JobState
from journal.tasks import run_job
from kit.states import IllegalMove

logger = logging.getLogger(__name__)
T = TypeVar("T")

KEPT_FOR = dt.timedelta(days=7)
MAX_ATTEMPTS = 3


class Cancelled(Exception):
    """The owner cancelled the job, or another worker took it over."""


class Refused(Exception):
    """The work cannot be done; the message tells the owner why, in plain words."""


class Running:
    """The job as its function sees it: tell progress, keep the file, say a last word."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._told = 0.0

    def tell(self, done: int, total: int, *, now: bool = False) -> None:
        """Write progress down, at most once a second. Raises Cancelled when it shall stop."""
        tick = time.monotonic()
        if not now and tick - self._told < 1:
            return
        self._told = tick
        mine = Job.objects.filter(
            pk=self.job.pk, state=JobState.RUNNING, attempts=self.job.attempts
        )
        if not mine.update(done=min(done, total), total=total, seen_at=timezone.now()):
            raise Cancelled

    def steps(self, items: Iterable[T], *, total: int) -> Iterator[T]:
        for number, item in enumerate(items):
            self.tell(number, total)
            yield item
        self.tell(total, total, now=True)

    def keep(self, content: IO[bytes], filename: str) -> None:
        """Keep the file the owner wanted; it expires after a week."""
        self.job.file.save(filename, File(content), save=False)
        Job.objects.filter(pk=self.job.pk).update(
            file=self.job.file.name, expires_at=timezone.now() + KEPT_FOR
        )

    def say(self, message: str, *, link: str = "") -> None:
        """What the owner reads when it is finished, and where that leads."""
        Job.objects.filter(pk=self.job.pk).update(message=message, link=link)


Function = Callable[..., None]


@dataclass(frozen=True)
class Work:
    title: str | Promise
    function: Function


_works: dict[str, Work] = {}


def work(kind: str, *, title: str | Promise) -> Callable[[Function], Function]:
    """Declare a kind of long work."""

    def register(function: Function) -> Function:
        _works[kind] = Work(title, function)
        return function

    return register


@transaction.atomic
def start(kind: str, *, owner: models.Model, title: str = "", **params: object) -> Job:
    """Write the job down and send it out once this is committed."""
    job = Job(kind=kind, owner_id=owner.pk, title=title or str(_works[kind].title), params=params)
    job.save()
    record("journal.job_started", job, actor=owner)
    transaction.on_commit(partial(run_job.delay, job_id=job.pk), robust=True)
    return job


def cancel(job: Job, *, by: models.Model) -> None:
    """Stop the job; raises IllegalMove when it is already over."""
    JOB_MOVES.make(job, JobState.CANCELLED, finished_at=timezone.now())
    record("journal.job_cancelled", job, actor=by)


def perform(job_id: int) -> None:
    """Run one job to its end. Of several workers told of it, one does it."""
    claimed = Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.RUNNING,
        attempts=models.F("attempts") + 1,
        started_at=timezone.now(),
        seen_at=timezone.now(),
    )
    if not claimed:
        return
    job = Job.objects.select_related("owner").get(pk=job_id)
    language = getattr(job.owner, "language", None) or settings.LANGUAGE_CODE
    with translation.override(language):
        _perform(job)


def _perform(job: Job) -> None:
    work = _works.get(job.kind)
    try:
        if work is None:
            raise Refused(_("This kind of task no longer exists."))  # noqa: TRY301
        work.function(Running(job), **job.params)
    except Cancelled:
        return
    except Refused as refusal:
        _finish(job, JobState.FAILED, message=str(refusal))
    except Exception:
        logger.exception("job %s (%s) failed", job.pk, job.kind)
        words = _("Something went wrong on our side. Number {number}; please try again.")
        _finish(job, JobState.FAILED, message=words.format(number=job.pk))
    else:
        _finish(job, JobState.DONE)


def _finish(job: Job, state: JobState, **changes: object) -> None:
    rows = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)
    if state == JobState.DONE:
        changes["total"] = Greatest("total", 1)
        changes["done"] = Greatest("total", 1)
    with transaction.atomic():
        if rows.update(state=state, finished_at=timezone.now(), **changes):
            job.refresh_from_db()
            record("journal.job_finished", job, actor=job.owner, state=str(state))


def resend_lost(now: dt.datetime) -> int:
    """Queue again what a dead worker or broker dropped; give up after three attempts."""
    count = 0
    for job in Job.objects.lost(now).order_by("pk")[:100]:
        if job.state == JobState.RUNNING and job.attempts >= MAX_ATTEMPTS:
            words = _("The task stopped three times without an end. Number {number}.")
            _finish(job, JobState.FAILED, message=words.format(number=job.pk))
            continue
        if job.state == JobState.RUNNING:
            try:
                JOB_MOVES.make(job, JobState.QUEUED)
            except IllegalMove:  # it ended just now
                continue
        Job.objects.filter(pk=job.pk).update(sent_at=now)
        run_job.delay(job_id=job.pk)
        count += 1
    return count


def drop_expired_files(now: dt.datetime) -> int:
    """Remove the files whose time is over; the rows stay and say so."""
    jobs = list(Job.objects.expired(now)[:100])
    for job in jobs:
        job.file.delete(save=False)
        Job.objects.filter(pk=job.pk).update(file="")
    return len(jobs)
