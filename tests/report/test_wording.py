"""Changes in words, as a person would write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.report.template.wording import change, shown


@pytest.mark.parametrize(
    "now, before, is_percent, text",
    [
        ("112.5", "100", False, "比上年增长12.5%"),
        ("80", "100", False, "比上年下降20%"),
        ("100", "100", False, "与上年持平"),
        ("100.01", "100", False, "与上年基本持平"),
        ("5", "0", False, "比上年增加5"),
        ("82.2", "79", True, "比上年提高3.2个百分点"),
        ("79", "82.25", True, "比上年下降3.3个百分点"),
        ("82.2", "82.2", True, "与上年持平"),
        (None, "1", False, ""),
        ("1", None, True, ""),
    ],
)
def test_a_change_in_words(now: str | None, before: str | None, is_percent: bool, text: str) -> None:
    values = [None if value is None else Decimal(value) for value in (now, before)]
    assert change(values[0], values[1], is_percent=is_percent, against="上年").text == text


@pytest.mark.parametrize(
    "value, places, text", [("12.50", None, "12.5"), ("12.00", None, "12"), ("2.345", 2, "2.35"), ("100", None, "100")]
)
def test_a_number_in_digits(value: str, places: int | None, text: str) -> None:
    assert shown(Decimal(value), places=places) == text


def test_unknown_is_not_zero() -> None:
    assert shown(None) == "—"
    assert shown(Decimal(0)) == "0"


@given(st.decimals(-1000, 1000, places=2), st.decimals(-1000, 1000, places=2), st.booleans())
def test_the_word_has_the_direction_of_the_change(now: Decimal, before: Decimal, is_percent: bool) -> None:
    text = change(now, before, is_percent=is_percent, against="上月").text
    if now > before:
        assert "下降" not in text
        assert "减少" not in text or before == 0
    if now < before:
        assert "增长" not in text
        assert "提高" not in text
