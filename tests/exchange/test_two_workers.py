"""A worker thought dead wakes up beside the one that took over: each row is done once."""

import threading
import time

import pytest
from django.db import connection

from exchange import services
from exchange.models import Batch
from exchange.states import BatchState
from journal.jobs import Running
from journal.models import Job
from journal.states import JobState
from kit.states import IllegalMove
from people.imports import RosterChecker
from people.models import User

ROWS = 60


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="two connections at once")
@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_import_do_each_row_once(workshop, receive, officer, monkeypatch):
    monkeypatch.setattr(services, "CHUNK", 7)
    apply = RosterChecker.apply

    def slowly(self, rows, by):
        time.sleep(0.02)  # long enough for the other to have taken the same rows
        apply(self, rows, by)

    monkeypatch.setattr(RosterChecker, "apply", slowly)
    batch = receive(*[(f"{n:05d}", "学员甲", "总装一车间") for n in range(ROWS)])
    services.order_import(batch, by=officer)
    batch.refresh_from_db()
    Job.objects.filter(pk=batch.job_id).update(state=JobState.RUNNING)
    ready, broken = threading.Barrier(2), []

    def work():
        mine = Batch.objects.get(pk=batch.pk)
        job = Running(Job.objects.select_related("owner").get(pk=batch.job_id))
        ready.wait()
        try:
            services.apply(mine, job)
        except IllegalMove:  # the other one ended it
            pass
        except Exception as error:  # noqa: BLE001 -- told below, in the thread of the test
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    batch.refresh_from_db()
    assert broken == []
    assert (batch.state, batch.rows_applied) == (BatchState.APPLIED, ROWS)
    assert User.objects.filter(name="学员甲").count() == ROWS
