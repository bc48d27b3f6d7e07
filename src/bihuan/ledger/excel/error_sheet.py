"""Writes back what was sent with every bad cell marked: red, with a note, and told in a last column.

Rows keep their order; the last column names the row of the original. A corrected sheet can be sent in again
as it is. Memory grows with the faults, not with the table: rows are written as they are read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import isfinite
from pathlib import Path
from typing import Any

import xlsxwriter

from bihuan.ledger.excel.model import Cell, CellError, Column, Row
from bihuan.ledger.excel.table import Table, read_table
from bihuan.ledger.excel.workbook import open_workbook

MESSAGE_TITLE = "错误说明"
_LONGEST_CELL = 32_767
_LONGEST_NOTE = 1_000
# Before this day the format's own calendar is wrong (it has a 29 February 1900).
_FIRST_DAY = date(1900, 3, 1)


@dataclass(frozen=True, slots=True)
class BadCell:
    """A fault: the sheet's row number from 1, the column's index in the sheet from 0, and what is wrong in
    Chinese.

    Without a column it is a fault of the whole row.
    """

    row_number: int
    column_index: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows were written, how many of them have faults, and how many faults were marked."""

    rows: int
    bad_rows: int
    faults: int


def write_error_sheet(table: Table, faults: Iterable[BadCell], target: Path, *, only_bad: bool = False) -> Written:
    """Write the table's records to `target` (.xlsx) with their faults; with `only_bad`, only the rows that
    have some.

    A fault in a row that is no record of the table raises ValueError: it would be lost.
    """
    by_row: dict[int, list[BadCell]] = {}
    for fault in faults:
        by_row.setdefault(fault.row_number, []).append(fault)
    count = sum(len(row_faults) for row_faults in by_row.values())
    # What begins with = + - @ was text and stays text: nothing here may turn into a formula or a link.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(target), options) as book:
        sheet = _Sheet(book, table.columns)
        sheet.head(_summary(table, len(by_row), count, only_bad=only_bad))
        left = set(by_row)
        for number, row in table.rows():
            left.discard(number)
            if number in by_row or not only_bad:
                sheet.record(number, row, by_row.get(number, []))
    if left:
        raise ValueError(f"rows {sorted(left)[:5]} are no records of this table")
    return Written(sheet.written, len(by_row), count)


def mark_errors(
    original: Path,
    faults: Iterable[BadCell],
    target: Path,
    *,
    name: str | None = None,
    sheet: str | None = None,
    header: int | tuple[int, int] | None = None,
    only_bad: bool = False,
) -> Written:
    """Read the original once more, as it was read for the import, and write its error sheet."""
    table = read_table(open_workbook(original, name=name), sheet, header)
    return write_error_sheet(table, faults, target, only_bad=only_bad)


def _summary(table: Table, bad_rows: int, faults: int, *, only_bad: bool) -> str:
    shown = "本表只列出有错的行" if only_bad else "本表列出全部行，顺序不变"
    return (
        f"“{table.file_name}”共 {table.row_count} 行数据，其中 {bad_rows} 行有错，"
        f"共 {faults} 处（红色单元格）。"
        f"{shown}；改好后可以直接重新上传。"
    )


class _Sheet:
    """The sheet being written: line 1 the summary, line 2 the head, records below."""

    def __init__(self, book: Any, columns: tuple[Column, ...]) -> None:
        self.columns = columns
        self.places = {column.index: place for place, column in enumerate(columns)}
        self.sheet = book.add_worksheet("错误说明")
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1})
        red = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
        self.message_format = book.add_format({"font_color": "#9C0006", "text_wrap": True})
        patterns = {
            "": "",
            "date": "yyyy-mm-dd",
            "moment": "yyyy-mm-dd hh:mm:ss",
            "time": "hh:mm:ss",
            "span": "[h]:mm:ss",
        }
        self.formats = {
            (kind, bad): book.add_format(({"num_format": pattern} if pattern else {}) | (red if bad else {}))
            for kind, pattern in patterns.items()
            for bad in (False, True)
        }
        self.written = 0

    def head(self, summary: str) -> None:
        self.sheet.set_column(0, max(len(self.columns) - 1, 0), 14)
        self.sheet.set_column(len(self.columns), len(self.columns), 60)
        self.sheet.write_string(0, 0, summary)
        for place, column in enumerate(self.columns):
            self.sheet.write_string(1, place, column.title[:_LONGEST_CELL], self.bold)
        self.sheet.write_string(1, len(self.columns), MESSAGE_TITLE, self.bold)
        self.sheet.freeze_panes(2, 0)

    def record(self, number: int, row: Row, faults: list[BadCell]) -> None:
        line = self.written + 2
        messages: dict[int, list[str]] = {}
        for fault in faults:
            place = self.places.get(fault.column_index) if fault.column_index is not None else None
            if place is not None:
                messages.setdefault(place, []).append(fault.message)
        for place, cell in enumerate(row):
            self._cell(line, place, cell, bad=place in messages)
        for place, texts in messages.items():
            self.sheet.write_comment(line, place, "；".join(texts)[:_LONGEST_NOTE], {"author": "闭环"})
        if faults:
            text = f"第 {number} 行：" + "；".join(self._told(fault) for fault in faults)
            self.sheet.write_string(line, len(self.columns), _fitting(text), self.message_format)
        self.written += 1

    def _told(self, fault: BadCell) -> str:
        place = self.places.get(fault.column_index) if fault.column_index is not None else None
        return fault.message if place is None else f"{self.columns[place].title}：{fault.message}"

    def _cell(self, line: int, place: int, cell: Cell, *, bad: bool) -> None:
        sheet, formats = self.sheet, self.formats
        match cell:
            case "":
                if bad:
                    sheet.write_blank(line, place, None, formats["", True])
            case bool():
                sheet.write_boolean(line, place, cell, formats["", bad])
            case int() | float() if isfinite(cell):
                sheet.write_number(line, place, cell, formats["", bad])
            case date() if _in_calendar(cell):
                is_moment = isinstance(cell, datetime) and cell.time() != time()
                sheet.write_datetime(line, place, cell, formats["moment" if is_moment else "date", bad])
            case timedelta() | time():
                kind = "time" if isinstance(cell, time) else "span"
                sheet.write_datetime(line, place, cell, formats[kind, bad])
            case _:
                text = cell.text if isinstance(cell, CellError) else str(cell)
                sheet.write_string(line, place, _fitting(text), formats["", bad])


def _in_calendar(cell: date) -> bool:
    day = cell.date() if isinstance(cell, datetime) else cell
    return day >= _FIRST_DAY


def _fitting(text: str) -> str:
    """Cut text to what a cell of the format may hold, and say so."""
    if len(text) <= _LONGEST_CELL:
        return text
    told = f"……（原文 {len(text)} 字，单元格放不下，后面从略）"
    return text[: _LONGEST_CELL - len(told)] + told
