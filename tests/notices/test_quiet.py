import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine

from notices.models import Delivery, QuietHours
from notices.quiet import out_of_quiet
from notices.services import notify

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "sent"),
    (
        ("2026-11-24 21:29:59", "2026-11-24 21:29:59"),
        ("2026-11-24 21:30:00", "2026-11-25 07:00:00"),
        ("2026-11-24 23:59:59", "2026-11-25 07:00:00"),
        ("2026-11-25 00:00:00", "2026-11-25 07:00:00"),
        ("2026-11-25 06:59:59", "2026-11-25 07:00:00"),
        ("2026-11-25 07:00:00", "2026-11-25 07:00:00"),
        ("2026-12-31 22:00:00", "2027-01-01 07:00:00"),
    ),
)
def test_the_night_ends_at_seven(moment, sent):
    assert out_of_quiet(at(moment)) == at(sent)


@pytest.mark.parametrize(
    ("moment", "sent"),
    (
        ("2026-11-24 11:59:00", "2026-11-24 11:59:00"),
        ("2026-11-24 12:00:00", "2026-11-24 14:00:00"),
        ("2026-11-24 13:59:59", "2026-11-24 14:00:00"),
        ("2026-11-24 14:00:00", "2026-11-24 14:00:00"),
        ("2026-11-24 00:00:00", "2026-11-24 00:00:00"),
    ),
)
def test_quiet_hours_within_one_day(moment, sent):
    assert out_of_quiet(at(moment), dt.time(12), dt.time(14)) == at(sent)


def test_hours_until_midnight_end_at_midnight():
    assert out_of_quiet(at("2026-11-24 23:00:00"), dt.time(22), dt.time(0)) == at(
        "2026-11-25 00:00:00"
    )


def test_equal_times_are_no_quiet_hours():
    noon = at("2026-11-24 12:00:00")

    assert out_of_quiet(noon, dt.time(12), dt.time(12)) == noon


@pytest.mark.parametrize(
    ("hours", "due"),
    (
        (None, "2026-11-25 07:00:00"),
        ({"enabled": False}, "2026-11-24 22:30:00"),
        ({"starts_at": dt.time(23), "ends_at": dt.time(6)}, "2026-11-24 22:30:00"),
        ({"starts_at": dt.time(22), "ends_at": dt.time(9)}, "2026-11-25 09:00:00"),
    ),
)
def test_a_delivery_waits_for_the_readers_own_morning(note, reader, hours, due):
    if hours:
        QuietHours.objects.create(user=reader, **hours)

    with time_machine.travel(at("2026-11-24 22:30:00"), tick=False):
        notify(note, to=[reader], key="k", title="明天上课")

    assert Delivery.objects.get().due_at == at(due)


def test_what_is_urgent_goes_at_night(kind, reader):
    with time_machine.travel(at("2026-11-25 00:00:00"), tick=False):
        notify(kind(urgent=True), to=[reader], key="k", title="停机")

    assert Delivery.objects.get().due_at == at("2026-11-25 00:00:00")
