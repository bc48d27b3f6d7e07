"""A sheet read as a table: its head, its columns, and its records one by one."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Literal

from bihuan.ledger.excel.header import LOOK_AT, Head, Top, find_head, given_head, levels_of
from bihuan.ledger.excel.model import (
    Column,
    Grid,
    Row,
    SkippedRow,
    TotalCheck,
    UnreadableFile,
    column_letter,
)
from bihuan.ledger.excel.parts import Part, PartGrid, find_parts
from bihuan.ledger.excel.survey import Shape, Survey, records
from bihuan.ledger.excel.totals import check_totals
from bihuan.ledger.excel.words import is_blank, is_serial, shown, unit_in_head, unit_in_line
from bihuan.ledger.excel.workbook import Workbook, contained


@dataclass(frozen=True, slots=True)
class Reading:
    """How a sheet is read: the tables that were found on it, which of them, and whether what is hidden is left out."""

    parts: tuple[Part, ...] = ()
    part: int = 0
    without_hidden: bool = False


_WHOLE = Reading()


class Table:
    """A table found in a sheet.

    `title_lines` are the lines above the head; `header_rows` its first and last sheet row, from 1. The
    records are read from the sheet each time `rows` is called. `row_count`, `skipped`, `totals` and `notes`
    need a whole pass: the first complete reading serves them, or else they make one.
    """

    def __init__(self, file_name: str, grid: Grid, top: Top, head: Head, read: Reading = _WHOLE) -> None:
        self.file_name = file_name
        self.sheet_name = grid.name
        self.title_lines = head.title_lines
        self.header_rows = (head.first, head.last)
        self.first_data_row = head.last + 1
        self.parts, self.part = read.parts, read.part
        self.without_hidden = read.without_hidden
        self._grid = grid
        self._remarks: list[str] = []
        self.columns = self._find_columns(top, head)
        self._shape = Shape(
            self.columns,
            self.first_data_row,
            _repeats(top, head),
            _wide_rows(grid, len(self.columns), self.first_data_row),
            head.numbering_row,
        )
        self._done: Survey | None = None

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Give each record as its sheet row number, from 1, and its cells in the order of `columns`.

        A blank cell is "". Raises UnreadableFile where the file turns out damaged on the way.
        """
        survey = Survey()
        with contained(self.file_name):
            yield from records(self._grid, self._shape, survey)
        self._done = survey

    @property
    def _survey(self) -> Survey:
        if self._done is None:
            for _ in self.rows():
                pass
        if self._done is None:
            raise RuntimeError("a completed reading leaves its survey")
        return self._done

    @property
    def row_count(self) -> int:
        """How many records there are."""
        return self._survey.records

    @property
    def rows_at_most(self) -> int:
        """How many records there are; before the first whole reading, how many there can be."""
        return self._done.records if self._done else max(self._grid.rows - self.first_data_row + 1, 0)

    @property
    def is_counted(self) -> bool:
        """Whether a whole reading has been made."""
        return self._done is not None

    @property
    def skipped(self) -> tuple[SkippedRow, ...]:
        """The rows under the head that are no records, in order; blank rows are not listed."""
        return tuple(self._survey.skipped)

    @cached_property
    def totals(self) -> tuple[TotalCheck, ...]:
        """The figures of the 合计 and 小计 rows, each checked against the records. Reads the sheet again."""
        return check_totals(self._grid, self._shape, self._survey)

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks in Chinese on what was inferred, filled or found odd."""
        survey = self._survey
        notes = list(self._remarks)
        claimed = self._grid.claimed_rows or 0
        last = self.first_data_row - 1 + survey.records + len(survey.skipped)
        if claimed > last + LOOK_AT:
            notes.append(f"工作表自称有 {claimed} 行，实际有内容的数据只有 {survey.records} 行。")
        if survey.filled_down:
            notes.append(f"有纵向合并的单元格，已向下填充 {survey.filled_down} 格。")
        if hidden := self.hidden:
            told = "没有读入" if self.without_hidden else "也照样读入；不要的可以在列对应里选择不读"
            notes.append(f"有{hidden}是隐藏的（多半是筛选掉的），{told}。")
        if len(self.parts) > 1:
            which = f"第 {self.part + 1} 张（{self.parts[self.part].place}）"
            notes.append(f"工作表上有 {len(self.parts)} 张表，读入的只是{which}；别的要另外导入。")
        for index, row in sorted(survey.strays.items()):
            notes.append(f"{column_letter(index)} 列没有表头，但从第 {row} 行起有内容，没有读入。")
        return tuple(notes)

    @property
    def hidden(self) -> str:
        """Which rows and columns the sheet does not show, in words; empty if it shows all."""
        grid = self._grid
        mine = {column.index for column in self.columns} if not self.without_hidden else set(grid.hidden_columns)
        columns = "、".join(column_letter(index) for index in grid.hidden_columns if index in mine)
        rows = sum(row >= self.first_data_row for row in grid.hidden_rows)
        parts = [f" {rows} 行" if rows else "", f" {columns} 列" if columns else ""]
        return "、".join(part for part in parts if part)

    def _find_columns(self, top: Top, head: Head) -> tuple[Column, ...]:
        line_unit = self._line_unit(head)
        columns = []
        for index in range(self._grid.columns):
            levels = levels_of(top, head, index)
            if self.without_hidden and index in self._grid.hidden_columns:
                continue
            if levels:
                columns.append(_column(index, levels, line_unit))
            elif any(not is_blank(top.cell(row, index)) for row in range(head.last, top.count)):
                title = f"{column_letter(index)}列"
                self._remarks.append(f"{column_letter(index)} 列有内容而没有表头，记为“{title}”。")
                columns.append(Column(index, title, (title,)))
        return self._told_apart(columns)

    def _line_unit(self, head: Head) -> str | None:
        units = {unit for line in head.title_lines if (unit := unit_in_line(line))}
        if len(units) > 1:
            self._remarks.append(f"表头上方写了几种单位（{'、'.join(sorted(units))}），没有采用。")
        return units.pop() if len(units) == 1 else None

    def _told_apart(self, columns: list[Column]) -> tuple[Column, ...]:
        counts = Counter(column.title for column in columns)
        taken = set(counts)
        seen: Counter[str] = Counter()
        result = []
        for column in columns:
            seen[column.title] += 1
            nth = seen[column.title]
            if nth > 1:
                while (title := f"{column.title}（{nth}）") in taken:
                    nth += 1
                taken.add(title)
                self._remarks.append(
                    f"表头“{column.title}”出现 {counts[column.title]} 次，{column.letter} 列的记为“{title}”。"
                )
                column = replace(column, title=title)  # noqa: PLW2901 - the column goes on under its new name
            result.append(column)
        return tuple(result)


def _column(index: int, levels: tuple[str, ...], line_unit: str | None) -> Column:
    own = next((unit for level in reversed(levels) if (unit := unit_in_head(level))), None)
    source: Literal["head", "line"] | None = "head" if own else "line" if line_unit else None
    title = "/".join(levels)
    return Column(index, title, levels, own or line_unit, source, is_serial(levels[-1]))


def _repeats(top: Top, head: Head) -> dict[str, set[tuple[str, ...]]]:
    """Give what a printed page may repeat: each row of the head and above, under its first cell, raw and
    cleaned.
    """
    repeats: dict[str, set[tuple[str, ...]]] = {}
    for row in range(min(head.last, top.count)):
        cells = [cell for cell in top.rows[row] if not is_blank(cell)]
        texts = tuple(shown(cell) for cell in cells)
        if texts:
            for first in (str(cells[0]), texts[0]):
                repeats.setdefault(first, set()).add(texts)
    return repeats


def _wide_rows(grid: Grid, columns: int, first_data_row: int) -> frozenset[int]:
    """Give the data rows, from 1, in which one merged area covers most columns."""
    wide: set[int] = set()
    for (first, left), (last, right) in grid.merges:
        if last + 1 >= first_data_row and (right - left + 1) * 5 >= columns * 3 and right > left:
            wide.update(range(max(first + 1, first_data_row), min(last + 1, grid.rows) + 1))
    return frozenset(wide)


def read_table(
    workbook: Workbook,
    sheet: str | None = None,
    header: int | tuple[int, int] | None = None,
    *,
    part: int = 0,
    without_hidden: bool = False,
) -> Table:
    """Find the table in a sheet (the likeliest one if none is named).

    `header` overrides the search: the sheet row of the head, from 1, or its first and last row. `part` is which of
    several tables on the sheet, from 0. Raises UnreadableFile for an empty sheet, a sheet without a recognisable head,
    a head that lies outside of the sheet, and a part that there is not.
    """
    name = sheet if sheet is not None else workbook.guess()
    grid = workbook.grid(name)
    read = Reading(() if header else _parts(workbook, grid), part, without_hidden)
    if part and part >= len(read.parts):
        raise UnreadableFile(
            f"“{workbook.name}”的“{name}”里只找到 {max(len(read.parts), 1)} 张表，没有第 {part + 1} 张。"
        )
    if len(read.parts) > 1 or without_hidden:
        grid = PartGrid(grid, read.parts[part] if len(read.parts) > 1 else None, without_hidden=without_hidden)
    wanted = (header, header) if isinstance(header, int) else header
    above = read.parts[part].first if len(read.parts) > 1 else wanted[1] if wanted else 0
    look_at = LOOK_AT + above
    with contained(workbook.name):
        top = Top(list(islice(grid.read(), look_at)), grid.merges)
    if not any(top.seen(row) for row in range(top.count)) and grid.rows <= top.count:
        raise UnreadableFile(f"“{workbook.name}”的“{name}”是空表，没有任何内容。", _others(workbook, name))
    if wanted is None:
        return Table(workbook.name, grid, top, find_head(top, workbook.name), read)
    first, last = wanted
    if not 1 <= first <= last <= grid.rows or last - first >= 10:
        raise UnreadableFile(
            f"表头不能是第 {first} 至 {last} 行：这张表有 {grid.rows} 行，表头最多 10 行。",
            "请重新指明表头所在的行。",
        )
    return Table(workbook.name, grid, top, given_head(top, first, last), read)


def _parts(workbook: Workbook, grid: Grid) -> tuple[Part, ...]:
    with contained(workbook.name):
        return find_parts(grid)


def _others(workbook: Workbook, name: str) -> str:
    filled = [f"“{sheet.name}”" for sheet in workbook.sheets if sheet.name != name and not sheet.is_empty]
    return f"有内容的工作表是{'、'.join(filled)}。" if filled else "请检查文件是否保存完整。"
