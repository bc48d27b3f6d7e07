"""Figures of many counties by Spark, over the lakes that their own instances wrote: each county's, and the total.

The definitions are one set for all. A total is put together from the counties' states, never from their values: ratios
as ratio of sums, distinct values counted anew, an average by what was counted. Ids of units, persons and records are a
county's own: the same id in two counties is two units.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import polars as pl
from pyspark.sql import functions as F  # noqa: N812 - as everybody writes it

from bihuan.figure.clocks import Clocks
from bihuan.figure.derived import combined, rank_among, share_of
from bihuan.figure.engine.scan import Counted, count_scan
from bihuan.figure.engine.tally import State, measured, state_of
from bihuan.figure.lake.beside import Beside
from bihuan.figure.lake.reading import Snapshot
from bihuan.figure.measure import Function
from bihuan.figure.names import LedgerView, expression_of, speaks_of_own
from bihuan.figure.period import Period
from bihuan.figure.plan import Plan, Scan, clocks_for, make_plan, part_codes, part_periods, placed
from bihuan.figure.resolved import Base, Derived, Doubled, External, Resolved, Stock, UnitCount
from bihuan.figure.spark.lakes import County, Reading, read_beside, take_snapshot
from bihuan.figure.spark.occurring import Occurring, occurring
from bihuan.figure.spark.reading import SparkRows
from bihuan.figure.value import Value

_AT_ONCE = 8
_MOST_RECORDS = 2**40


@dataclass
class CountiesAnswer:
    """The values of figures by county and in total, worked out as they are asked for."""

    figures: Mapping[str, Resolved]
    clocks: Clocks
    counties: Sequence[County]
    counted: Mapping[tuple[int, str, Clocks], Counted]
    doubled: Mapping[tuple[str, Clocks], Mapping[int | None, Occurring]] = field(default_factory=dict)
    beside: Sequence[Beside] = ()
    _values: dict[tuple[str, Period, int | None], Value] = field(default_factory=dict)

    def value(self, code: str, period: Period, county: int | None) -> Value:
        """The figure of one county, by its place in the list, or of all together."""
        key = (code, period, county)
        if key not in self._values:
            self._values[key] = self._work_out(self.figures[code], code, period, county)
        return self._values[key]

    def _work_out(self, figure: Resolved, code: str, period: Period, county: int | None) -> Value:
        match figure:
            case Base():
                return self._base(figure, code, period, county)
            case Doubled():
                return self._counted_again(figure, period, county)
            case Derived():
                return self._derived(figure, code, period, county)
            case External():
                return Value(code, None, period, self._external(code, period, county))
            case UnitCount():
                return Value(code, None, period, self._units(figure, period, county))

    def _base(self, figure: Base, code: str, period: Period, county: int | None) -> Value:
        own = clocks_for(figure, period, self.clocks)
        is_at_once = isinstance(figure.time, Stock) and figure.function is not Function.SHARE
        states = []
        for index in range(len(self.counties)) if county is None else (county,):
            counted = self.counted[index, figure.view.code, own]
            parts = range(1) if is_at_once else counted.cuts.span(placed(figure, period))
            states.append(_of_county(state_of(counted.tallies[code, None], None, parts), figure, index))
        state = _together(states)
        return Value(code, None, period, measured(figure, state), state.records)

    def _counted_again(self, figure: Doubled, period: Period, county: int | None) -> Value:
        found = self.doubled[figure.code, clocks_for(figure, period, self.clocks)].get(county, Occurring())
        return Value(figure.code, None, period, Fraction(found.values), found.records)

    def _derived(self, figure: Derived, code: str, period: Period, county: int | None) -> Value:
        if figure.kind in ("rank", "share"):
            return Value(code, None, period, self._beside(figure, period, county))
        parts = [
            self.value(part, own, county)
            for part, own in zip(part_codes(figure), part_periods(figure, period, self.clocks), strict=True)
        ]
        records = [part.records for part in parts if part.records is not None]
        return Value(
            code, None, period, combined(figure, [part.number for part in parts]), records[0] if records else None
        )

    def _external(self, code: str, period: Period, county: int | None) -> Fraction | None:
        """Values from outside have no sum: a rank, a mark or a rate is each county's."""
        return None if county is None else self.beside[county].external(code, period, self.clocks)

    def _units(self, figure: UnitCount, period: Period, county: int | None) -> Fraction:
        day = min(period.end, self.clocks.day)
        own = self.beside if county is None else (self.beside[county],)
        return Fraction(sum(one.units(figure.unit_kind, day) for one in own))

    def _beside(self, figure: Derived, period: Period, county: int | None) -> Fraction | None:
        """Here the counties are each other's siblings, and all together are the whole."""
        own = self.value(figure.parts[0], period, county).number
        if figure.kind == "share":
            return share_of(figure, own, self.value(figure.parts[0], period, None).number)
        if county is None:
            return None
        others = [self.value(figure.parts[0], period, index).number for index in range(len(self.counties))]
        return rank_among(own, others, ascending=figure.spec.order == "ascending")


