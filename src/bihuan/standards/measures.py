"""Quantities with units: conversion without loss, and the units that stand in cells and column titles.

Source: see `measure_units`; rounding on request: GB/T 8170-2008 第3章 (half to even) or half up as accounts
do.
"""

import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from bihuan.standards.cell_text import compact, tidy
from bihuan.standards.chinese_numerals import parse_number
from bihuan.standards.measure_units import ALIASES, PREFIXES, UNITS, Unit
from bihuan.standards.problem import Refused

_ARABIC = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(.*)")
_BARE = re.compile(r"万亿|亿|千万|百万|十万|万")
_BRACKETS = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_LINE = re.compile(r"(?:金额|货币|计量|面积|数量)?单位[::]?(.+)")
_PREFIX_WORDS = re.compile(r"^(?:计量|货币|金额)?单位[::]?|^人民币")
_WITHOUT_PREFIX = frozenset({"比率", "时间", "日历", "分", "级", "期", "百分点", "分贝", "摄氏度"})
_SPLIT = re.compile(r"[,、;/]")


def _takes(base: Unit, prefix: str) -> bool:
    """Whether the multiplier stands before the unit in writing: 千公顷, 亿千瓦时; not 百分, not 千千克."""
    if base.dimension in _WITHOUT_PREFIX:
        return False
    if base.name[0] in "百千万亿":
        return prefix in ("万", "亿")
    return prefix != "百" or base.name == "元"


@lru_cache(maxsize=4096)
def _find(name: str) -> Unit | None:
    plain = compact(name)
    for word in (plain, plain.lower()):
        if word in UNITS:
            return UNITS[word]
        if word in ALIASES:
            return UNITS[ALIASES[word]]
    for prefix, factor in PREFIXES.items():
        base = _find(plain.removeprefix(prefix)) if plain.startswith(prefix) and plain != prefix else None
        if base is not None and _takes(base, prefix):
            return Unit(prefix + base.name, base.dimension, base.factor * factor)
    return None


def find_unit(name: str) -> Unit:
    """The unit of that name or sign (㎡, 公斤, 万元, 千公顷). Refused if it is not known."""
    unit = _find(name)
    if unit is None:
        raise Refused("unit", f"不认识计量单位“{name}”")
    return unit


def is_unit(name: str) -> bool:
    return _find(name) is not None


def convert(value: Decimal | int | Fraction, source: str, target: str) -> Fraction:
    """The same quantity in another unit, exact. Refused across dimensions, or if a unit is not known."""
    a, b = find_unit(source), find_unit(target)
    if a.dimension != b.dimension:
        raise Refused(
            "dimension", f"“{source}”（{a.dimension}）不能换算成“{target}”（{b.dimension}），两者不是同一种量"
        )
    return Fraction(value) * a.factor / b.factor


def convert_rounded(
    value: Decimal | int | Fraction,
    source: str,
    target: str,
    places: int,
    rounding: Literal["half-up", "half-even"] = "half-up",
) -> Decimal:
    """`convert`, rounded once, at the end: half up (四舍五入), or half to even by GB/T 8170-2008 3.2."""
    exact = convert(value, source, target)
    scaled = exact * Fraction(10) ** places
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    # One digit of 5 stands for "a half", 6 for more, 4 for less: Decimal then rounds without losing the tail.
    half = Fraction(rest, scaled.denominator)
    tail = 0 if not half else 5 if half == Fraction(1, 2) else 6 if half > Fraction(1, 2) else 4
    mode = ROUND_HALF_UP if rounding == "half-up" else ROUND_HALF_EVEN
    sign = 1 if exact < 0 else 0
    digits = tuple(map(int, f"{whole}{tail}"))
    number = Decimal((sign, digits, -1))
    rounded = number.to_integral_value(rounding=mode)
    return Decimal((sign, rounded.as_tuple().digits, -places))


def _split_characters(body: str, text: str) -> tuple[Decimal, str]:
    """三千五百万元: the shortest unit behind a whole number, so that 百万 is not taken apart."""
    for start in range(len(body) - 1, 0, -1):
        name = body[start:]
        value = _number(body[:start]) if name in UNITS or name in ALIASES else None
        if value is not None:
            return value, find_unit(name).name
    value = _number(body)
    if value is None:
        raise Refused("measure", f"“{text}”不是数量，应形如“3.2万元”“15亩”")
    return value, ""


def _number(body: str) -> Decimal | None:
    try:
        return parse_number(body)
    except Refused:
        return None


def parse_measure_suffix(text: str) -> tuple[Decimal, str]:
    """(3.2, 万元) from 3.2万元; (35000000, 元) from 三千五百万元; '' as the unit if none is written (3.2万
    is 32000).

    Refused if it is no quantity or the unit is not known.
    """
    body = compact(text).removeprefix("人民币").removeprefix("¥")
    found = _ARABIC.fullmatch(body)
    if found is None:
        return _split_characters(body, text)
    value, rest = Decimal(found[1].replace(",", "")), found[2]
    if not rest:
        return value, ""
    if _BARE.fullmatch(rest):
        return value * PREFIXES[rest], ""
    unit = _find(rest)
    if unit is not None:
        return value, unit.name
    try:
        return _split_characters(body, text)
    except Refused:
        raise Refused("unit", f"“{text}”里的“{rest}”不是认识的计量单位") from None


def _unit_in(words: str) -> tuple[str, str]:
    """(what is left, unit) of the words in a bracket or behind 单位：; the unit is '' unless exactly one is
    named."""
    parts = [_PREFIX_WORDS.sub("", part) for part in _SPLIT.split(words)]
    units = [unit for part in parts if (unit := _find(_PREFIX_WORDS.sub("", part)))] if words else []
    if len(units) != 1:
        return words, ""
    rest = [part for part in parts if _find(_PREFIX_WORDS.sub("", part)) is None]
    return ",".join(rest), units[0].name


def title_unit(title: str) -> tuple[str, str]:
    """(金额, 万元) from 金额（万元） or 金额/万元; ('', 万元) from 单位：万元; (title, '') if no unit is
    named, or several."""
    body = "".join(tidy(title).split())
    if (line := _LINE.fullmatch(body)) and (unit := _unit_in(line[1].strip("()"))[1]):
        return "", unit
    for bracket in _BRACKETS.finditer(body):
        rest, unit = _unit_in(bracket[1])
        if unit:
            kept = f"（{rest}）" if rest else ""
            head = body[: bracket.start()] + kept + body[bracket.end() :]
            return _wide(head), unit
    name, slash, last = body.rpartition("/")
    if slash and name and (found := _find(last)):
        return name, found.name
    return "".join(title.split()), ""


def _wide(head: str) -> str:
    """A title from which the unit was taken, its brackets full width again."""
    return head.replace("(", "（").replace(")", "）")
