import datetime as dt
import threading
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from journal.models import Entry
from people import signin
from people.models import Consent, Grant, PrivacyNotice, ResetCode, SignInFailure, User
from people.rules import may_issue_code
from people.states import ADMIN_POSTS, ConsentKind, Role
from tests.factories import GrantFactory, UserFactory

SENTENCE = "清早 6 点 上早班"
OTHER = "another long sentence 7"


def give_password(person, password=SENTENCE):
    person.set_password(password)
    person.save()
    return person


def read_notice(person):
    version = PrivacyNotice.objects.order_by("-version").first().version
    Consent.objects.create(user=person, kind=ConsentKind.PRIVACY_NOTICE, version=version)


@pytest.fixture
def worker(employee):
    read_notice(employee)
    return give_password(employee)


def sign_in(client, number, password=SENTENCE, **extra):
    return client.post(reverse("account_login"), {"login": number, "password": password, **extra})


def is_in(client):
    return client.get(reverse("people:me")).status_code == 200


def cost(client, url):
    """How many queries a page takes, once the idle clock of the session is set."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def verbs():
    return list(Entry.objects.order_by("pk").values_list("verb", flat=True))


def words(answer):
    return answer.context["form"].non_field_errors()[0]


# ---- the door -------------------------------------------------------------------------------


def test_number_and_password_open_the_door(client, worker):
    answer = sign_in(client, worker.employee_no)

    assert answer.url == "/"
    assert is_in(client)
    entry = Entry.objects.get(verb="people.signed_in")
    assert (entry.actor_id, entry.scope, entry.succeeded) == (
        worker.pk, worker.unit.path, True,
    )  # fmt: skip


def test_full_width_digits_and_blanks_are_understood(client, worker):
    User.objects.filter(pk=worker.pk).update(employee_no="01234a")

    sign_in(client, " ０１２３４Ａ ")

    assert is_in(client)


@pytest.mark.parametrize("known", (True, False))
def test_a_wrong_password_and_a_wrong_number_sound_the_same(client, worker, known):
    answer = sign_in(client, worker.employee_no if known else "no-one", "wrong")

    assert answer.status_code == 200
    assert words(answer) == ("The employee number or the password is not right. Tries left: 4."), (
        "the page must not tell which of the two it was"
    )


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    cache.clear()
    yield
    cache.clear()  # the flood of one test must not close the door of the next


@pytest.mark.parametrize("known", (True, False))
def test_five_failures_lock_the_number_and_the_time_left_is_told(client, worker, settings, known):
    number = worker.employee_no if known else "no-one"
    for _try in range(5):
        sign_in(client, number, "wrong")

    until = timezone.now() + dt.timedelta(minutes=12, seconds=30, milliseconds=400)
    assert SignInFailure.objects.filter(locked_until__gt=until).update(locked_until=until) == 1

    answer = sign_in(client, number)

    assert not is_in(client)
    left = words(answer)
    assert left.startswith("Too many wrong tries. This number can sign in again in 12 minutes")
    assert left.endswith(" seconds.")
    assert verbs().count("people.sign_in_failed") == 5
    assert verbs().count("people.locked") == 1


def test_the_failures_of_nobody_stand_on_the_row_that_counts_them(client, worker):
    sign_in(client, "No-One", "wrong")

    entry = Entry.objects.get(verb="people.sign_in_failed")
    assert entry.subject == SignInFailure.objects.get(employee_no="no-one")
    assert entry.succeeded is False


def test_the_lock_ends_by_itself(client, worker):
    SignInFailure.objects.create(
        employee_no=worker.employee_no, count=5, locked_until=timezone.now() - dt.timedelta(1)
    )

    sign_in(client, worker.employee_no)

    assert is_in(client)


def test_a_success_forgets_the_failures(client, worker):
    for _try in range(4):
        sign_in(client, worker.employee_no, "wrong")
    sign_in(client, worker.employee_no)

    assert SignInFailure.objects.count() == 0


def test_the_fifth_try_may_be_the_right_one(client, worker):
    for _try in range(4):
        sign_in(client, worker.employee_no, "wrong")

    assert sign_in(client, worker.employee_no).url == "/"


def test_the_words_for_the_time_left():
    assert signin.time_left(750) == "12 minutes 30 seconds"
    assert signin.time_left(60) == "1 minute"
    assert signin.time_left(0) == "1 second"


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="in-memory SQLite is one connection")
@pytest.mark.django_db(transaction=True)
def test_twenty_wrong_tries_at_once_are_five_comparisons():
    worker = give_password(UserFactory(name="学员001"))
    gate, answers = threading.Barrier(20), []

    def attempt():
        client = Client()
        gate.wait()
        page = sign_in(client, worker.employee_no, "wrong")
        # the text, not the context: that one is collected across threads
        answers.append(page.content.decode())
        connection.close()

    threads = [threading.Thread(target=attempt) for _i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum("not right" in answer for answer in answers) == 5
    assert sum("Too many" in answer for answer in answers) == 15
    assert SignInFailure.objects.get().count == 5
    assert Entry.objects.filter(verb="people.sign_in_failed").count() == 5


def test_who_left_is_told_that_the_account_is_closed(client, worker):
    User.objects.filter(pk=worker.pk).update(is_active=False)

    answer = sign_in(client, worker.employee_no)

    assert answer.url == reverse("account_inactive")
    assert client.get(answer.url).status_code == 200
    assert not is_in(client)


def test_signing_out_is_on_record(client, worker):
    sign_in(client, worker.employee_no)

    answer = client.post(reverse("account_logout"))

    assert answer.url == reverse("account_login")
    assert verbs()[-1] == "people.signed_out"
    assert not is_in(client)


@pytest.fixture
def dengbao(settings):
    settings.PASSWORD_POLICY = "dengbao"


# ---- first sign-in, passwords ---------------------------------------------------------------


def test_the_first_sign_in_leads_through_password_and_notice(client, employee):
    give_password(employee)
    User.objects.filter(pk=employee.pk).update(must_change_password=True)
    sign_in(client, employee.employee_no)

    change = client.get("/")
    assert change.url == f"{reverse('account_change_password')}?next=%2F"
    assert client.get(reverse("people:me")).url.startswith(reverse("account_change_password"))
    page = client.get(change.url)
    assert page.status_code == 200

    done = client.post(
        change.url,
        {"oldpassword": SENTENCE, "password1": OTHER, "password2": OTHER, "next": "/"},
    )
    assert done.url == "/"
    employee.refresh_from_db()
    assert employee.must_change_password is False
    assert employee.password_changed_at is not None

    notice = client.get("/")
    assert notice.url == f"{reverse('account_notice')}?next=%2F"
    assert client.get(notice.url).status_code == 200
    read = client.post(notice.url, {"answer": "read", "version": "1", "next": "/"})
    assert read.url == "/"
    assert is_in(client)


def test_a_new_password_ends_the_other_sessions(client, worker):
    other = Client()
    sign_in(other, worker.employee_no)
    sign_in(client, worker.employee_no)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": SENTENCE, "password1": OTHER, "password2": OTHER},
    )

    assert (is_in(client), is_in(other)) == (True, False)


@pytest.mark.parametrize(
    ("password", "why"),
    (
        ("short", "Too short"),
        ("password1", "Many people"),
        ("I am 00777 here", "employee number"),
        ("zhangsanfeng99", "name"),
        ("my 张三丰 word", "name"),
        ("call 13812345678 now", "phone"),
        (SENTENCE, "you have now"),
        ("x" * 129, "Too long"),
    ),
)
def test_a_weak_password_is_refused_in_words(client, worker, password, why):
    User.objects.filter(pk=worker.pk).update(employee_no="00777", name="张三丰")
    worker.refresh_from_db()
    worker.phone = "13812345678"
    worker.save()
    sign_in(client, "00777")

    page = client.post(
        reverse("account_change_password"),
        {"oldpassword": SENTENCE, "password1": password, "password2": password},
    )

    assert why in page.context["form"].errors["password1"][0]


@pytest.mark.parametrize(
    ("password", "fine"),
    (
        ("allsmallletters", False),
        ("Small7letters", True),
        ("早班ABCdef", True),
        ("早班78901234", False),
    ),
)
def test_dengbao_wants_three_kinds_of_characters(dengbao, worker, password, fine):
    try:
        validate_password(password, worker)
        found = True
    except ValidationError:
        found = False
    assert found is fine


def test_dengbao_remembers_five_passwords(dengbao, worker):
    for number in range(6):
        signin.set_password(worker, f"早班-Ab-{number}-789")

    with pytest.raises(ValidationError):
        validate_password("早班-Ab-1-789", worker)
    validate_password("早班-Ab-0-789", worker)
    assert worker.password_memory.count() == 5


def test_dengbao_sends_to_a_new_password_after_ninety_days(dengbao, client, worker):
    sign_in(client, worker.employee_no)
    User.objects.update(password_changed_at=timezone.now() - dt.timedelta(days=89))
    assert is_in(client)

    User.objects.update(password_changed_at=timezone.now() - dt.timedelta(days=91))

    assert client.get("/me/").url.startswith(reverse("account_change_password"))


# ---- one-time codes -------------------------------------------------------------------------


def use(client, number, code, password=OTHER):
    return client.post(
        reverse("account_code"),
        {"number": number, "code": code, "password1": password, "password2": password},
    )


@pytest.fixture
def code(worker, officer):
    return signin.issue_code(worker, by=officer, now=timezone.now())


def test_a_code_sets_a_password_and_signs_in_once(client, worker, code):
    answer = use(client, worker.employee_no, f" {code[:4].lower()} {code[4:]} ")

    assert answer.url == "/"
    assert is_in(client)
    worker.refresh_from_db()
    assert worker.check_password(OTHER)
    assert use(Client(), worker.employee_no, code).status_code == 422


def test_a_wrong_code_and_a_number_of_nobody_sound_the_same(client, worker, code):
    wrong = use(client, worker.employee_no, "AAAAAAAA")
    nobody = use(client, "no-one", "AAAAAAAA")

    assert (words(wrong), wrong.status_code) == (words(nobody), nobody.status_code)


def test_five_wrong_tries_make_the_code_void(client, worker, code):
    for _try in range(5):
        use(client, worker.employee_no, "AAAAAAAA")

    assert use(client, worker.employee_no, code).status_code == 422
    assert ResetCode.objects.get().tries == 5


def test_a_weak_new_password_costs_no_try(client, worker, code):
    for _try in range(7):
        assert use(client, worker.employee_no, code, "short").status_code == 422

    assert use(client, worker.employee_no, code).url == "/"


def test_a_code_ends_after_a_day(client, worker, officer):
    code = signin.issue_code(worker, by=officer, now=timezone.now() - dt.timedelta(hours=24))

    assert use(client, worker.employee_no, code).status_code == 422


def test_a_new_code_makes_the_old_one_void_and_lifts_the_lock(client, worker, officer, code):
    SignInFailure.objects.create(
        employee_no=worker.employee_no, count=5, locked_until=timezone.now() + dt.timedelta(1)
    )
    fresh = signin.issue_code(worker, by=officer, now=timezone.now())

    assert use(client, worker.employee_no, code).status_code == 422
    assert use(client, worker.employee_no, fresh).url == "/"
    assert SignInFailure.objects.count() == 0


def test_a_code_ends_sessions_and_tokens(client, worker, code):
    other = Client()
    sign_in(other, worker.employee_no)
    AuthToken.objects.create(user=worker)

    use(client, worker.employee_no, code)

    assert (is_in(other), AuthToken.objects.count()) == (False, 0)


def test_the_same_code_used_twice_at_once_works_once(worker, code):
    row = signin.check_code(worker.employee_no, code, timezone.now())
    again = signin.check_code(worker.employee_no, code, timezone.now())

    assert signin.use_code(row, OTHER, timezone.now()) is True
    assert signin.use_code(again, SENTENCE, timezone.now()) is False


def test_the_code_lies_hashed_in_the_database(code):
    assert code not in ResetCode.objects.get().digest


def test_who_may_hand_out_a_code(company, workshop, worker, officer, stranger, secadmin, sysadmin):
    leader = GrantFactory(user__name="班组长", role=Role.TEAM_LEADER, unit=workshop).user

    assert may_issue_code(officer, worker) is True
    assert may_issue_code(secadmin, worker) is True
    assert may_issue_code(secadmin, sysadmin) is True
    assert may_issue_code(officer, sysadmin) is False, "desk staff go to the security administrator"
    assert may_issue_code(officer, officer) is False
    assert may_issue_code(leader, worker) is False
    assert may_issue_code(stranger, worker) is False


def test_the_slip_shows_the_code_once(client, as_user, worker, officer):
    page = as_user(officer).post(reverse("people:issue-code", args=[worker.pk]))

    code = page.context["code"].replace(" ", "")
    assert (
        page.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    )
    assert use(Client(), worker.employee_no, code).url == "/"
    assert "people.code_issued" in verbs()


def test_the_officer_of_another_enterprise_finds_nobody(as_user, worker, stranger):
    page = as_user(stranger).post(reverse("people:issue-code", args=[worker.pk]))

    assert page.status_code == 404


# ---- the second step ------------------------------------------------------------------------


def code_now(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def desk_user(officer, settings):
    settings.TWO_FACTOR_REQUIRED = True
    read_notice(officer)
    return give_password(officer)


def switch_on(client):
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    # allauth announces the change once it is committed
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    return secret, answer


def test_desk_staff_set_up_the_second_step_before_anything_else(client, desk_user):
    sign_in(client, desk_user.employee_no)

    assert client.get("/me/").url.startswith(reverse("mfa_activate_totp"))
    secret, answer = switch_on(client)
    assert answer.url == reverse("mfa_view_recovery_codes")
    assert len(client.get(answer.url).context["unused_codes"]) == 10
    assert is_in(client)
    assert "people.two_step_on" in verbs()
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept, "the secret lies encrypted"


def test_the_second_sign_in_asks_for_the_code(client, desk_user):
    sign_in(client, desk_user.employee_no)
    secret, _answer = switch_on(client)
    other = Client()

    answer = sign_in(other, desk_user.employee_no)
    assert answer.url == reverse("mfa_authenticate")
    assert not is_in(other)
    assert other.get(answer.url).status_code == 200
    other.post(answer.url, {"code": "000000"})
    assert not is_in(other)
    done = other.post(answer.url, {"code": code_now(secret)})
    assert done.url == "/"
    assert is_in(other)


def test_a_recovery_code_works_once(client, desk_user):
    sign_in(client, desk_user.employee_no)
    switch_on(client)
    code = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]

    for expected in (True, False):
        other = Client()
        sign_in(other, desk_user.employee_no)
        other.post(reverse("mfa_authenticate"), {"code": code})
        assert is_in(other) is expected


def test_wrong_second_steps_lock_as_wrong_passwords_do(client, desk_user):
    sign_in(client, desk_user.employee_no)
    secret, _answer = switch_on(client)
    other = Client()
    for _try in range(5):
        # a right password in between does not set the count back
        sign_in(other, desk_user.employee_no)
        other.post(reverse("mfa_authenticate"), {"code": "000000"})

    other.post(reverse("mfa_authenticate"), {"code": code_now(secret)})

    assert not is_in(other)
    assert "people.locked" in verbs()


def test_a_desk_role_cannot_switch_the_second_step_off(client, desk_user):
    sign_in(client, desk_user.employee_no)
    switch_on(client)

    client.post(reverse("mfa_deactivate_totp"))

    assert signin.has_two_step(desk_user)


def test_a_worker_may_switch_it_on_and_off(client, worker):
    sign_in(client, worker.employee_no)
    switch_on(client)
    assert signin.has_two_step(worker)

    client.post(reverse("mfa_deactivate_totp"))

    assert not signin.has_two_step(worker)
    assert verbs()[-1] == "people.two_step_off"


def test_old_sign_ins_are_asked_for_the_password_again(client, worker, settings):
    sign_in(client, worker.employee_no)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 601
    session.save()

    asked = client.get(reverse("mfa_activate_totp"))
    assert asked.url.startswith(reverse("account_reauthenticate"))
    page = client.get(asked.url)
    assert page.status_code == 200
    done = client.post(asked.url, {"password": SENTENCE, "next": reverse("mfa_activate_totp")})

    assert done.url == reverse("mfa_activate_totp")
    assert client.get(done.url).status_code == 200


# ---- sessions and tokens --------------------------------------------------------------------


def test_ending_a_session_really_ends_it(client, worker):
    other = Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8"})
    sign_in(other, worker.employee_no)
    sign_in(client, worker.employee_no)
    page = client.get(reverse("people:security"))
    assert [(s["device"], s["current"]) for s in page.context["sessions"]] == [
        ("Unknown device", True), ("WeChat · Android", False),
    ]  # fmt: skip
    pk = page.context["sessions"][1]["row"].pk

    client.post(reverse("people:session-end", args=[pk]))

    assert (is_in(client), is_in(other)) == (True, False)


def test_all_other_sessions_end_at_once(client, worker):
    others = [Client(), Client()]
    for other in [*others, client]:
        sign_in(other, worker.employee_no)

    client.post(reverse("people:sessions-end"))

    assert [is_in(other) for other in [*others, client]] == [False, False, True]


def test_the_session_of_somebody_else_is_not_there(client, worker, colleague):
    read_notice(colleague)
    give_password(colleague)
    other = Client()
    sign_in(other, colleague.employee_no)
    sign_in(client, worker.employee_no)
    pk = other.get(reverse("people:security")).context["sessions"][0]["row"].pk

    assert client.post(reverse("people:session-end", args=[pk])).status_code == 404
    assert is_in(other)


def test_the_security_page_costs_the_same_for_one_and_three(client, worker):
    sign_in(client, worker.employee_no)
    AuthToken.objects.create(user=worker)
    url = reverse("people:security")
    one = cost(client, url)
    for _i in range(2):
        sign_in(Client(), worker.employee_no)
        AuthToken.objects.create(user=worker)

    assert cost(client, url) == one
    assert len(client.get(url).context["sessions"]) == 3


def test_a_token_is_shown_once_and_revoked(client, worker):
    sign_in(client, worker.employee_no)

    page = client.post(reverse("people:token-new"))

    token = page.context["new_token"]
    assert token in page.content.decode()
    row = AuthToken.objects.get()
    assert token not in client.get(reverse("people:security")).content.decode()
    client.post(reverse("people:token-revoke", args=[row.token_key]))
    assert AuthToken.objects.count() == 0
    assert verbs()[-2:] == ["people.token_made", "people.token_revoked"]


def test_an_old_sign_in_types_the_password_before_a_token(client, worker):
    sign_in(client, worker.employee_no)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 601
    session.save()

    asked = client.post(reverse("people:token-new"))

    assert asked.url.startswith(reverse("account_reauthenticate"))
    page = client.post(asked.url, {"password": SENTENCE, "next": reverse("people:token-new")})
    assert (page.status_code, AuthToken.objects.count()) == (200, 1)


# ---- the desk -------------------------------------------------------------------------------


def test_the_account_list_costs_the_same_for_one_and_three(as_user, secadmin, company):
    client, url = as_user(secadmin), reverse("people:account-list")
    one = cost(client, url)
    UserFactory.create_batch(2, unit=company)

    assert cost(client, url) == one
    assert len(client.get(url).context["page"]) == 3


def test_the_account_list_tells_who_is_locked_and_where_a_step_is_missing(
    as_user, secadmin, officer, worker
):
    SignInFailure.objects.create(
        employee_no=worker.employee_no, count=5, locked_until=timezone.now() + dt.timedelta(1)
    )
    client = as_user(secadmin)

    def found(**query):
        return [p.name for p in client.get(reverse("people:account-list"), query).context["page"]]

    assert found(state="locked") == ["学员001"]
    assert set(found(state="one_step")) == {"secadmin", "工会教育干事"}
    assert found(q=worker.employee_no) == ["学员001"]
    assert found(state="left") == []


def test_the_security_administrator_unlocks_ends_and_resets(client, as_user, secadmin, worker):
    sign_in(client, worker.employee_no)
    switch_on(client)
    SignInFailure.objects.create(
        employee_no=worker.employee_no, count=5, locked_until=timezone.now() + dt.timedelta(1)
    )
    desk = Client()
    read_notice(secadmin)
    desk.force_login(secadmin)

    desk.post(reverse("people:account-unlock", args=[worker.pk]))
    assert SignInFailure.objects.count() == 0
    desk.post(reverse("people:account-reset-two-step", args=[worker.pk]))
    assert not signin.has_two_step(worker)
    assert not is_in(client)
    sign_in(client, worker.employee_no)
    desk.post(reverse("people:account-end-sessions", args=[worker.pk]))
    assert not is_in(client)
    page = desk.get(reverse("people:account", args=[worker.pk]))
    assert page.status_code == 200
    assert {"people.unlocked", "people.two_step_reset", "people.sessions_ended"} < set(verbs())


@pytest.mark.parametrize(
    "name", ("account-unlock", "account-end-sessions", "account-reset-two-step")
)
def test_nobody_administers_his_own_account_or_another_enterprise(
    as_user, secadmin, company, stranger, name
):
    client = as_user(secadmin)

    assert client.post(reverse(f"people:{name}", args=[secadmin.pk])).status_code == 403
    assert client.post(reverse(f"people:{name}", args=[stranger.pk])).status_code == 404


def test_the_officer_does_not_enter_accounts_or_roles(as_user, officer, worker):
    client = as_user(officer)

    assert client.get(reverse("people:account-list")).status_code == 403
    assert client.get(reverse("people:grant-list")).status_code == 403
    assert client.get(reverse("people:account", args=[worker.pk])).status_code == 404


# ---- roles ----------------------------------------------------------------------------------


def role_form(person, unit, **changes):
    return {
        "number": person.employee_no, "role": Role.UNION_OFFICER, "unit": unit.pk,
        "starts_on": timezone.localdate().isoformat(), "ends_on": "", **changes,
    }  # fmt: skip


def test_a_role_is_given_and_ended(as_user, secadmin, worker, workshop):
    client = as_user(secadmin)

    client.post(reverse("people:grant-new"), role_form(worker, workshop))
    grant = Grant.objects.get(user=worker)
    assert User.objects.get(pk=worker.pk).has_role(Role.UNION_OFFICER)

    client.post(reverse("people:grant-end", args=[grant.pk]))
    assert not User.objects.get(pk=worker.pk).has_role(Role.UNION_OFFICER)
    assert verbs()[-2:] == ["people.role_granted", "people.role_ended"]


def test_a_role_given_twice_is_refused_in_words(as_user, secadmin, worker, workshop):
    client = as_user(secadmin)
    client.post(reverse("people:grant-new"), role_form(worker, workshop))

    page = client.post(reverse("people:grant-new"), role_form(worker, workshop))

    assert (page.status_code, words(page)) == (422, "This person already has this role here.")


@pytest.mark.parametrize("days", (None, 30))
@pytest.mark.parametrize("post", ADMIN_POSTS)
def test_the_three_posts_are_three_people(as_user, secadmin, worker, company, post, days):
    client = as_user(secadmin)
    until = (timezone.localdate() + dt.timedelta(days=days)).isoformat() if days else ""
    client.post(reverse("people:grant-new"), role_form(worker, company, role=post, ends_on=until))
    for other in set(ADMIN_POSTS) - {post}:
        page = client.post(reverse("people:grant-new"), role_form(worker, company, role=other))
        assert words(page) == "One person cannot hold two of the three administrator posts."

    assert Grant.objects.filter(user=worker).count() == 1


def test_the_database_separates_the_three_posts_too(worker, company):
    GrantFactory(user=worker, unit=company, role=Role.SYSADMIN)

    with pytest.raises(IntegrityError), transaction.atomic():
        GrantFactory(user=worker, unit=company, role=Role.LOGADMIN)


def test_nobody_gives_a_role_to_himself(as_user, secadmin, company):
    page = as_user(secadmin).post(reverse("people:grant-new"), role_form(secadmin, company))

    assert page.context["form"].errors["number"] == ["Nobody gives a role to himself."]


def test_units_and_people_of_another_enterprise_cannot_be_chosen(
    as_user, secadmin, worker, stranger, other_company, company
):
    client = as_user(secadmin)

    page = client.post(reverse("people:grant-new"), role_form(worker, other_company))
    assert set(page.context["form"].errors) == {"unit"}
    page = client.post(reverse("people:grant-new"), role_form(stranger, company))
    assert set(page.context["form"].errors) == {"number"}
    foreign = Grant.objects.get(user=stranger)
    assert client.post(reverse("people:grant-end", args=[foreign.pk])).status_code == 404


def test_the_own_role_is_ended_by_somebody_else(as_user, secadmin):
    grant = Grant.objects.get(user=secadmin)

    answer = as_user(secadmin).post(reverse("people:grant-end", args=[grant.pk]))

    assert answer.status_code == 403


def test_the_role_list_costs_the_same_for_one_and_three(as_user, secadmin, company):
    client, url = as_user(secadmin), reverse("people:grant-list")
    one = cost(client, url)
    for _i in range(2):
        GrantFactory(unit=company, user__unit=company)

    assert cost(client, url) == one
    assert len(client.get(url).context["page"]) == 3


# ---- end of day -----------------------------------------------------------------------------


def test_the_night_tidies_sign_in_up(client, worker, officer, code):
    now = timezone.now()
    old = now - dt.timedelta(days=2)
    SignInFailure.objects.create(employee_no="old", count=2, last_at=old)
    SignInFailure.objects.create(employee_no="fresh", count=2, last_at=now)
    ResetCode.objects.update(expires_at=old)
    AuthToken.objects.create(user=worker, expiry=dt.timedelta(days=-1))
    AuthToken.objects.create(user=worker)
    sign_in(client, worker.employee_no)

    signin.tidy_up(now)

    assert list(SignInFailure.objects.values_list("employee_no", flat=True)) == ["fresh"]
    assert ResetCode.objects.get().used_at is not None
    assert AuthToken.objects.count() == 1
    assert is_in(client)


def test_a_flood_from_one_address_is_stopped_in_words(client, db):
    for _try in range(60):
        answer = use(client, "no-one", "AAAAAAAA")
    assert answer.status_code == 422

    answer = use(client, "no-one", "AAAAAAAA")

    assert answer.status_code == 429
    assert "Too many requests from here" in answer.content.decode()
