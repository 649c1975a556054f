import datetime as dt
import io
import json
import zipfile

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from journal.models import Entry, Job
from kit.states import IllegalMove
from people import privacy
from people.models import Consent, DataRequest, PrivacyNotice, User
from people.rules import may_answer_request, may_take_back_request
from people.states import (
    REQUEST_MOVES,
    SEPARATE_CONSENTS,
    ConsentKind,
    HonorState,
    PlacementKind,
    RequestKind,
    RequestState,
    Role,
)
from people.tasks import nightly
from tests.factories import GrantFactory, HonorFactory, UserFactory
from tests.people.test_signin import cost

NOON = dt.datetime(2026, 11, 25, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def verbs():
    return list(Entry.objects.order_by("pk").values_list("verb", flat=True))


def ask(person, **fields):
    return DataRequest.objects.create(
        user=person, **{"kind": RequestKind.CORRECTION, "detail": "等级应为高级工", **fields}
    )


# ---- the notice -----------------------------------------------------------------------------


def test_the_notice_is_published_and_names_the_contact(client, employee, settings):
    settings.PRIVACY_CONTACT = "工会办公室 8001"
    notice = PrivacyNotice.objects.get()
    assert (notice.version, "{contact}" in notice.text_zh, "{contact}" in notice.text_en) == (
        1, True, True,
    )  # fmt: skip

    client.force_login(employee)

    page = client.get(reverse("account_notice")).content.decode()

    assert ("工会办公室 8001" in page, "{contact}" in page) == (True, False)


def test_the_notice_comes_first_and_again_with_each_version(client, employee):
    client.force_login(employee)
    asked = client.get("/me/")
    assert asked.url == f"{reverse('account_notice')}?next=%2Fme%2F"
    assert client.get(asked.url).status_code == 200

    read = {"answer": "read", "version": "1", "next": "/me/"}
    assert client.post(asked.url, read).url == "/me/"
    assert client.get("/me/").status_code == 200
    PrivacyNotice.objects.create(version=2, text_zh="新", text_en="new")
    assert client.get("/me/").url.startswith(reverse("account_notice"))
    client.post(asked.url, {**read, "version": "2"})

    assert client.get("/me/").status_code == 200
    assert [c.version for c in employee.consents.order_by("pk")] == [1, 2]


def test_a_notice_of_tomorrow_is_not_shown_today(as_user, employee):
    client = as_user(employee)
    PrivacyNotice.objects.create(
        version=2, text_zh="新", text_en="new", published_at=timezone.now() + dt.timedelta(1)
    )

    assert client.get("/me/").status_code == 200


def test_declining_the_notice_signs_out_in_words(client, employee):
    client.force_login(employee)

    page = client.post(reverse("account_notice"), {"answer": "no"}, follow=True)

    assert page.redirect_chain[-1][0] == reverse("account_login")
    assert "You are signed out." in page.content.decode()
    assert employee.consents.count() == 0


def test_reading_the_notice_leads_to_no_other_site(client, employee):
    client.force_login(employee)
    read = {"answer": "read", "version": "1", "next": "https://evil.example/"}

    assert client.post(reverse("account_notice"), read).url == "/"


# ---- consents -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SEPARATE_CONSENTS)
def test_a_yes_is_given_taken_back_and_given_again(as_user, employee, kind):
    client, url = as_user(employee), reverse("people:consent", args=[kind])

    for answer in ("yes", "yes", "no", "no", "yes"):
        client.post(url, {"answer": answer})

    rows = employee.consents.filter(kind=kind).order_by("pk")
    assert [row.withdrawn_at is None for row in rows] == [False, True]
    assert [v for v in verbs() if v.startswith("people.consent")] == [
        "people.consent_given", "people.consent_withdrawn", "people.consent_given",
    ]  # fmt: skip


def test_each_consent_stands_alone(as_user, employee):
    as_user(employee).post(reverse("people:consent", args=[ConsentKind.WALL]), {"answer": "yes"})

    given = {switch.kind: switch.given is not None for switch in privacy.switches_of(employee)}
    assert given == {"wall": True, "photo": False, "community": False, "sharing": False}


@pytest.mark.parametrize("kind", ("privacy_notice", "face"))
def test_the_notice_is_no_switch(as_user, employee, kind):
    answer = as_user(employee).post(reverse("people:consent", args=[kind]), {"answer": "yes"})

    assert answer.status_code == 404


# ---- my data --------------------------------------------------------------------------------


def test_my_page_shows_my_facts_and_who_touched_them(as_user, employee, officer, workshop):
    employee.phone, employee.rank, employee.trade = "13812345678", 4, "钳工"
    employee.save()
    HonorFactory(person=employee, title="公司劳动模范", unit=workshop)
    HonorFactory(person=UserFactory(name="学员008"), title="别人的荣誉", unit=workshop)
    employee.placements.create(
        unit=workshop, kind=PlacementKind.ONBOARDING, starts_on=dt.date(2020, 1, 1)
    )

    page = as_user(employee).get("/me/").content.decode()

    assert ("138****5678" in page, "13812345678" in page) == (True, False)
    assert ("公司劳动模范" in page, "别人的荣誉" in page) == (True, False)
    assert "总公司 / 总装一车间" in page


def test_own_contact_data_are_changed_and_the_journal_names_fields_only(as_user, employee):
    client = as_user(employee)

    answer = client.post(
        reverse("people:contact"), {"phone": "＋86 138-1234 5678", "email": "a@example.com"}
    )

    assert answer.url == reverse("people:me")
    employee.refresh_from_db()
    assert (employee.phone, employee.email) == ("13812345678", "a@example.com")
    entry = Entry.objects.get(verb="people.contact_changed")
    assert entry.data == {"fields": ["phone", "email"]}


@pytest.mark.parametrize("phone", ("12345", "2381234567", "1381234567x"))
def test_a_wrong_phone_number_is_explained_and_stays_in_the_field(as_user, employee, phone):
    page = as_user(employee).post(reverse("people:contact"), {"phone": phone, "email": ""})

    assert page.status_code == 422
    assert page.context["form"].errors["phone"] == [
        "A mobile number has 11 digits and begins with 1."
    ]
    assert f'value="{phone}"' in page.content.decode()


def test_the_data_page_names_ground_and_term_of_everything(as_user, employee):
    page = as_user(employee).get(reverse("people:my-data"))

    assert all(row["holding"].basis and row["holding"].kept for row in page.context["rows"])


def test_my_pages_cost_the_same_for_one_and_three(as_user, employee, workshop):
    client = as_user(employee)

    def one_more(number):
        ask(employee)
        Consent.objects.create(user=employee, kind="wall", withdrawn_at=timezone.now())
        HonorFactory(person=employee, unit=workshop, title=f"荣誉{number}")
        employee.placements.create(
            unit=workshop, kind=PlacementKind.ROTATION, starts_on=dt.date(2020, 1, number),
            ends_on=dt.date(2020, 1, number),
        )  # fmt: skip
        privacy.record("people.contact_changed", employee, actor=employee)

    one_more(1)
    urls = [reverse("people:me"), reverse("people:my-data")]
    one = [cost(client, url) for url in urls]
    one_more(2)
    one_more(3)

    assert [cost(client, url) for url in urls] == one


def export(client):
    with TestCase.captureOnCommitCallbacks(execute=True):
        client.post(reverse("people:export-my-data"))
    job = Job.objects.get()
    with job.file.open("rb") as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    return job, archive.read("my-data.html").decode(), json.loads(archive.read("my-data.json"))


def test_the_file_holds_everything_of_mine_and_nothing_of_others(
    as_user, employee, colleague, workshop, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    for number, person in ((1, employee), (2, colleague)):
        person.phone = f"1381234567{number}"
        person.save()
        HonorFactory(person=person, title=f"荣誉{number}", unit=workshop)
        ask(person, detail=f"请求{number}")
        privacy.give_consent(person, ConsentKind.WALL)
        privacy.change_contact(person, phone=person.phone, email=f"p{number}@example.com")

    job, page, data = export(as_user(employee))

    text = json.dumps(data, ensure_ascii=False)
    for mine in ("13812345671", "荣誉1", "请求1", "p1@example.com", "学员001"):
        assert (mine in text, mine in page) == (True, True), mine
    for foreign in ("13812345672", "荣誉2", "请求2", "p2@example.com", "学员002"):
        assert (foreign in text, foreign in page) == (False, False), foreign
    assert (job.state, job.owner_id) == ("done", employee.pk)


def test_nobody_else_fetches_the_file(as_user, employee, colleague, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    job, _page, _data = export(as_user(employee))

    assert as_user(colleague).get(reverse("journal:job-file", args=[job.pk])).status_code == 404


# ---- requests -------------------------------------------------------------------------------


def test_a_request_is_sent_and_answered(as_user, employee, officer):
    as_user(employee).post(
        reverse("people:ask"), {"kind": RequestKind.CORRECTION, "detail": "等级应为高级工"}
    )
    request = DataRequest.objects.get()
    assert request.due_on == timezone.localdate() + dt.timedelta(days=15)

    as_user(officer).post(
        reverse("people:request", args=[request.pk]), {"answer": "已改为高级工", "result": "done"}
    )

    request.refresh_from_db()
    assert (request.state, request.handled_by, request.answer) == (
        RequestState.DONE, officer, "已改为高级工",
    )  # fmt: skip
    assert verbs()[-1] == "people.request_done"
    assert "已改为高级工" in as_user(employee).get(reverse("people:my-data")).content.decode()


@pytest.mark.parametrize("result", ("done", "refused"))
def test_no_answer_without_words(as_user, employee, officer, result):
    request = ask(employee)

    page = as_user(officer).post(
        reverse("people:request", args=[request.pk]), {"answer": " ", "result": result}
    )

    request.refresh_from_db()
    assert (page.status_code, request.state) == (422, RequestState.OPEN)


def test_the_database_refuses_a_refusal_without_reason(employee):
    with pytest.raises(IntegrityError), transaction.atomic():
        ask(employee, state=RequestState.REFUSED)


def test_a_request_is_taken_back(as_user, employee):
    request = ask(employee)

    as_user(employee).post(reverse("people:take-back", args=[request.pk]))

    request.refresh_from_db()
    assert request.state == RequestState.WITHDRAWN


def test_the_request_of_somebody_else_is_not_there(as_user, employee, colleague, stranger):
    request = ask(employee)

    url = reverse("people:take-back", args=[request.pk])
    assert as_user(colleague).post(url).status_code == 404
    url = reverse("people:request", args=[request.pk])
    assert as_user(stranger).get(url).status_code == 404
    assert as_user(colleague).get(url).status_code == 404


@pytest.mark.parametrize("source", RequestState)
@pytest.mark.parametrize("target", RequestState)
def test_every_pair_of_states(employee, officer, source, target):
    reason = "原因" if source == RequestState.REFUSED else ""
    request = ask(employee, state=source, answer=reason)
    allowed = source == RequestState.OPEN and target != RequestState.OPEN

    assert REQUEST_MOVES.allows(source, target) is allowed
    if target == RequestState.OPEN:
        return

    def move():
        if target == RequestState.WITHDRAWN:
            privacy.take_back_request(request, by=employee)
        else:
            done = target == RequestState.DONE
            privacy.answer_request(request, done=done, answer="答复", by=officer)

    if allowed:
        move()
    else:
        with pytest.raises(IllegalMove):
            move()
    request.refresh_from_db()
    assert request.state == (target if allowed else source)


def test_who_answers_and_who_takes_back(employee, officer, secadmin, stranger):
    request, own, closed = ask(employee), ask(officer), ask(employee, state=RequestState.DONE)

    assert may_answer_request(officer, request) is True
    assert may_answer_request(officer, own) is False
    assert may_answer_request(officer, closed) is False
    assert may_answer_request(secadmin, request) is False
    assert may_answer_request(stranger, request) is False
    assert may_take_back_request(employee, request) is True
    assert may_take_back_request(officer, request) is False
    assert may_take_back_request(employee, closed) is False


def test_the_list_holds_what_waits_the_longest_first_and_marks_what_is_late(
    as_user, employee, colleague, officer, stranger
):
    late = ask(employee, created_at=timezone.now() - dt.timedelta(days=16))
    fresh = ask(colleague)
    ask(stranger, detail="外单位的请求")
    ask(officer, detail="本人的请求")
    ask(employee, state=RequestState.DONE)

    page = as_user(officer).get(reverse("people:request-list"))

    assert list(page.context["page"]) == [late, fresh]
    text = page.content.decode()
    assert (text.count("overdue since"), text.count("answer by")) == (1, 1)
    assert ("外单位的请求" in text, "本人的请求" in text) == (False, False)


def test_the_request_list_costs_the_same_for_one_and_three(as_user, officer, workshop):
    client, url = as_user(officer), reverse("people:request-list")
    ask(UserFactory(unit=workshop))
    one = cost(client, url)
    for _i in range(2):
        ask(UserFactory(unit=workshop))

    assert cost(client, url) == one


@pytest.mark.parametrize("role", (Role.UNION_CHAIR, Role.AUDITOR, Role.SECADMIN, Role.TEAM_LEADER))
def test_others_do_not_open_the_list(as_user, workshop, role):
    person = GrantFactory(role=role, unit=workshop, user__unit=workshop).user

    assert as_user(person).get(reverse("people:request-list")).status_code == 403


# ---- end of day -----------------------------------------------------------------------------


def test_the_night_clears_the_contact_data_of_leavers_alone(employee, colleague):
    for person in (employee, colleague):
        person.phone, person.email = "13812345678", "a@example.com"
        person.save()
    User.objects.filter(pk=colleague.pk).update(is_active=False)

    nightly()
    nightly()

    employee.refresh_from_db()
    colleague.refresh_from_db()
    assert (employee.phone, colleague.phone, colleague.email) == ("13812345678", "", "")
    assert verbs().count("people.contact_cleared") == 1


def test_the_ledger_of_a_leaver_stays(colleague, workshop):
    HonorFactory(person=colleague, unit=workshop, state=HonorState.AWARDED)
    User.objects.filter(pk=colleague.pk).update(is_active=False, phone="x")

    nightly()

    assert colleague.honors.count() == 1


@pytest.mark.parametrize(("day", "reports"), ((1, 1), (2, 0)))
def test_dormant_accounts_are_counted_once_a_month(company, workshop, day, reports):
    with time_machine.travel(dt.datetime(2026, 12, day, 4, tzinfo=dt.UTC), tick=False):
        old = timezone.now() - dt.timedelta(days=181)
        for last, created in ((old, old), (None, old), (timezone.now(), old), (None, NOON)):
            person = UserFactory(unit=workshop, last_login=last, created_at=created)
            person.set_password("long enough 早班")
            person.save()
        UserFactory(unit=workshop, created_at=old, password="!never set")

        nightly()

    entries = Entry.objects.filter(verb="people.dormant_counted")
    assert [(e.subject, e.data) for e in entries] == [(company, {"count": 2})] * reports
