"""What an effect is: what its form asks beside the verb's fields, when it can be done, what it makes of a matter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bihuan.ledger.append import Draft, moment
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.loop.spec import LoopSpec, VerbSpec
from bihuan.org.actor import Actor

Log = dict[str, Any]
"""What the loop keeps of a matter beside its step and dates: `record.loop`, always written whole."""


@dataclass(frozen=True)
class Doing:
    """A verb about to be done: by whom, to what, with what was brought, at which instant."""

    actor: Actor
    record: Record
    verb: VerbSpec
    loop: LoopSpec
    spec: LedgerSpec
    brought: Mapping[str, Any]
    reason: str
    now: datetime

    @property
    def log(self) -> Log:
        return dict(self.record.loop)

    @property
    def by(self) -> Log:
        """Who does it and when, as the log keeps it."""
        return {"at": moment(self.now), "by": self.actor.name, "person": self.actor.person}


@dataclass(frozen=True)
class Outcome:
    """What an effect makes of a matter. `state` None leaves the step to the verb, an empty one keeps it as it is.

    `detail` is kept with the event, for the timeline and the reckoning of the deadline. `also` happens after it to
    other records, of this ledger or of another that is named. `changes` are fields that the effect fills.
    """

    log: Log
    system: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    state: str | None = None
    also: tuple[Draft | tuple[Ledger, Draft], ...] = ()
    changes: dict[str, Any] = field(default_factory=dict)


def _nothing_more(_record: Record, _loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    return ()


@dataclass(frozen=True)
class Effect:
    """An effect by its three parts. `stands` says whether the matter is such that it can be done now."""

    do: Callable[[Doing], Outcome]
    inputs: Callable[[Record, LoopSpec, VerbSpec], tuple[FieldSpec, ...]] = _nothing_more
    stands: Callable[[Record], bool] = lambda _record: True


def grown(log: Log, name: str, entry: Any) -> Log:
    """The log with one entry more in one of its lists."""
    return {**log, name: [*log.get(name, []), entry]}


def without(log: Log, *names: str) -> Log:
    """The log without some of its parts."""
    return {name: value for name, value in log.items() if name not in names}
