"""Matters that are handled with one of another ledger: they close with it, and count once where both are counted."""

from collections.abc import Iterable, Iterator

from django.db.models import Q

from bihuan.base.errors import NotAllowed
from bihuan.expression import Kind
from bihuan.ledger.append import Draft
from bihuan.ledger.models import Ledger, Record, Tie
from bihuan.ledger.rules import scope_among
from bihuan.loop.definitions import loop_for
from bihuan.loop.effects.base import without
from bihuan.loop.effects.merging import JOINED
from bihuan.loop.rules import value_of
from bihuan.org.actor import Actor


def counted_elsewhere(actor: Actor, ledgers: Iterable[Ledger]) -> Q | None:
    """Which matters of these ledgers are told already by another of them that the actor sees; None where none are."""
    known = list(ledgers)
    if len(known) < 2:
        return None
    ids = [ledger.pk for ledger in known]
    joined = Tie.objects.filter(kind=JOINED, record__ledger__in=ids, record__deleted=False, other__ledger__in=ids)
    if not joined.exists():
        return None
    seen = Record.objects.filter(scope_among(actor, known))
    return Q(pk__in=joined.filter(other__in=seen.values("pk")).values("record"))


def closed_with(record: Record, closed_at: str, reason: str) -> Iterator[tuple[Ledger, Draft]]:
    """What the close-out of a matter is to those that were joined to it: they close too.

    Raises NotAllowed where the data of one of them still say that the problem is there.
    """
    tied = Tie.objects.filter(other=record, kind=JOINED).values("record")
    for part in Record.objects.select_related("ledger").filter(pk__in=tied, deleted=False, closed_at=None):
        loop = loop_for(part)
        if loop is None:
            continue
        if loop.still and value_of(loop.still, Kind.BOOLEAN, part, loop) is True:
            raise NotAllowed(loop.still_message or f"并在一起的“{part.number}”的数据表明问题还在，不能销号")
        step = (loop.doubles.closes_in if loop.doubles else "") or loop.closed_steps[0]
        system = {"state": step, "closed_at": closed_at, "loop": without(part.loop, "people", "paused", "round")}
        yield part.ledger, Draft("closed_with", part.pk, {}, system, {"of": record.number}, None, reason, part.version)
