"""ONE DOOR: the only function by which a record changes. It appends events and writes their projection, or neither."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson
from django.db import transaction

from bihuan.base import chain, clock
from bihuan.base.canonical import dumps
from bihuan.base.errors import Conflict
from bihuan.ledger.models import Batch, Chain, Event, Ledger, Record
from bihuan.ledger.projection import apply, put, state_of
from bihuan.org.actor import Actor

_ROWS_AT_ONCE = 500
_COLUMNS = (
    "number",
    "key",
    "unit",
    "state",
    "opened_at",
    "due_at",
    "closed_at",
    "data",
    "loop",
    "version",
    "deleted",
    "updated_at",
)


@dataclass(frozen=True)
class Draft:
    """A change about to happen. `record` is None for a new one; `expects` is the version the actor saw.

    `follows` are further events of the same new record, such as the closing of a matter that comes in with its history.
    """

    kind: str
    record: int | None = None
    set: dict[str, Any] = field(default_factory=dict)
    system: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    effective_at: datetime | None = None
    reason: str = ""
    expects: int | None = None
    follows: tuple["Draft", ...] = ()


def moment(value: datetime | None) -> str | None:
    """An instant as events hold it: UTC, whole seconds or microseconds."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


@transaction.atomic
def append(*, actor: Actor, ledger: Ledger, drafts: Iterable[Draft], batch: Batch | None = None) -> list[Record]:
    """Append the drafts' events in order and bring their records up to date, all of them or none.

    Raises Conflict when a record is not at the version that its draft expects.
    """
    door = Chain.objects.select_for_update().get(ledger=ledger)
    writer = _Writer(actor, ledger, batch, door.position, door.head, clock.now())
    source = iter(drafts)
    written: list[Record] = []
    while some := list(islice(source, _ROWS_AT_ONCE)):
        written += writer.write(some)
    Chain.objects.filter(pk=ledger.pk).update(
        position=writer.position,
        head=writer.head,
        signature=chain.sign(ledger.code, writer.position, writer.head),
    )
    return written


@dataclass(frozen=True)
class _Entry:
    """An event about to be numbered and hashed, once its record has its id."""

    record: Record
    version: int
    draft: Draft
    payload: str


class _Writer:
    """Holds the chain's head while one transaction appends to it."""

    def __init__(
        self, actor: Actor, ledger: Ledger, batch: Batch | None, position: int, head: str, now: datetime
    ) -> None:
        self.actor, self.ledger, self.batch = actor, ledger, batch
        self.position, self.head, self.now = position, head, now

    def write(self, drafts: Sequence[Draft]) -> list[Record]:
        known = self._load(drafts)
        fresh: list[Record] = []
        pending: list[_Entry] = []
        for draft in drafts:
            if draft.record is None:
                record = Record(ledger=self.ledger, created_at=self.now)
                fresh.append(record)
            else:
                record = known[draft.record]
            self._fold(record, draft, pending)
        Record.objects.bulk_create(fresh)
        self._save(list(known.values()))
        Event.objects.bulk_create([self._event(entry) for entry in pending])
        return [*fresh, *known.values()]

    def _load(self, drafts: Sequence[Draft]) -> dict[int, Record]:
        wanted = [draft.record for draft in drafts if draft.record is not None]
        if not wanted:
            return {}
        rows = Record.objects.select_for_update().filter(ledger=self.ledger, pk__in=wanted)
        return {record.pk: record for record in rows}

    def _fold(self, record: Record, draft: Draft, pending: list["_Entry"]) -> None:
        state = state_of(record)
        for step in (draft, *draft.follows):
            if step.expects is not None and step.expects != state.version:
                raise Conflict(f"“{record.number}”刚刚被别人改过，您的操作没有写入。请刷新后再试。")
            content = {
                "set": step.set,
                "system": step.system,
                "detail": step.detail,
                "v": self.ledger.version,
            }
            payload = {name: value for name, value in content.items() if value}
            pending.append(_Entry(record, state.version + 1, step, dumps(payload)))
            state = apply(state, payload)
        put(state, record)
        record.updated_at = self.now

    def _save(self, records: list[Record]) -> None:
        if len(records) == 1:
            records[0].save(update_fields=_COLUMNS)
        elif records:
            Record.objects.bulk_update(records, _COLUMNS, batch_size=200)

    def _event(self, entry: "_Entry") -> Event:
        draft = entry.draft
        self.position += 1
        event = Event(
            ledger=self.ledger,
            position=self.position,
            record=entry.record,
            version=entry.version,
            kind=draft.kind,
            person_id=self.actor.person,
            actor_name=self.actor.name,
            unit_id=self.actor.home_unit,
            batch=self.batch,
            effective_at=draft.effective_at or self.now,
            recorded_at=self.now,
            reason=draft.reason,
            payload=entry.payload,
        )
        self.head = event.hash = chain.link(self.head, event_content(event, self.ledger.code))
        return event


def event_content(event: Event, ledger: str) -> bytes:
    """The bytes of an event that its hash covers: every column but the hash itself."""
    return orjson.dumps(
        [
            ledger,
            event.position,
            event.record_id,
            event.version,
            event.kind,
            event.person_id,
            event.actor_name,
            event.unit_id,
            str(event.batch_id) if event.batch_id else None,
            moment(event.effective_at),
            moment(event.recorded_at),
            event.reason,
            event.payload,
        ]
    )
