"""A loaded sheet as a grid: true row and column numbers, and error cells put back where the reader left
blanks.
"""

from collections.abc import Iterator
from typing import Any

from bihuan.ledger.excel.model import CellError, Merge, Row
from bihuan.ledger.excel.scan import PartScan

_ERROR_TEXTS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})


class Errors:
    """The error cells of a sheet, where the scan saw them, and such as are only text."""

    def __init__(self, scan: PartScan, *, has_error_text: bool) -> None:
        self._has_error_text = has_error_text
        self._marks: dict[int, list[tuple[int, str]]] = {}
        for (row, column), text in scan.errors.items():
            self._marks.setdefault(row, []).append((column - 1, text))
        self.rows = max((row for row, _ in scan.errors), default=0)
        self.columns = max((column for _, column in scan.errors), default=0)
        self.any = bool(self._marks) or has_error_text

    def put(self, number: int, row: Row, columns: int) -> Row:
        """A row with its error cells; one that has any is as long as the sheet is wide."""
        if self._has_error_text:
            row = [CellError(c) if type(c) is str and c in _ERROR_TEXTS else c for c in row]
        marks = self._marks.get(number)
        if marks is None:
            return row
        row = [*row, *[""] * (columns - len(row))]
        for column, text in marks:
            row[column] = CellError(text)
        return row


class SheetGrid:
    """One sheet of an .xlsx, .xls or .ods. The reader holds all of it; Python sees a row at a time."""

    def __init__(self, sheet: Any, scan: PartScan, merges: list[Merge] | None, *, has_error_text: bool) -> None:
        self.name: str = sheet.name
        self._sheet = sheet
        self._errors = Errors(scan, has_error_text=has_error_text)
        start, end = sheet.start, sheet.end
        self._left: int = start[1] if start else 0
        self.rows: int = max(end[0] + 1 if end else 0, self._errors.rows)
        self.columns: int = max(end[1] + 1 if end else 0, self._errors.columns)
        self.merges: tuple[Merge, ...] = tuple(merges if merges is not None else sheet.merged_cell_ranges or ())
        self.claimed_rows = scan.claimed_rows
        self.hidden_rows, self.hidden_columns = frozenset(scan.hidden_rows), scan.hidden_within(self.columns)

    def read(self) -> Iterator[tuple[int, Row]]:
        """Give every row from the first, from column A."""
        rows = enumerate(self._sheet.iter_rows(), start=1)
        if self._left or self._errors.any:
            return self._mended(rows)
        return rows

    def _mended(self, rows: Iterator[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
        left = [""] * self._left
        last = 0
        for number, cells in rows:
            last = number
            yield number, self._errors.put(number, [*left, *cells] if left else cells, self.columns)
        for number in range(last + 1, self.rows + 1):
            yield number, self._errors.put(number, [""] * self.columns, self.columns)
