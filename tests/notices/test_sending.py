import datetime as dt
import smtplib
import threading
import uuid
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.utils import timezone

from notices.mail import message_id
from notices.models import Delivery, Notice, Preference, Robot, RobotCall
from notices.sending import hand_out, send
from notices.services import notify
from notices.states import Vendor
from notices.tasks import sweep_deliveries
from tests.factories import UserFactory
from tests.notices.conftest import make_delivery, make_notice

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON) as clock:
        yield clock


class Refusing(EmailBackend):
    """A mail server that fails as it is told."""

    error: Exception | None = None

    def send_messages(self, messages):
        if Refusing.error:
            raise Refusing.error
        return super().send_messages(messages)


@pytest.fixture
def refusing(settings):
    settings.EMAIL_BACKEND = "tests.notices.test_sending.Refusing"
    Refusing.error = ConnectionRefusedError("mail server away")
    yield Refusing
    Refusing.error = None


def states():
    return sorted(Delivery.objects.values_list("state", flat=True))


def test_what_is_due_is_sent_with_a_link_that_marks_it_read(note, reader):
    (notice,) = notify(note, to=[reader], key="k", title="明天上课", body="带上手套", url="/me/")
    sweep_deliveries()

    (letter,) = mail.outbox
    assert (letter.to, letter.subject[-4:]) == ([reader.email], "明天上课")
    assert f"明天上课\n带上手套\nhttp://127.0.0.1:8000/me/messages/{notice.pk}/" in letter.body
    assert states() == ["sent"]
    assert Delivery.objects.get().sent_at is not None


def test_what_is_not_due_waits(note, reader, noon):
    with time_machine.travel(NOON.replace(hour=23), tick=False):
        notify(note, to=[reader], key="k", title="t")
        sweep_deliveries()
        assert (states(), mail.outbox) == (["scheduled"], [])

    noon.move_to(NOON.replace(day=25, hour=7, minute=0))
    sweep_deliveries()

    assert (states(), len(mail.outbox)) == (["sent"], 1)


def test_sweeping_again_sends_nothing_again(note, reader):
    notify(note, to=[reader], key="k", title="t")
    sweep_deliveries()
    sweep_deliveries()

    assert len(mail.outbox) == 1


def test_several_messages_of_one_person_are_one_mail(kind, reader, colleague):
    colleague.email = "b@example.com"
    colleague.save()
    for n, one in enumerate((kind(name="A"), kind(name="B"), kind(name="C", merge=False))):
        notify(one, to=[reader, colleague], key=str(n), title=f"第 {n} 件")
    sweep_deliveries()

    assert sorted((m.to[0], m.body.count("/me/messages/") - 1) for m in mail.outbox) == [
        ("b@example.com", 1), ("b@example.com", 2),
        (reader.email, 1), (reader.email, 2),
    ]  # fmt: skip
    assert states() == ["sent"] * 6


def test_a_person_reads_mail_in_his_own_language(note, workshop):
    notify(note, to=[UserFactory(email="e@example.com", language="en")], key="k", title="t")
    sweep_deliveries()

    assert "Choose which messages come by e-mail" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("change", "reason"),
    (
        (lambda n: Notice.objects.update(read_at=NOON), "already read"),
        (lambda n: type(n.user).objects.update(email=""), "no address"),
        (lambda n: type(n.user).objects.update(is_active=False), "no address"),
        (
            lambda n: Preference.objects.create(
                user=n.user, kind=n.kind, channel="email", enabled=False
            ),
            "switched off",
        ),
    ),
)
def test_what_nobody_needs_any_more_is_dropped(note, reader, change, reason):
    (notice,) = notify(note, to=[reader], key="k", title="t")
    change(notice)
    sweep_deliveries()

    assert (states(), mail.outbox) == (["dropped"], [])
    assert Delivery.objects.get().last_error == reason


# ---- when it goes wrong -----------------------------------------------------------------------


def test_a_mail_server_that_is_away_is_tried_five_times(note, reader, refusing, noon):
    notify(note, to=[reader], key="k", title="t")
    waits = []
    for _n in range(6):
        sweep_deliveries()
        row = Delivery.objects.get()
        waits.append(round((row.due_at - timezone.now()).total_seconds() / 60))
        noon.move_to(max(row.due_at, timezone.now()) + dt.timedelta(seconds=1))
    row = Delivery.objects.get()

    assert (row.state, row.attempts) == ("failed", 5)
    assert "mail server away" in row.last_error
    assert waits[0] == 1
    assert 5 <= waits[1] <= 7
    assert 30 <= waits[2] <= 38
    assert 120 <= waits[3] <= 150


