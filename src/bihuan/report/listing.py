"""Records in a report: lists by a condition or behind a figure, and the one record that a report is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from bihuan.base import clock
from bihuan.base.errors import Invalid, did_you_mean
from bihuan.expression import ExpressionError
from bihuan.ledger.definitions import find_ledger
from bihuan.ledger.linked_records import ledger_meant, with_records
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.queries import Asked, list_records
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import visible_records
from bihuan.ledger.sight import Sight, sight_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.values import shown
from bihuan.loop.definitions import loop_of
from bihuan.org.actor import Actor
from bihuan.report.document import Run, Table

_SYSTEM_TITLES = {
    "number": "编号",
    "state": "环节",
    "unit": "责任单位",
    "due_at": "期限",
    "opened_at": "发现时间",
    "closed_at": "销号时间",
}
_AT_ONCE = 500


@dataclass(frozen=True)
class Shelf:
    """A ledger as the writer sees it."""

    actor: Actor
    ledger: Ledger
    sight: Sight
    states: dict[str, str]

    @property
    def spec(self) -> LedgerSpec:
        return self.sight.spec


def shelf_of(actor: Actor, ledger: str) -> Shelf:
    """A ledger by its code. Raises NotFound."""
    found = find_ledger(ledger)
    loop = loop_of(found)
    return Shelf(actor, found, sight_of(actor, found), loop.states if loop else {})


def listed_by(
    actor: Actor, ledger: str, where: str, columns: Sequence[str], most: int, *, subject: Record | None, linked: str
) -> Table:
    """The records that a condition holds for and, with `linked`, that point at the subject by that field.

    `inspection.stall` goes over one record between: the field `inspection`, then that record's field `stall`.
    """
    shelf = shelf_of(actor, ledger)
    also = _pointing(shelf, linked, _subject(subject).pk) if linked else Q()
    try:
        rows = list_records(actor, shelf.ledger, shelf.spec, shelf.states, Asked(where=where, also=also))
    except ExpressionError as error:
        raise Invalid(f"材料里的条件式有误：{error}") from error
    return _table(shelf, rows, rows.count(), columns, most)


def listed_behind(actor: Actor, ledger: str, ids: Sequence[int], columns: Sequence[str], most: int) -> Table:
    """The records behind a figure that the writer may see; the rest, and what is too much, is counted."""
    shelf = shelf_of(actor, ledger)
    visible = visible_records(actor, shelf.ledger)
    seen: list[int] = []
    for start in range(0, len(ids), _AT_ONCE):
        if len(seen) < most:
            part = visible.filter(pk__in=ids[start : start + _AT_ONCE])
            seen += part.order_by("due_at", "number").values_list("pk", flat=True)
    rows = visible.filter(pk__in=seen[:most]).order_by("due_at", "number")
    return _table(shelf, rows, len(ids), columns, most)


def told_of(actor: Actor, subject: Record | None, code: str) -> str:
    """A field of the record that the report is about, as the writer sees it. Raises Invalid for an unknown one."""
    record = _subject(subject)
    shelf = shelf_of(actor, record.ledger.code)
    known = {*shelf.spec.by_code, *_SYSTEM_TITLES}
    if code not in known:
        raise Invalid(f"“{shelf.ledger.title}”没有字段“{code}”{did_you_mean(code, sorted(known))}")
    lookup = _lookup(shelf, [record])
    return _cell(shelf, shelf.sight.see(record, lookup), code, lookup)


def _pointing(shelf: Shelf, linked: str, pk: int) -> Q:
    """The condition that records point at one, by a field of theirs or over the record that it names."""
    first, _, second = linked.partition(".")
    field = shelf.spec.by_code.get(first)
    if field is None or field.kind != "record":
        raise Invalid(f"“{shelf.ledger.title}”没有关联记录的字段“{first}”")
    if not second:
        return Q(**{f"data__{first}": pk})
    between = shelf_of(shelf.actor, ledger_meant(shelf.ledger.code.partition(".")[0], field.of))
    found = visible_records(shelf.actor, between.ledger).filter(_pointing(between, second, pk))
    return Q(**{f"data__{first}__in": list(found.values_list("pk", flat=True)[:_AT_ONCE])})


def _subject(subject: Record | None) -> Record:
    if subject is None:
        raise Invalid("这份材料没有写明是关于哪一条记录的：材料的定义里要有 subject")
    return subject


def _lookup(shelf: Shelf, records: Iterable[Record]) -> Lookup:
    data = [record.data for record in records]
    plain = lookup_for(shelf.spec, shelf.actor.tree)
    return with_records(plain, actor=shelf.actor, ledger=shelf.ledger.code, spec=shelf.spec, data=data)


def _table(shelf: Shelf, rows: QuerySet[Record], count: int, columns: Sequence[str], most: int) -> Table:
    chosen = list(columns) or [field.code for field in shelf.spec.list_columns]
    taken = list(rows[:most])
    lookup = _lookup(shelf, taken)
    listed = [shelf.sight.see(record, lookup) for record in taken]
    cells = [tuple((Run(_cell(shelf, record, code, lookup)),) for code in chosen) for record in listed]
    left = count - len(listed)
    if left:
        cells.append(tuple((Run(f"另有 {left:,} 条" if place == 0 else ""),) for place in range(len(chosen))))
    return Table(tuple(_title(code, shelf.spec) for code in chosen), tuple(cells), shelf.ledger.title)


def _title(code: str, spec: LedgerSpec) -> str:
    return spec.by_code[code].title if code in spec.by_code else _SYSTEM_TITLES.get(code, code)


def _cell(shelf: Shelf, record: Record, code: str, lookup: Lookup) -> str:
    """What a list shows of a record as the writer sees it."""
    if code in shelf.spec.by_code:
        return shown(shelf.spec.by_code[code], record.data.get(code), lookup)
    match code:
        case "state":
            return shelf.states.get(record.state, record.state)
        case "unit":
            return lookup.unit_names.get(record.unit_id or 0, "")
        case "number":
            return record.number
        case "due_at" | "opened_at" | "closed_at":
            moment = getattr(record, code)
            return clock.local_date(moment).isoformat() if moment else ""
    return ""
