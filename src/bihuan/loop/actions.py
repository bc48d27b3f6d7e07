"""The only ways a matter moves: it is opened, its fields are edited, a verb is done to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound
from bihuan.ledger.append import Draft, append, hold, moment
from bihuan.ledger.attachments import bind, usable_files
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.numbering import numberer, series_of
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import get_record, may_import
from bihuan.ledger.sealed import open_data
from bihuan.ledger.settling import settle
from bihuan.ledger.sight import sight_of
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE, Lookup, is_blank
from bihuan.ledger.values import file_ids, key_of, read_fields
from bihuan.loop.definitions import loop_of
from bihuan.loop.opening import instant, moved_columns, opener, start_clock
from bihuan.loop.rules import guard_holds, may, stands
from bihuan.loop.spec import LoopSpec, VerbSpec
from bihuan.org.actor import Actor

_REASON_LIMIT = 2_000
_OPINION = FieldSpec(code="reason", title="意见", kind="longtext", max_length=_REASON_LIMIT)
_read_opinion = BY_CODE["longtext"].reader(_OPINION, Lookup())


@dataclass(frozen=True)
class Said:
    """What a person brings to a verb: the form's raw fields, their opinion, the criteria they ticked."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    criteria: tuple[str, ...] = ()
    version: int | None = None


@transaction.atomic
def create_record(*, actor: Actor, ledger: Ledger, fields: Mapping[str, Any], reason: str = "") -> Record:
    """Open a record from raw form values."""
    if not may_import(actor, ledger):
        raise NotAllowed(f"只有“{actor.tree.name(ledger.owner_id)}”的人员可以向“{ledger.title}”新增记录")
    spec, loop = spec_of(ledger), loop_of(ledger)
    first, sight = loop.steps[0].code if loop else "", sight_of(actor, ledger)
    sight.require_writable((code for code, raw in fields.items() if not is_blank(raw)), first)
    lookup = lookup_for(spec, actor.tree, files=usable_files(actor, ledger, None, file_ids(spec, fields)))
    data = read_fields(sight.writable(spec.fields, first), fields, lookup, require=True)
    data = {code: value for code, value in settle(spec, {}, data).items() if value is not None}
    opening = opener(spec, loop)(data)
    opened = instant(opening.system.get("opened_at"))
    key = key_of(spec, data)
    _require_free(ledger, spec, key)
    number = numberer(ledger, spec, {series_of(spec, opened): 1})(opened)
    system = {**opening.system, "number": number, **({"key": key} if key else {})}
    draft = Draft("created", None, data, system, {}, clock.now(), _opinion(reason), None, opening.follows)
    record = append(actor=actor, ledger=ledger, drafts=[draft])[0]
    bind(record, spec)
    return record


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
    data = read_fields(asked, given, lookup, require=True)
    changes = _changes(record, asked, data)
    if not changes:
        return record
    changes = settle(spec, record.data, changes)
    system = moved_columns(spec, loop, record, changes)
    _require_free(ledger, spec, system.get("key"), record)
    draft = Draft("edited", record.pk, changes, system, reason=_opinion(reason), expects=record.version)
    changed = append(actor=actor, ledger=ledger, drafts=[draft])[0]
    bind(changed, spec)
    return changed


def _changes(record: Record, asked: tuple[FieldSpec, ...], data: dict[str, Any]) -> dict[str, Any]:
    return {field.code: data.get(field.code) for field in asked if data.get(field.code) != record.data.get(field.code)}


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
    record, said = get_record(actor, pk), replace(said, reason=_opinion(said.reason))
    spec, loop = spec_of(record.ledger), loop_of(record.ledger)
    if loop is None or verb not in loop.verb:
        raise NotFound(f"“{record.ledger.title}”没有“{verb}”这个操作")
    what = loop.verb[verb]
    _allow(actor, record, what, loop, said.version)
    if not guard_holds(record, what, spec, loop):
        raise NotAllowed(what.guard_message or f"现在还不能“{what.title}”：条件不满足")
    sight = sight_of(actor, record.ledger)
    sight.require_writable(said.fields, record.state)
    said = replace(said, fields=sight.given(record, said.fields))
    record.data = open_data(record.ledger.code, record.data)
    changes = _asked(actor, record, what, spec, said)
    changes = settle(spec, record.data, changes)
    system = _verb_system(actor, record, what, loop, changes, spec)
    _require_free(record.ledger, spec, system.get("key"), record)
    confirmed = [point.code for point in what.criteria if point.code in said.criteria]
    detail = {"criteria": confirmed} if confirmed else {}
    draft = Draft(f"verb:{verb}", pk, changes, system, detail, None, said.reason, record.version)
    done = append(actor=actor, ledger=record.ledger, drafts=[draft])[0]
    bind(done, spec)
    return done


