"""A document before it is a file: headings, paragraphs, tables, charts; and numbers that know what they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal


@dataclass(frozen=True)
class Number:
    """A printed number and all that makes it repeatable: which figure, of whom, when, as known when, by which version.

    `records` is how many records stand behind it; `opens` the address that shows them. `value` None is unknown.
    `aspect` is empty for the figure's value itself, `change` for how it changed, `score` in a ranking
    (`score@…` in one that an appeal replaced), else the slice: `field=value`.
    """

    figure: str
    title: str
    unit: str
    unit_name: str
    period: str
    as_of: date
    known_at: datetime
    version: int
    value: Decimal | None
    measure: str
    definition: str
    records: int
    opens: str
    aspect: str = ""


@dataclass(frozen=True)
class Run:
    """A piece of text in one face; with `number`, the text is that number as printed."""

    text: str
    number: Number | None = None
    bold: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """`level` 0 is the document's title, 1 to 4 count themselves: 一、（一）1.（1）."""

    level: int
    runs: Runs


@dataclass(frozen=True)
class Paragraph:
    """`flush` stands at the margin, as whom a document is addressed to; `right` as who signs it and when."""

    runs: Runs
    look: Literal["body", "flush", "right", "note"] = "body"


@dataclass(frozen=True)
class Table:
    """`heads` is the head row; `rows` hold a cell a column. A caption stands above, the unit line at its right."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Runs, ...], ...]
    caption: str = ""
    unit: str = ""

    @property
    def lines(self) -> tuple[tuple[Runs, ...], ...]:
        """The rows as they are set: a table that has none says so."""
        return self.rows or (((Run("无"),), *((),) * (len(self.heads) - 1)),)


@dataclass(frozen=True)
class Series:
    """One line or set of bars: a value for each category, None where unknown; `numbers` are what they are of."""

    name: str
    values: tuple[Decimal | None, ...]
    numbers: tuple[Number, ...] = ()


@dataclass(frozen=True)
class Chart:
    """A native chart: bars, lines or a pie over categories."""

    kind: Literal["bar", "line", "pie"]
    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""


@dataclass(frozen=True)
class PageBreak:
    """What follows begins a page."""


Block = Heading | Paragraph | Table | Chart | PageBreak


@dataclass(frozen=True)
class RedHead:
    """The head of an issued document: the office's mark in red, its number, the line below."""

    mark: str
    number: str = ""


@dataclass(frozen=True)
class Document:
    """A whole document. `blocks` come in order; the annex of numbers is made from them.

    `printed` are the numbers of a file that was made from a Word template, in it beside the blocks.
    """

    title: str
    blocks: tuple[Block, ...]
    red_head: RedHead | None = None
    signed_by: str = ""
    signed_on: date | None = None
    annex: bool = True
    printed: tuple[Number, ...] = ()

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """Every number in reading order, each as often as it is printed."""
        return self.printed or tuple(run.number for run in self.runs() if run.number)

    def runs(self) -> Iterator[Run]:
        """Every run of the document in reading order."""
        for block in self.blocks:
            match block:
                case Heading(_, runs) | Paragraph(runs, _):
                    yield from runs
                case Table():
                    for row in block.rows:
                        for cell in row:
                            yield from cell
                case _:
                    pass


def text_of(runs: Runs) -> str:
    """The text of runs, as read."""
    return "".join(run.text for run in runs)


def is_number(runs: Runs) -> bool:
    """Whether a cell holds a number alone, which stands at the right."""
    text = text_of(runs).replace(",", "").replace("%", "").strip()
    return bool(text) and text.lstrip("-−").replace(".", "", 1).isdigit()
