"""Telephone numbers of the mainland, brought to one form.

Source: 《电信网编号计划（2017年版）》(工信部通信〔2017〕281号) 第4章: mobile 1[3-9] and nine more digits;
trunk prefix 0, area codes 10, 2x of two digits with eight-digit numbers and of three digits with seven or
eight; 400 and 800; short codes.
"""

import re
from dataclasses import dataclass
from typing import Literal

from bihuan.standards.cell_text import RE_ENTER, compact, is_scientific
from bihuan.standards.problem import Problem, Refused

Kind = Literal["mobile", "landline", "local", "freephone", "service"]

_COUNTRY = re.compile(r"(?:\+|00)86-?|86-(?=\d)|86(?=1[3-9]\d{9}$)")
_EXTENSION = re.compile(r"(?:转|ext\.?|x|#)(\d{1,6})$|(?<=\d{7})-(\d{1,6})$", re.IGNORECASE)
_FLOAT = re.compile(r"(\d{7,12})\.0+")
_SEPARATORS = str.maketrans("", "", "-() .·/")
_FORMS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("mobile", re.compile(r"1[3-9]\d{9}")),
    ("landline", re.compile(r"(?P<area>010|02[0-57-9])(?P<number>[2-8]\d{7})")),
    ("landline", re.compile(r"(?P<area>0(?:[3-8][1-9]|9\d)\d)(?P<number>[2-8]\d{6,7})")),
    ("freephone", re.compile(r"[48]00\d{7}")),
    ("local", re.compile(r"[2-8]\d{6,7}")),
    ("service", re.compile(r"1[12]\d|12\d{3}|9[56]\d{3,4}|10\d{3}")),
)


@dataclass(frozen=True, slots=True)
class Phone:
    """A number taken apart. `text` is the one form it is stored and compared in: 13800138000,
    020-87654321-123."""

    kind: Kind
    area: str
    number: str
    extension: str

    @property
    def text(self) -> str:
        return "-".join(part for part in (self.area, self.number, self.extension) if part)


def _read(text: str) -> Phone | None:
    body = compact(text)
    if whole := _FLOAT.fullmatch(body):
        body = whole[1]
    country = _COUNTRY.match(body)
    body = body[country.end() :] if country else body
    extension = _EXTENSION.search(body)
    plain = (body[: extension.start()] if extension else body).translate(_SEPARATORS)
    tail = (extension[1] or extension[2]) if extension else ""
    return (
        _match(plain, tail)
        or (_match("0" + plain, tail) if country else None)
        or (_match(plain + tail, "") if extension and extension[2] else None)
    )


def _match(digits: str, extension: str) -> Phone | None:
    for kind, form in _FORMS:
        if found := form.fullmatch(digits):
            groups = found.groupdict()
            if extension and kind in ("mobile", "service"):
                return None
            return Phone(kind, groups.get("area", ""), groups.get("number", digits), extension)
    return None


def _explain(text: str) -> Problem:
    body = compact(text)
    if not body:
        return Problem("empty", "电话号码为空")
    if is_scientific(body):
        return Problem("scientific", f"“{body}”是表格的科学计数法，后几位已经丢失，{RE_ENTER}")
    if re.search(r"\d{7,}[/、,;，；]\d{7,}", body):
        return Problem("several", f"“{body}”像是写了几个号码，每格只填一个")
    return _explain_digits(body, "".join(mark for mark in body if mark.isdigit()))


def _explain_digits(body: str, digits: str) -> Problem:
    if not digits or len(digits) < len(body.translate(_SEPARATORS).lstrip("+")):
        return Problem("character", f"“{body}”含有数字以外的字符")
    if digits.startswith("1") and not digits.startswith("10"):
        if len(digits) != 11:
            return Problem("length", f"手机号码应为 11 位，“{body}”有 {len(digits)} 位")
        return Problem("prefix", f"“{digits[:2]}”不是手机号段，手机号码以 13 至 19 开头")
    if digits.startswith("0"):
        return Problem(
            "landline", f"固定电话应为区号（3 或 4 位）加 7 或 8 位号码，现为“{body}”（共 {len(digits)} 位）"
        )
    return Problem("form", f"“{body}”既不是 11 位手机号码，也不是带区号的固定电话")


def parse(text: str) -> Phone:
    """The number taken apart. Refused with the reason if it is none of the mainland."""
    phone = _read(text)
    if phone is None:
        problem = _explain(text)
        raise Refused(problem.code, problem.message)
    return phone


def check(text: str) -> Problem | None:
    """What is wrong with the number, or None."""
    return None if _read(text) is not None else _explain(text)


def normalise(text: str) -> str:
    """The one form: +86 138-0013-8000 -> 13800138000, (020)8765 4321 -> 020-87654321. Refused if not
    sound."""
    return parse(text).text
