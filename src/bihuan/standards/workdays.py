"""Working days by the calendar that the State Council publishes each autumn for the year to come.

Source: 《全国年节及纪念日放假办法》 (国务院令第795号 and before) and each year's notice of the General Office
(国办发明电), kept as text in `holidays/`. Monday to Friday are working days unless the notice gives them
off; a Saturday or Sunday is one only if the notice makes it up (调休上班).

A year whose notice is not out is never guessed: `CalendarNotPublished`. The `*_tolerant` functions go on with
Monday to Friday instead, and say so in what they return.

The last days of a December may be moved by the notice of the year that follows (so it was on 29 and 31
December 2018).
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from types import MappingProxyType
from typing import Generic, Literal, TypeVar

from bihuan.standards.problem import Refused

Kind = Literal["holiday", "made_up"]
T = TypeVar("T")

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


class CalendarNotPublished(Refused):
    """The count ran into a year whose arrangement is not known. `last_date` is the last day that can be
    counted."""

    def __init__(self, year: int, last_date: date, message: str) -> None:
        super().__init__("calendar-not-published", message)
        self.year = year
        self.last_date = last_date


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on which the notice departs from the plain week."""

    date: date
    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The published arrangement of consecutive years. `notices` holds (year, title and number of the notice).

    The fields after it are worked out once: `worked[i]` is the number of working days in the first i days.
    """

    years: tuple[int, ...]
    marks: tuple[Mark, ...]
    notices: tuple[tuple[int, str], ...] = ()
    holidays: Mapping[date, str] = field(init=False, repr=False, compare=False)
    made_up: Mapping[date, str] = field(init=False, repr=False, compare=False)
    first: int = field(init=False, repr=False, compare=False)
    worked: tuple[int, ...] = field(init=False, repr=False, compare=False)
    workdays: tuple[date, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.years or self.years != tuple(range(self.years[0], self.years[-1] + 1)):
            listed = "、".join(map(str, self.years)) or "空"
            raise Refused("years-not-consecutive", f"节假日安排的年份应当连续，现为：{listed}")
        named = {
            kind: MappingProxyType({mark.date: mark.name for mark in self.marks if mark.kind == kind})
            for kind in ("holiday", "made_up")
        }
        first = date(self.years[0], 1, 1)
        length = (date(self.years[-1], 12, 31) - first).days + 1
        days = [first + timedelta(offset) for offset in range(length)]
        works = [day in named["made_up"] or (day.weekday() < 5 and day not in named["holiday"]) for day in days]
        computed: dict[str, object] = {
            "holidays": named["holiday"],
            "made_up": named["made_up"],
            "first": first.toordinal(),
            "worked": tuple(accumulate(works, initial=0)),
            "workdays": tuple(day for day, work in zip(days, works, strict=True) if work),
        }
        for name, value in computed.items():
            object.__setattr__(self, name, value)

    @property
    def first_date(self) -> date:
        return date(self.years[0], 1, 1)

    @property
    def last_date(self) -> date:
        return date(self.years[-1], 12, 31)


@dataclass(frozen=True, slots=True)
class DayStep:
    """One day passed in a count: whether it counted, as which (1, 2, …), and why or why not."""

    date: date
    counted: bool
    ordinal: int | None
    reason: str
    provisional: bool = False

    @property
    def weekday(self) -> str:
        return WEEKDAYS[self.date.weekday()]


@dataclass(frozen=True, slots=True)
class Reckoned(Generic[T]):
    """An answer that may rest on an unpublished year: then `provisional`, and `reason` says which (otherwise
    '')."""

    value: T
    provisional: bool
    reason: str


def _outside(cal: Calendar, day: date) -> CalendarNotPublished:
    if day > cal.last_date:
        year = cal.years[-1] + 1
        message = f"{year} 年的节假日安排尚未公布（日历未公布），工作日只能算到 {cal.last_date:%Y-%m-%d}，不作推测"
    else:
        year = cal.years[0] - 1
        message = f"{year} 年的节假日安排没有收录，工作日只能从 {cal.first_date:%Y-%m-%d} 算起，不作推测"
    return CalendarNotPublished(year, cal.last_date, message)


def _reason_provisional(cal: Calendar, *, before: bool) -> str:
    if before:
        return (
            f"{cal.years[0] - 1} 年及以前的节假日安排没有收录，{cal.first_date:%Y-%m-%d} 之前暂按周一至周五为工作日推算"
        )
    return (
        f"{cal.years[-1] + 1} 年的节假日安排尚未公布（日历未公布），"
        f"{cal.last_date:%Y-%m-%d} 之后暂按周一至周五为工作日推算，公布后以公布的安排为准"
    )


def _through(cal: Calendar, day: date) -> int:
    """Working days from the first day covered through `day`, this included."""
    offset = day.toordinal() - cal.first + 1
    if 0 < offset < len(cal.worked):
        return cal.worked[offset]
    raise _outside(cal, day)


def is_workday(cal: Calendar, day: date) -> bool:
    """Whether work is done on `day`. CalendarNotPublished outside of the years covered."""
    offset = day.toordinal() - cal.first
    if 0 <= offset < len(cal.worked) - 1:
        return cal.worked[offset + 1] > cal.worked[offset]
    raise _outside(cal, day)


def add_workdays(cal: Calendar, start: date, n: int) -> date:
    """The n-th working day after `start` (before it, if n is negative). The start itself never counts; n = 0
    gives it back.

    CalendarNotPublished if the start or the result lies outside of the years covered.
    """
    if n == 0:
        return start
    counted = _through(cal, start)
    if n < 0 and is_workday(cal, start):
        counted -= 1
    index = counted + n - 1 if n > 0 else counted + n
    if 0 <= index < len(cal.workdays):
        return cal.workdays[index]
    raise _outside(cal, date.max if n > 0 else date.min)


def workdays_between(cal: Calendar, a: date, b: date) -> int:
    """Working days in (a, b]: a does not count, b does. If b is earlier: minus the working days in (b, a].

    So it is additive, and undoes `add_workdays` forwards from any day, backwards from a working day.
    """
    return _through(cal, b) - _through(cal, a)


def on_or_after(cal: Calendar, day: date) -> date:
    """`day` if work is done on it, otherwise the next working day (《民法典》第二百零三条: a term that ends
    on a day off)."""
    return day if is_workday(cal, day) else add_workdays(cal, day, 1)


# Beyond the years covered: Monday to Friday. Day 1 of the proleptic calendar was a Monday.


def _weekdays_through(ordinal: int) -> int:
    weeks, rest = divmod(ordinal, 7)
    return 5 * weeks + min(rest, 5)


def _nth_weekday(n: int) -> int:
    weeks, rest = divmod(n - 1, 5)
    return 7 * weeks + rest + 1


def _through_tolerant(cal: Calendar, ordinal: int) -> int:
    last = cal.first + len(cal.worked) - 2
    if ordinal < cal.first:
        return _weekdays_through(ordinal) - _weekdays_through(cal.first - 1)
    if ordinal > last:
        return cal.worked[-1] + _weekdays_through(ordinal) - _weekdays_through(last)
    return cal.worked[ordinal - cal.first + 1]


def _nth_tolerant(cal: Calendar, n: int) -> date:
    """The n-th working day counted from the first day covered; n <= 0 lies before it."""
    total = len(cal.workdays)
    if 1 <= n <= total:
        return cal.workdays[n - 1]
    last = cal.first + len(cal.worked) - 2
    ordinal = (
        _nth_weekday(n - total + _weekdays_through(last))
        if n > total
        else _nth_weekday(n + _weekdays_through(cal.first - 1))
    )
    if not 1 <= ordinal <= date.max.toordinal():
        raise Refused("out-of-range", "推算的日期超出公元 1 年至 9999 年，请检查天数")
    return date.fromordinal(ordinal)


def _reckoned(cal: Calendar, value: T, *touched: date) -> Reckoned[T]:
    if max(touched) > cal.last_date:
        return Reckoned(value, provisional=True, reason=_reason_provisional(cal, before=False))
    if min(touched) < cal.first_date:
        return Reckoned(value, provisional=True, reason=_reason_provisional(cal, before=True))
    return Reckoned(value, provisional=False, reason="")


def is_workday_tolerant(cal: Calendar, day: date) -> Reckoned[bool]:
    """`is_workday`, but Monday to Friday, and provisional, outside of the years covered."""
    ordinal = day.toordinal()
    works = _through_tolerant(cal, ordinal) > _through_tolerant(cal, ordinal - 1)
    return _reckoned(cal, works, day)


def add_workdays_tolerant(cal: Calendar, start: date, n: int) -> Reckoned[date]:
    """`add_workdays`, but outside of the years covered Monday to Friday count and the answer is
    provisional."""
    if n == 0:
        return Reckoned(start, provisional=False, reason="")
    ordinal = start.toordinal()
    if n > 0:
        value = _nth_tolerant(cal, _through_tolerant(cal, ordinal) + n)
    else:
        value = _nth_tolerant(cal, _through_tolerant(cal, ordinal - 1) + n + 1)
    return _reckoned(cal, value, start, value)


def workdays_between_tolerant(cal: Calendar, a: date, b: date) -> Reckoned[int]:
    """`workdays_between`, but outside of the years covered Monday to Friday count and the answer is
    provisional."""
    value = _through_tolerant(cal, b.toordinal()) - _through_tolerant(cal, a.toordinal())
    return _reckoned(cal, value, a, b)


def is_published(cal: Calendar, day: date) -> bool:
    """Whether `day` lies in a year whose arrangement is known."""
    return cal.first_date <= day <= cal.last_date


# The arithmetic, day by day.


def day_reason(cal: Calendar, day: date) -> str:
    """What `day` is: 国庆节, 调休上班（国庆节）, 周六, 工作日; with 日历未公布 outside of the years
    covered."""
    if not is_published(cal, day):
        return f"{WEEKDAYS[day.weekday()]}（日历未公布）"
    if day in cal.made_up:
        return f"调休上班（{cal.made_up[day]}）"
    if day in cal.holidays:
        return cal.holidays[day]
    return "工作日" if day.weekday() < 5 else WEEKDAYS[day.weekday()]


def _passed(start: date, end: date) -> list[date]:
    """The days from `start` (excluded) to `end` (included), in the direction of travel."""
    step = timedelta(1 if end >= start else -1)
    return [start + step * i for i in range(1, abs((end - start).days) + 1)]


def explain_add(cal: Calendar, start: date, n: int, *, tolerant: bool = False) -> tuple[DayStep, ...]:
    """Every day that `add_workdays` passes, the last being its answer; empty for n = 0.

    CalendarNotPublished unless `tolerant`: then the days of an unpublished year are marked provisional.
    """
    end = add_workdays_tolerant(cal, start, n).value if tolerant else add_workdays(cal, start, n)
    steps: list[DayStep] = []
    ordinal = 0
    for day in _passed(start, end):
        answer = is_workday_tolerant(cal, day)
        ordinal += answer.value
        number = ordinal if answer.value else None
        steps.append(DayStep(day, answer.value, number, day_reason(cal, day), answer.provisional))
    return tuple(steps)


def add_days(start: date, n: int) -> date:
    """`start` and n calendar days (自然日): no day is left out. Refused outside of the years 1 to 9999."""
    try:
        return start + timedelta(n)
    except OverflowError:
        raise Refused("out-of-range", "推算的日期超出公元 1 年至 9999 年，请检查天数") from None


def days_between(a: date, b: date) -> int:
    """Calendar days in (a, b]; negative if b is earlier."""
    return b.toordinal() - a.toordinal()


def explain_add_days(cal: Calendar, start: date, n: int) -> tuple[DayStep, ...]:
    """Every day that `add_days` passes: all count, the reason still says what day it is. Never
    provisional."""
    days = _passed(start, add_days(start, n))
    return tuple(DayStep(day, True, i, day_reason(cal, day)) for i, day in enumerate(days, 1))


def nth_workday_of(cal: Calendar, year: int, month: int, n: int) -> date:
    """The n-th working day of a month (「每月第 5 个工作日前报送」). Refused if the month has fewer."""
    first = date(year, month, 1)
    if not is_published(cal, first):
        raise _outside(cal, first)
    index = bisect_left(cal.workdays, first) + n - 1
    found = cal.workdays[index] if n > 0 and index < len(cal.workdays) else None
    if found is None or (found.year, found.month) != (year, month):
        raise Refused("no-such-workday", f"{year} 年 {month} 月没有第 {n} 个工作日")
    return found
