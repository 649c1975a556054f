"""Check, correct, import, undo: what is written, and above all what is not."""

import datetime as dt
import threading

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from exchange import services
from exchange.kinds import kind_of
from exchange.models import Batch, Row
from exchange.states import BatchState
from journal.models import Entry, Job
from journal.states import JobState
from kit.states import IllegalMove
from people.imports import RosterChecker
from people.models import Placement, Unit, User
from tests.exchange.conftest import run
from tests.factories import UserFactory

GOOD = ("00417", "学员甲", "总装一车间", "", "", "焊工", "13800138000", "女", "2018-7-1")
OTHER = ("00418", "学员乙", "总装一车间", "", "", "焊工")


def row(number="00417", name="学员甲", unit="总装一车间", **more):
    cells = {"trade": "焊工", "phone": "", "workshop": "", "team": "", **more}
    return (number, name, unit, cells["workshop"], cells["team"], cells["trade"], cells["phone"])


def reasons(batch):
    return {r.number: [p["message"] for p in r.problems] for r in batch.rows.bad()}


def counts(batch):
    return batch.rows_new, batch.rows_update, batch.rows_same, batch.rows_bad


def world():
    """How many rows every table holds outside the import and the journal."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label not in ("exchange", "journal", "contenttypes")
    }


# ---- check -----------------------------------------------------------------------------------


def test_the_check_writes_nothing_outside_the_import(workshop, receive):
    UserFactory(employee_no="00418", name="学员丙", unit=workshop)
    before, people = world(), list(User.objects.order_by("pk").values())
    batch = receive(GOOD, OTHER, row("00419", phone="138"))
    assert batch.state == BatchState.CHECKED
    assert counts(batch) == (1, 1, 0, 1)
    assert world() == before
    assert list(User.objects.order_by("pk").values()) == people


def test_what_is_wrong_is_told_cell_by_cell(workshop, receive):
    batch = receive(
        row("00417", phone="1380013800"), row("00418", unit="总装1车间"),
        row("00417"), row("", "", "", trade=""), row("00420", phone="138001380001"),
    )  # fmt: skip
    assert reasons(batch) == {
        2: ["Only 10 digits; 1 missing."],
        3: ["“总装1车间” is not known. Did you mean “总装一车间”?"],
        4: ["The same as in row 2. Keep one of the two."],
        6: ["12 digits; 1 too many."],  # the empty row counts in the file
    }
    assert batch.rows.get(number=3).problems[0]["suggestion"] == "总装一车间"


def test_a_number_of_another_enterprise_tells_nothing_about_its_owner(
    workshop, other_company, receive
):
    UserFactory(employee_no="77001", name="外人", unit=other_company)
    batch = receive(row("77001", "学员甲"))
    assert reasons(batch) == {2: ["This number belongs to somebody outside your units."]}
    assert "外人" not in str(batch.rows.get().problems)


def test_an_unreadable_file_says_why_in_batch_and_job(workshop, receive):
    batch = receive(("1",), header=("工号",))
    assert batch.state == BatchState.UNREADABLE
    assert "These columns are missing: 姓名, 单位." in batch.refusal
    job = Job.objects.get(pk=batch.job_id)
    assert (job.state, job.message) == (JobState.FAILED, batch.refusal)
    assert not batch.rows.exists()


def test_a_table_without_rows_is_refused(workshop, receive):
    assert "no row" in receive().refusal


def test_the_example_of_the_template_is_nobody(workshop, receive):
    columns = kind_of("roster").columns
    batch = receive(
        tuple(c.example for c in columns),
        ("00500", "学员甲", "总装一车间"),
        header=tuple(c.header for c in columns),
    )
    assert [r.key for r in batch.rows.all()] == ["00500"]


def test_a_check_may_run_twice(workshop, receive):
    batch = receive(GOOD)
    Batch.objects.update(state=BatchState.CHECKING)
    Job.objects.update(state=JobState.QUEUED)
    assert counts(run(batch)) == (1, 0, 0, 0)
    assert batch.rows.count() == 1


def test_a_batch_put_aside_while_it_is_checked_stays_so(workshop, receive, officer, monkeypatch):
    real = RosterChecker.check

    def put_aside_meanwhile(self, rows):
        services.discard(Batch.objects.get(pk=self.batch.pk), by=officer)
        return real(self, rows)

    monkeypatch.setattr(RosterChecker, "check", put_aside_meanwhile)
    batch = receive(GOOD)
    assert batch.state == BatchState.DISCARDED
    assert Job.objects.get().state == JobState.DONE
    assert not batch.rows.exists()


# ---- correct ---------------------------------------------------------------------------------


def test_a_row_is_corrected_in_place_as_people_type(workshop, receive):
    batch = receive(row(phone="138"), row("00418", unit="总装1车间"))
    services.correct(batch.rows.get(number=2), {"phone": " １３８００１３８０００ ", "evil": "x"})
    services.correct(batch.rows.get(number=3), {"unit": "总装一车间"})
    batch.refresh_from_db()
    assert counts(batch) == (2, 0, 0, 0)
    assert batch.rows.get(number=2).values["phone"] == "13800138000"
    assert "evil" not in batch.rows.get(number=2).values


def test_a_correction_may_be_wrong_again(workshop, receive):
    batch = receive(row(phone="138"))
    services.correct(batch.rows.get(), {"phone": "1380013800"})
    assert reasons(batch) == {2: ["Only 10 digits; 1 missing."]}


def test_the_first_of_two_can_be_corrected_while_the_second_repeats_it(workshop, receive):
    batch = receive(row(phone="138"), row())
    services.correct(batch.rows.get(number=2), {"phone": ""})
    assert list(reasons(batch)) == [3]
    services.correct(batch.rows.get(number=3), {"number": "00418"})
    assert reasons(batch) == {}


def test_a_correction_cannot_repeat_another_row(workshop, receive):
    batch = receive(row(), row("00418", phone="1"))
    services.correct(batch.rows.get(number=3), {"number": "00417", "phone": ""})
    assert reasons(batch) == {3: ["The same as in row 2. Keep one of the two."]}


def test_nothing_is_corrected_once_the_import_began(workshop, receive, officer):
    batch = receive(GOOD, row("00418", phone="1"))
    services.order_import(batch, by=officer)
    with pytest.raises(IllegalMove):
        services.correct(batch.rows.get(number=3), {"phone": ""})


def test_new_workshops_and_teams_come_only_by_the_switch(
    company, workshop, receive, carry_out, officer
):
    batch = receive(row(unit="总公司", workshop="涂装车间", team="1班"))
    assert counts(batch) == (0, 0, 0, 1)
    services.switch(batch, {"new_units": True}, by=officer)
    batch = run(batch)
    assert counts(batch) == (1, 0, 0, 0)
    assert not Unit.objects.filter(name="涂装车间").exists()
    carry_out(batch)
    person = User.objects.get(employee_no="00417")
    assert person.unit.full_name() == "总公司 / 涂装车间 / 1班"


# ---- import ----------------------------------------------------------------------------------


def test_good_rows_become_people_and_bad_ones_stay_out(workshop, receive, carry_out):
    batch = carry_out(receive(GOOD, row("00418", phone="1")))
    person = User.objects.get(employee_no="00417")
    assert (batch.state, batch.rows_applied) == (BatchState.APPLIED, 1)
    assert (person.name, person.unit, person.phone) == ("学员甲", workshop, "13800138000")
    assert person.hired_on == dt.date(2018, 7, 1)
    assert not person.has_usable_password()
    assert person.placements.get().starts_on == dt.date(2018, 7, 1)
    assert "学员甲" in person.pinyin
    assert not User.objects.filter(employee_no="00418").exists()
    assert Entry.objects.filter(verb="exchange.imported").get().data["bad"] == 1


def test_the_same_file_twice_changes_nothing(workshop, receive, carry_out, officer):
    carry_out(receive(GOOD, OTHER))
    people = list(User.objects.order_by("pk").values())
    again = receive(GOOD, OTHER)
    assert counts(again) == (0, 0, 2, 0)
    assert services.earlier_import(again) is not None
    with pytest.raises(IllegalMove, match="nothing to import"):
        services.order_import(again, by=officer)
    assert list(User.objects.order_by("pk").values()) == people


def test_an_empty_cell_changes_nothing(workshop, receive, carry_out):
    UserFactory(
        employee_no="00417", name="学员甲", unit=workshop, trade="电工", phone="13900139000"
    )
    assert counts(receive(row(trade=""))) == (0, 0, 1, 0)


def test_an_import_goes_on_after_a_crash_and_does_each_row_once(
    workshop, receive, officer, monkeypatch
):
    monkeypatch.setattr(services, "CHUNK", 2)
    batch = receive(*(row(f"0060{i}") for i in range(5)))
    real, calls = RosterChecker.apply, []

    def crash(self, rows, by):
        real(self, rows, by)
        calls.append(len(rows))
        if len(calls) == 2:
            raise OSError("the disk is gone")

    monkeypatch.setattr(RosterChecker, "apply", crash)
    services.order_import(batch, by=officer)
    batch = run(batch)
    assert batch.state == BatchState.APPLYING
    assert services.stopped_half_way(Batch.objects.select_related("job").get())
    assert User.objects.filter(employee_no__startswith="006").count() == 2
    services.go_on(Batch.objects.select_related("job").get(), by=officer)
    batch = run(batch)
    assert (batch.state, batch.rows_applied) == (BatchState.APPLIED, 5)
    assert User.objects.filter(employee_no__startswith="006").count() == 5
    assert Placement.objects.filter(person__employee_no__startswith="006").count() == 5


def test_nothing_goes_on_that_did_not_stop(workshop, receive, officer):
    with pytest.raises(IllegalMove):
        services.go_on(receive(GOOD), by=officer)


def test_an_import_is_ordered_once(workshop, receive, officer):
    batch = receive(GOOD)
    late = Batch.objects.get()
    services.order_import(batch, by=officer)
    with pytest.raises(IllegalMove):
        services.order_import(late, by=officer)
    run(batch)
    assert Job.objects.filter(kind="exchange.apply").count() == 1


def test_a_row_whose_ground_is_gone_is_not_forced_and_not_counted(workshop, receive, carry_out):
    batch = receive(GOOD, row("00418", unit="总公司"))
    Unit.objects.filter(pk=workshop.pk).update(closed_on=timezone.localdate())
    batch = carry_out(batch)
    assert batch.rows_applied == 1
    assert not User.objects.filter(employee_no="00417").exists()


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="two connections at once")
@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_press_at_once_one_is_told_no(workshop, receive, officer):
    batch = receive(GOOD)
    ready, outcomes = threading.Barrier(2), []

    def press():
        mine = Batch.objects.get(pk=batch.pk)
        ready.wait()
        try:
            services.order_import(mine, by=officer)
            outcomes.append("ordered")
        except IllegalMove:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ordered", "refused"]
    run(batch)
    assert User.objects.filter(employee_no="00417").count() == 1
    assert Job.objects.filter(kind="exchange.apply").count() == 1


# ---- undo ------------------------------------------------------------------------------------


def undo(batch, officer, now=None):
    services.order_undo(batch, by=officer, now=now or timezone.now())
    return run(batch)


def test_undo_takes_new_people_away_and_puts_fields_back(
    company, workshop, receive, carry_out, officer
):
    old = UserFactory(
        employee_no="00418", name="学员丙", unit=company, trade="电工", phone="13900139000"
    )
    Placement.objects.create(
        person=old, unit=company, kind="onboarding", starts_on=dt.date(2020, 1, 1)
    )
    before = User.objects.filter(pk=old.pk).values().get()
    placements = list(old.placements.values())
    batch = carry_out(receive(GOOD, (*OTHER, "13800138001")))
    old.refresh_from_db()
    assert (old.name, old.unit, old.placements.count()) == ("学员乙", workshop, 2)
    assert undo(batch, officer).state == BatchState.UNDONE
    assert not User.objects.filter(employee_no="00417").exists()
    assert User.objects.filter(pk=old.pk).values().get() == before
    assert list(old.placements.values()) == placements


def test_undo_sends_who_came_back_away_again_with_his_day(workshop, receive, carry_out, officer):
    left = dt.date(2024, 5, 1)
    UserFactory(
        employee_no="00418",
        name="学员乙",
        unit=workshop,
        trade="焊工",
        is_active=False,
        left_on=left,
    )
    batch = receive(OTHER)
    assert "Left on 2024-05-01" in batch.rows.get().warnings[0]["message"]
    carry_out(batch)
    assert User.objects.get(employee_no="00418").is_active
    undo(batch, officer)
    person = User.objects.get(employee_no="00418")
    assert (person.is_active, person.left_on) == (False, left)


def test_undo_keeps_what_somebody_changed_since(workshop, receive, carry_out, officer):
    UserFactory(employee_no="00418", name="学员丙", unit=workshop, trade="电工")
    batch = carry_out(receive(OTHER, GOOD))
    User.objects.filter(employee_no="00418").update(trade="钳工")
    User.objects.filter(employee_no="00417").update(last_login=timezone.now())
    undo(batch, officer)
    person = User.objects.get(employee_no="00418")
    assert (person.name, person.trade) == ("学员丙", "钳工")
    assert User.objects.filter(employee_no="00417").exists()
    assert Entry.objects.get(verb="exchange.undone").data["kept"] == 2
    assert "2 rows were changed since" in Job.objects.get(kind="exchange.undo").message


def test_undo_keeps_a_placement_that_began_since(company, workshop, receive, carry_out, officer):
    old = UserFactory(employee_no="00418", name="学员乙", unit=company, trade="焊工")
    Placement.objects.create(
        person=old, unit=company, kind="onboarding", starts_on=dt.date(2020, 1, 1)
    )
    batch = carry_out(receive(OTHER))
    User.objects.filter(pk=old.pk).update(unit=company)
    undo(batch, officer)
    assert old.placements.current().count() == 1


def test_undo_is_refused_after_24_hours(workshop, receive, carry_out, officer):
    batch = carry_out(receive(GOOD))
    with pytest.raises(IllegalMove, match="no longer be undone"):
        undo(batch, officer, now=batch.applied_at + dt.timedelta(hours=24))
    assert User.objects.filter(employee_no="00417").exists()


def test_nothing_is_undone_twice(workshop, receive, carry_out, officer):
    batch = undo(carry_out(receive(GOOD)), officer)
    with pytest.raises(IllegalMove):
        undo(batch, officer)


# ---- clearing up -----------------------------------------------------------------------------


def test_after_a_week_rows_and_file_go_and_the_counts_stay(workshop, receive, carry_out):
    done, waiting = carry_out(receive(GOOD)), receive(OTHER)
    later = timezone.now() + dt.timedelta(days=8)
    assert services.purge(timezone.now()) == 0
    assert services.purge(later) == 2
    assert services.purge(later) == 0
    done.refresh_from_db()
    waiting.refresh_from_db()
    assert not Row.objects.exists()
    assert (done.state, done.rows_total, bool(done.file)) == (BatchState.APPLIED, 1, False)
    assert waiting.state == BatchState.DISCARDED


def test_an_import_that_stopped_keeps_its_rows(workshop, receive, officer):
    services.order_import(receive(GOOD), by=officer)
    assert services.purge(timezone.now() + dt.timedelta(days=8)) == 0


def test_rows_lie_encrypted(workshop, receive):
    receive(GOOD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_values FROM exchange_row")
        assert "13800138000" not in cursor.fetchone()[0]