def test_a_mail_that_waited_goes_out_later_in_the_same_bundle(kind, reader, refusing, noon):
    notify(kind(name="A"), to=[reader], key="1", title="第一件")
    notify(kind(name="B"), to=[reader], key="2", title="第二件")
    sweep_deliveries()
    first = message_id(Delivery.objects.all())
    notify(kind(name="C"), to=[reader], key="3", title="第三件")

    refusing.error = None
    noon.move_to(NOON + dt.timedelta(minutes=3))
    sweep_deliveries()

    ids = [m.extra_headers["Message-ID"] for m in mail.outbox]
    assert (len(set(ids)), ids.count(first)) == (2, 1)
    assert states() == ["sent"] * 3


def test_a_mailbox_that_does_not_exist_is_given_up_at_once(note, reader, refusing):
    refusing.error = smtplib.SMTPRecipientsRefused({reader.email: (550, b"no such user")})
    notify(note, to=[reader], key="k", title="t")
    sweep_deliveries()

    assert (states(), Delivery.objects.get().last_error) == (["failed"], "550 no such user")


def test_one_bad_letter_does_not_hold_up_the_others(note, reader, workshop):
    bad = UserFactory(unit=workshop, email="a@example.com\nBcc: everyone@example.com")
    notify(note, to=[bad, reader], key="k", title="t")
    sweep_deliveries()

    assert [m.to for m in mail.outbox] == [[reader.email]]
    assert states() == ["scheduled", "sent"]


def test_the_claim_of_a_dead_worker_goes_back_after_five_minutes(reader, note):
    make_delivery(
        make_notice(reader, kind=note.slug), state="sending", claim=uuid.uuid4(), attempts=1,
        claimed_at=NOON - dt.timedelta(minutes=4, seconds=50),
    )  # fmt: skip
    sweep_deliveries()
    assert states() == ["sending"]

    Delivery.objects.update(claimed_at=NOON - dt.timedelta(minutes=5, seconds=1))
    sweep_deliveries()
    assert (states(), len(mail.outbox)) == (["sent"], 1)


def test_a_delivery_that_outlived_five_workers_is_given_up(reader, note):
    make_delivery(
        make_notice(reader, kind=note.slug), state="sending", attempts=5,
        claimed_at=NOON - dt.timedelta(hours=1),
    )  # fmt: skip
    sweep_deliveries()

    assert (states(), mail.outbox) == (["failed"], [])


def test_a_worker_that_was_thought_dead_sends_no_more(note, reader, settings):
    """It wakes up after its rows went to another worker, between two letters."""
    other = UserFactory(email="b@example.com")
    notify(note, to=[reader, other], key="k", title="t")
    settings.EMAIL_BACKEND = "tests.notices.test_sending.Overtaken"
    send(Delivery.objects.values_list("pk", flat=True), timezone.now())

    assert len(mail.outbox) == 1
    assert sorted(Delivery.objects.values_list("state", "claim")) == [
        ("sending", RIVAL), ("sending", RIVAL),
    ]  # fmt: skip


RIVAL = uuid.UUID(int=1)


class Overtaken(EmailBackend):
    def send_messages(self, messages):
        Delivery.objects.update(claim=RIVAL)
        return super().send_messages(messages)


def test_portions_hold_a_few_readers_or_one_group(note, robot_of, workshop):
    people = UserFactory.create_batch(23, unit=workshop, email="a@example.com")
    notices = notify(note, to=people, key="k", title="t")
    robots = [robot_of(name=str(n)) for n in range(2)]
    for robot in robots:
        for notice in notices[:4]:
            make_delivery(notice, channel="robot", robot=robot, text="t")

    portions = hand_out(timezone.now())

    assert sorted(len(p) for p in portions) == [3, 4, 4, 10, 10]
    assert hand_out(timezone.now()) == []
    assert len(hand_out(timezone.now() + dt.timedelta(minutes=2, seconds=1))) == 5


@pytest.mark.parametrize("count", (1, 3))
def test_the_sweep_costs_the_same_for_any_length(note, workshop, django_assert_num_queries, count):
    people = UserFactory.create_batch(count, unit=workshop, email="a@example.com")
    notify(note, to=people, key="k", title="t")

    with django_assert_num_queries(4):
        hand_out(timezone.now())


def test_late_deliveries_show_on_the_system_page(reader):
    for minutes in (1, 6):
        make_delivery(make_notice(reader), due_at=NOON - dt.timedelta(minutes=minutes))
    for minutes in (6, 11):
        make_delivery(
            make_notice(reader), state="sending", claimed_at=NOON - dt.timedelta(minutes=minutes)
        )
    make_delivery(make_notice(reader), state="failed", due_at=NOON - dt.timedelta(days=1))

    assert Delivery.objects.overdue(NOON + dt.timedelta(seconds=1)).count() == 2


