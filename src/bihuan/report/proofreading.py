"""The number check of a draft against the figures: each number in it right, wrong, out of date or not known."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bihuan.base.errors import Invalid
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.rules import Reach
from bihuan.org.models import Unit
from bihuan.org.tree import tree_on
from bihuan.report.number_check import (
    Block,
    Finding,
    Matcher,
    Number,
    Verdict,
    cells_of,
    check_arithmetic,
    check_dates,
    check_table_sums,
    earlier_cells,
    find_numbers,
    judge,
    read_docx,
    read_text,
)
from bihuan.report.number_subjects import subjects_in, unit_names
from bihuan.report.number_values import FigureValues

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


class Checker:
    """Checks texts against the figures of a unit, and of the units that they name, as far as `reach` may see.

    Without a unit they are held against all units together, which is what the ledgers' own bureau writes of.
    """

    def __init__(self, unit: Unit | None, clocks: Clocks, reach: Reach | None = None) -> None:
        self.clocks = clocks
        self.matcher = Matcher(subjects_in(Catalogue(clocks.known_at)), unit_names(tree_on(clocks.day)))
        self.values = FigureValues(unit.pk if unit else None, clocks, reach)

    def check(self, blocks: Sequence[Block]) -> Checked:
        """Every number of a text with its verdict, and where the text disagrees with itself."""
        numbers = tuple(find_numbers(blocks, self.clocks.day))
        matched = list(zip(numbers, self.matcher.match_all(numbers), strict=True))
        self.values.load(cell for number, match in matched for cell in cells_of(number, match))
        self.values.load(cell for number, match in matched for cell in earlier_cells(number, match, self.values))
        verdicts = tuple((number, judge(number, match, self.values)) for number, match in matched)
        whose = [self.matcher.part_of(number) for number in numbers]
        findings = (
            *check_arithmetic(numbers, whose),
            *check_table_sums(blocks, numbers),
            *check_dates(blocks, self.clocks.day),
        )
        return Checked(tuple(blocks), verdicts, findings)


def proofread(blocks: Sequence[Block], *, unit: Unit | None, clocks: Clocks, reach: Reach | None = None) -> Checked:
    """Check one text."""
    return Checker(unit, clocks, reach).check(blocks)


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
    match = verdict.match
    return {
        "at": labels[number.place.block],
        "start": number.place.start,
        "text": number.text,
        "noun": number.noun,
        "judgement": verdict.judgement,
        "figure": match.subject.figure if match else None,
        "title": match.subject.title if match else None,
        "right_value": None if verdict.right is None else f"{verdict.right:f}",
        "right_unit": verdict.unit or None,
        "why": verdict.why,
    }
