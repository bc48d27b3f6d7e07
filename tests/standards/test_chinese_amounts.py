"""Amounts in capitals: the examples of the rule itself, and round trips."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.standards.chinese_amounts import parse_amount, to_amount
from bihuan.standards.problem import Refused

# 附一 四 (一)-(四), each with the forms that the rule allows, ours first.
EXAMPLES = [
    ("1409.50", ["人民币壹仟肆佰零玖元伍角"]),
    ("6007.14", ["人民币陆仟零柒元壹角肆分"]),
    ("1680.32", ["人民币壹仟陆佰捌拾元零叁角贰分", "人民币壹仟陆佰捌拾元叁角贰分"]),
    ("107000.53", ["人民币壹拾万柒仟元零伍角叁分", "人民币壹拾万零柒仟元伍角叁分"]),
    ("16409.02", ["人民币壹万陆仟肆佰零玖元零贰分"]),
    ("325.04", ["人民币叁佰贰拾伍元零肆分"]),
]


@pytest.mark.parametrize(("value", "forms"), EXAMPLES)
def test_examples_of_the_rule(value, forms):
    assert to_amount(Decimal(value)) == forms[0]
    assert [parse_amount(form) for form in forms] == [Decimal(value)] * len(forms)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角"),
        ("100", "人民币壹佰元整"),
        ("10001000", "人民币壹仟万壹仟元整"),
        ("100000000", "人民币壹亿元整"),
        ("-3.2", "人民币负叁元贰角"),
    ],
)
def test_written(value, text):
    assert to_amount(Decimal(value)) == text


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_what_is_written_is_read(fen):
    value = Decimal(fen) / 100
    assert parse_amount(to_amount(value)) == value
    assert parse_amount(to_amount(value, currency="")) == value


@given(st.integers(0, 10**6))
def test_form(fen):
    text = to_amount(Decimal(fen) / 100)
    assert text.endswith("分") == bool(fen % 10)
    assert text.endswith("整") == (fen % 100 == 0)
    assert "零零" not in text


@pytest.mark.parametrize(
    ("text", "value"),
    [("壹佰圆正", "100"), ("￥壹角整", "0.1"), ("贰仟元", "2000"), ("人民币 叁元零伍分", "3.05")],
)
def test_read(text, value):
    assert parse_amount(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("伍分整", "不写“整”"),
        ("壹仟", "不是大写金额"),
        ("", "不是大写金额"),
        ("壹佰伍元", "缺少单位"),
        ("整", "不是大写金额"),
    ],
)
def test_refused_reading(text, why):
    with pytest.raises(Refused, match=why):
        parse_amount(text)


@pytest.mark.parametrize(("value", "why"), [("1.234", "不足一分"), ("1e16", "超出"), ("NaN", "超出")])
def test_refused_writing(value, why):
    with pytest.raises(Refused, match=why):
        to_amount(Decimal(value))


@given(st.text("零壹贰玖拾佰仟万亿元角分整负", max_size=12))
def test_any_text_gives_an_amount_or_a_reason(text):
    try:
        assert parse_amount(text).is_finite()
    except Refused as refusal:
        assert refusal.problem.message
