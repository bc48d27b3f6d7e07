"""A Gantt chart's geometry: days to places on a drawing, months as its grid. Pure arithmetic; the page draws."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH = 1_000
_MARGIN_DAYS = 3
_LONGEST_DAYS = 3_660
_MOST_LABELS = 24


@dataclass(frozen=True)
class Scale:
    """The days that the drawing shows, from its left edge to its right."""

    first: date
    last: date

    def x(self, day: date) -> float:
        """Where a day begins; days off the drawing stand at its edges."""
        days = (self.last - self.first).days + 1
        place = (day - self.first).days * WIDTH / days
        return round(min(max(place, 0.0), float(WIDTH)), 2)


@dataclass(frozen=True)
class Bar:
    """A stretch of days on the drawing."""

    x: float
    width: float


@dataclass(frozen=True)
class Month:
    """A line of the grid with its word; some words are left out where months are many."""

    x: float
    word: str


def scale_over(days: Iterable[date], today: date) -> Scale:
    """A scale on which all days and today can be seen; ten years at most, about today."""
    known = [*days, today]
    first = max(min(known), today - timedelta(days=_LONGEST_DAYS // 2)) - timedelta(days=_MARGIN_DAYS)
    last = min(max(known), today + timedelta(days=_LONGEST_DAYS // 2)) + timedelta(days=_MARGIN_DAYS)
    return Scale(first, last)


def bar_of(scale: Scale, start: date | None, end: date | None) -> Bar | None:
    """The bar from the beginning of one day to the end of another; None where neither is known."""
    if start is None and end is None:
        return None
    left, right = start or end, end or start
    if left is None or right is None:
        return None
    left, right = min(left, right), max(left, right)
    x = scale.x(left)
    return Bar(x, max(2.0, round(scale.x(right + timedelta(days=1)) - x, 2)))


def months_of(scale: Scale) -> list[Month]:
    """The first of every month on the scale."""
    found: list[date] = []
    day = scale.first.replace(day=1)
    while day <= scale.last:
        if day >= scale.first:
            found.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    step = -(-len(found) // _MOST_LABELS)
    return [
        Month(scale.x(day), _word(day, first=not place) if place % step == 0 else "") for place, day in enumerate(found)
    ]


def _word(day: date, *, first: bool) -> str:
    return f"{day.year}年{day.month}月" if first or day.month == 1 else f"{day.month}月"
