"""The period words of a sentence: 2024年一季度, 2024年1—6月, 今年上半年, 去年同期, 截至11月底, 本月, 前三季度."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bihuan.report.number_check.model import Period

_DASH = "[-—–~至到]"
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_PART = (
    rf"(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度|前(?P<until>[一二三1-3])(?:个)?季度|前(?P<months>\d{{1,2}})个月"
    rf"|(?P<from>\d{{1,2}})月?{_DASH}(?P<to>\d{{1,2}})月(?!度)(?P<to_day>\d{{1,2}}日)?"
    r"|(?P<month>\d{1,2})月(?!度)(?:(?P<day>\d{1,2})日)?"
)
PERIOD = re.compile(
    r"(?:(?P<up_to>截[至止](?:到)?)\s*)?(?:"
    r"(?:(?P<year>(?:19|20)\d{2})年度?|(?P<word>今年|本年度?|去年|上年度?|全年))?"
    rf"(?:(?:{_PART})(?:份|底|末|初|以来)?)"
    r"|(?P<same>(?:去年|上年|[12]\d{3}年)同期)"
    r"|(?P<lone>本月|上月|本季度|上季度)"
    r"|(?:(?P<year2>(?:19|20)\d{2})年度?|(?P<word2>今年|本年度?|去年|上年度?|全年|年初))(?:底|末|以来)?"
    r")"
)
"""A period in words. 截至 makes it count from the beginning of the year."""
_BESIDE = re.compile("(?:较|比|与|同|对比|相比)$")
"""What another number is only compared with is not what the number speaks of."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A period where it is spoken of; `up_to` if it was counted up to its end, `beside` if it is only compared
    with, `recalled` if it is the same period of another year (上年同期).
    """

    start: int
    end: int
    period: Period
    up_to: bool = False
    beside: bool = False
    recalled: bool = False


def periods(text: str, today: date | None, year: int = 0) -> Iterator[Spoken]:
    """Each period of a text. Words such as 今年 need to know the day; a month alone is of `year`, else of today's."""
    last: Period | None = None
    for found in PERIOD.finditer(text):
        period = _period(found, today, year, last)
        if period is None:
            continue
        beside = bool(_BESIDE.search(text[: found.start()]))
        yield Spoken(found.start(), found.end(), period, bool(found["up_to"]), beside, bool(found["same"]))
        last = last if beside or found["same"] else period


def _period(found: re.Match[str], today: date | None, year: int, last: Period | None) -> Period | None:
    if found["lone"]:
        return _lone(found["lone"], today) if today else None
    if found["same"]:
        return _year_before(last, today)
    spoken = found["year"] or found["year2"]
    word = found["word"] or found["word2"]
    in_year = int(spoken) if spoken else _year(word, today, year)
    return _within(in_year, found) if in_year else None


def _year(word: str | None, today: date | None, year: int) -> int:
    if word in ("今年", "去年", "上年", "上年度") or not year:
        return 0 if today is None else today.year - (word in ("去年", "上年", "上年度"))
    return year


def _lone(word: str, today: date) -> Period:
    length = 1 if "月" in word else 3
    first = today.replace(day=1, month=(today.month - 1) // length * length + 1)
    if word.startswith("上"):
        before = first - timedelta(days=1)
        first = before.replace(day=1, month=(before.month - 1) // length * length + 1)
    month = first.month + length - 1
    return Period(first, date(first.year, month, monthrange(first.year, month)[1]))


def _year_before(last: Period | None, today: date | None) -> Period | None:
    """The same days a year earlier: of the period just named as far as it has passed, else of this year."""
    own = last or (Period(date(today.year, 1, 1), today) if today else None)
    if own and today and own.first <= today < own.last:
        own = Period(own.first, today)
    return Period(_back(own.first), _back(own.last)) if own else None


def _back(day: date) -> date:
    length = monthrange(day.year - 1, day.month)[1]
    is_end = day.day == monthrange(day.year, day.month)[1]
    return date(day.year - 1, day.month, length if is_end else min(day.day, length))


def _within(year: int, found: re.Match[str]) -> Period | None:
    if found["half"]:
        first, last = (1, 6) if found["half"] == "上" else (7, 12)
    elif found["quarter"]:
        last = _QUARTERS[found["quarter"]] * 3
        first = last - 2
    elif found["until"] or found["months"]:
        first, last = 1, _QUARTERS[found["until"]] * 3 if found["until"] else int(found["months"])
    elif found["from"]:
        first, last = int(found["from"]), int(found["to"])
    elif found["month"]:
        first = last = int(found["month"])
    else:
        first, last = 1, 12
    if found["month"] and found.group().endswith("以来"):
        last = 12
    counts_up = bool(found["up_to"]) or found.group().endswith(("底", "末"))
    first = 1 if counts_up else first
    if not 1 <= first <= last <= 12:
        return None
    day = int(found["day"] or (found["to_day"] or "0").rstrip("日"))
    return _days(year, first, last, day, up_to=counts_up)


def _days(year: int, first: int, last: int, day: int, *, up_to: bool) -> Period | None:
    if day > monthrange(year, last)[1]:
        return None
    if day:
        return Period(date(year, first, 1 if up_to or first != last else day), date(year, last, day))
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]))
