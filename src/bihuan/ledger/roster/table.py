"""A roster on its way in: units or people in a spreadsheet, read by their heads, checked cell by cell, told row by row.

Nothing here writes; what a row would do is found by trying it and taking it back.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from bihuan.base.errors import Invalid
from bihuan.ledger.excel import Cell, Column, Field, Table, UnreadableFile, match_columns, open_workbook, read_table
from bihuan.ledger.types.base import BadValue, as_text
from bihuan.standards import chinese_dates
from bihuan.standards.problem import Refused

MOST_ROWS = 20_000


@dataclass(frozen=True)
class RosterField:
    """A column of a roster: what it is called, by what other names, what it takes, and an example for the blank form.

    `required` says that no cell may be blank, `expected` that the column must be there.
    """

    code: str
    title: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    expected: bool = False
    hint: str = ""
    example: str = ""


class Verdict(StrEnum):
    """What a row would do."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    FAIL = "fail"


VERDICT_WORDS = {
    Verdict.CREATE: "新增",
    Verdict.UPDATE: "更新",
    Verdict.UNCHANGED: "不变",
    Verdict.FAIL: "不能导入",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell of a row, by field; with the row as a whole where no field is named."""

    field: str
    message: str


@dataclass
class Line:
    """A row of the table: its number in the sheet, its texts by field, and what it would do."""

    number: int
    texts: dict[str, str]
    verdict: Verdict = Verdict.UNCHANGED
    old: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, field_code: str, message: str) -> None:
        """Note a fault; the row cannot be imported."""
        self.faults.append(Fault(field_code, message))
        self.verdict = Verdict.FAIL


@dataclass(frozen=True)
class Roster:
    """A table of units or people, with the field of each of its columns."""

    table: Table
    fields: tuple[RosterField, ...]
    columns: Mapping[str, Column]
    lines: list[Line]
    absent: tuple[str, ...] = ()
    """The titles of the columns that have to be there and were not found; then no line was read."""

    @property
    def counts(self) -> dict[Verdict, int]:
        return {verdict: sum(line.verdict is verdict for line in self.lines) for verdict in Verdict}

    @property
    def failed(self) -> bool:
        return any(line.verdict is Verdict.FAIL for line in self.lines)

    @property
    def changes(self) -> bool:
        return any(line.verdict in (Verdict.CREATE, Verdict.UPDATE) for line in self.lines)

    def title(self, code: str) -> str:
        return next((one.title for one in self.fields if one.code == code), "")


def open_roster(
    path: Path, name: str, fields: tuple[RosterField, ...], chosen: Mapping[str, int] | None = None
) -> Roster:
    """Read a file as a roster; `chosen` says the columns of fields where they were set by hand.

    Raises Invalid for what cannot be read, and for a table of which no column is known.
    """
    try:
        table = read_table(open_workbook(path, name=name))
    except UnreadableFile as error:
        raise Invalid(f"“{name}”读不出来：{error}") from error
    columns = _columns(table, fields, chosen or {})
    absent = tuple(one.title for one in fields if (one.required or one.expected) and one.code not in columns)
    roster = Roster(table, fields, columns, [] if absent else list(_lines(table, fields, columns, name)), absent)
    if not columns:
        require_columns(roster)
    return roster


def require_columns(roster: Roster) -> None:
    """Raises Invalid, naming the columns that have to be there and were not found."""
    if roster.absent:
        found = "、".join(column.title for column in roster.table.columns)
        raise Invalid(f"表中没有这些列：{'、'.join(roster.absent)}。表里有：{found}")


def _columns(table: Table, fields: tuple[RosterField, ...], chosen: Mapping[str, int]) -> dict[str, Column]:
    if chosen:
        by_index = {column.index: column for column in table.columns}
        return {code: by_index[index] for code, index in chosen.items() if index in by_index}
    known = [Field(one.code, one.title, one.aliases) for one in fields]
    return {found.field.code: found.column for found in match_columns(table.columns, known) if found.field}


def _lines(table: Table, fields: tuple[RosterField, ...], columns: Mapping[str, Column], name: str) -> Iterable[Line]:
    places = {column.index: place for place, column in enumerate(table.columns)}
    for count, (number, cells) in enumerate(table.rows(), start=1):
        if count > MOST_ROWS:
            raise Invalid(f"“{name}”超过 {MOST_ROWS:,} 行，请分成几个文件")
        line = Line(number, {})
        for code, column in columns.items():
            line.texts[code] = _text(line, code, cells[places[column.index]])
        for one in fields:
            if one.required and not line.texts.get(one.code) and not line.faults:
                line.refuse(one.code, f"“{one.title}”必须填写")
        yield line


def _text(line: Line, code: str, cell: Cell) -> str:
    try:
        return " ".join(as_text(cell).split())
    except BadValue as error:
        line.refuse(code, str(error))
        return ""


def day_of(line: Line, code: str, default: date) -> date:
    """The day that a cell says, or the default where it is blank; a fault of the row where it is none."""
    text = line.texts.get(code, "")
    if not text:
        return default
    try:
        return chinese_dates.parse_date(text)
    except Refused as error:
        line.refuse(code, str(error))
        return default


def refuse_repeats(lines: Iterable[Line], key: Callable[[Line], object], code: str, title: str) -> None:
    """Note as a fault each row that says again what an earlier one says."""
    seen: dict[object, int] = {}
    for line in lines:
        what = key(line)
        if what in seen:
            line.refuse(code, f"{title}与第 {seen[what]} 行重复")
        elif line.texts.get(code):
            seen[what] = line.number
