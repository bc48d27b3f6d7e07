"""What is wrong with an expression, where, and what to write instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters start..end (end excluded) of the source text."""

    start: int
    end: int

    def to(self, other: "Span") -> "Span":
        return Span(min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` and `column` count from 1, `start` and `end` are offsets from 0; all count characters."""

    message: str
    hint: str
    line: int
    column: int
    start: int
    end: int

    def __str__(self) -> str:
        where = f"第 {self.line} 行第 {self.column} 个字：{self.message}"
        return f"{where}。{self.hint}" if self.hint else where


class ExpressionError(ValueError):
    """The text is not an expression of this language; `problems` are in the order of the text."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Problems:
    """Collects problems in one text, so that a writer sees all of them at once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: dict[tuple[Span, str], Problem] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, span: Span, message: str, hint: str = "") -> None:
        before = self._text[: span.start]
        line = before.count("\n") + 1
        column = span.start - (before.rfind("\n") + 1) + 1
        self._found.setdefault((span, message), Problem(message, hint, line, column, span.start, span.end))

    def raise_any(self) -> None:
        if self._found:
            raise ExpressionError(tuple(self._found[key] for key in sorted(self._found)))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or nothing when none is near."""
    by_fold = {candidate.casefold(): candidate for candidate in known}
    near = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.5)
    return f"是不是想写 “{by_fold[near[0]]}”？" if near else ""


def listing(words: Iterable[str], limit: int = 12) -> str:
    """The words for a message; a long list is cut, and says how many more there are."""
    all_words = list(words)
    shown = "、".join(all_words[:limit])
    return shown if len(all_words) <= limit else f"{shown} 等 {len(all_words)} 个"
