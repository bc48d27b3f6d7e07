"""Tells the records of a table from what else stands among them, in one cheap pass.

Most rows are records. So a row is looked at closely only if its first filled cell is worded like a total, a
remark or a heading, or repeats a head, or if it lies in a wide merged area or after a long gap.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import methodcaller
from typing import Any

from bihuan.ledger.excel.model import Cell, Column, Grid, Row, SkippedRow
from bihuan.ledger.excel.words import BLANKS, is_blank, is_foot, is_foot_alone, is_section, is_value, shown, total_word

# Cheap and wide: what it lets through is looked at by `_reason_to_skip`.
_SUSPECT = re.compile(
    r"[（(*※\s]*(?:[注备填附制编审签盖]|说明|复核|经办|联系|电话|负责|单位|分管|主要|领导|报送|数据|资料"
    r"|[一二三四五六七八九十百]+[、)）]|第[一二三四五六七八九十]+部)"
)
_TOTAL_ENDS = frozenset("计和)）:： \u3000\n")
_NO_FIGURE = frozenset({"-", "—", "——", "--", "/", "\\", "×", "无"})
# A stray remark far below the table stands after this many blank rows.
_LONG_GAP = 10
_AT_ONCE = 2_000
_STRIPPED = methodcaller("strip", BLANKS)


@dataclass(slots=True)
class Survey:
    """What a pass over the rows below the head has found."""

    records: int = 0
    skipped: list[SkippedRow] = field(default_factory=list)
    totals: list[tuple[int, str, Row]] = field(default_factory=list)
    filled_down: int = 0
    # The first row, from 1, in which a column without a head holds something; by column.
    strays: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a table before its rows are read."""

    columns: tuple[Column, ...]
    first_data_row: int
    # Rows of the head and title lines, cleaned, by their first filled cell: each printed page repeats them.
    repeats: dict[str, set[tuple[str, ...]]]
    # Rows, from 1, in which one merged area covers most of the columns.
    wide_rows: frozenset[int]
    numbering_row: int | None = None


def records(grid: Grid, shape: Shape, survey: Survey, *, fill_down: bool = True) -> Iterator[tuple[int, Row]]:
    """Give the records under the head with their row numbers, noting in `survey` what is left out and why."""
    sieve = _Sieve(grid, shape, survey, fill_down=fill_down)
    source = iter(grid.read())
    while some := list(islice(source, _AT_ONCE)):
        if sieve.are_records(some):
            survey.records += len(some)
            yield from some
        else:
            yield from sieve.sift(some)


