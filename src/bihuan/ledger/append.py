"""ONE DOOR: the only function by which a record changes. It appends events and writes their projection, or neither."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

import orjson
from django.db import connection, transaction

from bihuan.base import chain, clock
from bihuan.base.canonical import dumps
from bihuan.base.errors import Conflict
from bihuan.ledger import rows, search
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.derived import Change, follow
from bihuan.ledger.models import Batch, Chain, Event, Ledger, Record
from bihuan.ledger.projection import RecordState, apply, state_of
from bihuan.ledger.sealed import seal_data, sealed_fields
from bihuan.org.actor import Actor

_ROWS_AT_ONCE = 2_000


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


@lru_cache(maxsize=8_192)
def moment(value: datetime | None) -> str | None:
    """An instant as events hold it: UTC, whole seconds or microseconds."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


def hold(ledger: Ledger) -> Chain:
    """Lock a ledger's chain until the transaction ends. Every writer does so first: no two then wait for each other."""
    return Chain.objects.select_for_update().get(ledger=ledger)


def append(*, actor: Actor, ledger: Ledger, drafts: Iterable[Draft], batch: Batch | None = None) -> list[Record]:
    """Append the drafts' events in order and bring their records up to date, all of them or none.

    Raises Conflict when a record is not at the version that its draft expects, when the ledger's definition is no
    longer the one the drafts were made under, and while a planned definition is due that was not yet put in force.
    """
    ids = append_many(actor=actor, ledger=ledger, drafts=drafts, batch=batch)
    found = Record.objects.select_related("ledger", "ledger__owner").in_bulk(ids)
    return [found[pk] for pk in ids]


@transaction.atomic
def append_many(*, actor: Actor, ledger: Ledger, drafts: Iterable[Draft], batch: Batch | None = None) -> list[int]:
    """The same, giving only the records' ids, for many at once."""
    door = hold(ledger)
    _require_current(ledger)
    writer = _Writer(actor, ledger, batch, door.position, door.head, clock.now())
    source = iter(drafts)
    ids: list[int] = []
    with ThreadPoolExecutor(1, "append") as hand:
        while some := list(islice(source, _ROWS_AT_ONCE)):
            ids += writer.write(some, hand)
        writer.wait()
    Chain.objects.filter(pk=ledger.pk).update(
        position=writer.position,
        head=writer.head,
        signature=chain.sign(ledger.code, writer.position, writer.head),
    )
    search.follow(ledger, door.position, writer.position)
    return ids


def _require_current(ledger: Ledger) -> None:
    """Drafts are made under a definition: under that one, and on a day on which it holds, they are written."""
    held = Ledger.objects.filter(pk=ledger.pk).values_list("version", "renew_on").first()
    version, renew_on = held or (ledger.version, None)
    if version != ledger.version:
        raise Conflict(f"“{ledger.title}”的定义刚刚改过（现为第 {version} 版），这次没有写入，请刷新后再做一次")
    if renew_on and renew_on <= clock.today():
        raise Conflict(f"“{ledger.title}”从今天起用新的定义，正在启用，这次没有写入，请过一分钟再做一次")


