"""The tree of a plan as a person sees it: rows of its ledgers under each other, with colour, progress and days."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from bihuan.base import clock
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import visible_records
from bihuan.ledger.sight import sight_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import Lookup, Masked
from bihuan.ledger.values import shown
from bihuan.loop.colour import Bounds, Colour, bounds_at, colour_of, worse
from bihuan.loop.declared.definitions import InForce, declared_of
from bihuan.loop.definitions import loop_of
from bihuan.loop.plan.progress import Progress, Task, progress_of
from bihuan.loop.plan.spec import PlanLevelSpec, PlanSpec
from bihuan.org.actor import Actor

MOST_ROWS = 2_000
"""Of one level; what is more is counted and said."""


@dataclass
class PlanNode:
    """A row of a plan with those under it."""

    record: Record
    level: int
    name: str
    state: str
    own_colour: Colour | None
    weight: Fraction
    done: Fraction | None
    start: date | None
    end: date | None
    closed: date | None
    children: list["PlanNode"] = field(default_factory=list)

    @property
    def colour(self) -> Colour | None:
        """Its own where it has a loop, else the gravest of those under it; None where nothing says."""
        if self.own_colour is not None:
            return self.own_colour
        found: Colour | None = None
        for child in self.children:
            colour = child.colour
            if colour is not None:
                found = colour if found is None else worse(found, colour)
        return found

    @property
    def span(self) -> tuple[date | None, date | None]:
        """Its own days; where it has no end of its own, from the first to the last day of those under it."""
        end = self.closed or self.end
        if end is not None or not self.children:
            return self.start, end
        spans = [child.span for child in self.children]
        days = [day for span in spans for day in span if day is not None]
        return (min(days), max(days)) if days else (self.start, None)

    @property
    def progress(self) -> Progress:
        return progress_of(self.task)

    @property
    def task(self) -> Task:
        """The node as the arithmetic of progress takes it. One that is closed is done, whatever stands under it."""
        if self.closed is not None:
            return Task(self.weight, Fraction(1))
        return Task(self.weight, self.done, [child.task for child in self.children])


@dataclass(frozen=True)
class PlanTree:
    """What a person sees of a plan; `loose` rows name no row over them that is in sight, `cut` were too many."""

    roots: list[PlanNode]
    loose: list[PlanNode]
    cut: int

    def walk(self) -> Iterator[PlanNode]:
        """Every node, each before those under it."""
        for root in (*self.roots, *self.loose):
            yield from _walk(root)


def _walk(node: PlanNode) -> Iterator[PlanNode]:
    yield node
    for child in node.children:
        yield from _walk(child)


def plans_in_force() -> dict[str, InForce[PlanSpec]]:
    """The declared plans, by full code."""
    return declared_of("plans", PlanSpec)


def plan_tree(actor: Actor, plan: InForce[PlanSpec], at: datetime) -> PlanTree:
    """The plan's tree at an instant: a few queries a level, however many rows."""
    roots: list[PlanNode] = []
    loose: list[PlanNode] = []
    cut = 0
    over: dict[str | int, PlanNode] = {}
    for place, level in enumerate(plan.spec.levels):
        nodes, more = _level(actor, plan.ledger(level.ledger), level, place, at, place == len(plan.spec.levels) - 1)
        cut += more
        for node in nodes:
            parent = over.get(node.record.data.get(level.parent, "")) if place else None
            (roots if not place else parent.children if parent else loose).append(node)
        over = {key: node for node in nodes for key in (node.record.pk, node.record.number)}
    return PlanTree(roots, loose, cut)


def _level(
    actor: Actor, ledger: Ledger, level: PlanLevelSpec, place: int, at: datetime, is_last: bool
) -> tuple[list[PlanNode], int]:
    sight, loop = sight_of(actor, ledger), loop_of(ledger)
    spec = sight.spec
    lookup = lookup_for(spec, actor.tree)
    bounds = bounds_at(loop, at) if loop else None
    rows = visible_records(actor, ledger).select_related("ledger").order_by("opened_at", "pk")
    records = list(rows[: MOST_ROWS + 1])
    more = rows.count() - MOST_ROWS if len(records) > MOST_ROWS else 0
    states = loop.states if loop else {}
    nodes = []
    for record in records[:MOST_ROWS]:
        seen = sight.see(record, lookup)
        node = _node(seen, level, place, bounds, is_last)
        node.name, node.state = _name(seen, spec, lookup), states.get(record.state, "")
        nodes.append(node)
    return nodes, more


def _name(seen: Record, spec: LedgerSpec, lookup: Lookup) -> str:
    """What a record is called to the person for whom `seen` was made, who may not see the field that names it."""
    field = spec.by_code.get(spec.name_field)
    value = seen.data.get(field.code) if field else None
    return (shown(field, value, lookup) if field and value is not None else "") or seen.number


def _node(record: Record, level: PlanLevelSpec, place: int, bounds: Bounds | None, is_last: bool) -> PlanNode:
    closed = clock.local_date(record.closed_at) if record.closed_at else None
    return PlanNode(
        record=record,
        level=place,
        name="",
        state="",
        own_colour=colour_of(record.due_at, record.closed_at, bounds) if bounds else None,
        weight=_number(record.data.get(level.weight)) if level.weight else Fraction(1),
        done=_done(record, level) if is_last else None,
        start=_day(record.data.get(level.start)) or (clock.local_date(record.opened_at) if record.opened_at else None),
        end=clock.local_date(record.due_at) if record.due_at else None,
        closed=closed,
    )


def _done(record: Record, level: PlanLevelSpec) -> Fraction | None:
    """How far a leaf is. Without a field for it an open leaf is not done; with a field left blank it is not known."""
    if record.closed_at:
        return Fraction(1)
    if not level.progress:
        return Fraction(0)
    value = record.data.get(level.progress)
    return (
        None if value is None or isinstance(value, Masked) else min(Fraction(1), max(Fraction(0), _number(value) / 100))
    )


def _number(value: Any) -> Fraction:
    """A stored number, never below 0; a blank weight is 0, so that it is seen to be missing."""
    known = value is not None and not isinstance(value, Masked)
    return max(Fraction(0), Fraction(str(value))) if known else Fraction(0)


def _day(value: Any) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value and not isinstance(value, Masked) else None
