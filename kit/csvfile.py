"""CSV that Excel opens right and that cannot run formulas (HANDBOOK U01, invariant 14)."""

import csv
import io
from collections.abc import Iterable, Sequence

_RUNS_IN_EXCEL = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: object) -> str:
    """A text Excel shows and never computes: a leading formula sign is preceded by an apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_RUNS_IN_EXCEL) else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> io.BytesIO:
    """UTF-8 with a byte order mark, by which Excel recognizes Chinese."""
    raw = io.BytesIO()
    text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    text.flush()
    text.detach()
    raw.seek(0)
    return raw
