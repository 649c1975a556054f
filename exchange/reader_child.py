"""Read one uploaded table and print its rows as JSON lines: run as a process with limits.

Nothing of Django is imported: the file comes from outside, and whatever it does to a parser, it
does to this process alone. The first line out is a head, one line for each row follows, and a
refusal ends it::

    {"sheet": "花名册"}
    {"n": 3, "c": ["00417", "学员417", null, ["2024-03-01", "formula"]]}
    {"refused": "bomb"}

A cell is its text, null when empty, or text and a flag: "formula", "error".
"""

import codecs
import csv
import datetime as dt
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers import expat

MEMORY = 400 * 1024 * 1024
SECONDS = 120
MAX_ROWS = 200_000
MAX_COLUMNS = 60
MAX_CELL = 2_000
MAX_ENTRIES = 2_000
MAX_UNPACKED = 600 * 1024 * 1024
MAX_RATIO = 200
RATIO_FROM = 20 * 1024 * 1024
MAX_STRINGS = 1_500_000
# what the shared texts may take in memory, each with the sixty bytes of an object
MAX_STRING_BYTES = 120 * 1024 * 1024
OBJECT = 60
LAST_ROW = 1_048_576
# of styles and of the list of sheets; what is kept of them stays small
MAX_ELEMENTS = 400_000
# one tag or attribute longer than this is no part of a table
MAX_TOKEN = 4 * 1024 * 1024
CHUNK = 256 * 1024

Cell = str | None | tuple[str, str]


class Refused(Exception):
    """The file is not read on; the word is translated by the parent."""


def out(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    sys.stdout.write("\n")


# ---- numbers, dates, columns ------------------------------------------------------------------

_DATE_CODES = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
BUILTIN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}


def is_date_format(code: str) -> bool:
    bare = _DATE_CODES.sub("", code.partition(";")[0]).lower()
    return bool(re.search(r"[ymd年月日]|h+:?m", bare)) and not re.search(r"[#?]|0(?!0*[ymd])", bare)


def zero_width(code: str) -> int:
    """How many digits a format of zeros alone shows: 00000 keeps leading zeros."""
    bare = code.partition(";")[0].strip()
    return len(bare) if re.fullmatch(r"0{2,32}", bare) else 0


def number_text(raw: str, width: int) -> str:
    """A number as a person reads it: 417.0 is 417, and 00000 shows 00417."""
    try:
        value = float(raw)
    except ValueError:
        return raw
    if value.is_integer() and abs(value) < 1e15:
        return f"{int(raw) if raw.lstrip('-').isdigit() else int(value):0{width}d}"
    return repr(value)


def date_text(raw: str, *, from_1904: bool) -> str:
    try:
        serial = float(raw)
    except ValueError:
        return raw
    if not 0 <= serial < 2_958_466:
        return raw
    if from_1904:
        serial += 1462
    elif serial < 60:  # Excel believes that 1900 had a 29 February
        serial += 1
    moment = dt.datetime(1899, 12, 30) + dt.timedelta(days=serial)  # noqa: DTZ001 -- a wall date
    if serial % 1 and serial >= 1:
        return f"{moment:%Y-%m-%d %H:%M}"
    return f"{moment:%Y-%m-%d}"


def column_of(reference: str) -> int:
    """Zero-based column of a reference like AB12."""
    number = 0
    for letter in reference:
        if not ("A" <= letter <= "Z"):
            break
        number = number * 26 + ord(letter) - 64
    return number - 1


# ---- xlsx -------------------------------------------------------------------------------------


def parser() -> Any:
    """An expat parser that knows no document types, hence no entities."""
    made = expat.ParserCreate(namespace_separator=" ")
    made.buffer_text = True

    def no_doctype(*_args: Any) -> None:
        raise Refused("entities")

    made.StartDoctypeDeclHandler = no_doctype
    made.EntityDeclHandler = no_doctype
    return made


