"""Dates and times as people in offices write them, read with an exact reason for whatever is refused.

Source: GB/T 7408.1-2023 (ISO 8601-1) for the numeric forms; GB/T 15835-2011 4.1.2, 4.2.2 and 5.2 for those
in Chinese; 《支付结算办法》附一 六 for the dates of cheques (贰零贰肆年零壹月壹拾伍日).

Read: 2024-03-05, 2024.3.5, 2024/3/5, 20240305, 2024年3月5日（星期二）, 二〇二四年三月五日, 2024年3月, each
with a time (14:30, 14:30:05, 下午2时30分, 02:27:57 PM) and an offset (Z, +08:00) behind it.
A form that could be read in two ways is refused unless the caller says which is meant.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal

from bihuan.standards.cell_text import tidy
from bihuan.standards.chinese_numerals import parse_number
from bihuan.standards.excel_serial import from_serial
from bihuan.standards.problem import Refused

Order = Literal["mdy", "dmy"]
WholeMonth = Literal["first", "last", "refuse"]

_NUMERALS = "〇○零一二三四五六七八九十廿卅两壹贰叁肆伍陆柒捌玖拾"
_IN_CHARACTERS = re.compile(rf"[{_NUMERALS}]+(?=[年月日号时点分秒])")
_ROUND_LETTER = re.compile(rf"(?<=[{_NUMERALS}])[Oo0](?=[{_NUMERALS}年])")
_BLANKS = re.compile(r"\s*([年月日号时点分秒])\s*")
_WEEKDAY = re.compile(r"\s*\(?(?:星期|周|礼拜)([一二三四五六日天])\)?\s*")
_WEEKDAYS = {mark: index for index, mark in enumerate("一二三四五六日")} | {"天": 6}

_YEAR_FIRST = re.compile(
    r"(?P<y>\d{4})(?:年(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]?|(?P<s>[-./])(?P<m2>\d{1,2})(?P=s)(?P<d2>\d{1,2})\.?)"
)
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?P<time>\d{4}|\d{6})?(?!\d)")
_MONTH = re.compile(r"(?P<y>\d{4})(?:年(?P<m>\d{1,2})月份?|[-./](?P<m2>\d{1,2})|(?P<m3>\d{2}))")
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})(?P<s>[-./])(?P<b>\d{1,2})(?P=s)(?P<y>\d{4})")
_SHORT_YEAR = re.compile(r"\d{2}(?:[-./]\d{1,2}[-./]|年\d{1,2}月)\d{1,2}日?")
_NO_YEAR = re.compile(r"(?P<m>\d{1,2})(?:月(?P<d>\d{1,2})[日号]?|[-./](?P<d2>\d{1,2}))")
_TIME = re.compile(
    r"(?:\s*T\s*|\s*)(?P<half>上午|下午)?\s*"
    r"(?:(?P<h>\d{1,2}):(?P<mi>\d{1,2})(?::(?P<s>\d{1,2})(?:[.,](?P<f>\d{1,6})\d*)?)?"
    r"|(?P<h2>\d{1,2})[时点](?:(?P<mi2>\d{1,2})分?)?(?:(?P<s2>\d{1,2})秒)?整?)"
    r"\s*(?P<ampm>[AaPp])?(?(ampm)\.?[Mm]\.?)\s*(?P<zone>[Zz]|[+-]\d{2}(?::?\d{2})?)?"
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the caller wants doubtful forms read."""

    order: Order | None
    whole_month: WholeMonth
    year: int | None


def _refuse(code: str, text: str, why: str) -> Refused:
    return Refused(code, f"“{text}”不是有效的日期：{why}")


def make_date(year: int, month: int, day: int, text: str) -> date:
    """A date, or Refused with the part at fault: 「2 月没有 30 日（2024 年 2 月只有 29 天）」."""
    if not 1 <= year <= 9999:
        raise _refuse("year", text, f"年份 {year} 应在 1 至 9999 之间")
    if not 1 <= month <= 12:
        raise _refuse("month", text, f"没有 {month} 月，月份应在 1 至 12 之间")
    length = monthrange(year, month)[1]
    if not 1 <= day <= length:
        raise _refuse("day", text, f"{month} 月没有 {day} 日（{year} 年 {month} 月只有 {length} 天）")
    return date(year, month, day)