def _opinion(text: str) -> str:
    """An opinion without marks that nobody sees. One that is too long stays as it is, for the form to say so."""
    return text if len(text) > _REASON_LIMIT else str(_read_opinion(text))


def _allow(actor: Actor, record: Record, verb: VerbSpec, loop: LoopSpec, version: int | None) -> None:
    if not may(actor, record, verb, loop):
        raise NotAllowed(f"您不能对“{record.number}”做“{verb.title}”")
    _expect(record, version)
    if not stands(record, verb):
        step = loop.states.get(record.state, record.state)
        raise Conflict(f"“{record.number}”现在是“{step}”，不能“{verb.title}”。请刷新后再看。")


def _asked(actor: Actor, record: Record, verb: VerbSpec, spec: LedgerSpec, said: Said) -> dict[str, Any]:
    """The changes that the verb's form brings, or Invalid with each problem beside its field."""
    wanted = {ask.field: ask for ask in verb.asks}
    problems: dict[str, str] = {}
    masked = sight_of(actor, record.ledger).masks(record.pk) - set(said.fields)
    unknown = set(said.fields) - set(wanted)
    if unknown:
        raise Invalid("表单里有这个操作不能填的字段：" + "、".join(sorted(unknown)))
    asked = tuple(
        spec.by_code[code].model_copy(
            update={"required": ask.required and not (code in masked and record.data.get(code))}
        )
        for code, ask in wanted.items()
    )
    files = usable_files(actor, record.ledger, record, file_ids(spec, said.fields))
    lookup = lookup_for(spec, actor.tree, files=files)
    data: dict[str, Any] = {}
    try:
        data = read_fields(asked, said.fields, lookup, require=True)
    except Invalid as error:
        problems |= error.problems
    if verb.reason == "required" and not said.reason:
        problems["reason"] = f"请填写{verb.reason_title}"
    if len(said.reason) > _REASON_LIMIT:
        problems["reason"] = f"{verb.reason_title}有 {len(said.reason)} 个字，最多 {_REASON_LIMIT} 个字"
    missing = [point.title for point in verb.criteria if point.code not in said.criteria]
    if missing:
        problems["criteria"] = "还没有逐条确认：" + "、".join(missing)
    if problems:
        raise Invalid(f"“{verb.title}”还不能提交", problems)
    given = tuple(field for field in asked if field.code in said.fields)
    return _changes(record, given, data)


def _verb_system(
    actor: Actor, record: Record, verb: VerbSpec, loop: LoopSpec, changes: dict[str, Any], spec: LedgerSpec
) -> dict[str, Any]:
    system = moved_columns(spec, loop, record, changes)
    if verb.to and verb.to != record.state:
        system["state"] = verb.to
    if verb.to in loop.closed_steps:
        system["closed_at"] = moment(clock.now())
    if verb.starts_clock and not system.get("due_at", record.due_at):
        system |= start_clock(loop, clock.today())
    if verb.effect:
        system["loop"] = _dispatched(actor, record, verb)
    return system


def _dispatched(actor: Actor, record: Record, verb: VerbSpec) -> dict[str, Any]:
    """The matter's dispatch log with one order or one receipt more. A receipt is of all orders until then."""
    log = dict(record.loop)
    entry = {"level": verb.level, "at": moment(clock.now()), "by": actor.name}
    if verb.effect == "order":
        log["orders"] = [*log.get("orders", []), entry]
    else:
        log["receipts"] = [*log.get("receipts", []), entry]
        log["received"] = len(log.get("orders", []))
    return log
