"""Units: exact conversion, units in cells and in titles."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bihuan.standards.measure_units import ALIASES, PREFIXES, UNITS
from bihuan.standards.measures import (
    convert,
    convert_rounded,
    find_unit,
    is_unit,
    parse_measure_suffix,
    title_unit,
)
from bihuan.standards.problem import Refused

units = st.sampled_from(sorted(UNITS))
values = st.decimals(-(10**9), 10**9, places=3)


@pytest.mark.parametrize(
    ("value", "source", "target", "wanted"),
    [
        ("1", "公顷", "亩", Fraction(15)),
        ("1", "亩", "平方米", Fraction(2000, 3)),
        ("1", "平方公里", "公顷", Fraction(100)),
        ("1", "平方公里", "亩", Fraction(1500)),
        ("1", "万亩", "平方公里", Fraction(20, 3)),
        ("3.2", "万元", "元", Fraction(32000)),
        ("1", "亿元", "万元", Fraction(10000)),
        ("1", "万亿元", "亿元", Fraction(10000)),
        ("5", "千元", "万元", Fraction(1, 2)),
        ("1", "公里", "米", Fraction(1000)),
        ("1", "吨", "公斤", Fraction(1000)),
        ("1", "斤", "克", Fraction(500)),
        ("1", "亿千瓦时", "万度", Fraction(10000)),
        ("1.5", "年", "个月", Fraction(18)),
        ("12", "‰", "%", Fraction(6, 5)),
        ("2", "万人", "人", Fraction(20000)),
    ],
)
def test_known_conversions(value, source, target, wanted):
    assert convert(Decimal(value), source, target) == wanted


@st.composite
def of_one_dimension(draw):
    dimension = draw(st.sampled_from(sorted({unit.dimension for unit in UNITS.values()})))
    named = st.sampled_from(sorted(name for name, unit in UNITS.items() if unit.dimension == dimension))
    return draw(named), draw(named), draw(named)


@given(values, of_one_dimension())
def test_conversion_loses_nothing(value, names):
    a, b, c = names
    assert convert(convert(value, a, b), b, a) == Fraction(value)
    assert convert(convert(value, a, b), b, c) == convert(value, a, c)


@given(values, units, units)
def test_dimensions_do_not_mix(value, a, b):
    assume(UNITS[a].dimension != UNITS[b].dimension)
    with pytest.raises(Refused, match="不是同一种量"):
        convert(value, a, b)


def test_the_refusal_names_both():
    with pytest.raises(Refused, match="“万元”（金额）不能换算成“亩”（面积）"):
        convert(Decimal(1), "万元", "亩")
    with pytest.raises(Refused, match="不认识计量单位“丈”"):
        convert(Decimal(1), "丈", "米")


@given(st.integers(-(10**12), 10**12), st.integers(0, 6), st.sampled_from(["half-up", "half-even"]))
def test_rounding_is_decimals_own(fen, places, rounding):
    value = Decimal(fen) / 100
    mode = ROUND_HALF_UP if rounding == "half-up" else ROUND_HALF_EVEN
    with localcontext() as context:
        context.prec = 60
        wanted = (value / 10000).quantize(Decimal(1).scaleb(-places), rounding=mode)
    found = convert_rounded(value, "元", "万元", places, rounding)
    assert found == wanted
    assert found.as_tuple().exponent == -places


def test_rounding_a_value_without_end():
    assert convert_rounded(1, "亩", "平方米", 2) == Decimal("666.67")
    assert convert_rounded(Decimal("-0.5"), "元", "元", 0) == Decimal(-1)
    assert convert_rounded(Decimal("2.5"), "元", "元", 0, "half-even") == Decimal(2)


@given(values, units, st.sampled_from(["", *PREFIXES]))
def test_a_number_and_its_unit_are_taken_apart(value, unit, prefix):
    name = prefix + unit
    assume(is_unit(name))
    number, found = parse_measure_suffix(f"{value}{name}")
    assert Fraction(number) * find_unit(found).factor == Fraction(value) * find_unit(name).factor


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("3.2万元", "3.2", "万元"),
        ("1,234.50 亩", "1234.50", "亩"),
        ("￥1,200元", "1200", "元"),
        ("5㎡", "5", "平方米"),
        ("７km²", "7", "平方公里"),
        ("-5℃", "-5", "摄氏度"),
        ("12%", "12", "%"),
        ("3千公顷", "3", "千公顷"),
        ("3百吨", "300", "吨"),
        ("15亿千瓦时", "15", "亿千瓦时"),
        ("3个工作日", "3", "工作日"),
        ("3万5千元", "35000", "元"),
        ("三千五百万元", "35000000", "元"),
        ("三点二万元", "32000", "元"),
        ("三万五千克", "35000", "克"),
        ("五平方米", "5", "平方米"),
        ("3.2", "3.2", ""),
        ("3.2万", "32000", ""),
        ("十二", "12", ""),
    ],
)
def test_read(text, value, unit):
    number, found = parse_measure_suffix(text)
    assert (number, found) == (Decimal(value), unit)


@pytest.mark.parametrize("text", ["约3万元", "", "元", "万元", "3.2apples", "3丈", "1,23元"])
def test_no_quantity_is_refused(text):
    with pytest.raises(Refused):
        parse_measure_suffix(text)


@pytest.mark.parametrize(
    ("title", "name", "unit"),
    [
        ("金额（万元）", "金额", "万元"),
        ("金额\n(万元)", "金额", "万元"),
        ("面积【亩】", "面积", "亩"),
        ("面积[㎡]", "面积", "平方米"),
        ("金额/亿元", "金额", "亿元"),
        ("单位：万元", "", "万元"),
        ("（单位：万元）", "", "万元"),
        ("金额单位: 人民币万元", "", "万元"),
        ("计划投资（万元，不含税）", "计划投资（不含税）", "万元"),
        ("完成（含上年）情况（单位：万元）", "完成（含上年）情况", "万元"),
        ("用电量（万千瓦时）", "用电量", "万千瓦时"),
        ("占比（%）", "占比", "%"),
    ],
)
def test_titles_with_a_unit(title, name, unit):
    assert title_unit(title) == (name, unit)


@pytest.mark.parametrize(
    "title",
    [
        "姓名（个人）",
        "单位名称",
        "单位：市财政局",
        "责任单位",
        "是/否",
        "得分（百分）",
        "（单位：万元、亩）",
        "备注",
        "",
    ],
)
def test_titles_without_one_stay_as_they_are(title):
    assert title_unit(title) == (title, "")


def test_the_tables_fit_together():
    assert set(ALIASES.values()) <= set(UNITS)
    assert not set(ALIASES) & set(UNITS)
    assert all(unit.factor > 0 and name == unit.name for name, unit in UNITS.items())


@given(st.text(max_size=16) | st.text("0123.,万亿元亩（）()单位：/%个", max_size=14))
def test_any_text_gives_an_answer(text):
    name, unit = title_unit(text)
    assert unit == "" or is_unit(unit)
    assert unit or name == "".join(text.split())
    try:
        assert parse_measure_suffix(text)[0].is_finite()
    except Refused as refusal:
        assert refusal.problem.message
