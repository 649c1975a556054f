"""What the three kinds of import know of their cells: roster, placements, honors."""

# ruff: noqa: F401, F811 -- the fixtures of the exchange tests serve here as well

import datetime as dt

import pytest
from django.utils import timezone, translation

from exchange import services
from exchange.kinds import kind_of
from exchange.states import BatchState
from journal.models import Entry
from people.imports import nearest, read_date, read_phone, read_rank
from people.models import Honor, Placement, Post, User
from people.rosters import mark_back, mark_left
from people.states import (
    Employment,
    HonorLevel,
    HonorState,
    PlacementKind,
    Rank,
    Role,
    Sex,
    Tree,
    UnitLevel,
)
from tests.exchange.conftest import carry_out, officer, receive, run
from tests.factories import GrantFactory, HonorFactory, UnitFactory, UserFactory


@pytest.fixture(autouse=True)
def _in_english(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with translation.override("en"):
        yield


# ---- cells -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ("2024-3-1", "2024-03-01", "2024/3/1", "2024.3.1", "2024年3月1日", "20240301", "45352",
     "45352.0", "2024-03-01 08:30"),
)  # fmt: skip
def test_a_date_is_read_in_every_usual_style(text):
    assert read_date(text) == dt.date(2024, 3, 1)


@pytest.mark.parametrize("text", ("2024-3", "2024/03", "2024年3月", "202403", "2024-03-17"))
def test_a_month_needs_no_day(text):
    assert read_date(text, month=True) == dt.date(2024, 3, 1)


@pytest.mark.parametrize("text", ("", "昨天", "2024-13-01", "2024-02-30", "2024", "2024-3", "1"))
def test_what_is_no_date_is_none(text):
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("text", "digits"),
    (
        ("138 0013 8000", "13800138000"),
        ("+8613800138000", "13800138000"),
        ("010-12345678", "01012345678"),
        ("", ""),
    ),
)
def test_a_phone_loses_its_ornaments(text, digits):
    assert read_phone(text) == (digits, "")


@pytest.mark.parametrize(
    ("text", "wrong"),
    (
        ("1380013800", "Only 10"),
        ("138001380001", "12 digits"),
        ("abc", "digits only"),
        ("55", "begins with 1"),
    ),
)
def test_what_is_wrong_with_a_phone_is_told(text, wrong):
    assert wrong in read_phone(text)[1]


@pytest.mark.parametrize(
    ("text", "rank"),
    (("高级工", Rank.SENIOR), ("三级", Rank.SENIOR), ("三级/高级工", Rank.SENIOR), ("高级工(三级)", Rank.SENIOR),
     ("一级", Rank.SENIOR_TECHNICIAN), ("学徒", Rank.APPRENTICE), ("高级工/技师", None), ("大师", None)),
)  # fmt: skip
def test_a_rank_is_known_by_name_and_by_certificate(text, rank):
    assert read_rank(text) == rank


def test_the_nearest_name_takes_digits_for_chinese_numerals():
    names = ["总装一车间", "总装二车间", "焊装车间"]
    assert nearest("总装2车间", names) == "总装二车间"
    assert nearest("焊装", names) == "焊装车间"
    assert nearest("食堂", names) == ""


# ---- roster ----------------------------------------------------------------------------------

ROSTER = tuple(c.header for c in kind_of("roster").columns)


def roster(**cells):
    columns = kind_of("roster").columns
    given = {"number": "00417", "name": "学员甲", "unit": "总装一车间", "trade": "焊工", **cells}
    return tuple(given.get(c.key, "") for c in columns)


def problems(batch):
    return [p["message"] for row in batch.rows.order_by("number") for p in row.problems]


def warnings(batch):
    return [p["message"] for row in batch.rows.order_by("number") for p in row.warnings]


def test_every_column_of_the_roster_arrives(company, workshop, receive, carry_out):
    union = UnitFactory(
        name="总装工会小组",
        tree=Tree.UNION,
        level=UnitLevel.TEAM,
    )
    carry_out(
        receive(
            roster(
                post="总装操作工", employment="派遣工", frontline="是", sex="女", born="1990年5月",
                hired="2018.7.1", rank="四级/中级工", union="总装工会小组", phone="13800138000",
            ),
            header=ROSTER,
        )
    )  # fmt: skip
    person = User.objects.get(employee_no="00417")
    assert person.employment == Employment.DISPATCH
    assert (person.sex, person.rank, person.is_frontline) == (Sex.FEMALE, Rank.INTERMEDIATE, True)
    assert (person.born_in, person.hired_on) == (dt.date(1990, 5, 1), dt.date(2018, 7, 1))
    assert person.union_unit == union
    placement = person.placements.get()
    assert (placement.post.name, placement.kind) == ("总装操作工", PlacementKind.ONBOARDING)


