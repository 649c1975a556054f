import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from people.demo_figures import honors_in, load_figures, remove_figures
from people.models import Consent, Figure, Honor
from people.states import ConsentKind, HonorState
from tests.factories import HonorFactory, UserFactory
from tests.people.costs import queries_of


@pytest.fixture
def figures(db):
    load_figures()


# ---- historic model workers -----------------------------------------------------------------------


def test_loading_twice_changes_nothing_more(figures):
    before = (Figure.objects.count(), Honor.objects.count())
    load_figures()

    assert (Figure.objects.count(), Honor.objects.count()) == before == (9, 14)


def test_removing_leaves_figures_entered_otherwise(figures):
    kept = Figure.objects.create(slug="kept", name="某某")
    remove_figures()

    assert (list(Figure.objects.all()), Honor.objects.count()) == ([kept], 0)


@pytest.mark.parametrize(
    ("slug", "honors"),
    (
        ("wang-jinxi", [(1959, "全国先进生产者")]),
        ("meng-tai", [(1950, "全国劳动模范"), (1956, "全国先进生产者"), (1959, "全国先进生产者")]),
        ("ni-zhifu", [(1959, "全国劳动模范")]),
        (
            "zhang-binggui",
            [(1957, "北京市劳动模范"), (1959, "全国先进生产者"), (1979, "全国劳动模范")],
        ),
        ("hao-jianxiu", []),
    ),
)
def test_only_certain_honors_are_taken(figures, slug, honors):
    rows = Honor.objects.filter(figure__slug=slug).order_by("year")

    assert list(rows.values_list("year", "title")) == honors


def test_a_title_without_a_year_is_taken_when_no_year_is_known():
    assert honors_in([{"zh": "全国劳动模范", "source": "《工人日报》"}]) == [
        (None, "全国劳动模范", "national", "《工人日报》")
    ]


def test_of_a_person_not_verified_as_dead_only_the_public_years_are_kept(figures):
    facts = Figure.objects.get(slug="hao-jianxiu")
    told = [
        fact["zh"]
        for group in ("workplace", "deeds", "methods", "honours")
        for fact in facts.facts[group]
    ]

    assert (facts.lifetime, facts.facts["life"], len(told)) == ("", [], 5)
    assert all(any(str(year) in fact for year in range(1949, 1953)) for fact in told)
    assert "在世" not in str(facts.facts)


@pytest.mark.parametrize("language", ("zh-hans", "en"))
def test_every_story_is_told_with_sources_and_rule(as_user, employee, figures, language):
    client = as_user(employee)
    client.cookies["language"] = language
    for figure in Figure.objects.all():
        page = client.get(reverse("people:figure", args=[figure.slug]))
        text = page.content.decode()
        assert (page.status_code, figure.name in text, "演示数据" in text) == (200, True, True)
        assert len(page.context["rows"]) >= 5


def test_the_list_of_figures_costs_the_same_for_any_length(as_user, employee):
    client, costs = as_user(employee), []
    for number in range(3):
        figure = Figure.objects.create(slug=f"f{number}", name="孟泰")
        Honor.objects.create(
            figure=figure, title="全国劳动模范", level="national", state=HonorState.AWARDED
        )
        costs.append(len(queries_of(client, reverse("people:figure-list"))))

    assert costs[0] == costs[2] <= 8


def test_a_withdrawn_honor_of_a_figure_is_not_shown(as_user, employee, figures):
    Honor.objects.filter(figure__slug="meng-tai").update(state=HonorState.WITHDRAWN)

    page = as_user(employee).get(reverse("people:figure", args=["meng-tai"]))

    assert page.context["honors"] == []


def test_an_unknown_story_does_not_exist(as_user, employee):
    assert as_user(employee).get(reverse("people:figure", args=["nobody"])).status_code == 404


# ---- the honor board ------------------------------------------------------------------------------


def board(client):
    return client.get(reverse("people:honor-board")).content.decode()


def test_the_board_shows_consented_honors_and_hides_all_others(as_user, employee, workshop):
    shown = UserFactory(name="导师A", unit=workshop)
    Consent.objects.create(user=shown, kind=ConsentKind.WALL)
    HonorFactory(person=shown, unit=workshop, title="公司标兵")
    HonorFactory(person=shown, unit=workshop, title="撤销的称号", state=HonorState.WITHDRAWN)
    HonorFactory(person=UserFactory(name="导师B", unit=workshop), unit=workshop, title="没同意的")

    text = board(as_user(employee))

    assert [word in text for word in ("导师A", "公司标兵", "撤销的称号", "导师B", "没同意的")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_a_public_notice_masks_the_number_and_expires(as_user, employee, workshop):
    person = UserFactory(name="导师C", unit=workshop, employee_no="70123456")
    today = timezone.localdate()
    honor = HonorFactory(
        person=person, unit=workshop, state=HonorState.PUBLIC_NOTICE, notice_ends_on=today
    )
    client = as_user(employee)
    before = board(client)
    Honor.objects.filter(pk=honor.pk).update(notice_ends_on=today - dt.timedelta(days=1))
    after = board(client)

    assert ("7*****56" in before, "70123456" in before) == (True, False)
    assert "导师C" not in after


def test_the_board_of_another_enterprise_is_empty(as_user, stranger, workshop):
    person = UserFactory(name="导师A", unit=workshop)
    Consent.objects.create(user=person, kind=ConsentKind.WALL)
    HonorFactory(person=person, unit=workshop)

    assert "导师A" not in board(as_user(stranger))


def test_the_board_costs_the_same_for_any_length(as_user, employee, workshop):
    client, costs = as_user(employee), []
    for _number in range(3):
        person = UserFactory(unit=workshop)
        Consent.objects.create(user=person, kind=ConsentKind.WALL)
        HonorFactory(person=person, unit=workshop)
        HonorFactory(
            person=person, unit=workshop, title="市劳模", state=HonorState.PUBLIC_NOTICE,
            notice_ends_on=timezone.localdate(),
        )  # fmt: skip
        costs.append(len(queries_of(client, reverse("people:honor-board"))))

    assert costs[0] == costs[2] <= 9


def test_who_stands_in_no_unit_sees_an_empty_board(as_user, db):
    assert as_user(UserFactory(unit=None)).get(reverse("people:honor-board")).status_code == 200
