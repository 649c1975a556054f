"""Kinds for one test, notices and deliveries, and a messenger on this machine."""

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from notices import kinds
from notices.kinds import Kind
from notices.models import Delivery, Notice, Robot
from notices.states import Channel, Vendor
from tests.factories import UserFactory

PATHS = {
    Vendor.WECOM: "/cgi-bin/webhook/send?key=k",
    Vendor.DINGTALK: "/robot/send?access_token=t",
    Vendor.FEISHU: "/open-apis/bot/v2/hook/h",
}


@pytest.fixture
def kind(monkeypatch):
    """Declare a kind for one test: ``kind(label="…", urgent=True)``."""
    monkeypatch.setattr(kinds, "_kinds", {})

    def declare(base=Kind, name="Note", **attributes):
        return type(
            name, (base,), {"label": "通知", "__module__": "tests.announcements"} | attributes
        )

    return declare


@pytest.fixture
def note(kind):
    """An ordinary kind, by e-mail unless switched off."""
    return kind()


@pytest.fixture
def group_note(kind):
    return kind(name="GroupNote", channels=(Channel.EMAIL, Channel.ROBOT))


@pytest.fixture
def reader(workshop):
    return UserFactory(name="学员001", unit=workshop, email="xueyuan001@example.com")


def make_notice(user, **fields):
    fields = {"kind": "tests.note", "title": "明天上课"} | fields
    fields.setdefault("key", f"k-{Notice.objects.count()}")
    return Notice.objects.create(user=user, **fields)


def make_delivery(notice, **fields):
    fields = {"channel": Channel.EMAIL, "due_at": timezone.now()} | fields
    return Delivery.objects.create(notice=notice, **fields)


class Messenger(ThreadingHTTPServer):
    """Answers like WeCom, DingTalk and Feishu: checks signatures, counts, and can misbehave."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posts, self.signed_with, self.answers = [], "", []
        self.limit = None

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def texts(self):
        return [(p.get("text") or p.get("content"))[k] for p in self.posts for k in ("content", "text")
                if k in (p.get("text") or p.get("content"))]  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_args):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, answer = self._answer(urlsplit(self.path), body)
        raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"{self.server.base}/elsewhere")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _answer(self, url, body):
        if self.server.answers:
            return self.server.answers.pop(0)
        if url.path == "/cgi-bin/webhook/send":
            return 200, self._take(body, {"errcode": 45009, "errmsg": "api freq out of limit"})
        if url.path == "/robot/send":
            query = parse_qs(url.query)
            if self.server.signed_with:
                text = f"{query['timestamp'][0]}\n{self.server.signed_with}"
                if query["sign"][0] != digest(self.server.signed_with, text):
                    return 200, {"errcode": 310000, "errmsg": "sign not match"}
            return 200, self._take(body, {"errcode": 130101, "errmsg": "send too fast"})
        if url.path.startswith("/open-apis/bot/v2/hook/"):
            if self.server.signed_with:
                key = f"{body['timestamp']}\n{self.server.signed_with}"
                if body["sign"] != digest(key, ""):
                    return 400, {"code": 19021, "msg": "sign match fail"}
            return 200, self._take(body, {"code": 11232, "msg": "frequency limited"})
        return 404, b"no such robot"

    def _take(self, body, busy):
        if self.server.limit is not None and len(self.server.posts) >= self.server.limit:
            return busy
        self.server.posts.append(body)
        return {"errcode": 0, "errmsg": "ok", "code": 0}


def digest(key, text):
    """Written here a second time, from the vendors' descriptions, on purpose."""
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


@pytest.fixture
def messenger(settings):
    server = Messenger()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    settings.ROBOT_HOSTS = [*settings.ROBOT_HOSTS, "127.0.0.1"]
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def robot_of(messenger, workshop):
    """A robot of the workshop at the messenger here: ``robot_of(Vendor.FEISHU)``."""

    def make(vendor=Vendor.WECOM, **fields):
        fields = {
            "name": f"一车间{vendor}群", "scope": workshop.path,
            "webhook": f"{messenger.base}{PATHS[vendor]}",
        } | fields  # fmt: skip
        return Robot.objects.create(vendor=vendor, **fields)

    return make
