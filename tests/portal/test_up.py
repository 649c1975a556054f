"""The launcher, with real processes: it finds a door, keeps its children alive, leaves nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from portal import broker, up
from portal.children import Child, end, end_leftovers, mark_of
from portal.management.commands.prepare import mark_of_static
from portal.setup import compile_messages, write_keys

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
DEAF = (
    sys.executable,
    "-c",
    ("import signal, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('deaf', flush=True)\n"
    "time.sleep(60)"),
)  # fmt: skip


def until(condition, seconds=20):
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def child(tmp_path):
    made = []

    def make(command):
        made.append(Child("web", command, os.environ, tmp_path / "log" / "web.log"))
        made[-1].start()
        return made[-1]

    yield make
    end(made, seconds=0, hurry=lambda: True)


@pytest.fixture
def taken_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        yield door.getsockname()[1]


# ---- the port -----------------------------------------------------------------------------------


def test_a_taken_port_gives_way_to_the_next_and_says_so(taken_port, capsys):
    free = next(p for p in range(taken_port + 1, 2**16) if up.is_free(p))

    assert up.find_port(None, range(taken_port, free + 1)) == free
    assert f"{taken_port} is taken" in capsys.readouterr().out


def test_a_port_asked_for_is_never_changed(taken_port):
    with pytest.raises(up.Trouble, match="is taken"):
        up.find_port(str(taken_port))


def test_no_free_port_is_told(taken_port):
    with pytest.raises(up.Trouble, match="are taken"):
        up.find_port(None, range(taken_port, taken_port + 1))


@pytest.mark.parametrize("wanted", ("eight", "0", "70000", "-1"))
def test_what_is_no_port_is_told(wanted):
    with pytest.raises(up.Trouble, match="is not a port"):
        up.find_port(wanted)


# ---- the broker ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ("REDIS_URL", "CELERY_BROKER_URL"))
def test_a_server_of_the_environment_is_used_as_it_is(name, tmp_path):
    chosen = broker.choose({name: "redis://cache:6379/0"}, tmp_path)

    assert (chosen.environ, chosen.command) == ({}, ())


def test_a_server_on_the_path_comes_before_the_wheel(tmp_path):
    server = tmp_path / "redis-server"
    server.symlink_to("/bin/true")

    chosen = broker.choose({"PATH": str(tmp_path)}, tmp_path)

    assert chosen.command[0] == str(server)
    assert chosen.environ == {"REDIS_URL": f"unix://{chosen.socket}"}


def test_without_any_server_work_goes_through_files(tmp_path, monkeypatch):
    monkeypatch.setattr(broker, "wheel_server", lambda: None)  # as on a system without the wheel

    chosen = broker.choose({"PATH": str(tmp_path)}, tmp_path)

    assert chosen.environ == {"CELERY_BROKER_URL": "filesystem://"}
    assert "slower" in chosen.words


def test_the_wheel_serves_on_a_private_socket_and_a_leftover_is_ended(tmp_path):
    chosen = broker.choose({"PATH": str(tmp_path)}, tmp_path)
    with subprocess.Popen(chosen.command, stdout=subprocess.DEVNULL) as server:  # noqa: S603
        assert until(lambda: broker.answers(chosen.socket))
        assert chosen.socket.stat().st_mode & 0o077 == 0

        broker.end_leftover(chosen.socket)

        assert server.wait(10) == 0
    assert not chosen.socket.exists()


def test_the_socket_of_a_killed_server_is_no_obstacle(tmp_path):
    path = tmp_path / "broker.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))

    broker.end_leftover(path)

    assert not path.exists()


def test_a_deep_checkout_keeps_its_socket_in_a_private_folder(tmp_path):
    deep = tmp_path / ("深" * 60)

    path = broker.socket_path(deep)

    assert len(os.fsencode(path)) <= broker.LONGEST_SOCKET
    assert path.parent.stat().st_mode & 0o077 == 0
    path.parent.rmdir()


def test_a_folder_somebody_prepared_is_refused(tmp_path):
    deep = tmp_path / ("深" * 60)
    folder = broker.socket_path(deep).parent
    folder.chmod(0o777)

    with pytest.raises(PermissionError, match="not private"):
        broker.socket_path(deep)
    folder.rmdir()


# ---- the children -------------------------------------------------------------------------------


def test_a_child_that_dies_is_started_again_later_each_time(child, capsys):
    web = child((sys.executable, "-c", "import sys; sys.exit('no room')"))
    assert until(lambda: not web.lives)

    first = web.look_after(print)
    web.due_at = 0.0
    again = web.look_after(print)
    assert until(lambda: not web.lives)
    web.look_after(print)

    told = capsys.readouterr().out
    assert (first, again, web.failures) == (False, True, 2)
    assert "again in 1 s" in told
    assert "again in 2 s" in told
    assert "no room" in told


def test_a_child_that_lives_is_left_alone(child):
    web = child(SLEEP)
    pid = web.process.pid

    assert web.look_after(print) is False
    assert web.process.pid == pid


def test_a_deaf_child_is_killed_with_all_it_started(child, tmp_path):
    inner = (
        f"import subprocess, sys; p = subprocess.Popen({list(SLEEP)!r}); print(p.pid, flush=True)"
    )
    web = child((DEAF[0], "-c", f"{inner}\n{DEAF[2]}"))
    assert until(lambda: "deaf" in web.log.read_text())
    grandchild = int(web.log.read_text().split()[0])

    started = time.monotonic()
    end([web], seconds=0.5, hurry=lambda: False)

    assert 0.4 < time.monotonic() - started < 5
    assert not web.lives
    assert until(lambda: not Path(f"/proc/{grandchild}").exists() or is_zombie(grandchild))


def is_zombie(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="marks come from /proc")
def test_leftovers_are_ended_only_when_they_are_surely_ours(child):
    ours, other = child(SLEEP), child(SLEEP)
    noted = [
        (ours.process.pid, mark_of(ours.process.pid)),
        (other.process.pid, "another boot 1"),
        (os.getpid(), ""),
    ]

    # as children of ours they stay zombies until they are asked for, so the wait is short
    assert end_leftovers(noted, seconds=0.2) == 1
    assert until(lambda: not ours.lives)
    assert other.lives


# ---- what is made once --------------------------------------------------------------------------


def test_keys_are_written_once_for_the_owner_alone(tmp_path):
    path = tmp_path / "var" / "secrets.env"

    assert write_keys(tmp_path / "var") is True
    before = path.read_text()
    assert write_keys(tmp_path / "var") is False

    assert path.read_text() == before
    assert path.stat().st_mode & 0o777 == 0o600


def test_translations_are_compiled_when_they_changed(tmp_path):
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = folder / "django.po"
    po.write_text('#, fuzzy\nmsgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
                  'msgid "Home"\nmsgstr "首页"\n')  # fmt: skip

    assert compile_messages(tmp_path) == [folder / "django.mo"]
    assert compile_messages(tmp_path) == []
    assert "首页".encode() in (folder / "django.mo").read_bytes()


def test_no_locale_yet_is_no_trouble(tmp_path):
    assert compile_messages(tmp_path / "locale") == []


def test_static_files_are_collected_again_when_one_changes(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    settings.STATICFILES_DIRS = [tmp_path / "static"]
    for name in ("requirements.txt", "portal/storage.py", "static/app.css"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1")
    before = mark_of_static()
    same = mark_of_static()
    (tmp_path / "static" / "app.css").write_text("2")

    assert before == same != mark_of_static()


# ---- all of it ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def static_root(tmp_path_factory):
    """Collected by the first test, found by the second."""
    return tmp_path_factory.mktemp("static")


@pytest.fixture
def launcher(tmp_path, static_root):
    """``python -m portal.up`` with a ``var`` of its own and nothing but Python around it."""
    dropped = {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "BEHIND_TLS", "DEMO"}
    dropped |= {"DJANGO_SETTINGS_MODULE", "TWO_FACTOR_REQUIRED", "MEDIA_ROOT"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    environ = {
        **kept, "VAR_DIR": str(tmp_path), "STATIC_ROOT": str(static_root), "PORT": str(port),
        "HOME": "/nonexistent",
    }  # fmt: skip
    running = []

    def begin():
        log = tmp_path / f"run{len(running)}.txt"
        with log.open("wb") as out:
            process = subprocess.Popen(
                (sys.executable, "-m", "portal.up"), cwd=settings.BASE_DIR, env=environ,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
        running.append(process)
        return process, log

    yield begin
    for process in running:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


@pytest.mark.worker
def test_the_portal_starts_tells_its_logins_and_stops_whole(launcher, tmp_path):
    first, log = launcher()
    assert until(lambda: "Ctrl-C stops it" in log.read_text() or first.poll() is not None, 120)
    assert first.poll() is None, log.read_text()
    note = json.loads((tmp_path / "up.json").read_text())

    second, said = launcher()
    assert second.wait(30) == 0
    assert f"already running at {note['url']}" in said.read_text()

    for role in ("employee", "union training officer", "audit administrator"):
        assert role in log.read_text()
    assert up.is_healthy(note["port"])
    assert len(note["children"]) == 4  # broker, web, worker, beat

    first.send_signal(signal.SIGINT)
    assert first.wait(40) == 0
    assert [pid for pid, mark in note["children"] if mark_of(pid) == mark] == []
    assert up.is_free(note["port"])
    assert not (tmp_path / "up.json").exists()


@pytest.mark.worker
def test_after_a_kill_the_next_start_clears_up_and_loses_nothing(launcher, tmp_path):
    first, log = launcher()
    assert until(lambda: "Ctrl-C stops it" in log.read_text() or first.poll() is not None, 120)
    first.kill()
    first.wait()

    second, log = launcher()
    assert until(lambda: "Ctrl-C stops it" in log.read_text() or second.poll() is not None, 120)

    assert "processes that an earlier run had left behind" in log.read_text()
    assert "already there" in log.read_text()
