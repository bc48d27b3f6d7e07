"""Numbers in Chinese characters, read and written.

Source: GB/T 15835-2011 《出版物上数字用法》 (4.2 where characters are used, 5.2 their form; 「〇」 in
positional notation, 「零」 in counting); the capital forms 壹贰叁 from 《支付结算办法》附一
《正确填写票据和结算凭证的基本规定》 一.

Read: 二〇二四, 三千零五, 一百二十三点四五, 三万五千, 两亿三千万, 廿三, 壹仟贰佰, 3.2万, 百分之三十五, 负五.
A final unit left out as in speech is understood (三千五 is 3500, 一万二 is 12000), but not in capitals.
"""

import re
from decimal import Decimal

from bihuan.standards.cell_text import compact
from bihuan.standards.problem import Refused

DIGITS = "〇一二三四五六七八九"
CAPITALS = "零壹贰叁肆伍陆柒捌玖"
LIMIT = 10**16

_VALUES = {mark: value for value, mark in enumerate(DIGITS)} | {mark: v for v, mark in enumerate(CAPITALS)}
_VALUES |= {"○": 0, "◯": 0, "两": 2, "貳": 2, "弐": 2, "參": 3, "叄": 3, "陸": 6}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BIG = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_TOKEN = re.compile(r"\d+(?:\.\d+)?|.", re.DOTALL)
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_ONLY_CAPITALS = set(CAPITALS[1:]) | {"拾", "佰", "仟"}


def _refuse(text: str, why: str) -> Refused:
    return Refused("numeral", f"“{text}”不是完整的数：{why}")