def feed(made: Any, stream: BinaryIO) -> Iterator[None]:
    try:
        fed = 0
        while data := stream.read(CHUNK):
            fed += len(data)
            made.Parse(data, False)  # noqa: FBT003 -- expat's own signature
            if fed - made.CurrentByteIndex > MAX_TOKEN:
                raise Refused("large")
            yield
        made.Parse(b"", True)  # noqa: FBT003
        yield
    except expat.ExpatError as error:
        raise Refused("damaged") from error


def local(name: str) -> str:
    return name.rsplit(" ", 1)[-1]


class Workbook:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = set(archive.namelist())
        self.from_1904 = False
        self.sheets: list[tuple[str, str]] = []
        self.strings: list[str] = []
        self.dates: list[bool] = []
        self.widths: list[int] = []

    def open(self, name: str) -> BinaryIO:
        return self.archive.open(name)  # type: ignore[return-value]

    def read(self) -> None:
        self._read_book()
        self._read_styles()
        self._read_strings()

    def _elements(self, name: str) -> Iterator[tuple[str, dict[str, str]]]:
        found: list[tuple[str, dict[str, str]]] = []
        made = parser()
        made.StartElementHandler = lambda tag, attrs: found.append((local(tag), attrs))
        count = 0
        with self.open(name) as stream:
            for _step in feed(made, stream):
                count += len(found)
                if count > MAX_ELEMENTS:
                    raise Refused("large")
                yield from found
                found.clear()

    def _read_book(self) -> None:
        if "xl/workbook.xml" not in self.names:
            raise Refused("no_table")
        targets: dict[str, str] = {}
        rels = "xl/_rels/workbook.xml.rels"
        if rels in self.names:
            for tag, attrs in self._elements(rels):
                if tag == "Relationship":
                    path = attrs.get("Target", "").removeprefix("/")
                    targets[attrs.get("Id", "")] = path if path.startswith("xl/") else f"xl/{path}"
        for tag, attrs in self._elements("xl/workbook.xml"):
            plain = {local(name): value for name, value in attrs.items()}
            if tag == "workbookPr":
                self.from_1904 = plain.get("date1904") in ("1", "true")
            elif tag == "sheet" and plain.get("state", "visible") == "visible":
                path = targets.get(plain.get("id", ""), "")
                if path in self.names:
                    self.sheets.append((plain.get("name", ""), path))

    def _read_styles(self) -> None:
        if "xl/styles.xml" not in self.names:
            return
        codes: dict[str, str] = {}
        inside = False
        for tag, attrs in self._elements("xl/styles.xml"):
            if tag == "numFmt":
                codes[attrs.get("numFmtId", "")] = attrs.get("formatCode", "")
            elif tag == "cellXfs":
                inside = True
            elif tag in ("cellStyles", "dxfs"):
                inside = False
            elif tag == "xf" and inside:
                key = attrs.get("numFmtId", "0")
                code = codes.get(key, "")
                builtin = key.isdigit() and int(key) in BUILTIN_DATES
                self.dates.append(is_date_format(code) if code else builtin)
                self.widths.append(zero_width(code))

    def _read_strings(self) -> None:
        name = next((n for n in self.names if n.lower() == "xl/sharedstrings.xml"), None)
        if name is None:
            return
        parts: list[str] = []
        state = {"text": False, "sound": 0, "bytes": 0, "length": 0}

        def begin(tag: str, _attrs: dict[str, str]) -> None:
            tag = local(tag)
            if tag == "si":
                parts.clear()
                state["length"] = 0
            elif tag == "rPh":  # the reading aid above a word is not the word
                state["sound"] += 1
            state["text"] = tag == "t" and not state["sound"]

        def end(tag: str) -> None:
            tag = local(tag)
            if tag == "si":
                text = "".join(parts)[:MAX_CELL]
                state["bytes"] += OBJECT + sys.getsizeof(text)
                self.strings.append(text)
                if len(self.strings) > MAX_STRINGS or state["bytes"] > MAX_STRING_BYTES:
                    raise Refused("large")
            elif tag == "rPh":
                state["sound"] -= 1
            state["text"] = False

        def data(text: str) -> None:
            if state["text"] and state["length"] < MAX_CELL:
                parts.append(text[:MAX_CELL])
                state["length"] += len(text)

        made = parser()
        made.StartElementHandler, made.EndElementHandler = begin, end
        made.CharacterDataHandler = data
        with self.open(name) as stream:
            for _step in feed(made, stream):
                pass

    def rows(self, path: str) -> Iterator[tuple[int, list[Cell]]]:
        """Rows as they stand in the file; a cell or row far out is passed over, not built up."""
        ready: list[tuple[int, list[Cell]]] = []
        state: dict[str, Any] = {
            "row": 0, "cells": {}, "column": -1, "kind": "n", "style": 0, "text": None,
            "formula": False, "value": [], "next": 0,
        }  # fmt: skip

        def begin(tag: str, attrs: dict[str, str]) -> None:
            tag = local(tag)
            if tag == "row":
                number = attrs.get("r", "")
                state["row"] = int(number) if number.isdecimal() else state["row"] + 1
                if state["row"] > LAST_ROW:
                    raise Refused("damaged")
                state["cells"], state["next"] = {}, 0
            elif tag == "c":
                reference = attrs.get("r", "")
                state["column"] = column_of(reference) if reference else state["next"]
                state["next"] = state["column"] + 1
                state["kind"], state["formula"] = attrs.get("t", "n"), False
                style = attrs.get("s", "0")
                state["style"] = int(style) if style.isdigit() else 0
                state["value"] = []
            elif tag == "f":
                state["formula"] = True
            elif tag in ("v", "t"):
                state["text"] = tag

        def end(tag: str) -> None:
            tag = local(tag)
            if tag in ("v", "t"):
                state["text"] = None
            elif tag == "c":
                if 0 <= state["column"] < MAX_COLUMNS:
                    cell = self._cell(state)
                    if cell is not None:
                        state["cells"][state["column"]] = cell
            elif tag == "row" and state["cells"]:
                cells = state["cells"]
                ready.append((state["row"], [cells.get(i) for i in range(max(cells) + 1)]))

        def data(text: str) -> None:
            if state["text"] and len(state["value"]) < 100:
                state["value"].append(text[:MAX_CELL])

        made = parser()
        made.StartElementHandler, made.EndElementHandler = begin, end
        made.CharacterDataHandler = data
        with self.open(path) as stream:
            for _step in feed(made, stream):
                yield from ready
                ready.clear()

    def _cell(self, state: dict[str, Any]) -> Cell:
        raw, kind = "".join(state["value"])[:MAX_CELL], state["kind"]
        if kind == "s":
            text = self.strings[int(raw)] if raw.isdigit() and int(raw) < len(self.strings) else ""
        elif kind == "b":
            text = {"1": "是", "0": "否"}.get(raw, raw)
        elif kind == "e":
            return (raw, "error")
        elif kind == "d":  # a date in letters, 2024-03-01T00:00:00
            text = raw.removesuffix("T00:00:00").removesuffix("T00:00")
        elif kind in ("inlineStr", "str"):
            text = raw
        elif raw:
            style = state["style"]
            if style < len(self.dates) and self.dates[style]:
                text = date_text(raw, from_1904=self.from_1904)
            else:
                text = number_text(raw, self.widths[style] if style < len(self.widths) else 0)
        else:
            text = ""
        if state["formula"]:
            return (text, "formula")
        return text if text.strip() else None


