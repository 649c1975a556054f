"""``make run``: broker, database, web, worker and beat on one machine, begun and ended as one.

One launcher holds ``var/up.lock`` at a time. What it started stands in ``var/up.json``, so that the
next launcher can end what a killed one left behind. Everything a person did is in ``var/``.
"""

import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from portal import broker
from portal.children import Child, end, end_leftovers, mark_of, trim

BASE_DIR = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PORTS = range(8000, 8011)
PATIENCE = 90.0  # seconds until the first page must answer, on a slow machine
GOODBYE = 10.0  # seconds for the tasks at work to finish


class Trouble(Exception):
    """Why the portal cannot start, and what to do about it."""


class Stopped(Exception):
    """Ctrl-C, SIGTERM, or the terminal was closed."""


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 -- the terminal is this program's page


def web_command(port: int) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"{HOST}:{port}",
        "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload",
        "--timeout", "60", "--graceful-timeout", "8", "--log-level", "warning",
        "--no-control-socket",
    ]  # fmt: skip


def celery_command(part: str, *options: str) -> list[str]:
    return [
        sys.executable, "-m", "celery", "-A", "portal", part, "--loglevel", "WARNING", *options,
    ]  # fmt: skip


WORKER = ("--pool", "prefork", "--concurrency", "2", "--without-gossip", "--without-mingle")
BEAT = ("--pidfile", "")


def is_free(port: int) -> bool:
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((HOST, port))
        except OSError:
            return False
    return True


def find_port(wanted: str | None, ports: Sequence[int] = PORTS) -> int:
    """The port asked for, else the first free one. Raises Trouble when there is none."""
    if wanted:
        if not (wanted.isdecimal() and 0 < int(wanted) < 2**16):
            raise Trouble(f"PORT={wanted} is not a port: give a number from 1 to 65535.")
        if not is_free(int(wanted)):
            raise Trouble(f"Port {wanted} is taken. Free it, or choose another: make run PORT=8080")
        return int(wanted)
    for port in ports:
        if is_free(port):
            if port != ports[0]:
                say(f"Port {ports[0]} is taken by another program; using {port} instead.")
            return port
    raise Trouble(f"Ports {ports[0]} to {ports[-1]} are taken. Choose another: make run PORT=8080")


def is_healthy(port: int) -> bool:
    line = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        line.request("GET", "/health/")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


