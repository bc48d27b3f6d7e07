"""A question answered: the plan is run once, then every cell is arithmetic over the states that were counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Protocol

from bihuan.base.errors import Invalid
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.derived import combined, rank_among, share_of
from bihuan.figure.doubled import doubled_values
from bihuan.figure.engine.embedded import run_scan
from bihuan.figure.engine.scan import Counted
from bihuan.figure.engine.tally import measured, state_of
from bihuan.figure.external import external_value
from bihuan.figure.lake.absorbing import fresh_snapshot
from bihuan.figure.lake.reading import Snapshot
from bihuan.figure.measure import Function
from bihuan.figure.names import LedgerView
from bihuan.figure.period import Period
from bihuan.figure.plan import Scan, clocks_for, make_plan, part_codes, part_periods, placed
from bihuan.figure.resolved import Base, Derived, Doubled, External, Resolved, Stock, UnitCount
from bihuan.figure.rules import Reach, counted_units, require_whole, require_within
from bihuan.figure.slice_words import slice_titles
from bihuan.figure.slices import Slice
from bihuan.figure.value import Value
from bihuan.ledger.models import Ledger
from bihuan.org.actor import system_actor
from bihuan.org.tree import Tree, tree_on


@dataclass(frozen=True)
class Question:
    """Which figures, in which periods, at which clocks, perhaps cut by the values of a field."""

    codes: tuple[str, ...]
    periods: tuple[Period, ...]
    clocks: Clocks
    slices: tuple[Slice | None, ...] = (None,)


class Snapshots:
    """The lakes of the ledgers that one question reads, each taken once, so that all its numbers agree."""

    def __init__(self, ledgers: Mapping[str, Ledger]) -> None:
        self.ledgers = ledgers
        self._taken: dict[str, Snapshot] = {}

    def of(self, view: LedgerView) -> Snapshot:
        """The lake of a ledger, with every event that is saved."""
        if view.code not in self._taken:
            self._taken[view.code] = fresh_snapshot(self.ledgers[view.code], view)
        return self._taken[view.code]


Scopes = Sequence[frozenset[int] | None]
"""The units that are counted in each of a figure's ledgers; None for all."""


class Runner(Protocol):
    """An engine: it alone reads what records say."""

    def count(self, scan: Scan, figures: Mapping[str, Resolved], snapshots: Snapshots, view: LedgerView) -> Counted:
        """What a scan wants, counted."""

    def find_doubled(self, figure: Doubled, snapshots: Snapshots, scopes: Scopes, clocks: Clocks) -> tuple[int, int]:
        """How many values occur again, and in how many records."""


class Embedded:
    """The engine of every day: Polars in this process."""

    def count(self, scan: Scan, figures: Mapping[str, Resolved], snapshots: Snapshots, view: LedgerView) -> Counted:
        """What a scan wants, counted."""
        return run_scan(scan, figures, snapshots.of(view), view)

    def find_doubled(self, figure: Doubled, snapshots: Snapshots, scopes: Scopes, clocks: Clocks) -> tuple[int, int]:
        """How many values occur again, and in how many records."""
        return doubled_values(figure, [snapshots.of(view) for view, _ in figure.places], scopes, clocks)