class _Writer:
    """Holds the chain's head while one transaction appends to it."""

    def __init__(
        self, actor: Actor, ledger: Ledger, batch: Batch | None, position: int, head: str, now: datetime
    ) -> None:
        self.actor, self.ledger, self.batch = actor, ledger, batch
        self.position, self.head, self.now = position, head, now
        self.stamp = moment(now)
        self.batch_pk = batch.pk if batch else None
        self.batch_text = str(batch.pk) if batch else None
        self.under_way: Future[None] | None = None
        self.last_record: int | None = None
        self.made_by = {"creator": actor.person} if actor.person else {}
        self.encrypted = sealed_fields(spec_of(ledger))

    def write(self, drafts: Sequence[Draft], hand: ThreadPoolExecutor) -> list[int]:
        """Write one portion; returns the ids of its records, in the order of the drafts.

        A full portion is put in by the other hand while this one makes the next ready. The two never speak to the
        database at once: whoever reads or writes here waits first.
        """
        known = self._load(drafts)
        fresh = iter(self._reserve(sum(draft.record is None for draft in drafts)))
        events: list[rows.EventRow] = []
        created: list[tuple[int, RecordState]] = []
        changed: dict[int, RecordState] = {}
        ids: list[int] = []
        for draft in drafts:
            pk = next(fresh) if draft.record is None else draft.record
            before = RecordState() if draft.record is None else changed.get(pk) or known[pk]
            state = self._fold(pk, before, draft, events)
            if draft.record is None:
                created.append((pk, state))
            else:
                changed[pk] = state
            ids.append(pk)
        fresh_records, fresh_events = rows.record_rows(self.ledger.pk, created, self.now), rows.event_rows(events)
        self.wait()
        rows.update_records(changed, self.now)
        follow(self.ledger.pk, self._changes(created, known, changed))
        self.under_way = hand.submit(_insert, connection.cursor(), fresh_records, fresh_events)
        if len(drafts) < _ROWS_AT_ONCE:
            self.wait()
        return ids

    def wait(self) -> None:
        """Until what is under way is in the database. Raises what went wrong with it."""
        if self.under_way:
            self.under_way.result()
            self.under_way = None

    @staticmethod
    def _changes(
        created: Iterable[tuple[int, RecordState]], known: dict[int, RecordState], changed: dict[int, RecordState]
    ) -> Iterator[Change]:
        """Each record with its state before this portion and after it; one may be made and changed in one portion."""
        made = dict(created)
        yield from ((pk, None, changed.get(pk, state)) for pk, state in made.items())
        yield from ((pk, known[pk], state) for pk, state in changed.items() if pk not in made)

    def _reserve(self, count: int) -> Sequence[int]:
        """Ids for new records. On SQLite nobody else can take one in between, so they are counted on."""
        if self.last_record is None or connection.vendor == "postgresql":
            self.wait()
            ids = rows.reserve_records(count)
        else:
            ids = range(self.last_record + 1, self.last_record + 1 + count)
        if ids:
            self.last_record = ids[-1]
        return ids

    def _load(self, drafts: Sequence[Draft]) -> dict[int, RecordState]:
        wanted = [draft.record for draft in drafts if draft.record is not None]
        if not wanted:
            return {}
        self.wait()
        found = Record.objects.select_for_update().filter(ledger=self.ledger, pk__in=wanted)
        return {record.pk: state_of(record) for record in found}

    def _fold(self, pk: int, state: RecordState, draft: Draft, events: list[rows.EventRow]) -> RecordState:
        for step in (draft, *draft.follows):
            if step.expects is not None and step.expects != state.version:
                raise Conflict(f"“{state.number}”刚刚被别人改过，您的操作没有写入。请刷新后再试。")
            fields = seal_data(self.ledger.code, self.encrypted, step.set) if self.encrypted else step.set
            system = {**step.system, **self.made_by} if state.version == 0 else step.system
            content = {"set": fields, "system": system, "detail": step.detail, "v": self.ledger.version}
            payload = {name: value for name, value in content.items() if value}
            events.append(self._event(pk, state.version + 1, step, dumps(payload)))
            state = apply(state, payload)
        return state

    def _event(self, pk: int, version: int, draft: Draft, payload: str) -> rows.EventRow:
        self.position += 1
        actor, effective = self.actor, draft.effective_at
        content = orjson.dumps(
            [
                self.ledger.code,
                self.position,
                pk,
                version,
                draft.kind,
                actor.person,
                actor.name,
                actor.home_unit,
                self.batch_text,
                moment(effective) if effective else self.stamp,
                self.stamp,
                draft.reason,
                payload,
            ]
        )
        self.head = chain.link(self.head, content)
        return (
            self.ledger.pk,
            self.position,
            pk,
            version,
            draft.kind,
            actor.person,
            actor.name,
            actor.home_unit,
            self.batch_pk,
            effective or self.now,
            self.now,
            draft.reason,
            payload,
            self.head,
        )


def _insert(cursor: Any, fresh_records: list[tuple[Any, ...]], fresh_events: list[tuple[Any, ...]]) -> None:
    with cursor:
        rows.insert_records(cursor, fresh_records)
        rows.insert_events(cursor, fresh_events)


def event_content(event: Event, ledger: str) -> bytes:
    """The bytes of a stored event that its hash covers: every column but the hash itself."""
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