@dataclass
class Launcher:
    var: Path
    environ: dict[str, str]
    children: list[Child] = field(default_factory=list)
    port: int = 0
    asked_to_stop: int = 0
    lock: IO[str] | None = None

    # ---- what a launcher knows of itself and of the one before ------------------------------

    @property
    def note(self) -> Path:
        return self.var / "up.json"

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def take_lock(self) -> bool:
        """The kernel lets go of it when we die, however we die."""
        self.lock = (self.var / "up.lock").open("a")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def read_note(self) -> dict[str, object]:
        try:
            note = json.loads(self.note.read_text())
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}

    def write_note(self) -> None:
        running = [c.process.pid for c in self.children if c.process and c.lives]
        note = {
            "pid": os.getpid(), "port": self.port, "url": self.url,
            "children": [(pid, mark_of(pid)) for pid in running],
        }  # fmt: skip
        fresh = self.note.with_suffix(".new")
        fresh.write_text(json.dumps(note))
        fresh.replace(self.note)

    def tell_of_the_other(self) -> None:
        note = self.read_note()
        port = note.get("port")
        well = isinstance(port, int) and is_healthy(port)
        say(
            f"The portal of this checkout is already running at {note.get('url', '…')} "
            f"(process {note.get('pid', '?')}{'' if well else ', not answering yet'}). "
            "Open that address, or stop it with Ctrl-C in its terminal."
        )

    def clear_up(self) -> None:
        """What a launcher that was killed left running."""
        left = self.read_note().get("children")
        noted = [(int(pid), str(mark)) for pid, mark in left] if isinstance(left, list) else []
        count = end_leftovers(noted)
        if count:
            say(f"Ended {count} processes that an earlier run had left behind.")

    # ---- start ------------------------------------------------------------------------------

    def start(self) -> None:
        self.clear_up()
        self.port = find_port(self.environ.get("PORT"))
        self.environ.setdefault("SITE_URL", self.url)
        self.start_broker()
        self.run_to_the_end("prepare")
        web = self.add("web", web_command(self.port))
        self.add("worker", celery_command("worker", *WORKER))
        self.add("beat", celery_command("beat", *BEAT))
        self.wait_for_health(web)

    def start_broker(self) -> None:
        try:
            chosen = broker.choose(self.environ, self.var)
            if chosen.socket:
                broker.end_leftover(chosen.socket)
        except OSError as error:  # TimeoutError is one
            raise Trouble(str(error)) from error
        say(f"Broker: {chosen.words}.")
        self.environ.update(chosen.environ)
        if chosen.socket is None:
            return
        server = self.add("broker", chosen.command)
        until = time.monotonic() + 20
        while not broker.answers(chosen.socket):
            if not server.lives or time.monotonic() > until:
                raise Trouble(f"The broker does not start:\n{server.last_words()}")
            self.pause(0.1)

    def add(self, name: str, command: Sequence[str]) -> Child:
        child = Child(name, command, self.environ, self.var / "log" / f"{name}.log")
        trim(child.log)
        child.start()
        self.children.append(child)
        self.write_note()
        return child

    def run_to_the_end(self, *command: str, stdout: int | None = None) -> str:
        """One management command, ended with us; its output if asked for with PIPE.

        Raises Trouble when it fails.
        """
        step = subprocess.Popen(  # noqa: S603 -- our own command
            [sys.executable, str(BASE_DIR / "manage.py"), *command],
            env=self.environ, stdin=subprocess.DEVNULL, stdout=stdout, start_new_session=True,
        )  # fmt: skip
        try:
            while step.poll() is None:
                self.pause(0.1)
        except Stopped:
            step.terminate()
            step.wait()
            raise
        if step.returncode:
            raise Trouble(f"`manage.py {' '.join(command)}` failed; the reason stands above.")
        return step.stdout.read().decode() if step.stdout else ""

    def wait_for_health(self, web: Child) -> None:
        until = time.monotonic() + PATIENCE
        while not is_healthy(self.port):
            if not web.lives or time.monotonic() > until:
                raise Trouble(
                    f"The web server does not answer. The end of {web.log}:\n{web.last_words()}"
                )
            self.pause(0.2)

    def greet(self) -> None:
        say(f"\n  劳模学堂 is open at  {self.url}\n")
        if self.environ.get("DEMO") == "1":
            for line in self.run_to_the_end("demo", "logins", stdout=subprocess.PIPE).splitlines():
                number, password, role = line.split("\t")
                say(f"    {number}  {password}  {role}")
        say(f"\n  Ctrl-C stops it; what you did stays. Logs are in {self.var / 'log'}.\n")

    # ---- watch and stop ---------------------------------------------------------------------

    def on_signal(self, _number: int, _frame: object) -> None:
        self.asked_to_stop += 1

    def pause(self, seconds: float) -> None:
        """Sleep, unless somebody asks us to stop. Raises Stopped."""
        until = time.monotonic() + seconds
        while not self.asked_to_stop and time.monotonic() < until:
            time.sleep(0.1)
        if self.asked_to_stop:
            raise Stopped

    def watch(self) -> None:
        while True:
            self.pause(0.5)
            # a sum, not any(): each is looked after, also when one before it was started again
            if sum(child.look_after(say) for child in self.children):
                self.write_note()

    def stop(self) -> None:
        """The broker last: workers still say goodbye to it. Asked once more, we kill at once."""
        self.asked_to_stop = min(self.asked_to_stop, 1)
        for names in ({"web", "worker", "beat"}, {"broker"}):
            group = [child for child in self.children if child.name in names]
            end(group, seconds=GOODBYE, hurry=lambda: self.asked_to_stop > 1)
        self.note.unlink(missing_ok=True)


def environment(var: Path) -> dict[str, str]:
    """What the children see: the demo, unless the environment says something else."""
    return {
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PYTHONUNBUFFERED": "1",
        # in a container everything runs as root, and celery warns of it at length
        "PYTHONWARNINGS": "ignore::UserWarning:celery.platforms",
        **os.environ,
        "VAR_DIR": str(var),
    }


def main() -> int:
    var = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").resolve()
    launcher = Launcher(var, environment(var))
    try:
        var.mkdir(parents=True, exist_ok=True)
        alone = launcher.take_lock()
    except OSError as error:
        say(f"{var} cannot be written ({error.strerror}). Give another place: VAR_DIR=… make run")
        return 1
    if not alone:
        launcher.tell_of_the_other()
        return 0
    os.chdir(BASE_DIR)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, launcher.on_signal)
    try:
        launcher.start()
        launcher.greet()
        launcher.watch()
    except Trouble as trouble:
        say(str(trouble))
        return 1
    except Stopped:
        say("\nStopping …")
    finally:
        launcher.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
