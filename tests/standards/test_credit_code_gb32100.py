"""Credit codes: published codes, and what a prime modulus promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.standards.credit_code_gb32100 import (
    ALPHABET,
    check,
    check_character,
    department,
    normalise,
    organisation_code,
    place,
)
from bihuan.standards.problem import Refused

PUBLISHED = [
    "91350100M000100Y43",
    "9144030071526726XG",
    "914403001922038216",
    "91330100799655058B",
    "91110000802100433B",
]
marks = st.sampled_from(ALPHABET)
bodies = st.builds(
    lambda head, digits, tail: "".join(head) + digits + "".join(tail),
    st.tuples(marks, marks),
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.tuples(*[marks] * 9),
)


def congruent(code):
    """The sum over all 18 characters, the last with weight 1, is a multiple of 31 (evaluated by Horner's rule)."""
    total = 0
    for mark in reversed(code[:17]):
        total = total * 3 + ALPHABET.index(mark)
    return (total + ALPHABET.index(code[17])) % 31 == 0


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_codes(code):
    assert check(code) is None
    assert congruent(code)


@given(bodies)
def test_one_check_character_fits(body):
    code = body + check_character(body)
    assert congruent(code)
    assert check(code) is None
    assert sum(check(body + mark) is None for mark in ALPHABET) == 1


@given(bodies, st.integers(0, 16), st.integers(1, 30))
def test_any_one_wrong_character_is_found(body, position, shift):
    code = body + check_character(body)
    wrong = ALPHABET[(ALPHABET.index(code[position]) + shift) % 31]
    assert check(code[:position] + wrong + code[position + 1 :]) is not None


@given(bodies, st.integers(0, 16))
def test_any_two_neighbours_swapped_are_found(body, i):
    code = body + check_character(body)
    swapped = code[:i] + code[i + 1] + code[i] + code[i + 2 :]
    assert swapped == code or check(swapped) is not None


@given(st.text(max_size=24))
def test_any_text_gives_an_answer(text):
    problem = check(text)
    assert problem is None or problem.message


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "empty", "为空"),
        ("9.14403E+17", "scientific", "科学计数法"),
        ("914403001922038000", "rounded", "末三位是 000"),
        ("91350100M000100Y4", "length", "现为 17 位"),
        ("440106000012345", "length", "旧的营业执照注册号"),
        ("71526726-X", "length", "现为 10 位"),
        ("71526726X", "length", "旧的组织机构代码"),
        ("9135O100M000100Y43", "character", "第 5 位“O”"),
        ("9135A100M000100Y43", "place", "第 3 至 8 位"),
        ("91350100M000100Y44", "checksum", "末位应为 3，现为 4"),
    ],
)
def test_the_reason_is_exact(text, code, words):
    problem = check(text)
    assert problem is not None
    assert problem.code == code
    assert words in problem.message


def test_readings():
    assert department("9144030071526726XG") == "市场监督管理"
    assert place("9144030071526726XG") == "440300"
    assert organisation_code(" 9144030071526726xg") == "71526726-X"
    assert normalise("９１４４ 030071526726xg") == "9144030071526726XG"
    with pytest.raises(Refused, match="校验码不符"):
        place("91350100M000100Y44")
