"""Reads the rows of a table into data by field, cell by cell, noting every fault with its place."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bihuan.base.canonical import dumps
from bihuan.base.errors import Invalid
from bihuan.ledger.column_reading import ColumnReader, Faults, column_reader
from bihuan.ledger.excel import CellError, Table, column_letter
from bihuan.ledger.record_checks import checker
from bihuan.ledger.sheet_measure import reader_under
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BadValue, Lookup, is_blank
from bihuan.ledger.types.base import as_text
from bihuan.ledger.types.formula import Computer, computer
from bihuan.ledger.unreported import stored
from bihuan.ledger.values import key_of
from bihuan.standards.masking import STAR

_AT_ONCE = 2_000

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


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the sheet that read well."""

    number: int
    data: dict[str, Any]
    key: str
    record: str = ""
    """The number of the record that the row names; empty where it names none."""


@dataclass(frozen=True)
class Reading:
    """Some rows of a table: those that read well, the faults of the others, and what looks doubtful."""

    rows: list[Row] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    doubts: list[tuple[int, str]] = field(default_factory=list)
    count: int = 0


def read_rows(
    spec: LedgerSpec,
    table: Table,
    columns: Columns,
    lookup: Lookup,
    progress: Callable[[int], None],
    masked: Collection[str] = (),
) -> Iterator[Reading]:
    """Read every row, some at a time. Blank cells are absent from the data; marks such as "--" are blank but in text.

    So is what a mask left of personal data, in the `masked` fields: the file was exported by someone who saw no more.
    """
    rows = _Rows(spec, table, columns, lookup, masked)
    source = table.rows()
    done = 0
    while some := list(islice(source, _AT_ONCE)):
        yield rows.read(some)
        done += len(some)
        progress(done)


class _Rows:
    """Reads the rows of one table, remembering what all of them share."""

    def __init__(
        self, spec: LedgerSpec, table: Table, columns: Columns, lookup: Lookup, masked: Collection[str]
    ) -> None:
        places = {column.index: place for place, column in enumerate(table.columns)}
        measures = {column.index: column.measure for column in table.columns}
        chosen = {index: spec.by_code[code] for index, code in columns.items() if code != NUMBER}
        self.spec = spec
        self.columns = [
            column_reader(places[index], index, found, _reader(found, measures[index], lookup, found.code in masked))
            for index, found in chosen.items()
        ]
        self.named = next((places[index] for index, code in columns.items() if code == NUMBER), None)
        self.absent = [f.title for f in spec.fields if f.required and f.code not in columns.values()]
        self.required = [column for column in self.columns if column.field.required]
        self.breaches, self.compute = checker(spec), computer(spec)
        self.serial = Counter[str]()

    def read(self, some: Sequence[tuple[int, Sequence[Any]]]) -> Reading:
        """Read a portion of rows, each with its number in the sheet."""
        reading = Reading(count=len(some))
        faults: dict[int, list[CellProblem]] = {}
        cells_of = list(zip(*(cells for _, cells in some), strict=True))
        values = [self._column(column, cells_of[column.place], some, faults) for column in self.columns]
        codes = [column.field.code for column in self.columns]
        for place, ((number, cells), row) in enumerate(zip(some, zip(*values, strict=True), strict=True)):
            data = {code: value for code, value in zip(codes, row, strict=True) if value is not None}
            self._finish(number, cells, data, faults.get(place, []), reading)
        return reading

    def _column(
        self,
        column: ColumnReader,
        raws: Sequence[Any],
        some: Sequence[tuple[int, Sequence[Any]]],
        faults: dict[int, list[CellProblem]],
    ) -> list[Any]:
        found: Faults = []
        values = column.values(raws, found)
        for place, message in found:
            problem = CellProblem(some[place][0], column.index, column.field.title, message)
            faults.setdefault(place, []).append(problem)
        return values

    def _finish(
        self, number: int, cells: Sequence[Any], data: dict[str, Any], faults: list[CellProblem], reading: Reading
    ) -> None:
        """Hold a row as a whole to what is asked of it, and put it where it belongs."""
        record = "" if self.named is None else _record(number, cells, self.named, faults)
        if not record and (self.absent or self.required):
            _require(number, data, self.required, self.absent, faults)
        key = "" if faults else key_of(self.spec, data) or _fingerprint(data, self.serial)
        # A row that names its record is only a part of it: rules and formulas are asked of the whole, later.
        if not (faults or record):
            _complete(self.spec, number, data, self.compute, faults)
        for breach in () if faults or record else self.breaches(data):
            if breach.is_error:
                faults.append(CellProblem(number, -1, "", breach.message))
            else:
                reading.doubts.append((number, breach.message))
        if faults:
            reading.problems.extend(faults)
        else:
            reading.rows.append(Row(number, data, key, record))


def _reader(named: FieldSpec, measure: str | None, lookup: Lookup, is_masked: bool) -> Callable[[Any], Any]:
    read = reader_under(named, measure, lookup)
    return (lambda raw: "" if isinstance(raw, str) and STAR in raw else read(raw)) if is_masked else read


def _record(number: int, cells: Sequence[Any], named: int, faults: list[CellProblem]) -> str:
    """The number of a record as a cell names it; blank for a row that is none yet."""
    raw = cells[named]
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


def _require(
    number: int, data: Mapping[str, Any], required: list[ColumnReader], absent: list[str], faults: list[CellProblem]
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
