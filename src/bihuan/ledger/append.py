"""ONE DOOR: the only function by which a record changes. It appends events and writes their projection, or neither."""

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import orjson
from django.db import connection, transaction

from bihuan.base import chain, clock
from bihuan.base.canonical import dumps, loads
from bihuan.base.errors import Conflict
from bihuan.base.many_rows import many_rows
from bihuan.ledger import rows, search
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.derived import Change, follow
from bihuan.ledger.fresh_block import FreshBlock
from bihuan.ledger.log_merge import merged_beside
from bihuan.ledger.models import Batch, Chain, Event, Ledger, Record
from bihuan.ledger.projection import RecordState, apply, states_of
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


class Fresh(NamedTuple):
    """A new record of a file, whose fields are canonical JSON already: the same as a Draft of them, without the detour.

    For ledgers that seal no field, and rows that no further event follows.
    """

    text: str
    system: dict[str, Any]
    detail: dict[str, Any]
    effective_at: datetime | None = None
    kind: str = "imported"

    def draft(self) -> Draft:
        """What it says, as any other change."""
        return Draft(self.kind, None, loads(self.text), self.system, self.detail, self.effective_at)


Drafts = Iterable[Draft | Fresh | FreshBlock]


def moment(value: datetime | None) -> str | None:
    """An instant as events hold it, if there is one."""
    return _stamp(value) if value else None


@lru_cache(maxsize=8_192)
def _stamp(value: datetime) -> str:
    """UTC, whole seconds or microseconds."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def hold(ledger: Ledger) -> Chain:
    """Lock a ledger's chain until the transaction ends. Every writer does so first: no two then wait for each other."""
    return Chain.objects.select_for_update().get(ledger=ledger)


def append(
    *, actor: Actor, ledger: Ledger, drafts: Iterable[Draft | Fresh], batch: Batch | None = None
) -> list[Record]:
    """Append the drafts' events in order and bring their records up to date, all of them or none.

    Raises Conflict when a record is not at the version that its draft expects, when the ledger's definition is no
    longer the one the drafts were made under, and while a planned definition is due that was not yet put in force.
    """
    ids = append_many(actor=actor, ledger=ledger, drafts=drafts, batch=batch)
    found = Record.objects.select_related("ledger", "ledger__owner").in_bulk(ids)
    return [found[pk] for pk in ids]


@many_rows()
def append_many(
    *,
    actor: Actor,
    ledger: Ledger,
    drafts: Drafts,
    batch: Batch | None = None,
    moved: int = 0,
    savepoint: bool = True,
) -> Sequence[int]:
    """The same, giving only the records' ids, for many at once. `moved` foretells how many records come or go.

    A caller whose transaction stands or falls with this takes no savepoint: SQLite would hold in memory, until the end,
    every page of the database that is changed, as it was before.
    """
    with transaction.atomic(savepoint=savepoint), merged_beside(moved):
        return _append_many(actor, ledger, drafts, batch, moved)


def _append_many(actor: Actor, ledger: Ledger, drafts: Drafts, batch: Batch | None, moved: int) -> Sequence[int]:
    door = hold(ledger)
    _require_current(ledger)
    writer = _Writer(actor, ledger, batch, door.position, door.head, clock.now())
    ids = array("q")  # of half a million, a list would hold twenty megabytes
    with rows.indexed_afterwards(moved), ThreadPoolExecutor(1, "append") as hand:
        for some in _portions(drafts, writer.encrypted):
            written = writer.write_block(some, hand) if isinstance(some, FreshBlock) else writer.write(some, hand)
            ids.extend(written)
        writer.wait()
    follow(ledger.pk, (), writer.alike_states())
    Chain.objects.filter(pk=ledger.pk).update(
        position=writer.position,
        head=writer.head,
        signature=chain.sign(ledger.code, writer.position, writer.head),
    )
    search.follow(ledger, door.position, writer.position)
    return ids


