"""Records out as they are seen: the same columns, filter and order, as a workbook or as text."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from bihuan.base import clock
from bihuan.ledger.models import Record
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import BY_CODE, Lookup

_FIRST_ROW = 3
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Sheet:
    """What is exported: a title, who made it and when, and the columns in order."""

    title: str
    fields: Sequence[FieldSpec]
    lookup: Lookup
    prepared_by: str = ""
    state_titles: dict[str, str] | None = None
    numbered: bool = True

    @property
    def heads(self) -> list[str]:
        system = (["编号"] if self.numbered else []) + (["环节"] if self.state_titles else [])
        return system + [f"{field.title}（{field.measure}）" if field.measure else field.title for field in self.fields]


def _values(sheet: Sheet, record: Record) -> Iterator[Any]:
    if sheet.numbered:
        yield record.number
    if sheet.state_titles:
        yield sheet.state_titles.get(record.state, record.state)
    for field in sheet.fields:
        stored = record.data.get(field.code)
        yield None if stored is None else BY_CODE[field.kind].cell(stored, field, sheet.lookup)


def harmless(text: str) -> str:
    """Text that a spreadsheet program could take for a formula gets an apostrophe before it (for text files)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def write_xlsx(sheet: Sheet, records: Iterable[Record], path: Path) -> int:
    """Write a workbook, row by row with memory flat. Cells hold typed values; text is never a formula."""
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    try:
        page = book.add_worksheet(_sheet_name(sheet.title))
        heads = sheet.heads
        title = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
        head = book.add_format(
            {
                "bold": True,
                "border": 1,
                "bg_color": "#E8EEF0",
                "text_wrap": True,
                "align": "center",
                "valign": "vcenter",
            }
        )
        system = len(sheet.heads) - len(sheet.fields)
        text = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        formats = [text] * system + [_format(book, field) for field in sheet.fields]
        for column, width in enumerate(_widths(sheet, system)):
            page.set_column(column, column, width)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(2)
        page.freeze_panes(3, 1)
        page.merge_range(0, 0, 0, len(heads) - 1, sheet.title, title)
        stamp = f"填表人：{sheet.prepared_by}    填报日期：{clock.today():%Y年%-m月%-d日}"
        page.write_string(1, 0, stamp)
        for column, word in enumerate(heads):
            page.write_string(2, column, word, head)
        row = _FIRST_ROW
        for row, record in enumerate(records, start=_FIRST_ROW + 1):
            for column, value in enumerate(_values(sheet, record)):
                _write_cell(page, row - 1, column, value, formats[column])
        return row - _FIRST_ROW
    finally:
        book.close()


def _sheet_name(title: str) -> str:
    return "".join(c for c in title if c not in "[]:*?/\\'")[:31] or "台账"


def _format(book: Any, field: FieldSpec) -> Any:
    number = BY_CODE[field.kind].cell_format(field)
    look = {"border": 1, "valign": "top"}
    return book.add_format({**look, "num_format": number} if number else {**look, "text_wrap": True})


def _widths(sheet: Sheet, system: int) -> list[int]:
    wide = {"longtext": 40, "text": 18, "unit": 16, "date": 12, "datetime": 18}
    return [18] * system + [max(wide.get(field.kind, 12), 2 * len(field.title) + 2) for field in sheet.fields]


def _write_cell(page: Any, row: int, column: int, value: Any, look: Any) -> None:
    if value is None:
        page.write_blank(row, column, None, look)
    elif isinstance(value, str):
        page.write_string(row, column, value, look)
    elif isinstance(value, int | float):
        page.write_number(row, column, value, look)
    else:
        page.write_datetime(row, column, value, look)


def write_csv(sheet: Sheet, records: Iterable[Record], path: Path) -> int:
    """Write UTF-8 text with a mark that spreadsheet programs recognise."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(sheet.heads)
        written = 0
        for record in records:
            out.writerow([_as_csv(value) for value in _values(sheet, record)])
            written += 1
    return written


def _as_csv(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, int | float):
        return value
    return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
