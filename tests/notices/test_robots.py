import datetime as dt
import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from notices.models import Robot
from notices.robots import HABITS, RobotBusy, RobotError, check_webhook, pack, post
from notices.states import Channel, Vendor
from tests.notices.conftest import PATHS, make_delivery, make_notice

# computed with `openssl dgst -sha256 -hmac` from the vendors' descriptions
MOMENT = dt.datetime.fromtimestamp(1700000000.123, tz=dt.UTC)


def test_dingtalk_signs_time_and_secret_with_the_secret():
    url, body = HABITS[Vendor.DINGTALK].sign(
        "https://x/robot/send?access_token=t", "SECabc", "好", MOMENT
    )

    assert url == (
        "https://x/robot/send?access_token=t&timestamp=1700000000123"
        "&sign=IqXBU%2FaLfwMA3S%2FtDcfRmHx5vWHw9Y1aOgFLBr1Ti9w%3D"
    )
    assert body == {"msgtype": "text", "text": {"content": "好"}}


def test_feishu_signs_nothing_with_time_and_secret():
    url, body = HABITS[Vendor.FEISHU].sign("https://x/hook/h", "SECabc", "好", MOMENT)

    assert url == "https://x/hook/h"
    assert body == {
        "msg_type": "text", "content": {"text": "好"}, "timestamp": "1700000000",
        "sign": "XprR1de+0SSBnwWyU/4k6x2TL+Q2SJlM5NNEdAv7MWg=",
    }  # fmt: skip


def test_wecom_signs_not_at_all():
    assert HABITS[Vendor.WECOM].sign("https://x/send?key=k", "", "好", MOMENT) == (
        "https://x/send?key=k",
        {"msgtype": "text", "text": {"content": "好"}},
    )


@pytest.mark.parametrize("vendor", Vendor)
def test_each_vendor_takes_our_message_and_signature(messenger, robot_of, vendor):
    messenger.signed_with = "SEC 与中文"
    post(robot_of(vendor, secret=messenger.signed_with), "明天上课")

    assert messenger.texts == ["明天上课"]


@pytest.mark.parametrize("vendor", (Vendor.DINGTALK, Vendor.FEISHU))
def test_a_wrong_secret_is_told_in_the_vendors_words(messenger, robot_of, vendor):
    messenger.signed_with = "right"

    with pytest.raises(RobotError, match="sign"):
        post(robot_of(vendor, secret="wrong"), "明天上课")


@pytest.mark.parametrize(
    ("vendor", "minutes"), ((Vendor.WECOM, 1), (Vendor.DINGTALK, 10), (Vendor.FEISHU, 1))
)
def test_too_many_messages_ask_for_silence(messenger, robot_of, vendor, minutes):
    messenger.limit = 0

    with pytest.raises(RobotBusy) as busy:
        post(robot_of(vendor), "明天上课")

    assert busy.value.silence == dt.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("answer", "kind"),
    (
        ((500, b"broken"), RobotError),
        ((429, b"slow down"), RobotBusy),
        ((200, b"<html>"), RobotError),
        ((200, b"[]"), RobotError),
        ((200, {"errcode": 93000, "errmsg": "invalid webhook url"}), RobotError),
        ((302, b""), RobotError),
        ((307, b""), RobotError),
    ),
)
def test_every_other_answer_is_an_error(messenger, robot_of, answer, kind):
    messenger.answers = [answer]

    with pytest.raises(kind):
        post(robot_of(), "明天上课")

    assert messenger.posts == []


def test_a_messenger_out_of_reach_is_told_without_the_address(robot_of, messenger):
    robot = robot_of(webhook="http://127.0.0.1:9/cgi-bin/webhook/send?key=geheim")

    with pytest.raises(RobotError) as error:
        post(robot, "明天上课")

    assert "geheim" not in str(error.value)


