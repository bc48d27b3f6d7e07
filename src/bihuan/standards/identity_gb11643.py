"""Citizen identity numbers (公民身份号码).

Source: GB 11643-1999 第4章 (six digits of place, eight of birth, three of sequence, one check character) and
附录B (the check character, ISO 7064 MOD 11-2); 15 digits: GB 11643-1989.
"""

from datetime import date
from typing import Literal

from bihuan.standards.cell_text import RE_ENTER, compact, is_scientific
from bihuan.standards.problem import Problem, Refused

Sex = Literal["男", "女"]

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"

# GB/T 2260: the provinces; 83 is given to the residence permits of people from Taiwan.
_NORTH_AND_EAST = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37"
_SOUTH_AND_WEST = "41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
PROVINCES = frozenset(f"{_NORTH_AND_EAST} {_SOUTH_AND_WEST}".split())


def normalise(text: str) -> str:
    """The number as it is compared: half width, no blanks, X as a capital letter."""
    return compact(text).upper()


def check_character(body: str) -> str:
    """The 18th character for 17 digits."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return CHECK_CHARACTERS[total % 11]


def _check_form(number: str) -> Problem | None:
    if not number:
        return Problem("empty", "身份证号码为空")
    if is_scientific(number):
        return Problem(
            "scientific",
            f"“{number}”是表格的科学计数法，后几位数字已经丢失，{RE_ENTER}",
        )
    if len(number) not in (15, 18):
        return Problem("length", f"身份证号码应为 18 位（旧号码 15 位），现为 {len(number)} 位")
    digits = number[:-1] if len(number) == 18 else number
    if not (digits.isascii() and digits.isdigit()):
        position, mark = next((i, mark) for i, mark in enumerate(digits, 1) if mark not in "0123456789")
        return Problem("character", f"第 {position} 位“{mark}”不是数字")
    if number[-1] not in "0123456789X":
        return Problem("character", f"末位“{number[-1]}”不对，校验码只能是数字或 X")
    return None


def _check_place(number: str) -> Problem | None:
    if number[0] == "9":
        return Problem("foreigner", "9 开头的是外国人永久居留身份证号码，不是公民身份号码")
    if number[:2] not in PROVINCES:
        return Problem("place", f"前两位“{number[:2]}”不是省级行政区划代码")
    return None


def _birth_digits(number: str) -> str:
    """Eight digits of birth. Sequences 996-999 of a 15-digit number were kept for those born in the 1800s."""
    if len(number) == 18:
        return number[6:14]
    return ("18" if number[12:] in ("996", "997", "998", "999") else "19") + number[6:12]


def _date_of(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _check_birth(number: str, today: date | None) -> Problem | None:
    digits = _birth_digits(number)
    born = _date_of(digits)
    if born is None:
        written = f"{digits[:4]} 年 {int(digits[4:6])} 月 {int(digits[6:])} 日"
        return Problem("birth", f"出生日期“{digits}”不存在（没有 {written}）")
    if born.year < 1800:
        return Problem("birth", f"出生年份 {born.year} 过早，应在 1800 年以后")
    if today is not None and born > today:
        return Problem("birth", f"出生日期 {born} 晚于今天（{today}）")
    return None


def _check_sum(number: str) -> Problem | None:
    if len(number) == 15:
        return None
    wanted = check_character(number[:17])
    if number[17] == wanted:
        return None
    if number.endswith("000"):
        return Problem(
            "rounded",
            f"末三位是 000 且校验码不符，多半是表格把号码当成数字存，只留了 15 位，{RE_ENTER}",
        )
    return Problem("checksum", f"校验码不符：末位应为 {wanted}，现为 {number[17]}，请逐位核对原件")


def check(text: str, today: date | None = None) -> Problem | None:
    """What is wrong with the number, or None. With `today`, a birth in the future is wrong too."""
    number = normalise(text)
    return _check_form(number) or _check_place(number) or _check_birth(number, today) or _check_sum(number)


def _sound(text: str) -> str:
    """The number normalised. Every reading below comes through here: Refused if it is not sound."""
    problem = check(text)
    if problem is not None:
        raise Refused(problem.code, problem.message)
    return normalise(text)


def birthday(text: str) -> date:
    """The date of birth."""
    digits = _birth_digits(_sound(text))
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def sex(text: str) -> Sex:
    """By the sequence: odd for men, even for women."""
    number = _sound(text)
    return "男" if int(number[16] if len(number) == 18 else number[14]) % 2 else "女"


def place(text: str) -> str:
    """The six digits (GB/T 2260) of the county of registration."""
    return _sound(text)[:6]


def to_eighteen(text: str) -> str:
    """The 18-digit form of a 15-digit number; 18 digits come back tidied."""
    number = _sound(text)
    if len(number) == 18:
        return number
    body = number[:6] + _birth_digits(number) + number[12:]
    return body + check_character(body)
