"""Which figure, of which unit, a number of a text is about. Unsure is said, so that nobody is accused on a guess."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bihuan.report.number_check.counting_words import alike, same_measure
from bihuan.report.number_check.model import Number
from bihuan.report.number_check.naming import Lexicon, Scope, Subject, is_hoped
from bihuan.report.number_check.periods import PERIOD

_WHOLE = re.compile("全[县市区]|[县市区]本级|合计|总计")
_SAME = 1e-9


@dataclass(frozen=True)
class Match:
    """What a number is about. `units` are those that it may be told of, the likeliest first; None is the unit that the
    text is checked for.

    `strong`: named beyond doubt; else a number can be confirmed but never called wrong. `others` are as likely.
    """

    subject: Subject
    units: tuple[int | None, ...]
    strong: bool
    others: tuple[Subject, ...] = ()

    @property
    def subjects(self) -> tuple[Subject, ...]:
        return (self.subject, *self.others)


@dataclass(frozen=True)
class _Last:
    """What was counted last in a sentence, in which words, and whether other things were counted before it."""

    sentence: int = -1
    match: Match | None = None
    clause: str = ""
    several: bool = False


class Matcher:
    """Finds what numbers are about, among figures and the names of units."""

    def __init__(self, subjects: Sequence[Subject], units: Mapping[str, int]) -> None:
        self.subjects = tuple(subjects)
        self.units = units
        self.lexicon = Lexicon(subjects)
        names = sorted(units, key=len, reverse=True)
        self._names = re.compile("|".join(re.escape(name) for name in names)) if names else re.compile("(?!)")

    def match_all(self, numbers: Sequence[Number]) -> list[Match | None]:
        """The match of each number. One that says only whose it is, or by how much, is about what was counted last."""
        found: list[Match | None] = []
        last = outside = _Last()
        for number in numbers:
            before = number.words.before
            if number.sentence != last.sentence:
                last = outside = _Last(number.sentence)
            is_inside = before.count("（") > before.count("）")
            last = last if is_inside else outside
            one = self._one(number, last)
            found.append(one)
            if number.role not in ("change", "share"):
                last = self._after(number, one, last)
            outside = outside if is_inside else last
        return found

    def _after(self, number: Number, one: Match | None, last: _Last) -> _Last:
        clause = self._without_names(number.words.clause)
        is_new = bool(Scope(clause, "").bare)
        match = one or (None if is_new else last.match)
        several = last.several or bool(match and last.match and match.subject != last.match.subject)
        return replace(last, match=match, clause=clause if is_new else last.clause, several=several)

    def whose(self, number: Number) -> tuple[int | None, ...]:
        """The unit named last before the number, else above it; of those listed before 分别 the one in turn.

        A title names who reports, and perhaps whose the numbers are.
        """
        words = number.words
        if words.turn >= 0:
            listed = self._names.findall(words.before.rpartition("分别")[0])
            if words.turn < len(listed):
                return (self.units[listed[words.turn]],)
        for text in (words.before, words.above):
            named = list(self._names.finditer(text))
            if named:
                whole = _WHOLE.search(text, named[-1].end())
                return (None,) if whole else (self.units[named[-1].group()],)
            if _WHOLE.search(text):
                return (None,)
        titled = [self.units[name] for name in self._names.findall(words.title)]
        return (*titled[-1:], None)

    def _one(self, number: Number, last: _Last) -> Match | None:
        if number.role in ("change", "share"):
            return last.match
        units, words = self.whose(number), number.words
        hoped = is_hoped(words.before, words.above)
        clause, behind = self._without_names(words.clause), self._without_names(words.behind)
        context = f"{words.before}，{words.earlier}，{words.above}"
        own, longer = Scope(clause, context, hoped), Scope(clause + behind, context, hoped)
        found = self._named(number, (own, longer), units)
        if not (found and found.strong) and last.clause:
            taken = [Scope(last.clause + one.clause, context, hoped, one.bare) for one in (own, longer)]
            found = self._named(number, taken, units, exactly=True) or found
            found = replace(found, strong=found.strong and self._is_sure(number, last, own)) if found else None
        if (found and found.strong) or not last.match:
            return self._if_surely_whose(number, found)
        if not own.bare and (not longer.bare or words.turn > 0) and alike(number.unit, last.match.subject.unit):
            sure = last.match.strong and self._is_sure(number, last, own)
            return replace(last.match, units=units, strong=sure)
        return found

    def _is_sure(self, number: Number, last: _Last, own: Scope) -> bool:
        """Behind several things counted, a number that names only a time may go on about any of them."""
        words = number.words
        return bool(own.bare) or not last.several or bool(self._names.search(words.clause)) or words.turn > 0

    def _if_surely_whose(self, number: Number, match: Match | None) -> Match | None:
        """A sentence that names no unit, behind one that names one alone, may go on about that."""
        words = number.words
        names = set(self._names.findall(words.earlier))
        if match is None or len(names) != 1 or self._names.search(words.before) or _WHOLE.search(words.before):
            return match
        return replace(match, strong=False)

    def _named(
        self, number: Number, scopes: Sequence[Scope], units: tuple[int | None, ...], *, exactly: bool = False
    ) -> Match | None:
        likely = []
        for subject in self.subjects:
            exact, fits = same_measure(number.unit, subject.unit), alike(number.unit, subject.unit)
            likeness = self.lexicon.likeness(subject, scopes) if exact or not exactly else None
            if likeness and (fits or likeness.strong):
                likely.append(((likeness.strong and fits, exact, likeness.weight), likeness.strong, subject))
        if not likely:
            return None
        best = max(rank for rank, _, _ in likely)
        # A part may be one of any of the figures that were spoken of.
        equal = [
            (strong, subject)
            for rank, strong, subject in sorted(likely, key=lambda one: one[0], reverse=True)
            if rank[:2] == best[:2] and (best[2] - rank[2] < _SAME or (strong and subject.labels))
        ]
        is_part = all(strong and subject.labels for strong, subject in equal)
        # A number without a unit is sure of what it counts only in a table, where the heads say it.
        sure = equal[0][0] and (len(equal) == 1 or is_part) and bool(number.unit or number.words.is_cell)
        return Match(equal[0][1], units, sure, tuple(subject for _, subject in equal[1:]))

    def _without_names(self, words: str) -> str:
        """The words behind the last unit or period, if there are any: before it stands a topic, and no noun."""
        pieces = [
            piece for piece in self._names.sub("\n", PERIOD.sub("\n", words)).split("\n") if Scope(piece, "").bare
        ]
        return pieces[-1] if pieces else ""