@pytest.mark.parametrize(
    ("cells", "words"),
    (
        ({"number": ""}, "Write the employee number."),
        ({"number": "工号1"}, "An employee number has letters"),
        ({"name": ""}, "Write the name."),
        ({"name": "<b>"}, "A name has letters"),
        ({"unit": ""}, "Write the unit."),
        ({"unit": "总装1车间"}, "Did you mean “总装一车间”"),
        ({"sex": "不详"}, "“不详” is not known. Known are: 男, 女."),
        ({"rank": "大师"}, "“大师” is not known."),
        ({"born": "2020-01"}, "Check the year"),
        ({"hired": "很久"}, "Write it like 2024-03-01"),
        ({"phone": "1380013800"}, "Only 10 digits; 1 missing."),
    ),
)
def test_what_is_wrong_in_the_roster_is_told(workshop, receive, cells, words):
    batch = receive(roster(**cells), header=ROSTER)
    assert batch.rows_bad == 1
    assert words in problems(batch)[0]


def test_what_is_only_odd_is_a_warning(workshop, receive):
    UnitFactory(name="总装工会小组", tree=Tree.UNION)
    batch = receive(roster(trade="", union="总装小组"), header=ROSTER)
    assert (batch.rows_new, batch.rows_warned) == (1, 1)
    assert warnings(batch) == [
        "This union unit is not known and is left out.",
        "No trade; shown as “not stated”.",
    ]


def test_of_two_units_of_one_name_the_one_above_must_be_given(company, receive):
    for factory in ("第一工厂", "第二工厂"):
        UnitFactory(name="设备部", parent=UnitFactory(name=factory, parent=company))
    batch = receive(
        roster(unit="设备部"),
        roster(number="00418", unit="第二工厂", workshop="设备部"),
        header=ROSTER,
    )
    assert problems(batch) == ["Several units are called “设备部”. Name the unit above it as well."]


def test_an_officer_of_a_workshop_imports_for_it_alone(company, workshop, receive):
    UnitFactory(name="焊装车间", parent=company)
    mine = GrantFactory(
        role=Role.HR_OFFICER, unit=workshop, user__unit=workshop, user__language="en"
    ).user
    batch = receive(roster(), roster(number="00418", unit="焊装车间"), header=ROSTER, by=mine)
    assert (batch.rows_new, batch.rows_bad) == (1, 1)


def test_a_move_ends_the_placement_and_begins_another(company, workshop, receive, carry_out):
    person = UserFactory(employee_no="00417", name="学员甲", unit=company, trade="焊工")
    old = Placement.objects.create(
        person=person, unit=company, kind="onboarding", starts_on=dt.date(2020, 1, 1)
    )
    carry_out(receive(roster(), header=ROSTER))
    old.refresh_from_db()
    today = timezone.localdate()
    assert old.ends_on == today - dt.timedelta(days=1)
    now = person.placements.current().get()
    assert (now.unit, now.kind, now.starts_on) == (workshop, PlacementKind.TRANSFER, today)


# ---- placements ------------------------------------------------------------------------------

PLACEMENTS = ("工号", "类型", "原岗位", "新岗位", "生效日期", "经办", "新单位")


@pytest.fixture
def worker(company, workshop):
    person = UserFactory(employee_no="00417", name="学员甲", unit=workshop)
    post = Post.objects.create(root=company, name="总装操作工")
    Placement.objects.create(
        person=person, unit=workshop, post=post, kind="onboarding", starts_on=dt.date(2020, 1, 1)
    )
    return person


@pytest.fixture
def placements(receive):
    return lambda *rows, **more: receive(*rows, slug="placements", header=PLACEMENTS, **more)


def test_a_rotation_ends_the_present_placement(company, worker, placements, carry_out):
    welding = UnitFactory(name="焊装车间", parent=company)
    batch = carry_out(
        placements(
            ("00417", "轮岗", "总装操作工", "焊装操作工", "2026-11-01", "人力资源专员", "焊装车间")
        )
    )
    assert batch.rows_applied == 1
    first, now = worker.placements.order_by("starts_on")
    worker.refresh_from_db()
    assert first.ends_on == dt.date(2026, 10, 31)
    assert (now.post.name, now.unit, now.handled_by) == ("焊装操作工", welding, "人力资源专员")
    assert worker.unit == welding
    assert Entry.objects.get(verb="people.placement_changed").data["kind"] == "rotation"


def test_placements_are_undone(company, worker, workshop, placements, carry_out, officer):
    UnitFactory(name="焊装车间", parent=company)
    batch = carry_out(placements(("00417", "轮岗", "", "焊装操作工", "2026-11-01", "", "焊装车间")))
    services.order_undo(batch, by=officer, now=timezone.now())
    assert run(batch).state == BatchState.UNDONE
    worker.refresh_from_db()
    assert worker.unit == workshop
    assert worker.placements.get().ends_on is None


def test_the_same_placements_twice_change_nothing(worker, placements, carry_out):
    row = ("00417", "轮岗", "", "焊装操作工", "2026-11-01")
    carry_out(placements(row))
    assert placements(row).rows_same == 1


