"""Why a number changed, told: a sentence for each part, and which definitions were redefined meanwhile."""

from datetime import datetime
from fractions import Fraction

from bihuan.figure.change import Change, Reason
from bihuan.figure.definitions import Catalogue
from bihuan.figure.explaining import differences
from bihuan.figure.resolved import Resolved
from bihuan.figure.value import shown

_TOLD = {
    "redefined": "口径修改",
    "new": "其间新发生的 {count} 条记录",
    "late": "当时已经发生、后来才登记的 {count} 条记录",
    "deleted": "其间删除的 {count} 条记录",
    "moved": "其间划转单位的 {count} 条记录",
    "corrected": "其间更正的 {count} 条记录",
}
_UNTOLD = {
    "new": "其间新填报的数",
    "corrected": "其间更正的填报数",
}
"""Where no record is behind a part: values that people entered."""


def sentence(reason: Reason, figure: Resolved) -> str:
    """One part in words: 其间更正的 3 条记录，使数值减少 12.5 万元."""
    count = len(reason.touched)
    what = _TOLD[reason.kind].format(count=f"{count:,}") if count else _UNTOLD.get(reason.kind, reason.title)
    if reason.kind == "redefined":
        what = f"口径修改（涉及 {count:,} 条记录）" if count else "口径修改"
    return f"{what}，{effect(reason.amount, figure)}"


def effect(amount: Fraction | None, figure: Resolved) -> str:
    """What a part did to the number."""
    if amount is None:
        return "前后有一个值不知道，算不出影响多少"
    if not amount:
        return "没有改变数值"
    way = "增加" if amount > 0 else "减少"
    text = shown(abs(amount), figure)
    is_tiny = not any(digit in "123456789" for digit in text)
    measure = {"%": " 个百分点"}.get(figure.spec.unit, f" {figure.spec.unit}" if figure.spec.unit else "")
    return f"使数值{way}{'不到最末一位' if is_tiny else f' {text}{measure}'}"


def total(change: Change, figure: Resolved) -> str:
    """Before, after, and the difference that the parts add up to."""
    unit = f" {figure.spec.unit}" if figure.spec.unit else ""
    was, now = (
        f"{shown(number, figure)}{unit}" if number is not None else "不知道" for number in (change.before, change.after)
    )
    if change.before is None or change.after is None:
        return f"当时 {was}，现在 {now}"
    if change.before == change.after:
        return f"当时 {was}，现在还是 {now}" if change.reasons else f"当时 {was}，现在 {now}，没有变化"
    return f"当时 {was}，现在 {now}，{effect(change.after - change.before, figure).removeprefix('使数值')}"


def redefinitions(code: str, known: tuple[datetime, datetime]) -> list[str]:
    """What was changed meanwhile in the definition of a figure, and of those it is made of: a line each."""
    first, last = (Catalogue(at) for at in known)
    lines = []
    for part in dict.fromkeys([*first.with_parts([code]), *last.with_parts([code])]):
        one, other = first.in_force(part), last.in_force(part)
        if one.version != other.version:
            name = f"“{other.spec.title}”第 {other.version} 版"
            lines += [f"{name}：{line}" for line in differences(part, first, last)]
    return lines
