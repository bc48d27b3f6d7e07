"""Codes of administrative divisions by structure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.standards.admin_code_gb2260 import (
    LEVELS,
    ancestors,
    canonical,
    check,
    contains,
    level,
    parent,
    town_kind,
)
from bihuan.standards.problem import Refused


@st.composite
def codes(draw):
    """A sound code and its level, made from its parts."""
    depth = draw(st.integers(1, 5))
    two = st.integers(1, 99).map("{:02}".format)
    parts = [
        draw(st.sampled_from(["11", "44", "65", "81"])),
        draw(two),
        draw(two),
        f"{draw(st.integers(1, 599)):03}",
        f"{draw(st.integers(1, 999)):03}",
    ]
    text = "".join(parts[:depth])
    length = draw(st.sampled_from([n for n in (6, 9, 12) if n >= len(text)]))
    return text.ljust(length, "0"), LEVELS[depth - 1]


@given(codes())
def test_sound_codes_know_their_level(made):
    code, wanted = made
    assert check(code) is None
    assert level(code) == level(canonical(code)) == wanted
    assert canonical(code.ljust(12, "0")) == canonical(code)


@given(codes())
def test_the_chain_upwards_has_no_gap(made):
    code, wanted = made
    chain = (canonical(code), *ancestors(code))
    assert [level(each) for each in chain] == list(LEVELS[: LEVELS.index(wanted) + 1])[::-1]
    assert all(contains(outer, code) for outer in chain)
    assert all(code.startswith(outer.rstrip("0")) for outer in chain)
    assert not any(contains(code, outer) for outer in chain[1:])


def test_guangdong():
    assert ancestors("440106001001") == ("440106001", "440106", "440100", "440000")
    assert level("441900003000") == "乡级"
    assert parent("441900003000") == "441900"
    assert parent("440000") is None
    assert contains("440100", "440106001001")
    assert not contains("440300", "440106")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("440106001", "街道"),
        ("440106100", "镇"),
        ("440106200", "乡"),
        ("440106400", "政企合一单位"),
        ("440106", ""),
    ],
)
def test_town_kind(code, kind):
    assert town_kind(code) == kind


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "empty", "为空"),
        ("4.40106E+11", "scientific", "科学计数法"),
        ("44010a", "character", "只能是数字"),
        ("4401", "length", "现为 4 位"),
        ("990000", "province", "“99”不是省级代码"),
        ("400000", "province", "“40”不是省级代码"),
        ("440006", "gap", "缺少地级代码"),
        ("440106000001", "gap", "缺少乡级代码"),
        ("440106700", "town", "“700”不在"),
    ],
)
def test_the_reason_is_exact(text, code, words):
    problem = check(text)
    assert problem is not None
    assert problem.code == code
    assert words in problem.message


@given(st.text("0123456789 ", max_size=14))
def test_any_text_gives_an_answer(text):
    problem = check(text)
    assert (problem is None) == (text.replace(" ", "") != "" and _reads(text))


def _reads(text):
    try:
        return level(text) in LEVELS
    except Refused:
        return False