def _hour(found: re.Match[str], hour: int, text: str) -> int:
    """The hour of 24, from 上午, 下午, AM or PM."""
    if found["ampm"]:
        if not 1 <= hour <= 12:
            raise _refuse("hour", text, f"写了 AM/PM，小时应在 1 至 12 之间，现为 {hour}")
        return hour % 12 + (12 if found["ampm"] in "Pp" else 0)
    if found["half"] == "上午" and hour >= 12:
        raise _refuse("hour", text, f"上午的小时应在 0 至 11 之间，现为 {hour}")
    return hour + 12 if found["half"] == "下午" and hour < 12 else hour


def _zone(mark: str | None, text: str) -> tzinfo | None:
    if not mark:
        return None
    if mark in "Zz":
        return UTC
    hours, minutes = int(mark[1:3]), int(mark[-2:]) if len(mark) > 3 else 0
    if hours > 14 or minutes > 59:
        raise _refuse("zone", text, f"时差 {mark} 应在 -14:00 至 +14:00 之间")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if mark[0] == "-" else offset)


def _time(rest: str, text: str) -> time:
    found = _TIME.fullmatch(rest)
    if found is None:
        raise _refuse("time", text, f"时刻“{rest.strip()}”看不懂，应形如 14:30、14:30:05 或 下午2时30分")
    hour = int(found["h"] or found["h2"])
    minute = int(found["mi"] or found["mi2"] or 0)
    second = int(found["s"] or found["s2"] or 0)
    if hour == 24 and minute == second == 0:
        raise _refuse("hour", text, "当日 24 时请写成次日 0 时")
    if hour > 23 or minute > 59 or second > 59:
        raise _refuse("time", text, f"没有 {hour} 时 {minute} 分 {second} 秒，应在 0:00:00 至 23:59:59 之间")
    micro = int((found["f"] or "").ljust(6, "0"))
    return time(_hour(found, hour, text), minute, second, micro, _zone(found["zone"], text))


def _joined(day: date, rest: str, text: str) -> date | datetime:
    return datetime.combine(day, _time(rest, text)) if rest.strip() else day


def _year_first(found: re.Match[str], text: str) -> date:
    return make_date(int(found["y"]), int(found["m"] or found["m2"]), int(found["d"] or found["d2"]), text)


def _year_last(found: re.Match[str], reading: _Reading, text: str) -> date:
    a, b, year = int(found["a"]), int(found["b"]), int(found["y"])
    order = reading.order
    if order is None:
        if a <= 12 and b <= 12 and a != b:
            raise _refuse(
                "ambiguous",
                text,
                f"分不清是 {a} 月 {b} 日还是 {b} 月 {a} 日，请写成 {year}-月-日，或指明顺序",
            )
        order = "dmy" if a > 12 else "mdy"
    return make_date(year, a, b, text) if order == "mdy" else make_date(year, b, a, text)


def _month(found: re.Match[str], reading: _Reading, text: str) -> date:
    if text.endswith(".1") and found["m2"] == "1":
        raise _refuse("ambiguous", text, "可能是 1 月，也可能是被表格去掉末尾 0 的 10 月，请写成 2024年1月 的形式")
    year, month = int(found["y"]), int(found["m"] or found["m2"] or found["m3"])
    if reading.whole_month == "refuse":
        raise _refuse("no-day", text, "只写到月，缺少日")
    first = make_date(year, month, 1, text)
    return first if reading.whole_month == "first" else first.replace(day=monthrange(year, month)[1])


