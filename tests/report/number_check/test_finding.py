"""Every figure of a text is found with its unit and noun, and what only looks like one is not."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.report.number_check import Block, Number, Period, find_numbers
from bihuan.standards.chinese_numerals import to_counting
from bihuan.standards.measures import convert, parse_measure_suffix

TODAY = date(2024, 8, 20)


def found(*texts: str) -> list[Number]:
    return list(find_numbers([Block(index, str(index), text) for index, text in enumerate(texts)], TODAY))


@pytest.mark.parametrize(
    ("text", "value", "unit", "noun"),
    [
        ("全县共排查安全隐患1,234处。", "1234", "处", "排查安全隐患"),
        ("完成投资1,234.5万元。", "1234.5", "万元", "完成投资"),
        ("完成投资3.2亿元，", "3.2", "亿元", "完成投资"),
        ("受理投诉三十五件。", "35", "件", "受理投诉"),
        ("办结率百分之九十八点五。", "98.5", "%", "办结率"),
        ("办结率达到98.5％", "98.5", "%", "办结率"),
        ("提高3.2个百分点", "3.2", "百分点", "提高"),
        ("培训干部2.5万人次", "2.5", "万人次", "培训干部"),
        ("新增耕地1200亩。", "1200", "亩", "新增耕地"),
        ("我局查处12起违法建设。", "12", "起", "查处"),
        ("常住人口3.2万", "32000", "", "常住人口"),
        ("净减少-12家", "-12", "家", "净减少"),
    ],
)
def test_a_figure_is_found_with_its_unit_and_noun(text: str, value: str, unit: str, noun: str) -> None:
    (number,) = found(text)
    assert (number.value, number.unit, number.noun) == (Decimal(value), unit, noun)
    assert text[number.place.start : number.place.end] == number.text


@pytest.mark.parametrize(
    "text",
    [
        "根据政发〔2026〕3号文件",
        "按照（2026）12号批复",
        "依据第二十三条、第3款",
        "国务院令第722号",
        "于2024年6月30日召开",
        "2024年1—6月的工作",
        "1-6月情况",
        "二〇二四年五月六日",
        "“十四五”规划",
        "2021—2025年规划",
        "会议9:30开始，14时20分结束",
        "电话0571-88886666，手机13800138000",
        "身份证号110101199003070011",
        "GB/T 9704-2012的要求",
        "一些单位在四个全面方面",
        "1. 加强领导",
        "（一）提高认识",
        "一、总体情况",
        "排名第3名",
        "详见www.example.gov.cn/2024/12",
    ],
)
def test_what_counts_nothing_is_no_figure(text: str) -> None:
    assert found(text) == []


def test_roles_and_periods_are_told() -> None:
    numbers = found("2024年，共受理投诉200件，其中噪声50件，占25%，同比下降3.2%。", "去年办结约180件。")
    assert [number.role for number in numbers] == ["total", "part", "share", "change", "level"]
    assert numbers[0].period == Period(date(2024, 1, 1), date(2024, 12, 31))
    assert (numbers[-1].period, numbers[-1].is_about) == (Period(date(2023, 1, 1), date(2023, 12, 31)), True)
    assert [number.noun for number in numbers] == ["受理投诉", "噪声", "噪声", "噪声", "办结"]


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.sampled_from(["件", "万元", "亿元", "%", "亩", "公顷", "人次", "万人", "个百分点", "吨"]),
    st.booleans(),
)
def test_every_number_reads_again_to_its_value(value: Decimal, unit: str, grouped: bool) -> None:
    (number,) = found(f"全县完成任务{value:,}{unit}。" if grouped else f"全县完成任务{value}{unit}。")
    again, measure = parse_measure_suffix(number.text)
    assert (number.value, number.unit) == (value, measure) == (again, measure)
    assert convert(number.value, number.unit, measure) == Fraction(value)


@given(st.integers(10, 99_999_999), st.sampled_from(["件", "户", "亩", "万元"]))
def test_chinese_numerals_are_read_by_their_value(value: int, unit: str) -> None:
    text = f"办理案件{to_counting(value)}{unit}。"
    numbers = found(text)
    assert [convert(number.value, number.unit, unit) for number in numbers] == [value]


@given(st.text("共其中占0123456789.,%件亿万元年月日第一二十〔〕（）、。\n 号-", max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    numbers = found(text)
    places = [number.place for number in numbers]
    assert places == sorted(places)
    assert all(one.end <= other.start for one, other in pairwise(places))
    assert all(number.text == text[number.place.start : number.place.end] for number in numbers)