def _section(tokens: list[str], text: str) -> Decimal:
    """A number below 万: tokens are digits (or one Arabic number before each unit) and 千, 百, 十 in falling
    order."""
    total, pending, ceiling = Decimal(0), None, 10_000
    zero = False
    for token in tokens:
        if token in _SMALL:
            unit = _SMALL[token]
            if unit >= ceiling:
                raise _refuse(text, f"“{token}”的位置不对，单位应由大到小")
            if pending is None and unit > 10:
                raise _refuse(text, f"“{token}”前面缺少数字")
            total += (Decimal(1) if pending is None else pending) * unit
            pending, ceiling, zero = None, unit, False
            continue
        value = Decimal(_VALUES[token]) if token in _VALUES else Decimal(token)
        if pending is not None or (ceiling < 10_000 and value >= ceiling):
            raise _refuse(text, f"“{token}”前面的数字缺少单位，或“{token}”太大")
        if value:
            pending = value
        else:
            zero = True
    if pending is None:
        return total
    spoken = not zero and 10 < ceiling < 10_000 and pending < 10
    return total + pending * (ceiling // 10 if spoken else 1)


def _integer(tokens: list[str], text: str) -> Decimal:
    """Split at the highest of 亿 and 万; what stands before it is multiplied, what follows is added."""
    for names, unit in ((("亿", "億"), 10**8), (("万", "萬"), 10**4)):
        at = max((i for i, token in enumerate(tokens) if token in names), default=-1)
        if at < 0:
            continue
        before, after = tokens[:at], tokens[at + 1 :]
        if not before:
            raise _refuse(text, f"“{tokens[at]}”前面缺少数字")
        if any(token in names for token in before):
            raise _refuse(text, f"“{tokens[at]}”出现了两次")
        rest = _integer(after, text) if after else Decimal(0)
        if len(after) == 1 and len(after[0]) == 1 and after[0] not in _SMALL:
            rest *= unit // 10
        if rest >= unit:
            raise _refuse(text, f"“{tokens[at]}”后面的数太大")
        return _integer(before, text) * unit + rest
    return _section(tokens, text)


def _tokens(body: str, text: str) -> list[str]:
    tokens = _TOKEN.findall(body)
    for token in tokens:
        if not (token in _VALUES or token in _SMALL or token in _BIG or token[0].isdecimal()):
            raise _refuse(text, f"不认识“{token}”")
    if not tokens:
        raise _refuse(text, "没有数字")
    return tokens


def _positional(tokens: list[str]) -> str | None:
    """二〇二四 -> '2024'; None if a unit stands among the characters."""
    return "".join(str(_VALUES[t]) for t in tokens) if all(t in _VALUES for t in tokens) else None


def _whole(body: str, text: str) -> Decimal:
    tokens = _tokens(body, text)
    digits = _positional(tokens)
    if digits is not None:
        return Decimal(digits)
    value = _integer(tokens, text)
    if any(token in _ONLY_CAPITALS for token in tokens) and tokens[-1] in _VALUES and _VALUES[tokens[-1]]:
        _require_unit(tokens, text)
    return value


def _require_unit(tokens: list[str], text: str) -> None:
    """Capitals leave no room for speech: 叁仟伍 is refused, 叁仟零伍 and 叁拾伍 are not."""
    if tokens[-2] not in {"拾", "十"} and _VALUES.get(tokens[-2]) != 0:
        raise _refuse(text, f"大写数字“{tokens[-1]}”后面缺少单位，或前面缺少“零”")


def _with_fraction(whole: Decimal, fraction: str, text: str) -> Decimal:
    """三点二 and 三点二万: digits one by one behind 点, then perhaps one multiplier."""
    digits = fraction.rstrip("".join((*_SMALL, *_BIG)))
    decimals = _positional(_tokens(digits, text))
    if decimals is None or whole != whole.to_integral_value():
        raise _refuse(text, "“点”后面只能逐位写数字")
    scale = _integer(["1", *fraction[len(digits) :]], text) if len(digits) < len(fraction) else 1
    return Decimal(f"{whole:f}.{decimals}") * scale


def parse_number(text: str) -> Decimal:
    """The number that Chinese characters (also mixed with Arabic digits: 3万5千) stand for. Refused with the
    reason."""
    body = _GROUPED.sub("", compact(text)).replace("廿", "二十").replace("卅", "三十")
    negative = body.startswith(("负", "-"))
    body = body.removeprefix("负").removeprefix("-") if negative else body
    percent = body.startswith("百分之")
    body = body.removeprefix("百分之")
    body = "一百" if percent and body == "百" else body
    whole, point, fraction = body.partition("点")
    value = _whole(whole, text)
    if point:
        value = _with_fraction(value, fraction, text)
    value = value.scaleb(-2) if percent else value
    return -value if negative else value


def _below_ten_thousand(number: int, digits: str, units: tuple[str, str, str]) -> str:
    out, zero = "", False
    for power, unit in ((1000, units[0]), (100, units[1]), (10, units[2]), (1, "")):
        digit = number // power % 10
        if digit:
            out += ("零" if zero and out else "") + digits[digit] + unit
            zero = False
        else:
            zero = True
    return out


def _counting(number: int, digits: str, units: tuple[str, str, str]) -> str:
    for power, unit in ((10**8, "亿"), (10**4, "万")):
        if number >= power:
            high, low = divmod(number, power)
            gap = "零" if 0 < low < power // 10 else ""
            tail = _counting(low, digits, units) if low else ""
            return _counting(high, digits, units) + unit + gap + tail
    return _below_ten_thousand(number, digits, units)


def to_counting(value: Decimal | int, *, capital: bool = False) -> str:
    """三千零五, 一百二十三点四五; capitals 叁仟零伍. Refused from 10^16 on, or if not finite."""
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= LIMIT:
        raise Refused("numeral", f"{value} 超出可写范围（绝对值应小于一亿亿）")
    whole, _, fraction = f"{abs(number):f}".partition(".")
    digits, units = (CAPITALS, ("仟", "佰", "拾")) if capital else (DIGITS, ("千", "百", "十"))
    out = _counting(int(whole), digits, units) or "零"
    if not capital and out.startswith("一十"):
        out = out[1:]
    fraction = fraction.rstrip("0")
    if fraction:
        out += "点" + "".join("零" if mark == "0" else digits[int(mark)] for mark in fraction)
    return ("负" if number < 0 else "") + out


def to_positional(digits: str | int, *, capital: bool = False) -> str:
    """2024 -> 二〇二四, digit by digit (GB/T 15835-2011, 5.2.1); capitals 贰零贰肆."""
    text = str(digits)
    if not (text.isascii() and text.isdigit()):
        raise Refused("numeral", f"“{text}”含有数字以外的字符，只能逐位书写 0 至 9")
    return "".join((CAPITALS if capital else DIGITS)[int(mark)] for mark in text)
