"""Date serial numbers of spreadsheets, both ways.

Source: ECMA-376 (ISO/IEC 29500-1) 18.17.4.1: the 1900 system counts 1900-01-01 as 1 and, after Lotus 1-2-3,
has a day 60 = 1900-02-29 that never was; the 1904 system counts 1904-01-01 as 0. The fraction is the part of
the day.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from bihuan.standards.problem import Refused

System = Literal[1900, 1904]

_BEFORE_PHANTOM = date(1899, 12, 31)
_AFTER_PHANTOM = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
_LAST: dict[int, int] = {1900: 2_958_465, 1904: 2_957_003}
_DAY_MS = 86_400_000


def from_serial(serial: float | Decimal, system: System = 1900) -> date | datetime:
    """A date if the serial is whole, else a datetime rounded to the millisecond. Refused outside of the
    system's days."""
    if serial != serial or serial in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN is what differs from itself
        raise Refused("serial", f"日期序号 {serial} 不是数")
    days, clock = divmod(round(serial * _DAY_MS), _DAY_MS)
    day = _day(days, serial, system)
    return datetime.combine(day, time()) + timedelta(milliseconds=clock) if clock else day


def _day(days: int, serial: float | Decimal, system: System) -> date:
    lowest = 1 if system == 1900 else 0
    if days == 0 and system == 1900 and serial >= 0:
        raise Refused("serial", f"日期序号 {serial} 只有时刻，没有日期")
    if not lowest <= days <= _LAST[system]:
        raise Refused("serial", f"日期序号 {serial} 超出范围，{system} 日期系统应在 {lowest} 至 {_LAST[system]} 之间")
    if system == 1904:
        return _EPOCH_1904 + timedelta(days)
    if days == 60:
        raise Refused("serial", "日期序号 60 对应 1900-02-29，这一天并不存在（1900 年不是闰年）")
    return (_BEFORE_PHANTOM if days < 60 else _AFTER_PHANTOM) + timedelta(days)


def to_serial(value: date | datetime, system: System = 1900) -> Decimal:
    """The serial of a date or naive datetime, exact. Refused before the first day of the system."""
    day = value.date() if isinstance(value, datetime) else value
    if system == 1904:
        days = (day - _EPOCH_1904).days
    else:
        days = (day - (_BEFORE_PHANTOM if day < date(1900, 3, 1) else _AFTER_PHANTOM)).days
    if days < (1 if system == 1900 else 0):
        raise Refused("serial", f"{day} 早于 {system} 日期系统的第一天，没有日期序号")
    if not isinstance(value, datetime):
        return Decimal(days)
    micro = (value - datetime.combine(day, time(), value.tzinfo)) // timedelta(microseconds=1)
    return days + Decimal(micro) / (_DAY_MS * 1000)