class _Sieve:
    """Lets the records of a table through, in the order of its rows."""

    def __init__(self, grid: Grid, shape: Shape, survey: Survey, *, fill_down: bool) -> None:
        self.grid, self.shape, self.survey = grid, shape, survey
        self.indexes = [column.index for column in shape.columns]
        self.whole = self.indexes == list(range(grid.columns))
        self.outside = sorted(set(range(grid.columns)) - set(self.indexes))
        self.fills = _Fills(grid, shape) if fill_down else None
        self.by_name = self.indexes[1] if len(self.indexes) > 1 and shape.columns[0].is_serial else 0
        self.gap = 0

    def are_records(self, some: list[tuple[int, Row]]) -> bool:
        """Whether rows are at a glance all records, just as they are. Most are."""
        shape, first, last = self.shape, some[0][0], some[-1][0]
        next_fill = self.fills.next_row if self.fills else None
        if not self.whole or self.gap or first < shape.first_data_row or first <= (shape.numbering_row or 0):
            return False
        if (next_fill is not None and next_fill <= last) or not shape.wide_rows.isdisjoint(range(first, last + 1)):
            return False
        firsts = [cells[0] for _, cells in some]
        if set(map(type, firsts)) == {str}:
            texts: list[Any] = firsts
        elif str not in map(type, firsts):
            names = [cells[self.by_name] for _, cells in some] if self.by_name else []
            texts = [name for name in names if type(name) is str and name]
        else:
            return False
        stripped = list(map(_STRIPPED, texts))
        return (
            {len(cells) for _, cells in some} == {self.grid.columns}
            and (texts is not firsts or all(stripped))
            and _TOTAL_ENDS.isdisjoint(text[-1] for text in texts)
            and not any(map(_SUSPECT.match, texts))
            and shape.repeats.keys().isdisjoint(map(str.strip, texts))
        )

    def sift(self, some: list[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
        """Look at each row."""
        shape, survey, by_name = self.shape, self.survey, self.by_name
        for number, cells in some:
            if number < shape.first_data_row:
                continue
            first: Cell | None = cells[0]
            if type(first) is str and not first.strip(BLANKS):
                first = _first_filled(cells)
                if first is None:
                    self.gap += 1
                    continue
            text = first if type(first) is str else cells[by_name] if by_name else ""
            far, self.gap = self.gap >= _LONG_GAP, 0
            if (
                far
                or number in shape.wide_rows
                or (type(text) is str and text and self._is_odd(text))
                or number == shape.numbering_row
            ) and _leave_out(number, cells, shape, survey, far=far):
                continue
            survey.records += 1
            yield number, self._mended(number, cells)

    def _is_odd(self, text: str) -> bool:
        return bool(text[-1] in _TOTAL_ENDS or _SUSPECT.match(text) or text.strip() in self.shape.repeats)

    def _mended(self, number: int, cells: Row) -> Row:
        """A record's cells under the columns, with what merged areas give it; what is left aside is noted."""
        survey, columns = self.survey, self.grid.columns
        if len(cells) > columns:
            _note_beyond(number, cells, columns, survey)
        for index in self.outside:
            if index not in survey.strays and not is_blank(cells[index]):
                survey.strays[index] = number
        row = cells if self.whole and len(cells) == columns else [cells[index] for index in self.indexes]
        if self.fills and self.fills.next_row is not None and number >= self.fills.next_row:
            survey.filled_down += self.fills.apply(number, row)
        return row


def _note_beyond(number: int, cells: Row, width: int, survey: Survey) -> None:
    """Note what stands right of all that the sheet's first rows reach to."""
    for index in range(width, len(cells)):
        if index not in survey.strays and not is_blank(cells[index]):
            survey.strays[index] = number


def _first_filled(cells: Row) -> Cell | None:
    for cell in cells:
        if cell != "" and not is_blank(cell):
            return cell
    return None


def _leave_out(number: int, cells: Row, shape: Shape, survey: Survey, *, far: bool) -> bool:
    """Note a row that is no record, with the reason; tell whether it was one."""
    filled = [cell for cell in cells if not is_blank(cell)]
    texts = [shown(cell) for cell in filled]
    word = _total(filled, texts, shape)
    if word:
        survey.totals.append((number, word, cells))
    reason = f"{word}行" if word else _reason_to_skip(number, texts, shape, far=far)
    if reason:
        survey.skipped.append(SkippedRow(number, reason, " ".join(texts)[:200]))
    return reason != ""


def _reason_to_skip(number: int, texts: list[str], shape: Shape, *, far: bool) -> str:
    count = len(shape.columns)
    if number == shape.numbering_row:
        return "栏次行（只给各列编号）"
    if tuple(texts) in shape.repeats.get(texts[0], ()):
        return "重复的表头或标题（打印标题）"
    if _is_under_the_table(texts, count):
        return "表下的说明或签名"
    if len(texts) >= 3 and _is_other_head(texts, shape):
        return "像是另一张表的表头，其后的行仍按第一张表的列读入，请核对"
    return _reason_alone(number, texts[0], shape, far=far) if len(texts) == 1 and count >= 3 else ""


def _is_under_the_table(texts: list[str], count: int) -> bool:
    """Whether a row is a remark or a signature, be it in a cell (注：…) or beside the word (说明 | …)."""
    if is_foot(texts[0]):
        return len(texts) <= max(2, count // 2) or all(is_foot(text) for text in texts)
    return is_foot_alone(texts[0]) and len(texts) == 2 and count >= 4


def _is_other_head(texts: list[str], shape: Shape) -> bool:
    """Whether a row below the head names columns again, most of them the same."""
    titles = {level for column in shape.columns for level in column.levels}
    return sum(text in titles for text in texts) * 2 > len(texts)


def _reason_alone(number: int, text: str, shape: Shape, *, far: bool) -> str:
    """Give the reason to skip a row of which only one cell is filled."""
    if is_section(text):
        return "分组标题"
    if number in shape.wide_rows:
        return "横向合并成一格的说明"
    return "远在表格下方的零散内容" if far else ""


def _total(filled: list[Cell], texts: list[str], shape: Shape) -> str:
    """Give the word of a total row, or nothing.

    A bare 合计 is one even beside a remark; 城关镇小计 or 累计 only beside figures, for a record may be so
    named.
    """
    start = 1 if shape.columns[0].is_serial and is_value(filled[0]) and len(filled) > 1 else 0
    found = total_word(texts[start]) if isinstance(filled[start], str) else None
    if found is None:
        return ""
    before, word = found
    rest = filled[start + 1 :]
    words = [cell for cell in rest if isinstance(cell, str) and not is_value(cell) and cell.strip() not in _NO_FIGURE]
    if word in ("累计", "总和") or before not in ("", "本页", "全县", "全市", "全区", "全镇", "全乡"):
        return word if rest and not words else ""
    return ("本页" if before == "本页" else "") + word if len(words) * 2 <= max(len(rest), 2) else ""


class _Fills:
    """Fills areas merged downwards with what their first cell holds, as the rows pass by in order."""

    def __init__(self, grid: Grid, shape: Shape) -> None:
        places = {column.index: place for place, column in enumerate(shape.columns)}
        # First row, last row (from 1), place in the record; the next to start stands last.
        self._waiting = sorted(
            (
                (top + 1, bottom + 1, places[left])
                for (top, left), (bottom, _) in grid.merges
                if bottom > top and top + 1 >= shape.first_data_row and left in places
            ),
            reverse=True,
        )
        self._open: list[tuple[int, int, Cell]] = []
        self.next_row = self._waiting[-1][0] if self._waiting else None

    def apply(self, number: int, row: Row) -> int:
        """Fill one row in place; give how many cells were filled."""
        filled = 0
        self._open = [area for area in self._open if area[0] >= number]
        for _, place, value in self._open:
            if is_blank(row[place]) and not is_blank(value):
                row[place] = value
                filled += 1
        while self._waiting and self._waiting[-1][0] <= number:
            top, bottom, place = self._waiting.pop()
            # An area whose first row was no record has nothing to give.
            if top == number:
                self._open.append((bottom, place, row[place]))
        self.next_row = number + 1 if self._open else self._waiting[-1][0] if self._waiting else None
        return filled
