"""How the robots of WeCom, DingTalk and Feishu are spoken to (HANDBOOK U03).

The address is a secret that lets anybody write to the group, and a door out of our network: only
the vendors' own hosts and paths are called, over TLS, and no redirect is followed.
"""

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote_plus, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from notices.models import Delivery, Robot
from notices.states import Vendor

TIMEOUT = 5  # seconds
MOST_ANSWER = 64 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class RobotError(Exception):
    """The message did not arrive; the text says why."""


class RobotBusy(RobotError):
    """The vendor counts too many messages; ``silence`` says for how long to be quiet."""

    def __init__(self, words: str, silence: dt.timedelta) -> None:
        super().__init__(words)
        self.silence = silence


Signed = tuple[str, dict[str, Any]]


def _wecom(url: str, _secret: str, text: str, _now: dt.datetime) -> Signed:
    return url, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(url: str, secret: str, text: str, now: dt.datetime) -> Signed:
    body = {"msgtype": "text", "text": {"content": text}}
    if not secret:
        return url, body
    stamp = str(round(now.timestamp() * 1000))
    sign = quote_plus(_hmac(secret, f"{stamp}\n{secret}"))
    return f"{url}&timestamp={stamp}&sign={sign}", body


def _feishu(url: str, secret: str, text: str, now: dt.datetime) -> Signed:
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:
        stamp = str(int(now.timestamp()))
        body |= {"timestamp": stamp, "sign": _hmac(f"{stamp}\n{secret}", "")}
    return url, body


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


@dataclass(frozen=True)
class Habits:
    """What a vendor expects and how it counts."""

    host: str
    path: str
    sign: Callable[[str, str, str, dt.datetime], Signed]
    # (seconds, messages): so many messages in any so many seconds
    limits: tuple[tuple[int, int], ...]
    # bytes of text in one message
    most_bytes: int
    busy_codes: frozenset[int]
    silence: dt.timedelta
    # local times at which the vendor is overrun by everybody's timers
    rush: tuple[dt.time, ...] = ()
    signs: bool = field(default=True)


HABITS = {
    Vendor.WECOM: Habits(
        host="qyapi.weixin.qq.com", path="/cgi-bin/webhook/send", sign=_wecom,
        limits=((60, 20),), most_bytes=2048, busy_codes=frozenset({45009, 45033}),
        silence=dt.timedelta(minutes=1), signs=False,
    ),
    Vendor.DINGTALK: Habits(
        host="oapi.dingtalk.com", path="/robot/send", sign=_dingtalk,
        limits=((60, 20),), most_bytes=18_000, busy_codes=frozenset({130101, 90030}),
        silence=dt.timedelta(minutes=10),
    ),
    # 20 KB is for the whole request, of which JSON and signature take their part
    Vendor.FEISHU: Habits(
        host="open.feishu.cn", path="/open-apis/bot/v2/hook/", sign=_feishu,
        limits=((60, 100), (1, 5)), most_bytes=18_000, busy_codes=frozenset({11232, 9499}),
        silence=dt.timedelta(minutes=1), rush=(dt.time(10, 0), dt.time(17, 30)),
    ),
}  # fmt: skip


def habits_of(robot: Robot) -> Habits:
    return HABITS[Vendor(robot.vendor)]


def check_webhook(vendor: str, url: str) -> None:
    """Raises ValidationError in plain words unless the address is one of this vendor's."""
    habits = HABITS[Vendor(vendor)]
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValidationError(_("This is not an address. Copy it from the group again.")) from error
    host = (parts.hostname or "").lower()
    vendor_hosts = {other.host for other in HABITS.values()}
    # settings may add an enterprise's own gateway, or a local address for trials
    if host not in settings.ROBOT_HOSTS or (host in vendor_hosts and host != habits.host):
        words = _("The address of this messenger begins with https://{host}{path}")
        raise ValidationError(words.format(host=habits.host, path=habits.path))
    if host not in LOOPBACK and (parts.scheme != "https" or port not in (None, 443)):
        raise ValidationError(_("The address must begin with https://"))
    if parts.scheme not in ("http", "https") or parts.username or parts.password:
        raise ValidationError(_("This is not an address. Copy it from the group again."))
    if not parts.path.startswith(habits.path) or parts.fragment:
        words = _("The address of this messenger begins with https://{host}{path}")
        raise ValidationError(words.format(host=habits.host, path=habits.path))


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """A redirect is an error: it would lead out of the hosts we allow."""


