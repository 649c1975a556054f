import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from notices.models import Notice, Preference, QuietHours
from people.states import Role
from tests.factories import GrantFactory
from tests.notices.conftest import make_notice

INBOX = "/me/messages/"


def listed(page):
    return [notice.title for notice in page.context["page"]]


def test_the_inbox_shows_my_messages_newest_first(as_user, reader, colleague):
    now = timezone.now()
    for hours, title in ((30, "旧的"), (1, "新的"), (5, "中间的")):
        make_notice(reader, title=title, created_at=now - dt.timedelta(hours=hours))
    make_notice(colleague, title="别人的")

    page = as_user(reader).get(INBOX)

    assert listed(page) == ["新的", "中间的", "旧的"]
    assert "别人的" not in page.content.decode()


def test_unread_ones_are_marked_and_can_be_asked_for(as_user, reader):
    make_notice(reader, title="看过的", read_at=timezone.now())
    make_notice(reader, title="没看的")
    client = as_user(reader)

    text = client.get(INBOX).content.decode()
    assert (text.count("msg--new"), text.count('id="notice-')) == (1, 2)
    assert listed(client.get(f"{INBOX}?show=unread")) == ["没看的"]


def test_an_empty_inbox_says_what_will_come(as_user, reader):
    client = as_user(reader)

    assert 'class="panel empty"' in client.get(INBOX).content.decode()
    make_notice(reader, read_at=timezone.now())
    assert 'class="panel empty"' in client.get(f"{INBOX}?show=unread").content.decode()


def test_twenty_to_a_page_and_wrong_pages_are_forgiven(as_user, reader):
    for _n in range(21):
        make_notice(reader)
    client = as_user(reader)

    lengths = [len(listed(client.get(f"{INBOX}?page={n}"))) for n in ("1", "2", "99", "x")]
    assert lengths == [20, 1, 1, 20]


def test_htmx_gets_the_rows_alone(as_user, reader):
    make_notice(reader)
    text = as_user(reader).get(INBOX, headers={"HX-Request": "true"}).content.decode()

    assert ("<html" in text, text.count('id="notice-')) == (False, 1)


@pytest.mark.parametrize("count", (1, 3))
def test_the_inbox_costs_the_same_for_any_length(
    as_user, reader, django_assert_max_num_queries, count
):
    for _n in range(count):
        make_notice(reader)
    client = as_user(reader)

    with django_assert_max_num_queries(9) as seen:
        client.get(INBOX)

    assert sum("notices_" in q["sql"] for q in seen.captured_queries) == 4


# ---- opening ----------------------------------------------------------------------------------


def open_it(client, notice):
    return client.get(reverse("notices:open", args=[notice.pk]))


def test_opening_marks_read_and_leads_on(as_user, reader):
    notice = make_notice(reader, url="/me/?tab=1#x")
    answer = open_it(as_user(reader), notice)

    assert (answer.status_code, answer.url) == (302, "/me/?tab=1#x")
    assert Notice.objects.unread_count(reader) == 0


def test_asking_by_head_reads_nothing(as_user, reader):
    notice = make_notice(reader, url="/me/")
    as_user(reader).head(reverse("notices:open", args=[notice.pk]))

    assert Notice.objects.unread_count(reader) == 1


@pytest.mark.parametrize(
    "url",
    ("", "https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil", "/\\evil"),
)
def test_a_message_leads_nowhere_else(as_user, reader, url):
    answer = open_it(as_user(reader), make_notice(reader, url=url, body="正文 <b>"))

    assert answer.status_code == 200
    assert "正文 &lt;b&gt;" in answer.content.decode()
    assert Notice.objects.unread_count(reader) == 0


def test_the_message_of_another_does_not_exist(as_user, reader, colleague, officer):
    notice = make_notice(reader)

    assert [open_it(as_user(u), notice).status_code for u in (colleague, officer)] == [404, 404]
    assert Notice.objects.unread_count(reader) == 1


def test_all_are_marked_read_by_a_button(as_user, reader, colleague):
    make_notice(reader)
    make_notice(colleague)
    client = as_user(reader)
    url = reverse("notices:read-all")

    assert client.get(url).status_code == 405
    assert client.post(url).url == INBOX
    assert client.post(url, follow=True).status_code == 200
    assert [Notice.objects.unread_count(u) for u in (reader, colleague)] == [0, 1]


# ---- settings ---------------------------------------------------------------------------------

SETTINGS = "/me/messages/settings/"
HOURS = {"enabled": "on", "starts_at": "22:00", "ends_at": "06:30"}


def test_choices_and_quiet_hours_are_kept(as_user, reader, kind):
    one, two = kind(name="One"), kind(name="Two", channels=())
    client = as_user(reader)
    answer = client.post(SETTINGS, {f"email:{two.slug}": "on", **HOURS})

    assert (answer.status_code, answer.url) == (302, SETTINGS)
    assert dict(Preference.objects.values_list("kind", "enabled")) == {
        one.slug: False, two.slug: True,
    }  # fmt: skip
    hours = QuietHours.objects.get(user=reader)
    assert (hours.enabled, hours.starts_at, hours.ends_at) == (True, dt.time(22), dt.time(6, 30))

    client.post(SETTINGS, {f"email:{one.slug}": "on", "starts_at": "22:00", "ends_at": "06:30"})
    assert dict(Preference.objects.values_list("kind", "enabled")) == {
        one.slug: True, two.slug: False,
    }  # fmt: skip
    assert QuietHours.objects.get(user=reader).enabled is False


def test_the_page_shows_what_is_chosen(as_user, reader, kind):
    one, two = kind(name="One"), kind(name="Two", channels=())
    Preference.objects.create(user=reader, kind=two.slug, channel="email", enabled=True)

    form = as_user(reader).get(SETTINGS).context["choices"]

    assert [form[f"email:{k.slug}"].initial for k in (one, two)] == [True, True]


def test_a_kind_for_some_roles_is_shown_to_them_alone(as_user, reader, company, kind):
    kind(name="Staff", roles=(Role.UNION_OFFICER,))
    officer = GrantFactory(role=Role.UNION_OFFICER, unit=company).user

    shown = [as_user(u).get(SETTINGS).context["choices"].rows() for u in (reader, officer)]
    assert [len(rows) for rows in shown] == [0, 1]


def test_the_group_column_is_there_only_when_a_kind_goes_to_groups(as_user, reader, note):
    assert as_user(reader).get(SETTINGS).context["choices"].channels == ["email"]


@pytest.mark.parametrize(
    ("hours", "field"),
    (
        ({"starts_at": "25:00"}, "starts_at"),
        ({"ends_at": ""}, "ends_at"),
        ({"starts_at": "06:30"}, "ends_at"),
    ),
)
def test_wrong_hours_are_told_and_what_was_typed_stays(as_user, reader, note, hours, field):
    page = as_user(reader).post(SETTINGS, HOURS | hours)

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert page.context["form"][field].value() == (HOURS | hours)[field]
    assert page.context["choices"][f"email:{note.slug}"].value() is False
    assert (Preference.objects.count(), QuietHours.objects.count()) == (0, 0)


def test_strangers_to_the_portal_are_sent_to_sign_in(client, db):
    urls = (INBOX, SETTINGS, reverse("notices:open", args=[1]), reverse("notices:robot-list"))
    answers = [client.get(url) for url in urls]

    assert {answer.status_code for answer in answers} == {302}
