import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from journal.models import Entry
from kit.states import IllegalMove
from people.models import Honor, Unit, User
from people.rules import may_decide_honor
from people.services import (
    add_unit,
    close_unit,
    honor_targets,
    move_honor,
    move_unit,
    needs_opinion,
)
from people.states import HONOR_MOVES, HonorState, Role, Tree, UnitLevel
from tests.factories import GrantFactory, HonorFactory, UnitFactory, UserFactory
from tests.people.costs import queries_of

TODAY = dt.date(2026, 5, 4)
PAIRS = [(source, target) for source in HonorState for target in HonorState]


@pytest.fixture
def honor(employee):
    return HonorFactory(person=employee, unit=employee.unit, state=HonorState.APPLIED)


# ---- honors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_an_honor_moves_along_the_table_alone(officer, honor, source, target):
    Honor.objects.filter(pk=honor.pk).update(state=source, notice_ends_on=dt.date(2026, 5, 1))
    honor.refresh_from_db()

    if HONOR_MOVES.allows(source, target):
        move_honor(honor, target, by=officer, opinion="经核实", today=TODAY)
        assert (honor.state, Entry.objects.count()) == (target, 1)
    else:
        with pytest.raises(IllegalMove):
            move_honor(honor, target, by=officer, opinion="经核实", today=TODAY)
        honor.refresh_from_db()
        assert (honor.state, Entry.objects.count()) == (source, 0)


@pytest.mark.parametrize(("source", "target"), [p for p in PAIRS if HONOR_MOVES.allows(*p)])
def test_taking_away_and_giving_back_need_an_opinion(officer, honor, source, target):
    Honor.objects.filter(pk=honor.pk).update(state=source, notice_ends_on=dt.date(2026, 5, 1))
    honor.refresh_from_db()

    if needs_opinion(source, target):
        with pytest.raises(ValidationError) as refusal:
            move_honor(honor, target, by=officer, opinion="  ", today=TODAY)
        assert list(refusal.value.message_dict) == ["opinion"]
    else:
        move_honor(honor, target, by=officer, today=TODAY)
        assert honor.state == target


def test_a_public_notice_runs_a_week_unless_told_otherwise(officer, honor):
    move_honor(honor, HonorState.PUBLIC_NOTICE, by=officer, today=TODAY)

    assert honor.notice_ends_on == dt.date(2026, 5, 11)


@pytest.mark.parametrize(("days", "accepted"), ((-1, False), (4, False), (5, True), (30, True)))
def test_a_public_notice_runs_five_days_at_least(officer, honor, days, accepted):
    ends = TODAY + dt.timedelta(days=days)
    if accepted:
        move_honor(honor, HonorState.PUBLIC_NOTICE, by=officer, notice_ends_on=ends, today=TODAY)
        assert honor.notice_ends_on == ends
    else:
        with pytest.raises(ValidationError) as refusal:
            move_honor(
                honor, HonorState.PUBLIC_NOTICE, by=officer, notice_ends_on=ends, today=TODAY
            )
        assert list(refusal.value.message_dict) == ["notice_ends_on"]


@pytest.mark.parametrize(("ends", "open_"), ((5, False), (4, False), (3, True)))
def test_the_award_waits_until_the_notice_is_over(officer, honor, ends, open_):
    Honor.objects.filter(pk=honor.pk).update(
        state=HonorState.PUBLIC_NOTICE, notice_ends_on=dt.date(2026, 5, ends)
    )
    honor.refresh_from_db()

    assert (HonorState.AWARDED in honor_targets(honor, TODAY)) == open_
    if open_:
        move_honor(honor, HonorState.AWARDED, by=officer, today=TODAY)
        assert honor.state == HonorState.AWARDED
    else:
        with pytest.raises(ValidationError):
            move_honor(honor, HonorState.AWARDED, by=officer, today=TODAY)


