"""Dates and times as they are printed.

Source: GB/T 7408.1-2023 5.2.2 and 5.4 (2024-03-05, 2024-03-05T14:30:00); GB/T 15835-2011 4.1.2
(2024年3月5日) and 5.2.1 (二〇二四年三月五日, 〇 in years); GB/T 9704-2012 7.3.5.5 (Arabic digits, no leading
zero, in the date of a document); 《支付结算办法》附一 六 (the date of a cheque in capitals).
"""

from datetime import date, datetime

from bihuan.standards.chinese_numerals import to_counting, to_positional

_WEEKDAYS = "一二三四五六日"


def iso(value: date | datetime) -> str:
    """2024-03-05, or 2024-03-05 14:30:00 with a blank as people read it; the offset is kept if there is
    one."""
    return value.isoformat(" ", "seconds") if isinstance(value, datetime) else value.isoformat()


def document(day: date) -> str:
    """2024年3月5日: months and days without a leading zero."""
    return f"{day.year}年{day.month}月{day.day}日"


def with_weekday(day: date) -> str:
    """2024年3月5日（星期二）."""
    return f"{document(day)}（星期{_WEEKDAYS[day.weekday()]}）"


def characters(day: date) -> str:
    """二〇二四年三月五日."""
    return f"{to_positional(day.year)}年{to_counting(day.month)}月{to_counting(day.day)}日"


def cheque(day: date) -> str:
    """贰零贰肆年零壹月壹拾伍日: 零 before months 1, 2, 10 and days 1-10, 20, 30, so that nothing can be
    written in front."""
    month = ("零" if day.month in (1, 2, 10) else "") + to_counting(day.month, capital=True)
    number = ("零" if day.day < 10 or day.day % 10 == 0 else "") + to_counting(day.day, capital=True)
    return f"{to_positional(day.year, capital=True)}年{month}月{number}日"
