"""From a question to what must be read: one scan for each ledger and pair of clocks, with all that it must count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bihuan.figure.clocks import Clocks
from bihuan.figure.measure import Function
from bihuan.figure.period import Period, before, cut, months_of, to_end, year_of, years_before
from bihuan.figure.resolved import Base, Derived, Doubled, Flow, Resolved
from bihuan.figure.slices import Slice


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
    """The scans that answer for all figures, periods and slices."""
    periods, slices = tuple(periods), tuple(slices)
    leaves: set[Leaf] = set()
    for code in codes:
        for period in periods:
            for cut_by in slices:
                leaves |= leaves_of(code, period, figures, clocks, cut_by)
    wanted: dict[tuple[str, Clocks], tuple[set[tuple[str, Slice | None]], set[Period]]] = {}
    doubled: dict[tuple[str, Clocks], Doubled] = {}
    for leaf in leaves:
        figure = figures[leaf.code]
        if isinstance(figure, Doubled):
            doubled[leaf.code, clocks_for(figure, leaf.period, clocks)] = figure
        if not isinstance(figure, Base):
            continue
        own = clocks_for(figure, leaf.period, clocks)
        bases, times = wanted.setdefault((figure.view.code, own), (set(), set()))
        bases.add((leaf.code, leaf.slice))
        times.add(placed(figure, leaf.period))
    scans = [
        Scan(ledger, own, tuple(sorted(bases, key=repr)), tuple(sorted(times)))
        for (ledger, own), (bases, times) in wanted.items()
    ]
    looked_for = sorted(doubled.items(), key=lambda found: (found[0][0], found[0][1].as_of))
    return Plan(
        figures,
        tuple(sorted(scans, key=lambda scan: (scan.ledger, scan.clocks.as_of))),
        tuple((figure, own) for (_, own), figure in looked_for),
    )
