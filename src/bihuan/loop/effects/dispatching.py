"""Orders, receipts and reminders: the matter's dispatch log."""

from bihuan.ledger.models import Record
from bihuan.loop.effects.base import Doing, Effect, Outcome, grown


def has_unreceived_order(record: Record) -> bool:
    """Whether an order was given to the matter after the last receipt."""
    received: int = record.loop.get("received", 0)
    return len(record.loop.get("orders", [])) > received


def _order(doing: Doing) -> Outcome:
    return Outcome(grown(doing.log, "orders", {"level": doing.verb.level, **doing.by}))


def _receive(doing: Doing) -> Outcome:
    """A receipt is of all orders until then."""
    log = grown(doing.log, "receipts", {"level": doing.verb.level, **doing.by})
    return Outcome({**log, "received": len(log.get("orders", []))})


def _urge(doing: Doing) -> Outcome:
    return Outcome(grown(doing.log, "urges", doing.by))


EFFECTS = {"order": Effect(_order), "receive": Effect(_receive), "urge": Effect(_urge)}