def check_archive(archive: zipfile.ZipFile) -> None:
    """Measured before anything is unpacked: entries, size, and how much it would swell."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Refused("bomb")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if unpacked > MAX_UNPACKED or (unpacked > RATIO_FROM and unpacked / packed > MAX_RATIO):
        raise Refused("bomb")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("locked")
    # Excel writes no other; LZMA could ask for gigabytes before the first byte is out
    if any(
        entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries
    ):
        raise Refused("damaged")


def read_xlsx(path: Path) -> None:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise Refused("damaged") from error
    with archive:
        check_archive(archive)
        book = Workbook(archive)
        try:
            book.read()
            if not book.sheets:
                raise Refused("no_table")
            for name, sheet in book.sheets[:20]:
                out({"sheet": name})
                write_rows(book.rows(sheet))
        except (zipfile.BadZipFile, EOFError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
            raise Refused("damaged") from error


# ---- the others -------------------------------------------------------------------------------


def read_xls(path: Path) -> None:
    """The old binary format, and xlsx files behind a password, which have the same beginning."""
    head = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in head:
        raise Refused("locked")
    if "WordDocument".encode("utf-16-le") in head:
        raise Refused("no_table")
    from python_calamine import (  # noqa: PLC0415 -- for xls alone
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetVisibleEnum,
    )

    try:
        book = CalamineWorkbook.from_path(str(path))
        visible = [
            meta.name for meta in book.sheets_metadata if meta.visible == SheetVisibleEnum.Visible
        ] or book.sheet_names
        for name in visible[:20]:
            sheet = book.get_sheet_by_name(name)
            out({"sheet": name})
            write_rows(
                (number, [plain(value) for value in row[:MAX_COLUMNS]])
                for number, row in enumerate(sheet.iter_rows(), start=1)
            )
    except PasswordError as error:
        raise Refused("locked") from error
    except CalamineError as error:
        raise Refused("damaged") from error


def plain(value: Any) -> Cell:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return number_text(repr(value), 0)
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}" if value.hour or value.minute else f"{value:%Y-%m-%d}"
    if isinstance(value, dt.date):
        return f"{value:%Y-%m-%d}"
    text = str(value)[:MAX_CELL]
    return text if text.strip() else None


BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoding_of(path: Path, head: bytes) -> str:
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    if b"\0" in head:
        raise Refused("no_table")
    for name in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            with path.open("rb") as stream:
                while data := stream.read(CHUNK):
                    decoder.decode(data)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return name
    raise Refused("encoding")


def read_csv(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(64 * 1024)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:9].lower()
    if start.startswith((b"<", b"%pdf", b"{\\rtf")):
        raise Refused("no_table")
    encoding = decoding_of(path, head)
    with path.open(encoding=encoding, newline="") as stream:
        sample = stream.read(8192)
        lines = [line for line in sample.splitlines() if line.strip()][:10]
        separator = max(",\t;", key=lambda mark: sum(line.count(mark) for line in lines))
        stream.seek(0)
        csv.field_size_limit(64 * 1024)
        out({"sheet": ""})
        try:
            write_rows(
                (number, [cell[:MAX_CELL] if cell.strip() else None for cell in row[:MAX_COLUMNS]])
                for number, row in enumerate(csv.reader(stream, delimiter=separator), start=1)
            )
        except (csv.Error, UnicodeError) as error:
            raise Refused("damaged") from error


def write_rows(rows: Iterator[tuple[int, list[Cell]]]) -> None:
    count = 0
    for number, cells in rows:
        if not any(cell is not None for cell in cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise Refused("rows")
        out({"n": number, "c": cells})


def read(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(8)
    if not head:
        raise Refused("empty")
    if head.startswith(b"PK\x03\x04"):
        read_xlsx(path)
    elif head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        read_xls(path)
    elif head.startswith(
        (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"PK")
    ):
        raise Refused("no_table")
    else:
        read_csv(path)


def peak_memory() -> int:
    """Kilobytes at the highest; getrusage would count the parent's, from before exec."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) if found else 0


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="replace")
    try:
        read(Path(sys.argv[1]))
    except Refused as refusal:
        out({"refused": str(refusal)})
    except (MemoryError, RecursionError, OverflowError):
        out({"refused": "large"})
    except Exception:  # noqa: BLE001 -- whatever a parser stumbles over, the file is to blame
        out({"refused": "damaged"})
    out({"end": True, "memory": peak_memory()})
    sys.stdout.flush()


if __name__ == "__main__":
    main()
