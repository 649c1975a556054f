"""Entries (what happened), errands (who is told), jobs (long work)."""

import datetime as dt
from pathlib import PurePath
from typing import NoReturn

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.states import JobState


class AppendOnly(TypeError):
    """Somebody tried to change or remove what is only ever added to."""


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, subject: models.Model) -> "EntryQuerySet":
        kind = ContentType.objects.get_for_model(subject)
        return self.filter(subject_type=kind, subject_id=subject.pk)

    def for_list(self) -> "EntryQuerySet":
        return self.select_related("subject_type")

    def update(self, **_changes: object) -> NoReturn:
        raise AppendOnly("journal entries are never changed")

    def delete(self) -> NoReturn:
        raise AppendOnly("journal entries are never removed")


class Entry(models.Model):
    """One thing that happened. Rows are added, never changed or removed (等保 8.1.4.3).

    On PostgreSQL a trigger refuses UPDATE and DELETE as well.
    """

    verb = models.CharField(max_length=60)
    # the row outlives the person (HANDBOOK C08), so the name is kept and the key binds nobody
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+",
        db_constraint=False,
    )  # fmt: skip
    actor_name = models.CharField(max_length=60, blank=True)
    actor_no = models.CharField(max_length=32, blank=True)
    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    subject_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    # what the subject was called at that moment
    title = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)
    # path of the organization unit in whose audit log the entry stands
    scope = models.CharField(max_length=80, blank=True)
    address = models.GenericIPAddressField(null=True)
    succeeded = models.BooleanField(default=True)
    at = models.DateTimeField(default=timezone.now)

    objects = EntryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-at"], name="entry_subject"),
            models.Index(fields=["scope", "-at"], name="entry_scope"),
            models.Index(fields=["actor", "-at"], name="entry_actor"),
            models.Index(fields=["-at"], name="entry_at"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.verb}"

    def save(self, *args: object, **kwargs: object) -> None:
        if not self._state.adding:
            raise AppendOnly("journal entries are never changed")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise AppendOnly("journal entries are never removed")


class ErrandQuerySet(models.QuerySet["Errand"]):
    def overdue(self, now: dt.datetime) -> "ErrandQuerySet":
        return self.filter(done_at=None, entry__at__lt=now - dt.timedelta(minutes=2))


class Errand(models.Model):
    """One listener to be told of one entry; written with the entry, done after commit."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="errands")
    listener = models.CharField(max_length=120)
    done_at = models.DateTimeField(null=True)

    objects = ErrandQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["entry", "listener"], name="errand_once_per_listener")
        ]
        indexes = [
            models.Index(fields=["entry"], name="errand_open", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.listener} ← {self.entry_id}"


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: models.Model) -> "JobQuerySet":
        """A job is its owner's alone: its file may hold what only he may see."""
        return self.filter(owner=user)

    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=(JobState.QUEUED, JobState.RUNNING))

    def lost(self, now: dt.datetime) -> "JobQuerySet":
        """Queued jobs nobody picked up, and running ones whose worker fell silent."""
        silent = now - dt.timedelta(seconds=90)
        return self.filter(
            Q(state=JobState.QUEUED, sent_at__lt=silent)
            | Q(state=JobState.RUNNING, seen_at__lt=silent)
        )

    def expired(self, now: dt.datetime) -> "JobQuerySet":
        return self.filter(expires_at__lte=now).exclude(file="")


def job_file_path(job: "Job", filename: str) -> str:
    return f"jobs/{job.pk}/{PurePath(filename).name}"


class Job(models.Model):
    """One piece of long work: who wants it, how far it is, the file it made.

    The row is the truth; the Celery message is only a nudge. A job may run twice and changes
    nothing the second time.
    """

    kind = models.CharField(max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    title = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=JobState, default=JobState.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # where the finished job leads: a page of ours
    link = models.CharField(max_length=200, blank=True)
    file = models.FileField(upload_to=job_file_path, blank=True, max_length=255)
    # in plain words, for the owner
    message = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="job_done_within_total"),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="job_owner"),
            models.Index(
                fields=["state"], name="job_unfinished",
                condition=Q(state__in=(JobState.QUEUED, JobState.RUNNING)),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in (JobState.QUEUED, JobState.RUNNING)

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @property
    def file_name(self) -> str:
        return PurePath(self.file.name or "").name

    def seconds_left(self, now: dt.datetime) -> int | None:
        """An estimate from the speed so far, in seconds; None before anything was done."""
        if not (self.is_open and self.started_at and self.done):
            return None
        spent = (now - self.started_at).total_seconds()
        return round(spent / self.done * (self.total - self.done))

    def progress_text(self) -> str:
        if not self.total:
            return str(self.get_state_display())
        return _("{done} of {total}").format(done=f"{self.done:,}", total=f"{self.total:,}")
