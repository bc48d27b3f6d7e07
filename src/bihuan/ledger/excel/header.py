"""Finds the head of a table: below its title lines, one row or several, merged or not.

Only the first rows are looked at. A row is seen through its merged areas: a cell merged over three columns
fills three.
"""

import re
from dataclasses import dataclass

from bihuan.ledger.excel.model import Cell, Merge, NoHead, Row
from bihuan.ledger.excel.words import (
    clean,
    is_blank,
    is_label,
    is_numbering,
    is_value,
    shown,
    unit_alone,
)

LOOK_AT = 50
_DEEPEST_HEAD = 5
_LONGEST_HEAD = 1_000
_DIGIT = re.compile(r"[\d〇○二三四五六七八九]")


@dataclass(frozen=True, slots=True)
class Head:
    """Where the head stands: its first and last row, from 1; the lines above; rows to leave out right
    below.
    """

    first: int
    last: int
    title_lines: tuple[str, ...]
    numbering_row: int | None = None


class Top:
    """The first rows of a sheet with their merged areas, as the head finder sees them."""

    def __init__(self, rows: list[tuple[int, Row]], merges: tuple[Merge, ...]) -> None:
        self.rows = [row for _, row in rows]
        self.count = len(self.rows)
        height = self.count
        self.merges = [merge for merge in merges if merge[0][0] < height]
        self.has_merges = bool(self.merges)
        self.origin: dict[tuple[int, int], tuple[int, int]] = {}
        self.width = max((len(row) for row in self.rows), default=0)
        for (top, left), (bottom, right) in self.merges:
            for row in range(top, min(bottom, height - 1) + 1):
                for column in range(left, min(right, self.width - 1) + 1):
                    self.origin[row, column] = (top, left)

    def cell(self, row: int, column: int) -> Cell:
        """Give what is seen at a place, from 0: within a merged area, the area's content."""
        row, column = self.origin.get((row, column), (row, column))
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    def seen(self, row: int) -> dict[int, Cell]:
        """Give the columns of a row that show something."""
        cells = ((column, self.cell(row, column)) for column in range(self.width))
        return {column: cell for column, cell in cells if not is_blank(cell)}

    def distinct(self, row: int) -> list[Cell]:
        """Give what a row shows, a merged area once."""
        origins = {self.origin.get((row, column), (row, column)): cell for column, cell in self.seen(row).items()}
        return list(origins.values())

    def spans(self, row: int) -> list[tuple[int, int]]:
        """Give the first and last column of each area merged sideways that starts in a row and ends in it."""
        return [
            (left, right)
            for (top, left), (bottom, right) in self.merges
            if top <= row == bottom and right > left and not is_blank(self.cell(top, left))
        ]


def find_head(top: Top, file_name: str) -> Head:
    """Find the head; raise NoHead where none can be told from the data."""
    lines: list[str] = []
    for row in range(top.count):
        cells = top.distinct(row)
        if not cells:
            continue
        if _is_head(top, row, cells):
            last = _last_row(top, row)
            return Head(row + 1, last + 1, tuple(lines), _numbering_row(top, last))
        if _is_data(top, row, cells):
            break
        lines.append(" ".join(shown(cell) for cell in cells))
    raise no_head(file_name)


def no_head(file_name: str) -> NoHead:
    return NoHead(
        f"“{file_name}”里没有找到表头：前 {LOOK_AT} 行中没有一行像列名（至少两列、都是文字、不是标题）。",
        "请在数据上方加一行列名，或在导入时指明表头在第几行。",
    )


def given_head(top: Top, first: int, last: int) -> Head:
    """Take the head that the user has pointed out, in sheet rows from 1."""
    above = ([shown(cell) for cell in top.distinct(row)] for row in range(min(first - 1, top.count)))
    lines = [" ".join(texts) for texts in above if texts and not is_numbering(texts)]
    return Head(first, last, tuple(lines), _numbering_row(top, last - 1))


def _body_width(top: Top, after: int) -> int:
    """Give how many columns the fullest row below fills."""
    return max((len(top.seen(row)) for row in range(after + 1, top.count)), default=0)


def _is_head(top: Top, row: int, cells: list[Cell]) -> bool:
    seen = top.seen(row)
    below = _body_width(top, row)
    if len(cells) == 1:
        return max(below, len(seen)) == 1 and top.width == 1 and not is_value(cells[0])
    if not _are_words(cells) or _is_title_like(cells, below, _is_group_row(top, row, cells)):
        return False
    return len(seen) * 2 >= below


