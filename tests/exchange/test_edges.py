"""Where an import meets what is there already: case, posts, plans, switches, people who left."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from exchange import services
from exchange.kinds import kinds_of
from exchange.models import BESIDE_FILE
from exchange.states import BatchState, Verdict
from journal.models import Entry
from kit.states import IllegalMove
from people.models import Grant, Honor, Placement, Post, Unit, User
from people.rosters import take_up
from people.states import HonorState, PlacementKind, Role
from tests.exchange.conftest import run
from tests.factories import GrantFactory, UserFactory
from tests.people.costs import queries_of

POSTS = ("工号", "姓名", "单位", "岗位")
MOVES = ("工号", "类型", "原岗位", "新岗位", "生效日期", "经办", "新单位", "新车间")
HONORS = ("工号", "姓名", "荣誉名称", "级别", "授予单位", "年份", "状态")


def verdicts(batch):
    return list(batch.rows.order_by("number").values_list("verdict", flat=True))


def messages_of(batch):
    return [p["message"] for row in batch.rows.order_by("number") for p in row.problems]


def undo(batch, by):
    services.order_undo(batch, by=by, now=timezone.now())
    return run(batch)


# ---- numbers -------------------------------------------------------------------------------


def test_a_number_is_the_same_in_capitals_or_not(workshop, receive, carry_out):
    person = UserFactory(employee_no="A0417", name="学员001", unit=workshop)

    batch = receive(("a0417", "学员002", "总装一车间"), ("A0417", "学员002", "总装一车间"))

    assert verdicts(batch) == [Verdict.UPDATE, Verdict.BAD]
    assert messages_of(batch) == ["The same as in row 2. Keep one of the two."]
    carry_out(batch)
    person.refresh_from_db()
    assert (person.name, User.objects.filter(employee_no__iexact="a0417").count()) == ("学员002", 1)


def test_the_row_that_is_repeated_is_one_click_away(workshop, receive, officer, as_user):
    rows = [(f"{n:05d}", "学员甲", "总装一车间") for n in range(60)]
    batch = receive(*rows, ("00055", "学员乙", "总装一车间"))
    client = as_user(officer)

    page = client.get(reverse("exchange:batch", args=[batch.pk])).content.decode()
    link = reverse("exchange:rows", args=[batch.pk]) + "?at=57"

    assert f'href="{link}#row-57"' in page
    assert 'id="row-57"' in client.get(link).content.decode()


# ---- errors of Excel -------------------------------------------------------------------------


def test_an_error_of_excel_stays_an_error_after_another_cell_was_corrected(workshop, receive):
    batch = receive(("00417", "学员甲", "总装一车间", "", "", "#N/A", "1380013"))
    row = batch.rows.get()
    assert {p["column"] for p in row.problems} == {"trade", "phone"}

    services.correct(row, {"phone": "13800138000"})

    row.refresh_from_db()
    assert [(p["column"], row.verdict) for p in row.problems] == [("trade", Verdict.BAD)]
    services.correct(row, {"trade": "焊工"})
    row.refresh_from_db()
    assert row.verdict == Verdict.NEW


# ---- switches --------------------------------------------------------------------------------


def test_checking_again_with_another_switch_keeps_what_was_corrected(workshop, receive, officer):
    batch = receive(
        ("00417", "学员甲", "总装一车间", "", "9班", "焊工", "1380013"),
        ("00418", "学员乙", "总装一车间", "", "", "焊工"),
    )
    services.correct(batch.rows.get(number=2), {"phone": "13800138000"})

    services.switch(batch, {"new_units": True}, by=officer)
    batch = run(batch)

    assert (batch.state, verdicts(batch)) == (BatchState.CHECKED, [Verdict.NEW, Verdict.NEW])
    assert batch.rows.get(number=2).values["phone"] == "13800138000"
    assert (batch.rows_new, batch.rows_bad) == (2, 0)


def test_units_an_import_added_go_with_it_unless_somebody_stands_there(
    workshop, receive, carry_out, officer
):
    batch = receive(
        ("00417", "学员甲", "总装一车间", "", "8班", "焊工"),
        ("00418", "学员乙", "总装一车间", "", "9班", "焊工"),
    )
    services.switch(batch, {"new_units": True}, by=officer)
    carry_out(run(batch))
    UserFactory(unit=Unit.objects.get(name="9班"))

    undo(batch, officer)

    assert list(Unit.objects.filter(name__endswith="班").values_list("name", flat=True)) == ["9班"]


# ---- posts -----------------------------------------------------------------------------------


@pytest.fixture
def placed(company, workshop):
    """A person who works as an assembler since 2020."""
    person = UserFactory(employee_no="00417", name="学员001", unit=workshop)
    post = Post.objects.create(root=company, name="总装操作工")
    Placement.objects.create(
        person=person, unit=workshop, post=post, kind=PlacementKind.ONBOARDING,
        starts_on=dt.date(2020, 7, 1),
    )  # fmt: skip
    return person


def story(person):
    rows = person.placements.order_by("starts_on").select_related("post")
    return [(p.post and p.post.name, p.kind, p.ends_on) for p in rows]


def test_another_post_begins_a_placement_and_undo_takes_it_back(
    placed, receive, carry_out, officer
):
    with time_machine.travel(dt.datetime(2026, 11, 25, 2, tzinfo=dt.UTC)):
        batch = receive(("00417", "学员001", "总装一车间", "焊装操作工"), header=POSTS)
        assert verdicts(batch) == [Verdict.UPDATE]
        carry_out(batch)

        assert story(placed) == [
            ("总装操作工", "onboarding", dt.date(2026, 11, 24)),
            ("焊装操作工", "transfer", None),
        ]
        again = receive(("00417", "学员001", "总装一车间", "焊装操作工"), header=POSTS)
        assert verdicts(again) == [Verdict.SAME]
        undo(batch, officer)
        assert story(placed) == [("总装操作工", "onboarding", None)]


def test_the_same_or_no_post_changes_nothing(placed, receive):
    for post in ("总装操作工", ""):
        batch = receive(("00417", "学员001", "总装一车间", post), header=POSTS)
        assert verdicts(batch) == [Verdict.SAME]


def test_a_planned_placement_is_not_overruled_by_todays_roster(placed, receive, carry_out):
    day = timezone.localdate() + dt.timedelta(days=30)
    carry_out(
        receive(
            ("00417", "轮岗", "", "焊装操作工", day.isoformat()), header=MOVES, slug="placements"
        )
    )

    batch = receive(("00417", "学员001", "总装一车间", "总装操作工"), header=POSTS)

    assert verdicts(batch) == [Verdict.SAME]


# ---- placements ------------------------------------------------------------------------------


def test_a_planned_placement_moves_the_person_on_its_day(company, placed, receive, carry_out):
    other = Unit(tree="org", level="workshop", name="焊装车间", parent=company)
    other.plant()
    day = timezone.localdate() + dt.timedelta(days=30)

    carry_out(
        receive(
            ("00417", "轮岗", "", "焊装操作工", day.isoformat(), "", "", "焊装车间"), header=MOVES,
            slug="placements",
        )
    )  # fmt: skip

    placed.refresh_from_db()
    assert placed.unit.name == "总装一车间"
    assert take_up(day - dt.timedelta(days=1)) == 0
    assert (take_up(day), take_up(day)) == (1, 0)
    placed.refresh_from_db()
    assert placed.unit == other


def test_a_placement_announces_itself_and_goes_by_undo(placed, receive, carry_out, officer):
    today = timezone.localdate().isoformat()
    batch = receive(("00417", "晋级", "总装操作工", "班长", today), header=MOVES, slug="placements")

    carry_out(batch)

    entry = Entry.objects.get(verb="people.placement_changed")
    assert (entry.data["post"], entry.data["person"]) == ("班长", placed.pk)
    again = receive(("00417", "晋级", "", "班长", today), header=MOVES, slug="placements")
    assert verdicts(again) == [Verdict.SAME]
    undo(batch, officer)
    assert story(placed) == [("总装操作工", "onboarding", None)]


@pytest.mark.parametrize(
    ("cells", "words"),
    (
        (("99999", "轮岗", "", "焊工", "2026-01-01"), "Nobody in your units has this number."),
        (("00417", "飞升", "", "焊工", "2026-01-01"), "“飞升” is not known. Known are: 入职, 轮岗, 调岗, 转岗, 业务服务, 晋级."),
        (("00417", "轮岗", "", "", "2026-01-01"), "Write the new post."),
        (("00417", "轮岗", "", "焊工", "明年"), "This is no date. Write it like 2026-11-01."),
        (("00417", "轮岗", "", "焊工", "2099-01-01"), "Check the year of this date."),
        (("00417", "轮岗", "", "焊工", "2020-07-01"), "The present placement began on 2020-07-01; the new one must begin later."),
    ),
)  # fmt: skip
def test_a_wrong_placement_says_what_to_do(placed, receive, cells, words):
    batch = receive(cells, header=MOVES, slug="placements")

    assert messages_of(batch) == [words]


# ---- honors ----------------------------------------------------------------------------------


def test_two_spellings_of_one_honor_are_one(placed, receive, carry_out):
    batch = receive(
        ("00417", "学员001", "劳动模范", "市级", "市人民政府", "2022", "有效"),
        ("00417", "学员001", "劳动模范", "市级", "市人民政府", "2022年", ""),
        header=HONORS, slug="honors",
    )  # fmt: skip

    assert verdicts(batch) == [Verdict.NEW, Verdict.BAD]
    carry_out(batch)
    honor = Honor.objects.get(person=placed)
    assert (honor.year, honor.state, honor.unit_id) == (2022, HonorState.AWARDED, placed.unit_id)


def test_an_honor_needs_the_name_of_the_number_and_tells_only_a_surname(placed, receive):
    batch = receive(
        ("00417", "导师A", "劳动模范", "市级", "", "2022"), header=HONORS, slug="honors"
    )

    assert messages_of(batch) == ["This number belongs to 学**. Check number and name."]


def test_nobody_imports_an_honor_for_himself(officer, receive):
    row = (officer.employee_no, officer.name, "劳动模范", "市级", "", "2022")

    assert messages_of(receive(row, header=HONORS, slug="honors")) == [
        "Nobody enters an honor for himself."
    ]


def test_undo_takes_an_honor_back_unless_it_was_decided_about(placed, receive, carry_out, officer):
    rows = [("00417", "学员001", title, "市级", "", "2022", "申报中") for title in ("甲", "乙")]
    batch = carry_out(receive(*rows, header=HONORS, slug="honors"))
    Honor.objects.filter(title="乙").update(state=HonorState.WITHDRAWN)

    undo(batch, officer)

    assert list(Honor.objects.values_list("title", flat=True)) == ["乙"]


# ---- who is missing --------------------------------------------------------------------------


@pytest.fixture
def leaving(workshop, receive, carry_out, company):
    """A leader the roster no longer names, and the import that left him out."""
    person = GrantFactory(
        user__employee_no="b0001", user__name="班长A", user__unit=workshop, unit=workshop,
        user__phone="13800138000", role=Role.TEAM_LEADER,
    ).user  # fmt: skip
    Placement.objects.create(
        person=person, unit=workshop, kind=PlacementKind.ONBOARDING, starts_on=dt.date(2020, 7, 1)
    )
    kept = UserFactory(employee_no="c0001", name="学员003", unit=workshop)
    rows = (("C0001", kept.name, "总装一车间"), ("00419", "学员丙", "总装一车间"))
    return person, carry_out(receive(*rows))


def test_who_is_missing_leaves_only_when_a_person_says_so_twice(leaving, officer, as_user):
    person, batch = leaving
    client, url = as_user(officer), reverse("people:roster-missing", args=[batch.pk])

    listed = client.get(url).context["page"].object_list
    assert [p.name for p in listed] == ["班长A"]
    asked = client.post(url, {"people": [person.pk]})
    assert "Mark 1 person as left?" in asked.content.decode()
    person.refresh_from_db()
    assert person.is_active
    client.post(url, {"people": [person.pk], "sure": "1"})

    person.refresh_from_db()
    assert (person.is_active, person.phone, person.left_on) == (False, "", timezone.localdate())
    assert person.placements.current().count() == 0


def test_undo_brings_back_who_was_marked_as_left(leaving, officer, as_user):
    person, batch = leaving
    url = reverse("people:roster-missing", args=[batch.pk])
    as_user(officer).post(url, {"people": [person.pk], "sure": "1"})
    beside = batch.rows.get(number__gte=BESIDE_FILE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_before FROM exchange_row WHERE id = %s", [beside.pk])
        assert cursor.fetchone()[0].startswith("gAAAA")  # sealed
    assert "13800138000" in beside.sealed_before

    undo(batch, officer)

    person = User.objects.get(pk=person.pk)
    assert (person.is_active, person.phone, person.left_on) == (True, "13800138000", None)
    assert Grant.objects.get(user=person).ends_on is None
    assert person.placements.current().count() == 1
    assert not User.objects.filter(employee_no="00419").exists()


def test_who_left_anew_since_is_not_brought_back(leaving, officer, as_user):
    person, batch = leaving
    url = reverse("people:roster-missing", args=[batch.pk])
    as_user(officer).post(url, {"people": [person.pk], "sure": "1"})
    User.objects.filter(pk=person.pk).update(left_on=dt.date(2026, 1, 1))

    undo(batch, officer)

    person.refresh_from_db()
    assert person.is_active is False


def test_nothing_is_written_beside_a_file_that_can_no_longer_be_undone(leaving):
    _person, batch = leaving

    with (
        time_machine.travel(timezone.now() + dt.timedelta(hours=25)),
        pytest.raises(IllegalMove),
    ):
        services.add_beside(batch, key="1", target=1, before={}, values={})


# ---- the report ------------------------------------------------------------------------------


def test_warnings_are_counted_by_column(workshop, receive, officer, as_user):
    batch = receive(*[(f"{n:05d}", "学员甲", "总装一车间") for n in range(3)])
    client = as_user(officer)

    groups = client.get(reverse("exchange:batch", args=[batch.pk])).context["warned"]

    assert [(g["header"], g["n"]) for g in groups] == [("工种", 3)]
    url = reverse("exchange:rows", args=[batch.pk])
    assert len(client.get(url, {"which": "warned", "column": "trade"}).context["table"]) == 3
    assert client.get(url, {"which": "warned", "column": "phone"}).context["table"] == []


def test_a_correction_by_htmx_says_how_it_went(workshop, receive, officer, as_user):
    batch = receive(("00417", "学员甲", "总装一车间", "", "", "焊工", "1380013"))
    url = reverse("exchange:fix", args=[batch.pk, 2])

    answer = as_user(officer).post(
        url, {"cell-phone": "13800138000"}, headers={"HX-Request": "true"}
    )

    assert "Row 2 is right now." in answer.content.decode()


@pytest.mark.parametrize("count", (1, 3))
@pytest.mark.parametrize("name", ("choose", "batch", "rows", "missing"))
def test_import_pages_cost_the_same_for_any_length(
    workshop, receive, carry_out, officer, as_user, name, count
):
    seen = []
    for n in (1, count):
        rows = [(f"7{n}{i:03d}", "学员甲", "总装一车间", "", "", "", "1380013") for i in range(n)]
        batch = receive(*rows, (f"7999{len(seen)}", "学员乙", "总装一车间"))
        client = as_user(officer)
        if name == "missing":
            carry_out(batch)
            for _i in range(n):
                UserFactory(unit=workshop)
            url = reverse("people:roster-missing", args=[batch.pk])
        elif name == "choose":
            url = reverse("exchange:choose")
        else:
            url = reverse(f"exchange:{name}", args=[batch.pk])
        seen.append(len(queries_of(client, url)))
    assert seen[0] == seen[1]


def test_hr_staff_import_people_and_no_honors(company):
    hr = GrantFactory(user__unit=company, unit=company, role=Role.HR_OFFICER).user

    assert [kind.slug for kind in kinds_of(hr)] == ["roster", "placements"]
