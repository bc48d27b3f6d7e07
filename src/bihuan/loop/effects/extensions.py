"""延期: asked for, granted or refused; only the granting moves the deadline."""

from datetime import date

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotAllowed
from bihuan.ledger.append import moment
from bihuan.ledger.models import Record
from bihuan.ledger.spec import FieldSpec
from bihuan.loop.effects.base import Doing, Effect, Outcome, grown, without
from bihuan.loop.effects.pauses import moved_due
from bihuan.loop.spec import LoopSpec, VerbSpec

UNTIL = "do_until"


def until_field(title: str) -> FieldSpec:
    """A form's question for the day until which."""
    return FieldSpec(code=UNTIL, title=title, kind="date", required=True)


def _ask_inputs(_record: Record, _loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    return (until_field("延至"),)


def _grant_inputs(record: Record, _loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    asked = record.loop.get("asked", {})
    hint = f"{asked['by']} 申请延至 {asked['until']}；不填就按申请的日期" if asked else ""
    return (until_field("批准延至").model_copy(update={"required": False, "hint": hint}),)


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
    return Outcome(without(grown(doing.log, "extensions", entry), "asked"), {"due_at": due}, moved_due(doing, due))


def _deny_extension(doing: Doing) -> Outcome:
    return Outcome(without(doing.log, "asked"))


EFFECTS = {
    "ask_extension": Effect(_ask_extension, _ask_inputs, lambda record: "asked" not in record.loop),
    "grant_extension": Effect(_grant_extension, _grant_inputs, lambda record: "asked" in record.loop),
    "deny_extension": Effect(_deny_extension, stands=lambda record: "asked" in record.loop),
}
