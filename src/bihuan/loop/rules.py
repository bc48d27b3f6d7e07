"""Who may do which verb to a matter."""

from collections.abc import Callable
from typing import Any

from bihuan.base import clock
from bihuan.expression import Kind, compile_check, evaluate
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Event, Record
from bihuan.ledger.names import names_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import BY_CODE
from bihuan.ledger.unreported import flag_of
from bihuan.loop.effect_codes import AFTER_CLOSE, JUDGING, WHILE_JOINED, WHILE_PAUSED
from bihuan.loop.effects import EFFECTS
from bihuan.loop.effects.dispatching import has_unreceived_order
from bihuan.loop.effects.holders import holder_of
from bihuan.loop.effects.merging import JOINED, is_joined
from bihuan.loop.effects.moves import is_last_mover
from bihuan.loop.effects.pauses import is_paused
from bihuan.loop.effects.signers import unsigned
from bihuan.loop.spec import LevelSpec, LoopSpec, Relation, VerbSpec, WhoSpec
from bihuan.org.actor import Actor
from bihuan.org.roles import BY_CODE as ROLES
from bihuan.org.tree import Tree


def may(actor: Actor, record: Record, verb: VerbSpec, loop: LoopSpec) -> bool:
    """Whether the actor may do this verb to this matter, at whatever step it stands."""
    judges = bool(set(verb.targets) & set(loop.closed_steps)) or verb.effect in JUDGING
    if judges and _is_judge_in_own_cause(actor, record):
        return False
    if verb.effect == "withdraw" and not is_last_mover(record, actor.acts_for):
        return False
    if verb.effect in ("sign", "object") and not actor.acts_for.intersection(unsigned(record)):
        return False
    return actor.is_system or any(fits(actor, record, who, loop) for who in verb.who)


def fits(actor: Actor, record: Record, who: WhoSpec, loop: LoopSpec) -> bool:
    """Whether the actor is one of those whom a line of `who` tells, for this matter."""
    if who.when and value_of(who.when, Kind.BOOLEAN, record, loop) is not True:
        return False
    if who.person:
        return bool(actor.acts_for.intersection(_SEATS[who.person](record))) and _in_role(actor, who)
    if who.unit == "any":
        return any(actor.has_role(role) for role in who.role)
    if who.field and spec_of(record.ledger).by_code[who.field].kind == "person":
        return record.data.get(who.field) in actor.acts_for and _in_role(actor, who)
    unit = unit_told(who, record, loop, actor.tree)
    return unit is not None and any(
        _plays(post.role, who) and (post.unit == unit if who.unit == "top" else actor.tree.works_in(post.unit, unit))
        for post in actor.posts
    )


def _plays(role: str, who: WhoSpec) -> bool:
    return role in who.role if who.role else ROLES[role].acts


def _in_role(actor: Actor, who: WhoSpec) -> bool:
    return not who.role or any(actor.has_role(role) for role in who.role)


_SEATS: dict[str, Callable[[Record], list[int]]] = {
    "holder": lambda record: [holder_of(record)["person"]] if holder_of(record) else [],
    "signer": unsigned,
    "starter": lambda record: [
        person for person in Event.objects.filter(record=record, version=1).values_list("person", flat=True) if person
    ],
}


def unit_told(who: WhoSpec, record: Record, loop: LoopSpec, tree: Tree) -> int | None:
    """The unit that a line of `who` tells for a matter, other than `any`; None if there is none."""
    if who.unit:
        return related_unit(who.unit, record, tree)
    if who.field:
        found: int | None = record.data.get(who.field)
        return found
    code = who.post_in or value_of(who.unit_code, Kind.TEXT, record, loop)
    node = tree.by_code.get(str(code)) if code else None
    return node.pk if node else None


