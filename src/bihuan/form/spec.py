"""What a blank of a form is filled from."""

from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from bihuan.pack.reading import Spec

KINDS = {
    "text": "固定的文字",
    "word": "填表的事项",
    "count": "条数",
    "sum": "合计",
    "figure": "指标",
    "value": "一条记录的字段",
    "table": "从这一格起填一张表",
}
"""The kinds of sources there are, with their titles. A new one is a row here and an answer in `sources.py`."""

PERIODS = {"": "这一期", "previous": "上一期", "previous year": "上年同期", "year to date": "年初到这一期末"}
WORDS = {"unit": "填报单位", "person": "填表人", "today": "填报日期", "period": "所属期"}
EVERY = {"month": "每月", "quarter": "每季度", "half": "每半年", "year": "每年", "once": "不定期"}
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


class Source(Spec):
    """Where a blank's value comes from: what to ask of which ledger, of which of its records, in which days."""

    kind: Literal["text", "word", "count", "sum", "figure", "value", "table"]
    text: str = ""
    word: Literal["", "unit", "person", "today", "period"] = ""
    ledger: str = ""
    where: str = ""
    during: str = Field(default="", description="日期字段：只算落在所属期里的记录")
    field: str = ""
    columns: tuple[str, ...] = Field(default=(), description="各列填哪个字段；空：这一列不填；#：序号")
    figure: str = Field(default="", description="指标代码")
    unit: str = Field(default="", description="指标：哪个单位（代码）；空：填报单位；*：全县")
    period: Literal["", "previous", "previous year", "year to date"] = Field(default="", description="指标：哪一期")
    measure: str = Field(default="", description="指标：换算成表里的计量单位；空：按指标的")
    rows: int = Field(default=20, ge=1, le=1_000, description="表里留了几行")


class Blank(Spec):
    """A place of the form and what fills it; `label` is what the form calls it."""

    place: str
    label: str = ""
    source: Source


class Period(Spec):
    """The days that a form is about, first and last, and how they are called."""

    first: date
    last: date
    label: str


def period_before(every: str, day: date) -> Period:
    """The last whole period before a day: what a form is usually asked for. For no regular one, the year so far."""
    months = _MONTHS.get(every)
    if months is None:
        return Period(first=date(day.year, 1, 1), last=day, label=f"{day.year}年1月1日至{day.month}月{day.day}日")
    return period_of(every, _first(months, day) - timedelta(days=1))


def period_of(every: str, day: date) -> Period:
    """The period of a form that a day falls in."""
    months = _MONTHS.get(every, 12)
    first = _first(months, day)
    month = first.month + months
    after = date(first.year + (month > 12), month - 12 * (month > 12), 1)
    return Period(first=first, last=after - timedelta(days=1), label=_label(months, first))


def _first(months: int, day: date) -> date:
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _label(months: int, first: date) -> str:
    place = (first.month - 1) // months
    words = {1: f"{first.month}月", 3: f"第{'一二三四'[place % 4]}季度", 6: ("上半年", "下半年")[place % 2], 12: ""}
    return f"{first.year}年{words[months]}"
