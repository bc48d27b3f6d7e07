"""What is left of a whole: 共 43 个，已销号 33 个，尚有 10 个."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from bihuan.report.number_check.model import Finding, Number
from bihuan.report.number_check.same_measure import amount, are_comparable, is_near, shown

LEFT = re.compile("(?:尚有|尚余|还有|还剩|仍有|剩余|剩下|仅剩|其余|余下)[^，。；、]{0,4}$")
_FEW = Fraction(3)


def check_remainders(sentence: Sequence[Number], earlier: Sequence[Number]) -> Iterator[Finding]:
    """Each remainder that is not what a whole and the part before it leave, but looks meant to be. `earlier` are the
    numbers before the sentence in its paragraph.
    """
    begin = len([n for n in earlier if _counts(n)])
    counted = [n for n in (*earlier, *sentence) if _counts(n)]
    for place, left in enumerate(counted[begin:], start=begin):
        if place < 2 or left.is_about or not LEFT.search(left.words.clause):
            continue
        part = counted[place - 1]
        wholes = [n for n in counted[: place - 1] if are_comparable(n, left)]
        if part.is_about or part.sentence != left.sentence or not are_comparable(part, left):
            continue
        rests = [(amount(whole, left.unit) - amount(part, left.unit), whole) for whole in wholes]
        written = Fraction(left.value)
        near = [(rest, whole) for rest, whole in rests if rest >= 0 and is_near(written, rest, _FEW)]
        if near and all(rest != written for rest, _ in near):
            rest, whole = near[-1]
            message = f"{whole.text} 减去 {part.text} 是 {shown(rest)}{left.unit}，写的是 {left.text}"
            yield Finding("sum", left.place, message, others=(whole.place, part.place))


def _counts(number: Number) -> bool:
    return number.role != "change" and number.unit not in ("%", "‰")