def related_unit(relation: Relation, record: Record, tree: Tree) -> int | None:
    """The unit that stands in this relation to a matter; None for `any`."""
    if relation == "responsible":
        return record.unit_id
    if relation == "owner":
        return record.ledger.owner_id
    if relation == "above":
        node = tree.by_pk.get(record.unit_id or 0)
        return node.parent if node else None
    if relation == "top":
        return next((node.pk for node in tree.nodes if node.depth == 0), None)
    return None


def level_unit(level: LevelSpec, record: Record, tree: Tree) -> int | None:
    """The unit that is a level of dispatch for a matter."""
    if level.field:
        found: int | None = record.data.get(level.field)
        return found
    return related_unit(level.unit, record, tree)


def _is_judge_in_own_cause(actor: Actor, record: Record) -> bool:
    """Nobody accepts the work of the unit they work in, or of one it stands under."""
    return record.unit_id is not None and any(actor.tree.works_in(post.unit, record.unit_id) for post in actor.posts)


def stands(record: Record, verb: VerbSpec) -> bool:
    """Whether the matter is at a step, and in such a state, that the verb can be done."""
    if record.deleted or (verb.from_ and record.state not in verb.from_):
        return False
    if (record.closed_at is not None) != (verb.effect in AFTER_CLOSE):
        return False
    if is_paused(record) and (verb.targets or verb.effect not in WHILE_PAUSED):
        return False
    if is_joined(record) and not record.closed_at and (verb.targets or verb.effect not in WHILE_JOINED):
        return False
    if verb.effect == "receive" and not verb.to:
        return has_unreceived_order(record)
    return EFFECTS[verb.effect].stands(record)


def why_not(record: Record, verb: VerbSpec, loop: LoopSpec) -> str:
    """Why a verb cannot be done to a matter as it stands, in words."""
    if is_paused(record) and not record.closed_at:
        return f"“{record.number}”已暂停计时，恢复以后才能“{verb.title}”"
    if is_joined(record) and not record.closed_at:
        into = record.loop[JOINED]
        return f"“{record.number}”已并入“{into['ledger']}”的“{into['number']}”，请到那一件上办理；不该并的先拆开"
    step = loop.states.get(record.state, record.state)
    return f"“{record.number}”现在是“{step}”，不能“{verb.title}”。请刷新后再看。"


def guard_holds(record: Record, verb: VerbSpec, loop: LoopSpec) -> bool:
    """Whether the verb's guard is true of the matter as it stands; unknown is not true."""
    return not verb.guard or value_of(verb.guard, Kind.BOOLEAN, record, loop) is True


def why_barred(verb: VerbSpec) -> str:
    """What a verb's guard asks for, in the pack's words."""
    return verb.guard_message or f"现在还不能“{verb.title}”：条件不满足"


def value_of(expression: str, kind: Kind, record: Record, loop: LoopSpec) -> Any:
    """What an expression gives for a matter as it stands; None where that is unknown."""
    spec = spec_of(record.ledger)
    checked = compile_check(expression, names_of(spec, loop.states), expect=kind)
    return evaluate(checked, values_of(record, spec), today=clock.today(), now=clock.now())


def values_of(record: Record, spec: LedgerSpec) -> dict[str, object]:
    """A record's values by name, as the expression evaluator takes them."""
    values: dict[str, object] = {
        "number": record.number,
        "state": record.state,
        "unit": record.unit_id,
        "opened_at": record.opened_at,
        "due_at": record.due_at,
        "closed_at": record.closed_at,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }
    values |= {flag_of(code): record.data.get(flag_of(code)) for code in spec.may_be_unreported}
    for field in spec.fields:
        stored = record.data.get(field.code)
        values[field.code] = None if stored is None else BY_CODE[field.kind].python(stored)
    return values


def open_verbs(actor: Actor, record: Record, loop: LoopSpec) -> list[VerbSpec]:
    """The verbs that are the actor's to do at this step; a guard may still bar them."""
    return [verb for verb in loop.verbs if stands(record, verb) and may(actor, record, verb, loop)]
