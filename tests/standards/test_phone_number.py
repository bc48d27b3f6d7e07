"""Telephone numbers in the forms that ledgers hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.standards.phone_number import check, normalise, parse
from bihuan.standards.problem import Refused


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("13800138000", "mobile", "13800138000"),
        ("+86 138-0013-8000", "mobile", "13800138000"),
        ("008613800138000", "mobile", "13800138000"),
        ("8613800138000", "mobile", "13800138000"),
        ("13800138000.0", "mobile", "13800138000"),
        ("１３８ ００１３ ８０００", "mobile", "13800138000"),
        ("020-87654321", "landline", "020-87654321"),
        ("(020)8765 4321", "landline", "020-87654321"),
        ("（0755）23456789转8001", "landline", "0755-23456789-8001"),
        ("02087654321-123", "landline", "020-87654321-123"),
        ("+86-20-87654321", "landline", "020-87654321"),
        ("86-663-2345678", "landline", "0663-2345678"),
        ("0663—2345678", "landline", "0663-2345678"),
        ("87654321", "local", "87654321"),
        ("8765-4321", "local", "87654321"),
        ("400-800-1234", "freephone", "4008001234"),
        ("12345", "service", "12345"),
        ("95588", "service", "95588"),
        ("119", "service", "119"),
    ],
)
def test_forms(text, kind, wanted):
    phone = parse(text)
    assert (phone.kind, phone.text) == (kind, wanted)
    assert check(text) is None


@given(st.from_regex(r"1[3-9][0-9]{9}|0[3-9][1-9][0-9]-[2-8][0-9]{6,7}|02[0-57-9]-[2-8][0-9]{7}", fullmatch=True))
def test_the_one_form_is_stable(number):
    assert normalise(number) == number
    assert normalise("+86" + number.removeprefix("0")) == number


@given(st.text("0123456789+-()转 ", max_size=20))
def test_normal_form_is_a_fixed_point(text):
    if check(text) is None:
        once = normalise(text)
        assert normalise(once) == once
    else:
        with pytest.raises(Refused):
            normalise(text)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (" ", "empty", "为空"),
        ("1.38001E+10", "scientific", "科学计数法"),
        ("1380013800", "length", "有 10 位"),
        ("12345678901", "prefix", "“12”不是手机号段"),
        ("13800138000/13900139000", "several", "几个号码"),
        ("020-1234", "landline", "区号"),
        ("无", "character", "数字以外"),
        ("9876", "form", "既不是"),
    ],
)
def test_the_reason_is_exact(text, code, words):
    problem = check(text)
    assert problem is not None
    assert problem.code == code
    assert words in problem.message


@given(st.text(max_size=20))
def test_any_text_gives_an_answer(text):
    problem = check(text)
    assert problem is None or problem.message
