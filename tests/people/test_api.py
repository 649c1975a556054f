import pytest
from django.core.management import call_command
from django.urls import reverse

from people.models import Consent, Figure, Honor, User
from people.states import ConsentKind, HonorState, Role
from tests.factories import GrantFactory, HonorFactory, UnitFactory, UserFactory
from tests.people.costs import queries_of

LISTS = ("people", "units", "honors", "figures")


@pytest.fixture
def honor(employee):
    return HonorFactory(person=employee, unit=employee.unit, state=HonorState.APPLIED)


def rows(answer):
    return answer.json()["results"]


@pytest.mark.parametrize("name", LISTS)
def test_a_stranger_to_the_portal_is_asked_to_sign_in(client, db, name):
    answer = client.get(reverse(f"{name}-list"))

    assert answer.status_code in (401, 302)


def test_the_roster_holds_the_own_enterprise_and_masks_phones(as_user, officer, employee, stranger):
    User.objects.filter(pk=employee.pk).update(phone="13812345678")

    people = rows(as_user(officer).get(reverse("people-list")))

    assert sorted(person["name"] for person in people) == sorted([employee.name, officer.name])
    assert {person["phone"] for person in people} == {"138****5678", ""}


def test_an_employee_finds_himself_alone(as_user, employee, colleague):
    people = rows(as_user(employee).get(reverse("people-list")))

    assert [person["name"] for person in people] == [employee.name]


@pytest.mark.parametrize(
    ("query", "count"),
    (({"q": "mengtai"}, 1), ({"trade": "焊工"}, 1), ({"rank": 5}, 0), ({"status": "left"}, 0),
     ({"frontline": "yes"}, 0), ({"sort": "name"}, 2)),
)  # fmt: skip
def test_the_api_asks_the_same_questions_as_the_page(as_user, officer, workshop, query, count):
    UserFactory(name="孟泰", trade="焊工", unit=workshop)

    assert as_user(officer).get(reverse("people-list"), query).json()["count"] == count


def test_a_question_that_makes_no_sense_is_told(as_user, officer):
    answer = as_user(officer).get(reverse("people-list"), {"rank": 9})

    assert (answer.status_code, list(answer.json())) == (400, ["rank"])


def test_another_enterprise_does_not_exist(as_user, stranger, employee, workshop, honor):
    client = as_user(stranger)
    pages = (("people", employee.pk), ("units", workshop.pk), ("honors", honor.pk))

    assert [client.get(reverse(f"{n}-detail", args=[pk])).status_code for n, pk in pages] == [
        404
    ] * 3
    assert client.post(reverse("honors-move", args=[honor.pk])).status_code == 404


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("method", ("post", "put", "patch", "delete"))
def test_nothing_is_written_through_the_lists(as_user, officer, name, method):
    assert getattr(as_user(officer), method)(reverse(f"{name}-list")).status_code == 405


@pytest.mark.parametrize("name", LISTS)
def test_the_lists_cost_the_same_for_any_length(as_user, officer, workshop, name):
    client, costs = as_user(officer), []
    for number in range(3):
        person = UserFactory(unit=workshop, union_unit=UnitFactory(tree="union", level="branch"))
        HonorFactory(person=person, unit=workshop)
        UnitFactory(name=f"{number}班", parent=workshop)
        figure = Figure.objects.create(slug=f"f{number}", name="孟泰")
        Honor.objects.create(figure=figure, title="全国劳动模范", level="national", state="awarded")
        costs.append(len(queries_of(client, reverse(f"{name}-list"))))

    assert costs[0] == costs[2] <= 8


# ---- honors -----------------------------------------------------------------------------------------


def test_a_colleague_sees_honors_with_consent_alone(as_user, colleague, employee):
    honor = HonorFactory(person=employee, unit=employee.unit)
    url = reverse("honors-detail", args=[honor.pk])
    client = as_user(colleague)

    before = client.get(url).status_code
    consent = Consent.objects.create(user=employee, kind=ConsentKind.WALL)
    shown = client.get(url)
    Consent.objects.filter(pk=consent.pk).update(withdrawn_at=consent.given_at)
    after = client.get(url).status_code

    assert (before, shown.status_code, after) == (404, 200, 404)
    assert employee.employee_no not in shown.content.decode()


def test_an_honor_is_moved_by_the_same_rule(as_user, officer, honor):
    answer = as_user(officer).post(
        reverse("honors-move", args=[honor.pk]), {"state": "public_notice", "opinion": "材料齐"}
    )

    assert (answer.status_code, answer.json()["state"]) == (200, "public_notice")


@pytest.mark.parametrize(
    ("sent", "status"),
    (
        ({"state": "awarded"}, 409),
        ({"state": "withdrawn", "seen": "awarded", "opinion": "重复"}, 409),
        ({"state": "withdrawn"}, 400),
        ({"state": "nonsense"}, 400),
        ({"state": "public_notice", "notice_ends_on": "2020-01-01"}, 400),
        ({}, 400),
    ),
)
def test_a_refused_move_says_why(as_user, officer, honor, sent, status):
    answer = as_user(officer).post(reverse("honors-move", args=[honor.pk]), sent)

    assert (answer.status_code, Honor.objects.get().state) == (status, "applied")


def test_the_bearer_cannot_move_his_own_honor(as_user, employee, honor):
    answer = as_user(employee).post(
        reverse("honors-move", args=[honor.pk]), {"state": "public_notice"}
    )

    assert answer.status_code == 403


def test_an_auditor_reads_and_does_not_move(as_user, company, honor):
    client = as_user(GrantFactory(role=Role.AUDITOR, unit=company).user)

    assert client.get(reverse("honors-detail", args=[honor.pk])).status_code == 200
    assert client.post(reverse("honors-move", args=[honor.pk])).status_code == 403


# ---- the API as a whole -------------------------------------------------------------------------------


def test_me_is_myself_with_my_roles(as_user, officer):
    me = as_user(officer).get(reverse("api-me")).json()

    assert (me["name"], [role["role"] for role in me["roles"]]) == (
        officer.name, ["union_officer"],
    )  # fmt: skip


def test_the_schema_is_complete(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def test_schema_and_docs_are_served_to_people(as_user, employee):
    client = as_user(employee)

    assert client.get(reverse("api-schema")).status_code == 200
    page = client.get(reverse("api-docs"))
    assert (page.status_code, "<style" in page.content.decode()) == (200, False)
    assert client.get(reverse("api-docs"), {"script": ""}).status_code == 200
