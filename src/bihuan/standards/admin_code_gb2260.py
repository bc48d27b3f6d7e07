"""Codes of administrative divisions (行政区划代码), by their structure alone.

Source: GB/T 2260-2007 第3章 (two digits each for province, prefecture, county); GB/T 10114-2003 第4章 (three
more for street, town, township); 《统计用区划代码和城乡划分代码编制规则》(国统字〔2009〕91号) (three more
for community and village, 12 digits in all).

Prefectures without counties (Dongguan, Zhongshan, Danzhou) have towns directly: 441900 003 is sound.
"""

from typing import Literal

from bihuan.standards.cell_text import RE_ENTER, compact, is_scientific
from bihuan.standards.problem import Problem, Refused

Level = Literal["省级", "地级", "县级", "乡级", "村级"]

LEVELS: tuple[Level, ...] = ("省级", "地级", "县级", "乡级", "村级")
_ENDS = (2, 4, 6, 9, 12)
_REGIONS = "12345678"


def _parts(code: str) -> list[str]:
    padded = code.ljust(12, "0")
    return [padded[start:end] for start, end in zip((0, *_ENDS), _ENDS, strict=False)]


def _depth(code: str) -> int:
    """How many of the five parts are used, through the last that is not all zeros."""
    return max(i for i, part in enumerate(_parts(code), 1) if i == 1 or int(part))


def check(text: str) -> Problem | None:
    """What is wrong with the code, or None."""
    code = compact(text)
    if not code:
        return Problem("empty", "行政区划代码为空")
    if is_scientific(code):
        return Problem("scientific", f"“{code}”是表格的科学计数法，后几位已经丢失，{RE_ENTER}")
    if not (code.isascii() and code.isdigit()):
        return Problem("character", f"行政区划代码“{code}”只能是数字")
    if len(code) not in (6, 9, 12):
        return Problem(
            "length", f"行政区划代码应为 6 位（县级以上）、9 位（乡级）或 12 位（村级），现为 {len(code)} 位"
        )
    if code[0] not in _REGIONS or code[1] == "0":
        return Problem("province", f"前两位“{code[:2]}”不是省级代码")
    return _check_gaps(code)


def _check_gaps(code: str) -> Problem | None:
    used = [int(part) > 0 for part in _parts(code)]
    if not used[1] and any(used[2:]):
        return Problem("gap", f"“{code}”缺少地级代码（第 3、4 位是 00），后面不应再有县、乡、村代码")
    if used[4] and not used[3]:
        return Problem("gap", f"“{code}”缺少乡级代码（第 7 至 9 位是 000），后面不应再有村级代码")
    if used[3] and int(code[6:9]) > 599:
        ranges = "001-099（街道）、100-199（镇）、200-399（乡）、400-599（政企合一单位）"
        return Problem("town", f"乡级代码“{code[6:9]}”不在 {ranges}之内")
    return None


def _sound(text: str) -> str:
    problem = check(text)
    if problem is not None:
        raise Refused(problem.code, problem.message)
    return compact(text)


def level(text: str) -> Level:
    """The level of the division, whatever zeros pad the code. Refused if the code is not sound."""
    return LEVELS[_depth(_sound(text)) - 1]


def town_kind(text: str) -> str:
    """街道, 镇, 乡 or 政企合一单位 by the three digits of the town; '' above that level."""
    code = _sound(text)
    if _depth(code) < 4:
        return ""
    number = int(code[6:9])
    ends = ((99, "街道"), (199, "镇"), (399, "乡"), (599, "政企合一单位"))
    return next(name for end, name in ends if number <= end)


def canonical(text: str) -> str:
    """The shortest of the three lengths that says the same: 440106000000 -> 440106. Refused if not sound."""
    code = _sound(text)
    length = next(length for length, depth in ((6, 3), (9, 4), (12, 5)) if _depth(code) <= depth)
    return code[:length].ljust(length, "0")


def parent(text: str) -> str | None:
    """The division just above, in canonical form; None above a province. Levels left empty are skipped."""
    code = _sound(text)
    parts = _parts(code)
    above = [i for i in range(_depth(code) - 1) if i == 0 or int(parts[i])]
    return canonical("".join(parts[: above[-1] + 1]).ljust(12, "0")) if above else None


def ancestors(text: str) -> tuple[str, ...]:
    """The divisions above, from the nearest to the province."""
    above = parent(text)
    return () if above is None else (above, *ancestors(above))


def contains(outer: str, inner: str) -> bool:
    """Whether `inner` is `outer` or lies below it. Refused if either code is not sound."""
    return canonical(outer) == canonical(inner) or canonical(outer) in ancestors(inner)
