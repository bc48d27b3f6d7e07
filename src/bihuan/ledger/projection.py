"""The fold: a record's state is what its events make of it, in order, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from bihuan.ledger.models import Record

SYSTEM_FIELDS = (
    "number",
    "key",
    "unit",
    "state",
    "opened_at",
    "due_at",
    "closed_at",
    "loop",
    "deleted",
    "creator",
    "assignee",
)
_MOMENTS = ("opened_at", "due_at", "closed_at")


@dataclass(frozen=True)
class RecordState:
    """A record as its events have made it so far."""

    number: str = ""
    key: str | None = None
    unit: int | None = None
    state: str = ""
    opened_at: datetime | None = None
    due_at: datetime | None = None
    closed_at: datetime | None = None
    loop: dict[str, Any] = field(default_factory=dict)
    deleted: bool = False
    creator: int | None = None
    assignee: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    version: int = 0


STATE_FIELDS = tuple(RecordState.__dataclass_fields__)
_EVERY_PLACE = tuple(range(len(STATE_FIELDS)))


def apply(state: RecordState, payload: dict[str, Any]) -> RecordState:
    """The state after one more event. `set` holds fields (null clears one), `system` the columns beside them."""
    changes = payload.get("set")
    fresh: dict[str, Any] = {**vars(state), **payload.get("system", {}), "version": state.version + 1}
    for name in _MOMENTS:
        if fresh[name].__class__ is str:
            fresh[name] = _moment(fresh[name])
    if changes:
        merged = {**state.data, **changes}
        fresh["data"] = {name: value for name, value in merged.items() if value is not None}
    return RecordState(**fresh)


@lru_cache(maxsize=8_192)
def _moment(value: str) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def state_of(record: Record) -> RecordState:
    """The state that a record's row holds."""
    return RecordState(
        number=record.number,
        key=record.key,
        unit=record.unit_id,
        state=record.state,
        opened_at=record.opened_at,
        due_at=record.due_at,
        closed_at=record.closed_at,
        loop=record.loop,
        deleted=record.deleted,
        creator=record.creator_id,
        assignee=record.assignee_id,
        data=record.data,
        version=record.version,
    )


def states_of(records: QuerySet[Record]) -> Iterator[tuple[int, RecordState]]:
    """The states of many records by their ids, without making a model instance of each."""
    for pk, *values in records.values_list("pk", *STATE_FIELDS):
        yield pk, RecordState(*values)


def moved_places(before: RecordState | None, after: RecordState) -> tuple[int, ...]:
    """The places among STATE_FIELDS of what differs between two states; all of them where nothing is known before."""
    if before is None:
        return _EVERY_PLACE
    was, is_now = vars(before), vars(after)
    return tuple([place for place, name in enumerate(STATE_FIELDS) if was[name] != is_now[name]])


def put(state: RecordState, record: Record) -> Record:
    """Write a state into a row, unsaved: for showing a record as it was."""
    record.number, record.key, record.unit_id = state.number, state.key, state.unit
    record.state, record.loop, record.deleted = state.state, state.loop, state.deleted
    record.opened_at, record.due_at, record.closed_at = state.opened_at, state.due_at, state.closed_at
    record.data, record.version = state.data, state.version
    record.creator_id, record.assignee_id = state.creator, state.assignee
    return record
