"""Records as a workbook: typed cells, row by row with memory flat, on as many sheets as they need."""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from bihuan.ledger.export_mark import Mark
from bihuan.ledger.exporting.columns import Layout, layout_of, telling_column
from bihuan.ledger.exporting.page import Book, Page, draw, sheet_part
from bihuan.ledger.exporting.sheet import Sheet, Standing, Written, parts, standings
from bihuan.ledger.exporting.telling import in_format, line_count, not_an_error, widths
from bihuan.ledger.exporting.totals import Totals
from bihuan.ledger.models import Record

MOST_ROWS = 1_048_576
"""Rows of a sheet in the .xlsx format."""

_LONGEST_CELL = 32_767
_LOOKED_AT = 200
_ROWS_A_PIECE = 500
_COMPRESSION = 3
_LINE, _HIGHEST = 16, 409
_SINGLE = '"><c r="A'
_NARROWEST, _WIDEST = 8, 42
_FIRST_DAY = date(1899, 12, 30).toordinal()
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no zones
_DAY = timedelta(days=1)
_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_SHEET_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
)
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def write_xlsx(sheet: Sheet, records: Iterable[Record], path: Path, *, rows_a_sheet: int = MOST_ROWS) -> Written:
    """Write a workbook of typed cells; text is never a formula. What one sheet cannot hold goes on the next."""
    layout = layout_of(sheet, unit_line=True)
    rows = standings(records, sheet.see)
    first = list(islice(rows, _LOOKED_AT))
    wide = widths(layout.heads, _shown(layout, first), least=_NARROWEST, most=_WIDEST)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive:
        pouring = _Pouring(sheet, layout, wide, archive, rows_a_sheet)
        pouring.pour(chain(first, rows))
    return Written(pouring.rows, tuple(pouring.notes()))


def _shown(layout: Layout, some: Iterable[Standing]) -> Iterator[list[str]]:
    shows = [(column, in_format(column.cell_format)) for column in layout.columns]
    for standing in some:
        typed = ((column.typed(standing), show) for column, show in shows)
        yield ["" if value is None else show(value) for value, show in typed]