_opener = build_opener(_Stay)


def post(robot: Robot, text: str) -> None:
    """Post one message. Raises RobotBusy or RobotError; takes at most some seconds."""
    habits = habits_of(robot)
    try:
        check_webhook(robot.vendor, robot.webhook)
    except ValidationError as error:
        raise RobotError(" ".join(error.messages)) from error
    url, body = habits.sign(robot.webhook, robot.secret, text, timezone.now())
    answer = _call(url, json.dumps(body, ensure_ascii=False).encode(), habits)
    code = answer.get("errcode", answer.get("code", answer.get("StatusCode")))
    if code == 0:
        return
    said = str(answer.get("errmsg") or answer.get("msg") or answer.get("StatusMessage") or "")
    words = _("The messenger answered: {code} {words}").format(code=code, words=said[:200])
    if code in habits.busy_codes:
        raise RobotBusy(words, habits.silence)
    raise RobotError(words)


def _call(url: str, body: bytes, habits: Habits) -> dict[str, Any]:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    request = Request(url, body, headers, method="POST")  # noqa: S310 -- check_webhook saw it
    try:
        with _opener.open(request, timeout=TIMEOUT) as response:
            answer = json.loads(response.read(MOST_ANSWER))
    except HTTPError as error:
        # Feishu tells its code with status 400, so the body counts if there is one
        with error:
            answer = _json_or_nothing(error.read(MOST_ANSWER))
        if not answer:
            words = _("The messenger answered: {code} {words}")
            told = words.format(code=error.code, words=error.reason)
            if error.code == HTTPStatus.TOO_MANY_REQUESTS:
                raise RobotBusy(told, habits.silence) from error
            raise RobotError(told) from error
    except ValueError as error:
        raise RobotError(_("The messenger gave an answer we do not understand.")) from error
    except OSError as error:
        # the reason only: the address is a secret
        reason = getattr(error, "reason", None) or type(error).__name__
        raise RobotError(
            _("The messenger cannot be reached: {reason}").format(reason=reason)
        ) from error
    return answer if isinstance(answer, dict) else {}


def _json_or_nothing(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


# ---- several notices in one message -----------------------------------------------------------


def pack(robot: Robot, rows: Iterable[Delivery]) -> Iterator[tuple[str, list[Delivery]]]:
    """Messages of one robot within the vendor's size, each with the deliveries it carries.

    The same line for several people is said once.
    """
    most = habits_of(robot).most_bytes
    head = _("[{site}]").format(site=settings.SITE_NAME)
    lines: dict[str, list[Delivery]] = {}
    for row in rows:
        lines.setdefault(_line(row, most - len(head.encode()) - 8), []).append(row)
    text, carried = head, list[Delivery]()
    for line, told in lines.items():
        longer = f"{text}\n{line}"
        if carried and len(longer.encode()) > most:
            yield text, carried
            longer, carried = f"{head}\n{line}", []
        text, carried = longer, carried + told
    if carried:
        yield text, carried


def _line(row: Delivery, most: int) -> str:
    url = row.notice.url
    link = f" {settings.SITE_URL}{url}" if url.startswith("/") else ""
    room = most - len(link.encode())
    text = row.text
    if len(text.encode()) > room:
        text = f"{text.encode()[: max(room - 3, 0)].decode(errors='ignore')}…"
    return f"· {text}{link}"
