import datetime as dt

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from journal import listeners
from journal.events import address, record
from journal.middleware import address_of
from journal.models import AppendOnly, Entry, Errand
from journal.tasks import run_errand, sweep_errands
from tests.factories import UserFactory


@pytest.fixture
def heard(monkeypatch):
    """Two listeners for one verb: the first fails while ``heard`` says so."""
    monkeypatch.setattr(listeners, "_by_verb", {})
    calls = {"broken": True, "good": 0, "flaky": 0}

    @listeners.on("test.happened")
    def flaky(entry):
        calls["flaky"] += 1
        if calls["broken"]:
            raise RuntimeError("not today")

    @listeners.on("test.happened")
    def good(entry):
        calls["good"] += 1

    return calls


def test_a_failing_listener_neither_stops_the_others_nor_the_request(
    db, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        record("test.happened", UserFactory(), actor=None)

    assert heard["good"] == 1
    assert Errand.objects.filter(done_at=None).count() == 1


def test_the_sweep_finishes_what_was_left(db, heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        record("test.happened", UserFactory(), actor=None)
    heard["broken"] = False

    with time_machine.travel(timezone.now() + dt.timedelta(hours=1)):
        sweep_errands()

    assert not Errand.objects.filter(done_at=None).exists()
    assert heard["good"] == 1


def test_a_finished_errand_is_not_run_again(db, heard):
    heard["broken"] = False
    entry = record("test.happened", UserFactory(), actor=None)
    errand = entry.errands.get(listener__endswith="good")
    run_errand(errand_id=errand.pk)

    run_errand(errand_id=errand.pk)

    assert heard["good"] == 1


def test_nothing_is_heard_of_what_was_rolled_back(db, heard):
    with transaction.atomic():
        record("test.happened", UserFactory(), actor=None)
        transaction.set_rollback(True)

    assert (Entry.objects.count(), Errand.objects.count()) == (0, 0)


def test_an_entry_is_never_changed_or_removed(db):
    entry = record("test.happened", UserFactory(), actor=None)
    entry.title = "another"

    for attempt in (
        entry.save,
        entry.delete,
        Entry.objects.all().delete,
        lambda: Entry.objects.update(title="another"),
    ):
        with pytest.raises(AppendOnly):
            attempt()

    assert Entry.objects.get().title == str(entry.subject)


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="the trigger is PostgreSQL's")
@pytest.mark.parametrize(
    "sql", ("UPDATE journal_entry SET title = ''", "DELETE FROM journal_entry")
)
def test_the_database_refuses_what_goes_around_the_models(db, sql):
    record("test.happened", UserFactory(), actor=None)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        connection.cursor().execute(sql)

    assert Entry.objects.count() == 1


def test_an_entry_remembers_address_and_unit(client, employee):
    with_address = address.set("10.1.2.3")
    entry = record("test.happened", employee, actor=None)
    address.reset(with_address)

    assert (entry.address, entry.scope) == ("10.1.2.3", employee.unit.path)


@pytest.mark.parametrize(
    ("proxies", "header", "seen"),
    (
        (0, "1.1.1.1", "127.0.0.1"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 10.0.0.1", "1.1.1.1"),
        (2, "1.1.1.1", "127.0.0.1"),
        (1, "nonsense", None),
    ),
)
def test_forwarded_addresses_count_only_as_far_as_our_proxies_wrote_them(
    rf, settings, proxies, header, seen
):
    settings.TRUSTED_PROXIES = proxies

    assert address_of(rf.get("/", headers={"X-Forwarded-For": header})) == seen