@dataclass
class Answer:
    """The values of a question, worked out as they are asked for."""

    question: Question
    catalogue: Catalogue
    figures: Mapping[str, Resolved]
    counted: Mapping[tuple[str, Clocks], Counted]
    snapshots: Snapshots
    reach: Reach | None = None
    runner: Runner = field(default_factory=Embedded)
    _values: dict[tuple[str, int | None, Period, Slice | None], Value] = field(default_factory=dict)
    _trees: dict[date, Tree] = field(default_factory=dict)

    def value(self, code: str, unit: int | None, period: Period, cut: Slice | None = None) -> Value:
        """One cell. Raises NotAllowed where the person may not know it."""
        key = (code, unit, period, cut)
        if key not in self._values:
            self._values[key] = self._work_out(code, unit, period, cut)
        return self._values[key]

    def table(self, units: Iterable[int | None]) -> list[Value]:
        """All cells of the question for some units."""
        asked = self.question
        return [
            self.value(code, unit, period, cut)
            for code in asked.codes
            for unit in units
            for period in asked.periods
            for cut in asked.slices
        ]

    @cached_property
    def titles(self) -> dict[Slice, str]:
        """What each slice of the question is called."""
        cuts = [cut for cut in self.question.slices if cut is not None]
        return slice_titles(self.figures.values(), cuts, self.reach.actor if self.reach else system_actor())

    def day_of(self, period: Period) -> date:
        """The day on which units are rolled up: the period's end, or the day asked where that is earlier."""
        return min(period.end, self.question.clocks.day)

    def tree(self, period: Period) -> Tree:
        """The units as they stood on that day; one for all cells of the answer, whatever changes meanwhile."""
        day = self.day_of(period)
        if day not in self._trees:
            self._trees[day] = tree_on(day)
        return self._trees[day]

    def _work_out(self, code: str, unit: int | None, period: Period, cut: Slice | None) -> Value:
        figure = self.figures[code]
        blank = Value(code, unit, period, None, slice=cut)
        if cut is not None and not isinstance(figure, Base | Derived):
            raise Invalid(f"“{figure.spec.title}”不是从一个台账的记录数出来的，没有按“{cut.field}”的一部分")
        match figure:
            case Base():
                return self._base(figure, blank)
            case Doubled():
                return self._doubled(figure, blank)
            case UnitCount():
                return replace(blank, number=self._unit_count(figure, unit, period))
            case External():
                require_within(self.reach, unit, code)
                return replace(blank, number=external_value(code, unit, period, self.question.clocks))
            case Derived():
                return self._derived(figure, blank)

    def _base(self, figure: Base, blank: Value) -> Value:
        own = clocks_for(figure, blank.period, self.question.clocks)
        counted = self.counted[figure.view.code, own]
        ledger = self.catalogue.ledgers[figure.view.code]
        units, partial = counted_units(self.reach, ledger, blank.unit, self.tree(blank.period), figure)
        tally = counted.tallies[figure.code, blank.slice]
        parts = range(1) if self._is_at_once(figure) else counted.cuts.span(placed(figure, blank.period))
        state = state_of(tally, units, parts)
        return replace(blank, number=measured(figure, state), records=state.records, partial=partial)

    @staticmethod
    def _is_at_once(figure: Base) -> bool:
        return isinstance(figure.time, Stock) and figure.function is not Function.SHARE

    def _doubled(self, figure: Doubled, blank: Value) -> Value:
        own = clocks_for(figure, blank.period, self.question.clocks)
        scopes, partial = [], False
        for view, _ in figure.places:
            ledger = self.catalogue.ledgers[view.code]
            units, less = counted_units(self.reach, ledger, blank.unit, self.tree(blank.period), figure)
            scopes.append(units)
            partial = partial or less
        number, records = self.runner.find_doubled(figure, self.snapshots, scopes, own)
        return replace(blank, number=Fraction(number), records=records, partial=partial)

    def _unit_count(self, figure: UnitCount, unit: int | None, period: Period) -> Fraction:
        tree = self.tree(period)
        nodes = tree.nodes if unit is None else tree.below(unit)
        return Fraction(sum(1 for node in nodes if node.kind == figure.unit_kind))

    def _derived(self, figure: Derived, blank: Value) -> Value:
        if figure.kind in ("rank", "share"):
            return self._beside_others(figure, blank)
        periods = part_periods(figure, blank.period, self.question.clocks)
        parts = [
            self.value(code, blank.unit, period, blank.slice)
            for code, period in zip(part_codes(figure), periods, strict=True)
        ]
        records = [part.records for part in parts if part.records is not None]
        return replace(
            blank,
            number=combined(figure, [part.number for part in parts]),
            records=records[0] if records else None,
            partial=any(part.partial for part in parts),
        )

    def _beside_others(self, figure: Derived, blank: Value) -> Value:
        """A figure that is told by the other units: those beside this one, or the one above it."""
        part, title = figure.parts[0], figure.spec.title
        own = self.value(part, blank.unit, blank.period, blank.slice)
        tree = self.tree(blank.period)
        if figure.kind == "share":
            node = tree.by_pk.get(blank.unit or 0)
            above = node.parent if node and figure.spec.within != "whole" else None
            whole = self.value(part, above, blank.period, blank.slice)
            require_whole(whole.partial or own.partial, title)
            return replace(blank, number=share_of(figure, own.number, whole.number), records=own.records)
        beside = tree.beside(blank.unit) if blank.unit else ()
        others = [self.value(part, unit, blank.period, blank.slice) for unit in beside]
        require_whole(own.partial or any(other.partial for other in others), title)
        numbers = [other.number for other in others]
        place = rank_among(own.number, numbers, ascending=figure.spec.order == "ascending") if beside else None
        return replace(blank, number=place, records=own.records)


def answer(
    question: Question, *, reach: Reach | None, runner: Runner | None = None, given: Catalogue | None = None
) -> Answer:
    """Run a question. `reach` None is the machine's own view of all records; a person always has one."""
    catalogue = given or Catalogue(question.clocks.known_at)
    figures = catalogue.with_parts(question.codes)
    plan = make_plan(question.codes, question.periods, figures, question.clocks, question.slices)
    snapshots = Snapshots(catalogue.ledgers)
    views = {figure.view.code: figure.view for figure in figures.values() if isinstance(figure, Base)}
    run = runner or Embedded()
    counted = {
        (scan.ledger, scan.clocks): run.count(scan, figures, snapshots, views[scan.ledger]) for scan in plan.scans
    }
    return Answer(question, catalogue, figures, counted, snapshots, reach, run)
