"""Every kind of file comes in as rows, or is refused in words that say what to do."""

import json
import os
import subprocess
import sys
import zipfile

import pytest
import xlsxwriter
from django.utils import translation

from exchange import reader
from exchange.reader import Unreadable, open_table
from tests.exchange.files import HEADER, MAIN, write_book, write_xls
from tests.rosters import write_roster

COLUMNS = (
    ("number", ("工号", "职工号"), True),
    ("name", ("姓名",), True),
    ("born", ("出生年月",), False),
)
PLAIN = "工号,姓名\n00417,学员417\n"
MEMORY = 200 * 1024 * 1024
TO_DO = ("Save", "Open", "Copy", "Split", "Check", "Download")


def read(path, columns=COLUMNS):
    table = open_table(path, columns)
    return table, list(table.rows)


def values(path, columns=COLUMNS):
    return [row.values for row in read(path, columns)[1]]


def refused(path, words):
    """It is refused with these words and something to do, in little memory."""
    with pytest.raises(Unreadable, match=words) as refusal:
        read(path)
    assert any(word in str(refusal.value) for word in TO_DO), str(refusal.value)
    return str(refusal.value)


def refused_cheaply(path, words):
    """The child that meets the file stays small, too."""
    refused(path, words)
    said = subprocess.run(  # noqa: S603 -- our own module
        [sys.executable, "-m", "exchange.reader_child", str(path)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    assert json.loads(said[-1])["memory"] * 1024 < MEMORY


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def file(tmp_path):
    def write(content, name="表.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def book(tmp_path):
    def write(rows, name="表.xlsx", **options):
        path = tmp_path / name
        made = xlsxwriter.Workbook(str(path), options)
        sheet = made.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        made.close()
        return path

    return write


# ---- text files ------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ("utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"))
@pytest.mark.parametrize("separator", (",", "\t", ";"))
def test_text_files_come_in_every_usual_encoding(file, encoding, separator):
    path = file(PLAIN.replace(",", separator).encode(encoding))
    assert values(path) == [{"number": "00417", "name": "学员417"}]


def test_quotes_may_hold_separators_and_line_ends(file):
    path = file('工号,姓名\n1,"学员,\n甲"\n'.encode())
    assert values(path) == [{"number": "1", "name": "学员, 甲"}]


def test_full_width_digits_and_blanks_become_ordinary(file):
    assert values(file("工号,姓名\n００４１７,　学员甲 \n".encode()))[0] == {
        "number": "00417", "name": "学员甲",
    }  # fmt: skip


def test_a_nul_in_a_cell_goes(file):
    path = file(b"a" * 0 + ("工号,姓名\n" + "1,甲\n" * 20_000).encode() + "2,乙\0\n".encode())
    assert values(path)[-1] == {"number": "2", "name": "乙"}


# ---- workbooks -------------------------------------------------------------------------------


def test_numbers_dates_truth_and_zeros_read_as_they_look(tmp_path):
    rows = (
        '<row r="2"><c r="A2" s="2"><v>417</v></c><c r="B2" t="b"><v>1</v></c></row>'
        '<row r="3"><c r="A3"><v>418.0</v></c><c r="B3" s="1"><v>45352</v></c></row>'
        '<row r="4"><c r="A4"><v>1.5</v></c><c r="B4" t="d"><v>2024-03-01T00:00:00</v></c></row>'
        '<row r="5"><c r="A5"><v>13800138000</v></c><c r="B5" s="1"><v>45352.5</v></c></row>'
    )
    assert values(write_book(tmp_path / "a.xlsx", rows)) == [
        {"number": "00417", "name": "是"},
        {"number": "418", "name": "2024-03-01"},
        {"number": "1.5", "name": "2024-03-01"},
        {"number": "13800138000", "name": "2024-03-01 12:00"},
    ]


def test_dates_of_an_old_mac_begin_in_1904(tmp_path):
    path = write_book(
        tmp_path / "a.xlsx",
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2" s="1"><v>43890</v></c></row>',
        properties='<workbookPr date1904="1"/>',
    )
    assert values(path)[0]["name"] == "2024-03-01"


def test_formulas_give_their_last_result_and_errors_are_named(tmp_path):
    rows = (
        '<row r="2"><c r="A2"><f>400+17</f><v>417</v></c><c r="B2" t="str"><f>"x"</f><v>学员甲</v></c></row>'
        '<row r="3"><c r="A3"><v>418</v></c><c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    _table, found = read(write_book(tmp_path / "a.xlsx", rows))
    assert found[0].values == {"number": "417", "name": "学员甲"}
    assert found[0].flags == {"number": "formula", "name": "formula"}
    assert found[1].flags == {"name": "error"}


def test_shared_texts_leave_out_the_reading_aid(tmp_path):
    path = write_book(
        tmp_path / "a.xlsx",
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="s"><v>0</v></c></row>',
        strings=f'<sst xmlns="{MAIN}"><si><r><t>学</t></r><r><t>员</t></r><rPh sb="0" eb="1"><t>xué</t></rPh></si></sst>',
    )
    assert values(path)[0]["name"] == "学员"


def test_the_header_stands_below_titles_and_hidden_sheets_are_passed_over(tmp_path):
    path = tmp_path / "r.xlsx"
    write_roster(path, 20)
    table, found = read(path)
    assert table.header_row == 4
    assert table.mapping["number"] == "*工号"
    assert "备注" in table.ignored
    assert [row.values["number"] for row in found] == [f"{400_000 + i:06d}" for i in range(20)]
    assert found[0].number == 5


def test_rows_that_only_add_up_are_passed_over_and_people_are_not(book):
    path = book(
        [["工号", "姓名", "出生年月"], ["1", "甲", ""], ["小计:", "", "1"], ["", "合计"], ["2", "总计"],
         ["合计", "甲", "1990-05"]]
    )  # fmt: skip
    assert [row["number"] for row in values(path)] == ["1", "合计"]


def test_a_roster_of_gbk_reads_like_the_workbook(tmp_path):
    write_roster(tmp_path / "r.csv", 30)
    write_roster(tmp_path / "r.xlsx", 30)
    text, cells = values(tmp_path / "r.csv"), values(tmp_path / "r.xlsx")
    assert text == cells


@pytest.mark.parametrize(
    "header", ("工 号", "*工号", "工号(必填)", "工号（必填）", "职工号", "ＸＸ工号"[2:])
)
def test_a_header_may_be_written_in_several_ways(book, header):
    assert values(book([[header, "姓 名"], ["1", "甲"]])) == [{"number": "1", "name": "甲"}]


def test_the_table_may_stand_on_the_second_sheet(tmp_path):
    path = tmp_path / "a.xlsx"
    made = xlsxwriter.Workbook(str(path))
    made.add_worksheet("说明").write(0, 0, "请填写第二张表")
    made.add_worksheet("花名册").write_row(0, 0, ["工号", "姓名"])
    made.get_worksheet_by_name("花名册").write_row(1, 0, ["1", "甲"])
    made.add_worksheet("其他").write_row(0, 0, ["9", "不读"])
    made.close()
    assert values(path) == [{"number": "1", "name": "甲"}]


def test_missing_columns_are_named(book):
    words = refused(book([["工号", "部门"], ["1", "x"]]), "These columns are missing: 姓名")
    assert "template" in words


def test_a_table_without_any_known_column_is_refused(book):
    refused(book([["a", "b"], ["1", "x"]]), "No header row")


def test_the_old_binary_format_is_read_without_its_hidden_sheets(tmp_path):
    hidden = ("旧数据", True, [["工号", "姓名"], ["9", "不读"]])
    shown = (
        "花名册",
        False,
        [["职工花名册"], ["工号", "姓名"], ["00417", "学员甲"], [418.0, "学员乙"]],
    )
    path = write_xls(tmp_path / "a.xls", [hidden, shown])
    assert values(path) == [
        {"number": "00417", "name": "学员甲"},
        {"number": "418", "name": "学员乙"},
    ]


def test_an_old_workbook_behind_a_password_is_refused(tmp_path):
    path = write_xls(tmp_path / "a.xls", [("表", False, [["工号"]])], locked=True)
    refused(path, "password")


# ---- what is no table ------------------------------------------------------------------------

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "words"),
    (
        (b"", "empty"),
        (b"%PDF-1.7 abc", "not a spreadsheet"),
        (b"\x89PNG\r\n\x1a\n....", "not a spreadsheet"),
        (b"\xff\xd8\xff\xe0....", "not a spreadsheet"),
        (b"Rar!\x1a\x07", "not a spreadsheet"),
        (b"<html><table></table></html>", "not a spreadsheet"),
        (b"\xef\xbb\xbf\r\n <table><tr>", "not a spreadsheet"),
        (b"{\\rtf1 x}", "not a spreadsheet"),
        (b"a\0b\0c\0", "not a spreadsheet"),
        (b"\x81\xff\x80\xff,\xff", "characters"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
        (OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "not a spreadsheet"),
        (OLE + b"\0" * 600, "damaged"),
        (b"PK\x03\x04 cut off", "damaged"),
    ),
)
def test_what_is_no_table_is_refused(file, content, words):
    refused(file(content, "a.xls"), words)


def test_a_text_document_in_a_zip_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    refused(tmp_path / "a.xlsx", "not a spreadsheet")


def test_a_workbook_that_was_cut_off_is_refused(tmp_path):
    path = write_book(tmp_path / "a.xlsx", "")
    path.write_bytes(path.read_bytes()[:-40])
    refused(path, "damaged")


def test_a_sheet_that_was_cut_off_is_refused(tmp_path):
    refused(
        write_book(tmp_path / "a.xlsx", whole=f'<worksheet xmlns="{MAIN}"><sheetData>{HEADER}<row'),
        "damaged",
    )


def test_a_broken_checksum_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook>ZZZZ</workbook>")
    path.write_bytes(path.read_bytes().replace(b"ZZZZ", b"YYYY"))
    refused(path, "damaged")


def test_other_compression_than_that_of_excel_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>" * 50)
    refused(tmp_path / "a.xlsx", "damaged")


# ---- hostile files ---------------------------------------------------------------------------


def zeros(archive, name, size):
    with archive.open(name, "w", force_zip64=True) as stream:
        part = b" " * (1 << 20)
        for _part in range(size >> 20):
            stream.write(part)


def test_a_bomb_is_refused_by_its_ratio(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        zeros(archive, "xl/workbook.xml", 100 << 20)
    refused_cheaply(tmp_path / "a.xlsx", "far too large")


def test_a_bomb_is_refused_by_its_size(tmp_path, monkeypatch):
    noise = os.urandom(1 << 20)
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/noise.bin", noise * 4)
        zeros(archive, "xl/workbook.xml", 610 << 20)
    refused_cheaply(path, "far too large")


def test_thousands_of_entries_are_refused(tmp_path):
    extra = [(f"x/{i}", "") for i in range(2001)]
    refused_cheaply(write_book(tmp_path / "a.xlsx", extra=extra), "far too large")


@pytest.mark.parametrize("name", ("sheet", "strings"))
def test_entities_are_refused(tmp_path, name):
    laughs = (
        '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(
            f'<!ENTITY {y} "{f"&{x};" * 10}">' for x, y in zip("abcdefghi", "bcdefghij", strict=True)
        ) + "]><l>&j;</l>"
    )  # fmt: skip
    made = {"whole": laughs} if name == "sheet" else {"strings": laughs}
    refused_cheaply(write_book(tmp_path / "a.xlsx", **made), "definitions")


def test_a_cell_far_out_costs_nothing(tmp_path):
    rows = '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    table, found = read(
        write_book(
            tmp_path / "a.xlsx", rows, before='<dimension ref="A1:XFD1048576"/>',
            after='<mergeCells count="1"><mergeCell ref="A3:XFD1048576"/></mergeCells>',
        )
    )  # fmt: skip
    assert [row.number for row in found] == [2]
    assert table.memory[0] < MEMORY


def test_a_dimension_that_lies_is_not_believed(tmp_path):
    rows = '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row>'
    path = write_book(tmp_path / "a.xlsx", rows, before='<dimension ref="A1"/>')
    assert len(values(path)) == 1


def test_a_row_below_the_last_of_excel_is_refused(tmp_path):
    rows = '<row r="99999999999"><c><v>1</v></c></row>'
    refused_cheaply(write_book(tmp_path / "a.xlsx", rows), "damaged")


@pytest.mark.parametrize("kind", ("csv", "xlsx"))
def test_more_than_200_000_rows_are_refused(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    if kind == "csv":
        path.write_text("工号,姓名\n" + "1,甲\n" * 200_001)
    else:
        write_book(path, "<row><c><v>1</v></c><c><v>2</v></c></row>" * 200_001)
    refused_cheaply(path, "200,000 rows")


@pytest.mark.parametrize("where", ("text", "attribute", "shared"))
def test_one_endless_text_is_cut_or_refused(tmp_path, where):
    noise = os.urandom(1 << 20).hex()
    giant = noise * 30  # 60 MB, compressed by half
    cells = '<row r="2"><c r="A2"><v>1</v></c>{}</row>'
    path = tmp_path / "a.xlsx"
    if where == "attribute":
        refused_cheaply(
            write_book(path, cells.format(f'<c r="B2" x="{giant}"><v>1</v></c>')), "memory"
        )
        return
    if where == "text":
        write_book(path, cells.format(f'<c r="B2" t="inlineStr"><is><t>{giant}</t></is></c>'))
    else:
        write_book(
            path, cells.format('<c r="B2" t="s"><v>0</v></c>'),
            strings=f'<sst xmlns="{MAIN}"><si><t>{giant}</t></si></sst>',
        )  # fmt: skip
    table, found = read(path)
    assert len(found[0].values["name"]) == 2000
    assert table.memory[0] < MEMORY


def test_millions_of_shared_texts_are_refused(tmp_path):
    texts = "".join(f"<si><t>{i}</t></si>" for i in range(1_600_000))
    refused_cheaply(
        write_book(tmp_path / "a.xlsx", strings=f'<sst xmlns="{MAIN}">{texts}</sst>'), "memory"
    )


def test_a_file_of_more_than_50_mb_is_not_even_opened(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as stream:
        stream.truncate(reader.MAX_FILE + 1)
    refused(path, "50 MB")


def test_a_reader_that_hangs_is_stopped(file, monkeypatch):
    monkeypatch.setattr(reader, "WALL_SECONDS", 0.01)
    refused(file(PLAIN.encode() * 50_000), "too long")


def test_every_refusal_says_what_to_do():
    for key, words in reader.WORDS.items():
        text = str(words) if key != "header" else f"{words} Download the template"
        assert any(word in text for word in TO_DO), key


def test_the_process_that_reads_knows_no_keys(file, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hidden")
    given = []
    popen = subprocess.Popen

    def spy(*args, **options):
        given.append(options["env"])
        return popen(*args, **options)

    monkeypatch.setattr(reader.subprocess, "Popen", spy)

    assert values(file(PLAIN.encode())) == [{"number": "00417", "name": "学员417"}]
    assert [set(env) - set(reader.HANDED_ON) for env in given] == [set()]