@pytest.mark.parametrize(
    ("row", "words"),
    (
        (("", "轮岗", "", "岗", "2026-11-01"), "Write the employee number."),
        (("99999", "轮岗", "", "岗", "2026-11-01"), "Nobody in your units"),
        (("00417", "升官", "", "岗", "2026-11-01"), "Known are: 入职, 轮岗"),
        (("00417", "轮岗", "", "", "2026-11-01"), "Write the new post."),
        (("00417", "轮岗", "", "岗", "下周"), "This is no date."),
        (("00417", "轮岗", "", "岗", "2199-01-01"), "Check the year"),
        (("00417", "轮岗", "", "岗", "2019-01-01"), "must begin later"),
    ),
)
def test_what_is_wrong_with_a_placement_is_told(worker, placements, row, words):
    batch = placements(row)
    assert batch.rows_bad == 1
    assert words in problems(batch)[0]


def test_another_old_post_than_ours_is_a_warning(worker, placements):
    batch = placements(("00417", "轮岗", "电工", "焊装操作工", "2026-11-01"))
    assert warnings(batch) == ["The roster says “总装操作工”."]


def test_a_placement_for_another_enterprise_is_nobody(worker, other_company, placements):
    UserFactory(employee_no="77001", unit=other_company)
    assert problems(placements(("77001", "轮岗", "", "岗", "2026-11-01"))) == [
        "Nobody in your units has this number."
    ]


# ---- honors ----------------------------------------------------------------------------------

HONORS = ("工号", "姓名", "荣誉名称", "级别", "授予单位", "年份", "证书号", "状态")


@pytest.fixture
def model_worker(workshop):
    return UserFactory(employee_no="30001", name="导师甲", unit=workshop)


@pytest.fixture
def honors(receive):
    return lambda *rows: receive(*rows, slug="honors", header=HONORS)


MODEL = ("30001", "导师甲", "市劳动模范", "市级", "市人民政府", "2022", "2022-0417", "")


def test_an_honor_enters_the_register(model_worker, workshop, honors, carry_out):
    carry_out(honors(MODEL))
    honor = Honor.objects.get()
    assert (honor.person, honor.unit, honor.level) == (model_worker, workshop, HonorLevel.MUNICIPAL)
    assert (honor.year, honor.state, honor.certificate_no) == (
        2022,
        HonorState.AWARDED,
        "2022-0417",
    )
    assert honors(MODEL).rows_same == 1


def test_a_number_of_somebody_else_tells_but_the_first_character(model_worker, honors):
    batch = honors(("30001", "导师乙", *MODEL[2:]))
    assert problems(batch) == ["This number belongs to 导**. Check number and name."]
    assert "导师甲" not in str(batch.rows.get().problems)


@pytest.mark.parametrize(
    ("at", "text", "words"),
    (
        (0, "39999", "Nobody in your units"),
        (2, "", "Write the title"),
        (3, "宇宙级", "is not known"),
        (5, "22", "four digits"),
        (5, "2999", "four digits"),
        (7, "不知", "is not known"),
    ),
)
def test_what_is_wrong_with_an_honor_is_told(model_worker, honors, at, text, words):
    row = list(MODEL)
    row[at] = text
    assert words in problems(honors(tuple(row)))[0]


def test_the_state_of_an_honor_is_not_changed_by_a_file(model_worker, workshop, honors, carry_out):
    HonorFactory(
        person=model_worker, unit=workshop, title="市劳动模范", level=HonorLevel.MUNICIPAL, year=2022,
        state=HonorState.SUSPENDED,
    )  # fmt: skip
    batch = honors(MODEL)
    assert "change that on its own page" in warnings(batch)[0]
    carry_out(batch)
    honor = Honor.objects.get()
    assert (honor.state, honor.certificate_no) == (HonorState.SUSPENDED, "2022-0417")


def test_honors_are_undone_but_not_one_that_was_decided_about(
    model_worker, workshop, honors, carry_out, officer
):
    batch = carry_out(honors(MODEL, (*MODEL[:2], "省劳动模范", "省部级", "", "2023", "", "")))
    Honor.objects.filter(title="省劳动模范").update(state=HonorState.WITHDRAWN)
    services.order_undo(batch, by=officer, now=timezone.now())
    run(batch)
    assert Honor.objects.get().title == "省劳动模范"
    assert Entry.objects.get(verb="exchange.undone").data["kept"] == 1


# ---- leaving and coming back -----------------------------------------------------------------


def test_who_left_loses_phone_roles_and_placement(worker, workshop):
    grant = GrantFactory(user=worker, unit=workshop)
    today = timezone.localdate()
    assert mark_left(worker, on=today, by=None)
    assert not mark_left(worker, on=today, by=None)
    worker.refresh_from_db()
    grant.refresh_from_db()
    assert (worker.is_active, worker.left_on, worker.phone) == (False, today, "")
    assert grant.ends_on is not None
    assert not worker.placements.current().exists()
    assert mark_back(worker, by=None)
    assert not mark_back(worker, by=None)
