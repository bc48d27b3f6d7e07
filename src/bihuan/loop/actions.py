"""The only ways a matter moves: it is opened, its fields are edited, a verb is done to it."""

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import Any

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, NotAllowed, NotFound
from bihuan.expression import Kind
from bihuan.ledger.append import Draft, append, hold, moment
from bihuan.ledger.attachments import bind, usable_files
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.lifecycle import Lifecycle, Opening
from bihuan.ledger.linked_records import with_records
from bihuan.ledger.models import Batch, Ledger, Record
from bihuan.ledger.numbering import next_number
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import get_record, may_import
from bihuan.ledger.sealed import open_data
from bihuan.ledger.settling import settle
from bihuan.ledger.sight import sight_of
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import is_blank
from bihuan.ledger.unreported import marked
from bihuan.ledger.values import file_ids, key_of, read_fields
from bihuan.loop.brought import TO, Said, opinion, read_brought
from bihuan.loop.definitions import loop_for, loop_of, version_of
from bihuan.loop.effects import EFFECTS, Doing, Outcome
from bihuan.loop.effects.base import without
from bihuan.loop.effects.people import people_in
from bihuan.loop.joined import closed_with
from bihuan.loop.look_back import look_back_of
from bihuan.loop.opening import instant, lifecycle, moved_columns, start_clock
from bihuan.loop.rules import guard_holds, may, stands, value_of, why_barred, why_not
from bihuan.loop.spec import LoopSpec, VerbSpec
from bihuan.org.actor import Actor
from bihuan.org.models import Person

__all__ = ["Said", "create_record", "edit_record", "perform"]


@transaction.atomic
def create_record(
    *, actor: Actor, ledger: Ledger, fields: Mapping[str, Any], reason: str = "", batch: Batch | None = None
) -> Record:
    """Open a record from raw form values, alone or as one of a batch."""
    if not may_import(actor, ledger):
        raise NotAllowed(f"只有“{actor.tree.name(ledger.owner_id)}”的人员可以向“{ledger.title}”新增记录")
    spec, loop = spec_of(ledger), loop_of(ledger)
    first, sight = loop.steps[0].code if loop else "", sight_of(actor, ledger)
    sight.require_writable((code for code, raw in fields.items() if not is_blank(raw)), first)
    lookup = lookup_for(spec, actor.tree, files=usable_files(actor, ledger, None, file_ids(spec, fields)))
    lookup = with_records(lookup, actor=actor, ledger=ledger.code, spec=spec, raw=[fields])
    data = read_fields(sight.writable(spec.fields, first), fields, lookup, require=True)
    data = {code: value for code, value in settle(spec, {}, data).items() if value is not None}
    look_back, key = look_back_of(ledger, loop), key_of(spec, data)
    life = lifecycle(spec, loop, version_of(ledger), look_back)
    opening = _opened_again(ledger, life, key, data) or life.open(data)
    opened = instant(opening.system.get("opened_at"))
    if opening.before:
        append(actor=actor, ledger=ledger, drafts=opening.before, batch=batch)
    _require_free(ledger, spec, key)
    number = next_number(ledger, spec, opened)
    system = {**opening.system, "number": number, **({"key": key} if key else {})}
    draft = Draft("created", None, data, system, {}, clock.now(), opinion(reason), None, opening.follows)
    record = append(actor=actor, ledger=ledger, drafts=[draft], batch=batch)[0]
    bind(record, spec)
    return record


def _opened_again(ledger: Ledger, life: Lifecycle, key: str | None, data: dict[str, Any]) -> Opening | None:
    """How the record opens if its key is that of a closed matter which it repeats."""
    hold(ledger)
    old = Record.objects.filter(ledger=ledger, key=key, deleted=False).first() if key else None
    return life.again(old, data) if old and old.closed_at else None


