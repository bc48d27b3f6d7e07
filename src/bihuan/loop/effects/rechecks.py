"""抽查复核: what was found when a closed matter that was drawn was looked at again."""

from bihuan.base import clock
from bihuan.ledger.models import Record
from bihuan.loop.effects.base import Doing, Effect, Outcome
from bihuan.loop.effects.recurrences import opened_again


def awaits_recheck(record: Record) -> bool:
    """Whether the matter was drawn and nobody has said yet what was found."""
    drawn = record.loop.get("recheck")
    return bool(drawn) and "result" not in drawn


def _pass(doing: Doing) -> Outcome:
    return Outcome({**doing.log, "recheck": {**doing.log["recheck"], "result": "pass", "done": doing.by}}, state="")


def _fail(doing: Doing) -> Outcome:
    """Not put right after all: the closed matter says so, and a new one is opened."""
    again = opened_again(doing, clock.local_date(doing.now).isoformat())
    recheck = {**doing.log["recheck"], "result": "fail", "done": doing.by}
    return Outcome({**again.log, "recheck": recheck}, again.system, again.detail, state="", also=again.also)


EFFECTS = {
    "recheck_pass": Effect(_pass, stands=awaits_recheck),
    "recheck_fail": Effect(_fail, stands=awaits_recheck),
}
