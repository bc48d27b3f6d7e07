"""Which figure, of which unit, a number of a text is about. Unsure is said, so that nobody is accused on a guess."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bihuan.report.number_check.counting_words import alike, is_measured, same_measure
from bihuan.report.number_check.model import Number
from bihuan.report.number_check.naming import Lexicon, Scope, Subject, is_hoped, says_state
from bihuan.report.number_check.periods import PERIOD
from bihuan.report.number_check.same_words import in_one_wording

_WHOLE = re.compile("全[县市区]|[县市区]本级|合计|总计")
_THIS = re.compile("[该本](?:[县市区镇乡局办委院]|街道|单位|部门)")
_CHANGE_WORDS = re.compile(
    "同比|环比|净?增[长加幅]?|上升|升幅|提[高升]|下降|减少|降[低幅]?|回落|多出?|少|[较比](?:上[月季]|年初)?|了|出"
)
_SAME = 1e-9
_MAYBE = 3
_LONGEST_TOPIC = 16


@dataclass(frozen=True)
class Match:
    """What a number is about. `units` are those that it may be told of, the likeliest first; None is the unit that the
    text is checked for.

    `strong`: named beyond doubt, a number that is not so is wrong. `likely`: it is wrong if it is close to it. Else it
    can be confirmed only. `others` are as likely.
    """

    subject: Subject
    units: tuple[int | None, ...]
    strong: bool
    others: tuple[Subject, ...] = ()
    likely: bool = False

    @property
    def subjects(self) -> tuple[Subject, ...]:
        return (self.subject, *self.others)


@dataclass(frozen=True)
class _Last:
    """What was counted last in a sentence, in which words, and all that was counted before it."""

    sentence: int = -1
    match: Match | None = None
    clause: str = ""
    counted: tuple[Match, ...] = ()

    def several(self, unit: str) -> bool:
        """Whether several things of that unit were counted."""
        return len({match.subject for match in self.counted if alike(unit, match.subject.unit)}) > 1


def _better(one: Match | None, other: Match | None) -> Match | None:
    """The one that is named more surely; the first of two alike."""
    if not (one and other):
        return one or other
    return one if (one.strong, one.likely) >= (other.strong, other.likely) else other


def _only_likely(match: Match | None) -> Match | None:
    return replace(match, strong=False) if match else None


class Matcher:
    """Finds what numbers are about, among figures and the names of units."""

    def __init__(self, subjects: Sequence[Subject], units: Mapping[str, int]) -> None:
        self.subjects = tuple(subjects)
        self.units = units
        self.lexicon = Lexicon(subjects)
        labels = sorted({label for subject in subjects for label in subject.called}, key=len, reverse=True)
        self._labels = re.compile("|".join(re.escape(label) for label in labels)) if labels else re.compile("(?!)")
        names = sorted(units, key=len, reverse=True)
        self._names = re.compile("|".join(re.escape(name) for name in names)) if names else re.compile("(?!)")

    def match_all(self, numbers: Sequence[Number]) -> list[Match | None]:
        """The match of each number. One that says only whose it is, or by how much, is about what was counted last."""
        found: list[Match | None] = []
        last = outside = _Last()
        topic: Match | None = None
        above = ""
        for number in numbers:
            before = number.words.before
            if number.sentence != last.sentence:
                topic = self._topic(last, topic, number, above)
                above, last = number.words.above, _Last(number.sentence)
                outside = last
            is_inside = before.count("（") > before.count("）")
            last = last if is_inside else outside
            one = self._one(number, last if last.match or not topic else replace(last, match=topic))
            found.append(one)
            if number.role not in ("change", "share") or (number.role == "change" and self._names_new(number)):
                last = self._after(number, one, last)
            outside = outside if is_inside else last
        return found

    def _topic(self, last: _Last, topic: Match | None, number: Number, above: str) -> Match | None:
        """What a sentence that names nothing goes on about: what the one before it began with, under one heading."""
        if number.words.above != above or number.words.is_cell:
            return None
        first = last.counted[0] if last.counted else None
        if first is None or (first.subject.labels and topic):
            return topic
        whole = next((one for one in self.subjects if one.figure == first.subject.figure and not one.labels), None)
        older = (topic.subject,) if topic else ()
        others = tuple(one for one in dict.fromkeys((*first.subjects, whole, *older)) if one and one != first.subject)
        return replace(first, others=others, strong=False)

    def _after(self, number: Number, one: Match | None, last: _Last) -> _Last:
        clause = in_one_wording(self._without_names(number.words.clause))
        is_by_own = one and one.strong and not self._topic_before(number)
        if one and not is_by_own and clause and (lead := self._lead(number)):
            clause = in_one_wording(lead)
        is_new = bool(Scope(clause, "").bare)
        match = one or (None if is_new else last.match)
        counted = (*last.counted, match) if match else last.counted
        return replace(last, match=match, clause=clause if is_new else last.clause, counted=counted)

    def _names_new(self, number: Number) -> bool:
        """投诉举报同比上升 34.5%，达到 74 件: whether a change names what it is of."""
        return bool(Scope(self._without_names(_CHANGE_WORDS.sub("", number.words.clause)), "").bare)

    def whose(self, number: Number) -> tuple[int | None, ...]:
        """The unit named last before the number, else above it; of those listed before 分别 the one in turn. A sentence
        that names none, behind one that does, may go on about that, and 该镇 does.

        A title names who reports, and perhaps whose the numbers are.
        """
        words = number.words
        if words.turn >= 0:
            own = self._names.findall(words.clause)
            listed = (
                own * (words.turn + 1)
                if len(own) == 1
                else self._names.findall(words.before.rpartition("分别")[0] or words.before)
            )
            if words.turn < len(listed):
                return (self.units[listed[words.turn]],)
        earlier = tuple(self.units[name] for name in self._names.findall(words.earlier)[-1:])
        if _THIS.search(words.before) and not self._names.search(words.before) and earlier:
            return earlier
        for text in (words.before, words.above):
            named = list(self._names.finditer(text))
            if named:
                whole = _WHOLE.search(text, named[-1].end())
                return (None,) if whole else (self.units[named[-1].group()],)
            if _WHOLE.search(text):
                return (None,)
        titled = [self.units[name] for name in self._names.findall(words.title)]
        return tuple(dict.fromkeys((*titled[-1:], None, *earlier)))

    def _one(self, number: Number, last: _Last) -> Match | None:
        if number.role == "change":
            return self._changed(number, last)
        if (
            number.role == "share"
            and not Scope(self._without_names(number.words.clause.rpartition("占")[0]), "").bare
            and ("占" not in number.words.clause or not number.words.clause.rpartition("占")[2])
        ):
            # 政策跟踪审计 20 个，占 46.5%
            return replace(last.match, strong=last.match.likely) if last.match and last.match.subject.labels else None
        found = self._by_words(number, last)
        if number.role == "share" and found and last.match and last.match.subject.labels and not found.subject.labels:
            is_whole = found.subject.figure in {one.figure for one in last.match.subjects}
            return replace(last.match, strong=last.match.likely) if is_whole else found
        return self._with_readings(number, found) if found else None

    def _changed(self, number: Number, last: _Last) -> Match | None:
        """A change is that of what was counted last, unless it names what it is of."""
        if is_hoped(number.words.before, number.words.above):
            return None
        clause = self._without_names(_CHANGE_WORDS.sub("", number.words.clause))
        if not Scope(clause, "").bare:
            return last.match
        context = in_one_wording(f"{number.words.earlier}，{number.words.above}")
        scope = self._scope(clause, context, hoped=False)
        named = [
            (likeness, subject)
            for subject in (self.subjects[index] for index in self.lexicon.candidates((scope,)))
            if (likeness := self.lexicon.likeness(subject, (scope,)))
        ]
        best = max(named, key=lambda one: (one[0].strong, one[0].weight), default=None)
        if best is None or not best[0].likely:
            return None
        alike_named = (
            one for likeness, one in named if likeness.likely and one != best[1] and one.unit == best[1].unit
        )
        others = () if best[0].strong else tuple(alike_named)[:_MAYBE]
        return Match(best[1], self.whose(number), best[0].strong, others, likely=True)

    def _by_words(self, number: Number, last: _Last) -> Match | None:
        """The best of: its own words; those of the clause before with its own; all since the last number; none."""
        units, words = self.whose(number), number.words
        hoped = is_hoped(words.before, words.above)
        clause = self._without_names(words.clause) or (self._without_names(words.listed) if words.turn >= 0 else "")
        behind = self._without_names(words.behind)
        # 问题 13 个，分别销号: what was counted last is what is spoken of.
        counted = last.match.subject.title if last.match and says_state(in_one_wording(clause + behind)) else ""
        context = in_one_wording(f"{words.before}，{words.earlier}，{words.above}，{counted}")
        own, longer = self._scope(clause, context, hoped), self._scope(clause + behind, context, hoped)
        found = self._named(number, (own, longer), units)
        topic = self._topic_before(number)
        for said in (last.clause, topic):
            if (found and found.strong) or not said:
                continue
            scopes = (own, longer) if own.bare else (own,)
            taken = [Scope(said + one.clause, context, hoped, one.bare) for one in scopes]
            found = _better(self._named(number, taken, units, exactly=True), found)
            sure = said == topic or self._is_sure(number, last, own)
            found = replace(found, strong=found.strong and sure) if found else None
        if found and found.strong:
            return found
        if lead := self._lead(number):
            since = self._scope(lead, context, hoped)
            found = _better(_only_likely(self._named(number, (since,), units)), found)
        if not last.match or own.bare or (found and found.likely):
            return found
        if longer.bare and words.turn <= 0:
            is_same = all(character in last.match.subject.known for character in longer.bare)
            return found or (
                _only_likely(last.match) if is_same and alike(number.unit, last.match.subject.unit) else None
            )
        if alike(number.unit, last.match.subject.unit):
            fits = same_measure(number.unit, last.match.subject.unit)
            sure = last.match.strong and fits and self._is_sure(number, last, own)
            return replace(last.match, units=units, strong=sure)
        return found

    def _topic_before(self, number: Number) -> str:
        """What the clauses before the number's own, since the number before, name last: 流动摊点：整治 23 个. Where
        its sentence begins with it, what was asked before: 今年办了多少？74 件.
        """
        words = number.words
        # What stands behind the number before may be of that: 26 件行政许可办结，19 件行政处罚作出决定.
        clauses = re.split("[，,：:。？?]", in_one_wording(words.lead))[len(words.lead) != len(words.before) : -1]
        if not number.words.before and number.words.earlier.endswith(("？", "?")):
            asked = re.split("[。！？；!?]", in_one_wording(number.words.earlier))[-2]
            return self._names.sub("", PERIOD.sub("", re.sub("[，,：:、]", "", asked)))
        named = [clause for clause in clauses if Scope(self._without_names(clause), "").bare]
        return self._without_names(named[-1]) if named else ""

    def _lead(self, number: Number) -> str:
        """The clauses since the number before that name no number themselves; "" if there are none."""
        words = number.words
        lead = words.lead if len(words.lead) == len(words.before) else words.lead.partition("，")[2]
        return self._names.sub("，", PERIOD.sub("，", lead)) if "，" in lead else ""

    def _scope(self, clause: str, context: str, hoped: bool) -> Scope:
        return Scope(in_one_wording(clause), context, hoped)

    def _with_readings(self, number: Number, match: Match) -> Match:
        """政策跟踪审计发现的 20 个问题中，已整改 17 个: what was said of a part may hold for what comes behind it."""
        before = in_one_wording(self._topics(number) + number.words.before.rpartition("；")[2])
        figures = {subject.figure for subject in match.subjects}
        is_itself = match.strong and bool(match.subject.labels)
        parts = [
            subject
            for subject in self.subjects
            if not is_itself
            and subject.figure in figures
            and subject.labels
            and any(label in before for label in subject.called)
        ]
        others = tuple(one for one in dict.fromkeys((*match.others, *parts)) if one != match.subject)
        # 三类问题整改率依次为, 财政收支审计整改率: a rate of something that no figure tells by itself.
        is_listless = number.words.turn >= 0 and not number.words.listed
        is_narrow = match.subject.unit == "%" and not match.subject.labels and self._labels.search(before) is not None
        if is_listless or is_narrow:
            return replace(match, others=others, strong=False, likely=False)
        return replace(match, others=others)

    def _topics(self, number: Number) -> str:
        """What the number stands under: its headings, and the label that its paragraph begins with (政策跟踪审计。)."""
        first = re.split("[。：:；]", number.words.earlier)[0]
        return f"{number.words.above}，{first if len(first) <= _LONGEST_TOPIC else ''}，"

    def part_of(self, number: Number) -> tuple[int | None, tuple[str, ...]]:
        """Of which unit, and under which parts' names a number is told: two of different ones contradict nothing."""
        return self.whose(number)[0], tuple(self._labels.findall(in_one_wording(self._topics(number))))

    def _is_sure(self, number: Number, last: _Last, own: Scope) -> bool:
        """Behind several things counted, a number that names only a time may go on about any of them."""
        words = number.words
        return (
            bool(own.bare) or not last.several(number.unit) or bool(self._names.search(words.clause)) or words.turn > 0
        )

    def _named(
        self, number: Number, scopes: Sequence[Scope], units: tuple[int | None, ...], *, exactly: bool = False
    ) -> Match | None:
        likely = []
        for subject in (self.subjects[index] for index in self.lexicon.candidates(scopes)):
            exact, fits = same_measure(number.unit, subject.unit), alike(number.unit, subject.unit)
            likeness = self.lexicon.likeness(subject, scopes) if exact or not exactly else None
            if likeness and (fits or likeness.strong):
                rank = (likeness.strong and fits, likeness.likely and fits, exact, likeness.weight)
                likely.append((rank, likeness, subject))
        if not likely:
            return None
        best = max(rank for rank, _, _ in likely)
        # A part may be one of any of the figures that were spoken of.
        equal = [
            (likeness, subject)
            for rank, likeness, subject in sorted(likely, key=lambda one: one[0], reverse=True)
            if rank[:3] == best[:3] and (best[3] - rank[3] < _SAME or (likeness.likely and subject.labels))
        ]
        are_parts = all(subject.labels for _, subject in equal)
        # A number without a unit is sure of what it counts only in a table, where the heads say it.
        sure = (len(equal) == 1 or are_parts) and bool(number.unit or number.words.is_cell)
        first, subject = equal[0]
        others = tuple(subject for _, subject in equal[1:])
        if not all(likeness.strong for likeness, _ in equal):
            # What is not named beyond doubt may be any of those that are named somewhat.
            also = sorted(
                (one for one in likely if one[0][2] and not one[2].labels), key=lambda one: one[0], reverse=True
            )
            others = tuple(
                one for one in dict.fromkeys((*others, *(one[2] for one in also[:_MAYBE]))) if one != subject
            )
        strong = sure and all(likeness.strong for likeness, _ in equal)
        # Of several figures that are named only one may be measured so: its area, where the others are counted.
        measured = {one[2].figure for one in likely if one[0][2]}
        is_only = measured == {subject.figure} and is_measured(subject.unit) and not subject.labels
        return Match(subject, units, strong, others, likely=(sure and first.likely) or is_only)

    def _without_names(self, words: str) -> str:
        """The words behind the last unit or period, if there are any: before it stands a topic, and no noun."""
        pieces = [
            piece for piece in self._names.sub("\n", PERIOD.sub("\n", words)).split("\n") if Scope(piece, "").bare
        ]
        return pieces[-1] if pieces else ""
