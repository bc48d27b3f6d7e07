"""The oracle: figures by folding every record's events in plain Python, and counting what is left."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from statistics import quantiles
from typing import Any

from bihuan.base import clock
from bihuan.base.canonical import loads
from bihuan.expression import Kind, evaluate
from bihuan.figure.measure import Function
from bihuan.figure.period import Period
from bihuan.figure.resolved import Base, Flow
from bihuan.ledger.models import Event, Ledger
from bihuan.ledger.projection import RecordState, apply
from bihuan.loop.colour import bounds_at, colour_of
from bihuan.org.models import UnitVersion


@dataclass(frozen=True)
class Row:
    """A record as it stood, with the values that expressions see."""

    record: int
    unit: int | None
    values: dict[str, Any]


class Past:
    """All events of a ledger, read once; what stood at two clocks is folded once for each pair."""

    def __init__(self, ledger: Ledger) -> None:
        self.events = list(Event.objects.filter(ledger=ledger).order_by("record_id", "version"))
        self.payloads = {event.pk: loads(event.payload) for event in self.events}
        self.known: dict[tuple[datetime, datetime], list[Row]] = {}

    def rows_at(self, base: Base, as_of: datetime, known_at: datetime) -> list[Row]:
        """Every record that stood at an instant as known at another."""
        if (as_of, known_at) not in self.known:
            self.known[as_of, known_at] = list(self._fold(base, as_of, known_at))
        return self.known[as_of, known_at]

    def spans_of(self, base: Base, known_at: datetime) -> Iterator[tuple[Row, datetime, datetime]]:
        """Every state that a record was in as known at an instant: from when, and until when."""
        for _, some in groupby(self.events, key=lambda event: event.record_id):
            events = [event for event in some if event.recorded_at <= known_at]
            moments = sorted({event.effective_at for event in events})
            for since, until in pairwise([*moments, datetime.max.replace(tzinfo=UTC)]):
                for row in self._folded(base, events, since):
                    yield row, since, until

    def _folded(self, base: Base, events: list[Event], as_of: datetime) -> Iterator[Row]:
        state, times = RecordState(), []
        for event in events:
            if event.effective_at <= as_of:
                state = apply(state, self.payloads[event.pk])
                times.append(event.recorded_at)
        if state.number and not state.deleted:
            yield Row(events[0].record_id, state.unit, _values(base, state, times, as_of))

    def _fold(self, base: Base, as_of: datetime, known_at: datetime) -> Iterator[Row]:
        for _, events in groupby(self.events, key=lambda event: event.record_id):
            yield from self._folded(base, [event for event in events if event.recorded_at <= known_at], as_of)


def _values(base: Base, state: RecordState, times: list[datetime], as_of: datetime) -> dict[str, Any]:
    values: dict[str, Any] = dict(state.data)
    values |= {
        "number": state.number,
        "state": state.state,
        "unit": state.unit,
        "opened_at": state.opened_at,
        "due_at": state.due_at,
        "closed_at": state.closed_at,
        "created_at": times[0],
        "updated_at": max(times),
    }
    if base.view.loop:
        values["colour"] = str(colour_of(state.due_at, state.closed_at, bounds_at(base.view.loop, as_of)))
    return values


def counted(
    base: Base, past: Past, units: Iterable[int] | None, period: Period, as_of: datetime, known_at: datetime
) -> list[tuple[Row, Any]]:
    """The rows that a figure counts in a cell, each with its operand."""
    flow = base.time if isinstance(base.time, Flow) else None
    at = as_of if flow else min(as_of, clock.end_of_day(period.end))
    wanted = None if units is None else set(units)
    found = []
    for row in past.rows_at(base, at, known_at):
        if wanted is not None and row.unit not in wanted:
            continue
        if flow and not _falls_in(flow, row, period):
            continue
        say = {"today": clock.local_date(at), "now": at}
        if base.where is not None and evaluate(base.where, row.values, **say) is not True:
            continue
        found.append((row, evaluate(base.operand, row.values, **say) if base.operand else None))
    return found


def _falls_in(flow: Flow, row: Row, period: Period) -> bool:
    value = row.values.get(flow.field.code)
    if value is None:
        return False
    if flow.is_year:
        return bool(value == period.end.year)
    if flow.is_month:
        return date.fromisoformat(f"{value}-01") in period
    if flow.field.kind is Kind.DATETIME:
        return clock.local_date(value if isinstance(value, datetime) else datetime.fromisoformat(value)) in period
    return date.fromisoformat(value) in period


def share_of_time(
    base: Base,
    past: Past,
    units: Iterable[int | None] | None,
    period: Period,
    as_of: datetime,
    known_at: datetime,
    only: Callable[[Row], bool] = lambda row: True,
) -> tuple[Fraction | None, set[int]]:
    """The share, and the records that were counted at any moment of the period."""
    first = datetime.combine(period.start, time(), clock.COUNTY_TIME)
    last = min(as_of, datetime.combine(period.end + timedelta(days=1), time(), clock.COUNTY_TIME))
    wanted = None if units is None else set(units)
    counted, true, records = timedelta(), timedelta(), set()
    for row, since, until in past.spans_of(base, known_at):
        length = min(until, last) - max(since, first)
        say = {"today": first.date(), "now": first}
        if length <= timedelta() or (wanted is not None and row.unit not in wanted) or not only(row):
            continue
        if base.where is not None and evaluate(base.where, row.values, **say) is not True:
            continue
        counted += length
        records.add(row.record)
        if base.operand is not None and evaluate(base.operand, row.values, **say) is True:
            true += length
    microsecond = timedelta(microseconds=1)
    share = Fraction(true // microsecond, counted // microsecond) * base.factor if counted else None
    return share, records


def members(unit: int | None, day: date) -> set[int] | None:
    """The units whose records count for one on a day: an ended one's for its successor, else for what it hung under."""
    if unit is None:
        return None
    versions: dict[int, list[UnitVersion]] = {}
    for version in UnitVersion.objects.select_related("unit").order_by("valid_from"):
        versions.setdefault(version.unit_id, []).append(version)

    def above(own: int) -> tuple[int | None, bool]:
        standing = [v for v in versions[own] if v.valid_from <= day and (v.valid_to is None or day < v.valid_to)]
        if standing:
            return standing[0].parent_id, True
        if past := [v for v in versions[own] if v.valid_from <= day]:
            return past[-1].unit.successor_id or past[-1].parent_id, False
        return versions[own][0].parent_id, False

    def is_below(own: int | None) -> bool:
        while own is not None and own != unit:
            own = above(own)[0]
        return own == unit

    return {own for own in versions if is_below(own)} if above(unit)[1] else set()


