"""Matches the columns of a table with the fields of a ledger, one to one, and says why.

In order: the title is the field's code or name; it is an alias; it is so once brackets, units, marks and
spaces are taken off; it is alike enough by pairs of letters (Dice's coefficient over bigrams).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bihuan.ledger.excel.model import Column

Reason = Literal["exact", "alias", "cleaned", "alike"]
REASONS: dict[Reason, str] = {
    "exact": "列名与字段名相同",
    "alias": "列名是字段的别名",
    "cleaned": "去掉括号、单位和标记后相同",
    "alike": "列名与字段名相近",
}
# Below this, two Chinese titles of four to six letters share less than half their pairs.
THRESHOLD = 0.6
# A match by likeness counts for less than any by rule, however alike.
_CEILING: dict[Reason, float] = {"exact": 1.0, "alias": 0.99, "cleaned": 0.95, "alike": 0.9}

_BRACKETS = re.compile(r"[(\[【〔<][^()\[\]【】〔〕<>]*[)\]】〕>]")
_MARKS = re.compile(r"[\W_]+")
_LEVELS = re.compile(r"[/／]")


@dataclass(frozen=True, slots=True)
class Field:
    """What a column may be matched with; aliases are other names in use."""

    code: str
    title: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """The field of a column; `score` from 0 to 1, `why` in Chinese. Without a field, `reason` is None."""

    column: Column
    field: Field | None
    score: float = 0.0
    reason: Reason | None = None

    @property
    def why(self) -> str:
        return REASONS[self.reason] if self.reason else "没有相近的字段"


def match_columns(
    columns: Sequence[Column], fields: Iterable[Field], *, threshold: float = THRESHOLD
) -> tuple[Match, ...]:
    """Match each column with at most one field and each field with at most one column.

    The surest pairs are joined first; equal ones in the order of the columns, then of the fields, so that
    the outcome does not hang on chance.
    """
    wanted = [(field, _Names(field)) for field in fields]
    pairs: list[tuple[float, int, int, Reason]] = []
    for place, column in enumerate(columns):
        if column.is_serial and not any(names.is_named(column.title) for _, names in wanted):
            continue
        for rank, (_, names) in enumerate(wanted):
            score, reason = names.score(column)
            if score >= threshold * (_CEILING["alike"] if reason == "alike" else 1):
                pairs.append((score, place, rank, reason))
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    matches: dict[int, Match] = {}
    taken: set[int] = set()
    for score, place, rank, reason in pairs:
        if place not in matches and rank not in taken:
            matches[place] = Match(columns[place], wanted[rank][0], round(score, 4), reason)
            taken.add(rank)
    return tuple(matches.get(place, Match(column, None)) for place, column in enumerate(columns))


class _Names:
    """A field's names, made ready once for comparison with many titles."""

    def __init__(self, field: Field) -> None:
        self.own = {_folded(field.code), _folded(field.title)}
        self.aliases = {_folded(alias) for alias in field.aliases}
        everything = (field.title, field.code, *field.aliases)
        self.bare = {bare for name in everything if (bare := bare_title(name))}
        self.pairs = [_pairs(bare) for bare in sorted(self.bare)]

    def is_named(self, title: str) -> bool:
        return _folded(title) in self.own | self.aliases or bare_title(title) in self.bare

    def score(self, column: Column) -> tuple[float, Reason]:
        """Give the best score over the whole title and, less sure, over its last level alone."""
        last = column.levels[-1] if column.levels else column.title
        best = self._score(column.title)
        if last != column.title:
            score, reason = self._score(last)
            best = max(best, (score * 0.97, reason))
        return best

    def _score(self, title: str) -> tuple[float, Reason]:
        folded = _folded(title)
        if folded in self.own:
            return _CEILING["exact"], "exact"
        if folded in self.aliases:
            return _CEILING["alias"], "alias"
        bare = bare_title(title)
        if bare and bare in self.bare:
            return _CEILING["cleaned"], "cleaned"
        pairs = _pairs(bare)
        alike = max((_dice(pairs, own) for own in self.pairs), default=0.0)
        return alike * _CEILING["alike"], "alike"


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def bare_title(title: str) -> str:
    """Take brackets with their content, units behind a slash, marks and spaces off a title: *金 额（万元）
    is 金额.
    """
    text = _folded(title)
    shorter = _BRACKETS.sub("", text)
    return _MARKS.sub("", shorter) or _MARKS.sub("", text)


def _pairs(text: str) -> Counter[str]:
    # A single letter has no pair; the ends are paired with a blank, so that 人 and 人员 share something.
    padded = f" {text} "
    return Counter(padded[place : place + 2] for place in range(len(padded) - 1))


def _dice(one: Counter[str], other: Counter[str]) -> float:
    shared = sum((one & other).values())
    return 2 * shared / (one.total() + other.total())