@pytest.mark.parametrize("target", (HonorState.SUSPENDED, HonorState.WITHDRAWN))
def test_whoever_decides_second_is_told_no(officer, honor, target):
    """The second officer read the honor while it was valid; another decided meanwhile."""
    Honor.objects.filter(pk=honor.pk).update(state=HonorState.AWARDED)
    first, second = Honor.objects.get(pk=honor.pk), Honor.objects.get(pk=honor.pk)
    move_honor(first, HonorState.SUSPENDED, by=officer, opinion="有人举报")

    with pytest.raises(IllegalMove):
        move_honor(second, target, by=officer, opinion="查实")

    honor.refresh_from_db()
    assert honor.state == HonorState.SUSPENDED


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks")
@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_one_wins():
    officers = [UserFactory(), UserFactory()]
    person = UserFactory(unit=UnitFactory())
    honor = HonorFactory(person=person, unit=person.unit)
    gate, results = threading.Barrier(2), []

    def decide(officer, target):
        try:
            mine = Honor.objects.get(pk=honor.pk)
            gate.wait()
            move_honor(mine, target, by=officer, opinion="经核实")
            results.append(target)
        except IllegalMove:
            results.append("late")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=pair)
        for pair in zip(officers, (HonorState.SUSPENDED, HonorState.WITHDRAWN), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    honor.refresh_from_db()
    assert sorted(results) == sorted(["late", honor.state])
    assert Entry.objects.filter(verb__startswith="people.honor_").count() == 1


@pytest.mark.parametrize(
    ("role", "may"),
    (
        (Role.UNION_OFFICER, True),
        (Role.UNION_CHAIR, True),
        (Role.HR_OFFICER, False),
        (Role.AUDITOR, False),
        (Role.TEAM_LEADER, False),
        (Role.SECADMIN, False),
    ),
)
def test_officer_and_chair_decide_about_honors(honor, company, role, may):
    user = GrantFactory(role=role, unit=company).user

    assert may_decide_honor(user, honor) == may


def test_nobody_decides_about_his_own_honor(officer):
    honor = HonorFactory(person=officer, unit=officer.unit)

    assert not may_decide_honor(officer, honor)


def test_an_officer_of_another_enterprise_decides_nothing(stranger, honor):
    assert not may_decide_honor(stranger, honor)


# ---- the honor pages ------------------------------------------------------------------------------


def test_the_honor_list_shows_the_own_enterprise_alone(as_user, officer, honor, stranger):
    HonorFactory(person=UserFactory(unit=stranger.unit), unit=stranger.unit, title="别家标兵")

    page = as_user(officer).get(reverse("people:honor-list"))

    assert [honor.title for honor in page.context["page"]] == ["公司劳动模范"]


def test_the_honor_list_costs_the_same_for_any_length(as_user, officer, workshop):
    client, costs = as_user(officer), []
    for _number in range(3):
        HonorFactory(person=UserFactory(unit=workshop), unit=workshop)
        costs.append(len(queries_of(client, reverse("people:honor-list"))))

    assert costs[0] == costs[2] <= 8


@pytest.mark.parametrize(
    ("query", "count"),
    (
        ({}, 2),
        ({"state": "awarded"}, 1),
        ({"level": "national"}, 1),
        ({"year": "2020"}, 1),
        ({"q": "mengtai"}, 1),
        ({"q": "劳动模范"}, 2),
        ({"q": "没有"}, 0),
        ({"year": "soon", "state": "nonsense"}, 2),
    ),
)
def test_honors_are_narrowed(as_user, officer, workshop, honor, query, count):
    HonorFactory(
        person=UserFactory(name="孟泰", unit=workshop), unit=workshop, title="全国劳动模范",
        level="national", year=2020,
    )  # fmt: skip

    page = as_user(officer).get(reverse("people:honor-list"), query)

    assert page.context["page"].paginator.count == count


@pytest.mark.parametrize(("name", "method"), (("honor", "get"), ("honor-move", "post")))
def test_honors_of_another_enterprise_do_not_exist(as_user, stranger, honor, name, method):
    client = as_user(stranger)

    assert getattr(client, method)(reverse(f"people:{name}", args=[honor.pk])).status_code == 404


def test_an_honor_is_entered_as_applied_for(as_user, officer, employee):
    as_user(officer).post(
        reverse("people:honor-new"),
        {
            "employee_no": employee.employee_no, "title": "市级劳动模范", "level": "municipal",
            "year": 2025, "state": "awarded",
        },
    )  # fmt: skip

    honor = Honor.objects.get()
    assert (honor.person, honor.unit, honor.state) == (employee, employee.unit, "applied")


@pytest.mark.parametrize(
    ("field", "value"),
    (
        ("employee_no", "nobody"),
        ("title", ""),
        ("level", "cosmic"),
        ("year", "1899"),
        ("year", "2999"),
    ),
)
def test_a_wrong_honor_is_told_at_its_field(as_user, officer, employee, field, value):
    page = as_user(officer).post(
        reverse("people:honor-new"),
        {
            "employee_no": employee.employee_no, "title": "市级劳动模范", "level": "municipal",
            "year": 2025, field: value,
        },
    )  # fmt: skip

    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])


