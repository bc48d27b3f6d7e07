"""A table of a file becomes records: read every cell, compare by key, and tell what would happen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bihuan.base.canonical import loads
from bihuan.base.errors import Invalid
from bihuan.ledger.excel import Table
from bihuan.ledger.field_rights import Right
from bihuan.ledger.lifecycle import Lifecycle, Opening
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.row_reading import CellProblem, Columns, Row, read_rows
from bihuan.ledger.sealed import open_data
from bihuan.ledger.settling import settle
from bihuan.ledger.sight import Sight, mask
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.values import shown

SHOWN_PROBLEMS = 200
_KEYS_AT_ONCE = 500


@dataclass
class Change:
    """What a row would do to a record that is there."""

    row: Row
    record: Record
    changes: dict[str, Any]
    opening: Opening


@dataclass(frozen=True)
class Comparing:
    """What rows are compared by: what fields refer to, what the loop adds, and what the person may see and fill in."""

    lookup: Lookup
    lifecycle: Lifecycle
    sight: Sight | None

    def told(self, field: FieldSpec, value: Any) -> str:
        masked = self.sight is not None and field.code in self.sight.masks(None) and value is not None
        return str(mask(field, value, self.lookup)) if masked else shown(field, value, self.lookup)

    def closed(self, changes: Iterable[str], step: str) -> list[str]:
        """The fields among the changes that the person may not fill in at a step."""
        if self.sight is None:
            return []
        return [code for code in changes if self.sight.right(code, step) is not Right.WRITE]


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


def check_table(
    *,
    ledger: Ledger | None,
    spec: LedgerSpec,
    table: Table,
    columns: Columns,
    lookup: Lookup,
    lifecycle: Lifecycle,
    sight: Sight | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Check:
    """Read the whole table and say what importing it would do. Writes nothing.

    `ledger` is None for one that the table itself will make: then every row is new. `sight` is that of the person who
    imports into one that is there.
    """
    reading = read_rows(spec, table, columns, lookup, progress, sight.masks(None) if sight else frozenset())
    check = Check(rows=reading.count, doubts=list(reading.doubts))
    for problem in reading.problems:
        check.fault(problem)
    rows = _without_duplicates(spec, reading.rows, check)
    known = _known_records(ledger, [row.key for row in rows]) if ledger else {}
    standing = _imported_values(ledger, [record.pk for record in known.values()]) if ledger else {}
    for row in rows:
        record = known.get(row.key)
        if record is None:
            opening = lifecycle.open(row.data)
            check.creates.append((row, opening))
            check.doubts += [(row.number, doubt) for doubt in opening.doubts]
        else:
            _compare(row, record, standing.get(record.pk, {}), spec, Comparing(lookup, lifecycle, sight), check)
    return check


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
            record.data = open_data(ledger.code, record.data)
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
            base.setdefault(record, {}).update(open_data(ledger.code, loads(payload).get("set", {})))
    return base


def _compare(
    row: Row,
    record: Record,
    base: dict[str, Any],
    spec: LedgerSpec,
    by: Comparing,
    check: Check,
) -> None:
    """A cell that says what the last file said is no change, whatever was edited here since."""
    changes: dict[str, Any] = {}
    for code, value in row.data.items():
        if spec.by_code[code].kind == "computed":
            continue
        here = record.data.get(code)
        if value in (here, base.get(code)):
            continue
        if code in base and here != base[code]:
            field = spec.by_code[code]
            message = (
                f"“{field.title}”在系统里已改为“{by.told(field, here)}”，"
                f"表里是“{shown(field, value, by.lookup)}”，请先核对"
            )
            check.fault(CellProblem(row.number, -1, field.title, message))
            return
        changes[code] = value
    if not changes:
        check.unchanged += 1
        return
    closed = by.closed(changes, record.state)
    if closed:
        message = f"在这个环节您不能填写：{'、'.join(spec.by_code[code].title for code in closed)}"
        check.fault(CellProblem(row.number, -1, "", message))
        return
    try:
        changes = settle(spec, record.data, changes)
    except Invalid as error:
        check.fault(CellProblem(row.number, -1, "", str(error)))
        return
    opening = by.lifecycle.change(record, changes)
    if isinstance(opening, str):
        check.fault(CellProblem(row.number, -1, "", opening))
        return
    check.updates.append(Change(row, record, changes, opening))
    check.doubts += [(row.number, doubt) for doubt in opening.doubts]
