"""The period words of a sentence: 2024年, 2024年一季度, 2024年1—6月, 今年上半年, 去年, 截至2024年6月30日."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from bihuan.report.number_check.model import Period

_DASH = "[-—–~至到]"
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
PERIOD = re.compile(
    rf"(?:(?P<year>(?:19|20)\d{{2}})年|(?P<word>今年|本年度?|去年|上年))"
    rf"(?:(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度|前(?P<until>[一二三1-3])季度"
    rf"|(?P<from>\d{{1,2}})月?{_DASH}(?P<to>\d{{1,2}})月|(?P<month>\d{{1,2}})月(?:(?P<day>\d{{1,2}})日)?)?"
)


def periods(text: str, today: date | None) -> Iterator[tuple[int, int, Period]]:
    """Each period of a text with where it begins and ends. Words such as 今年 need to know the day."""
    for found in PERIOD.finditer(text):
        year = int(found["year"]) if found["year"] else _year(found["word"], today)
        period = _period(year, found) if year else None
        if period:
            yield found.start(), found.end(), period


def _year(word: str, today: date | None) -> int:
    return 0 if today is None else today.year - (word in ("去年", "上年"))


def _period(year: int, found: re.Match[str]) -> Period | None:
    if found["half"]:
        first, last = (1, 6) if found["half"] == "上" else (7, 12)
    elif found["quarter"]:
        last = _QUARTERS[found["quarter"]] * 3
        first = last - 2
    elif found["until"]:
        first, last = 1, _QUARTERS[found["until"]] * 3
    elif found["from"]:
        first, last = int(found["from"]), int(found["to"])
    elif found["month"]:
        first = last = int(found["month"])
    else:
        first, last = 1, 12
    if not 1 <= first <= last <= 12:
        return None
    return _days(year, first, last, int(found["day"] or 0))


def _days(year: int, first: int, last: int, day: int) -> Period | None:
    if day > monthrange(year, last)[1]:
        return None
    if day:
        return Period(date(year, first, day), date(year, last, day))
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]))
