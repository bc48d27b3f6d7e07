"""A loaded sheet as a grid: true row and column numbers, and error cells put back where the reader left
blanks.
"""

from collections.abc import Iterator
from typing import Any

from bihuan.ledger.excel.model import CellError, Merge, Row
from bihuan.ledger.excel.scan import PartScan

_ERROR_TEXTS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})


class SheetGrid:
    """One sheet of an .xlsx, .xls or .ods. The reader holds all of it; Python sees a row at a time."""

    def __init__(self, sheet: Any, scan: PartScan, merges: list[Merge] | None, *, has_error_text: bool) -> None:
        self.name: str = sheet.name
        self._sheet = sheet
        self._errors = scan.errors
        self._has_error_text = has_error_text
        start, end = sheet.start, sheet.end
        self._left: int = start[1] if start else 0
        self.rows: int = end[0] + 1 if end else 0
        self.columns: int = end[1] + 1 if end else 0
        for row, column in scan.errors:
            self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        self.merges: tuple[Merge, ...] = tuple(merges if merges is not None else sheet.merged_cell_ranges or ())
        self.claimed_rows = scan.claimed_rows

    def read(self) -> Iterator[tuple[int, Row]]:
        """Give every row from the first, from column A."""
        rows = enumerate(self._sheet.iter_rows(), start=1)
        if self._left or self._errors or self._has_error_text:
            return self._mended(rows)
        return rows

    def _mended(self, rows: Iterator[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
        left = [""] * self._left
        marks: dict[int, list[tuple[int, str]]] = {}
        for (row_number, column), text in self._errors.items():
            marks.setdefault(row_number, []).append((column - 1, text))
        last = 0
        for number, cells in rows:
            last = number
            row: Row = [*left, *cells] if left else cells
            if self._has_error_text:
                row = [CellError(c) if type(c) is str and c in _ERROR_TEXTS else c for c in row]
            if number in marks:
                row = self._marked(row, marks.pop(number))
            yield number, row
        for number in range(last + 1, self.rows + 1):
            yield number, self._marked([], marks.pop(number, []))

    def _marked(self, row: Row, marks: list[tuple[int, str]]) -> Row:
        row = [*row, *[""] * (self.columns - len(row))]
        for column, text in marks:
            row[column] = CellError(text)
        return row
