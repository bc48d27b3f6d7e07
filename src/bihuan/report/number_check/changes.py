"""Holds a change against the two numbers that it lies between, and a quantity told in two units against itself."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from bihuan.report.number_check.model import Finding, Number
from bihuan.report.number_check.same_measure import amount, are_comparable, half_in, shown, slack

_THEN = re.compile(
    "(?:同期|去年|上年|上月|上季度|上期|年初|此前|以前|之前)[的全年底末共]*[为是有（(]?$|(?:由|从)[^，。；]{0,12}$"
)
_NOW = re.compile("[增减升降扩提下][加长少大高降]?[到至][了]?$|达到?$")
_RATE_OF_CHANGE = re.compile("(?:增长|增加|增幅|增速|上升|升幅|提高|下降|减少|降低|降幅|回落)[了为约达]*$")
_SAME_THING = re.compile("(?:折合|约合|相当于|合|即)[约为计]*$")
_POINTS = Fraction(30)


def check_changes(sentence: Sequence[Number]) -> Iterator[Finding]:
    """今年接待 320 批，去年同期为 250 批，增长 28%; 由 64 万元增加到 80 万元，增幅 25%: each rate, and each difference,
    that is not so though the two numbers right before it are one thing then and now.
    """
    for turn in range(2, len(sentence)):
        one, other, change = sentence[turn - 2 : turn + 1]
        if change.is_about or change.role != "change" or not _RATE_OF_CHANGE.search(change.words.clause):
            continue
        pair = _then_and_now(one, other)
        if pair is None or change.words.turn > 0:
            continue
        then, now = pair
        if change.unit == "%":
            yield from _against(change, _rates(then, now), (one, other))
        elif are_comparable(change, now):
            there = abs(amount(now, change.unit) - amount(then, change.unit))
            room = slack(change, change.half) + half_in(now, change.unit) * 2 if now.places > 0 else Fraction(0)
            yield from _against(change, (there, there - room, there + room), (one, other))


def _then_and_now(one: Number, other: Number) -> tuple[Number, Number] | None:
    """Which of two numbers is the earlier; None where the text does not say, or they are two things."""
    if not are_comparable(one, other) or "change" in (one.role, other.role) or one.is_about or other.is_about:
        return None
    before, behind = (bool(_THEN.search(n.words.clause)) for n in (one, other))
    if behind and not before:
        return other, one
    return (one, other) if before and _NOW.search(other.words.clause) else None


def _rates(then: Number, now: Number) -> tuple[Fraction, Fraction, Fraction]:
    """The rate of change, and the least and most that it can be as far as rounding moved its two numbers."""
    base, there = Fraction(then.value), amount(now, then.unit)
    off = slack(then, then.half), slack(now, half_in(now, then.unit))
    if base <= off[0]:
        return Fraction(0), Fraction(0), Fraction(10**9)
    rates = sorted(abs(there + a - base - b) / (base + b) * 100 for a in (-off[1], off[1]) for b in (-off[0], off[0]))
    return abs(there - base) / base * 100, rates[0], rates[-1]


def _against(change: Number, rates: tuple[Fraction, Fraction, Fraction], held: tuple[Number, ...]) -> Iterator[Finding]:
    there, least, most = rates
    written = abs(Fraction(change.value))
    if least - change.half <= written <= most + change.half or abs(written - there) > max(_POINTS, there):
        return
    unit = change.unit
    message = f"{held[0].text} 与 {held[1].text} 相差 {shown(there)}{unit}，写的是 {change.text}"
    yield Finding("sum", change.place, message, others=tuple(number.place for number in held))


def check_conversions(sentence: Sequence[Number]) -> Iterator[Finding]:
    """5657 平方米，约合 8.5 亩: a quantity that is another one in its other unit."""
    for one, other in pairwise(sentence):
        if not _SAME_THING.search(other.words.clause) or one.unit == other.unit or not are_comparable(one, other):
            continue
        there = amount(one, other.unit)
        room = other.half + half_in(one, other.unit) + (there / 20 if one.is_about or other.is_about else 0)
        if abs(Fraction(other.value) - there) > room:
            message = f"{one.text} 合 {shown(there)}{other.unit}，写的是 {other.text}"
            yield Finding("sum", other.place, message, others=(one.place,))
