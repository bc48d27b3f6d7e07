"""Holds the numbers of a text against each other: parts and totals, shares, the same thing told twice.

Rounding is allowed for: every number may be off by half of its last written place.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction
from itertools import groupby, pairwise, zip_longest
from operator import attrgetter

from bihuan.report.number_check.changes import check_changes, check_conversions
from bihuan.report.number_check.counting_words import alike, in_unit
from bihuan.report.number_check.model import Finding, Number, Period
from bihuan.report.number_check.naming import is_hoped
from bihuan.report.number_check.remainders import LEFT, check_remainders
from bihuan.report.number_check.same_measure import amount, are_comparable, half_in, shown, slack
from bihuan.report.number_check.shares import check_shares

_NEAR_MISS = Fraction(1, 5)
"""Parts behind 其中 need not be all. Where they miss the total by less than this, they look meant to be."""
_SHORTEST_NOUN = 2
_SHORTEST_PART = 4
"""A part is known by what it is a part of: 已办结 of this is not 已办结 of that."""


def check_arithmetic(numbers: Sequence[Number], whose: Sequence[object] = ()) -> list[Finding]:
    """Every place where the text disagrees with itself. `whose` are the units that the numbers are told of."""
    findings: list[Finding] = []
    earlier: list[Number] = []
    for _, group in groupby(numbers, key=attrgetter("sentence")):
        sentence = list(group)
        earlier = [number for number in earlier if number.place.block == sentence[0].place.block]
        findings += [*_sums(sentence), *check_shares(sentence, earlier), *check_remainders(sentence, earlier)]
        findings += [*check_changes(sentence), *check_conversions(sentence)]
        earlier += sentence
    return sorted([*findings, *_contradictions(numbers, whose)], key=attrgetter("place"))


def _sums(sentence: Sequence[Number]) -> Iterator[Finding]:
    for place, total in enumerate(sentence):
        if total.role == "level" and _is_left(total):
            continue
        if total.role == "total" and not total.is_about:
            yield from _against_total(total, _parts_behind(sentence, place), is_whole=False)
            yield from _against_total(total, _parts_before(sentence, place), is_whole=True)
        elif total.role == "level" and place + 1 < len(sentence) and sentence[place + 1].role == "part":
            yield from _against_total(total, _parts_behind(sentence, place), is_whole=False)


def _parts_behind(sentence: Sequence[Number], place: int) -> list[Number]:
    total = sentence[place]
    behind = [n for n in sentence[place + 1 :] if n.role == "part" and are_comparable(n, total)]
    # 政策跟踪审计 20 个（已销号 17 个）: what brackets tell of a part is no part of the total.
    depth = min((n.words.depth for n in behind), default=0)
    return [n for n in behind if n.period == total.period and n.words.depth == depth]


def _parts_before(sentence: Sequence[Number], place: int) -> list[Number]:
    """The levels that a total closes: all of the sentence before it, if there are two or more."""
    levels = [n for n in sentence[:place] if n.role == "level" and _adds_up(n, sentence[place])]
    levels = [n for n in levels if n.words.depth == sentence[place].words.depth]
    return levels if len(levels) > 1 and _cover(levels, sentence[place].period) else []


def _is_left(number: Number) -> bool:
    """尚有 10 个未销号，其中 17 个已销号: what comes behind a remainder need be no part of it."""
    return "未" in number.words.behind or "没有" in number.words.behind or bool(LEFT.search(number.words.clause))


def _adds_up(number: Number, total: Number) -> bool:
    """Whether it can be added: of the same measure, or counted as clerks add up 户 and 个."""
    return are_comparable(number, total) or (bool(number.unit and total.unit) and alike(number.unit, total.unit))


def _cover(levels: Sequence[Number], whole: Period | None) -> bool:
    """Whether the levels are of the time of their total: each of the same, or one behind the other of all of it."""
    spans = sorted((n.period for n in levels if n.period), key=attrgetter("first"))
    if {n.period for n in levels} == {whole}:
        return True
    follow = all(one.last + timedelta(days=1) == other.first for one, other in pairwise(spans))
    is_full = len(spans) == len(levels) and whole is not None
    return is_full and follow and whole == Period(spans[0].first, spans[-1].last)


def _against_total(total: Number, parts: list[Number], *, is_whole: bool) -> Iterator[Finding]:
    if not parts or any(part.is_about for part in parts):
        return
    summed = sum((in_unit(part.value, part.unit, total.unit) for part in parts), Fraction(0))
    allowed = total.half + sum((in_unit(part.half, part.unit, total.unit) for part in parts), Fraction(0))
    miss = summed - Fraction(total.value)
    if abs(miss) <= (allowed if total.places > 0 or any(p.places > 0 for p in parts) else 0):
        return
    is_sure = is_whole or miss > 0 or _is_unit_slipped(total, parts, allowed)
    if is_sure or (len(parts) > 1 and -miss < _NEAR_MISS * Fraction(total.value)):
        told = "、".join(part.text for part in parts)
        message = f"各项 {told} 相加是 {shown(summed)}{total.unit}，总数写的是 {total.text}"
        yield Finding("sum", total.place, message, is_sure, tuple(part.place for part in parts))


def _is_unit_slipped(total: Number, parts: list[Number], allowed: Fraction) -> bool:
    """Whether the sum holds once every part is read in the unit of the total: 共 96 万元, 61 万元 and 35 元."""
    units = {part.unit for part in parts}
    return (
        units != {total.unit}
        and abs(sum((Fraction(part.value) for part in parts), Fraction(0)) - Fraction(total.value)) <= allowed
    )


def _contradictions(numbers: Sequence[Number], whose: Sequence[object]) -> Iterator[Finding]:
    known: dict[tuple[object, ...], list[Number]] = defaultdict(list)
    before = -1
    latest = max((number.period.last.year for number in numbers if number.period), default=0)
    for number, unit in zip_longest(numbers, whose):
        is_first = number.sentence != before
        before = number.sentence
        shortest = _SHORTEST_NOUN if number.role != "part" and is_first else _SHORTEST_PART
        if number.role in ("change", "share") or number.is_about or len(number.noun) < shortest:
            continue
        if is_hoped(number.words.before, number.words.above):
            continue
        same = known[number.noun, unit, _unless_whole(number.period, latest)]
        for other in same:
            if other.sentence != number.sentence and are_comparable(other, number) and not _agree(other, number):
                message = f"“{number.noun}”这里写 {number.text}，前面写 {other.text}"
                yield Finding("contradiction", number.place, message, others=(other.place,))
                break
        same.append(number)


def _unless_whole(period: Period | None, latest: int) -> Period | None:
    """The period, but None for the whole of the text's latest year: 全年 and no word at all are the same time."""
    if period is None or (period.first.month, period.first.day) != (1, 1):
        return period
    return None if (period.last.year, period.last.month, period.last.day) == (latest, 12, 31) else period


def _agree(one: Number, other: Number) -> bool:
    """Whether two numbers can be one quantity, each rounded to what is written of it."""
    there = amount(other, one.unit)
    allowed = max(slack(one, one.half), slack(other, half_in(other, one.unit)))
    return abs(Fraction(one.value) - there) <= allowed