def test_the_same_honor_twice_is_told(as_user, officer, employee):
    HonorFactory(person=employee, unit=employee.unit, title="公司标兵", year=2025)

    page = as_user(officer).post(
        reverse("people:honor-new"),
        {
            "employee_no": employee.employee_no, "title": "公司标兵", "level": "company",
            "year": 2025,
        },
    )  # fmt: skip

    assert list(page.context["form"].errors) == ["title"]


def test_nobody_enters_an_honor_for_a_foreigner_or_himself(as_user, officer, stranger):
    for person in (stranger, officer):
        page = as_user(officer).post(
            reverse("people:honor-new"),
            {"employee_no": person.employee_no, "title": "标兵", "level": "company"},
        )
        assert list(page.context["form"].errors) == ["employee_no"]


def test_the_page_offers_the_allowed_moves_alone(as_user, officer, honor):
    page = as_user(officer).get(reverse("people:honor", args=[honor.pk]))

    assert [move["state"] for move in page.context["moves"]] == ["public_notice", "withdrawn"]


def test_who_decides_upon_a_stale_page_is_told(as_user, officer, honor):
    Honor.objects.filter(pk=honor.pk).update(state=HonorState.AWARDED)

    page = as_user(officer).post(
        reverse("people:honor-move", args=[honor.pk]),
        {"state": "withdrawn", "seen": "applied", "opinion": "重复"},
    )

    honor.refresh_from_db()
    assert (page.status_code, honor.state) == (409, HonorState.AWARDED)


def test_a_missing_opinion_is_told_at_its_field(as_user, officer, honor):
    page = as_user(officer).post(
        reverse("people:honor-move", args=[honor.pk]), {"state": "withdrawn", "seen": "applied"}
    )

    assert (page.status_code, list(page.context["form"].errors)) == (422, ["opinion"])


# ---- units ----------------------------------------------------------------------------------------


@pytest.fixture
def team(workshop):
    return UnitFactory(name="一班", parent=workshop, level=UnitLevel.TEAM)


def test_the_tree_tells_people_here_and_below(as_user, officer, company, workshop, team):
    UserFactory(unit=workshop)
    UserFactory(unit=team)
    UserFactory(unit=team, is_active=False)
    page = as_user(officer).get(reverse("people:unit-list"))

    rows = [
        (row["unit"].name, row["indent"], row["below"], row["alone"])
        for row in page.context["rows"]
    ]
    assert rows == [("总公司", 0, 3, 1), ("总装一车间", 1, 2, 1), ("一班", 2, 1, 1)]


def test_the_tree_costs_the_same_for_any_size(as_user, officer, company):
    client, costs = as_user(officer), []
    for number in range(3):
        UserFactory(unit=UnitFactory(name=f"{number}车间", parent=company))
        costs.append(len(queries_of(client, reverse("people:unit-list"))))

    assert costs[0] == costs[2] <= 8


def test_foreign_units_are_not_listed(as_user, officer, other_company):
    page = as_user(officer).get(reverse("people:unit-list"), {"tree": "org"})

    assert [row["unit"].name for row in page.context["rows"]] == ["总公司"]


@pytest.mark.parametrize(
    ("name", "method"),
    (
        ("unit", "get"),
        ("unit-new", "post"),
        ("unit-rename", "post"),
        ("unit-move", "post"),
        ("unit-close", "post"),
    ),
)
def test_units_of_another_enterprise_do_not_exist(as_user, stranger, workshop, name, method):
    client = as_user(stranger)

    assert getattr(client, method)(reverse(f"people:{name}", args=[workshop.pk])).status_code == 404


@pytest.mark.parametrize("role", (Role.UNION_CHAIR, Role.AUDITOR))
def test_chair_and_auditor_read_the_tree_alone(as_user, company, workshop, role):
    client = as_user(GrantFactory(role=role, unit=company).user)
    posts = ("unit-new", "unit-rename", "unit-move", "unit-close")

    read = client.get(reverse("people:unit", args=[workshop.pk]))
    written = [client.post(reverse(f"people:{n}", args=[workshop.pk])).status_code for n in posts]

    assert (read.status_code, read.context["may_edit"], written) == (200, False, [403] * 4)


