"""What a base figure does with the records it counts: a function, and the row expression that it takes."""

import re
from dataclasses import dataclass
from enum import StrEnum

_CALL = re.compile(r"\s*([a-z]+)\s*\((.*)\)\s*", re.DOTALL)


class Function(StrEnum):
    """The base measures. Each is a mergeable state, so that parts of a whole can be put together exactly."""

    COUNT = "count"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    DISTINCT = "distinct"
    FIRST = "first"
    LAST = "last"
    SHARE = "share"
    OUTLIERS = "outliers"

    @property
    def words(self) -> str:
        return _TITLES[self]

    @property
    def adds(self) -> bool:
        """Whether the values of disjoint parts add up to the value of the whole."""
        return self in {Function.COUNT, Function.SUM}


_TITLES = {
    Function.COUNT: "个数",
    Function.SUM: "合计",
    Function.AVG: "平均",
    Function.MIN: "最小",
    Function.MAX: "最大",
    Function.DISTINCT: "不重复个数",
    Function.FIRST: "最早一条的值",
    Function.LAST: "最近一条的值",
    Function.SHARE: "时间占比",
    Function.OUTLIERS: "离群个数",
}
NUMERIC = frozenset({Function.SUM, Function.AVG, Function.MIN, Function.MAX, Function.FIRST, Function.LAST}) | {
    Function.OUTLIERS
}
"""The functions whose operand is a number."""


@dataclass(frozen=True)
class Measure:
    """A function and the text of its operand; that of count() is empty."""

    function: Function
    operand: str = ""


class NotAMeasure(ValueError):
    """The text is no measure; the message says what was found and what is allowed."""


def parse_measure(text: str) -> Measure:
    """`sum(amount)` taken apart. Raises NotAMeasure."""
    found = _CALL.fullmatch(text)
    allowed = "、".join(f"{function.value}({'' if function is Function.COUNT else '字段'})" for function in Function)
    if found is None:
        raise NotAMeasure(f"“{text}”不是统计方式；可用：{allowed}")
    name, operand = found[1], found[2].strip()
    if name not in list(Function):
        raise NotAMeasure(f"没有统计方式“{name}”；可用：{allowed}")
    function = Function(name)
    if function is Function.COUNT and operand:
        raise NotAMeasure("count() 数的是记录，括号里不写内容；要数不重复的值请用 distinct(字段)")
    if function is not Function.COUNT and not operand:
        raise NotAMeasure(f"{name}() 的括号里要写字段")
    return Measure(function, operand)
