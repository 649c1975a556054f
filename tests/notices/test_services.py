import datetime as dt
import threading

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext_lazy

from notices.kinds import Due, Reminder
from notices.models import Delivery, Notice, Preference
from notices.services import mark_all_read, mark_read, notify
from notices.states import Channel
from notices.tasks import find_reminders
from tests.factories import UserFactory
from tests.notices.conftest import make_notice

needs_postgres = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="threads need a real server"
)


def channels(notice):
    return sorted(notice.deliveries.values_list("channel", flat=True))


def test_a_notice_and_its_delivery_are_written_together(note, reader):
    (notice,) = notify(note, to=[reader], key="k", title="明天上课", body="带上手套", url="/me/")

    assert (notice.user, notice.title, notice.body, notice.url, notice.read_at) == (
        reader, "明天上课", "带上手套", "/me/", None,
    )  # fmt: skip
    assert (channels(notice), notice.kind_label) == (["email"], "通知")


def test_telling_again_changes_nothing(note, reader, colleague):
    (first,) = notify(note, to=[reader], key="k", title="明天上课")
    Delivery.objects.update(state="sent")
    again = notify(note, to=[reader, reader, colleague], key="k", title="改了标题")

    assert sorted(n.title for n in again) == ["改了标题", "明天上课"]
    assert (Notice.objects.count(), Delivery.objects.count()) == (2, 1)
    assert Notice.objects.get(user=reader) == first
    assert Delivery.objects.get().state == "sent"


def test_another_key_kind_or_person_is_another_notice(kind, reader, colleague):
    one, two = kind(name="One"), kind(name="Two")
    for tell in ((one, reader, "a"), (one, reader, "b"), (two, reader, "a"), (one, colleague, "a")):
        notify(tell[0], to=[tell[1]], key=tell[2], title="t")

    assert Notice.objects.count() == 4


def test_each_reader_gets_his_own_language(note, reader):
    other = UserFactory(language="en")
    notify(note, to=[reader, other], key="k", title=gettext_lazy("Messages"))

    by_user = dict(Notice.objects.values_list("user", "title"))
    assert by_user[other.pk] == "Messages"
    assert set(by_user) == {reader.pk, other.pk}


def test_who_left_is_told_nothing(note, reader):
    reader.is_active = False
    reader.save()

    assert notify(note, to=[reader], key="k", title="t") == []


def test_without_an_address_there_is_only_the_inbox(note, employee):
    (notice,) = notify(note, to=[employee], key="k", title="t")

    assert channels(notice) == []


@pytest.mark.parametrize(
    ("default", "choice", "sent"),
    (
        ((Channel.EMAIL,), None, ["email"]),
        ((Channel.EMAIL,), False, []),
        ((), None, []),
        ((), True, ["email"]),
    ),
)
def test_the_persons_choice_goes_before_the_kinds(kind, reader, default, choice, sent):
    chosen = kind(channels=default)
    if choice is not None:
        Preference.objects.create(user=reader, kind=chosen.slug, channel="email", enabled=choice)

    (notice,) = notify(chosen, to=[reader], key="k", title="t")

    assert channels(notice) == sent


def test_a_title_becomes_one_line_of_at_most_200_characters(note, reader):
    (notice,) = notify(note, to=[reader], key="k", title="第一行\n" + "长" * 300)

    assert (len(notice.title), notice.title[:5], notice.title[-1]) == (200, "第一行 长", "…")


def test_groups_of_the_unit_and_above_hear_what_is_meant_for_groups(
    group_note, robot_of, company, workshop, reader, other_company
):
    mine = robot_of(name="车间群")
    above = robot_of(name="公司群", scope=company.path)
    robot_of(name="兄弟公司群", scope=other_company.path)
    robot_of(name="关掉的群", active=False)
    robot_of(name="只听别的", kinds=["tests.other"])
    chosen = robot_of(name="只听这个", kinds=[group_note.slug])

    (notice,) = notify(
        group_note, to=[reader], key="k", title="缺 2 次记录", robot_scope=workshop.path
    )

    told = notice.deliveries.filter(channel="robot")
    assert {d.robot for d in told} == {mine, above, chosen}
    assert {d.text for d in told} == {"缺 2 次记录"}


