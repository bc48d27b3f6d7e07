"""How a deadline was reckoned, day by day, with every pause, extension and exception that moved it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bihuan.base import clock
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Record
from bihuan.ledger.queries import Step
from bihuan.loop.colour import bounds_at, colour_of
from bihuan.loop.deadline import Pause, day_by_day, days_left
from bihuan.loop.effects.pauses import due_of, is_paused
from bihuan.loop.spec import LoopSpec
from bihuan.standards.workdays import DayStep
from bihuan.web import showing

_MOST_DAYS = 3_700
_UNITS = {"working": "个工作日", "calendar": "天"}


@dataclass(frozen=True)
class _Base:
    """What gave the deadline first: the day it was counted from, and the day it gave."""

    start: date
    due: date


def reckoned(record: Record, loop: LoopSpec, steps: list[Step]) -> dict[str, Any] | None:
    """The reckoning of the deadline; day by day where the loop's own term gave it."""
    due = due_of(record)
    if due is None:
        return None
    bounds = bounds_at(loop, clock.now())
    found: dict[str, Any] = {
        "due": "暂停中" if is_paused(record) and record.due_at is None else showing.moment(due),
        "left": showing.left(record, bounds),
        "code": colour_of(record.due_at, record.closed_at, bounds).value,
        "rule": "按记录中填写的期限",
        "pauses": _pauses(record),
        "moves": list(_moves(steps, loop)),
        "days": [],
    }
    base = _base(record, loop, steps)
    if base is None or loop.deadline is None or (due - clock.start_of_day(base.start)).days > _MOST_DAYS:
        return found
    count = loop.deadline.count
    found["rule"] = f"自 {base.start} 起 {days_left(base.start, base.due, count)} {_UNITS[count]}，当日不计"
    found["note"] = loop.deadline.source
    days = day_by_day(base.start, clock.local_date(due), count, _spans(record))
    found["days"] = [_shown(day) for day in days]
    if any(day.provisional for day in days):
        found["note"] = "期限跨入节假日安排尚未公布的年份（日历未公布），按周一至周五暂算。" + found["note"]
    return found


def _spans(record: Record) -> list[Pause]:
    return [
        Pause(date.fromisoformat(span["from"]), date.fromisoformat(span["to"]), span["reason"])
        for span in record.loop.get("pauses", ())
    ]


def _pauses(record: Record) -> list[dict[str, str]]:
    """The spans in which the clock stood still; the last may still be open."""
    found = [
        {"from": span["from"], "to": span["to"], "reason": span["reason"]} for span in record.loop.get("pauses", ())
    ]
    if is_paused(record):
        paused = record.loop["paused"]
        since = clock.local_date(datetime.fromisoformat(paused["at"]))
        found.append({"from": since.isoformat(), "to": "", "reason": paused["reason"]})
    return found


def _moves(steps: list[Step], loop: LoopSpec) -> Iterator[dict[str, str]]:
    """Every effect that moved the deadline: what, from when to when, why."""
    for step in steps:
        moved = step.detail.get("due")
        verb = loop.verb.get(step.event.kind.removeprefix("verb:"))
        if moved and verb and moved["from"] != moved["to"]:
            yield {
                "title": verb.title,
                "from": _day(moved["from"]),
                "to": _day(moved["to"]),
                "reason": step.event.reason,
                "by": step.event.actor_name,
            }


def _day(value: str | None) -> str:
    return showing.day(datetime.fromisoformat(value)) if value else "没有期限"


def _base(record: Record, loop: LoopSpec, steps: list[Step]) -> _Base | None:
    """The day from which the loop's term was counted; None where a field of the record gave the deadline."""
    spec = spec_of(record.ledger)
    for step in reversed(steps):
        given = step.system.get("due_at")
        if not given or "due" in step.detail or "pause" in step.detail:
            continue
        named = {code: value for code, _, value in step.changes}
        if spec.due_field and named.get(spec.due_field):
            return None
        start = _start(record, loop, step)
        return _Base(start, clock.local_date(datetime.fromisoformat(given))) if start else None
    return None


def _start(record: Record, loop: LoopSpec, step: Step) -> date | None:
    if loop.deadline is None:
        return None
    if loop.deadline.start == "opened":
        return clock.local_date(record.opened_at) if record.opened_at else None
    if loop.deadline.start == "field":
        text = record.data.get(loop.deadline.field)
        return date.fromisoformat(text[:10]) if text else None
    return clock.local_date(step.event.effective_at)


def _shown(day: DayStep) -> dict[str, Any]:
    return {
        "date": f"{day.date.month}月{day.date.day}日",
        "weekday": day.weekday,
        "note": day.reason,
        "count": day.ordinal,
        "made_up": "调休" in day.reason,
    }
