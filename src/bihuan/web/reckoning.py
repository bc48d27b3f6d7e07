"""How a deadline was reckoned, day by day."""

from datetime import date
from typing import Any

from bihuan.base import clock
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Record
from bihuan.ledger.queries import Step
from bihuan.loop.colour import bounds_at, colour_of
from bihuan.loop.deadline import arithmetic
from bihuan.loop.spec import LoopSpec
from bihuan.web import showing


def reckoned(record: Record, loop: LoopSpec, steps: list[Step]) -> dict[str, Any] | None:
    """The day-by-day reckoning of the deadline, where the loop's own term gave it."""
    if record.due_at is None:
        return None
    bounds = bounds_at(loop, clock.now())
    found: dict[str, Any] = {
        "due": showing.moment(record.due_at),
        "left": showing.left(record, bounds),
        "code": colour_of(record.due_at, record.closed_at, bounds).value,
        "rule": "按记录中填写的期限",
        "pauses": [],
        "days": [],
    }
    start = _clock_start(record, loop, steps)
    if start is None or loop.deadline is None:
        return found
    days = arithmetic(start, loop.deadline.days, loop.deadline.count)
    if not days or days[-1].date != clock.local_date(record.due_at):
        return found
    unit = "个工作日" if loop.deadline.count == "working" else "天"
    found["rule"] = f"自 {start} 起 {loop.deadline.days} {unit}，当日不计"
    found["note"] = loop.deadline.source
    if any(day.provisional for day in days):
        found["note"] = "期限跨入节假日安排尚未公布的年份（日历未公布），按周一至周五暂算。" + found["note"]
    found["days"] = [
        {
            "date": f"{day.date.month}月{day.date.day}日",
            "weekday": day.weekday,
            "note": day.reason,
            "count": day.ordinal,
            "made_up": "调休" in day.reason,
        }
        for day in days
    ]
    return found


def _clock_start(record: Record, loop: LoopSpec, steps: list[Step]) -> date | None:
    """The day from which the loop's term was counted: that of the event which set the deadline without a field."""
    if loop.deadline and loop.deadline.start == "opened":
        return clock.local_date(record.opened_at) if record.opened_at else None
    for step in reversed(steps):
        if "due_at" in step.system:
            fields = {code for code, _, _ in step.changes}
            spec = spec_of(record.ledger)
            given = spec.due_field in fields and record.data.get(spec.due_field)
            return None if given else clock.local_date(step.event.effective_at)
    return None
