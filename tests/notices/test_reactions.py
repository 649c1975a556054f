import datetime as dt

import pytest
from django.utils import timezone

from journal import jobs
from journal.events import record
from journal.models import Job
from journal.states import JobState
from notices.announcements import tell_owner
from notices.models import Notice, Robot
from notices.reactions import move_robots
from people.models import Unit
from tests.factories import JobFactory


def finished(reader, seconds, state=JobState.DONE, **fields):
    now = timezone.now()
    job = JobFactory(
        owner=reader, title="导出花名册", state=state, finished_at=now,
        created_at=now - dt.timedelta(seconds=seconds), **fields,
    )  # fmt: skip
    return record("journal.job_finished", job, actor=reader, state=str(state))


def test_who_left_the_page_is_told_that_the_task_is_over(reader):
    entry = finished(reader, 60)
    tell_owner(entry)
    tell_owner(entry)

    notice = Notice.objects.get()
    assert (notice.user, notice.url) == (reader, f"/tasks/{entry.subject_id}/")
    assert "导出花名册" in notice.title
    assert notice.deliveries.count() == 0


def test_who_waited_five_seconds_saw_it_himself(reader):
    tell_owner(finished(reader, 5))

    assert Notice.objects.count() == 0


def test_a_failure_is_always_told(reader):
    tell_owner(finished(reader, 1, JobState.FAILED, message="文件已经删除"))

    assert Notice.objects.get().body == "文件已经删除"


def test_the_journal_calls_it(reader, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(jobs, "_works", {})

    @jobs.work("tests.slow", title="导出")
    def slow(job):
        Job.objects.update(created_at=timezone.now() - dt.timedelta(minutes=1))

    with django_capture_on_commit_callbacks(execute=True):
        jobs.start("tests.slow", owner=reader)

    assert Notice.objects.get().kind == "notices.task_finished"


@pytest.mark.parametrize("times", (1, 2))
def test_the_journal_tells_of_a_unit_that_moved(officer, company, workshop, times):
    robot = Robot.objects.create(name="群", vendor="wecom", webhook="x", scope=workshop.path)
    hall = Unit(name="新厂", tree="org", level="factory", parent=company)
    hall.plant()
    workshop.parent = hall
    workshop.plant()
    for _n in range(times):
        move_robots(record("people.unit_moved", workshop, actor=officer))

    robot.refresh_from_db()
    assert robot.scope == workshop.path
