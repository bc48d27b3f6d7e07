"""A table of a file becomes records: read every cell, find each row's record, and tell what would happen."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from bihuan.base.errors import Invalid
from bihuan.base.many_rows import many_rows
from bihuan.ledger.cell_merge import Clash, Side, merge_cells
from bihuan.ledger.excel import Table
from bihuan.ledger.export_mark import Mark
from bihuan.ledger.field_rights import Right
from bihuan.ledger.lifecycle import Lifecycle, Opening
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.new_rows import NewRows
from bihuan.ledger.past_terms import PastTerms
from bihuan.ledger.row_reading import NUMBER, Block, CellProblem, Columns, Row, read_rows
from bihuan.ledger.settling import settle
from bihuan.ledger.sight import Sight, mask
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.standing_records import Standing, is_anybody, standing_records
from bihuan.ledger.types import Lookup
from bihuan.ledger.unreported import marked
from bihuan.ledger.values import key_of, shown

SHOWN_PROBLEMS = 200


@dataclass
class Change:
    """What a row would do to a record that is there."""

    row: Row
    record: Record
    changes: dict[str, Any]
    opening: Opening


@dataclass(frozen=True)
class Conflict:
    """A cell that was changed here and in the file, each to another value. `row` is the row of the sheet."""

    row: int
    record: Record
    field: FieldSpec
    clash: Clash


@dataclass(frozen=True)
class Back:
    """A file that comes back: the mark of the export it was, and which side a person chose for each clash.

    `chosen` is asked with record, field and clash, so that no choice outlives what it was made of.
    """

    mark: Mark | None = None
    chosen: Callable[[int, str, Clash], Side | None] = lambda _record, _code, _clash: None


@dataclass
class Check:
    """Everything known about an import before a thing is written.

    `conflicts` are the cells still to be settled: their rows are among the failed ones; `settled` were, by a person.
    `kept` counts the cells that were changed only here. `removed` are the records that were exported and stand no more
    in the file: nothing happens to them.
    """

    creates: NewRows = field(default_factory=NewRows)
    updates: list[Change] = field(default_factory=list)
    unchanged: int = 0
    problems: list[CellProblem] = field(default_factory=list)
    failed_rows: set[int] = field(default_factory=set)
    doubts: list[tuple[int, str]] = field(default_factory=list)
    rows: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    settled: list[Conflict] = field(default_factory=list)
    kept: int = 0
    removed: list[Record] = field(default_factory=list)

    def create(self, row: Row, opening: Opening) -> None:
        self.creates.append(row, opening)
        self.doubts += [(row.number, doubt) for doubt in opening.doubts]

    def fault(self, problem: CellProblem) -> None:
        self.problems.append(problem)
        self.failed_rows.add(problem.row)


@dataclass(frozen=True)
class _Rules:
    """What a row is held to."""

    spec: LedgerSpec
    columns: Columns
    lookup: Lookup
    lifecycle: Lifecycle
    back: Back
    sight: Sight | None

    def told(self, named: FieldSpec, value: Any) -> str:
        """A value in a message, masked where the person sees no more of it."""
        masked = self.sight is not None and named.code in self.sight.masks(None) and value is not None
        return str(mask(named, value, self.lookup)) if masked else shown(named, value, self.lookup)

    def closed(self, code: str, step: str) -> bool:
        """Whether the person may not fill in a field at a step."""
        return self.sight is not None and self.sight.right(code, step) is not Right.WRITE

    def may_be_blanked(self, code: str, step: str) -> bool:
        """Whether a blank cell of an exported file means that the person blanked it, and not that they saw nothing."""
        return not (self.closed(code, step) or (self.sight and code in self.sight.masks(None)))


@many_rows()
def check_table(
    *,
    ledger: Ledger | None,
    spec: LedgerSpec,
    table: Table,
    columns: Columns,
    lookup: Lookup,
    lifecycle: Lifecycle,
    visible: QuerySet[Record] | None = None,
    sight: Sight | None = None,
    back: Back | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Check:
    """Read the whole table and say what importing it would do. Writes nothing.

    `ledger` is None for one that the table itself will make: then every row is new. A row that names a record by
    number finds it among `visible`, those that the actor may see; any other is looked for by its key. `sight` is
    that of the person who imports into a ledger that is there.
    """
    check, back = Check(), back or Back()
    rules = _Rules(spec, columns, lookup, lifecycle, back, sight)
    seen: dict[str, int] = {}
    touched: dict[int, int] = {}
    masked = sight.masks(None) if sight else frozenset()
    terms = PastTerms(ledger, lookup) if ledger else None
    for reading in read_rows(spec, table, columns, lookup, progress, masked, lifecycle.looks_at):
        check.rows += reading.count
        check.doubts += reading.doubts
        for problem in reading.problems:
            check.fault(problem)
        if reading.block and _creates_all(reading.block, ledger, rules, seen, check):
            continue
        rows = _without_duplicates(spec, reading.rows, seen, check)
        standing = standing_records(ledger, rows, back.mark, visible, terms) if ledger and terms else Standing()
        for row in rows:
            _check_row(row, standing, rules, touched, check)
    whole = standing_records(ledger, (), back.mark, visible, terms) if ledger and terms else Standing()
    _require_free_keys(whole, rules, check)
    check.removed = whole.removed(touched)
    return check


def _creates_all(block: Block, ledger: Ledger | None, rules: _Rules, seen: dict[str, int], check: Check) -> bool:
    """Take rows as new records all at once, if each is one, and none has to be looked at by itself."""
    names = set(block.keys)
    if len(names) < len(block.keys) or not seen.keys().isdisjoint(names) or "{}" in block.texts:
        return False
    if ledger and is_anybody(ledger, block.keys):
        return False
    openings = rules.lifecycle.open_all(block.opens, len(block.numbers))
    if openings is None:
        return False
    seen.update(zip(block.keys, block.numbers, strict=True))
    check.creates.append_block(block, openings)
    return True


def _check_row(row: Row, standing: Standing, rules: _Rules, touched: dict[int, int], check: Check) -> None:
    """What one row would do: a new record, a change of one, or a fault."""
    record = standing.of(row)
    if record is None and row.record:
        message = f"没有编号为“{row.record[:60]}”的记录，或它不在您的查看范围内；新的记录请把编号空着"
        check.fault(CellProblem(row.number, -1, "编号", message))
    elif record is None and row.key in standing.merged:
        check.unchanged += 1
        check.doubts.append((row.number, f"已并入“{standing.merged[row.key]}”，不再另开"))
    elif record is None:
        check.create(row, rules.lifecycle.open(row.data if row.opens is None else row.opens))
    elif (again := rules.lifecycle.again(record, row.data)) is not None:
        check.create(row, again)
    elif record.pk in touched:
        message = f"与第 {touched[record.pk]} 行是同一条记录 {record.number}，一条记录只能出现一次"
        check.fault(CellProblem(row.number, -1, "", message))
    else:
        touched[record.pk] = row.number
        _compare(row, record, standing, rules, check)


def _without_duplicates(spec: LedgerSpec, rows: list[Row], first: dict[str, int], check: Check) -> list[Row]:
    """The rows that mean no record that an earlier one means; `first` holds the row of each from portion to portion."""
    names = {row.key for row in rows}
    if len(names) == len(rows) and first.keys().isdisjoint(names) and not any(row.record for row in rows):
        first.update((row.key, row.number) for row in rows)
        return rows
    kept: list[Row] = []
    titles = "、".join(spec.by_code[code].title for code in spec.key)
    for row in rows:
        name = f"{NUMBER}:{row.record}" if row.record else row.key
        if name in first:
            what = "编号" if row.record else titles
            message = f"与第 {first[name]} 行的{what}相同，一条记录只能出现一次"
            check.fault(CellProblem(row.number, -1, what, message))
            continue
        first[name] = row.number
        kept.append(row)
    return kept


def _compare(row: Row, record: Record, standing: Standing, rules: _Rules, check: Check) -> None:
    """A cell that says what was exported, or what the last file said, is no change, whatever was edited here since."""
    here, base = marked(rules.spec, record.data), marked(rules.spec, standing.base(record))
    theirs = _theirs(row, record, base, standing.exported, rules)
    found = merge_cells(base, theirs, here, {})
    chosen = {
        code: side for code, clash in found.clashes.items() if (side := rules.back.chosen(record.pk, code, clash))
    }
    check.settled += [Conflict(row.number, record, rules.spec.by_code[code], found.clashes[code]) for code in chosen]
    merged = merge_cells(base, theirs, here, chosen)
    check.kept += len(merged.kept)
    if merged.clashes:
        _tell_clashes(row, record, merged.clashes, rules, check)
        return
    if not merged.changes:
        check.unchanged += 1
        return
    problem = _closed(merged.changes, record, rules) or _blanked(merged.changes, rules.spec)
    try:
        changes = settle(rules.spec, record.data, merged.changes)
    except Invalid as error:
        problem = problem or str(error)
    if problem:
        check.fault(CellProblem(row.number, -1, "", problem))
        return
    opening = rules.lifecycle.change(record, changes)
    if isinstance(opening, str):
        check.fault(CellProblem(row.number, -1, "", opening))
        return
    check.updates.append(Change(row, record, changes, opening))
    check.doubts += [(row.number, doubt) for doubt in opening.doubts]


def _closed(changes: Mapping[str, Any], record: Record, rules: _Rules) -> str:
    titles = [rules.spec.by_code[code].title for code in changes if rules.closed(code, record.state)]
    return f"在这个环节您不能填写：{'、'.join(titles)}" if titles else ""


def _theirs(
    row: Row, record: Record, base: Mapping[str, Any], exported: Collection[str], rules: _Rules
) -> dict[str, Any]:
    """What a row says: its values, and None for a cell that was exported with a value and has been blanked."""
    said = marked(rules.spec, row.data).items()
    data = {code: value for code, value in said if rules.spec.by_code[code].kind != "computed"}
    if rules.back.mark is None or not row.record:
        return data
    blanked = [code for code in rules.columns.values() if code in exported and base.get(code) is not None]
    return {code: None for code in blanked if rules.may_be_blanked(code, record.state)} | data


def _blanked(changes: Mapping[str, Any], spec: LedgerSpec) -> str:
    blanked = [spec.by_code[code] for code, value in changes.items() if value is None]
    titles = [f"“{named.title}”" for named in blanked if named.required]
    return f"{'、'.join(titles)}必须填写" if titles else ""


def _tell_clashes(row: Row, record: Record, clashes: Mapping[str, Clash], rules: _Rules, check: Check) -> None:
    for code, clash in clashes.items():
        named = rules.spec.by_code[code]
        here, there = (rules.told(named, value) or "空" for value in (clash.ours, clash.theirs))
        message = f"“{named.title}”在系统里已改为“{here}”，表里是“{there}”，请先核对"
        check.conflicts.append(Conflict(row.number, record, named, clash))
        check.fault(CellProblem(row.number, -1, named.title, message))


def _require_free_keys(standing: Standing, rules: _Rules, check: Check) -> None:
    """A record found by its number may be given another key, but none that is another's."""
    if not check.updates or not set(rules.spec.key) & set(rules.columns.values()):
        return
    fresh = [(change, key_of(rules.spec, {**change.record.data, **change.changes})) for change in check.updates]
    moved = [(change, key) for change, key in fresh if key and key != change.record.key]
    taken = {row.key for row, _ in check.creates} | standing.taken([key for _, key in moved])
    for change, key in moved:
        if key in taken:
            titles = "、".join(rules.spec.by_code[code].title for code in rules.spec.key)
            check.fault(CellProblem(change.row.number, -1, titles, f"已有一条{titles}相同的记录"))
            check.updates.remove(change)
        taken.add(key)