def _portions(drafts: Drafts, encrypted: Collection[str]) -> Iterator[list[Draft | Fresh] | FreshBlock]:
    """Drafts so many at once, and blocks as they are; those of a ledger that seals fields come apart."""
    waiting: list[Draft | Fresh] = []
    for draft in drafts:
        if not isinstance(draft, FreshBlock):
            waiting.append(draft)
        elif encrypted:
            waiting += _apart(draft)
        else:
            if waiting:
                yield waiting
            waiting = []
            yield draft
        if len(waiting) >= _ROWS_AT_ONCE:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _apart(block: FreshBlock) -> Iterator[Fresh]:
    """The records of a block one by one."""
    columns = (block.texts, block.numbers, block.keys, block.places, block.openings.effective_at)
    for (text, number, key, place, at), system in zip(
        zip(*columns, strict=True), block.openings.systems(), strict=True
    ):
        named = {**system, "number": number, "key": key}
        yield Fresh(text, named, {"row": place}, datetime.fromisoformat(at) if at else None, block.kind)


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
        self.actor, self.ledger = actor, ledger
        self.position, self.head, self.now = position, head, now
        self.stamp = _stamp(now)
        self.batch_text = str(batch.pk) if batch else None
        self.of_all = rows.OfAll(ledger.pk, actor.person, actor.name, actor.home_unit, batch.pk if batch else None, now)
        self.under_way: Future[None] | None = None
        self.last_record: int | None = None
        self.made_by = {"creator": actor.person} if actor.person else {}
        self.encrypted = sealed_fields(spec_of(ledger))
        self.alike = Counter[tuple[Any, ...]]()

    def write(self, drafts: Sequence[Draft | Fresh], hand: ThreadPoolExecutor) -> list[int]:
        """Write one portion; returns the ids of its records, in the order of the drafts.

        A full portion is put in by the other hand while this one makes the next ready. The two never speak to the
        database at once: whoever reads or writes here waits first. A smaller one is the last: it needs no other hand.
        """
        portion = _Portion(self._load(drafts))
        fresh = iter(self._reserve(sum(isinstance(draft, Fresh) or draft.record is None for draft in drafts)))
        ids = [self._take(draft, fresh, portion) for draft in drafts]
        made = rows.record_rows(self.of_all, portion.created, portion.fresh)
        events = rows.event_rows(self.of_all, portion.events)
        self.wait()
        rows.update_records(portion.changed, self.now, portion.known)
        follow(self.ledger.pk, portion.changes())
        self.alike.update(portion.alike())
        if portion.changed or len(drafts) < _ROWS_AT_ONCE:
            # Whoever changes records reads others for the next drafts, and few rows are not worth another hand.
            _insert(connection.cursor(), made, events)
        else:
            self.under_way = hand.submit(_insert, connection.cursor(), made, events)
        return ids

    def write_block(self, block: FreshBlock, hand: ThreadPoolExecutor) -> Sequence[int]:
        """Write new records by column; returns their ids."""
        ids = self._reserve(len(block.numbers))
        positions = range(self.position + 1, self.position + 1 + len(ids))
        payloads = block.payloads(self.ledger.version, self.actor.person)
        contents = block.contents(self.ledger.code, self.of_all, self.stamp, positions, ids, payloads)
        links = list(accumulate(contents, chain.link, initial=self.head))[1:]
        self.position, self.head = positions[-1], links[-1]
        made = block.record_rows(self.of_all, ids)
        events = block.event_rows(self.of_all, positions, ids, payloads, links)
        self.alike.update(block.alike())
        self.wait()
        self.under_way = hand.submit(_insert, connection.cursor(), made, events)
        return ids

    def alike_states(self) -> Iterator[tuple[RecordState, int]]:
        """The new records of no one's draft as states that count alike, and how many there are of each."""
        for (unit, state, due_at, closed_at, loop), number in self.alike.items():
            system = {"unit": unit, "state": state or "", "due_at": due_at, "closed_at": closed_at}
            yield apply(RecordState(), {"system": {**system, "loop": loads(loop)}}), number

    def _take(self, draft: Draft | Fresh, ids: Iterator[int], portion: "_Portion") -> int:
        """Put one draft's events and state into the portion; returns its record's id."""
        if isinstance(draft, Fresh):
            pk = next(ids)
            if not self.encrypted:
                portion.events.append(self._begin(pk, draft, portion.fresh))
                return pk
            draft = draft.draft()
        else:
            pk = next(ids) if draft.record is None else draft.record
        before = RecordState() if draft.record is None else portion.changed.get(pk) or portion.known[pk]
        state = self._fold(pk, before, draft, portion.events)
        if draft.record is None:
            portion.created.append((pk, state))
        else:
            portion.changed[pk] = state
        return pk

    def wait(self) -> None:
        """Until what is under way is in the database. Raises what went wrong with it."""
        if self.under_way:
            self.under_way.result()
            self.under_way = None

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

    def _load(self, drafts: Sequence[Draft | Fresh]) -> dict[int, RecordState]:
        wanted = [draft.record for draft in drafts if isinstance(draft, Draft) and draft.record is not None]
        if not wanted:
            return {}
        self.wait()
        return dict(states_of(Record.objects.select_for_update().filter(ledger=self.ledger, pk__in=wanted)))

    def _fold(self, pk: int, state: RecordState, draft: Draft, events: list[rows.EventRow]) -> RecordState:
        for step in (draft, *draft.follows):
            if step.expects is not None and step.expects != state.version:
                raise Conflict(f"“{state.number}”刚刚被别人改过，您的操作没有写入。请刷新后再试。")
            fields = seal_data(self.ledger.code, self.encrypted, step.set) if self.encrypted else step.set
            system = {**step.system, **self.made_by} if state.version == 0 else step.system
            content = {"set": fields, "system": system, "detail": step.detail, "v": self.ledger.version}
            payload = {name: value for name, value in content.items() if value}
            told = dumps(payload)
            events.append(self._event(pk, state.version + 1, step.kind, step.effective_at, step.reason, told))
            state = apply(state, payload)
        return state

    def _begin(self, pk: int, draft: Fresh, fresh: list[rows.FreshRow]) -> rows.EventRow:
        """The first event of a new record, put together of canonical texts: what `_fold` would make of its draft."""
        system = {**draft.system, **self.made_by} if self.made_by else draft.system
        told = (
            f'{{"detail":{dumps(draft.detail)},' if draft.detail else "{",
            f'"set":{draft.text},' if draft.text != "{}" else "",
            f'"system":{dumps(system)},"v":{self.ledger.version}}}',
        )
        fresh.append((pk, system, draft.text))
        return self._event(pk, 1, draft.kind, draft.effective_at, "", "".join(told))

    def _event(
        self, pk: int, version: int, kind: str, effective: datetime | None, reason: str, payload: str
    ) -> rows.EventRow:
        self.position += 1
        actor = self.actor
        content = orjson.dumps(
            [
                self.ledger.code,
                self.position,
                pk,
                version,
                kind,
                actor.person,
                actor.name,
                actor.home_unit,
                self.batch_text,
                _stamp(effective) if effective else self.stamp,
                self.stamp,
                reason,
                payload,
            ]
        )
        self.head = chain.link(self.head, content)
        return self.position, pk, version, kind, effective or self.now, reason, payload, self.head


@dataclass
class _Portion:
    """What some drafts come to, before it is in the database. `known` are the standing records that they change."""

    known: dict[int, RecordState]
    events: list[rows.EventRow] = field(default_factory=list)
    created: list[tuple[int, RecordState]] = field(default_factory=list)
    changed: dict[int, RecordState] = field(default_factory=dict)
    fresh: list[rows.FreshRow] = field(default_factory=list)

    def changes(self) -> Iterator[Change]:
        """Each record with its state before this portion and after it; one may be made and changed in one portion."""
        made = dict(self.created)
        yield from ((pk, None, self.changed.get(pk, state)) for pk, state in made.items())
        yield from ((pk, self.known[pk], state) for pk, state in self.changed.items() if pk not in made)

    def alike(self) -> Counter[tuple[Any, ...]]:
        """How many of the other new records count alike, as `FreshBlock.alike` tells it."""
        names = ("unit", "state", "due_at", "closed_at")
        return Counter((*map(system.get, names), dumps(system.get("loop") or {})) for _, system, _ in self.fresh)


def _insert(cursor: Any, records: rows.Rows, events: rows.Rows) -> None:
    with cursor:
        rows.insert_records(cursor, records)
        rows.insert_events(cursor, events)


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