class _Pouring:
    """Sets the rows into the drawn pages and writes the package."""

    def __init__(
        self, sheet: Sheet, layout: Layout, wide: list[int], archive: zipfile.ZipFile, rows_a_sheet: int
    ) -> None:
        self.rows = self.sheets = self.cut = 0
        self._sheet, self._layout, self._wide, self._archive = sheet, layout, wide, archive
        self._book = self._draw(1)
        # The last rows of a sheet are kept for the total, or for saying that the rows go on.
        self._room = rows_a_sheet - self._book.pages[0].first_row
        if sheet.part:  # a group may be of one record, and then has a row of its own beside it
            self._room //= 2
        self._totals = Totals(layout.columns)
        self._records: list[int] = []
        # A column is set two characters wider than what it has to hold.
        sized = zip(layout.columns, wide, strict=True)
        self._texts = [(column.code, width - 2) for column, width in sized if column.is_plain_text]

    def _draw(self, sheets: int) -> Book:
        return draw(self._sheet, self._layout, self._wide, sheets)

    def pour(self, rows: Iterator[Standing]) -> None:
        following: list[Standing] | None = None
        while following is None or following:
            self.sheets += 1
            if self.sheets > 1:
                self._book = self._draw(self.sheets)
            page = self._book.pages[-1]
            with self._archive.open(sheet_part(self.sheets), "w", force_zip64=True) as file:
                file.write(page.before.encode())
                number = self._body(file, page, islice(chain(following or (), rows), self._room))
                following = list(islice(rows, 1))
                file.write(self._last_row(page, number, goes_on=bool(following)).encode())
                file.write(page.after.encode())
        if self._sheet.mark:
            self._book.parts[sheet_part(self.sheets + 1)] = self._marked(self._sheet.mark)
        for name, content in self._book.parts.items():
            self._archive.writestr(name, content)

    def _body(self, file: IO[bytes], page: Page, rows: Iterator[Standing]) -> int:
        """Write the records; returns the number of the row behind them.

        A row's number stands in it once, and once more in each cell's address. So the row is what stands between
        its numbers, joined by the number.
        """
        count = len(page.styles)
        ends = [f'<c r="{_letters(place + 1)}' for place in range(count - 1)] + ["</row>"]
        columns = [
            telling_column(column, self._teller(style, end), f'" s="{style}"/>{end}')
            for column, style, end in zip(self._layout.columns, page.styles, ends, strict=True)
        ]
        number = page.first_row
        for name, some in parts(self._sheet, rows):
            part = Totals(self._layout.columns)
            while piece := list(islice(some, _ROWS_A_PIECE)):
                cells = zip(self._heights(piece), *(column(piece) for column in columns), strict=True)
                made = (str(at).join(('<row r="', *row)) for at, row in enumerate(cells, start=number))
                file.write("".join(made).encode())
                number += len(piece)
                self._count(piece, part)
            if name is not None:
                file.write(self._row(page, number, part.part(name)).encode())
                number += 1
        return number

    def _count(self, piece: list[Standing], part: Totals) -> None:
        """What is to be known of some records once they are written."""
        self.rows += len(piece)
        if self._sheet.mark:
            self._records += [standing.pk for standing in piece]
        if self._sheet.with_total:
            self._totals.take(piece)
        if self._sheet.part:
            part.take(piece)

    def _marked(self, mark: Mark) -> bytes:
        """The sheet that no one sees: one text a row."""
        rows = (
            f'<row r="{at}"><c r="A{at}" t="inlineStr"><is><t>{self._text(text)}</t></is></c></row>'
            for at, text in enumerate(mark.cells(self._records), start=1)
        )
        return f"{_SHEET_HEAD}<sheetData>{''.join(rows)}</sheetData></worksheet>".encode()

    def _heights(self, piece: list[Standing]) -> list[str]:
        """What stands between a row's number and its first cell: the height, where a text takes several lines.

        Not every program finds it out by itself.
        """
        lines = [1] * len(piece)
        for code, wide in self._texts:
            values = [standing.data.get(code, "") for standing in piece]
            for place, text in enumerate(values):
                # One comparison tells most cells apart.
                if len(text) * 2 > wide or "\n" in text:
                    lines[place] = max(lines[place], line_count(text, wide))
        return [_SINGLE if count == 1 else _height(count) for count in lines]

    def _teller(self, style: str, end: str) -> Callable[[Any], str]:
        return lambda typed: self._content(typed, style) + end

    def _content(self, typed: Any, style: str) -> str:
        if isinstance(typed, str):
            return f'" s="{style}" t="inlineStr"><is><t xml:space="preserve">{self._text(typed)}</t></is></c>'
        return f'" s="{style}"><v>{_number(typed)}</v></c>'

    def _text(self, text: str) -> str:
        if len(text) > _LONGEST_CELL:
            self.cut += 1
            told = f"……（原文 {len(text):,} 字，单元格放不下，后面从略）"
            text = text[: _LONGEST_CELL - len(told)] + told
        text = not_an_error(text)
        return _SPECIAL.sub(_escaped, text) if _SPECIAL.search(text) else text

    def _last_row(self, page: Page, number: int, *, goes_on: bool) -> str:
        """What stands under the records: that they go on, the total, or nothing. A reader knows both for no record."""
        if goes_on:
            cells: list[Any] = [f"注：本表已满 {self._room:,} 行，余下的在后面的工作表"]
        elif self._sheet.with_total and self.rows:
            cells = self._totals.cells
        else:
            return ""
        return self._row(page, number, cells)

    def _row(self, page: Page, number: int, cells: list[Any]) -> str:
        """A row that is no record."""
        made = (
            f'<c r="{_letters(place)}{number}' + (f'" s="{style}"/>' if value is None else self._content(value, style))
            for place, (value, style) in enumerate(zip(cells, page.styles, strict=False))
        )
        return f'<row r="{number}">{"".join(made)}</row>'

    def notes(self) -> Iterator[str]:
        if self.sheets > 1:
            yield f"一张工作表最多放 {self._room:,} 行，{self.rows:,} 行分在 {self.sheets} 张工作表里"
        if self.cut:
            yield f"有 {self.cut} 格超过 {_LONGEST_CELL:,} 字，单元格放不下，只写出前面的部分并已注明"


def _height(lines: int) -> str:
    return f'" ht="{min(lines * _LINE, _HIGHEST)}"><c r="A'


def _number(typed: Any) -> str:
    """A number, or a day or moment as the days since 30 December 1899."""
    if isinstance(typed, datetime):
        return repr((typed - _EPOCH) / _DAY)
    if isinstance(typed, date):
        return str(typed.toordinal() - _FIRST_DAY)
    return str(int(typed)) if isinstance(typed, bool) else str(typed)


def _escaped(found: re.Match[str]) -> str:
    """A character that XML cannot hold is written _xHHHH_ (ECMA-376, 22.9.2.19), and text that reads so too."""
    return _NAMED.get(found[0]) or f"_x{ord(found[0]):04X}_"


def _letters(place: int) -> str:
    letters, rest = "", place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return letters
