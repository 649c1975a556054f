import datetime as dt

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from people import kept
from people.models import DataRequest, SignInFailure, User
from people.states import RequestKind
from tests.people.test_signin import SENTENCE, give_password, read_notice, sign_in

START = dt.datetime(2026, 11, 25, 1, tzinfo=dt.UTC)
FORM = {"kind": RequestKind.CORRECTION, "detail": "等级应为高级工，证书在班组长处"}


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def worker(employee):
    read_notice(employee)
    return give_password(employee)


@pytest.fixture
def desk_user(officer):
    read_notice(officer)
    return give_password(officer)


def minutes(number):
    return dt.timedelta(minutes=number)


# ---- the wall -------------------------------------------------------------------------------


def test_a_stranger_is_led_to_the_door_and_back(client, worker):
    asked = client.get("/me/data/?x=1")
    assert asked.url == f"{reverse('account_login')}?next=%2Fme%2Fdata%2F%3Fx%3D1"

    assert sign_in(client, worker.employee_no, next="/me/data/?x=1").url == "/me/data/?x=1"


def test_the_door_leads_to_no_other_site(client, worker):
    assert sign_in(client, worker.employee_no, next="https://evil.example/").url == "/"


@pytest.mark.parametrize("method", ("get", "post"))
def test_htmx_without_session_is_told_where_to_go(client, db, method):
    answer = getattr(client, method)(
        reverse("people:roster"),
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/people/?q=x"},
    )

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/account/login/?next=%2Fdesk%2Fpeople%2F%3Fq%3Dx"


def test_the_api_answers_by_itself(client, db):
    answer = client.get("/api/v1/schema/")

    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (
        401, "application/vnd.oai.openapi",
    )  # fmt: skip


def test_the_api_of_a_person_whose_steps_are_due_is_closed(client, employee):
    client.force_login(employee)

    answer = client.get("/api/v1/schema/")

    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/json")


# ---- the idle clock -------------------------------------------------------------------------


def test_the_desk_is_signed_out_after_half_an_hour(client, desk_user, clock):
    sign_in(client, desk_user.employee_no)
    client.get("/me/")
    clock.shift(minutes(30))
    assert client.get("/me/").status_code == 200
    clock.shift(minutes(31))

    answer = client.get("/me/", follow=True)

    assert "You were signed out because nothing was done for a while." in answer.content.decode()
    assert Entry.objects.filter(verb="people.signed_out_idle", actor=desk_user).count() == 1
    assert sign_in(client, desk_user.employee_no).url == "/"


def test_a_worker_stays_for_a_week(client, worker, clock):
    sign_in(client, worker.employee_no)
    client.get("/me/")
    clock.shift(dt.timedelta(days=6, hours=23))
    assert client.get("/me/").status_code == 200
    clock.shift(dt.timedelta(days=7, minutes=1))

    assert client.get("/me/").status_code == 302


def test_the_clock_is_written_once_a_minute(client, worker, clock, django_assert_num_queries):
    sign_in(client, worker.employee_no)
    client.get("/me/")
    seen = client.session["seen_at"]
    clock.shift(dt.timedelta(seconds=59))
    client.get("/me/")
    assert client.session["seen_at"] == seen
    clock.shift(dt.timedelta(seconds=1))
    client.get("/me/")

    assert client.session["seen_at"] == seen + 60


# ---- what was typed is kept -----------------------------------------------------------------


def test_a_form_sent_too_late_is_kept_and_sent_after_sign_in(client, desk_user, clock):
    sign_in(client, desk_user.employee_no)
    client.get("/me/")
    clock.shift(minutes(31))

    lost = client.post(reverse("people:ask"), FORM)
    door = client.get(lost.url)
    assert "What you typed is still there." in door.content.decode()
    back = sign_in(client, desk_user.employee_no, next=reverse("account_resume"))
    page = client.get(back.url)

    assert (back.url, page.context["kept"].path) == (reverse("account_resume"), "/me/data/ask/")
    assert FORM["detail"] in page.content.decode()
    client.post(page.context["kept"].path, dict(page.context["kept"].fields))
    assert DataRequest.objects.get().detail == FORM["detail"]


