"""Amounts of money in capital characters (大写金额), written and read.

Source: 《支付结算办法》(银发〔1997〕393号)附一《正确填写票据和结算凭证的基本规定》: 一 the characters, 二 整
after 元 and never after 分, 三 人民币 in front with no gap, 四 where 零 is written.
"""

import re
from decimal import Decimal

from bihuan.standards.cell_text import compact
from bihuan.standards.chinese_numerals import CAPITALS, LIMIT, parse_number, to_counting
from bihuan.standards.problem import Refused

_AMOUNT = re.compile(
    r"(?P<sign>负)?(?:(?P<yuan>[^元圆圓角分整正]+)[元圆圓])?"
    r"(?P<zero>零)?(?:(?P<jiao>[^元角分零整正])角)?(?:零?(?P<fen>[^元角分零整正])分)?(?P<whole>[整正])?"
)


def to_amount(value: Decimal, *, currency: str = "人民币") -> str:
    """1409.50 -> 人民币壹仟肆佰零玖元伍角. Refused below one 分, from 10^16 元 on, or if not finite.

    Where the rule leaves a choice (四.(三)): 零 is written after 元 if the 元 digit is 0, not between 万 and
    仟. After 角 no 整 is written.
    """
    if not value.is_finite() or abs(value) >= LIMIT:
        raise Refused("amount", f"{value} 超出可写范围（绝对值应小于一亿亿元）")
    fen_total = abs(value) * 100
    if fen_total != int(fen_total):
        raise Refused("amount", f"{value} 不足一分，金额最多两位小数")
    yuan, fen = divmod(int(fen_total), 100)
    return currency + ("负" if value < 0 else "") + _in_words(yuan, fen)


def _in_words(yuan: int, fen: int) -> str:
    jiao, cents = divmod(fen, 10)
    if not fen:
        return f"{to_counting(yuan, capital=True)}元整"
    out = f"{to_counting(yuan, capital=True)}元" if yuan else ""
    if yuan and (not jiao or yuan % 10 == 0):
        out += "零"
    out += f"{CAPITALS[jiao]}角" if jiao else ""
    return out + (f"{CAPITALS[cents]}分" if cents else "")


def parse_amount(text: str) -> Decimal:
    """The amount that capital characters stand for, with or without 人民币, 整 or 正. Refused with the
    reason."""
    body = compact(text).removeprefix("人民币").removeprefix("¥")
    match = _AMOUNT.fullmatch(body)
    if match is None or not (match["yuan"] or match["jiao"] or match["fen"]):
        raise Refused("amount", f"“{text}”不是大写金额，应形如“人民币壹仟肆佰零玖元伍角”")
    if match["fen"] and match["whole"]:
        raise Refused("amount", f"“{text}”：“分”后面不写“整”字")
    value = parse_number(match["yuan"]) if match["yuan"] else Decimal(0)
    for name, places in (("jiao", -1), ("fen", -2)):
        if match[name]:
            value += parse_number(match[name]).scaleb(places)
    return -value if match["sign"] else value
