"""暂停、恢复: a clock that stands still, and the deadline that moves by the days that were not counted.

`due_at` stays the one date that all colours follow from: a pause puts it away, or leaves it where it is past already.
"""

from datetime import datetime
from typing import Any

from bihuan.base import clock
from bihuan.ledger.append import moment
from bihuan.ledger.models import Record
from bihuan.loop.deadline import shifted
from bihuan.loop.effects.base import Doing, Effect, Outcome, grown, without
from bihuan.loop.spec import DayCount, LoopSpec


def is_paused(record: Record) -> bool:
    """Whether the matter's clock stands still."""
    return "paused" in record.loop


def due_of(record: Record) -> datetime | None:
    """The deadline, also while it is put away by a pause."""
    put_away = record.loop.get("paused", {}).get("due")
    return datetime.fromisoformat(put_away) if put_away else record.due_at


def moved_due(doing: Doing, due: str | None) -> dict[str, Any]:
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
    return Outcome(log, {"due_at": moment(fresh)} if fresh else {}, moved_due(doing, moment(fresh)) | {"pause": entry})


def counted(loop: LoopSpec) -> DayCount:
    """How the loop counts the days of its term, and so those of a pause."""
    return loop.deadline.count if loop.deadline else "calendar"


EFFECTS = {
    "pause": Effect(_pause, stands=lambda record: not is_paused(record)),
    "resume": Effect(_resume, stands=is_paused),
}
