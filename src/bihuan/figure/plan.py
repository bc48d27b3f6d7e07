"""From a question to what must be read: one scan for each ledger and pair of clocks, with all that it must count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bihuan.figure.clocks import Clocks
from bihuan.figure.measure import Function
from bihuan.figure.period import Period, before, cut, months_of, to_end, year_of, years_before
from bihuan.figure.resolved import Base, Derived, Doubled, Flow, Resolved
from bihuan.figure.slices import Slice

Run = frozenset[Period]
"""Some periods together."""


@dataclass(frozen=True)
class Leaf:
    """A figure that records, units or people give directly, in a period."""

    code: str
    period: Period
    slice: Slice | None = None


@dataclass(frozen=True)
class Scan:
    """One reading of a ledger at one pair of clocks: which figures, and which periods they are wanted for."""

    ledger: str
    clocks: Clocks
    wanted: tuple[tuple[str, Slice | None], ...]
    periods: tuple[Period, ...]


@dataclass(frozen=True)
class Plan:
    """All scans of a question, and the figures that they are for; of doubled values, when they are looked for."""

    figures: Mapping[str, Resolved] = field(repr=False)
    scans: tuple[Scan, ...]
    doubled: tuple[tuple[Doubled, Clocks], ...] = ()


def part_periods(figure: Derived, period: Period, clocks: Clocks) -> tuple[Period, ...]:
    """The period in which each of a figure's values is needed: those of its parts, and for a change the other one's.

    What has not ended is compared with as much of the other period: up to the day asked.
    """
    match figure.kind:
        case "change":
            elapsed = cut(period, clocks.day)
            return period, compared_with(figure, elapsed)
        case "shift":
            return (compared_with(figure, cut(period, clocks.day)),)
        case "cumulative":
            return (to_end(period, of_year=figure.spec.since != "beginning"),)
        case "target":
            return period, year_of(period)
        case _:
            return tuple(period for _ in figure.parts)


def compared_with(figure: Derived, period: Period) -> Period:
    """The other period of a change."""
    match figure.spec.against:
        case "previous year":
            return years_before(period, 1)
        case "same period two years ago":
            return years_before(period, 2)
        case _:
            return before(period)


def part_codes(figure: Derived) -> tuple[str, ...]:
    """The figures of part_periods, one for each."""
    return figure.parts * 2 if figure.kind == "change" else figure.parts


def placed(figure: Base, period: Period) -> Period:
    """The period as the figure's own field can tell it: a year field knows whole years, a month field months."""
    if not isinstance(figure.time, Flow):
        return period
    if figure.time.is_year:
        return year_of(period)
    if figure.time.is_month:
        touched = [month for month in months_of(period) if month.start >= period.start]
        return Period(touched[0].start, touched[-1].end) if touched else period
    return period


def clocks_for(figure: Base | Doubled, period: Period, asked: Clocks) -> Clocks:
    """The clocks of a leaf: a stock is as of the period's end, a flow as of the instant asked."""
    if isinstance(figure, Base) and (isinstance(figure.time, Flow) or figure.function is Function.SHARE):
        return asked
    return asked.at_end(period)


def leaves_of(
    code: str, period: Period, figures: Mapping[str, Resolved], clocks: Clocks, cut_by: Slice | None = None
) -> set[Leaf]:
    """Everything that a figure rests on in a period."""
    figure = figures[code]
    if not isinstance(figure, Derived):
        return {Leaf(code, period, cut_by)}
    found: set[Leaf] = set()
    for part, own in zip(part_codes(figure), part_periods(figure, period, clocks), strict=True):
        found |= leaves_of(part, own, figures, clocks, cut_by)
    return found


def make_plan(
    codes: Iterable[str],
    periods: Iterable[Period],
    figures: Mapping[str, Resolved],
    clocks: Clocks,
    slices: Iterable[Slice | None] = (None,),
) -> Plan:
    """The scans that answer for all figures, periods and slices.

    Hundreds of figures are asked for in the same periods: what follows from those is worked out once for all.
    """
    bases: dict[str, set[Run]] = {}
    asked, slices = frozenset(periods), tuple(slices)
    for code in codes:
        _add_runs(code, asked, figures, clocks, bases)
    wanted: dict[tuple[str, Clocks], tuple[set[str], set[Period]]] = {}
    looked_for: list[tuple[Doubled, Clocks]] = []
    known: dict[tuple[object, Run], list[tuple[Clocks, Run]]] = {}
    for code, runs in bases.items():
        figure = figures[code]
        if isinstance(figure, Doubled):
            looked_for += [(figure, own) for own in {clocks_for(figure, at, clocks) for run in runs for at in run}]
        if not isinstance(figure, Base):
            continue
        for run in runs:
            key = _manner(figure), run
            if key not in known:
                known[key] = _times(figure, run, clocks)
            for own, times in known[key]:
                found, every = wanted.setdefault((figure.view.code, own), (set(), set()))
                found.add(code)
                every |= times
    scans = [
        Scan(ledger, own, _by_slice(found, slices), tuple(sorted(times)))
        for (ledger, own), (found, times) in wanted.items()
    ]
    return Plan(
        figures,
        tuple(sorted(scans, key=lambda scan: (scan.ledger, scan.clocks.as_of))),
        tuple(sorted(looked_for, key=lambda pair: (pair[0].code, pair[1].as_of))),
    )


def _add_runs(
    code: str, periods: Run, figures: Mapping[str, Resolved], clocks: Clocks, found: dict[str, set[Run]]
) -> None:
    """For each figure that this one rests on, in all of these periods, the periods in which it is needed."""
    figure = figures[code]
    if not isinstance(figure, Derived):
        found.setdefault(code, set()).add(periods)
        return
    needed: dict[str, set[Period]] = {}
    for period in periods:
        for part, own in zip(part_codes(figure), part_periods(figure, period, clocks), strict=True):
            needed.setdefault(part, set()).add(own)
    for part, own_periods in needed.items():
        own_run = frozenset(own_periods)
        _add_runs(part, periods if own_run == periods else own_run, figures, clocks, found)


def _manner(figure: Base) -> tuple[bool, bool, bool]:
    """What of a figure tells its clocks and its periods."""
    flow = figure.time if isinstance(figure.time, Flow) else None
    is_at_end = flow is None and figure.function is not Function.SHARE
    return is_at_end, flow is not None and flow.is_year, flow is not None and flow.is_month


def _times(figure: Base, periods: Run, clocks: Clocks) -> list[tuple[Clocks, Run]]:
    """At which clocks a figure is read for some periods, and for which of them, as it can tell them."""
    found: dict[Clocks, set[Period]] = {}
    for period in periods:
        found.setdefault(clocks_for(figure, period, clocks), set()).add(placed(figure, period))
    return [(own, frozenset(times)) for own, times in found.items()]


def _by_slice(codes: Iterable[str], slices: Iterable[Slice | None]) -> tuple[tuple[str, Slice | None], ...]:
    """Each figure cut by each slice, in an order that is always the same."""
    ordered = sorted(set(slices), key=repr)
    return tuple([(code, cut_by) for code in sorted(codes) for cut_by in ordered])
