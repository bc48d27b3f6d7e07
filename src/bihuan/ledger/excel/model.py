"""The words of this package: limits, columns, cells that hold an error, rows left out, totals checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost before it is refused. Sizes are in bytes."""

    file_bytes: int = 200 * 1024**2
    unpacked_bytes: int = 2 * 1024**3
    # A sheet of a million equal rows packs about 1:40; zip bombs begin at several hundred.
    unpack_ratio: int = 300
    rows: int = 1_000_000
    columns: int = 1_000
    sheets: int = 200
    # The reader below us lays a sheet out densely at 32 bytes a cell, from the first filled cell to the last.
    cells: int = 30_000_000


LIMITS = Limits()


class UnreadableFile(Exception):
    """The file cannot be taken in. `message` says what was found, `hint` what to do; both are for the
    clerk.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}{self.hint}"


class NoHead(UnreadableFile):
    """No row looks like the head of a table: somebody has to point it out."""


UNCOMPUTED = "公式没有结果"
"""What stands in for a formula that the program which wrote the file did not compute."""


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell in which the spreadsheet program itself shows an error, such as #N/A or #REF!, or nothing (UNCOMPUTED)."""

    text: str

    def __str__(self) -> str:
        return self.text


Cell = str | float | int | bool | date | datetime | time | timedelta | CellError
Row = list[Cell]
# First and last cell of a merged area, as (row, column) from 0 and both inclusive.
Merge = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: `index` is its place in the sheet from 0; `title` joins the head's levels by
    "/".

    `measure` is the unit that the head names, as 金额（万元）, or that a line above names for the whole
    table, as 单位：万元; `measure_from` tells the two apart, for the second may not be meant for every
    column.
    """

    index: int
    title: str
    levels: tuple[str, ...]
    measure: str | None = None
    measure_from: Literal["head", "line"] | None = None
    is_serial: bool = False

    @property
    def letter(self) -> str:
        return column_letter(self.index)


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row under the head that is no record: `number` is the sheet's own row number, from 1."""

    number: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class TotalCheck:
    """One figure of a 合计 or 小计 row against the sum of the rows it stands for."""

    number: int
    column: str
    stated: Decimal
    summed: Decimal
    agrees: bool


class Grid(Protocol):
    """A sheet as rows of cells, whatever the file it comes from. Rows are counted from 1, columns from 0."""

    name: str
    rows: int
    columns: int
    merges: tuple[Merge, ...]
    claimed_rows: int | None
    hidden_rows: frozenset[int]
    hidden_columns: tuple[int, ...]

    def read(self) -> Iterator[tuple[int, Row]]:
        """Give every row from the first, each of the same length; may be called again."""
        ...


def column_letter(index: int) -> str:
    """Name a column as spreadsheets do: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Give the place from 1 of a column named by letters, in either case."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