def ask_counties(
    session: Any,
    codes: Sequence[str],
    periods: Sequence[Period],
    clocks: Clocks,
    figures: Mapping[str, Resolved],
    counties: Sequence[County],
) -> CountiesAnswer:
    """Run every scan of a question over every county's lakes, several at once. Raises DamagedLake, Invalid.

    `figures` are the definitions of the codes with all that they are made of.
    """
    plan = make_plan(codes, periods, figures, clocks)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        lakes = _take(session, counties, plan, threads)
        work = [(index, scan) for index in range(len(counties)) for scan in plan.scans]
        found = threads.map(lambda item: _counted(lakes, item[0], item[1], plan), work)
        keyed = {(index, scan.ledger, scan.clocks): one for (index, scan), one in zip(work, found, strict=True)}
        again = threads.map(lambda item: _doubled(lakes, item[0], item[1]), plan.doubled)
        doubled = {(figure.code, own): one for (figure, own), one in zip(plan.doubled, again, strict=True)}
    needs_beside = any(isinstance(figure, External | UnitCount) for figure in figures.values())
    beside = tuple(read_beside(session, county) for county in counties) if needs_beside else ()
    return CountiesAnswer(figures, clocks, counties, keyed, doubled, beside)


@dataclass(frozen=True)
class _Lakes:
    """The lakes of a question, each taken once, so that all its numbers agree."""

    session: Any
    counties: Sequence[County]
    views: Mapping[str, LedgerView]
    taken: Mapping[tuple[int, str], Snapshot]

    def rows(self, index: int, reading: Reading, scan: Scan) -> SparkRows:
        """What a county's lake holds for a scan."""
        snapshot, address = self.taken[index, reading.ledger], self.counties[index].folder(reading.ledger)
        parts, view = reading.parts(snapshot), self.views[reading.ledger]
        return SparkRows(self.session, address, snapshot, parts, scan, view)


def _take(session: Any, counties: Sequence[County], plan: Plan, threads: ThreadPoolExecutor) -> _Lakes:
    readings = [_reading(scan, plan) for scan in plan.scans]
    readings += [Reading(view.code, own) for figure, own in plan.doubled for view, _ in figure.places]
    views = {base.view.code: base.view for base in plan.figures.values() if isinstance(base, Base)}
    views |= {view.code: view for figure, _ in plan.doubled for view, _ in figure.places}
    needed = {reading.ledger: [one for one in readings if one.ledger == reading.ledger] for reading in readings}
    work = [(index, ledger) for index in range(len(counties)) for ledger in needed]
    taken = threads.map(lambda item: take_snapshot(session, counties[item[0]], views[item[1]], needed[item[1]]), work)
    return _Lakes(session, counties, views, dict(zip(work, taken, strict=True)))


def _reading(scan: Scan, plan: Plan) -> Reading:
    figures = [plan.figures[code] for code, _ in scan.wanted]
    is_timed = any(isinstance(figure, Base) and figure.function is Function.SHARE for figure in figures)
    return Reading(scan.ledger, scan.clocks, is_timed)


def _counted(lakes: _Lakes, index: int, scan: Scan, plan: Plan) -> Counted:
    rows = lakes.rows(index, _reading(scan, plan), scan)
    return count_scan(scan, plan.figures, rows.cuts, rows)


def _doubled(lakes: _Lakes, figure: Doubled, clocks: Clocks) -> Mapping[int | None, Occurring]:
    """By county, and among all of them: there values that name what is a county's own are never the same."""
    tables = []
    for index in range(len(lakes.counties)):
        for view, name in figure.places:
            rows = lakes.rows(index, Reading(view.code, clocks), Scan(view.code, clocks, (), ()))
            told = rows.told(expression_of(name), figure.scale)
            tables.append(told.select(F.lit(index).alias("county"), "value", "n"))
    found = occurring(tables, 2)
    if any(speaks_of_own(expression_of(name).tree, view) for view, name in figure.places):
        own = [one for county, one in found.items() if county is not None]
        found[None] = Occurring(sum(one.values for one in own), sum(one.records for one in own))
    return found


def _of_county(state: State, figure: Base, county: int) -> State:
    """The state with what is the county's own told apart from that of others."""
    if state.listed is None or state.everywhere is None:
        return state
    listed = state.listed
    if figure.function is Function.DISTINCT and figure.operand and speaks_of_own(figure.operand.tree, figure.view):
        listed = listed.with_columns(pl.format(f"{county}:{{}}", pl.col("value")).alias("value"))
    if "record" in listed.columns:
        listed = listed.with_columns(pl.col("record") + county * _MOST_RECORDS)
    return State(state.records, state.known, state.total, listed, listed)


def _together(states: Sequence[State]) -> State:
    """The state of all counties; of one it is its own."""
    frames = [state.listed for state in states if state.listed is not None and not state.listed.is_empty()]
    listed = pl.concat(frames, how="vertical_relaxed") if frames else states[0].listed if states else None
    add: Callable[[str], int] = lambda name: sum(getattr(state, name) for state in states)  # noqa: E731
    return State(add("records"), add("known"), add("total"), listed, listed)
