"""A bounded load on this machine alone: threads that keep their connection and count answers."""

import http.client
import statistics
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote

HOST = "127.0.0.1"


class Unexpected(Exception):
    """A page answered something else than 200: nothing measured about it would mean anything."""


@dataclass(frozen=True)
class Figures:
    """Milliseconds, requests a second, and the compressed bytes of one answer."""

    p50: float
    p95: float
    rate: float
    size: int


def measure(
    port: int, path: str, headers: Mapping[str, str], *, threads: int, requests: int
) -> Figures:
    """``requests`` in all, shared among the threads, after a warm-up of two for each thread."""
    path = quote(path, safe="/?=&")
    times: list[float] = []
    sizes: list[int] = []
    troubles: list[str] = []
    ready = threading.Barrier(threads + 1)

    def visit() -> None:
        line = http.client.HTTPConnection(HOST, port, timeout=30)
        try:
            for _ in range(2):
                _get(line, path, headers)
            ready.wait(60)
            for _ in range(requests // threads):
                begun = time.perf_counter()
                size = _get(line, path, headers)
                times.append(time.perf_counter() - begun)
                sizes.append(size)
        except (OSError, http.client.HTTPException, Unexpected) as error:
            troubles.append(str(error))
            ready.abort()
        except threading.BrokenBarrierError:
            pass
        finally:
            line.close()

    crew = [threading.Thread(target=visit) for _ in range(threads)]
    for thread in crew:
        thread.start()
    with suppress(threading.BrokenBarrierError):  # told below
        ready.wait(60)
    begun = time.perf_counter()
    for thread in crew:
        thread.join()
    lasted = time.perf_counter() - begun
    if troubles:
        raise Unexpected(f"{path}: {troubles[0]}")
    ordered = sorted(times)
    return Figures(
        p50=statistics.median(ordered) * 1000,
        p95=ordered[int(len(ordered) * 0.95)] * 1000,
        rate=len(ordered) / lasted,
        size=sizes[-1],
    )


def _get(line: http.client.HTTPConnection, path: str, headers: Mapping[str, str]) -> int:
    line.request("GET", path, headers=dict(headers))
    answer = line.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise Unexpected(f"answered {answer.status} {answer.headers.get('Location', '')}")
    return len(body)