def test_a_unit_is_added_below(as_user, officer, workshop):
    as_user(officer).post(
        reverse("people:unit-new", args=[workshop.pk]),
        {"adding-name": "二班", "adding-level": "team"},
    )

    unit = Unit.objects.get(name="二班")
    assert (unit.parent, unit.path[:-8]) == (workshop, workshop.path)


@pytest.mark.parametrize(
    ("name", "level", "field"),
    (("一班", "team", "name"), ("", "team", "name"), ("二班", "branch", "level")),
)
def test_a_wrong_unit_is_told_at_its_field(as_user, officer, workshop, team, name, level, field):
    page = as_user(officer).post(
        reverse("people:unit-new", args=[workshop.pk]),
        {"adding-name": name, "adding-level": level},
    )

    assert (page.status_code, list(page.context["adding"].errors)) == (422, [field])


def test_a_unit_is_renamed_and_the_old_name_kept_on_record(as_user, officer, workshop):
    as_user(officer).post(
        reverse("people:unit-rename", args=[workshop.pk]),
        {"naming-name": "总装二车间", "naming-level": "workshop"},
    )

    workshop.refresh_from_db()
    assert workshop.name == "总装二车间"
    assert Entry.objects.get(verb="people.unit_renamed").data == {"before": "总装一车间"}


def test_a_cycle_is_refused_in_words(as_user, officer, workshop, team):
    page = as_user(officer).post(
        reverse("people:unit-move", args=[workshop.pk]), {"parent": team.pk}
    )

    workshop.refresh_from_db()
    assert (page.status_code, list(page.context["moving"].errors)) == (422, ["parent"])
    assert team.path.startswith(workshop.path)


def test_a_move_takes_the_people_along(as_user, officer, company, workshop, team):
    other = UnitFactory(name="焊装车间", parent=company)
    person = UserFactory(unit=team)
    as_user(officer).post(reverse("people:unit-move", args=[team.pk]), {"parent": other.pk})

    assert list(User.objects.under(Unit.objects.get(pk=other.pk))) == [person]


def test_an_enterprise_stays_where_it_is(as_user, officer, company, workshop):
    answer = as_user(officer).post(
        reverse("people:unit-move", args=[company.pk]), {"parent": workshop.pk}
    )

    assert answer.status_code == 403


def test_a_unit_stays_in_its_enterprise_even_with_two_grants(officer, workshop, other_company):
    with pytest.raises(ValidationError):
        move_unit(workshop, parent=other_company, by=officer)


def test_a_name_used_there_already_stops_the_move(officer, company, team):
    other = UnitFactory(name="焊装车间", parent=company)
    UnitFactory(name="一班", parent=other)

    with pytest.raises(ValidationError):
        move_unit(team, parent=other, by=officer)


@pytest.mark.parametrize("count", (1, 2))
def test_a_unit_with_people_stays_open_and_says_how_many(as_user, officer, team, count):
    for _number in range(count):
        UserFactory(unit=team)

    page = as_user(officer).post(reverse("people:unit-close", args=[team.pk]))

    team.refresh_from_db()
    assert (page.status_code, team.closed_on) == (422, None)
    assert str(count) in page.context["refused"][0]


def test_a_unit_with_open_units_below_stays_open(officer, workshop, team):
    with pytest.raises(ValidationError):
        close_unit(workshop, on=TODAY, by=officer)


def test_an_empty_unit_is_closed_and_leaves_the_lists(as_user, officer, team):
    UserFactory(unit=team, is_active=False)
    client = as_user(officer)
    client.post(reverse("people:unit-close", args=[team.pk]))

    page = client.get(reverse("people:unit-list"))
    assert [row["unit"].name for row in page.context["rows"]] == ["总公司", "总装一车间"]


def test_an_eleventh_level_is_refused_in_words(officer, company):
    parent = company
    for number in range(9):
        parent = UnitFactory(name=f"{number}级", parent=parent)

    with pytest.raises(ValidationError):
        add_unit(Unit(tree=Tree.ORGANIZATION, level="team", name="x", parent=parent), by=officer)
