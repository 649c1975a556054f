import pytest
from django.urls import reverse

from people.models import User
from tests.factories import HonorFactory, UnitFactory, UserFactory


@pytest.mark.parametrize("count", (1, 3))
def test_the_home_page_costs_the_same_however_much_there_is(
    as_user, employee, django_assert_max_num_queries, count
):
    for year in range(count):
        HonorFactory(person=employee, year=2000 + year)
        UserFactory(unit=employee.unit)
    client = as_user(employee)

    with django_assert_max_num_queries(12):
        page = client.get(reverse("home"))

    assert len(page.context["honors"]) == count


@pytest.mark.parametrize("count", (1, 3))
def test_the_desk_costs_the_same_for_any_number_of_units(
    as_user, officer, company, django_assert_max_num_queries, count
):
    for _number in range(count):
        UserFactory(unit=UnitFactory(parent=company))
    client = as_user(officer)

    with django_assert_max_num_queries(14):
        page = client.get(reverse("desk"))

    assert [row.people for row in page.context["rows"] if not row.direct] == [1] * count


def test_the_desk_counts_people_of_teams_below_and_none_of_other_enterprises(
    as_user, officer, employee, stranger
):
    page = as_user(officer).get(reverse("desk"))

    assert [(row.unit.name, row.people, row.direct) for row in page.context["rows"]] == [
        ("总装一车间", 1, False),
        ("总公司", 1, True),  # the officer himself
    ]


@pytest.mark.parametrize("query", ("学员", "xueyuan", "xy"))
def test_the_officer_finds_people_of_his_enterprise_by_name_pinyin_and_initials(
    as_user, officer, employee, query
):
    elsewhere = UserFactory(name="学员009")

    page = as_user(officer).get(reverse("search"), {"q": query})

    text = page.content.decode()
    assert (employee.employee_no in text, elsewhere.employee_no in text) == (True, False)


def test_an_employee_finds_no_people(as_user, employee, colleague):
    page = as_user(employee).get(reverse("search"), {"q": colleague.name})

    assert page.context["groups"] == []


def test_language_and_type_size_are_kept_in_the_profile(as_user, employee):
    client = as_user(employee)
    client.post(reverse("display"), {"language": "en", "type": "large", "next": "/help/"})

    assert User.objects.values_list("language", "large_type").get(pk=employee.pk) == ("en", True)
    page = client.get("/help/").content.decode()
    assert ('lang="en"' in page, 'data-size="large"' in page) == (True, True)


def test_before_sign_in_a_cookie_keeps_them(client, db):
    client.post(reverse("display"), {"language": "en"})

    assert 'lang="en"' in client.get(reverse("help")).content.decode()


def test_chinese_is_the_default_whatever_the_browser_prefers(client, db):
    page = client.get(reverse("help"), headers={"accept-language": "en-US,en"})

    assert 'lang="zh-CN"' in page.content.decode()


@pytest.mark.parametrize("target", ("https://evil.example/", "//evil.example", "javascript:1"))
def test_the_way_back_leads_nowhere_else(client, db, target):
    answer = client.post(reverse("display"), {"language": "en", "next": target})

    assert answer["Location"] == "/"


def test_an_unknown_language_is_refused(client, db):
    assert client.post(reverse("display"), {"language": "xx"}).status_code == 400


def test_health_answers_without_a_session(client, db):
    answer = client.get(reverse("health"))

    assert (answer.status_code, answer.json()["database"]) == (200, "ok")


def test_only_administrators_see_the_state_of_the_system(as_user, sysadmin, settings):
    settings.CELERY_BROKER_URL = ""
    page = as_user(sysadmin).get(reverse("system"))

    assert {part.well for part in page.context["parts"]} <= {True, False}
    assert page.context["parts"][0].well
