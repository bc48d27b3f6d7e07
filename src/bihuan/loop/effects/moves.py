"""Keeping a form for later, and taking one's own last move back."""

from bihuan.ledger.models import Record
from bihuan.loop.effects.base import Doing, Effect, Outcome, without


def _save(doing: Doing) -> Outcome:
    return Outcome(doing.log)


def is_last_mover(record: Record, people: frozenset[int]) -> bool:
    """Whether the last thing that happened to the matter is that one of these people moved it."""
    moved = record.loop.get("moved", {})
    return moved.get("version") == record.version and moved.get("person") in people


def _can_withdraw(record: Record) -> bool:
    return bool(record.loop.get("moved", {}).get("version") == record.version)


def _withdraw(doing: Doing) -> Outcome:
    moved = doing.record.loop["moved"]
    return Outcome(without(doing.log, "moved", "round"), state=moved["from"])


EFFECTS = {"save": Effect(_save), "withdraw": Effect(_withdraw, stands=_can_withdraw)}
