"""Periods as offices count them: day, week, ten days, month, quarter, half, year, year to date, and any range."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from bihuan.base.errors import Invalid

_FORMS = "2026-03-05、2026-W10、2026-03上旬、2026-03、2026-Q1、2026-H1、2026、2026-ytd、2026-01..2026-11"
_TEN_DAYS = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_WEEK = re.compile(r"(\d{4})-W(\d{1,2})")
_TEN = re.compile(r"(\d{4})-(\d{1,2})(上旬|中旬|下旬)")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_PART = re.compile(r"(\d{4})-([QH])([1-4])")
_YEAR = re.compile(r"(\d{4})")
_TO_DATE = re.compile(r"(?:(\d{4})-)?ytd")


@dataclass(frozen=True, order=True)
class Period:
    """From a day to a day, both included."""

    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @cached_property
    def is_months(self) -> bool:
        """Whether it consists of whole months."""
        return self.start.day == 1 and self.end == _month_end(self.end)

    @cached_property
    def months(self) -> int:
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1

    @property
    def code(self) -> str:
        """As it is typed; `parse_period` reads it back."""
        first = f"{self.start:%Y-%m}"
        if self.is_months:
            if self.start.month == 1 and self.months == 12:
                return f"{self.start:%Y}"
            if self.months in (3, 6) and (self.start.month - 1) % self.months == 0:
                part = (self.start.month - 1) // self.months + 1
                return f"{self.start:%Y}-{'Q' if self.months == 3 else 'H'}{part}"
            return first if self.months == 1 else f"{first}..{self.end:%Y-%m}"
        if self.start == self.end:
            return self.start.isoformat()
        if self.ten_days:
            return f"{first}{self.ten_days}"
        if self.is_week:
            return f"{self.start:%G}-W{self.start:%V}"
        return f"{self.start}..{self.end}"

    @property
    def title(self) -> str:
        """As a report writes it: 2026年1—11月."""
        year = f"{self.start.year}年"
        if not self.is_months:
            return self._title_of_days(year)
        if self.start.month == 1 and self.months == 12:
            return year
        if self.months == 1:
            return f"{year}{self.start.month}月"
        if self.months == 3 and self.start.month % 3 == 1:
            return f"{year}第{(self.start.month + 2) // 3}季度"
        if self.months == 6 and self.start.month in (1, 7):
            return f"{year}{'上' if self.start.month == 1 else '下'}半年"
        if self.start.year == self.end.year:
            return f"{year}{self.start.month}—{self.end.month}月"
        return f"{year}{self.start.month}月—{self.end.year}年{self.end.month}月"

    def _title_of_days(self, year: str) -> str:
        if self.start == self.end:
            return f"{year}{self.start.month}月{self.start.day}日"
        if self.ten_days:
            return f"{year}{self.start.month}月{self.ten_days}"
        if self.is_week:
            return f"{self.start:%G}年第{int(f'{self.start:%V}')}周"
        last = "" if self.end.year == self.start.year else f"{self.end.year}年"
        return f"{year}{self.start.month}月{self.start.day}日—{last}{self.end.month}月{self.end.day}日"

    @property
    def ten_days(self) -> str:
        if (self.start.year, self.start.month) != (self.end.year, self.end.month):
            return ""
        last = _month_end(self.start).day
        for word, (first, end) in _TEN_DAYS.items():
            if (self.start.day, self.end.day) == (first, min(end, last)):
                return word
        return ""

    @property
    def is_week(self) -> bool:
        return self.start.weekday() == 0 and self.end - self.start == timedelta(days=6)


def parse_period(text: str, today: date) -> Period:
    """A period as typed. Year to date ends today, or with its year. Raises Invalid with the forms allowed."""
    written = text.strip()
    try:
        if ".." in written:
            first, _, last = written.partition("..")
            found = Period(parse_period(first, today).start, parse_period(last, today).end)
        else:
            found = _single(written, today)
    except ValueError as error:
        raise Invalid(f"时期“{text}”不存在；可以写 {_FORMS}") from error
    if found.end < found.start:
        raise Invalid(f"时期“{text}”的终点早于起点")
    return found


def _single(text: str, today: date) -> Period:
    if match := _DAY.fullmatch(text):
        day = date(int(match[1]), int(match[2]), int(match[3]))
        return Period(day, day)
    if match := _WEEK.fullmatch(text):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return Period(monday, monday + timedelta(days=6))
    if match := _TEN.fullmatch(text):
        first, last = _TEN_DAYS[match[3]]
        month = date(int(match[1]), int(match[2]), 1)
        return Period(month.replace(day=first), month.replace(day=min(last, _month_end(month).day)))
    if match := _PART.fullmatch(text):
        return _part_of_year(int(match[1]), 3 if match[2] == "Q" else 6, int(match[3]))
    if match := _MONTH.fullmatch(text):
        return month_of(date(int(match[1]), int(match[2]), 1))
    if match := _TO_DATE.fullmatch(text):
        year = int(match[1] or today.year)
        return Period(date(year, 1, 1), min(max(today, date(year, 1, 1)), date(year, 12, 31)))
    if match := _YEAR.fullmatch(text):
        return Period(date(int(text), 1, 1), date(int(text), 12, 31))
    raise ValueError(text)


def _part_of_year(year: int, months: int, number: int) -> Period:
    if number * months > 12:
        raise ValueError(number)
    first = date(year, (number - 1) * months + 1, 1)
    return Period(first, _month_end(first.replace(month=number * months)))


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def month_of(day: date) -> Period:
    """The month that a day is in."""
    return Period(day.replace(day=1), _month_end(day))


def year_of(period: Period) -> Period:
    """The year that a period ends in."""
    return Period(date(period.end.year, 1, 1), date(period.end.year, 12, 31))


def months_of(period: Period) -> list[Period]:
    """The months that it touches, in order."""
    found, day = [], period.start.replace(day=1)
    while day <= period.end:
        found.append(month_of(day))
        day = found[-1].end + timedelta(days=1)
    return found


def to_end(period: Period, *, of_year: bool) -> Period:
    """From the start of the year, or from the beginning of all, to the period's end."""
    return Period(date(period.end.year, 1, 1) if of_year else date(1, 1, 1), period.end)


def cut(period: Period, day: date) -> Period:
    """Its part up to a day; the whole of it where the day is before its start."""
    return Period(period.start, min(period.end, day)) if day >= period.start else period


def years_before(period: Period, years: int) -> Period:
    """The same days of an earlier year; the end of a month stays the end of a month."""
    return Period(_moved(period.start, -12 * years), _moved(period.end, -12 * years))


def before(period: Period) -> Period:
    """The period before of the same kind: last month, last quarter, or as many days."""
    if period.ten_days:
        previous = period.start - timedelta(days=1)
        first = previous.replace(day=min(21, (previous.day - 1) // 10 * 10 + 1))
        return Period(first, previous)
    if period.is_months:
        return Period(_moved(period.start, -period.months), period.start - timedelta(days=1))
    length = period.end - period.start + timedelta(days=1)
    return Period(period.start - length, period.start - timedelta(days=1))


def _moved(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    last = _month_end(first)
    return last if day == _month_end(day) else first.replace(day=min(day.day, last.day))
