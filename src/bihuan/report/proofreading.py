"""The number check of a draft against the figures: each number in it right, wrong, out of date or not known."""

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


def proofread(path: Path, name: str, *, unit: Unit, clocks: Clocks) -> Checked:
    """Check a .txt or .docx against the figures of a unit, this year and the year before, at the clocks.

    Raises Invalid for another kind of file, or one that cannot be read.
    """
    readers = {".txt": read_text, ".docx": read_docx}
    if path.suffix.lower() not in readers:
        raise Invalid(f"“{name}”不能体检；可以是 .docx 或 .txt")
    blocks = tuple(readers[path.suffix.lower()](path, name))
    numbers = tuple(find_numbers(blocks, clocks.day))
    known = tuple(_known(unit, clocks))
    verdicts = tuple((number, judge(number, known)) for number in numbers if number.role != "change")
    return Checked(blocks, verdicts, (*check_arithmetic(numbers), *check_dates(blocks, clocks.day)))


def _known(unit: Unit, clocks: Clocks) -> Iterator[Known]:
    year = parse_period(f"{clocks.day.year}", clocks.day)
    spans = (year, years_before(year, 1))
    codes = tuple(figure_codes())
    found = answer(Question(codes, spans, clocks), reach=None)
    for code in codes:
        figure = found.figures[code]
        for span in spans:
            number = found.value(code, unit.pk, span).number
            value = None if number is None else rounded(number, places_of(figure))
            yield Known(code, figure.spec.title, figure.spec.unit, _days(span, clocks.day), value)


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
