"""例外: a matter accepted as it is until a day; then it is due again."""

from datetime import date

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.ledger.append import moment
from bihuan.ledger.models import Record
from bihuan.ledger.spec import FieldSpec
from bihuan.loop.effects.base import Doing, Effect, Outcome, grown, without
from bihuan.loop.effects.extensions import UNTIL, until_field
from bihuan.loop.effects.pauses import moved_due
from bihuan.loop.spec import LoopSpec, VerbSpec


def _except_inputs(_record: Record, loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    hint = f"最长 {loop.exception.days} 天，到期后要续批或整改" if loop.exception else ""
    return (until_field("例外有效至").model_copy(update={"hint": hint}),)


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
    return Outcome({**doing.log, "exception": exception}, {"due_at": due}, moved_due(doing, due))


def _end_exception(doing: Doing) -> Outcome:
    before = doing.record.loop["exception"]
    log = without(grown(doing.log, "exceptions", before), "exception")
    return Outcome(log, {"due_at": before["due"]}, moved_due(doing, before["due"]))


EFFECTS = {
    "except": Effect(_except, _except_inputs),
    "end_exception": Effect(_end_exception, stands=lambda record: "exception" in record.loop),
}
