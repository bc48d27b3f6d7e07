"""Reads the rows of a table into data by field, cell by cell, noting every fault with its place."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bihuan.base.canonical import dumps, loads
from bihuan.base.errors import Invalid
from bihuan.ledger.column_reading import ColumnReader, Faults, column_reader
from bihuan.ledger.column_sweeps import Stored, sweep_of
from bihuan.ledger.excel import CellError, Table, column_letter
from bihuan.ledger.record_checks import checker
from bihuan.ledger.sheet_measure import is_other_measure, reader_under
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BadValue, Lookup, is_blank
from bihuan.ledger.types.base import as_text
from bihuan.ledger.types.formula import Computer, computer
from bihuan.ledger.unreported import stored
from bihuan.ledger.values import key_of, key_texts
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


class Row:
    """A row of the sheet that read well: its data by field, or the canonical JSON of them, from which they are read.

    `record` is the number of the record that the row names; empty where it names none. `opens` are at least those of
    the data that say how a new record opens.
    """

    __slots__ = ("_data", "_text", "key", "number", "opens", "record")

    def __init__(
        self,
        number: int,
        data: dict[str, Any] | None,
        key: str,
        record: str = "",
        *,
        text: str = "",
        opens: dict[str, Any] | None = None,
    ) -> None:
        self.number, self.key, self.record = number, key, record
        self._data, self._text, self.opens = data, text, opens

    @property
    def data(self) -> dict[str, Any]:
        if self._data is None:
            self._data = loads(self._text)
        return self._data

    @property
    def text(self) -> str:
        """The data as canonical JSON."""
        return self._text or dumps(self._data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and (
            (self.number, self.key, self.record, self.data) == (other.number, other.key, other.record, other.data)
        )

    __hash__ = None  # type: ignore[assignment] # its data are not fixed


@dataclass(frozen=True)
class Block:
    """Rows that all read well, by column: their numbers in the sheet, keys, data as canonical JSON, `opens` by code."""

    numbers: Sequence[int]
    keys: Sequence[str]
    texts: Sequence[str]
    opens: Mapping[str, Sequence[Any]]

    def rows(self) -> list[Row]:
        """The same one by one."""
        opens = zip(*self.opens.values(), strict=True) if self.opens else [()] * len(self.numbers)
        rows = zip(self.numbers, self.keys, self.texts, opens, strict=True)
        codes = tuple(self.opens)
        return [
            Row(number, None, key, text=text, opens=dict(zip(codes, values, strict=True)))
            for number, key, text, values in rows
        ]


@dataclass(frozen=True)
class Reading:
    """Some rows of a table: those that read well, the faults of the others, and what looks doubtful.

    Where all read well and nothing is asked of each alone, they are a `block`.
    """

    single: list[Row] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    doubts: list[tuple[int, str]] = field(default_factory=list)
    count: int = 0
    block: Block | None = None

    @property
    def rows(self) -> list[Row]:
        return self.block.rows() if self.block else self.single


def read_rows(
    spec: LedgerSpec,
    table: Table,
    columns: Columns,
    lookup: Lookup,
    progress: Callable[[int], None],
    masked: Collection[str] = (),
    looks_at: frozenset[str] | None = None,
) -> Iterator[Reading]:
    """Read every row, some at a time. Blank cells are absent from the data; marks such as "--" are blank but in text.

    So is what a mask left of personal data, in the `masked` fields: the file was exported by someone who saw no more.
    `looks_at` are the fields that a new record opens by; None for all of them.
    """
    rows = _Rows(spec, table, columns, lookup, masked)
    rows.opening = None if looks_at is None else [c for c in rows.columns if c.field.code in looks_at]
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
            _column_reader(places[index], index, found, measures[index], lookup, is_masked=found.code in masked)
            for index, found in chosen.items()
        ]
        self.named = next((places[index] for index, code in columns.items() if code == NUMBER), None)
        self.absent = [f.title for f in spec.fields if f.required and f.code not in columns.values()]
        self.required = [column for column in self.columns if column.field.required]
        self.breaches, self.compute = checker(spec), computer(spec)
        self.serial = Counter[str]()
        self.opening: list[ColumnReader] | None = None
        kinds = {found.kind for found in spec.fields}
        # Nothing is asked of such a row as a whole, beyond what is required.
        self.apart = not (
            self.absent or spec.checks or "computed" in kinds or spec.may_be_unreported or self.named is not None
        )

    def read(self, some: Sequence[tuple[int, Sequence[Any]]]) -> Reading:
        """Read a portion of rows, each with its number in the sheet."""
        reading = Reading(count=len(some))
        faults: dict[int, list[CellProblem]] = {}
        cells_of = list(zip(*(cells for _, cells in some), strict=True))
        stored = [self._column(column, cells_of[column.place], some, faults) for column in self.columns]
        by_code = {column.field.code: found for column, found in zip(self.columns, stored, strict=True)}
        if self.apart and not faults and not any(None in by_code[column.field.code].values for column in self.required):
            return Reading(count=len(some), block=self._whole([number for number, _ in some], by_code))
        values = [found.values for found in stored]
        codes = [column.field.code for column in self.columns]
        for place, ((number, cells), row) in enumerate(zip(some, zip(*values, strict=True), strict=True)):
            data = {code: value for code, value in zip(codes, row, strict=True) if value is not None}
            self._finish(number, cells, data, faults.get(place, []), reading)
        return reading

    def _whole(self, numbers: Sequence[int], stored: Mapping[str, Stored]) -> Block:
        """Rows without a fault, written down column by column."""
        columns = sorted(self.columns, key=lambda column: column.field.code)
        members = [column.member(stored[column.field.code]) for column in columns]
        texts = _objects("".join(template for template, _ in members), [parts for _, parts in members])
        values = {code: found.values for code, found in stored.items()}
        opening = columns if self.opening is None else self.opening
        opens = {column.field.code: values[column.field.code] for column in opening}
        return Block(numbers, list(self._keys(values, texts)), texts, opens)

    def _keys(self, values: Mapping[str, list[Any]], texts: Sequence[str]) -> Iterable[str]:
        codes = self.spec.key
        if not codes:
            return (_fingerprint(text, self.serial) for text in texts)
        absent = [None] * len(texts)
        parts = [values.get(code, absent) for code in codes]
        if any(self.spec.by_code[code].encrypted for code in codes):
            found = [key_of(self.spec, dict(zip(codes, row, strict=True))) for row in zip(*parts, strict=True)]
        else:
            found = key_texts(parts)
        return [key or _fingerprint(text, self.serial) for key, text in zip(found, texts, strict=True)]

    def _column(
        self,
        column: ColumnReader,
        raws: Sequence[Any],
        some: Sequence[tuple[int, Sequence[Any]]],
        faults: dict[int, list[CellProblem]],
    ) -> Stored:
        found: Faults = []
        stored = column.stored(raws, found)
        for place, message in found:
            problem = CellProblem(some[place][0], column.index, column.field.title, message)
            faults.setdefault(place, []).append(problem)
        return stored

    def _finish(
        self, number: int, cells: Sequence[Any], data: dict[str, Any], faults: list[CellProblem], reading: Reading
    ) -> None:
        """Hold a row as a whole to what is asked of it, and put it where it belongs."""
        record = "" if self.named is None else _record(number, cells, self.named, faults)
        if not record and (self.absent or self.required):
            _require(number, data, self.required, self.absent, faults)
        key = "" if faults else key_of(self.spec, data) or _fingerprint(dumps(data), self.serial)
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
            reading.single.append(Row(number, data, key, record))


def _column_reader(
    place: int, index: int, named: FieldSpec, measure: str | None, lookup: Lookup, *, is_masked: bool
) -> ColumnReader:
    read = reader_under(named, measure, lookup)
    if is_masked:
        return column_reader(place, index, named, lambda raw: "" if isinstance(raw, str) and STAR in raw else read(raw))
    as_it_is = not named.unreported and not is_other_measure(named, measure)
    return column_reader(place, index, named, read, sweep_of(named) if as_it_is else None)


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


def _objects(template: str, parts: Sequence[Sequence[str]]) -> list[str]:
    """JSON objects of members by column, each of which begins with a comma in its template or in what it takes."""
    rows = zip(*parts, strict=True)
    if template.startswith(","):
        whole = f"{{{template[1:]}}}"
        return [whole % row for row in rows]
    return ["{" + (template % row)[1:] + "}" for row in rows]


def _fingerprint(text: str, serial: Counter[str]) -> str:
    """The key of a row in a ledger without one: what it says, and which of several that say the same it is."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    serial[digest] += 1
    return f"row:{digest}:{serial[digest]}"
