"""What moves a deadline: extension, pause, accepted exception.

`due_at` stays the one date that all colours follow from.
"""

from datetime import date, datetime
from typing import Any

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotAllowed
from bihuan.ledger.append import moment
from bihuan.ledger.models import Record
from bihuan.ledger.spec import FieldSpec
from bihuan.loop.deadline import shifted
from bihuan.loop.effects.base import Doing, Effect, Outcome, grown, without
from bihuan.loop.spec import DayCount, LoopSpec, VerbSpec

UNTIL = "do_until"


def is_paused(record: Record) -> bool:
    """Whether the matter's clock stands still."""
    return "paused" in record.loop


def due_of(record: Record) -> datetime | None:
    """The deadline, also while it is put away by a pause."""
    put_away = record.loop.get("paused", {}).get("due")
    return datetime.fromisoformat(put_away) if put_away else record.due_at


def _until(title: str) -> FieldSpec:
    return FieldSpec(code=UNTIL, title=title, kind="date", required=True)


def _ask_inputs(_record: Record, _loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    return (_until("延至"),)


def _grant_inputs(record: Record, _loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    asked = record.loop.get("asked", {})
    hint = f"{asked['by']} 申请延至 {asked['until']}；不填就按申请的日期" if asked else ""
    return (_until("批准延至").model_copy(update={"required": False, "hint": hint}),)


def _except_inputs(_record: Record, loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    hint = f"最长 {loop.exception.days} 天，到期后要续批或整改" if loop.exception else ""
    return (_until("例外有效至").model_copy(update={"hint": hint}),)


def _ask_extension(doing: Doing) -> Outcome:
    rule, until = doing.loop.extension, date.fromisoformat(doing.brought[UNTIL])
    granted = len(doing.record.loop.get("extensions", []))
    if rule.times is not None and granted >= rule.times:
        raise NotAllowed(f"“{doing.record.number}”已延期 {granted} 次，最多 {rule.times} 次")
    if rule.before_due and doing.record.due_at and doing.record.due_at < doing.now:
        raise NotAllowed("期限已过，不能再申请延期")
    _check_extension(doing, until)
    asked = {"until": until.isoformat(), "reason": doing.reason, **doing.by}
    return Outcome({**doing.log, "asked": asked}, detail={"until": until.isoformat()})


def _check_extension(doing: Doing, until: date) -> None:
    """An extension is to a later day, within the loop's bound."""
    due, rule = doing.record.due_at, doing.loop.extension
    if due is None:
        raise NotAllowed(f"“{doing.record.number}”还没有期限，不用延期")
    day = clock.local_date(due)
    if until <= day:
        raise Invalid("日期不对", {UNTIL: f"要晚于现在的期限 {day}"})
    if rule.days is not None and (until - day).days > rule.days:
        raise Invalid(
            "日期不对", {UNTIL: f"每次最多延 {rule.days} 天，最晚到 {date.fromordinal(day.toordinal() + rule.days)}"}
        )


def _grant_extension(doing: Doing) -> Outcome:
    asked = doing.record.loop["asked"]
    until = date.fromisoformat(doing.brought.get(UNTIL) or asked["until"])
    _check_extension(doing, until)
    due = moment(clock.end_of_day(until))
    entry = {
        "from": moment(doing.record.due_at),
        "to": due,
        "asked_by": asked["by"],
        "why": asked["reason"],
        **doing.by,
    }
    return Outcome(without(grown(doing.log, "extensions", entry), "asked"), {"due_at": due}, _moved(doing, due))


def _deny_extension(doing: Doing) -> Outcome:
    return Outcome(without(doing.log, "asked"))


def _moved(doing: Doing, due: str | None) -> dict[str, Any]:
    """What the event tells of a deadline that moved."""
    return {"due": {"from": moment(due_of(doing.record)), "to": due}}


def _pause(doing: Doing) -> Outcome:
    """Stop the clock. A deadline not yet past is put away, so that nothing turns yellow or red meanwhile."""
    due = doing.record.due_at
    away = due if due and due >= doing.now else None
    paused = {"reason": doing.reason, **({"due": moment(away)} if away else {}), **doing.by}
    return Outcome({**doing.log, "paused": paused}, {"due_at": None} if away else {})


def _resume(doing: Doing) -> Outcome:
    """Start the clock again: the deadline moves by the days that were not counted."""
    paused, due = doing.record.loop["paused"], due_of(doing.record)
    since, today, count = (
        clock.local_date(datetime.fromisoformat(paused["at"])),
        clock.local_date(doing.now),
        counted(doing.loop),
    )
    fresh, days = (None, 0) if due is None else shifted(due, since, today, count)
    entry = {
        "from": since.isoformat(),
        "to": today.isoformat(),
        "days": days,
        "count": count,
        "reason": paused["reason"],
    }
    log = without(grown(doing.log, "pauses", {**entry, "by": paused["by"]}), "paused")
    if "exception" in log and log["exception"].get("due"):
        before = datetime.fromisoformat(log["exception"]["due"])
        log["exception"] = {**log["exception"], "due": moment(shifted(before, since, today, count)[0])}
    return Outcome(log, {"due_at": moment(fresh)} if fresh else {}, _moved(doing, moment(fresh)) | {"pause": entry})


def counted(loop: LoopSpec) -> DayCount:
    """How the loop counts the days of its term, and so those of a pause."""
    return loop.deadline.count if loop.deadline else "calendar"


def _except(doing: Doing) -> Outcome:
    """Accept the matter as it is until a day: then it is due again."""
    rule, until, today = doing.loop.exception, date.fromisoformat(doing.brought[UNTIL]), clock.local_date(doing.now)
    if until <= today:
        raise Invalid("日期不对", {UNTIL: f"要晚于今天 {today}"})
    if rule and (until - today).days > rule.days:
        raise Invalid(
            "日期不对", {UNTIL: f"例外最长 {rule.days} 天，最晚到 {date.fromordinal(today.toordinal() + rule.days)}"}
        )
    due = moment(clock.end_of_day(until))
    before = doing.record.loop.get("exception", {}).get("due", moment(doing.record.due_at))
    exception = {"until": until.isoformat(), "due": before, "reason": doing.reason, **doing.by}
    return Outcome({**doing.log, "exception": exception}, {"due_at": due}, _moved(doing, due))


def _end_exception(doing: Doing) -> Outcome:
    before = doing.record.loop["exception"]
    log = without(grown(doing.log, "exceptions", before), "exception")
    return Outcome(log, {"due_at": before["due"]}, _moved(doing, before["due"]))


EFFECTS = {
    "ask_extension": Effect(_ask_extension, _ask_inputs, lambda record: "asked" not in record.loop),
    "grant_extension": Effect(_grant_extension, _grant_inputs, lambda record: "asked" in record.loop),
    "deny_extension": Effect(_deny_extension, stands=lambda record: "asked" in record.loop),
    "pause": Effect(_pause, stands=lambda record: not is_paused(record)),
    "resume": Effect(_resume, stands=is_paused),
    "except": Effect(_except, _except_inputs),
    "end_exception": Effect(_end_exception, stands=lambda record: "exception" in record.loop),
}