# ---- groups -----------------------------------------------------------------------------------


def tell_group(group_note, workshop, count, **fields):
    people = UserFactory.create_batch(count, unit=workshop)
    for n, person in enumerate(people):
        notify(
            group_note, to=[person], key="k", title=f"{n} 号本周缺 2 次记录",
            robot_scope=workshop.path, **fields,
        )  # fmt: skip


@pytest.mark.parametrize("vendor", Vendor)
def test_a_group_gets_one_message_for_many(group_note, robot_of, messenger, workshop, vendor):
    robot = robot_of(vendor)
    tell_group(group_note, workshop, 3)
    sweep_deliveries()

    (text,) = messenger.texts
    assert [line[2:3] for line in text.split("\n")[1:]] == ["0", "1", "2"]
    assert states() == ["sent"] * 3
    robot.refresh_from_db()
    assert (robot.last_error, robot.last_sent_at is None) == ("", False)


def test_dingtalk_is_left_alone_for_ten_minutes_when_it_says_so(
    group_note, robot_of, messenger, workshop, noon
):
    robot = robot_of(Vendor.DINGTALK)
    messenger.limit = 0
    tell_group(group_note, workshop, 1)
    sweep_deliveries()

    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("scheduled", 0)
    assert row.due_at >= NOON + dt.timedelta(minutes=10)
    robot.refresh_from_db()
    assert "130101" in robot.last_error

    messenger.limit = None
    noon.move_to(NOON + dt.timedelta(minutes=9))
    tell_group(group_note, workshop, 1)
    sweep_deliveries()
    assert messenger.posts == []
    noon.move_to(NOON + dt.timedelta(minutes=11))
    sweep_deliveries()
    assert (states(), len(messenger.posts)) == (["sent"] * 2, 1)


def test_what_is_over_the_limit_waits_without_losing_an_attempt(
    group_note, robot_of, messenger, workshop, noon
):
    robot = robot_of()
    RobotCall.objects.bulk_create([RobotCall(robot=robot, at=NOON) for _n in range(20)])
    tell_group(group_note, workshop, 1)
    sweep_deliveries()
    row = Delivery.objects.get()
    assert (row.state, row.attempts, messenger.posts) == ("scheduled", 0, [])

    noon.move_to(row.due_at + dt.timedelta(seconds=1))
    sweep_deliveries()
    assert states() == ["sent"]


def test_a_wait_of_a_second_is_sat_out(group_note, robot_of, messenger, workshop):
    robot = robot_of(Vendor.FEISHU)
    RobotCall.objects.bulk_create(
        [RobotCall(robot=robot, at=timezone.now() - dt.timedelta(milliseconds=700))] * 5
    )
    tell_group(group_note, workshop, 1)
    sweep_deliveries()

    assert (states(), len(messenger.posts)) == (["sent"], 1)


def test_a_robot_that_answers_with_errors_is_tried_five_times(
    group_note, robot_of, messenger, workshop, noon
):
    robot = robot_of()
    messenger.answers = [(200, {"errcode": 93000, "errmsg": "invalid webhook url"})] * 9
    tell_group(group_note, workshop, 1)
    for _n in range(6):
        sweep_deliveries()
        row = Delivery.objects.get()
        noon.move_to(max(row.due_at, timezone.now()) + dt.timedelta(seconds=1))

    assert (states(), len(messenger.answers)) == (["failed"], 4)
    robot.refresh_from_db()
    assert "93000" in robot.last_error


def test_a_robot_switched_off_drops_what_waits(group_note, robot_of, messenger, workshop):
    robot_of()
    tell_group(group_note, workshop, 2)
    Robot.objects.update(active=False)
    sweep_deliveries()

    assert (states(), messenger.posts) == (["dropped"] * 2, [])


# ---- races ------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="threads need a real server")
@pytest.mark.django_db(transaction=True)
def test_of_ten_workers_at_once_one_sends(kind, db):
    people = UserFactory.create_batch(4, email="a@example.com")
    notify(kind(), to=people, key="k", title="t")
    ids = list(Delivery.objects.values_list("pk", flat=True))
    start = threading.Barrier(10)

    def work():
        start.wait()
        send(ids, timezone.now())
        connection.close()

    threads = [threading.Thread(target=work) for _n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(mail.outbox), states()) == (4, ["sent"] * 4)