@transaction.atomic
def edit_record(
    *, actor: Actor, record: Record, fields: Mapping[str, Any], reason: str = "", version: int | None = None
) -> Record:
    """Change fields of a record; unchanged ones make no event. A closed matter is not edited.

    A masked field that is blank or says what its mask says is left as it is.
    """
    record = get_record(actor, record.pk)
    ledger = record.ledger
    if not may_import(actor, ledger):
        raise NotAllowed(f"只有“{actor.tree.name(ledger.owner_id)}”的人员可以修改“{ledger.title}”的记录")
    if record.closed_at and loop_of(ledger):
        raise NotAllowed(f"“{record.number}”已销号，不能再修改")
    _expect(record, version)
    spec, loop, sight = spec_of(ledger), loop_of(ledger), sight_of(actor, ledger)
    sight.require_writable(fields, record.state)
    given = sight.given(record, fields)
    record.data = open_data(ledger.code, record.data)
    asked = tuple(field for field in spec.fields if field.code in given)
    lookup = lookup_for(spec, actor.tree, files=usable_files(actor, ledger, record, file_ids(spec, given)))
    lookup = with_records(lookup, actor=actor, ledger=ledger.code, spec=spec, data=[record.data], raw=[given])
    data = read_fields(asked, given, lookup, require=True)
    changes = _changes(marked(spec, record.data), asked, data)
    if not changes:
        return record
    changes = settle(spec, record.data, changes)
    system = moved_columns(spec, loop, record, changes)
    _require_free(ledger, spec, system.get("key"), record)
    draft = Draft("edited", record.pk, changes, system, reason=opinion(reason), expects=record.version)
    changed = append(actor=actor, ledger=ledger, drafts=[draft])[0]
    bind(changed, spec)
    return changed


def _changes(here: Mapping[str, Any], asked: tuple[FieldSpec, ...], data: dict[str, Any]) -> dict[str, Any]:
    return {field.code: data.get(field.code) for field in asked if data.get(field.code) != here.get(field.code)}


def _require_free(ledger: Ledger, spec: LedgerSpec, key: str | None, record: Record | None = None) -> None:
    """Raise Conflict if another record has the key; nobody can take it in between, for the ledger is held."""
    hold(ledger)
    others = Record.objects.filter(ledger=ledger, key=key, deleted=False).exclude(pk=record.pk if record else 0)
    if key and others.exists():
        raise Conflict(f"已有一条{'、'.join(spec.by_code[code].title for code in spec.key)}相同的记录")


def _expect(record: Record, version: int | None) -> None:
    if version is not None and version != record.version:
        raise Conflict(f"“{record.number}”刚刚被别人改过，您的操作没有写入。请刷新后再试。")


@transaction.atomic
def perform(*, actor: Actor, pk: int, verb: str, said: Said) -> Record:
    """Do a verb to a matter: every guard holds, or nothing is written.

    Raises NotFound, NotAllowed, Invalid with the form's problems by field, or Conflict when somebody was faster.
    """
    record, said = get_record(actor, pk), replace(said, reason=opinion(said.reason))
    spec, loop = spec_of(record.ledger), loop_for(record)
    if loop is None or verb not in loop.verb:
        raise NotFound(f"“{record.ledger.title}”没有“{verb}”这个操作")
    what = loop.verb[verb]
    _allow(actor, record, what, loop, said.version)
    sight = sight_of(actor, record.ledger)
    sight.require_writable(said.fields, record.state)
    said = replace(said, fields=sight.given(record, said.fields))
    record.data = open_data(record.ledger.code, record.data)
    actor = _signing(actor, record, what, loop)
    brought = read_brought(actor, record, what, loop, spec, said)
    doing = Doing(actor, record, what, loop, spec, brought.more, said.reason, clock.now())
    outcome = EFFECTS[what.effect].do(doing)
    changes = settle(spec, record.data, {**brought.changes, **outcome.changes})
    system = _verb_system(doing, outcome, changes)
    _require_closable(record, loop, changes, system)
    _require_free(record.ledger, spec, system.get("key"), record)
    confirmed = [point.code for point in what.criteria if point.code in said.criteria]
    detail = {**outcome.detail, **({"criteria": confirmed} if confirmed else {}), "loop": record.loop.get("v", 0)}
    draft = Draft(f"verb:{verb}", pk, changes, system, detail, None, said.reason, record.version)
    also = [other if isinstance(other, tuple) else (record.ledger, other) for other in outcome.also]
    if system.get("closed_at"):
        also += closed_with(record, system["closed_at"], said.reason)
    # Chains of several ledgers are held in one order, so that two who write to the same ones never wait for each other.
    for ledger in sorted({ledger for ledger, _ in also} | {record.ledger}, key=lambda ledger: ledger.pk):
        hold(ledger)
    done = append(actor=actor, ledger=record.ledger, drafts=[draft])[0]
    for ledger, other in also:
        append(actor=actor, ledger=ledger, drafts=[other])
    bind(done, spec)
    return done


