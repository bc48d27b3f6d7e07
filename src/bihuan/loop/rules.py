"""Who may do which verb to a matter."""

from bihuan.base import clock
from bihuan.expression import compile_check, evaluate
from bihuan.ledger.models import Record
from bihuan.ledger.names import names_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import BY_CODE
from bihuan.loop.spec import LoopSpec, VerbSpec, WhoSpec
from bihuan.org.actor import Actor


def may(actor: Actor, record: Record, verb: VerbSpec, loop: LoopSpec) -> bool:
    """Whether the actor may do this verb to this matter, at whatever step it stands."""
    if verb.to in loop.closed_steps and _is_judge_in_own_cause(actor, record):
        return False
    return actor.is_system or any(_fits(actor, record, who) for who in verb.who)


def _fits(actor: Actor, record: Record, who: WhoSpec) -> bool:
    if who.unit == "any":
        return any(actor.has_role(role) for role in who.role)
    if who.unit == "top":
        roots = {node.pk for node in actor.tree.nodes if node.depth == 0}
        return any(post.role in who.role and post.unit in roots for post in actor.posts)
    unit = record.unit_id if who.unit == "responsible" else record.ledger.owner_id
    return any(post.role in who.role and actor.tree.works_in(post.unit, unit) for post in actor.posts)


def _is_judge_in_own_cause(actor: Actor, record: Record) -> bool:
    """Nobody accepts the work of the unit they work in, or of one it stands under."""
    return record.unit_id is not None and any(actor.tree.works_in(post.unit, record.unit_id) for post in actor.posts)


def stands(record: Record, verb: VerbSpec) -> bool:
    """Whether the matter is at a step where the verb can be done."""
    if record.deleted or record.closed_at or (verb.from_ and record.state not in verb.from_):
        return False
    return bool(verb.to) or verb.effect != "receive" or has_unreceived_order(record)


def has_unreceived_order(record: Record) -> bool:
    """Whether an order was given to the matter after the last receipt."""
    received: int = record.loop.get("received", 0)
    return len(record.loop.get("orders", [])) > received


def guard_holds(record: Record, verb: VerbSpec, spec: LedgerSpec, loop: LoopSpec) -> bool:
    """Whether the verb's guard is true of the matter as it stands; unknown is not true."""
    if not verb.guard:
        return True
    checked = compile_check(verb.guard, names_of(spec, loop.states))
    return evaluate(checked, values_of(record, spec), today=clock.today(), now=clock.now()) is True


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
    for field in spec.fields:
        stored = record.data.get(field.code)
        values[field.code] = None if stored is None else BY_CODE[field.kind].python(stored)
    return values


def open_verbs(actor: Actor, record: Record, loop: LoopSpec) -> list[VerbSpec]:
    """The verbs the actor may do to the matter now, for its page's buttons."""
    return [verb for verb in loop.verbs if stands(record, verb) and may(actor, record, verb, loop)]
