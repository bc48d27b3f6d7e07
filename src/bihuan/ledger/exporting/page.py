"""The page that a workbook's rows are set into: title lines, head, formats and print set-up, drawn by XlsxWriter.

XlsxWriter writes a cell in about nine microseconds, which is too slow for millions. So it draws each sheet with one
pattern row, and `xlsx.py` sets the rows in the pattern row's place.
"""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter

from bihuan.base import clock
from bihuan.ledger.export_mark import SHEET
from bihuan.ledger.exporting.columns import Layout
from bihuan.ledger.exporting.sheet import Sheet

_A4 = 9
_LONGEST_NAME = 31
_TITLE_HEIGHT, _HEAD_HEIGHT = 30, 30
_GRID = "#808080"
_FONT, _HEAD_FONT = {"font_name": "宋体", "font_size": 11}, {"font_name": "黑体"}
_HEAD_GROUND = "#E8EEF0"
_EVERYWHERE = "A1:XFD1048576"
_CELL_STYLE = re.compile(r'<c r="[A-Z]+\d+" s="(\d+)"')
_DIMENSION = re.compile(r"<dimension [^>]*/>")


@dataclass(frozen=True)
class Page:
    """A drawn sheet, cut open where its rows belong. `styles` are the format numbers of a body row's cells, by
    column; `first_row` is the row, from 1, of the first record.
    """

    before: str
    after: str
    styles: tuple[str, ...]
    first_row: int


@dataclass(frozen=True)
class Book:
    """A drawn workbook: its sheets, and every other part of the package as it will stand in the file."""

    pages: tuple[Page, ...]
    parts: dict[str, bytes]


def sheet_part(number: int) -> str:
    """The name of a sheet's part in the package; sheets count from 1."""
    return f"xl/worksheets/sheet{number}.xml"


def sheet_name(title: str, number: int) -> str:
    """A title as a sheet may be called; from the second on with the sheet's number."""
    mark = f"({number})" if number > 1 else ""
    name = "".join(c for c in title if c not in "[]:*?/\\'" and c.isprintable())
    return (name.strip()[: _LONGEST_NAME - len(mark)] or "台账") + mark


def draw(sheet: Sheet, layout: Layout, widths: Sequence[int], sheets: int) -> Book:
    """Draw a workbook of so many sheets, all alike."""
    target = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_format_properties": _FONT,
    }
    with xlsxwriter.Workbook(target, options) as book:
        day = clock.now().replace(tzinfo=None)
        book.set_properties({"title": sheet.title, "author": sheet.prepared_by, "created": day})
        drawing = _Drawing(book, sheet, layout, widths)
        for number in range(1, sheets + 1):
            drawing.page(number)
        if sheet.mark:
            book.add_worksheet(SHEET).very_hidden()
    with zipfile.ZipFile(target) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    pages = tuple(_cut(parts.pop(sheet_part(number)).decode(), drawing.pattern_row) for number in range(1, sheets + 1))
    return Book(pages, parts)


def _cut(xml: str, pattern_row: int) -> Page:
    before, _, rest = xml.partition(f'<row r="{pattern_row + 1}"')
    pattern, _, after = rest.partition("</row>")
    # How many rows there will be is not known yet, and need not be told.
    return Page(_DIMENSION.sub("", before), after, tuple(_CELL_STYLE.findall(pattern)), pattern_row + 1)


class _Drawing:
    """Draws the sheets of one workbook with the same formats."""

    def __init__(self, book: Any, sheet: Sheet, layout: Layout, widths: Sequence[int]) -> None:
        self._book, self._sheet, self._layout, self._widths = book, sheet, layout, widths
        self._last = len(layout.columns) - 1
        self._title = book.add_format({**_HEAD_FONT, "font_size": 16, "align": "center", "valign": "vcenter"})
        self._line = book.add_format({"valign": "vcenter"})
        self._unit = book.add_format({"align": "right", "valign": "vcenter"})
        self._head = book.add_format(
            {
                **_HEAD_FONT,
                "border": 1,
                "border_color": _GRID,
                "bg_color": _HEAD_GROUND,
                "text_wrap": True,
                "align": "center",
                "valign": "vcenter",
            }
        )
        self._body = [self._body_format(column.cell_format) for column in layout.columns]
        # Over a single column a title line would be read as its head.
        self._lines = (2 + bool(layout.unit)) if self._last else 0
        self.pattern_row = self._lines + (2 if layout.groups else 1)

    def _body_format(self, number_format: str) -> Any:
        look: dict[str, Any] = {"border": 1, "border_color": _GRID, "valign": "vcenter"}
        if number_format.startswith("yyyy"):
            look["align"] = "center"
        if number_format:
            return self._book.add_format({**look, "num_format": number_format})
        # @ is the text format: a code that is typed in stays text too.
        return self._book.add_format({**look, "num_format": "@", "text_wrap": True})

    def page(self, number: int) -> None:
        page = self._book.add_worksheet(sheet_name(self._sheet.title, number))
        for column, width in enumerate(self._widths):
            page.set_column(column, column, width)
        self._print_set_up(page)
        if self._lines:
            self._title_lines(page, number)
        self._heads(page)
        for column, look in enumerate(self._body):
            page.write_blank(self.pattern_row, column, None, look)
        page.freeze_panes(self.pattern_row, 1 if self._sheet.numbered and self._last else 0)
        page.ignore_errors({"number_stored_as_text": _EVERYWHERE})

    def _print_set_up(self, page: Any) -> None:
        page.set_landscape()
        page.set_paper(_A4)
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        page.center_horizontally()
        page.fit_to_pages(1, 0)
        page.repeat_rows(self._lines, self.pattern_row - 1)
        page.set_footer("&C第 &P 页 共 &N 页")

    def _title_lines(self, page: Any, number: int) -> None:
        title = self._sheet.title + (f"（续 {number - 1}）" if number > 1 else "")
        page.merge_range(0, 0, 0, self._last, title, self._title)
        page.set_row(0, _TITLE_HEIGHT)
        page.merge_range(1, 0, 1, self._last, self._sheet.stamp, self._line)
        if self._layout.unit:
            page.merge_range(2, 0, 2, self._last, f"单位：{self._layout.unit}", self._unit)

    def _heads(self, page: Any) -> None:
        low = self.pattern_row - 1
        page.set_row(low, _HEAD_HEIGHT)
        grouped: set[int] = set()
        for name, first, last in self._layout.groups:
            page.merge_range(low - 1, first, low - 1, last, name, self._head)
            grouped.update(range(first, last + 1))
        for column, head in enumerate(self._layout.heads):
            if self._layout.groups and column not in grouped:
                page.merge_range(low - 1, column, low, column, head, self._head)
            else:
                page.write_string(low, column, head, self._head)
