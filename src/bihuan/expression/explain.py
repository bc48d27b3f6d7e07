"""Tells a checked expression in Chinese, by the titles of its fields and choices."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from bihuan.expression import texts
from bihuan.expression.dates import COUNTY
from bihuan.expression.functions import FUNCTIONS
from bihuan.expression.meeting import choices_of
from bihuan.expression.names import Kind
from bihuan.expression.tree import (
    And,
    Arithmetic,
    Between,
    Call,
    Case,
    Checked,
    Compare,
    Field,
    In,
    IsNull,
    Like,
    Literal,
    Negative,
    Node,
    Not,
    Or,
)

# How tight a phrase holds together; a looser one inside of a tighter one stands in brackets.
_OR, _AND, _PHRASE, _SUM, _PRODUCT, _WORD = range(6)

_NUMBER_WORDS = {
    "=": "{} 等于 {}",
    "<>": "{} 不等于 {}",
    "<": "{} 小于 {}",
    "<=": "{} 小于等于 {}",
    ">": "{} 大于 {}",
    ">=": "{} 大于等于 {}",
}
_DATE_WORDS = {
    "=": "{} 为 {}",
    "<>": "{} 不为 {}",
    "<": "{} 早于 {}",
    "<=": "{} 不晚于 {}",
    ">": "{} 晚于 {}",
    ">=": "{} 不早于 {}",
}
_WORDS = {
    "=": "{} 为 {}",
    "<>": "{} 不为 {}",
    "<": "{} 排在 {} 之前",
    "<=": "{} 不排在 {} 之后",
    ">": "{} 排在 {} 之后",
    ">=": "{} 不排在 {} 之前",
}
_SIGNS = {"+": ("＋", _SUM), "-": ("－", _SUM), "*": ("×", _PRODUCT), "/": ("÷", _PRODUCT)}
_OPPOSITES = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def explain(checked: Checked) -> str:
    """One sentence without a full stop, e.g. 状态 为 “已销号” 且 金额 大于 100 万元."""
    return _say(checked.tree)[0]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a literal is told by: the choices and the unit of what it stands beside."""

    titles: dict[str, str] = field(default_factory=dict)
    unit: str = ""


def _beside(*nodes: Node) -> _Beside:
    titles = {choice.code: choice.title for node in nodes for choice in choices_of(node)}
    units = [node.name.unit for node in nodes if isinstance(node, Field) and node.name.unit]
    return _Beside(titles, units[0] if units else "")


def _hold(node: Node, tightness: int, beside: _Beside | None = None) -> str:
    text, own = _say(node, beside)
    return text if own >= tightness else f"（{text}）"


def _say(node: Node, beside: _Beside | None = None) -> tuple[str, int]:  # noqa: PLR0911 - a line a node
    match node:
        case Literal():
            return _literal(node, beside or _Beside()), _WORD
        case Field(_, name):
            return name.title, _WORD
        case Not(operand):
            return _denied(operand)
        case And(operands):
            return " 且 ".join(_condition(operand, _PHRASE) for operand in operands), _AND
        case Or(operands):
            return " 或 ".join(_condition(operand, _AND) for operand in operands), _OR
        case Compare(sign, left, right):
            return _comparison(sign, left, right), _PHRASE
        case IsNull() | In() | Between() | Like():
            return _predicate(node, is_so=True), _PHRASE
        case Arithmetic(sign, left, right):
            word, own = _SIGNS[sign]
            return f"{_hold(left, own)} {word} {_hold(right, own + 1)}", own
        case Negative(operand):
            return f"负的{_hold(operand, _WORD)}", _PRODUCT
        case Case():
            return _case(node), _PHRASE
        case Call(function, arguments):
            return _call(function, arguments, is_so=True)


def _condition(node: Node, tightness: int) -> str:
    """A field of 是 and 否 that stands alone as a condition says which of the two it must be."""
    if isinstance(node, Field):
        return f"{node.name.title} 为 是"
    return _hold(node, tightness)


def _denied(operand: Node) -> tuple[str, int]:
    match operand:
        case Field(_, name):
            return f"{name.title} 为 否", _PHRASE
        case Compare(sign, left, right):
            return _comparison(_OPPOSITES[sign], left, right), _PHRASE
        case IsNull() | In() | Between() | Like():
            return _predicate(operand, is_so=False), _PHRASE
        case Call(function, arguments) if function in _PREDICATES:
            return _call(function, arguments, is_so=False)
        case _:
            return f"不满足（{_say(operand)[0]}）", _PHRASE


def _comparison(sign: str, left: Node, right: Node) -> str:
    kind, beside = left.type.kind, _beside(left, right)
    words = _DATE_WORDS if kind in {Kind.DATE, Kind.DATETIME} else _WORDS
    if kind.is_number and not beside.titles:
        words = _NUMBER_WORDS
    return words[sign].format(_hold(left, _SUM, beside), _hold(right, _SUM, beside))


