"""The fold: a record's state is what its events make of it, in order, and nothing else."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

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


def put(state: RecordState, record: Record) -> Record:
    """Write a state into a row, unsaved: for showing a record as it was."""
    record.number, record.key, record.unit_id = state.number, state.key, state.unit
    record.state, record.loop, record.deleted = state.state, state.loop, state.deleted
    record.opened_at, record.due_at, record.closed_at = state.opened_at, state.due_at, state.closed_at
    record.data, record.version = state.data, state.version
    record.creator_id, record.assignee_id = state.creator, state.assignee
    return record