def test_a_kind_not_meant_for_groups_stays_out_of_them(note, robot_of, workshop, reader):
    robot_of()
    (notice,) = notify(note, to=[reader], key="k", title="t", robot_scope=workshop.path)

    assert channels(notice) == ["email"]


def test_who_does_not_want_to_be_named_in_a_group_is_not(group_note, robot_of, workshop, reader):
    robot_of()
    Preference.objects.create(user=reader, kind=group_note.slug, channel="robot", enabled=False)
    (notice,) = notify(group_note, to=[reader], key="k", title="t", robot_scope=workshop.path)

    assert channels(notice) == ["email"]


@pytest.mark.parametrize("count", (1, 3))
def test_telling_many_costs_as_much_as_telling_one(
    note, workshop, django_assert_num_queries, count
):
    people = UserFactory.create_batch(count, unit=workshop, email="a@example.com")

    with django_assert_num_queries(8):
        notify(note, to=people, key="k", title="t")


# ---- reminders --------------------------------------------------------------------------------


def test_a_reminder_is_found_each_minute_and_written_once(kind, reader):
    kind(
        Reminder, name="Tomorrow",
        due=lambda self, now: [Due(to=reader, about=reader, key="day-1", title="明天上课")],
    )  # fmt: skip
    find_reminders()
    find_reminders()

    assert Notice.objects.get().key == f"people.user-{reader.pk}:day-1"


def test_a_broken_reminder_does_not_stop_the_others(kind, reader, caplog):
    def breaks(self, now):
        yield Due(to=reader, about=reader, key="first", title="一起丢下")
        raise ZeroDivisionError

    kind(Reminder, name="A", due=breaks)
    kind(
        Reminder, name="B",
        due=lambda self, now: [Due(to=reader, about=reader, key="b", title="照样提醒")],
    )  # fmt: skip
    find_reminders()

    assert [n.title for n in Notice.objects.all()] == ["照样提醒"]
    assert "tests.a failed" in caplog.text


def test_thousands_of_the_due_are_written_in_portions(kind, workshop):
    people = UserFactory.create_batch(3, unit=workshop)
    kind(
        Reminder,
        due=lambda self, now: (
            Due(to=p, about=p, key=f"{n}", title="t") for n in range(400) for p in people
        ),
    )
    find_reminders()

    assert Notice.objects.count() == 1200


# ---- reading ----------------------------------------------------------------------------------


def test_the_first_reading_counts(reader):
    notice = make_notice(reader)
    mark_read(notice)
    first = Notice.objects.get().read_at
    mark_read(make_copy := Notice.objects.get())

    assert make_copy.read_at == first
    assert first is not None


def test_marking_all_read_leaves_other_people_alone(reader, colleague):
    make_notice(reader)
    make_notice(reader, read_at=timezone.now() - dt.timedelta(days=1))
    make_notice(colleague)

    assert mark_all_read(reader) == 1
    assert [Notice.objects.unread_count(u) for u in (reader, colleague)] == [0, 1]


# ---- races ------------------------------------------------------------------------------------


@pytest.mark.postgres
@needs_postgres
@pytest.mark.django_db(transaction=True)
def test_of_fifty_callers_at_once_one_writes(kind):
    note = kind()
    people = UserFactory.create_batch(3, email="a@example.com")
    start, faults = threading.Barrier(50), []

    def tell(turn):
        try:
            start.wait()
            # some call with the people in another order: a deadlock would show
            found = notify(note, to=people[:: 1 if turn % 2 else -1], key="k", title="t")
            assert len(found) == 3
        except (DatabaseError, AssertionError) as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=tell, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert (Notice.objects.count(), Delivery.objects.count()) == (3, 3)
