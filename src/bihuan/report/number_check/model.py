"""The words of the number check: where a number stands, what it says, what is wrong with it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Role = Literal["level", "total", "part", "change", "share"]
"""What a number does in its sentence: a level, a total (共), a part (其中), a change (同比增长), a share (占)."""

Fault = Literal["sum", "share", "contradiction", "stale", "future"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Characters of a block, from `start` up to and without `end`; blocks are counted from 0."""

    block: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a number speaks of, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Words:
    """What stands around a number: in its clause before it and behind its unit, and before that in its sentence.

    `earlier` are the sentences before its own in the paragraph, `above` the headings that it stands under, of a cell
    the heads of its column and row too; `title` is that of the text. `lead` is all that was said since the number
    before. `turn` counts the numbers since 分别 from 0, -1 where the sentence has none; `listed` is the clause that it
    ends.
    """

    clause: str = ""
    behind: str = ""
    before: str = ""
    above: str = ""
    earlier: str = ""
    title: str = ""
    lead: str = ""
    turn: int = -1
    listed: str = ""
    is_cell: bool = False

    @property
    def depth(self) -> int:
        """In how many brackets it stands."""
        return self.before.count("（") + self.before.count("(") - self.before.count("）") - self.before.count(")")


@dataclass(frozen=True, slots=True)
class Number:
    """A figure in a text.

    `text` is what stands at `place`, number and unit; `value` is in `unit`, which is "" where none is written.
    `places` are the decimal places as written. `noun` is what is counted, `sentence` counts the sentences of the text.
    `up_to`: the period was said as the day up to which is counted (截至), `inherited`
    that it was said before the sentence, or in a heading.
    """

    place: Place
    text: str
    value: Decimal
    unit: str
    places: int
    noun: str
    role: Role
    period: Period | None
    is_about: bool
    sentence: int
    words: Words = Words()
    up_to: bool = False
    inherited: bool = False

    @property
    def half(self) -> Fraction:
        """Half of the last place that is written: how far rounding can have moved the value, in `unit`."""
        return Fraction(1, 2) / Fraction(10) ** self.places


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold in the text itself; `others` are the numbers it was held against."""

    fault: Fault
    place: Place
    message: str
    is_error: bool = True
    others: tuple[Place, ...] = ()
