"""Identity numbers: the standard's own examples, the check character by the recursive method of ISO 7064."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.standards.identity_gb11643 import (
    PROVINCES,
    birthday,
    check,
    check_character,
    normalise,
    place,
    sex,
    to_eighteen,
)
from bihuan.standards.problem import Refused

digits17 = st.text("0123456789", min_size=17, max_size=17)


def recursive_check(body):
    """ISO 7064, pure system, recursive method, modulus 11, radix 2."""
    product = 0
    for digit in body:
        product = (product + int(digit)) * 2 % 11
    return "0123456789X"[(1 - product) % 11]


@st.composite
def numbers(draw):
    born = draw(st.dates(date(1880, 1, 1), date(2026, 12, 31)))
    body = draw(st.sampled_from(sorted(PROVINCES))) + draw(st.from_regex(r"[0-9]{4}", fullmatch=True))
    body += f"{born:%Y%m%d}" + draw(st.from_regex(r"[0-9]{3}", fullmatch=True))
    return body + recursive_check(body), born


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_examples_of_the_standard(number):
    assert check(number) is None


@given(digits17)
def test_check_character_by_the_other_method(body):
    assert check_character(body) == recursive_check(body)


@given(numbers())
def test_sound_numbers_are_read(made):
    number, born = made
    assert check(number) is None
    assert birthday(number) == born
    assert sex(number) == ("男" if number[16] in "13579" else "女")
    assert place(number) == number[:6]
    assert to_eighteen(number.lower()) == number


@given(numbers(), st.integers(0, 16), st.integers(1, 9))
def test_any_one_wrong_digit_is_found(made, position, shift):
    number, _ = made
    wrong = str((int(number[position]) + shift) % 10)
    assert check(number[:position] + wrong + number[position + 1 :]) is not None


@given(numbers(), st.integers(0, 15))
def test_any_two_neighbours_swapped_are_found(made, position):
    number, _ = made
    a, b = number[position], number[position + 1]
    if a != b:
        assert check(number[:position] + b + a + number[position + 2 :]) is not None


@given(st.text(max_size=24))
def test_any_text_gives_an_answer(text):
    problem = check(text)
    assert problem is None or problem.message


def test_old_numbers_are_lengthened():
    assert to_eighteen("130503670401001") == "130503196704010016"
    assert birthday("130503670401001") == date(1967, 4, 1)
    assert sex("130503670401001") == "男"
    assert to_eighteen("440524800101998")[6:14] == "18800101"


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "empty", "为空"),
        ("4.40106E+17", "scientific", "科学计数法"),
        ("4.40106199001011e+17", "scientific", "科学计数法"),
        ("440106199001010000", "rounded", "末三位是 000"),
        ("44010619900101001", "length", "现为 17 位"),
        ("44010619900101001Y", "character", "末位“Y”"),
        ("440106199001O11234", "character", "第 13 位“O”不是数字"),
        ("990106199001011234", "foreigner", "外国人永久居留"),
        ("160106199001011234", "place", "“16”不是省级"),
        ("440106199002301234", "birth", "没有 1990 年 2 月 30 日"),
        ("440106179901011234", "birth", "1800 年以后"),
        ("110105194912310021", "checksum", "末位应为 X，现为 1"),
        ("44010690023012", "length", "现为 14 位"),
        ("440106900230123", "birth", "没有 1990 年 2 月 30 日"),
    ],
)
def test_the_reason_is_exact(text, code, words):
    problem = check(text)
    assert problem is not None
    assert problem.code == code
    assert words in problem.message


def test_a_sound_number_that_ends_in_000_is_sound():
    for place_code in range(440100, 440200):
        body = f"{place_code}1990010100000"[:17]
        if check_character(body) == "0":
            assert check(body + "0") is None
            return
    pytest.fail("no such number among a hundred places")


def test_a_birth_in_the_future():
    assert check("11010519491231002X", today=date(1949, 12, 31)) is None
    problem = check("11010519491231002X", today=date(1949, 12, 30))
    assert problem is not None
    assert "晚于今天" in problem.message


def test_cells_are_tidied():
    assert normalise(" '１１０１０５ 19491231 002ｘ\u200b") == "11010519491231002X"


def test_readings_of_an_unsound_number_are_refused():
    for read in (birthday, sex, place, to_eighteen):
        with pytest.raises(Refused, match="校验码不符"):
            read("110105194912310021")