@pytest.mark.parametrize("vendor", Vendor)
def test_the_vendors_own_addresses_are_taken(vendor):
    check_webhook(vendor, f"https://{HABITS[vendor].host}{PATHS[vendor]}")


@pytest.mark.parametrize(
    "url",
    (
        "",
        "webhook",
        "https://169.254.169.254/cgi-bin/webhook/send?key=k",
        "https://127.0.0.1/cgi-bin/webhook/send?key=k",
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
        "ftp://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com:x/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com@evil.example/cgi-bin/webhook/send?key=k",
        "https://me:pw@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com/cgi-bin/user/delete?key=k",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k#x",
        "https://oapi.dingtalk.com/robot/send?access_token=t",
        "https://[::1/",
    ),
)
def test_no_other_address_is_called(url, db):
    with pytest.raises(ValidationError):
        check_webhook(Vendor.WECOM, url)
    with pytest.raises(RobotError):
        post(Robot(vendor=Vendor.WECOM, webhook=url), "x")


def test_a_local_address_opens_only_when_the_settings_name_it(settings):
    url = "http://127.0.0.1:8999/cgi-bin/webhook/send?key=k"
    with pytest.raises(ValidationError):
        check_webhook(Vendor.WECOM, url)

    settings.ROBOT_HOSTS = ["127.0.0.1"]
    check_webhook(Vendor.WECOM, url)


def test_address_and_secret_lie_encrypted(robot_of):
    robot = robot_of(secret="SECabc")
    with connection.cursor() as cursor:
        cursor.execute("SELECT webhook, secret FROM notices_robot")
        stored = cursor.fetchone()

    assert not any(word in cell for cell in stored for word in ("http", "SECabc"))
    assert Robot.objects.get().secret == robot.secret


# ---- several in one ---------------------------------------------------------------------------


def deliveries(robot, reader, texts, url=""):
    return [
        make_delivery(make_notice(reader, url=url), channel=Channel.ROBOT, robot=robot, text=text)
        for text in texts
    ]


def test_several_notices_are_one_message_and_the_same_line_is_said_once(robot_of, reader):
    robot = robot_of()
    rows = deliveries(robot, reader, ("缺 2 次记录", "明天上课", "缺 2 次记录"), url="/me/")
    ((text, carried),) = pack(robot, rows)

    assert text.split("\n")[1:] == [
        "· 缺 2 次记录 http://127.0.0.1:8000/me/",
        "· 明天上课 http://127.0.0.1:8000/me/",
    ]
    assert sorted(r.pk for r in carried) == sorted(r.pk for r in rows)


@pytest.mark.parametrize(("vendor", "most"), ((Vendor.WECOM, 2048), (Vendor.FEISHU, 20 * 1024)))
def test_no_message_is_larger_than_the_vendor_takes(robot_of, reader, vendor, most):
    robot = robot_of(vendor, secret="s")
    rows = deliveries(robot, reader, [f"{n} {'字' * 190}" for n in range(60)])
    parts = list(pack(robot, rows))

    sizes = [
        len(text.encode()) if vendor == Vendor.WECOM else len(
            json.dumps(HABITS[vendor].sign("", "s", text, MOMENT)[1], ensure_ascii=False).encode()
        )
        for text, _rows in parts
    ]  # fmt: skip
    assert len(parts) > 1
    assert max(sizes) <= most
    assert sum(len(carried) for _text, carried in parts) == 60


def test_a_line_longer_than_a_message_is_cut_between_characters(robot_of, reader, monkeypatch):
    robot = robot_of()
    monkeypatch.setattr(
        "notices.robots.habits_of",
        lambda _r: HABITS[Vendor.WECOM].__class__(
            **{**HABITS[Vendor.WECOM].__dict__, "most_bytes": 100}
        ),
    )
    ((text, _rows),) = pack(robot, deliveries(robot, reader, ("长" * 150,)))

    assert len(text.encode()) <= 100
    assert text.endswith("长…")
