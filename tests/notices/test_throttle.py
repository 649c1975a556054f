import datetime as dt
import threading
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from notices.models import Robot, RobotCall
from notices.states import Vendor
from notices.throttle import block, take_slot

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("vendor", "most", "seconds"),
    ((Vendor.WECOM, 20, 60), (Vendor.DINGTALK, 20, 60), (Vendor.FEISHU, 5, 1)),
)
def test_so_many_messages_and_no_more(robot_of, vendor, most, seconds):
    robot = robot_of(vendor)

    assert [take_slot(robot, NOON) for _n in range(most)] == [None] * most
    assert take_slot(robot, NOON) == NOON + dt.timedelta(seconds=seconds)
    assert take_slot(robot, NOON + dt.timedelta(seconds=seconds)) is None


def test_feishu_takes_a_hundred_a_minute(robot_of):
    robot = robot_of(Vendor.FEISHU)
    moments = [NOON + n * dt.timedelta(milliseconds=300) for n in range(100)]

    assert [take_slot(robot, moment) for moment in moments] == [None] * 100
    assert take_slot(robot, NOON + 31 * SECOND) == NOON + 60 * SECOND


def test_the_window_slides(robot_of):
    robot = robot_of()
    for n in range(20):
        take_slot(robot, NOON + n * SECOND)

    assert take_slot(robot, NOON + 30 * SECOND) == NOON + 60 * SECOND
    assert take_slot(robot, NOON + 60 * SECOND) is None
    assert take_slot(robot, NOON + 60 * SECOND) == NOON + 61 * SECOND


def test_robots_are_counted_each_for_itself(robot_of):
    first, second = robot_of(name="一"), robot_of(name="二")
    for _n in range(20):
        take_slot(first, NOON)

    assert take_slot(second, NOON) is None


def test_a_silence_asked_for_is_kept_and_not_shortened(robot_of):
    robot = robot_of(Vendor.DINGTALK)
    block(robot, NOON + dt.timedelta(minutes=10))
    block(robot, NOON + dt.timedelta(minutes=1))

    assert take_slot(robot, NOON) == NOON + dt.timedelta(minutes=10)
    assert take_slot(robot, NOON + dt.timedelta(minutes=10)) is None


@pytest.mark.parametrize("clock", (dt.time(10, 0), dt.time(17, 30)))
@pytest.mark.parametrize("off", (-60, 0, 60))
def test_feishu_is_left_alone_when_everybody_calls(robot_of, clock, off):
    peak = dt.datetime.combine(NOON.date(), clock, NOON.tzinfo)
    now = peak + off * SECOND

    again = take_slot(robot_of(Vendor.FEISHU), now)

    assert peak + 90 * SECOND <= again <= peak + 150 * SECOND
    assert take_slot(robot_of(Vendor.WECOM), now) is None


def test_old_calls_are_forgotten(robot_of):
    robot = robot_of()
    take_slot(robot, NOON)
    take_slot(robot, NOON + dt.timedelta(hours=2))

    assert RobotCall.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="threads need a real server")
@pytest.mark.django_db(transaction=True)
def test_of_forty_workers_at_once_twenty_get_a_slot(db):
    robot = Robot.objects.create(name="群", vendor=Vendor.WECOM, webhook="x", scope="00000001")
    start, answers = threading.Barrier(40), []

    def ask():
        start.wait()
        answers.append(take_slot(robot, timezone.now()))
        connection.close()

    threads = [threading.Thread(target=ask) for _n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers.count(None) == 20


def test_the_count_holds_while_time_stands_still(robot_of):
    robot = robot_of()
    with time_machine.travel(NOON, tick=False):
        taken = [take_slot(robot, timezone.now()) for _n in range(21)]

    assert (taken.count(None), RobotCall.objects.count()) == (20, 20)
