"""Which matters wait for a person: those that someone of their posts, or they themselves, must move on.

The same ways give the rows of a desk and, from the tallies of steps, how many they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from bihuan.ledger.models import Involved, Ledger, StepTally
from bihuan.loop.definitions import running_loops
from bihuan.loop.effects.merging import JOINED
from bihuan.loop.spec import LoopSpec
from bihuan.loop.ways import Way, ways_of_loop
from bihuan.org.actor import Actor

HANDS = ("holder", "signer")
"""The parts that make a matter wait for a person by name."""


@dataclass(frozen=True)
class Waiting:
    """What waits for an actor, as a condition on records."""

    actor: Actor
    ways: tuple[Way, ...]

    def condition(self) -> Q:
        """What somebody of their posts must do and nobody holds by name, and what they themselves hold or must sign."""
        by_post = Q(pk__in=[])
        for way in self.ways:
            by_post |= way.of_record()
        held = Exists(Involved.objects.filter(record=OuterRef("pk"), part="holder"))
        by_name = Q(pk__in=self._by_name().values("record"))
        still = Q(closed_at__isnull=True) & ~Q(loop__has_key="paused") & ~Q(loop__has_key=JOINED)
        return still & ((by_post & ~Q(held)) | by_name)

    def _by_name(self) -> QuerySet[Involved]:
        return Involved.objects.filter(person__in=self.actor.acts_for, part__in=HANDS)

    def count(self, scope: Q) -> int | None:
        """How many they are, from the tallies of a scope; None where only the records themselves can tell."""
        if any(way.exactly is not None for way in self.ways):
            return None
        if self._by_name().exists():
            return None
        by_post = Q(pk__in=[])
        for way in self.ways:
            by_post |= way.of_tally()
        tallies = StepTally.objects.filter(scope, by_post, closed=False, held=False, paused=False)
        return tallies.aggregate(n=Sum("total"))["n"] or 0


def waiting_for(actor: Actor, ledgers: Sequence[tuple[Ledger, LoopSpec]]) -> Waiting:
    """What waits for the actor in these ledgers, each matter by the version of the loop under which it runs."""
    running = running_loops([ledger for ledger, _ in ledgers])
    ways: list[Way] = []
    for ledger, latest in ledgers:
        versions = running.get(ledger.pk, {})
        if len(versions) <= 1:
            loop = next(iter(versions.values()), latest)
            ways += ways_of_loop(actor, ledger, loop, None)
        for version, loop in versions.items() if len(versions) > 1 else ():
            ways += ways_of_loop(actor, ledger, loop, version)
    return Waiting(actor, tuple(ways))


def waiting_steps(actor: Actor, ledger: Ledger, loop: LoopSpec) -> Q:
    """The condition under which a matter of one ledger waits for the actor."""
    return Q(ledger=ledger) & waiting_for(actor, [(ledger, loop)]).condition()
