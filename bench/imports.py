"""How long two large rosters take, from the upload to the rows and back: ``python -m bench.imports``.

Needs ``DATABASE_URL`` of a PostgreSQL server on which the user may create a database; it works in
``portal_bench_import`` there, which it makes anew.
"""

import argparse
import hashlib
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2

# ruff: noqa: PLC0415 -- Django is imported once its database is chosen
DATABASE = "portal_bench_import"


def _prepare(url: str) -> None:
    server, _, _name = url.rpartition("/")
    line = psycopg2.connect(f"{server}/postgres")
    line.autocommit = True
    with line.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    line.close()
    os.environ["DATABASE_URL"] = f"{server}/{DATABASE}"
    os.environ["DEMO"] = "1"
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="portal-bench-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"


@contextmanager
def timed(what: str, figures: dict[str, float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    figures[what] = time.perf_counter() - start


def _peak() -> float:
    """Peak resident memory of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


class Desk:
    """The officer who uploads, and the steps he takes."""

    def __init__(self) -> None:
        from exchange.kinds import kind_of
        from people.models import User

        self.officer = User.objects.get(employee_no="90001")
        self.kind = kind_of("roster")

    def _run(self, batch: Any) -> None:
        from journal.jobs import perform
        from journal.models import Job

        perform(batch.job_id)
        job = Job.objects.get(pk=batch.job_id)
        batch.refresh_from_db()
        if job.state != "done":
            raise SystemExit(f"{job.kind} ended as {job.state}: {job.message}")

    def check(self, path: Path) -> Any:
        from django.core.files.uploadedfile import UploadedFile

        from exchange.services import receive

        with path.open("rb") as stream:
            upload = UploadedFile(stream, name=path.name, size=path.stat().st_size)
            batch = receive(
                self.kind, upload, scope=self.kind.scopes(self.officer)[0], by=self.officer
            )
        self._run(batch)
        return batch

    def apply(self, batch: Any) -> None:
        from exchange.services import order_import

        order_import(batch, by=self.officer)
        self._run(batch)

    def undo(self, batch: Any) -> None:
        from django.utils import timezone

        from exchange.services import order_undo

        order_undo(batch, by=self.officer, now=timezone.now())
        self._run(batch)


def digest_of_people() -> str:
    """One sum over every column of every person, phone in clear (its cipher is new each time)."""
    from people.models import User

    total = hashlib.sha256()
    names = [f.attname for f in User._meta.concrete_fields]
    for values in User.objects.order_by("pk").values_list(*names).iterator(5000):
        total.update(repr(values).encode())
    return total.hexdigest()[:16]


def measure(desk: Desk, path: Path) -> Any:
    figures: dict[str, float] = {}
    with timed("check", figures):
        batch = desk.check(path)
    _say(
        f"{path.name}: {path.stat().st_size / 1e6:.1f} MB, {batch.rows_total} rows,"
        f" new {batch.rows_new}, update {batch.rows_update}, same {batch.rows_same}, bad {batch.rows_bad}"
    )
    for row in batch.rows.bad().order_by("number"):
        for problem in row.problems:
            column = desk.kind.column(problem["column"]).header
            _say(f"  row {row.number}, {column}: {problem['message']}")
    with timed("import", figures):
        desk.apply(batch)
    _say(
        f"  check {figures['check']:.1f} s, import {figures['import']:.1f} s, applied {batch.rows_applied};"
        f" peak {_peak():.0f} MB here, {batch.reader_memory / 2**20:.0f} MB in the reader"
    )
    before = digest_of_people()
    with timed("again", figures):
        again = desk.check(path)
    same = digest_of_people() == before
    _say(
        f"  the same file again, {figures['again']:.1f} s: new {again.rows_new}, update {again.rows_update},"
        f" same {again.rows_same}, bad {again.rows_bad}; people {'unchanged' if same else 'CHANGED'} ({before})"
    )
    return batch


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=100_000)
    given = asked.parse_args()
    _prepare(os.environ["DATABASE_URL"])
    import django

    django.setup()
    from django.core.management import call_command

    from people.models import User
    from tests.rosters import write_roster

    call_command("migrate", verbosity=0)
    call_command("demo", "load")
    # jobs are performed here and now, not by a worker as well
    from journal.tasks import run_job

    run_job.delay = lambda **_kwargs: None  # type: ignore[method-assign]
    desk = Desk()
    with tempfile.TemporaryDirectory(prefix="rosters-") as folder:
        small, large = Path(folder, "5000.xlsx"), Path(folder, f"{given.rows}.xlsx")
        write_roster(small, 5000, bad=3)
        write_roster(large, given.rows, start=500_000)
        people = digest_of_people()
        batch = measure(desk, small)
        figures: dict[str, float] = {}
        with timed("undo", figures):
            desk.undo(batch)
        back = digest_of_people() == people
        _say(
            f"  undo {figures['undo']:.1f} s: {User.objects.count()} people,"
            f" {'as before' if back else 'NOT as before'}"
        )
        measure(desk, large)


if __name__ == "__main__":
    main()
