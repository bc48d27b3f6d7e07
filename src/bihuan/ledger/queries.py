"""Reads of records: one list with its conditions, one record's history. All start from what the actor may see."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Q, QuerySet
from django.db.models.expressions import RawSQL

from bihuan.base import clock
from bihuan.base.canonical import loads
from bihuan.expression import Checked, compile_check, to_postgresql, to_sqlite
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.projection import RecordState, apply, put
from bihuan.ledger.resealing import RESEALED
from bihuan.ledger.rules import visible_records
from bihuan.ledger.search import containing, narrowed, newest_first, searched_fields
from bihuan.ledger.sight import Sight, sight_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import Lookup
from bihuan.org.actor import Actor

SYSTEM_ORDER = {
    "number": "number",
    "due": "due_at",
    "opened": "opened_at",
    "closed": "closed_at",
    "updated": "updated_at",
    "state": "state",
    "unit": "unit_id",
}
NO_LOOKUP = Lookup()
_MOST_WORDS = 8
_MOST_ORDERS = 5


@dataclass(frozen=True)
class Asked:
    """What a list is asked for. `where` is an expression; `order` columns with commas between, descending
    ones with a minus; among equals the newest comes first."""

    words: str = ""
    unit: int | None = None
    state: str = ""
    where: str = ""
    order: str = ""
    also: Q = field(default_factory=Q)


def list_records(
    actor: Actor, ledger: Ledger, spec: LedgerSpec, states: dict[str, str], asked: Asked
) -> QuerySet[Record]:
    """The records of a ledger that the actor may see and that were asked for, in order.

    Raises ExpressionError if `where` is not an expression over what the actor may ask of the ledger, and Invalid for
    an order that they may not ask for.
    """
    rows = visible_records(actor, ledger)
    if asked.also:
        rows = rows.filter(asked.also)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.unit:
        rows = rows.filter(unit__in=sorted(actor.tree.within(asked.unit)))
    sight = sight_of(actor, ledger)
    if words := asked.words.split()[:_MOST_WORDS]:
        rows = containing(rows, actor, ledger, searched_fields(sight.whole, sight.searched), words)
    if asked.where.strip():
        checked = compile_check(asked.where, sight.names(states))
        rows = matching(rows if words else narrowed(rows, ledger, sight.whole, checked.tree), checked)
    for word in order_words(asked.order):
        sight.require_sortable(word.removeprefix("-"))
    return rows.order_by(*_order(spec, asked.order), newest_first(rows))


def matching(rows: QuerySet[Record], checked: Checked) -> QuerySet[Record]:
    """The rows for which a checked expression is true."""
    render = to_postgresql if connection.vendor == "postgresql" else to_sqlite
    sql = render(checked, alias=Record._meta.db_table, today=clock.today(), now=clock.now())  # noqa: SLF001 - Django's documented model API
    return rows.filter(RawSQL(f"({sql.text})", sql.params, output_field=BooleanField()))  # noqa: S611 - rendered from a checked tree, literals as parameters


def order_words(order: str) -> list[str]:
    """The columns that an order names, each once, those of descending ones with a minus."""
    words = {word.removeprefix("-"): word for word in reversed(order.split(",")[:_MOST_ORDERS]) if word}
    return list(reversed(words.values()))


def _order(spec: LedgerSpec, order: str) -> list[Any]:
    """By columns; where one is blank last, on every engine. A word that names none is left out."""
    found = []
    for word in order_words(order):
        name = word.removeprefix("-")
        column = SYSTEM_ORDER.get(name) or (f"data__{name}" if name in spec.by_code else "")
        if column:
            way = F(column).desc(nulls_last=True) if word.startswith("-") else F(column).asc(nulls_last=True)
            found.append(way)
    return found


@dataclass(frozen=True)
class Step:
    """One event of a record's history, with each changed field before and after."""

    event: Event
    changes: tuple[tuple[str, Any, Any], ...]
    system: Mapping[str, Any]
    detail: Mapping[str, Any]


def history(record: Record) -> list[Step]:
    """A record's events in order, with what each changed, as it is stored; `seen_history` is what may be shown."""
    data: dict[str, Any] = {}
    steps: list[Step] = []
    for event in Event.objects.filter(record=record).select_related("person").order_by("version"):
        payload = loads(event.payload)
        fresh = payload.get("set", {})
        # Sealing anew changes no value.
        told = {} if event.kind == RESEALED else fresh
        changes = tuple((code, data.get(code), value) for code, value in told.items())
        data.update(fresh)
        steps.append(Step(event, changes, payload.get("system", {}), payload.get("detail", {})))
    return steps


def seen_history(
    record: Record, sight: Sight, lookup: Lookup = NO_LOOKUP, steps: list[Step] | None = None
) -> list[Step]:
    """A record's history as a person sees it. The caller has checked their right to see the record."""
    stored = history(record) if steps is None else steps
    return [replace(step, changes=sight.see_changes(record, step.changes, lookup)) for step in stored]


def records_on(ledger: Ledger, at: datetime) -> Iterator[Record]:
    """A ledger's records as they were at an instant, unsaved, in order of their making: one read of its events.

    They are replayed from what had taken effect by then, whenever it was recorded. One that was not yet opened then
    is absent, and so is one that was deleted.
    """
    events = Event.objects.filter(ledger=ledger, effective_at__lte=at).order_by("record_id", "version")
    columns = ("record_id", "payload", "effective_at")
    for pk, some in groupby(events.values_list(*columns).iterator(2_000), key=lambda event: event[0]):
        state = RecordState()
        moments: list[datetime] = []
        for _, payload, effective_at in some:
            state = apply(state, loads(payload))
            moments.append(effective_at)
        if state.number and not state.deleted:
            record = Record(pk=pk, ledger=ledger, created_at=moments[0], updated_at=max(moments))
            yield put(state, record)