def test_another_person_does_not_see_it(client, desk_user, worker, clock):
    sign_in(client, desk_user.employee_no)
    client.get("/me/")
    clock.shift(minutes(31))
    client.post(reverse("people:ask"), FORM)

    sign_in(client, worker.employee_no)

    assert client.get(reverse("account_resume")).status_code == 302
    assert kept.SESSION_KEY not in client.session


def test_it_is_kept_for_an_hour(client, worker, clock):
    client.post(reverse("people:ask"), FORM)
    clock.shift(minutes(61))
    sign_in(client, worker.employee_no)

    assert client.get(reverse("account_resume")).url == "/"


def test_it_can_be_dropped(client, worker):
    client.post(reverse("people:ask"), FORM)
    sign_in(client, worker.employee_no)

    client.post(reverse("account_resume"))

    assert kept.SESSION_KEY not in client.session
    assert DataRequest.objects.count() == 0


def test_without_a_goal_the_kept_form_is_where_one_lands(client, worker):
    client.post(reverse("people:ask"), FORM)

    assert sign_in(client, worker.employee_no).url == reverse("account_resume")


def test_passwords_codes_and_tokens_are_never_kept(client, db):
    client.post(
        reverse("people:ask"),
        {
            **FORM,
            "password1": SENTENCE,
            "oldpassword": SENTENCE,
            "code": "1",
            "csrfmiddlewaretoken": "x",
        },
    )

    names = {name for name, _value in client.session[kept.SESSION_KEY]["fields"]}
    assert names == {"kind", "detail"}


@pytest.mark.parametrize("what", ("large", "file", "json", "password page", "api"))
def test_what_is_not_kept(client, db, what):
    if what == "large":
        client.post(reverse("people:ask"), {**FORM, "detail": "长" * 30000})
    elif what == "file":
        client.post(reverse("people:ask"), {**FORM, "file": ContentFile(b"x", "x.txt")})
    elif what == "json":
        client.post(reverse("people:ask"), FORM, content_type="application/json")
    elif what == "password page":
        client.post(reverse("account_change_password"), {"oldpassword": SENTENCE, "x": "y"})
    else:
        client.post("/api/v1/schema/", FORM)

    assert kept.SESSION_KEY not in client.session


def test_another_site_plants_no_form(worker):
    client = Client(enforce_csrf_checks=True)

    answer = client.post(reverse("people:ask"), FORM)

    assert answer.status_code == 403
    assert kept.SESSION_KEY not in client.session


def test_htmx_posts_are_kept_too(client, worker):
    answer = client.post(reverse("people:ask"), FORM, headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == "/account/login/?next=%2Faccount%2Fresume%2F"


# ---- first steps ----------------------------------------------------------------------------


def test_the_way_out_and_the_help_stay_open_during_the_steps(client, employee):
    User.objects.filter(pk=employee.pk).update(must_change_password=True)
    client.force_login(User.objects.get(pk=employee.pk))

    for name in ("privacy", "help", "accessibility", "health"):
        assert client.get(reverse(name)).status_code == 200, name
    display = client.post(reverse("display"), {"language": "en", "next": "/help/"})
    assert display.headers.get("Location", "/help/") == "/help/"
    assert client.post(reverse("account_logout")).status_code == 302
    assert SignInFailure.objects.count() == 0


def test_htmx_is_sent_to_the_step_as_a_whole_page(client, employee):
    client.force_login(employee)

    answer = client.get("/me/", headers={"HX-Request": "true"})

    assert answer.status_code == 403
    assert answer.headers["HX-Redirect"].startswith(reverse("account_notice"))
