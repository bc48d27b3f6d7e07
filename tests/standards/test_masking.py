"""What remains visible, and that nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.standards.masking import mask_address, mask_identity, mask_name, mask_phone


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("440106199001011234", "440106********1234"),
        ("11010519491231002x", "110105********002x"),
        ("440106900101123", "440106******123"),
        ("4.40106E+17", "********"),
        ("", ""),
    ],
)
def test_identity(text, shown):
    assert mask_identity(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13812345678", "138****5678"),
        ("+86 138 1234 5678", "138****5678"),
        ("020-87654321-12", "020-****4321"),
        ("87654321", "****4321"),
        ("12345", "12345"),
        ("1381234567", "********"),
    ],
)
def test_phone(text, shown):
    assert mask_phone(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("张三", "张*"), ("张三丰", "张**"), ("欧阳修", "欧阳*"), ("欧阳", "欧*"), ("张", "*"), ("", "")],
)
def test_name(text, shown):
    assert mask_name(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("广东省广州市天河区体育西路1号", "广东省广州市天河区****"),
        ("广东省 普宁市流沙东街道", "广东省普宁市****"),
        ("北京市朝阳区建国路1号", "北京市朝阳区****"),
        ("新疆维吾尔自治区伊犁哈萨克自治州伊宁市某路", "新疆维吾尔自治区伊犁哈萨克自治州伊宁市****"),
        ("内蒙古自治区锡林郭勒盟苏尼特左旗某苏木", "内蒙古自治区锡林郭勒盟苏尼特左旗****"),
        ("海南省琼中黎族苗族自治县营根镇", "海南省琼中黎族苗族自治县****"),
        ("广州市体育西路100号花园小区3栋", "广州市****"),
        ("广州市天河区", "广州市天河区"),
        ("体育西路1号", "******"),
        ("阳光社区3栋101", "********"),
        ("棠下村五巷", "*****"),
    ],
)
def test_address(text, shown):
    assert mask_address(text) == shown


@given(st.text("路街道巷号镇乡村栋0123456789室", min_size=1, max_size=20))
def test_no_part_below_the_county_is_shown(tail):
    assert mask_address("广东省揭阳市普宁市" + tail) == "广东省揭阳市普宁市****"


@given(st.text(min_size=1, max_size=30))
def test_nothing_of_an_unknown_form_is_shown(text):
    for mask in (mask_identity, mask_phone):
        shown = mask(text)
        assert set(shown) <= {"*"} or "*" in shown or len(shown) <= 6
