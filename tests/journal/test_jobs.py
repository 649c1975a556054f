import datetime as dt
import io

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from journal import jobs
from journal.jobs import Refused, Running, cancel, perform, resend_lost, start
from journal.models import Entry, Job
from journal.states import JOB_MOVES, JobState
from journal.tasks import sweep_jobs
from kit.states import IllegalMove
from tests.factories import JobFactory, UserFactory

ALLOWED = {
    ("queued", "running"),
    ("queued", "cancelled"),
    ("running", "queued"),
    ("running", "done"),
    ("running", "failed"),
    ("running", "cancelled"),
}


@pytest.fixture
def kind(monkeypatch):
    """Declare a kind of work for one test: ``kind(function)`` gives its name."""
    monkeypatch.setattr(jobs, "_works", {})

    def declare(function):
        jobs.work("tests.work", title="导出")(function)
        return "tests.work"

    return declare


@pytest.mark.parametrize("source", JobState.values)
@pytest.mark.parametrize("target", JobState.values)
def test_jobs_move_only_along_the_table(db, source, target):
    job = JobFactory(state=source)

    if (source, target) in ALLOWED:
        JOB_MOVES.make(job, target)
    else:
        with pytest.raises(IllegalMove):
            JOB_MOVES.make(job, target)

    job.refresh_from_db()
    assert job.state == (target if (source, target) in ALLOWED else source)


def test_a_started_job_runs_once_it_is_committed(db, kind, django_capture_on_commit_callbacks):
    name = kind(lambda job, *, size: job.say(f"{size} 行"))
    with django_capture_on_commit_callbacks(execute=True):
        job = start(name, owner=UserFactory(), size=3)

    job.refresh_from_db()
    assert (job.state, job.message, job.percent) == ("done", "3 行", 100)


def test_progress_and_file_are_kept_for_a_week(db, kind, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def export(job):
        for _row in job.steps(range(5), total=5):
            pass
        job.keep(io.BytesIO(b"rows"), "rows.csv")

    job = JobFactory(kind=kind(export))
    perform(job.pk)

    job.refresh_from_db()
    with job.file.open() as kept:
        assert (job.done, job.total, kept.read()) == (5, 5, b"rows")
    with time_machine.travel(timezone.now() + dt.timedelta(days=7, minutes=1)):
        sweep_jobs()
    job.refresh_from_db()
    assert (bool(job.file), list(tmp_path.rglob("*.csv"))) == (False, [])


def test_a_refusal_is_told_in_its_own_words(db, kind):
    def refuse(job):
        raise Refused("文件已经删除")

    job = JobFactory(kind=kind(refuse))
    perform(job.pk)

    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "文件已经删除")


def test_a_fault_of_ours_is_told_with_a_number(db, kind):
    def fail(job):
        raise ZeroDivisionError

    job = JobFactory(kind=kind(fail))
    perform(job.pk)

    job.refresh_from_db()
    assert job.state == "failed"
    assert str(job.pk) in job.message


def test_of_two_workers_one_does_the_job(db, kind):
    runs = []
    job = JobFactory(kind=kind(runs.append))

    perform(job.pk)
    perform(job.pk)

    assert len(runs) == 1


def test_a_cancelled_job_stops_at_its_next_step(db, kind):
    seen = []

    def long(job):
        for step in job.steps(range(10), total=10):
            seen.append(step)
            if step == 2:
                cancel(Job.objects.get(pk=job.job.pk), by=job.job.owner)
                job._told = 0.0

    job = JobFactory(kind=kind(long))
    perform(job.pk)

    job.refresh_from_db()
    assert (job.state, seen) == ("cancelled", [0, 1, 2])


def test_the_job_of_a_dead_worker_is_run_again(db, kind):
    job = JobFactory(
        kind=kind(lambda job: None), state=JobState.RUNNING, attempts=1,
        seen_at=timezone.now() - dt.timedelta(minutes=5),
    )  # fmt: skip

    resend_lost(timezone.now())

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


def test_a_job_that_died_three_times_is_given_up(db):
    job = JobFactory(
        state=JobState.RUNNING, attempts=3, seen_at=timezone.now() - dt.timedelta(minutes=5)
    )

    resend_lost(timezone.now())

    job.refresh_from_db()
    assert job.state == "failed"


def test_a_worker_that_lost_its_job_to_another_stops(db):
    job = JobFactory(state=JobState.RUNNING, attempts=1)
    slow = Running(Job.objects.get(pk=job.pk))
    Job.objects.filter(pk=job.pk).update(attempts=2)

    with pytest.raises(jobs.Cancelled):
        slow.tell(1, 2, now=True)


@pytest.mark.parametrize("count", (1, 3))
def test_job_list_costs_the_same_for_any_length(
    as_user, employee, django_assert_max_num_queries, count
):
    JobFactory.create_batch(count, owner=employee)
    client = as_user(employee)

    with django_assert_max_num_queries(8):
        page = client.get(reverse("journal:job-list"))

    assert page.content.decode().count('id="job-') == count


def test_only_the_owner_sees_a_job_and_its_file(as_user, officer, employee, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    job = JobFactory(owner=employee, state=JobState.DONE)
    job.file.save("my.csv", ContentFile(b"mine"))

    assert as_user(officer).get(reverse("journal:job-file", args=[job.pk])).status_code == 404
    answer = as_user(employee).get(reverse("journal:job-file", args=[job.pk]))
    assert (b"".join(answer), answer["Content-Disposition"]) == (
        b"mine",
        f'attachment; filename="{job.file_name}"',
    )
    assert Entry.objects.filter(verb="journal.file_downloaded", actor=employee).count() == 1


def test_cancelling_what_is_over_is_told(as_user, employee):
    job = JobFactory(owner=employee, state=JobState.DONE)

    answer = as_user(employee).post(reverse("journal:job-cancel", args=[job.pk]), follow=True)

    job.refresh_from_db()
    assert (job.state, len(answer.context["messages"])) == ("done", 1)
