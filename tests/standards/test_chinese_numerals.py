"""Numbers in characters: a second reader written differently, round trips, vectors."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.standards.chinese_numerals import parse_number, to_counting, to_positional
from bihuan.standards.problem import Refused

numbers = st.integers(0, 10**16 - 1) | st.integers(0, 10**5) | st.integers(0, 15).map(lambda n: 10**n)


def scan(text):
    """A second reader for canonical writing: one pass with a running section and a running total."""
    digits = {mark: value for value, mark in enumerate("零一二三四五六七八九")}
    small = {"十": 10, "百": 100, "千": 1000}
    total = high = section = digit = 0
    for mark in text:
        if mark in digits:
            digit = digits[mark]
        elif mark in small:
            section += (digit or 1) * small[mark]
            digit = 0
        elif mark == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        else:
            high, total, section, digit = (total + section + digit) * 10**8, 0, 0, 0
    return high + total + section + digit


@given(numbers)
def test_what_is_written_is_read(number):
    text = to_counting(number)
    assert parse_number(text) == number == scan(text)
    assert parse_number(to_counting(number, capital=True)) == number


@given(st.decimals(-(10**9), 10**9, places=4))
def test_decimals_and_signs(number):
    assert parse_number(to_counting(number)) == number


@given(st.from_regex(r"[0-9]{1,20}", fullmatch=True))
def test_digit_by_digit(digits):
    assert parse_number(to_positional(digits)) == Decimal(digits)
    assert parse_number(to_positional(digits, capital=True)) == Decimal(digits)


@given(st.text("零〇一二两三九十百千万亿点负廿壹拾佰0123.,百分之", max_size=12))
def test_any_characters_give_a_number_or_a_reason(text):
    try:
        assert parse_number(text).is_finite()
    except Refused as refusal:
        assert text in str(refusal)


@given(st.text(max_size=12))
def test_any_text_gives_a_number_or_a_reason(text):
    try:
        assert parse_number(text).is_finite()
    except Refused as refusal:
        assert refusal.problem.code == "numeral"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("二〇二四", "2024"),
        ("二○二四", "2024"),
        ("三千零五", "3005"),
        ("一百二十三点四五", "123.45"),
        ("三点二万", "32000"),
        ("十五", "15"),
        ("一百零十", "110"),
        ("廿三", "23"),
        ("两亿三千万", "230000000"),
        ("一万亿", "1000000000000"),
        ("三千五", "3500"),
        ("一万二", "12000"),
        ("三亿五", "350000000"),
        ("三万零五", "30005"),
        ("壹仟贰佰叁拾肆", "1234"),
        ("貳佰", "200"),
        ("3万5千", "35000"),
        ("3.2万", "32000"),
        ("1,234万", "12340000"),
        ("12345", "12345"),
        ("百分之三十五点五", "0.355"),
        ("百分之百", "1"),
        ("负三点五", "-3.5"),
        ("-5", "-5"),
        ("１２３", "123"),
    ],
)
def test_read(text, value):
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "没有数字"),
        ("甲", "不认识“甲”"),
        ("百", "“百”前面缺少数字"),
        ("亿", "“亿”前面缺少数字"),
        ("一千三千", "单位应由大到小"),
        ("三五百", "前面的数字缺少单位"),
        ("一万三万", "出现了两次"),
        ("三点一十二", "逐位写数字"),
        ("三点十", "没有数字"),
        ("贰佰伍", "缺少单位，或前面缺少“零”"),
        ("3千2000", "太大"),
        ("一万二万五", "出现了两次"),
    ],
)
def test_refused(text, why):
    with pytest.raises(Refused, match=why):
        parse_number(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "零"),
        (10, "十"),
        (110, "一百一十"),
        (100500, "十万零五百"),
        (107000, "十万七千"),
        (200030000, "二亿零三万"),
        (10**12 + 5, "一万亿零五"),
        (Decimal("0.05"), "零点零五"),
        (Decimal("-3.50"), "负三点五"),
    ],
)
def test_written(value, text):
    assert to_counting(value) == text


def test_out_of_range():
    for value in (10**16, Decimal("NaN"), Decimal("Infinity")):
        with pytest.raises(Refused, match="超出可写范围"):
            to_counting(value)
    with pytest.raises(Refused, match="0 至 9"):
        to_positional("20a4")
    assert to_positional(2024) == "二〇二四"