def _predicate(node: IsNull | In | Between | Like, *, is_so: bool) -> str:
    subject = _hold(node.operand, _SUM)
    denial = "" if is_so else "不"
    match node:
        case IsNull():
            return f"{subject} {denial}为空"
        case In(operand, options):
            beside = _beside(operand, *options)
            listing = "、".join(_hold(option, _SUM, beside) for option in options)
            return f"{subject} {denial}是 {listing} 之一"
        case Between(operand, low, high):
            beside = _beside(operand, low, high)
            ends = f"{_hold(low, _SUM, beside)} 到 {_hold(high, _SUM, beside)}"
            return f"{subject} {denial}在 {ends} 之间（含两端）"
        case Like(_, pattern):
            return f"{subject} {denial}{_pattern(pattern)}"


def _pattern(pattern: str) -> str:
    parts = texts.pattern_parts(pattern)
    inner = [part for part in parts if part]
    shape = [bool(part) or part for part in parts]
    count = len(inner)
    quoted = f"“{''.join(inner)}”"
    if count and shape == [None, *[True] * count, None]:
        return f"含有 {quoted}"
    if count and shape == [*[True] * count, None]:
        return f"以 {quoted} 开头"
    if count and shape == [None, *[True] * count]:
        return f"以 {quoted} 结尾"
    return f"符合样式 “{pattern}”（% 为任意文字，_ 为一个字）"


def _case(node: Case) -> str:
    beside = _beside(*(value for _, value in node.branches), node.otherwise)
    told = [f"当 {_condition(condition, _OR)} 时取 {_hold(value, _SUM, beside)}" for condition, value in node.branches]
    is_silent = isinstance(node.otherwise, Literal) and node.otherwise.value is None
    told.append("否则为空" if is_silent else f"否则取 {_hold(node.otherwise, _SUM, beside)}")
    return "，".join(told)


def _literal(node: Literal, beside: _Beside) -> str:
    match node.value:
        case None:
            return "空"
        case bool(truth):
            return "是" if truth else "否"
        case int() | Decimal() as number:
            unit = f" {beside.unit}" if beside.unit else ""
            return f"“{beside.titles[str(number)]}”" if str(number) in beside.titles else f"{_digits(number)}{unit}"
        case datetime() as moment:
            local = moment.astimezone(COUNTY)
            return f"{_day(local)} {local:%H:%M}{f':{local:%S}' if local.second else ''}"
        case date() as day:
            return _day(day)
        case str(text):
            return f"“{beside.titles.get(text, text)}”"


def _digits(number: int | Decimal) -> str:
    return str(number) if isinstance(number, int) else f"{number:f}"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _call(function: str, arguments: tuple[Node, ...], *, is_so: bool) -> tuple[str, int]:
    is_alike = FUNCTIONS[function].meets or function == "has"
    beside = _beside(*arguments) if is_alike else _Beside()
    told = [_hold(argument, _SUM, beside) for argument in arguments]
    if function in _PREDICATES:
        return _PREDICATES[function]("" if is_so else "不", told), _PHRASE
    return CALLS[function](told), _WORD


_PREDICATES: dict[str, Callable[[str, list[str]], str]] = {
    "contains": lambda denial, told: f"{told[0]} {denial}含有 {told[1]}",
    "starts_with": lambda denial, told: f"{told[0]} {denial}以 {told[1]} 开头",
    "ends_with": lambda denial, told: f"{told[0]} {denial}以 {told[1]} 结尾",
    "has": lambda denial, told: f"{told[0]} {denial}包括 {told[1]}",
    "is_blank": lambda denial, told: f"{told[0]} {denial}为空或空白",
}


def _sentence(template: str) -> Callable[[list[str]], str]:
    return lambda told: template.format(*told)


CALLS: dict[str, Callable[[list[str]], str]] = {
    "today": _sentence("今天"),
    "now": _sentence("此刻"),
    "date": _sentence("{0} 的日期"),
    "year": _sentence("{0} 的年份"),
    "quarter": _sentence("{0} 的季度"),
    "month": _sentence("{0} 的月份"),
    "day": _sentence("{0} 的日"),
    "days_between": _sentence("从 {0} 到 {1} 的天数"),
    "add_days": _sentence("{0} 后推 {1} 天"),
    "add_months": _sentence("{0} 后推 {1} 个月"),
    "length": _sentence("{0} 的字数"),
    "lower": _sentence("{0} 的小写"),
    "upper": _sentence("{0} 的大写"),
    "trim": _sentence("{0} 去掉首尾空白"),
    "substr": lambda told: f"{told[0]} 从第 {told[1]} 个字起的{f' {told[2]} 个字' if len(told) > 2 else '部分'}",
    "concat": lambda told: f"{'、'.join(told)} 连起来",
    "coalesce": lambda told: f"{'、'.join(told)} 中第一个不空的",
    "nullif": _sentence("{0}（等于 {1} 时当作空）"),
    "abs": _sentence("{0} 的绝对值"),
    "round": lambda told: f"{told[0]} 四舍五入到{f' {told[1]} 位小数' if len(told) > 1 else '整数'}",
    "floor": _sentence("{0} 向下取整"),
    "ceil": _sentence("{0} 向上取整"),
    "least": lambda told: f"{'、'.join(told)} 中最小的",
    "greatest": lambda told: f"{'、'.join(told)} 中最大的",
    "number": _sentence("{0} 转成的数值"),
    "text": _sentence("{0} 转成的文本"),
}
