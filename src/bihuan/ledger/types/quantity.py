"""A raw cell as an exact number in the field's measure: 1,234.5 · 3.2万元 · 12% · 三百 · 叁佰元整 · (1,200)."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bihuan.ledger.types.base import BadValue, told
from bihuan.standards import chinese_amounts, measures
from bihuan.standards.cell_text import RE_ENTER, tidy
from bihuan.standards.chinese_numerals import parse_number
from bihuan.standards.measure_units import ALIASES, PREFIXES, UNITS
from bihuan.standards.problem import Refused

SIGNIFICANT = 15
LARGEST = 10**SIGNIFICANT

_PLAIN = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+))(?:\.[0-9]*)?|[+-]?\.[0-9]+")
_IN_BRACKETS = re.compile(r"\(([0-9][0-9,]*(?:\.[0-9]+)?)\)")
_SCIENTIFIC = re.compile(r"[+-]?[0-9](?:\.[0-9]+)?[eE]([+-]?)[0-9]{1,3}")
_ONLY_MARKS = re.compile(r"[0-9,. +-]+")
_PER_CENT = re.compile(r"(负|-)?百分之(.+)")
_GROUPS = str.maketrans("", "", ", ")
_MOST_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in the field's measure. One that was brought from another measure may be rounded, no other."""

    number: Decimal | Fraction
    converted: bool = False


def read_quantity(raw: Any, measure: str) -> Quantity:
    """The number that a cell holds, in `measure`. Raises BadValue for what is not a number."""
    if isinstance(raw, bool):
        raise BadValue(f"“{'是' if raw else '否'}”不是数字")
    if isinstance(raw, float):
        return _from_float(raw)
    if isinstance(raw, int):
        return _bounded(Quantity(Decimal(raw)), raw) if abs(raw) < LARGEST else _too_large(raw)
    if not isinstance(raw, str):
        raise BadValue(f"{told(raw)}不是数字")
    text = tidy(raw)
    if len(text) > _MOST_CHARACTERS:
        raise BadValue(f"{told(raw)}不是数字")
    if _PLAIN.fullmatch(text):
        return _bounded(Quantity(Decimal(text.translate(_GROUPS))), raw)
    return _bounded(_written(text, raw, measure), raw)


def _from_float(raw: float) -> Quantity:
    if raw != raw or abs(raw) >= LARGEST:  # noqa: PLR0124 - NaN is what differs from itself
        return _too_large(raw)
    exact = Decimal(repr(raw))
    # Beyond 15 digits is the noise of a double, not what the sheet shows: 0.1 + 0.2.
    return Quantity(exact if len(exact.as_tuple().digits) <= SIGNIFICANT else Decimal(f"{raw:.15g}"))


def _bounded(found: Quantity, raw: Any) -> Quantity:
    return found if abs(found.number) < LARGEST else _too_large(raw)


def _too_large(raw: Any) -> Quantity:
    raise BadValue(f"{told(raw)}不是可以记录的数字，整数部分最多 {SIGNIFICANT} 位")


def _written(text: str, raw: str, measure: str) -> Quantity:
    """Whatever is not plain digits: brackets, exponents, units, characters."""
    if found := _IN_BRACKETS.fullmatch(text):
        text = f"-{found[1]}"
        if _PLAIN.fullmatch(text):
            return Quantity(Decimal(text.translate(_GROUPS)))
    if found := _SCIENTIFIC.fullmatch(text):
        if found[1] != "-":
            raise BadValue(f"{told(raw)}是表格的科学计数法，后几位可能已经丢失，{RE_ENTER}")
        return Quantity(Decimal(text))
    if _ONLY_MARKS.fullmatch(text):
        raise BadValue(f"{told(raw)}不是数字：千位分隔应是每三位一个逗号，小数点只有一个")
    number, unit = _number_and_unit(text, raw, measure)
    return Quantity(number) if not unit else _converted(number, unit, raw, measure)


def _number_and_unit(text: str, raw: str, measure: str) -> tuple[Decimal, str]:
    """The number and the unit it is counted in; no unit is the field's own."""
    try:
        if found := _PER_CENT.fullmatch(text):
            return parse_number(f"{found[1] or ''}百分之{found[2]}") * 100, "%"
        number, unit = measures.parse_measure_suffix(text)
    except Refused as problem:
        amount = _amount(text)
        if amount is None:
            reason = f"，{problem}" if problem.problem.code == "unit" else ""
            raise BadValue(f"{told(raw)}不是数字{reason}") from problem
        return amount, "元"
    if unit:
        return number, unit
    if text.startswith(("¥", "人民币")):
        return number, "元"
    return number, _without_multiplier(measure) if set(text) & set("万亿萬億") else ""


def _amount(text: str) -> Decimal | None:
    try:
        return chinese_amounts.parse_amount(text)
    except Refused:
        return None


def _without_multiplier(measure: str) -> str:
    """元 of 万元: where somebody writes 3.2万 or 三万, the multiplier stands in the number itself."""
    if measure in UNITS or measure in ALIASES:
        return ""
    rest = (measure.removeprefix(prefix) for prefix in PREFIXES if measure.startswith(prefix))
    return next((unit for unit in rest if measures.is_unit(unit)), "")


def _converted(number: Decimal, unit: str, raw: str, measure: str) -> Quantity:
    try:
        found = measures.find_unit(unit)
        if measure:
            return Quantity(measures.convert(number, unit, measure), converted=found.name != measure)
    except Refused as problem:
        raise BadValue(f"{told(raw)}：{problem}") from problem
    if found.dimension in UNITS and found.dimension == UNITS[found.dimension].dimension:
        return Quantity(Fraction(number) * found.factor)  # things counted: 3个, 2万人
    raise BadValue(f"{told(raw)}带有单位“{unit}”，本字段没有计量单位，请只写数字")
