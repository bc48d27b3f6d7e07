"""Numbers: what is read, what is refused and why, against Fraction as the oracle."""

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.types import BY_CODE, BadValue
from tests.ledger.types.fields import LOOKUP, decimals, read, spec


def refusal(kind: str, raw: Any, **more: Any) -> str:
    with pytest.raises(BadValue) as caught:
        read(kind, raw, **more)
    return str(caught.value)


@pytest.mark.parametrize(
    ("raw", "measure", "kept"),
    [
        ("3.2万元", "万元", 3.2),
        ("3.2万元", "元", 32000),
        ("3.2万", "万元", 3.2),
        ("三万五千", "万元", 3.5),
        ("3.2万", "元", 32000),
        ("三百", "万元", 300),
        ("12345.67元", "万元", 1.234567),
        ("12345.67元", "亿元", 0.0001234567),
        ("¥32,000.00", "万元", 3.2),
        ("人民币叁万贰仟元整", "万元", 3.2),
        ("(1,234.50)", "元", -1234.5),
        ("−3亿元", "万元", -30000),
        ("１２３．４５", "元", 123.45),
        ("'-5", "元", -5),
        (" 1 234 567 ", "元", 1234567),
    ],
)
def test_money_in_every_writing(raw: str, measure: str, kept: float) -> None:
    assert read("money", raw, measure=measure) == kept


@pytest.mark.parametrize(
    ("kind", "raw", "why"),
    [
        ("money", "3吨", "不是同一种量"),
        ("number", "5公斤", "没有计量单位"),
        ("number", "1.23E+10", "科学计数法"),
        ("number", "1,23", "千位分隔"),
        ("number", "1.2.3", "千位分隔"),
        ("number", "3尺半", "不是数字"),
        ("number", True, "“是”不是数字"),
        ("number", float("nan"), "不是可以记录的数字"),
        ("number", float("inf"), "不是可以记录的数字"),
        ("number", 1e15, "不是可以记录的数字"),
        ("number", "9" * 14, "太大"),
        ("number", 1.234, "小数超过 2 位"),
        ("integer", 2.5, "不是整数"),
        ("integer", 10**15, "15 位"),
        ("percent", 0.12, "分不清是 0.12% 还是 12%"),
        ("percent", "1", "分不清是 1% 还是 100%"),
        ("percent", "3万元", "不是同一种量"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(kind: str, raw: Any, why: str) -> None:
    assert why in refusal(kind, raw)


def test_a_field_of_counts_takes_counts_but_not_households_for_persons() -> None:
    assert read("integer", "2千人", measure="人") == 2000
    assert read("integer", "2千人") == 2000
    assert "不是同一种量" in refusal("integer", "3户", measure="人")


@given(st.integers(-(10**9), 10**9), st.sampled_from(["亩", "公顷", "平方米", "平方公里"]))
def test_conversion_is_exact_and_rounded_once(number: int, unit: str) -> None:
    square_metres = {
        "亩": Fraction(2000, 3),
        "公顷": Fraction(10_000),
        "平方米": Fraction(1),
        "平方公里": Fraction(10**6),
    }
    exact = number * square_metres[unit] / square_metres["亩"]
    cents = floor(abs(exact) * 100 + Fraction(1, 2)) * (-1 if exact < 0 else 1)
    if abs(exact) < 10**13:
        assert Decimal(repr(read("number", f"{number}{unit}", measure="亩"))) == Decimal(cents).scaleb(-2)


@given(st.integers(1 - 10**15, 10**15 - 1))
def test_any_amount_of_fen_is_kept_in_any_measure(fen: int) -> None:
    amount = Decimal(fen).scaleb(-2)
    for measure, places in (("元", 2), ("万元", 6), ("亿元", 10)):
        assert Decimal(repr(read("money", f"{amount}元", measure=measure))) == Decimal(fen).scaleb(-places)


@given(decimals(2))
def test_digits_are_read_alike_however_they_come(number: Decimal) -> None:
    kept = read("number", float(number))
    assert Decimal(repr(kept)) == number
    for raw in (
        str(number),
        f"{number:,}",
        f"{number}元",
        str(number).translate(str.maketrans("0123456789.", "０１２３４５６７８９．")),
    ):
        assert read("number", raw, measure="元") == kept


@given(st.floats(-1e12, 1e12))
def test_a_float_is_kept_as_the_sheet_shows_it_or_refused(raw: float) -> None:
    shown = Decimal(f"{raw:.15g}")
    if shown == shown.quantize(Decimal("0.01")):
        assert Decimal(repr(read("number", raw))) == shown
    else:
        assert "小数超过 2 位" in refusal("number", raw)


@given(st.floats(-100, 100).map(lambda n: round(n, 4)), st.floats(-50, 50), st.floats(-50, 50))
def test_bounds_hold_whatever_the_writing(number: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    for raw in (number, f"{number:.4f}", f"{number:.4f}亩"):
        if low <= number <= high:
            assert read("number", raw, scale=4, measure="亩", minimum=low, maximum=high) == number
        else:
            assert "允许的最" in refusal("number", raw, scale=4, measure="亩", minimum=low, maximum=high)


def test_a_bare_fraction_of_a_percent_formatted_column() -> None:
    assert read("percent", 0.3333, fraction=True) == 33.33
    assert read("percent", 1.2, fraction=True) == 120
    assert read("percent", 0.1 + 0.2, fraction=True) == 30
    assert read("percent", "12", fraction=True) == 12


@pytest.mark.parametrize(
    ("kind", "value", "more", "shown", "cell_format"),
    [
        ("money", 1234.5, {}, "1,234.50 万元", "#,##0.00####"),
        ("money", 1.234567, {}, "1.234567 万元", "#,##0.00####"),
        ("money", 5.0, {"measure": "元"}, "5.00 元", "#,##0.00"),
        ("number", 1e-08, {"scale": 8}, "0.00000001", "#,##0.00000000"),
        ("number", 3.0, {"scale": 0, "measure": "亩"}, "3 亩", "#,##0"),
        ("integer", 1234567, {"measure": "人"}, "1,234,567 人", "0"),
        ("percent", 12.5, {}, "12.50%", '#,##0.00"%"'),
    ],
)
def test_numbers_as_shown(kind: str, value: Any, more: dict[str, Any], shown: str, cell_format: str) -> None:
    field = spec(kind, **more)
    assert BY_CODE[kind].show(value, field, LOOKUP) == shown
    assert BY_CODE[kind].cell_format(field) == cell_format


def test_there_is_no_minus_zero() -> None:
    for raw in (-0.0, "-0", "-0.00", "-0元"):
        assert str(read("number", raw, measure="元")) == "0.0"
