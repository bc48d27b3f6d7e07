"""The levels of dispatch: since when each is called upon, and whether it has received it."""

from datetime import datetime
from typing import Any

from bihuan.base import clock
from bihuan.ledger.models import Record
from bihuan.ledger.queries import Step
from bihuan.loop.colour import bounds_at, called_at, colour_of
from bihuan.loop.deadline import due_after
from bihuan.loop.rules import level_unit
from bihuan.loop.spec import LevelSpec, LoopSpec
from bihuan.org.tree import Tree
from bihuan.web import showing


def levels(tree: Tree, record: Record, loop: LoopSpec, steps: list[Step]) -> list[dict[str, Any]]:
    """Every level of a matter's loop, in order. One that names no unit yet cannot have been called upon."""
    now = clock.now()
    sent = _sent(loop, steps)
    units = [level_unit(level, record, tree) for level in loop.levels]
    calls = [
        (level, _called(level, record, loop, sent) if unit else None)
        for level, unit in zip(loop.levels, units, strict=True)
    ]
    reached = [index for index, (_, at) in enumerate(calls) if at and at <= now]
    found = []
    for index, (level, at) in enumerate(calls):
        is_called = bool(at and at <= now)
        is_last = reached and index == reached[-1]
        state = "next" if not is_called else "now" if is_last and not record.closed_at else "done"
        colour = colour_of(record.due_at, record.closed_at, bounds_at(loop, now))
        found.append(
            {
                "title": level.title,
                "unit": tree.name(units[index]),
                "state": state,
                "sent_at": showing.when(at) if is_called else "",
                "received": _received(record, level),
                "awaits": is_called and _has_receipt(loop, level) and not record.closed_at,
                "elapsed": showing.elapsed((record.closed_at or now) - at) if at and is_called else "",
                "code": colour.value,
                **(_answer(level, at) if at and is_called and _must_sign(record, loop, level) else {}),
            }
        )
    return found


def _sent(loop: LoopSpec, steps: list[Step]) -> datetime | None:
    """When the matter was last sent to the unit that is to do it; None while it waits to be sent."""
    sending = {f"verb:{verb.code}" for verb in loop.verbs if verb.starts_clock}
    back = {f"verb:{verb.code}" for verb in loop.verbs if verb.to == loop.steps[0].code}
    for step in reversed(steps):
        if step.event.kind in sending | back:
            return step.event.effective_at if step.event.kind in sending else None
    return None


def _called(level: LevelSpec, record: Record, loop: LoopSpec, sent: datetime | None) -> datetime | None:
    """When a level was called upon: when it was sent, by the dates, or earlier by an order given by hand."""
    by_dates = called_at(level, loop, record.opened_at, record.due_at, record.closed_at)
    if level.unit == "responsible" and level.colour == "green" and any(verb.starts_clock for verb in loop.verbs):
        by_dates = sent
    orders = [
        datetime.fromisoformat(order["at"]) for order in record.loop.get("orders", []) if order["level"] == level.code
    ]
    found = [at for at in (by_dates, *orders) if at]
    return min(found) if found else None


def _has_receipt(loop: LoopSpec, level: LevelSpec) -> bool:
    """Whether this level signs for what reaches it."""
    return any(verb.effect == "receive" and verb.level == level.code for verb in loop.verbs)


def _must_sign(record: Record, loop: LoopSpec, level: LevelSpec) -> bool:
    """Whether the level has yet to sign for a matter that is under way."""
    signed = any(receipt["level"] == level.code for receipt in record.loop.get("receipts", []))
    return _has_receipt(loop, level) and not signed and record.closed_at is None


def _answer(level: LevelSpec, called: datetime) -> dict[str, str]:
    """By when a level that was called upon must sign for it, where the loop says so."""
    if level.answer_days is None:
        return {}
    due = due_after(clock.local_date(called), level.answer_days, level.count).day
    late = clock.today() > due
    return {"left": f"{due} 前签收" + ("，已超时" if late else ""), "code": "red" if late else "green"}


def _received(record: Record, level: LevelSpec) -> str:
    receipts = [item for item in record.loop.get("receipts", []) if item["level"] == level.code]
    orders = [item for item in record.loop.get("orders", []) if item["level"] == level.code]
    if receipts:
        last = receipts[-1]
        return f"{last['by']} {showing.moment(datetime.fromisoformat(last['at']))} 签收"
    if orders:
        last = orders[-1]
        return f"{last['by']} {showing.moment(datetime.fromisoformat(last['at']))} 督办"
    return ""
