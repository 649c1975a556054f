"""Pages of the portal beside a bare Django page, in one run, on PostgreSQL and Redis.

Both are served as in production (two gunicorn workers of four threads), one after the other for
each row, so that a busy machine weighs on both. What to look at is the ratio, not the seconds.
Two fresh databases, ``portal_bench`` and ``portal_bench_bare``, are made on the local PostgreSQL.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import psycopg2

from bench.load import Figures, measure
from portal.keys import fresh_keys
from portal.up import is_free, web_command

HERE = Path(__file__).resolve().parent
PEOPLE = 5000
REDIS = os.environ.get("BENCH_REDIS_URL", "redis://127.0.0.1:6379/5")
CROWDS = (1, 8)


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 -- a table for the terminal


def fresh_database(name: str) -> str:
    with_name = psycopg2.connect(dbname="postgres")
    with_name.autocommit = True
    with with_name.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(
            f"CREATE DATABASE {name} ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' "
            "TEMPLATE template0"
        )
    with_name.close()
    return f"postgres:///{name}"


def base_environment(var: str) -> dict[str, str]:
    keys = dict(line.split("=", 1) for line in fresh_keys().splitlines())
    return {
        **keys, "DEMO": "1", "BEHIND_TLS": "0", "DEBUG": "0", "LOG_LEVEL": "ERROR",
        "VAR_DIR": var, "REDIS_URL": REDIS, "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "",
    }  # fmt: skip


@contextmanager
def served(application: str, environ: dict[str, str]) -> Iterator[int]:
    port = next(p for p in range(8100, 8200) if is_free(p))
    command = [application if word == "portal.wsgi" else word for word in web_command(port)]
    server = subprocess.Popen(  # noqa: S603 -- our own command
        command, env={**os.environ, **environ}, start_new_session=True
    )
    try:
        for _ in range(300):
            if not is_free(port):
                break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def prepare_bare(environ: dict[str, str]) -> dict[str, str]:
    """Fill the bare project. Returns the headers of a signed-in visit."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.bare.fill"], env={**os.environ, **environ}, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    return {"Cookie": f"sessionid={done.stdout.strip()}", "Accept-Encoding": "gzip"}


def prepare_portal(environ: dict[str, str]) -> tuple[dict[str, dict[str, str]], dict[str, int]]:
    """Fill the portal. Returns headers by login, and SQL statements by page."""
    os.environ.update(environ)
    import django  # noqa: PLC0415 -- after the environment is set

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from bench import crowd  # noqa: PLC0415
    from bench.pages import PAGES  # noqa: PLC0415

    call_command("prepare", verbosity=1)
    say(f"{crowd.add(PEOPLE)} people.")
    with psycopg2.connect(environ["DATABASE_URL"].replace("postgres", "postgresql", 1)) as line:
        line.autocommit = True
        line.cursor().execute("ANALYZE")
    clients = {login: _client(login) for login in {page.login for page in PAGES}}
    statements = {page.name: _count(clients[page.login], page.path) for page in PAGES}
    headers = {
        login: {
            "Cookie": f"sessionid={client.cookies['sessionid'].value}",
            "Accept-Encoding": "gzip",
        }
        for login, client in clients.items()
    }
    return headers, statements


def _client(login: str):  # noqa: ANN202 -- Django is imported late
    from django.test import Client  # noqa: PLC0415

    from people.models import User  # noqa: PLC0415

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(employee_no=login))
    return client


def _count(client, path: str) -> int:  # noqa: ANN001 -- as above
    """SQL statements of the second visit; the first fills what is cached."""
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def run(requests: int) -> list[dict[str, object]]:
    from bench.pages import PAGES  # noqa: PLC0415

    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as var:
        environ = base_environment(var)
        bare = environ | {
            "DATABASE_URL": fresh_database("portal_bench_bare"),
            "DJANGO_SETTINGS_MODULE": "bench.bare.settings",
        }
        portal = environ | {
            "DATABASE_URL": fresh_database("portal_bench"),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        bare_headers = prepare_bare(bare)
        headers, statements = prepare_portal(portal)
        with served("bench.bare.wsgi", bare) as bare_port, served("portal.wsgi", portal) as port:
            say(
                f"{'page':<20} {'at':>3} {'p50 ms':>8} {'p95 ms':>8} {'req/s':>8} {'bare p50':>8} "
                f"{'ratio':>6} {'gz bytes':>8} {'SQL':>5}"
            )
            for threads in CROWDS:
                for page in PAGES:
                    yardstick = measure(
                        bare_port, "/", bare_headers, threads=threads, requests=requests
                    )
                    figures = measure(
                        port, page.path, headers[page.login], threads=threads, requests=requests
                    )
                    rows.append(row(page.name, threads, figures, yardstick, statements[page.name]))
                    show(rows[-1])
    return rows


def row(
    name: str, threads: int, figures: Figures, yardstick: Figures, statements: int
) -> dict[str, object]:
    return {
        "page": name, "concurrency": threads, **asdict(figures), "statements": statements,
        "bare": asdict(yardstick), "ratio": figures.p50 / yardstick.p50,
    }  # fmt: skip


def show(figures: dict[str, object]) -> None:
    bare = figures["bare"]
    say(
        "{page:<20} {concurrency:>3} {p50:>8.1f} {p95:>8.1f} {rate:>8.1f} {bare50:>8.1f} "
        "{ratio:>6.1f} {size:>8} {statements:>5}".format(**figures, bare50=bare["p50"])
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--requests", type=int, default=240, help="for each row, 8 to 5000")
    requests = min(max(parser.parse_args().requests, 8), 5000)
    rows = run(requests)
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "latest.json").write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    say(f"Written to {results / 'latest.json'}")


if __name__ == "__main__":
    main()
