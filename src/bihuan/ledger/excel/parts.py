"""Several tables on one sheet: side by side with a blank column between them, or one under another after a blank row.

Only what is surely another table is told from the first: a blank column or row alone may stand within a table too.
Beside it, that is one whose heads are mostly those of the first or begin with 序号; below it, one whose heads differ
from the first one's and stand where the first one has figures, or begin with 序号.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bihuan.ledger.excel.header import Head, Top, find_head, levels_of
from bihuan.ledger.excel.model import Grid, Merge, Row, UnreadableFile, column_letter
from bihuan.ledger.excel.words import is_blank, is_section, is_serial, is_value

SEARCHED = 1_000
"""Rows in which tables are looked for; a clerk puts small ones on one sheet."""
_MOST = 20
_LONGEST_TITLE = 4
"""Lines between the blank row and the head of the next table."""


@dataclass(frozen=True, slots=True)
class Part:
    """Where a table lies: its first and last row, from 1 (0: to the end), its columns, from 0, and its heads."""

    first: int
    last: int
    left: int
    right: int
    heads: tuple[str, ...]

    @property
    def place(self) -> str:
        """第 3–20 行、A–D 列."""
        rows = f"第 {self.first}–{self.last} 行" if self.last else f"第 {self.first} 行起"
        return f"{rows}、{column_letter(self.left)}–{column_letter(self.right)} 列"


class PartGrid:
    """A part of a sheet as a grid: every cell keeps its place, and what is outside of the part is blank.

    With `without_hidden` so are the rows and columns that the sheet does not show.
    """

    def __init__(self, grid: Grid, part: Part | None, *, without_hidden: bool = False) -> None:
        self._grid = grid
        self.name, self.claimed_rows = grid.name, None if part else grid.claimed_rows
        self._first, self._left = (part.first, part.left) if part else (1, 0)
        self.rows = min(part.last, grid.rows) if part and part.last else grid.rows
        self.columns = min(part.right + 1, grid.columns) if part else grid.columns
        self.merges = tuple(merge for merge in grid.merges if self._holds(merge))
        self._blank_rows = grid.hidden_rows if without_hidden else frozenset()
        self._blank_columns = grid.hidden_columns if without_hidden else ()
        self.hidden_rows = frozenset(row for row in grid.hidden_rows if self._first <= row <= self.rows)
        self.hidden_columns = tuple(column for column in grid.hidden_columns if self._left <= column < self.columns)

    def _holds(self, merge: Merge) -> bool:
        (top, left), (bottom, right) = merge
        return self._first <= top + 1 and bottom < self.rows and self._left <= left and right < self.columns

    def read(self) -> Iterator[tuple[int, Row]]:
        """Give every row from the first."""
        margin: Row = [""] * self._left
        for number, cells in self._grid.read():
            if number > self.rows:
                break
            if number < self._first or number in self._blank_rows:
                yield number, [""] * self.columns
                continue
            row = [*margin, *cells[self._left : self.columns]]
            row += [""] * (self.columns - len(row))
            for column in self._blank_columns:
                if column < self.columns:
                    row[column] = ""
            yield number, row


def find_parts(grid: Grid) -> tuple[Part, ...]:
    """The tables of a sheet, in reading order; one or none where there is nothing to choose from."""
    rows = list(islice(grid.read(), SEARCHED))
    beside = _beside(rows, grid)
    if len(beside) == 1 and all(any(cells) for _, cells in rows):
        return ()  # most sheets: no blank row, and nothing to look for
    found: list[Part] = []
    for left, right in beside:
        found += _below(rows, grid, left, right)
    return tuple(found[:_MOST])


def _beside(rows: list[tuple[int, Row]], grid: Grid) -> list[tuple[int, int]]:
    """The first and last column of each table that stands beside others; all columns where there is one."""
    whole = [(0, max(grid.columns - 1, 0))]
    top, head = _headed(rows, grid, 0, grid.columns - 1, 0)
    if top is None or head is None:
        return whole
    if len(_runs(sorted(_head_columns(top, head)))) < 2:
        return whole
    filled = {column for row in range(head.first - 1, top.count) for column in top.seen(row)}
    filled |= {column for _, cells in rows[top.count :] for column, cell in enumerate(cells) if not is_blank(cell)}
    blocks = [block for block in _runs(sorted(filled)) if len(_heads(top, head, *block)) > 1]
    if len(blocks) < 2:
        return whole
    first = _heads(top, head, *blocks[0])
    others = [_heads(top, head, *block) for block in blocks[1:]]
    if not all(is_serial(heads[0]) or _alike(first, heads) for heads in others):
        return whole
    return blocks


def _head_columns(top: Top, head: Head) -> set[int]:
    return {column for row in range(head.first - 1, head.last) for column in top.seen(row)}


def _runs(columns: list[int]) -> list[tuple[int, int]]:
    """Neighbouring columns together."""
    runs: list[tuple[int, int]] = []
    for column in columns:
        if runs and runs[-1][1] == column - 1:
            runs[-1] = (runs[-1][0], column)
        else:
            runs.append((column, column))
    return runs


def _heads(top: Top, head: Head, left: int, right: int) -> list[str]:
    """The lowest head over each column."""
    levels = (levels_of(top, head, column) for column in range(left, right + 1))
    return [level[-1] for level in levels if level]


def _alike(one: list[str], other: list[str]) -> bool:
    return len(set(one) & set(other)) * 2 > min(len(one), len(other))


def _below(rows: list[tuple[int, Row]], grid: Grid, left: int, right: int) -> list[Part]:
    """The tables under one another in these columns."""
    parts: list[Part] = []
    start = 0
    while len(parts) < _MOST:
        top, head = _headed(rows, grid, left, right, start)
        if top is None or head is None:
            break
        heads = tuple(_heads(top, head, left, right))
        following = _next_table(rows, grid, (left, right), head, heads)
        last = 0 if following is None else _last_filled(rows, left, right, following)
        parts.append(Part(start + 1, last, left, right, heads))
        if following is None:
            break
        start = following
    return parts


def _next_table(
    rows: list[tuple[int, Row]], grid: Grid, columns: tuple[int, int], head: Head, heads: tuple[str, ...]
) -> int | None:
    """The place in `rows` at which the next table begins, with its title lines."""
    left, right = columns
    figures: set[int] = set()
    is_after_gap = False
    for place in range(head.last, len(rows)):
        cells = rows[place][1][left : right + 1]
        if all(map(is_blank, cells)):
            is_after_gap = True
            continue
        if is_after_gap and figures and not any(map(is_value, filter(_filled, cells))):
            top, other = _headed(rows, grid, left, right, place)
            if (
                top
                and other
                and other.first - place <= _LONGEST_TITLE
                and _is_another(top, other, columns, heads, figures)
            ):
                return place
        figures |= {left + at for at, cell in enumerate(cells) if is_value(cell)}
        is_after_gap = False
    return None


def _is_another(top: Top, head: Head, columns: tuple[int, int], before: tuple[str, ...], figures: set[int]) -> bool:
    """Whether a head below a table begins another one."""
    heads = _heads(top, head, *columns)
    if set(heads) == set(before) or any(map(is_section, head.title_lines)):
        return False
    under = [row for row in range(head.last, min(head.last + 3, top.count)) if top.seen(row)]
    if not any(len(top.seen(row)) > 1 and any(map(is_value, top.seen(row).values())) for row in under):
        return False
    own = top.seen(head.last - 1)
    return is_serial(heads[0]) or any(column in figures and not is_value(cell) for column, cell in own.items())


def _headed(
    rows: list[tuple[int, Row]], grid: Grid, left: int, right: int, start: int
) -> tuple[Top | None, Head | None]:
    """The rows from a place on, what is before them blank, and the head that they begin with."""
    part = Part(start + 1, 0, left, right, ())
    shown = PartGrid(_Some(grid, rows), part)
    top = Top(list(islice(shown.read(), start + 50)), shown.merges)
    try:
        return top, find_head(top, "")
    except UnreadableFile:
        return None, None


class _Some:
    """A grid whose first rows are at hand."""

    def __init__(self, grid: Grid, rows: list[tuple[int, Row]]) -> None:
        self.name, self.rows, self.columns, self.merges = grid.name, grid.rows, grid.columns, grid.merges
        self.claimed_rows: int | None = None
        self.hidden_rows, self.hidden_columns = grid.hidden_rows, grid.hidden_columns
        self._rows = rows

    def read(self) -> Iterator[tuple[int, Row]]:
        return iter(self._rows)


def _filled(cell: object) -> bool:
    return cell != ""


def _last_filled(rows: list[tuple[int, Row]], left: int, right: int, before: int) -> int:
    """The sheet row, from 1, of the last filled one before a place."""
    filled = (number for number, cells in rows[:before] if not all(map(is_blank, cells[left : right + 1])))
    return max(filled, default=0)