def _are_words(cells: list[Cell]) -> bool:
    if sum(is_value(cell) for cell in cells) * 5 > len(cells):
        return False
    lengths = sorted(len(shown(cell)) for cell in cells)
    return lengths[len(lengths) // 2] <= 40 and lengths[-1] <= _LONGEST_HEAD


def _is_group_row(top: Top, row: int, cells: list[Cell]) -> bool:
    """Tell whether the few cells of a row are names of groups, or heads that reach further down."""
    if any(first <= row < last for (first, _), (last, _) in top.merges):
        return True
    return bool(top.spans(row)) and all(len(shown(cell)) <= 8 and not _DIGIT.search(shown(cell)) for cell in cells)


def _is_title_like(cells: list[Cell], below: int, groups: bool) -> bool:
    labels = sum(is_label(shown(cell)) for cell in cells)
    if labels * 2 >= len(cells) or (labels and len(cells) <= 4):
        return True
    return len(cells) == 2 and below >= 5 and not groups


def _is_data(top: Top, row: int, cells: list[Cell]) -> bool:
    """Tell whether a row that is no head looks like a record already, so that looking further is no use."""
    if len(cells) < 2 or any(is_label(shown(cell)) for cell in cells):
        return False
    return len(top.seen(row)) * 2 >= _body_width(top, row) and sum(is_value(cell) for cell in cells) * 5 > len(cells)


def _last_row(top: Top, first: int) -> int:
    last = first
    while last + 1 < top.count and last - first + 1 < _DEEPEST_HEAD:
        deeper = max((m[1][0] for m in top.merges if first <= m[0][0] <= last), default=last)
        if deeper > last and deeper < top.count and deeper - first < _DEEPEST_HEAD:
            last = deeper
        elif _is_sub_head(top, last):
            last += 1
        else:
            break
    return last


def _is_sub_head(top: Top, row: int) -> bool:
    """Tell whether the row below carries on the head of this row."""
    below = top.seen(row + 1)
    fresh = [below[column] for column in _own(top, row + 1)]
    if not fresh or any(is_value(cell) for cell in fresh) or not _are_words(fresh):
        return False
    if all(unit_alone(shown(cell)) for cell in fresh) and len(fresh) < len(top.seen(row)):
        return True
    spans = [span for span in top.spans(row) if span[1] - span[0] + 1 < len(top.seen(row))]
    if spans:
        under = {column for left, right in spans for column in range(left, right + 1)}
        return set(below) >= under >= _own(top, row + 1)
    return _fills_the_gaps(top, row)


def _own(top: Top, row: int) -> set[int]:
    """Give the filled columns of a row that no merged area brings in from above."""
    return {column for column in top.seen(row) if top.origin.get((row, column), (row,))[0] == row}


def _fills_the_gaps(top: Top, row: int) -> bool:
    """Infer two rows of head without merged areas: blanks to the right of a group's name, filled in below.

    Strict, since a record with blanks must not be taken for a head: the row below fills each group from its
    first column on, and nothing else.
    """
    upper, lower = top.seen(row), top.seen(row + 1)
    groups: set[int] = set()
    for column in range(min(upper), top.width):
        if column not in upper and column in lower:
            start = max(known for known in upper if known < column)
            groups |= set(range(start, column + 1))
    return bool(groups) and set(lower) == groups and len(groups) < len(set(upper) | groups)


def _numbering_row(top: Top, last: int) -> int | None:
    """Find the row under the head that only numbers the columns (栏次)."""
    if last + 1 >= top.count:
        return None
    texts = [shown(cell) for cell in top.distinct(last + 1)]
    full = len(texts) >= len(top.seen(last)) and is_numbering(texts)
    return last + 2 if full else None


def levels_of(top: Top, head: Head, column: int) -> tuple[str, ...]:
    """Give the heads over a column from the top down, each once."""
    levels: list[str] = []
    for row in range(head.first - 1, min(head.last, top.count)):
        text = _head_text(top, head, row, column)
        if text and (not levels or levels[-1] != text):
            levels.append(text)
    return tuple(levels)


def _head_text(top: Top, head: Head, row: int, column: int) -> str:
    cell = top.cell(row, column)
    if not is_blank(cell):
        return shown(cell)
    is_last = row == head.last - 1
    if is_last or (row, column) in top.origin or is_blank(top.cell(row + 1, column)):
        return ""
    # A group's name stands over its first column only; the columns under it are blank here and filled below.
    for left in range(column - 1, -1, -1):
        if not is_blank(top.cell(row, left)):
            return clean(shown(top.cell(row, left))) if not is_blank(top.cell(row + 1, left)) else ""
    return ""
