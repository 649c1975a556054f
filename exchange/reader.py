"""Rows of an uploaded file, read by a child process with limits (DESIGN §7).

xlsx, xls and csv (UTF-8, with or without a mark, UTF-16, GBK) are told apart by their content.
The header is looked for in the first twenty rows of each visible sheet, below whatever titles.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kit.text import tidy

HEADER_WITHIN = 20
WALL_SECONDS = 180
MAX_FILE = 50 * 1024 * 1024
HANDED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "TMPDIR")

WORDS: dict[str, str | Promise] = {
    "empty": gettext_lazy("The file is empty. Check that you chose the right one."),
    "no_table": gettext_lazy(
        "This is not a spreadsheet. Save it in Excel as .xlsx or .csv and choose that file."
    ),
    "damaged": gettext_lazy(
        "The file is damaged. Open it in Excel, save it under a new name and choose that file."
    ),
    "locked": gettext_lazy(
        "The file is protected by a password. Save it without one and choose it again."
    ),
    "encoding": gettext_lazy(
        "The characters of this file cannot be read. Save it in Excel as .xlsx and try again."
    ),
    "bomb": gettext_lazy(
        "Unpacked, this file would be far too large. Copy the table into a new workbook."
    ),
    "entities": gettext_lazy(
        "The file holds definitions no spreadsheet needs. Copy the table into a new workbook."
    ),
    "rows": gettext_lazy("There are more than 200,000 rows. Split the file and import the parts."),
    "large": gettext_lazy(
        "The file takes too much memory. Copy the table alone into a new workbook."
    ),
    "slow": gettext_lazy("Reading took too long. Copy the table alone into a new workbook."),
    "header": gettext_lazy("No header row was found in the first 20 rows."),
}


class Unreadable(Exception):
    """The file is refused; the message says why and what to do."""


@dataclass
class SheetRow:
    """One row by column key; ``flags`` tells formulas and errors."""

    number: int
    values: dict[str, str]
    flags: dict[str, str] = field(default_factory=dict)


@dataclass
class Table:
    """What the header says, and the rows below it."""

    header_row: int
    mapping: dict[str, str]
    ignored: list[str]
    rows: Iterator[SheetRow]
    # resident memory of the child in bytes, known after the last row
    memory: list[int] = field(default_factory=list)


def bare(header: str) -> str:
    """A header as it is compared: no stars, no brackets, no blanks."""
    text = tidy(header).replace("*", "").split("(")[0]
    return "".join(text.split()).lower()


def open_table(path: Path, columns: Sequence[tuple[str, Sequence[str], bool]]) -> Table:
    """Find the header of ``columns`` (key, names, required) and return the table below it.

    Raises Unreadable when the file cannot be read or a required column is missing. Reading goes
    on while the rows are taken; an error further down is raised from there.
    """
    if path.stat().st_size > MAX_FILE:
        raise Unreadable(_("The file is larger than 50 MB. Split it and import the parts."))
    names = {bare(name): key for key, headers, _required in columns for name in headers}
    memory: list[int] = []
    lines = _lines(path, memory)
    best: list[str] = []
    seen = 0
    for line in lines:
        if "sheet" in line:
            seen = 0
            continue
        seen += 1
        if seen > HEADER_WITHIN:
            continue
        cells = [_text(cell) for cell in line["c"]]
        found = {
            names[bare(cell)]: i
            for i, cell in reversed(list(enumerate(cells)))
            if bare(cell) in names
        }
        if len(found) > len(best):
            best = list(found)
        if all(key in found for key, _names, required in columns if required):
            mapping = {key: cells[i] for key, i in found.items()}
            taken = set(found.values())
            ignored = [cell for i, cell in enumerate(cells) if cell and i not in taken]
            return Table(line["n"], mapping, ignored, _rows(lines, found), memory)
    missing = [headers[0] for key, headers, required in columns if required and key not in best]
    words = str(WORDS["header"])
    if best:
        words = _("These columns are missing: {names}.").format(names=_(", ").join(missing))
    # named apart: what stands inside an f-string is not found by makemessages
    advice = _("Download the template and keep its header row.")
    raise Unreadable(f"{words} {advice}")


def _rows(lines: Iterator[dict[str, Any]], found: dict[str, int]) -> Iterator[SheetRow]:
    for line in lines:
        if "sheet" in line:  # the table ends with its sheet
            return
        cells = line["c"]
        if _is_total(cells):
            continue
        row = SheetRow(line["n"], {})
        for key, i in found.items():
            cell = cells[i] if i < len(cells) else None
            row.values[key] = _text(cell)
            if isinstance(cell, list):
                row.flags[key] = cell[1]
        if any(row.values.values()):
            yield row


TOTALS = ("合计", "总计", "共计", "小计")
TOTAL_WITHIN = 3


def _is_total(cells: list[Any]) -> bool:
    """Whether a row only adds up: 合计 in the first columns and at most one cell beside it."""
    filled = [i for i, cell in enumerate(cells) if _text(cell)]
    return 0 < len(filled) <= 2 and any(
        i < TOTAL_WITHIN and bare(_text(cells[i])).startswith(TOTALS) for i in filled
    )


def _text(cell: str | list[str] | None) -> str:
    value = cell[0] if isinstance(cell, list) else cell
    return tidy(value.replace("\0", "")) if value else ""


def _lines(path: Path, memory: list[int]) -> Iterator[dict[str, Any]]:
    """What the child prints, line by line; it is stopped when nobody reads on."""
    child = subprocess.Popen(  # noqa: S603 -- our own module; the path is our own too
        [sys.executable, "-m", "exchange.reader_child", str(path)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd=Path(__file__).resolve().parent.parent, encoding="utf-8",
        # a file from outside meets neither our keys nor the address of the database
        env={name: os.environ[name] for name in HANDED_ON if name in os.environ},
    )  # fmt: skip
    late: list[bool] = []

    def stop() -> None:
        late.append(True)
        child.kill()

    clock = Timer(WALL_SECONDS, stop)
    clock.start()
    ended = False
    try:
        assert child.stdout is not None  # noqa: S101 -- a pipe was asked for
        for text in child.stdout:
            line = json.loads(text)
            if "refused" in line:
                raise Unreadable(str(WORDS[line["refused"]]))
            if "end" in line:
                memory.append(line["memory"] * 1024)
                ended = True
                break
            yield line
        if not ended:
            slow = bool(late) or child.wait() == -signal.SIGXCPU
            raise Unreadable(str(WORDS["slow" if slow else "large"]))
    finally:
        clock.cancel()
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        assert child.stdout is not None  # noqa: S101
        child.stdout.close()
        child.wait()