def _without_day_or_year(body: str, reading: _Reading, text: str) -> date | datetime:
    if len(body) == 5 and body.isascii() and body.isdigit():
        raise _refuse("serial", text, f"像是表格的日期序号（{from_serial(int(body))}），请把该列设为日期格式")
    if found := _MONTH.fullmatch(body):
        return _month(found, reading, text)
    if _SHORT_YEAR.match(body):
        raise _refuse("short-year", text, "年份只有两位，请写四位年份")
    if found := _NO_YEAR.match(body):
        if reading.year is None:
            raise _refuse("no-year", text, "缺少年份")
        day = make_date(reading.year, int(found["m"]), int(found["d"] or found["d2"]), text)
        return _joined(day, body[found.end() :], text)
    raise _refuse("form", text, "应形如 2024-03-05、2024.3.5、20240305 或 2024年3月5日")


def _read(body: str, reading: _Reading, text: str) -> date | datetime:
    if found := _YEAR_FIRST.match(body):
        return _joined(_year_first(found, text), body[found.end() :], text)
    if found := _YEAR_LAST.match(body):
        return _joined(_year_last(found, reading, text), body[found.end() :], text)
    if found := _COMPACT.match(body):
        clock = found["time"] or ""
        rest = ":".join(clock[i : i + 2] for i in range(0, len(clock), 2)) + body[found.end() :]
        return _joined(make_date(int(found["y"]), int(found["m"]), int(found["d"]), text), rest, text)
    return _without_day_or_year(body, reading, text)


def _plain(text: str) -> str:
    """Characters to digits, no blanks around 年月日时分秒, 半 as 30分."""
    body = tidy(text)
    if body.isascii():
        return body
    body = _BLANKS.sub(lambda found: found[1], body).replace("点半", "点30分").replace("时半", "时30分")
    body = _ROUND_LETTER.sub("〇", body)
    return _IN_CHARACTERS.sub(lambda found: str(parse_number(found[0])), body)


def _check_weekday(value: date | datetime, mark: str, text: str) -> None:
    weekday = value.weekday()
    if _WEEKDAYS[mark] != weekday:
        right = "一二三四五六日"[weekday]
        raise _refuse("weekday", text, f"{value:%Y-%m-%d} 是星期{right}，不是星期{mark}")


def _slow(text: str, reading: _Reading) -> date | datetime:
    if len(text) > 60:
        raise Refused("form", "日期文字过长（超过 60 字）")
    if found := _YEAR_FIRST.fullmatch(text):
        return _year_first(found, text)
    body = _plain(text)
    if not body:
        raise Refused("empty", "日期为空")
    weekday = None
    if not body.isascii() and (weekday := _WEEKDAY.search(body)):
        body = f"{body[: weekday.start()]} {body[weekday.end() :]}".strip()
    value = _read(body, reading, text.strip())
    if weekday is not None:
        _check_weekday(value, weekday[1], text.strip())
    return value


def parse(
    text: str, *, order: Order | None = None, whole_month: WholeMonth = "first", year: int | None = None
) -> date | datetime:
    """A date, or a datetime if a time is written (aware if an offset is). Refused, with the reason, for all
    else.

    `order` says how 03/01/2011 is meant (US: "mdy"); `whole_month` what day 2024年3月 stands for; `year` is
    the year of a date written without one.
    """
    try:
        if len(text) == 10 and text[4] == text[7] == "-":
            return date.fromisoformat(text)
        if len(text) == 19 and text[10] in " T" and text[4] == "-":
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # the slow way says exactly why
    return _slow(text, _Reading(order, whole_month, year))


def parse_date(
    text: str, *, order: Order | None = None, whole_month: WholeMonth = "first", year: int | None = None
) -> date:
    """As `parse`, but a date: a time of 00:00 is dropped, any other is refused rather than lost."""
    value = parse(text, order=order, whole_month=whole_month, year=year)
    if not isinstance(value, datetime):
        return value
    if value.time() != time():
        raise Refused("has-time", f"“{text.strip()}”带有时刻 {value:%H:%M:%S}，这里只填日期")
    return value.date()


def parse_datetime(
    text: str, *, order: Order | None = None, whole_month: WholeMonth = "first", year: int | None = None
) -> datetime:
    """As `parse`, but a datetime: a date alone is its midnight. Naive unless an offset is written."""
    value = parse(text, order=order, whole_month=whole_month, year=year)
    return value if isinstance(value, datetime) else datetime.combine(value, time())