def doubled(values: Iterable[Any]) -> tuple[int, int]:
    """How many values occur again, and in how many records."""
    again = [often for often in Counter(values).values() if often > 1]
    return len(again), sum(again)


def value_of(base: Base, rows: list[tuple[Row, Any]], everywhere: list[tuple[Row, Any]]) -> Fraction | None:
    """The figure over the rows of a cell; `everywhere` are those of all units."""
    known = [operand for _, operand in rows if operand is not None]
    number: Any = None
    match base.function:
        case Function.COUNT:
            return Fraction(len(rows))
        case Function.DISTINCT:
            return Fraction(len(set(known)))
        case Function.OUTLIERS:
            return Fraction(_outliers(known, [operand for _, operand in everywhere if operand is not None]))
        case Function.SUM:
            number = None if rows and not known else sum(known, Decimal(0))
        case Function.AVG:
            number = Fraction(sum(known, Decimal(0))) / len(known) if known else None
        case Function.MIN:
            number = min(known) if known else None
        case Function.MAX:
            number = max(known) if known else None
        case Function.FIRST | Function.LAST:
            number = _edge(base, rows)
    return None if number is None else Fraction(number) * base.factor


def _edge(base: Base, rows: list[tuple[Row, Any]]) -> Any:
    by = base.time.field.code if isinstance(base.time, Flow) else "created_at"
    ordered = sorted((str(row.values[by]), row.record, value) for row, value in rows if value is not None)
    if not ordered:
        return None
    return ordered[0 if base.function is Function.FIRST else -1][2]


def _outliers(own: list[Any], everywhere: list[Any]) -> int:
    if len(everywhere) < 2:
        return 0
    low, _, high = quantiles([Fraction(value) for value in everywhere], n=4, method="inclusive")
    reach = Fraction(3, 2) * (high - low)
    return sum(1 for value in own if value < low - reach or value > high + reach)
