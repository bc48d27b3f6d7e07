"""What an engine counts of a base figure: a mergeable state for each unit and each part of time."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bihuan.figure.measure import Function
from bihuan.figure.period import Period
from bihuan.figure.resolved import Base

Numbers = NDArray[Any]


@dataclass(frozen=True)
class Cuts:
    """Time in parts: the days on which a part begins, so that every period asked for is a run of whole parts."""

    days: tuple[date, ...]

    @staticmethod
    @lru_cache(maxsize=64)
    def of(periods: tuple[Period, ...]) -> "Cuts":
        found = {period.start for period in periods}
        found |= {period.end + timedelta(days=1) for period in periods if period.end < date.max}
        return Cuts(tuple(sorted(found)))

    def span(self, period: Period) -> range:
        """The parts of a period."""
        first = self.days.index(period.start)
        last = next((at for at, day in enumerate(self.days) if day > period.end), len(self.days))
        return range(first, last)


@dataclass(frozen=True)
class Changes:
    """What came and went since cells were counted, as single changes: those of a condition lie side by side.

    From `starts[where]` on lie those of a condition; `unit` is a place among the units of the cells.
    """

    starts: Numbers
    part: Numbers
    unit: Numbers
    values: Mapping[str, Numbers]

    def of(self, where: int, name: str) -> tuple[Numbers, Numbers, Numbers]:
        """Of a condition and one thing that is counted: parts, units, and what is added."""
        own = slice(self.starts[where], self.starts[where + 1])
        return self.part[own], self.unit[own], self.values[name][own]


class Amounts(NamedTuple):
    """Counts and sums by unit (rows) and part of time (columns); unit 0 is a record without one.

    `records` are those counted, `known` those of them whose operand is known, `total` the sum of it, unscaled. To them
    belongs what `changes` says of the condition `where`, under a name for each of the three.
    """

    units: Numbers
    records: Numbers
    known: Numbers
    total: Numbers
    changes: Changes | None = None
    where: int = 0
    names: tuple[str, str, str] = ("n", "n", "n")

    def over(self, units: Collection[int] | None, parts: range) -> tuple[int, int, int]:
        """Records, known and total over some units (all, if None) and parts of time."""
        is_own = None if units is None else np.isin(self.units, list(units))
        rows = slice(None) if is_own is None else np.flatnonzero(is_own)
        columns = slice(parts.start, parts.stop)
        records, known, total = (
            int(self.records[rows, columns].sum()),
            int(self.known[rows, columns].sum()),
            int(sum(int(value) for value in self.total[rows, columns].sum(axis=0))),
        )
        if self.changes is None:
            return records, known, total
        more = [0, 0, 0]
        for at, name in enumerate(self.names):
            part, unit, value = self.changes.of(self.where, name)
            met = (part >= parts.start) & (part < parts.stop)
            more[at] = int(value[met if is_own is None else met & is_own[unit]].sum())
        return records + more[0], known + more[1], total + more[2]


class Tally(NamedTuple):
    """The states of one base figure. `listed` holds single values where counts and sums do not say enough.

    Its columns: unit, part, value, n (how often), and for first and last `order` and `record`. Of a share of time:
    unit, record, and the first and the last part of time in which it was counted.
    """

    amounts: Amounts
    listed: pl.DataFrame | None = None


@dataclass(frozen=True)
class State:
    """The state of one cell: of some units, in one period."""

    records: int
    known: int
    total: int
    listed: pl.DataFrame | None = None
    everywhere: pl.DataFrame | None = None
    """The single values of all units, which outliers are told by."""


def state_of(tally: Tally, units: Collection[int] | None, parts: range) -> State:
    """The merged state of some units (all, if None) over parts of time."""
    records, known, total = tally.amounts.over(units, parts)
    if tally.listed is None:
        return State(records, known, total)
    if "first" in tally.listed.columns:
        counted = tally.listed.filter((pl.col("first") < parts.stop) & (pl.col("last") >= parts.start))
        own = counted if units is None else counted.filter(pl.col("unit").is_in(list(units)))
        return State(own["record"].n_unique(), known, total)
    everywhere = tally.listed.filter(pl.col("part").is_between(parts.start, parts.stop - 1))
    listed = everywhere if units is None else everywhere.filter(pl.col("unit").is_in(list(units)))
    return State(records, known, total, listed, everywhere)


def measured(base: Base, state: State) -> Fraction | None:
    """The value of a state in the figure's unit of measure; None where it is unknown, which is not zero."""
    number = _VALUES[base.function](state)
    if number is None:
        return None
    scale = base.operand.scale if base.operand and base.function in _SCALED else 0
    return Fraction(number, 10**scale) * base.factor


def _sum(state: State) -> Fraction | None:
    """Of no records it is zero; of records none of which says how much, it is unknown."""
    return None if state.records and not state.known else Fraction(state.total)


def _average(state: State) -> Fraction | None:
    return Fraction(state.total, state.known) if state.known else None


def _values(state: State) -> Sequence[Any]:
    return [] if state.listed is None else state.listed["value"].to_list()


def _extreme(choose: Callable[[Sequence[Any]], Any]) -> Callable[[State], Fraction | None]:
    return lambda state: Fraction(choose(values)) if (values := _values(state)) else None


def _edge(*, last: bool) -> Callable[[State], Fraction | None]:
    def value(state: State) -> Fraction | None:
        if state.listed is None or state.listed.is_empty():
            return None
        ordered = state.listed.sort("order", "record", descending=last)
        return Fraction(ordered["value"][0])

    return value


def quartile(ordered: Sequence[int], quarter: int) -> Fraction:
    """The quartile of ordered values, with linear interpolation (Hyndman and Fan 1996, definition 7)."""
    place = Fraction((len(ordered) - 1) * quarter, 4)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _outliers(state: State) -> Fraction:
    """How many lie outside of Tukey's fences (1977), which are told by the values of all units."""
    if state.everywhere is None or state.everywhere.is_empty() or state.listed is None:
        return Fraction(0)
    everywhere = state.everywhere
    ordered = sorted(everywhere["value"].repeat_by(everywhere["n"]).explode().to_list())
    low, high = quartile(ordered, 1), quartile(ordered, 3)
    reach = Fraction(3, 2) * (high - low)
    rows = zip(state.listed["value"].to_list(), state.listed["n"].to_list(), strict=True)
    return Fraction(sum(count for value, count in rows if value < low - reach or value > high + reach))


_SCALED = {Function.SUM, Function.AVG, Function.MIN, Function.MAX, Function.FIRST, Function.LAST}
_VALUES: dict[Function, Callable[[State], Fraction | None]] = {
    Function.COUNT: lambda state: Fraction(state.records),
    Function.SUM: _sum,
    Function.AVG: _average,
    Function.MIN: _extreme(min),
    Function.MAX: _extreme(max),
    Function.DISTINCT: lambda state: Fraction(len(set(_values(state)))),
    Function.FIRST: _edge(last=False),
    Function.LAST: _edge(last=True),
    Function.SHARE: lambda state: Fraction(state.total, state.known) if state.known else None,
    Function.OUTLIERS: _outliers,
}
