"""The processes of one launcher: each in its own group, restarted when it dies, ended together."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

LONGEST_WAIT = 30.0  # seconds between two attempts to start what dies again and again
WELL_AFTER = 60.0  # seconds of life after which its failures are forgotten
LARGEST_LOG = 5_000_000  # bytes

Say = Callable[[str], None]


@dataclass
class Child:
    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    failures: int = 0
    due_at: float = field(default=0.0)

    def start(self) -> None:
        """A group of its own, so that Ctrl-C in the terminal reaches the launcher alone."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 -- our own commands
                self.command, env=dict(self.environ), stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.started_at = time.monotonic()

    @property
    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def last_words(self, lines: int = 12) -> str:
        try:
            text = self.log.read_text(errors="replace")
        except OSError:
            return ""
        return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])

    def look_after(self, say: Say) -> bool:
        """Start it again if it died, later each time. True when a new process was started."""
        now = time.monotonic()
        if self.lives:
            if now - self.started_at > WELL_AFTER:
                self.failures = 0
            return False
        if self.process is not None:
            self._bury(say, now)
        if now < self.due_at:
            return False
        self.start()
        return True

    def _bury(self, say: Say, now: float) -> None:
        assert self.process is not None  # noqa: S101 -- for the type checker
        code = self.process.returncode
        kill_group(self.process.pid)  # what it had started itself
        self.process = None
        wait = min(LONGEST_WAIT, 2.0**self.failures)
        self.failures += 1
        self.due_at = now + wait
        say(f"{self.name} stopped by itself (exit {code}); starting it again in {wait:.0f} s.")
        if code > 0 and self.last_words():
            say(f"  The end of {self.log}:\n{self.last_words()}")


def end(children: Iterable[Child], *, seconds: float, hurry: Callable[[], bool]) -> None:
    """Ask each to finish its work; kill what is left after ``seconds``, or when in a hurry."""
    running = [child for child in children if child.lives]
    for child in running:
        if child.process:
            child.process.terminate()
    until = time.monotonic() + seconds
    while any(child.lives for child in running) and time.monotonic() < until and not hurry():
        time.sleep(0.1)
    for child in running:
        if child.process:
            kill_group(child.process.pid)
            child.process.wait()


def kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def trim(log: Path) -> None:
    """Logs of earlier runs are kept until they are large."""
    with suppress(OSError):
        if log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))


def mark_of(pid: int) -> str:
    """What tells this process from a later one with the same number; empty where unknown."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return f"{boot} {stat.rpartition(')')[2].split()[19]}"


def end_leftovers(noted: Iterable[tuple[int, str]], *, seconds: float = 5) -> int:
    """End the children of a launcher that was killed; never a process we are not sure of."""
    ours = [pid for pid, mark in noted if mark and mark_of(pid) == mark]
    for pid in ours:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + seconds
    while any(mark_of(pid) for pid in ours) and time.monotonic() < until:
        time.sleep(0.1)
    for pid in ours:
        kill_group(pid)
    return len(ours)
