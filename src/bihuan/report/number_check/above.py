"""What a sentence stands under: the text's title, its headings, and the period that was last spoken of."""

import re
from datetime import date

from bihuan.report.number_check.blocks import Block
from bihuan.report.number_check.model import Period
from bihuan.report.number_check.periods import PERIOD, Spoken, periods
from bihuan.report.number_check.tables import Cell

_LONGEST_HEADING = 40
_ENDS = re.compile("[。；！？;!?，,]")
_LEVELS = (
    re.compile("[一二三四五六七八九十]+、"),
    re.compile("[（(][一二三四五六七八九十]+[）)]"),
    re.compile(r"\d+[.．、]"),
)
_YEAR = re.compile(r"(?:19|20)\d{2}(?=年)")


class Above:
    """The headings over a block, each until one of its level or a higher one; the year and period of the text.

    A period in the title holds for the whole text, one in a heading for what is under it, and one in a sentence for
    the sentences behind it in the same paragraph.
    """

    def __init__(self, today: date | None) -> None:
        self.today = today
        self.year = 0
        self._headings: dict[int, str] = {}
        self._periods: dict[int, Period] = {}
        self._spoken: Period | None = None
        self._head = self.said = ""
        self._begun = False

    def read(self, block: Block) -> None:
        """Take up a block before its sentences are read."""
        self._spoken, self._head, self.said = None, "", ""
        text = block.text.strip()
        level = self._level(text) if not block.cells else None
        if level is None:
            self._begun = self._begun or not block.cells
            return
        for old in [old for old in self._headings if old >= level]:
            del self._headings[old]
            self._periods.pop(old, None)
        self._headings[level] = text
        if level == 0 and (found := _YEAR.search(text)):
            self.year = int(found.group())
        own = [one.period for one in periods(text, self.today, self.year) if not one.beside]
        if own:
            self._periods[level] = own[0]

    def read_cell(self, cell: Cell) -> None:
        """Take up the heads of a cell, and the period that they name, before its sentences are read."""
        self._head, self.said = cell.head, PERIOD.sub("", cell.beside)
        own = [one.period for one in periods(cell.head, self.today, self.year)]
        self._spoken = own[0] if own else None

    def _level(self, text: str) -> int | None:
        """0 for the title, 1 and more for headings; None for text."""
        if not text or len(text) > _LONGEST_HEADING or _ENDS.search(text):
            return None
        numbered = next((level for level, form in enumerate(_LEVELS, start=1) if form.match(text)), None)
        if numbered is not None:
            return numbered
        return None if self._begun else 0

    @property
    def title(self) -> str:
        return self._headings.get(0, "")

    @property
    def words(self) -> str:
        return "，".join((*(self._headings[level] for level in sorted(self._headings) if level), self._head))

    @property
    def period(self) -> Period | None:
        """The period of a sentence that names none."""
        inherited = self._periods[max(self._periods)] if self._periods else None
        return self._spoken or inherited

    def periods_of(self, text: str) -> list[Spoken]:
        """The periods of a sentence."""
        return list(periods(text, self.today, self.year))

    def remember(self, sentence: str, spoken: list[Spoken]) -> None:
        """Keep the sentence and its period for the sentences behind it; one that is only recalled (同期) is not."""
        self.said += sentence
        own = [one.period for one in spoken if not one.beside and not one.recalled]
        if own:
            self._spoken = own[0]
