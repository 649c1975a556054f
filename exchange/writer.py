"""Workbooks out: the template, the rows to correct, tables. Text stays text (invariant 14)."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from exchange.kinds import ImportKind
from exchange.models import Row

# strings are written as strings: nothing computes, nothing becomes a link
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> io.BytesIO:
    """One sheet with a frozen header; memory does not grow with the rows."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {**SAFE, "constant_memory": True})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bg_color": "#DBE6F1", "border": 1})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(header) - 1, 0), 16)
    for i, name in enumerate(header):
        sheet.write_string(0, i, name, bold)
    for number, row in enumerate(rows, start=1):
        for i, value in enumerate(row):
            sheet.write_string(number, i, "" if value is None else str(value))
    book.close()
    content.seek(0)
    return content


def write_template(kind: ImportKind) -> io.BytesIO:
    """The header, one example row, choices as drop-down lists; every cell is text."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {**SAFE, "in_memory": True})
    sheet = book.add_worksheet(str(kind.label)[:31])
    need = book.add_format({"bold": True, "bg_color": "#F3E7C9", "border": 1, "num_format": "@"})
    may = book.add_format({"bold": True, "bg_color": "#EEF1EF", "border": 1, "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    gray = book.add_format({"num_format": "@", "font_color": "#55625F", "italic": True})
    sheet.freeze_panes(1, 0)
    for i, column in enumerate(kind.columns):
        sheet.set_column(i, i, 16, text)
        header = f"*{column.header}" if column.required else column.header
        sheet.write_string(0, i, header, need if column.required else may)
        sheet.write_string(1, i, column.example, gray)
        note = str(column.note)
        if note:
            sheet.write_comment(0, i, note)
        if column.choices:
            sheet.data_validation(
                1, i, 5000, i,
                {"validate": "list", "source": list(column.choices), "error_type": "warning"},
            )  # fmt: skip
    sheet.write_comment(1, 0, _("An example: write over it or delete the row."))
    book.close()
    content.seek(0)
    return content


def write_bad_rows(kind: ImportKind, mapping: Mapping[str, str], rows: Iterable[Row]) -> io.BytesIO:
    """The rows to correct as they stand, wrong cells yellow with the reason, reasons at the end."""
    columns = [column for column in kind.columns if column.key in mapping]
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {**SAFE, "in_memory": True})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bg_color": "#DBE6F1", "border": 1})
    wrong = book.add_format({"bg_color": "#FFF2A8", "border": 1, "num_format": "@"})
    text: Any = book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(columns) - 1, 16, text)
    sheet.set_column(len(columns), len(columns), 60)
    for i, column in enumerate(columns):
        sheet.write_string(0, i, column.header, bold)
    sheet.write_string(0, len(columns), _("What to correct"), bold)
    for number, row in enumerate(rows, start=1):
        reasons = {p["column"]: p["message"] for p in row.problems}
        values = row.values
        for i, column in enumerate(columns):
            reason = reasons.get(column.key)
            sheet.write_string(number, i, values.get(column.key, ""), wrong if reason else text)
            if reason:
                sheet.write_comment(number, i, reason)
        sheet.write_string(number, len(columns), " ".join(p["message"] for p in row.problems))
    book.close()
    content.seek(0)
    return content
