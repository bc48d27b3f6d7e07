"""Holds the numbers of a text against each other: parts and totals, shares, the same thing told twice.

Rounding is allowed for: every number may be off by half of its last written place.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby, zip_longest
from operator import attrgetter

from bihuan.report.number_check.model import Finding, Number, Period
from bihuan.report.number_check.naming import is_hoped
from bihuan.standards.measures import convert
from bihuan.standards.problem import Refused

_NEAR_MISS = Fraction(1, 5)
"""Parts behind 其中 need not be all. Where they miss the total by less than this, they look meant to be."""
_SHORTEST_NOUN = 2
_SHORTEST_PART = 4
"""A part is known by what it is a part of: 已办结 of this is not 已办结 of that."""


def check_arithmetic(numbers: Sequence[Number], whose: Sequence[int | None] = ()) -> list[Finding]:
    """Every place where the text disagrees with itself. `whose` are the units that the numbers are told of."""
    findings: list[Finding] = []
    for _, group in groupby(numbers, key=attrgetter("sentence")):
        sentence = list(group)
        findings += [*_sums(sentence), *_share_sizes(sentence), *_share_values(sentence)]
    return sorted([*findings, *_contradictions(numbers, whose)], key=attrgetter("place"))


def _sums(sentence: Sequence[Number]) -> Iterator[Finding]:
    for place, total in enumerate(sentence):
        if total.role == "total" and not total.is_about:
            yield from _against_total(total, _parts_behind(sentence, place), is_whole=False)
            yield from _against_total(total, _parts_before(sentence, place), is_whole=True)
        elif total.role == "level" and place + 1 < len(sentence) and sentence[place + 1].role == "part":
            yield from _against_total(total, _parts_behind(sentence, place), is_whole=False)


def _parts_behind(sentence: Sequence[Number], place: int) -> list[Number]:
    total = sentence[place]
    behind = [n for n in sentence[place + 1 :] if n.role == "part" and _same_measure(n, total)]
    return [n for n in behind if n.period == total.period]


def _parts_before(sentence: Sequence[Number], place: int) -> list[Number]:
    """The levels that a total closes: all of the sentence before it, if there are two or more."""
    levels = [n for n in sentence[:place] if n.role == "level" and _same_measure(n, sentence[place])]
    return levels if len(levels) > 1 else []


def _against_total(total: Number, parts: list[Number], *, is_whole: bool) -> Iterator[Finding]:
    if not parts or any(part.is_about for part in parts):
        return
    summed = sum((_in_unit(part, total.unit) for part in parts), Fraction(0))
    allowed = total.half + sum((_half_in_unit(part, total.unit) for part in parts), Fraction(0))
    miss = summed - Fraction(total.value)
    if abs(miss) <= (allowed if total.places > 0 or any(p.places > 0 for p in parts) else 0):
        return
    is_sure = is_whole or miss > 0
    if is_sure or (len(parts) > 1 and -miss < _NEAR_MISS * Fraction(total.value)):
        told = "、".join(part.text for part in parts)
        message = f"各项 {told} 相加是 {_shown(summed)}{total.unit}，总数写的是 {total.text}"
        yield Finding("sum", total.place, message, is_sure, tuple(part.place for part in parts))


def _share_sizes(sentence: Sequence[Number]) -> Iterator[Finding]:
    shares = [n for n in sentence if n.role == "share" and n.unit == "%"]
    for share in shares:
        if share.value > 100:
            yield Finding("share", share.place, f"占比 {share.text} 超过 100%")
    if len(shares) > 1 and all(share.value <= 100 for share in shares):
        summed = sum((Fraction(share.value) for share in shares), Fraction(0))
        allowed = sum((share.half for share in shares), Fraction(0))
        if summed > 100 + allowed:
            message = f"各项占比相加是 {_shown(summed)}%，超过 100%"
            yield Finding("share", shares[-1].place, message, others=tuple(share.place for share in shares[:-1]))


def _share_values(sentence: Sequence[Number]) -> Iterator[Finding]:
    """共 200 件，其中投诉 50 件，占 25%: the share is that of the part before it in the total."""
    for place, share in enumerate(sentence):
        if share.role != "share" or share.unit != "%" or place < 2 or sentence[place - 1].role != "part":
            continue
        part = sentence[place - 1]
        wholes = [n for n in sentence[: place - 1] if n.role in ("total", "level") and _same_measure(n, part)]
        if wholes and wholes[0].value > 0 and not (part.is_about or wholes[0].is_about or share.is_about):
            yield from _against_share(share, part, wholes[0])


def _against_share(share: Number, part: Number, whole: Number) -> Iterator[Finding]:
    top, below = _in_unit(part, whole.unit), Fraction(whole.value)
    slack_top, slack_below = _slack(part, _half_in_unit(part, whole.unit)), _slack(whole, whole.half)
    least = (top - slack_top) / (below + slack_below) * 100 - share.half
    most = (top + slack_top) / max(below - slack_below, Fraction(1, 10**9)) * 100 + share.half
    if not least <= Fraction(share.value) <= most:
        message = f"{part.text} 占 {whole.text} 的 {_shown(top / below * 100)}%，写的是 {share.text}"
        yield Finding("share", share.place, message, others=(part.place, whole.place))


def _slack(number: Number, half: Fraction) -> Fraction:
    """A whole number of things is exact; a decimal, and a number in 万 or 亿, was rounded."""
    return half if number.places != 0 or number.unit[:1] in ("万", "亿") else Fraction(0)


def _contradictions(numbers: Sequence[Number], whose: Sequence[int | None]) -> Iterator[Finding]:
    known: dict[tuple[object, ...], list[Number]] = defaultdict(list)
    latest = max((number.period.last.year for number in numbers if number.period), default=0)
    for number, unit in zip_longest(numbers, whose):
        shortest = _SHORTEST_NOUN if number.role != "part" else _SHORTEST_PART
        if number.role in ("change", "share") or number.is_about or len(number.noun) < shortest:
            continue
        if is_hoped(number.words.before, number.words.above):
            continue
        same = known[number.noun, unit, _unless_whole(number.period, latest)]
        for other in same:
            if other.sentence != number.sentence and _same_measure(other, number) and not _agree(other, number):
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
    there = _in_unit(other, one.unit)
    slack = max(_slack(one, one.half), _slack(other, _half_in_unit(other, one.unit)))
    return abs(Fraction(one.value) - there) <= slack


def _same_measure(one: Number, other: Number) -> bool:
    if one.unit == other.unit:
        return True
    if not (one.unit and other.unit):
        return False
    try:
        convert(1, one.unit, other.unit)
    except Refused:
        return False
    return True


def _in_unit(number: Number, unit: str) -> Fraction:
    return Fraction(number.value) if number.unit == unit else convert(number.value, number.unit, unit)


def _half_in_unit(number: Number, unit: str) -> Fraction:
    return number.half if number.unit == unit else convert(number.half, number.unit, unit)


def _shown(value: Fraction) -> str:
    return f"{float(round(value, 4)):.10g}"
