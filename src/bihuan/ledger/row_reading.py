"""Reads the rows of a table into data by field, cell by cell, noting every fault with its place."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bihuan.base.canonical import dumps
from bihuan.base.errors import Invalid
from bihuan.ledger.excel import CellError, Table, column_letter
from bihuan.ledger.record_checks import checker
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BadValue, Lookup, is_blank
from bihuan.ledger.types.base import as_text
from bihuan.ledger.types.formula import Computer, computer
from bihuan.ledger.unreported import reader_of, stored
from bihuan.ledger.values import key_of
from bihuan.standards.masking import STAR

MISSING_MARKS = frozenset({"--", "—", "——", "-", "/", "N/A", "n/a", "NA", "无数据"})
_TOLD_EVERY = 2_000

NUMBER = "number"
"""What the column that names each row's record by its number is matched to, in place of a field."""

Columns = Mapping[int, str]
"""Column of the sheet -> field code, or NUMBER."""


@dataclass(frozen=True)
class CellProblem:
    """A cell that cannot be taken, by its place in the sheet; column -1 is the whole row."""

    row: int
    column: int
    title: str
    message: str

    @property
    def cell(self) -> str:
        return f"{column_letter(self.column)}{self.row}" if self.column >= 0 else f"第 {self.row} 行"


@dataclass(frozen=True)
class Row:
    """A row of the sheet that read well."""

    number: int
    data: dict[str, Any]
    key: str
    record: str = ""
    """The number of the record that the row names; empty where it names none."""


@dataclass(frozen=True)
class Reading:
    """All rows of a table: those that read well, the faults of the others, and what looks doubtful."""

    rows: list[Row]
    problems: list[CellProblem]
    doubts: list[tuple[int, str]]
    count: int


@dataclass(frozen=True)
class _Column:
    place: int
    index: int
    field: FieldSpec
    read: Callable[[Any], Any]


def read_rows(
    spec: LedgerSpec,
    table: Table,
    columns: Columns,
    lookup: Lookup,
    progress: Callable[[int], None],
    masked: Collection[str] = (),
) -> Reading:
    """Read every row. Blank cells are absent from the data; marks such as "--" are blank but in text fields.

    So is what a mask left of personal data, in the `masked` fields: the file was exported by someone who saw no more.
    """
    places = {column.index: place for place, column in enumerate(table.columns)}
    read_by = {code: _reader(spec.by_code[code], lookup, code in masked) for code in columns.values() if code != NUMBER}
    fields = [(index, code) for index, code in columns.items() if code != NUMBER]
    plan = [_Column(places[index], index, spec.by_code[code], read_by[code]) for index, code in fields]
    named = next((places[index] for index, code in columns.items() if code == NUMBER), None)
    cells_of = [(column.place, column.field.code, column.read, column) for column in plan]
    absent = [field.title for field in spec.fields if field.required and field.code not in columns.values()]
    required = [column for column in plan if column.field.required]
    breaches, compute, serial = checker(spec), computer(spec), Counter[str]()
    reading = Reading([], [], [], 0)
    count = 0
    for number, cells in table.rows():
        count += 1
        if count % _TOLD_EVERY == 0:
            progress(count)
        data: dict[str, Any] = {}
        faults: list[CellProblem] = []
        for place, code, read, column in cells_of:
            raw = cells[place]
            if raw == "" or raw is None:
                continue
            try:
                value = _error_cell(raw) if raw.__class__ is CellError else read(raw)
            except BadValue as error:
                if not _is_missing(raw, column.field):
                    faults.append(CellProblem(number, column.index, column.field.title, str(error)))
                continue
            if value != "":
                data[code] = value
        record = _record(number, cells, named, faults)
        if not record:
            _require(number, data, required, absent, faults)
        key = "" if faults else key_of(spec, data) or _fingerprint(data, serial)
        # A row that names its record is only a part of it: rules and formulas are asked of the whole, later.
        if not (faults or record):
            _complete(spec, number, data, compute, faults)
        for breach in () if faults or record else breaches(data):
            if breach.is_error:
                faults.append(CellProblem(number, -1, "", breach.message))
            else:
                reading.doubts.append((number, breach.message))
        if faults:
            reading.problems.extend(faults)
        else:
            reading.rows.append(Row(number, data, key, record))
    return Reading(reading.rows, reading.problems, reading.doubts, count)


def _reader(field: FieldSpec, lookup: Lookup, is_masked: bool) -> Callable[[Any], Any]:
    read = reader_of(field, lookup)
    return (lambda raw: "" if isinstance(raw, str) and STAR in raw else read(raw)) if is_masked else read


def _record(number: int, cells: Sequence[Any], named: int | None, faults: list[CellProblem]) -> str:
    """The number of a record as a cell names it; blank for a row that is none yet."""
    raw = None if named is None else cells[named]
    if is_blank(raw) or raw.__class__ is CellError:
        return ""
    try:
        return as_text(raw)
    except BadValue as error:
        faults.append(CellProblem(number, -1, "编号", str(error)))
        return ""


def _complete(
    spec: LedgerSpec, number: int, data: dict[str, Any], compute: Computer, faults: list[CellProblem]
) -> None:
    """Put a new record's data as they are stored, and add the computed fields."""
    if spec.may_be_unreported:
        kept = {code: value for code, value in stored(spec, {}, data).items() if value is not None}
        data.clear()
        data.update(kept)
    try:
        data.update(compute(data))
    except Invalid as error:
        faults.append(CellProblem(number, -1, "", "；".join(error.problems.values())))


def _error_cell(raw: CellError) -> Any:
    raise BadValue(f"表格里显示的是错误值 {raw}")


def _is_missing(raw: Any, field: FieldSpec) -> bool:
    """Whether a cell that its field refused says nothing, or says in words that there is nothing."""
    if is_blank(raw):
        return True
    return isinstance(raw, str) and field.kind not in ("text", "longtext") and raw.strip() in MISSING_MARKS


def _require(
    number: int, data: Mapping[str, Any], required: list[_Column], absent: list[str], faults: list[CellProblem]
) -> None:
    if absent:
        faults.append(CellProblem(number, -1, "", f"表中没有必填的列：{'、'.join(absent)}"))
    for column in required:
        if column.field.code not in data and not any(fault.column == column.index for fault in faults):
            title = column.field.title
            faults.append(CellProblem(number, column.index, title, f"“{title}”必须填写"))


def _fingerprint(data: dict[str, Any], serial: Counter[str]) -> str:
    """The key of a row in a ledger without one: what it says, and which of several that say the same it is."""
    digest = hashlib.sha256(dumps(data).encode()).hexdigest()[:32]
    serial[digest] += 1
    return f"row:{digest}:{serial[digest]}"