def _allow(actor: Actor, record: Record, verb: VerbSpec, loop: LoopSpec, version: int | None) -> None:
    if not may(actor, record, verb, loop):
        raise NotAllowed(f"您不能对“{record.number}”做“{verb.title}”")
    _expect(record, version)
    if not stands(record, verb):
        raise Conflict(why_not(record, verb, loop))
    if not guard_holds(record, verb, loop):
        raise NotAllowed(why_barred(verb))


def _signing(actor: Actor, record: Record, verb: VerbSpec, loop: LoopSpec) -> Actor:
    """The actor as the event names them: where they act by a post lent to them, for whom."""
    if actor.is_system or not any(post.of for post in actor.posts):
        return actor
    own = replace(actor, posts=tuple(post for post in actor.posts if post.of is None))
    if may(own, record, verb, loop):
        return actor
    away = Person.objects.filter(pk__in=actor.acts_for - {actor.person or 0}).order_by("pk")
    return replace(actor, name=f"{actor.name}（代{'、'.join(away.values_list('name', flat=True))}）"[:60])


def _verb_system(doing: Doing, outcome: Outcome, changes: dict[str, Any]) -> dict[str, Any]:
    """The columns that a verb moves: those that follow from fields, from its effect, and from its step."""
    record, verb, loop = doing.record, doing.verb, doing.loop
    system = moved_columns(doing.spec, loop, record, changes) | outcome.system
    log = {**outcome.log, **system.pop("loop", {})}
    step = outcome.state if outcome.state is not None else doing.brought.get(TO) or verb.to
    if step and step != record.state:
        system["state"] = step
        log = _moved_log(doing, log)
    if step in loop.closed_steps:
        system["closed_at"] = moment(doing.now)
    if verb.starts_clock and not system.get("due_at", record.due_at):
        system |= start_clock(loop, clock.today(), {**record.data, **changes}, doing.spec)
    log = {**without(log, "people"), **_people(log, system.get("state", record.state))}
    if log != record.loop:
        system["loop"] = log
    return system


def _people(log: dict[str, Any], state: str) -> dict[str, Any]:
    people = people_in(log, state)
    return {"people": people} if people else {}


def _moved_log(doing: Doing, log: dict[str, Any]) -> dict[str, Any]:
    """Since when the matter stands at its new step, and who moved it there, so that they can take it back."""
    moved = {"from": doing.record.state, "person": doing.actor.person, "version": doing.record.version + 1}
    kept = log if doing.verb.effect == "countersign" else without(log, "round")
    return {**kept, "since": moment(doing.now), "moved": moved}


def _require_closable(record: Record, loop: LoopSpec, changes: dict[str, Any], system: dict[str, Any]) -> None:
    """Refuse to close out while the data still say that the problem is there."""
    if not loop.still or not system.get("closed_at"):
        return
    data = {code: value for code, value in {**record.data, **changes}.items() if value is not None}
    after = copy(record)
    after.data = data
    if value_of(loop.still, Kind.BOOLEAN, after, loop) is True:
        raise NotAllowed(loop.still_message or f"“{record.number}”的数据表明问题还在，不能销号")
