"""The number check of a draft against the figures: each number in it right, wrong, out of date or not known."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bihuan.base.errors import Invalid
from bihuan.figure.answer import Question, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import figure_codes
from bihuan.figure.period import Period as FigurePeriod
from bihuan.figure.period import parse_period, years_before
from bihuan.figure.rules import Reach
from bihuan.figure.value import places_of, rounded
from bihuan.org.models import Unit
from bihuan.report.number_check import (
    Block,
    Finding,
    Number,
    Period,
    Verdict,
    check_arithmetic,
    check_dates,
    find_numbers,
    judge,
    read_docx,
    read_text,
)

JUDGEMENTS = {
    "right": "对",
    "wrong": "错",
    "out_of_date": "过时",
    "unknown": "没有对应的指标",
    "sum": "合计不符",
    "share": "占比不符",
    "contradiction": "前后矛盾",
    "stale": "日期过时",
    "future": "日期未到",
}
"""What becomes of a number, or of a statement of the text, in words."""

_MOST_PERIODS = 24
_COUNTED = re.compile("(?:总数|个数|件数|人数|次数|家数|数量|数)$")
_SHORTEST_NAME = 4


@dataclass(frozen=True)
class Known:
    """A figure's value in one period, as the number check takes it."""

    figure: str
    title: str
    unit: str
    period: Period | None
    value: Decimal | None
    aliases: Sequence[str] = ()


@dataclass(frozen=True)
class Checked:
    """A draft that was checked: its blocks, each number with its verdict, and what does not hold in the text itself."""

    blocks: tuple[Block, ...]
    numbers: tuple[tuple[Number, Verdict], ...]
    findings: tuple[Finding, ...]


def read_draft(path: Path, name: str) -> tuple[Block, ...]:
    """The text of a .txt or .docx. Raises Invalid for another kind of file, or one that cannot be read."""
    readers = {".txt": read_text, ".docx": read_docx}
    suffix = Path(name).suffix.lower()
    if suffix not in readers:
        raise Invalid(f"“{name}”不能体检；可以是 .docx 或 .txt")
    return tuple(readers[suffix](path, name))


def proofread(blocks: Sequence[Block], *, unit: Unit, clocks: Clocks, reach: Reach | None = None) -> Checked:
    """Check a text against the figures of a unit at the clocks, as far as `reach` may see: this year, the year before,
    and every period that the text itself speaks of.
    """
    numbers = tuple(find_numbers(blocks, clocks.day))
    spoken = dict.fromkeys(number.period for number in numbers if number.period)
    known = tuple(_known(unit, clocks, list(spoken)[:_MOST_PERIODS], reach))
    verdicts = tuple((number, judge(number, known)) for number in numbers if number.role != "change")
    return Checked(tuple(blocks), verdicts, (*check_arithmetic(numbers), *check_dates(blocks, clocks.day)))


def _known(unit: Unit, clocks: Clocks, spoken: Sequence[Period], reach: Reach | None) -> Iterator[Known]:
    year = parse_period(f"{clocks.day.year}", clocks.day)
    told = (FigurePeriod(period.first, period.last) for period in spoken)
    spans = tuple(dict.fromkeys((year, years_before(year, 1), *told)))
    codes = tuple(figure_codes())
    found = answer(Question(codes, spans, clocks), reach=reach)
    for code in codes:
        figure = found.figures[code]
        title = figure.spec.title
        for span in spans:
            number = found.value(code, unit.pk, span).number
            value = None if number is None else rounded(number, places_of(figure))
            yield Known(code, title, figure.spec.unit, _days(span, clocks.day), value, _other_names(title))


def _other_names(title: str) -> tuple[str, ...]:
    """What a text calls a figure whose title says that it is a number: 审计发现问题数 is 审计发现问题 so many."""
    short = _COUNTED.sub("", title)
    return (short,) if short != title and len(short) >= _SHORTEST_NAME else ()


def _days(span: FigurePeriod, today: date) -> Period:
    return Period(span.start, span.end if span.end < today else date(span.end.year, 12, 31))


def told(checked: Checked) -> list[dict[str, Any]]:
    """Every number and finding as plain values, in the order of the text."""
    labels = {block.index: block.label for block in checked.blocks}
    rows = [_number(number, verdict, labels) for number, verdict in checked.numbers]
    rows += [
        {
            "at": labels[finding.place.block],
            "start": finding.place.start,
            "judgement": finding.fault,
            "message": finding.message,
        }
        for finding in checked.findings
    ]
    return sorted(rows, key=lambda row: (list(labels.values()).index(row["at"]), row["start"]))


def _number(number: Number, verdict: Verdict, labels: dict[int, str]) -> dict[str, Any]:
    candidate = verdict.candidate
    return {
        "at": labels[number.place.block],
        "start": number.place.start,
        "text": number.text,
        "noun": number.noun,
        "judgement": verdict.judgement,
        "figure": candidate.figure if isinstance(candidate, Known) else None,
        "right_value": f"{candidate.value:f}" if candidate and candidate.value is not None else None,
    }
