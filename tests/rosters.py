"""Rosters as they really arrive: ugly, but the same ones each time.

``python -m tests.rosters --rows 5000 --bad 3 out.xlsx`` writes one; a name that ends in ``.csv``
writes it in GBK, as the Excel of a Chinese Windows does.
"""

import argparse
import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import xlsxwriter

HEADER = (
    "*工号", "姓名", "单位", "车间", "班组", "岗位", "用工形式", "是否一线", "性别", "出生年月",
    "入职日期", "工种", "技能等级", "手机号", "备注",
)  # fmt: skip
UNITS = (
    ("第一工厂", "总装一车间", "1班"), ("第一工厂", "总装一车间", "2班"),
    ("第一工厂", "焊装车间", "1班"), ("第二工厂", "设备部", "1班"),
    ("第三工厂", "仓储物流部", "1班"),
)  # fmt: skip
TRADES = ("装配钳工", "焊工", "电工", "仓储管理员")
RANKS = ("初级工", "四级/中级工", "高级工", "技师")
BLANK_EVERY = 997
PLANTED = ("phone", "unit", "number")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
Unit = tuple[str, str, str]
Line = tuple[int, list[str]]


def _day(index: int) -> dt.date:
    return dt.date(2010 + index % 14, 1 + index % 12, 1 + index % 28)


def _styled(day: dt.date, index: int) -> str:
    """The five ways people write a date; the sixth is a serial number with a date format."""
    return (
        f"{day:%Y-%m-%d}", f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}",
    )[index % 5]  # fmt: skip


def _person(index: int, number: int, place: Unit) -> list[str]:
    text = f"{number:06d}"
    return [
        text.translate(WIDE) if index % 7 == 3 else text,
        f"学员{'甲乙丙丁戊己庚辛'[number % 8]}{'子丑寅卯辰巳午未'[number // 8 % 8]}{number % 1000:03d}",
        *place,
        "总装操作工",
        ("劳动合同", "派遣工", "正式工")[index % 3],
        ("是", "否", "√")[index % 3],
        "男女"[index % 2],
        f"{1970 + index % 30}年{1 + index % 12}月" if index % 2 else f"{1970 + index % 30}-{1 + index % 12:02d}",
        _styled(_day(index), index),
        TRADES[index % len(TRADES)],
        RANKS[index % len(RANKS)],
        f"139 {index % 10000:04d} {number % 10000:04d}" if index % 5 == 0 else f"139{number:08d}",
        "",
    ]  # fmt: skip


def planted_at(rows: int, bad: int) -> dict[int, str]:
    """Index of the person -> what is wrong with his row; spread over the file."""
    return {(i + 1) * rows // (bad + 1): PLANTED[i % 3] for i in range(bad)}


def lines(rows: int, bad: int, units: Sequence[Unit], start: int) -> Iterator[Line]:
    """Row numbers as Excel counts them, and cells; the header stands in row 4."""
    wrong = planted_at(rows, bad)
    at = 4
    for index in range(rows):
        at += 2 if index and index % BLANK_EVERY == 0 else 1
        cells = _person(index, start + index, units[index % len(units)])
        match wrong.get(index):
            case "phone":
                cells[13] = "1390000123"
            case "unit":
                cells[3] = cells[3].replace("一", "1")
                if cells[3] == units[index % len(units)][1]:  # a workshop without a numeral
                    cells[2] = cells[2].translate(str.maketrans("一二三", "123"))
            case "number":
                cells[0] = f"{start:06d}"
        yield at, cells


def write_roster(
    path: Path, rows: int, *, bad: int = 0, units: Sequence[Unit] = UNITS, start: int = 400_000
) -> None:
    """A workbook (or, by its suffix, a GBK csv) of ``rows`` people, ``bad`` of them wrong."""
    if Path(path).suffix == ".csv":
        _write_csv(Path(path), lines(rows, bad, units, start))
    else:
        _write_xlsx(Path(path), rows, lines(rows, bad, units, start))


def _write_csv(path: Path, found: Iterator[Line]) -> None:
    with path.open("w", encoding="gb18030", newline="") as stream:
        table = csv.writer(stream)
        table.writerows([["职工花名册"], [], ["填报单位：示范制造集团"], HEADER])
        last = 4
        for at, cells in found:
            table.writerows([[] for _blank in range(at - last - 1)])
            table.writerow(cells)
            last = at


def _write_xlsx(path: Path, rows: int, found: Iterator[Line]) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    hidden = book.add_worksheet("旧数据")
    hidden.write_row(0, 0, HEADER)
    hidden.write_row(1, 0, ["999999", "不应读到"])
    sheet = book.add_worksheet("花名册")
    sheet.activate()
    sheet.set_first_sheet()
    hidden.hide()
    date = book.add_format({"num_format": "yyyy/m/d"})
    zeros = book.add_format({"num_format": "000000"})
    sheet.merge_range(0, 0, 0, len(HEADER) - 1, "职工花名册（2026 年）")
    sheet.write(2, 0, "填报单位：示范制造集团")
    sheet.write_row(3, 0, HEADER)
    last = 4
    for at, cells in found:
        index = last = at
        for i, text in enumerate(cells):
            if i == 0 and index % 5 == 1 and text.isascii():  # the number as a number
                sheet.write_number(at - 1, i, int(text), zeros)
            elif i == 10 and index % 6 == 0:
                sheet.write_datetime(at - 1, i, dt.datetime(2019, 1 + index % 12, 5), date)  # noqa: DTZ001
            elif text:
                sheet.write_string(at - 1, i, text)
    sheet.write_string(last, 0, "合计")
    sheet.write_number(last, 5, rows)
    book.close()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("path", type=Path)
    asked.add_argument("--rows", type=int, default=5000)
    asked.add_argument("--bad", type=int, default=0)
    asked.add_argument("--start", type=int, default=400_000)
    given = asked.parse_args()
    write_roster(given.path, given.rows, bad=given.bad, start=given.start)


if __name__ == "__main__":
    main()
