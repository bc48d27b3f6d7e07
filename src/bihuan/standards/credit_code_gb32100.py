"""Unified social credit codes of organisations (统一社会信用代码).

Source: GB 32100-2015 (with 第1号修改单) 第4章: one character of registering department, one of kind, six
digits of place, nine characters of organisation code (GB 11714-1997), one check character, ISO 7064 MOD 31-3
(附录A; GB/T 17710).
"""

from bihuan.standards.cell_text import RE_ENTER, compact, is_scientific
from bihuan.standards.problem import Problem, Refused

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {mark: value for value, mark in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))

DEPARTMENTS = {
    "1": "机构编制",
    "2": "外交",
    "3": "司法行政",
    "4": "文化",
    "5": "民政",
    "6": "旅游",
    "7": "宗教",
    "8": "工会",
    "9": "市场监督管理",
    "A": "中央军委改革和编制办公室",
    "N": "农业农村",
    "Y": "其他",
}


def normalise(text: str) -> str:
    """The code as it is compared: half width, no blanks, capital letters."""
    return compact(text).upper()


def check_character(body: str) -> str:
    """The 18th character for the first 17 (附录A): (31 - sum of value x 3^(i-1) mod 31) mod 31."""
    total = sum(weight * _VALUES[mark] for weight, mark in zip(_WEIGHTS, body, strict=True))
    return ALPHABET[-total % 31]


def _check_form(code: str) -> Problem | None:
    if not code:
        return Problem("empty", "统一社会信用代码为空")
    if is_scientific(code):
        return Problem("scientific", f"“{code}”是表格的科学计数法，后几位已经丢失，{RE_ENTER}")
    if len(code) != 18:
        return Problem("length", f"统一社会信用代码应为 18 位，现为 {len(code)} 位{_old_code(code)}")
    for position, mark in enumerate(code, 1):
        if mark not in _VALUES:
            return Problem("character", f"第 {position} 位“{mark}”不对，只能是数字和大写字母，且不用 I、O、S、V、Z")
    if not code[2:8].isdigit():
        return Problem("place", f"第 3 至 8 位“{code[2:8]}”应为六位数字的行政区划代码")
    return None


def _old_code(code: str) -> str:
    if len(code) == 15 and code.isdigit():
        return "（15 位是旧的营业执照注册号）"
    return "（9 位是旧的组织机构代码）" if len(code.replace("-", "")) == 9 else ""


def check(text: str) -> Problem | None:
    """What is wrong with the code, or None."""
    code = normalise(text)
    problem = _check_form(code)
    if problem is not None:
        return problem
    wanted = check_character(code[:17])
    if code[17] == wanted:
        return None
    if code.isdigit() and code.endswith("000"):
        return Problem(
            "rounded",
            f"末三位是 000 且校验码不符，多半是表格把代码当成数字存，只留了 15 位，{RE_ENTER}",
        )
    return Problem("checksum", f"校验码不符：末位应为 {wanted}，现为 {code[17]}，请逐位核对原件")


def _sound(text: str) -> str:
    """The code normalised. Every reading below comes through here: Refused if it is not sound."""
    problem = check(text)
    if problem is not None:
        raise Refused(problem.code, problem.message)
    return normalise(text)


def department(text: str) -> str:
    """The kind of authority that registered the organisation; '' if none is named."""
    return DEPARTMENTS.get(_sound(text)[0], "")


def place(text: str) -> str:
    """The six digits (GB/T 2260) of the authority that registered the organisation."""
    return _sound(text)[2:8]


def organisation_code(text: str) -> str:
    """The organisation code as it was written before 2015 (GB 11714-1997): 12345678-9."""
    code = _sound(text)
    return f"{code[8:16]}-{code[16]}"
