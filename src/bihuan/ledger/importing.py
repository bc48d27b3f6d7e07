"""A table of a file becomes records: read every cell, compare by key, and tell what would happen."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bihuan.base.canonical import dumps, loads
from bihuan.ledger.excel import CellError, Table, column_letter
from bihuan.ledger.lifecycle import Lifecycle, Opening
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE, BadValue, Lookup, is_blank
from bihuan.ledger.values import key_of, shown

SHOWN_PROBLEMS = 200
MISSING_MARKS = frozenset({"--", "—", "——", "-", "/", "N/A", "n/a", "NA", "无数据"})
_KEYS_AT_ONCE = 500


@dataclass(frozen=True)
class CellProblem:
    """A cell that cannot be taken, by its place in the sheet."""

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


@dataclass
class Change:
    """What a row would do to a record that is there."""

    row: Row
    record: Record
    changes: dict[str, Any]
    opening: Opening


@dataclass
class Check:
    """Everything known about an import before a thing is written."""

    creates: list[tuple[Row, Opening]] = field(default_factory=list)
    updates: list[Change] = field(default_factory=list)
    unchanged: int = 0
    problems: list[CellProblem] = field(default_factory=list)
    failed_rows: set[int] = field(default_factory=set)
    doubts: list[tuple[int, str]] = field(default_factory=list)
    rows: int = 0

    def fault(self, problem: CellProblem) -> None:
        self.problems.append(problem)
        self.failed_rows.add(problem.row)


Columns = Mapping[int, str]
"""Column of the sheet -> field code."""


def check_table(
    *,
    ledger: Ledger | None,
    spec: LedgerSpec,
    table: Table,
    columns: Columns,
    lookup: Lookup,
    lifecycle: Lifecycle,
    progress: Callable[[int], None] = lambda _: None,
) -> Check:
    """Read the whole table and say what importing it would do. Writes nothing.

    `ledger` is None for one that the table itself will make: then every row is new.
    """
    check = Check()
    rows = _read_rows(spec, table, columns, lookup, check, progress)
    rows = _without_duplicates(spec, rows, check)
    known = _known_records(ledger, [row.key for row in rows]) if ledger else {}
    standing = _imported_values(ledger, [record.pk for record in known.values()]) if ledger else {}
    for row in rows:
        record = known.get(row.key)
        if record is None:
            opening = lifecycle.open(row.data)
            check.creates.append((row, opening))
            check.doubts += [(row.number, doubt) for doubt in opening.doubts]
        else:
            _compare(row, record, standing.get(record.pk, {}), spec, lookup, lifecycle, check)
    return check


def _read_rows(
    spec: LedgerSpec,
    table: Table,
    columns: Columns,
    lookup: Lookup,
    check: Check,
    progress: Callable[[int], None],
) -> list[Row]:
    chosen = [(index, spec.by_code[code]) for index, code in columns.items()]
    readers = [(index, kept, _reader(kept, lookup)) for index, kept in chosen]
    required = [item for item in spec.fields if item.required]
    absent = [item.title for item in required if item.code not in columns.values()]
    serial: Counter[str] = Counter()
    rows: list[Row] = []
    places = {column.index: place for place, column in enumerate(table.columns)}
    for number, cells in table.rows():
        check.rows += 1
        if check.rows % 2_000 == 0:
            progress(check.rows)
        data: dict[str, Any] = {}
        before = len(check.problems)
        for index, kept, read in readers:
            _read_cell(cells[places[index]], number, index, kept, read, data, check)
        for wanted in required:
            if wanted.code not in data and wanted.title not in absent:
                column = next(index for index, code in columns.items() if code == wanted.code)
                if not any(p.column == column for p in check.problems[before:]):
                    check.fault(CellProblem(number, column, wanted.title, f"“{wanted.title}”必须填写"))
        if absent:
            check.fault(CellProblem(number, -1, "", f"表中没有必填的列：{'、'.join(absent)}"))
        if len(check.problems) == before:
            rows.append(Row(number, data, key_of(spec, data) or _fingerprint(data, serial)))
    return rows


def _reader(field: FieldSpec, lookup: Lookup) -> Callable[[Any], Any]:
    return BY_CODE[field.kind].reader(field, lookup)


def _read_cell(
    raw: Any,
    number: int,
    index: int,
    field: FieldSpec,
    read: Callable[[Any], Any],
    data: dict[str, Any],
    check: Check,
) -> None:
    if is_blank(raw):
        return
    if isinstance(raw, CellError):
        check.fault(CellProblem(number, index, field.title, f"表格里显示的是错误值 {raw}"))
        return
    if isinstance(raw, str) and field.kind not in ("text", "longtext") and raw.strip() in MISSING_MARKS:
        return
    try:
        data[field.code] = read(raw)
    except BadValue as error:
        check.fault(CellProblem(number, index, field.title, str(error)))


def _fingerprint(data: dict[str, Any], serial: Counter[str]) -> str:
    """The key of a row in a ledger without one: what it says, and which of several that say the same it is."""
    digest = hashlib.sha256(dumps(data).encode()).hexdigest()[:32]
    serial[digest] += 1
    return f"row:{digest}:{serial[digest]}"


def _without_duplicates(spec: LedgerSpec, rows: list[Row], check: Check) -> list[Row]:
    first: dict[str, int] = {}
    kept: list[Row] = []
    titles = "、".join(spec.by_code[code].title for code in spec.key)
    for row in rows:
        if row.key in first:
            message = f"与第 {first[row.key]} 行的{titles}相同，一条记录只能出现一次"
            check.fault(CellProblem(row.number, -1, titles, message))
            continue
        first[row.key] = row.number
        kept.append(row)
    return kept


def _known_records(ledger: Ledger, keys: list[str]) -> dict[str, Record]:
    known: dict[str, Record] = {}
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        for record in Record.objects.filter(ledger=ledger, deleted=False, key__in=some):
            known[record.key or ""] = record
    return known


def _imported_values(ledger: Ledger, records: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What the last files said of each record: the common base against which a new file is compared."""
    base: dict[int, dict[str, Any]] = {}
    ids = list(records)
    for start in range(0, len(ids), _KEYS_AT_ONCE):
        events = Event.objects.filter(
            ledger=ledger,
            record__in=ids[start : start + _KEYS_AT_ONCE],
            kind__in=("imported", "updated_by_file"),
        ).order_by("record_id", "version")
        for record, payload in events.values_list("record_id", "payload"):
            base.setdefault(record, {}).update(loads(payload).get("set", {}))
    return base


def _compare(
    row: Row,
    record: Record,
    base: dict[str, Any],
    spec: LedgerSpec,
    lookup: Lookup,
    lifecycle: Lifecycle,
    check: Check,
) -> None:
    """A cell that says what the last file said is no change, whatever was edited here since."""
    changes: dict[str, Any] = {}
    for code, value in row.data.items():
        here = record.data.get(code)
        if value in (here, base.get(code)):
            continue
        if code in base and here != base[code]:
            field = spec.by_code[code]
            message = (
                f"“{field.title}”在系统里已改为“{shown(field, here, lookup)}”，"
                f"表里是“{shown(field, value, lookup)}”，请先核对"
            )
            check.fault(CellProblem(row.number, -1, field.title, message))
            return
        changes[code] = value
    if not changes:
        check.unchanged += 1
        return
    opening = lifecycle.change(record, changes)
    if isinstance(opening, str):
        check.fault(CellProblem(row.number, -1, "", opening))
        return
    check.updates.append(Change(row, record, changes, opening))
    check.doubts += [(row.number, doubt) for doubt in opening.doubts]
