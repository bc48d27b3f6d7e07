"""The course of a matter: which colour it had from when to when, at which step, and whom each stretch is charged to.

Everything follows from the matter's events and the dated colour rules, so that any past day is told as it was.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bihuan.base import clock
from bihuan.base.canonical import loads
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.projection import RecordState, apply, put
from bihuan.loop.colour import Colour, bounds_at, colour_of
from bihuan.loop.nearness import near_from
from bihuan.loop.rules import level_unit
from bihuan.loop.spec import LevelSpec, LoopSpec
from bihuan.org.tree import Tree

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Stretch:
    """A time in which nothing changed: `unit` is who owed the matter, `charged` whose turn it was."""

    start: datetime
    end: datetime
    colour: Colour
    state: str
    unit: int | None
    level: str
    charged: int | None
    holder: str
    paused: bool

    @property
    def days(self) -> float:
        return (self.end - self.start) / timedelta(days=1)


Moment = tuple[datetime, RecordState]


def moments_of(events: Iterable[tuple[datetime, str]]) -> list[Moment]:
    """A matter's state from each instant on at which something took effect; events come in order of their version.

    What was entered late with an earlier date counts from that date on, as in every replay.
    """
    known = [(effective, loads(payload)) for effective, payload in events]
    if all(one[0] <= other[0] for one, other in pairwise(known)):
        found: list[Moment] = []
        state = RecordState()
        for effective, payload in known:
            state = apply(state, payload)
            found.append((effective, state))
        return found
    return [(instant, _folded(known, instant)) for instant in sorted({effective for effective, _ in known})]


def _folded(known: Sequence[tuple[datetime, dict[str, object]]], instant: datetime) -> RecordState:
    state = RecordState()
    for effective, payload in known:
        if effective <= instant:
            state = apply(state, payload)
    return state


def course(moments: Sequence[Moment], ledger: Ledger, loop: LoopSpec, tree: Tree, until: datetime) -> list[Stretch]:
    """The stretches of a matter from its opening up to an instant, in order and without gaps; none before it opens."""
    found: list[Stretch] = []
    if not moments:
        return found
    ends = [instant for instant, _ in moments[1:]] + [until]
    for (start, state), end in zip(moments, ends, strict=True):
        found += _stretches(state, start, min(end, until), ledger, loop, tree)
    return found


def _stretches(
    state: RecordState, start: datetime, end: datetime, ledger: Ledger, loop: LoopSpec, tree: Tree
) -> Iterator[Stretch]:
    if end <= start or state.deleted or not state.number:
        return
    level = level_of_step(loop, state.state)
    charged = _charged(state, level, ledger, tree)
    holder = state.loop.get("holders", {}).get(state.state, {}).get("name", "")
    edges = [start, *_edges(state, loop, start, end), end]
    for begin, finish in pairwise(edges):
        colour = colour_of(state.due_at, state.closed_at, bounds_at(loop, begin))
        code = level.code if level else ""
        yield Stretch(
            begin, finish, colour, state.state, state.unit, code, charged, holder, paused="paused" in state.loop
        )


def _edges(state: RecordState, loop: LoopSpec, start: datetime, end: datetime) -> list[datetime]:
    """The instants between two at which the colour may turn, though nothing happens."""
    due, closed = state.due_at, state.closed_at
    if closed and closed <= start:
        return []
    edges = {closed} if closed else set()
    if due:
        edges.add(due + _TICK)
        edges |= {clock.start_of_day(rule.valid_from) for rule in loop.colours}
        edges |= {clock.start_of_day(near_from(rule, clock.local_date(due))) for rule in loop.colours}
    return sorted(edge for edge in edges if start < edge < end)


def level_of_step(loop: LoopSpec, state: str) -> LevelSpec | None:
    """The level of dispatch to which time at a step is charged: that of the step, or of who must move the matter on."""
    levels = {level.code: level for level in loop.levels}
    step = loop.step.get(state)
    if step and step.level:
        return levels.get(step.level)
    ways = [verb for verb in loop.verbs if verb.targets and (not verb.from_ or state in verb.from_)]
    ways.sort(key=lambda verb: verb.tone != "primary")
    for verb in ways:
        for who in verb.who:
            for level in loop.levels:
                if who.unit == level.unit and not level.field:
                    return level
    return loop.levels[0] if loop.levels else None


def _charged(state: RecordState, level: LevelSpec | None, ledger: Ledger, tree: Tree) -> int | None:
    if level is None:
        return state.unit
    return level_unit(level, put(state, Record(ledger=ledger)), tree)


def turned_red(stretches: Sequence[Stretch]) -> list[Stretch]:
    """The stretches in which the matter turned red though it was not: with whom it lay then."""
    return [
        after
        for before, after in pairwise([None, *stretches])
        if after and after.colour is Colour.RED and (before is None or before.colour is not Colour.RED)
    ]


def course_of(record: Record, loop: LoopSpec, tree: Tree, until: datetime) -> list[Stretch]:
    """The course of one matter up to an instant."""
    events = Event.objects.filter(record=record, effective_at__lte=until).order_by("version")
    return course(moments_of(events.values_list("effective_at", "payload")), record.ledger, loop, tree, until)
