"""Marks in rendered text where a number or a block stands, in characters that no record may hold."""

import re
from dataclasses import dataclass, field

from bihuan.report.document import Block, Number, Run, Runs

# Private-use characters, taken out of every value that a template prints.
_OPEN, _MIDDLE, _CLOSE, _BLOCK = "\ue000", "\ue001", "\ue002", "\ue003"
_NUMBER = re.compile(f"{_OPEN}([0-9]+){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")
_ALONE = re.compile(f"\\s*{_BLOCK}([0-9]+){_CLOSE}\\s*")
_ANY = re.compile(f"[{_OPEN}-{_BLOCK}]")


@dataclass
class Marks:
    """What was marked while one template was rendered. `around` parts a block's mark from the text beside it."""

    around: str = "\n\n"
    numbers: list[Number] = field(default_factory=list)
    blocks: list[tuple[Block, ...]] = field(default_factory=list)

    def number(self, number: Number, text: str) -> str:
        """The mark of a printed number."""
        self.numbers.append(number)
        return f"{_OPEN}{len(self.numbers) - 1}{_MIDDLE}{unmarked(text)}{_CLOSE}"

    def block(self, *blocks: Block) -> str:
        """The mark of a block, or of several one after another, which stands in a paragraph of its own."""
        self.blocks.append(blocks)
        return f"{self.around}{_BLOCK}{len(self.blocks) - 1}{_CLOSE}{self.around}"

    def blocks_of(self, text: str) -> tuple[Block, ...] | None:
        """The blocks whose mark is all of the text."""
        found = _ALONE.fullmatch(text)
        return self.blocks[int(found[1])] if found else None

    def runs(self, text: str, *, bold: bool = False) -> Runs:
        """Text with marks as runs."""
        runs: list[Run] = []
        end = 0
        for found in _NUMBER.finditer(text):
            if found.start() > end:
                runs.append(Run(unmarked(text[end : found.start()]), bold=bold))
            runs.append(Run(found[2], self.numbers[int(found[1])], bold))
            end = found.end()
        if end < len(text):
            runs.append(Run(unmarked(text[end:]), bold=bold))
        return tuple(runs)


def is_marked(text: str) -> bool:
    """Whether a mark stands in the text."""
    return _ANY.search(text) is not None


def unmarked(text: str) -> str:
    """Text without the marks' characters."""
    return _ANY.sub("", text)
