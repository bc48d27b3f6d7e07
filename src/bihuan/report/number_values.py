"""The values that a draft's numbers are held against: all that a text needs is asked at once, figure by figure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from bihuan.base import clock
from bihuan.base.errors import NotAllowed
from bihuan.figure.answer import Answer, Question, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.period import Period, before, cut, parse_period, years_before
from bihuan.figure.rules import Reach
from bihuan.figure.slices import Slice
from bihuan.figure.value import places_of, rounded
from bihuan.report.number_check import Cell, Told
from bihuan.report.number_check import Period as Days

_Key = tuple[str, Slice | None, int | None, Period, Clocks]


class FigureValues:
    """The values of figures for one unit (None: all units) at the clocks of a check, as far as `reach` may see.

    Of all units a value is told only to who sees all that it counts: a part would make right numbers wrong.
    `load` asks for many cells in few questions; what was not loaded is asked when it is wanted.
    """

    def __init__(self, unit: int | None, clocks: Clocks, reach: Reach | None) -> None:
        self.unit, self.clocks, self.reach = unit, clocks, reach
        self._told: dict[_Key, Told | None] = {}

    def __call__(self, cell: Cell) -> tuple[Told, ...]:
        """See `judging.Values`."""
        keys = list(self._keys(cell))
        self._ask(key for key in keys if key not in self._told)
        told = [found for key in keys if (found := self._told[key])]
        return tuple(dict.fromkeys(told))

    def load(self, cells: Iterable[Cell]) -> None:
        """Ask for all of these at once."""
        self._ask({key for cell in cells for key in self._keys(cell)} - set(self._told))

    def _keys(self, cell: Cell) -> Iterator[_Key]:
        part = cell.subject.part if isinstance(cell.subject.part, Slice) else None
        unit = cell.unit or self.unit
        for period, clocks in self._times(cell):
            yield cell.subject.figure, part, unit, period, clocks

    def _times(self, cell: Cell) -> Iterator[tuple[Period, Clocks]]:
        own = Period(cell.period.first, cell.period.last) if cell.period else self._year()
        at_its_end = replace(self.clocks, as_of=min(self.clocks.as_of, clock.end_of_day(own.end)))
        match cell.then:
            case "asked":
                yield own, self.clocks
                if cell.up_to:
                    yield own, at_its_end
            case "year before" | "period before":
                earlier = self._earlier(own, cell.then)
                yield earlier, self.clocks
                yield earlier, replace(self.clocks, as_of=min(self.clocks.as_of, clock.end_of_day(earlier.end)))
            case "earlier":
                yield years_before(own, 1), self.clocks
                yield before(own), self.clocks
                yield from self._months_before(own)

    def _year(self) -> Period:
        return parse_period(f"{self.clocks.day.year}", self.clocks.day)

    def _earlier(self, own: Period, then: str) -> Period:
        """As much of the year or the period before as has passed of this one."""
        return years_before(cut(own, self.clocks.day), 1) if then == "year before" else before(own)

    def _months_before(self, own: Period) -> Iterator[tuple[Period, Clocks]]:
        """The same period as it was known at the end of each of its earlier months."""
        day = min(own.end, self.clocks.day).replace(day=1) - timedelta(days=1)
        while day >= own.start:
            yield Period(own.start, day), replace(self.clocks, as_of=clock.end_of_day(day))
            day = day.replace(day=1) - timedelta(days=1)

    def _ask(self, keys: Iterable[_Key]) -> None:
        groups: dict[tuple[Clocks, Slice | None], list[_Key]] = {}
        for key in keys:
            groups.setdefault((key[4], key[1]), []).append(key)
        for (clocks, part), group in groups.items():
            codes = tuple(dict.fromkeys(key[0] for key in group))
            spans = tuple(dict.fromkeys(key[3] for key in group))
            found = answer(Question(codes, spans, clocks, (part,)), reach=self.reach)
            for key in group:
                self._told[key] = self._value(found, key)

    def _value(self, found: Answer, key: _Key) -> Told | None:
        code, part, unit, period, _ = key
        try:
            value = found.value(code, unit, period, part)
        except NotAllowed:
            return None
        number = value.number
        if number is None or (unit is None and value.partial):
            return None
        return Told(number, rounded(number, places_of(found.figures[code])), _days(period))


def _days(period: Period) -> Days:
    return Days(period.start, period.end)
