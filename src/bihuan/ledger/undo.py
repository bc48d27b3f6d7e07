"""Taking a batch back: everything it did, but for what was changed since, which is spared and listed."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from bihuan.base import clock
from bihuan.base.canonical import loads
from bihuan.base.errors import Conflict, NotAllowed
from bihuan.ledger.append import Draft, append_many, moment
from bihuan.ledger.models import Batch, Event
from bihuan.ledger.projection import RecordState, apply
from bihuan.ledger.resealing import RESEALED
from bihuan.ledger.rules import may_import
from bihuan.org.actor import Actor

_AT_ONCE = 2_000
DEFINITION = "definition"
"""The kind of a batch by which records followed their ledger's definition: another definition takes it back."""


@dataclass(frozen=True)
class Spared:
    """A record of the batch that was changed since, and the fields of the batch that therefore stay."""

    number: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class UndoPlan:
    """What taking a batch back would do: `made` are the records, by id, that it made and nobody touched since."""

    made: Sequence[int]
    changed: tuple[Draft, ...]
    spared: tuple[Spared, ...]

    @property
    def count(self) -> int:
        """How many records would be restored or removed."""
        return len(self.made) + len(self.changed)

    def drafts(self) -> Iterator[Draft]:
        """The steps. What the batch made goes first: its keys may belong to what the batch only changed."""
        for record in self.made:
            yield Draft("undone", record, {}, {"deleted": True, "key": None}, expects=1)
        yield from self.changed


def plan_undo(batch: Batch) -> UndoPlan:
    """Work out the drafts that take a batch back. Writes nothing.

    A record that the batch made is removed if nothing happened to it since. Of a record that it changed, each field
    that still is as the batch left it goes back to what it was.
    """
    made = Event.objects.filter(batch=batch, version=1, record__version=1).order_by("record_id")
    untouched = array("q", made.values_list("record_id", flat=True).iterator(_AT_ONCE))
    drafts: list[Draft] = []
    spared: list[Spared] = []
    for events in _histories(batch):
        first = next(event for event in events if event.batch == batch.pk)
        later = [event for event in events if event.batch != batch.pk and event.version > first.version]
        later = [event for event in later if event.kind != RESEALED]
        if first.version == 1 and later:
            spared.append(Spared(first.number, ()))
        elif first.version == 1:
            system = {"deleted": True, "key": None}
            drafts.append(Draft("undone", first.record, {}, system, expects=first.present))
        else:
            draft, kept = _restore(events, batch)
            if draft:
                drafts.append(draft)
            if kept:
                spared.append(Spared(first.number, kept))
    drafts.sort(key=lambda draft: "deleted" not in draft.system)
    return UndoPlan(untouched, tuple(drafts), tuple(spared))


class _Step(NamedTuple):
    """An event of a record: the record, its number and its version at present, and what undoing asks of the event."""

    record: int
    number: str
    present: int
    version: int
    batch: UUID | None
    kind: str
    payload: str


_COLUMNS = ("record_id", "record__number", "record__version", "version", "batch_id", "kind", "payload")


def _histories(batch: Batch) -> Iterator[list[_Step]]:
    """All events of each record of the batch, in order; records with one event only are left out.

    They are asked for by their ids, some at a time. As one query within another PostgreSQL, as long as it has not
    looked at what an import brought, goes through all records for each of them.
    """
    touched = Event.objects.filter(batch=batch, record__version__gt=1).order_by("record_id")
    records = array("q", dict.fromkeys(touched.values_list("record_id", flat=True).iterator(_AT_ONCE)))
    for start in range(0, len(records), _AT_ONCE):
        some = records[start : start + _AT_ONCE].tolist()
        events = Event.objects.filter(record__in=some).order_by("record_id", "version").values_list(*_COLUMNS)
        for _, group in groupby(map(_Step._make, events.iterator(_AT_ONCE)), key=attrgetter("record")):
            yield list(group)


def _restore(events: list[_Step], batch: Batch) -> tuple[Draft | None, tuple[str, ...]]:
    """The draft that puts a changed record back, and the fields that were changed again since."""
    before, state = RecordState(), RecordState()
    done: dict[str, Any] = {}
    done_system: set[str] = set()
    touched_since: set[str] = set()
    for event in events:
        payload = loads(event.payload)
        if event.batch == batch.pk:
            if not done and not done_system:
                before = state
            done |= payload.get("set", {})
            done_system |= set(payload.get("system", {}))
        elif (done or done_system) and event.kind != RESEALED:
            touched_since |= set(payload.get("set", {})) | set(payload.get("system", {}))
        state = apply(state, payload)
    back = {code: before.data.get(code) for code in done if code not in touched_since}
    system = {name: _plain(before, name) for name in done_system if name not in touched_since}
    kept = tuple(sorted(code for code in done if code in touched_since))
    if not back and not system:
        return None, kept
    return Draft("undone", events[0].record, back, system, expects=events[0].present), kept


def _plain(state: RecordState, name: str) -> Any:
    value = getattr(state, name)
    return moment(value) if name.endswith("_at") else value


def may_undo(actor: Actor, batch: Batch) -> bool:
    """Whoever made the batch, or may import to its ledger, may take it back, once."""
    return bool(
        batch.state == Batch.State.DONE
        and batch.kind != DEFINITION
        and batch.ledger
        and may_import(actor, batch.ledger)
        and (actor.is_system or batch.person_id == actor.person or actor.has_role("reviewer"))
    )


@transaction.atomic
def undo_batch(
    *, actor: Actor, batch: Batch, reason: str = "", progress: Callable[[int, int], None] = lambda _done, _all: None
) -> UndoPlan:
    """Take a batch back. What was changed since is spared; the plan that is returned lists it."""
    batch = Batch.objects.select_for_update(of=("self",)).select_related("ledger").get(pk=batch.pk)
    if not may_undo(actor, batch) or batch.ledger is None:
        raise NotAllowed("这一批不能撤销：没有完成、已经撤销，或您没有这个权限")
    plan = plan_undo(batch)
    if not plan.count and plan.spared:
        raise Conflict("这一批的内容后来都改过，没有可以撤销的")
    append_many(
        actor=actor,
        ledger=batch.ledger,
        drafts=(replace(draft, reason=reason) if reason else draft for draft in _counted(plan, progress)),
        moved=2 * len(plan.made),  # worth it as well where half of the records go
        savepoint=False,
    )
    batch.state = Batch.State.UNDONE
    batch.result = {
        **batch.result,
        "undone": plan.count,
        "spared": [[item.number, list(item.fields)] for item in plan.spared[:1_000]],
        "spared_count": len(plan.spared),
        "undone_at": moment(clock.now()),
        "undone_by": actor.name,
    }
    batch.save(update_fields=["state", "result"])
    return plan


def _counted(plan: UndoPlan, progress: Callable[[int, int], None]) -> Iterator[Draft]:
    for done, draft in enumerate(plan.drafts()):
        if done % _AT_ONCE == 0:
            progress(done, plan.count)
        yield draft
