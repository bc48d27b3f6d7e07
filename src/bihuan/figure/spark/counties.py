"""Figures of many counties by Spark, over the lakes that their own instances wrote: each county's, and the total.

The definitions are one set for all. A total is put together from the counties' states, never from their values: ratios
as ratio of sums, distinct values counted anew, an average by what was counted. Ids of units, persons and records are a
county's own: the same id in two counties is two units.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import polars as pl

from bihuan.figure.clocks import Clocks
from bihuan.figure.derived import combined, rank_among, share_of
from bihuan.figure.engine.tally import State, measured, state_of
from bihuan.figure.lake.beside import Beside
from bihuan.figure.measure import Function
from bihuan.figure.period import Period
from bihuan.figure.plan import Plan, clocks_for, make_plan, part_codes, part_periods, placed
from bihuan.figure.resolved import Base, Derived, Doubled, External, Resolved, UnitCount
from bihuan.figure.spark.counting import Found, is_at_once, period_of, run_plan
from bihuan.figure.spark.lakes import County, read_beside
from bihuan.figure.spark.occurring import Occurring
from bihuan.figure.value import Value

_MOST_RECORDS = 2**40


@dataclass
class CountiesAnswer:
    """The values of figures by county and in total, worked out as they are asked for."""

    plan: Plan
    clocks: Clocks
    counties: Sequence[County]
    found: Found
    beside: Sequence[Beside] = ()
    _values: dict[tuple[str, Period, int | None], Value] = field(default_factory=dict)

    @property
    def figures(self) -> Mapping[str, Resolved]:
        """The definitions of all that was asked."""
        return self.plan.figures

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
                return self._doubled(figure, code, period, county)
            case Derived():
                return self._derived(figure, code, period, county)
            case External():
                return Value(code, None, period, self._external(code, period, county))
            case UnitCount():
                return Value(code, None, period, self._units(figure, period, county))

    def _base(self, figure: Base, code: str, period: Period, county: int | None) -> Value:
        own = clocks_for(figure, period, self.clocks)
        states = []
        for index in range(len(self.counties)) if county is None else (county,):
            counted = self.found.counted[index, figure.view.code, own]
            parts = range(1) if is_at_once(figure) else counted.cuts.span(placed(figure, period))
            states.append(_of_county(state_of(counted.tallies[code, None], None, parts), index))
        state = _together(states)
        blank = Value(code, None, period, None, state.records)
        match figure.function:
            case Function.DISTINCT:
                return replace(blank, number=Fraction(self._occurring(figure, period, county).values))
            case Function.OUTLIERS:
                return replace(blank, number=Fraction(self._occurring(figure, period, county).records))
            case Function.SHARE:
                records = self._occurring(figure, period, county).values
                return replace(blank, number=measured(figure, state), records=records)
            case _:
                return replace(blank, number=measured(figure, state))

    def _doubled(self, figure: Doubled, code: str, period: Period, county: int | None) -> Value:
        found = self._occurring(figure, period, county)
        return Value(code, None, period, Fraction(found.values), found.records)

    def _occurring(self, figure: Base | Doubled, period: Period, county: int | None) -> Occurring:
        own = clocks_for(figure, period, self.clocks)
        key = period_of(figure, period), county
        return self.found.occurring[figure.code, own].get(key, Occurring())

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
    found = run_plan(session, counties, plan)
    needs_beside = any(isinstance(figure, External | UnitCount) for figure in figures.values())
    beside = tuple(read_beside(session, county) for county in counties) if needs_beside else ()
    return CountiesAnswer(plan, clocks, counties, found, beside)


def _of_county(state: State, county: int) -> State:
    """The state with the county's records told apart from those of others."""
    if state.listed is None or "record" not in state.listed.columns:
        return state
    listed = state.listed.with_columns(pl.col("record") + county * _MOST_RECORDS)
    return State(state.records, state.known, state.total, listed, listed)


def _together(states: Sequence[State]) -> State:
    """The state of all counties; of one it is its own."""
    frames = [state.listed for state in states if state.listed is not None and not state.listed.is_empty()]
    listed = pl.concat(frames, how="vertical_relaxed") if frames else states[0].listed if states else None
    add: Callable[[str], int] = lambda name: sum(getattr(state, name) for state in states)  # noqa: E731
    return State(add("records"), add("known"), add("total"), listed, listed)
