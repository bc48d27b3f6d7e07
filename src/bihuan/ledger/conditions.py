"""Conditions as rows of field, operator and value: the part of the expression language that a form can show.

`write_conditions` gives the expression, `read_conditions` the rows of one, or None where it says more than rows can.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.expression import Kind, Name, compile_check
from bihuan.expression.canonical import canonical
from bihuan.expression.tree import (
    BOOLEAN,
    DATE,
    DATETIME,
    TEXT,
    And,
    Between,
    Call,
    Compare,
    Field,
    In,
    IsNull,
    Literal,
    Node,
    Not,
    Or,
    Type,
)

MOST_ROWS = 20
_MOST_DAYS = 36_500


@dataclass(frozen=True)
class Condition:
    """A row: the field's code, the operator's code, and so many values as it takes, as they are typed."""

    code: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operator:
    """What may be asked of a field: its words, how many values it takes (-1 for any), and the node it makes."""

    code: str
    title: str
    takes: int
    build: Callable[[Node, Sequence[Literal]], Node]


def _compare(operator: str) -> Callable[[Node, Sequence[Literal]], Node]:
    return lambda field, values: Compare(operator, field, values[0])


def _call(function: str) -> Callable[[Node, Sequence[Literal]], Node]:
    return lambda field, values: Call(function, (field, *values), BOOLEAN)


def _not(build: Callable[[Node, Sequence[Literal]], Node]) -> Callable[[Node, Sequence[Literal]], Node]:
    return lambda field, values: Not(build(field, values))


def _blank(field: Node, _: Sequence[Literal]) -> Node:
    return IsNull(field)


def _days_from_today(values: Sequence[Literal], sign: int) -> Node:
    days = Literal(values[0].type, sign * int(str(values[0].value)))
    return Call("add_days", (Call("today", (), DATE), days), DATE)


def _last_days(field: Node, values: Sequence[Literal]) -> Node:
    return Between(field, _days_from_today(values, -1), Call("today", (), DATE))


def _next_days(field: Node, values: Sequence[Literal]) -> Node:
    return Between(field, Call("today", (), DATE), _days_from_today(values, 1))


_IS = Operator("is", "等于", 1, _compare("="))
_IS_NOT = Operator("is_not", "不等于", 1, _compare("<>"))
_BLANK = Operator("blank", "为空", 0, _blank)
_FILLED = Operator("filled", "不为空", 0, _not(_blank))
_ANY_OF = Operator("any_of", "是其中之一", -1, lambda field, values: In(field, tuple(values)))
_BETWEEN = Operator("between", "介于（含两端）", 2, lambda field, values: Between(field, values[0], values[1]))
_TEXT = (
    Operator("has", "包含", 1, _call("contains")),
    Operator("lacks", "不包含", 1, _not(_call("contains"))),
    _IS,
    _IS_NOT,
    Operator("starts", "开头是", 1, _call("starts_with")),
    Operator("ends", "结尾是", 1, _call("ends_with")),
    _BLANK,
    _FILLED,
)
_NUMBER = (
    _IS,
    _IS_NOT,
    Operator("over", "大于", 1, _compare(">")),
    Operator("least", "大于等于", 1, _compare(">=")),
    Operator("under", "小于", 1, _compare("<")),
    Operator("most", "小于等于", 1, _compare("<=")),
    _BETWEEN,
    _BLANK,
    _FILLED,
)
_TIME = (
    Operator("before", "早于", 1, _compare("<")),
    Operator("after", "晚于", 1, _compare(">")),
    Operator("since", "不早于", 1, _compare(">=")),
    Operator("until", "不晚于", 1, _compare("<=")),
    _BETWEEN,
    _BLANK,
    _FILLED,
)
_DAY = (
    _IS,
    *_TIME[:5],
    Operator("last_days", "最近几天内", 1, _last_days),
    Operator("next_days", "今后几天内", 1, _next_days),
    _BLANK,
    _FILLED,
)
_YESNO = (
    Operator("yes", "是", 0, lambda field, _: Compare("=", field, Literal(BOOLEAN, value=True))),
    Operator("no", "否", 0, lambda field, _: Compare("=", field, Literal(BOOLEAN, value=False))),
    _BLANK,
    _FILLED,
)
_CHOICE = (_IS, _IS_NOT, _ANY_OF, _BLANK, _FILLED)
_CHOICES = (
    Operator("holds", "含有", 1, _call("has")),
    Operator("holds_not", "不含有", 1, _not(_call("has"))),
    _BLANK,
    _FILLED,
)
_BY_KIND: Mapping[Kind, tuple[Operator, ...]] = {
    Kind.TEXT: _TEXT,
    Kind.INTEGER: _NUMBER,
    Kind.DECIMAL: _NUMBER,
    Kind.DATE: _DAY,
    Kind.DATETIME: _TIME,
    Kind.BOOLEAN: _YESNO,
    Kind.TEXTS: _CHOICES,
}
_COUNTED_IN_DAYS = frozenset({"last_days", "next_days"})


def operators_of(name: Name) -> tuple[Operator, ...]:
    """What may be asked of a field."""
    if name.holds_shape:
        return (_BLANK, _FILLED)
    return _CHOICE if name.choices and name.kind in (Kind.TEXT, Kind.INTEGER) else _BY_KIND[name.kind]


def write_conditions(rows: Sequence[Condition], names: Mapping[str, Name], *, either: bool = False) -> str:
    """The expression that all rows hold, or with `either` that one does; empty for no rows.

    Raises Invalid naming the row and what is wrong with it.
    """
    if len(rows) > MOST_ROWS:
        raise Invalid(f"最多 {MOST_ROWS} 个条件，这里有 {len(rows)} 个；更多的请写条件式")
    nodes = tuple(_node(place, row, names) for place, row in enumerate(rows, start=1))
    if not nodes:
        return ""
    whole = nodes[0] if len(nodes) == 1 else Or(nodes) if either else And(nodes)
    return canonical(whole)


def _node(place: int, row: Condition, names: Mapping[str, Name]) -> Node:
    name = names.get(row.code)
    if name is None:
        raise Invalid(f"第 {place} 个条件没有选字段")
    operator = next((item for item in operators_of(name) if item.code == row.operator), None)
    if operator is None:
        raise Invalid(f"第 {place} 个条件没有选“{name.title}”怎样比较")
    values = [value for value in row.values if value.strip()] if operator.takes else []
    if (operator.takes >= 0 and len(values) != operator.takes) or (operator.takes < 0 and not values):
        raise Invalid(f"第 {place} 个条件“{name.title} {operator.title}”没有填完整")
    try:
        literals = [_literal(name, operator, value) for value in values]
    except ValueError as error:
        raise Invalid(f"第 {place} 个条件“{name.title}”：{error}") from error
    return operator.build(Field(_type(name), name), literals)


def _type(name: Name) -> Type:
    return Type(name.kind, name.scale)


def _literal(name: Name, operator: Operator, text: str) -> Literal:
    """A typed value. Raises ValueError in words."""
    if operator.code in _COUNTED_IN_DAYS:
        if not (text.strip().isascii() and text.strip().isdigit() and int(text) <= _MOST_DAYS):
            raise ValueError(f"“{text}”不是天数")
        return Literal(Type(Kind.INTEGER), int(text))
    if name.kind in (Kind.TEXT, Kind.TEXTS):
        codes = {choice.code for choice in name.choices}
        if codes and text not in codes:
            raise ValueError(f"“{text}”不在选项中")
        return Literal(TEXT, text)
    if name.kind.is_number:
        return Literal(_type(name), _number(name, text.strip()))
    return _day(name, text.strip())


def _number(name: Name, text: str) -> Decimal | int:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise ValueError(f"“{text}”不是数字") from error
    if not value.is_finite() or abs(value) >= Decimal(10) ** 15 or (name.kind is Kind.INTEGER and value % 1):
        raise ValueError(f"“{text}”不是{'整数' if name.kind is Kind.INTEGER else '可以比较的数'}")
    return int(value) if value % 1 == 0 else value


def _day(name: Name, text: str) -> Literal:
    if name.kind is Kind.DATE:
        return Literal(DATE, _date(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return Literal(DATETIME, clock.start_of_day(_date(text)))
    at = moment if moment.tzinfo else moment.replace(tzinfo=clock.COUNTY_TIME)
    return Literal(DATETIME, at)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"“{text}”不是日期，请写成 2026-01-31") from error


def read_conditions(text: str, names: Mapping[str, Name]) -> tuple[list[Condition], bool] | None:
    """The rows of an expression and whether one of them is enough; None where rows cannot say it.

    Raises ExpressionError for what is no expression.
    """
    if not text.strip():
        return [], False
    tree = compile_check(text, names).tree
    parts = tree.operands if isinstance(tree, And | Or) else (tree,)
    rows = [_read(part) for part in parts]
    found = [row for row in rows if row is not None]
    if len(found) < len(rows) or len(rows) > MOST_ROWS:
        return None
    return found, isinstance(tree, Or)


def _read(node: Node) -> Condition | None:
    """The row that makes just this node."""
    bare, negated = (node.operand, True) if isinstance(node, Not) else (node, False)
    field = _field_of(bare)
    if field is None:
        return None
    for operator in operators_of(field.name):
        values = _values_of(bare, operator)
        if values is None:
            continue
        made = operator.build(field, values)
        if canonical(made) == canonical(node) and isinstance(made, Not) == negated:
            return Condition(field.name.code, operator.code, tuple(_shown(value) for value in values))
    return None


def _field_of(node: Node) -> Field | None:
    match node:
        case Compare(_, Field() as field, _) | IsNull(Field() as field) | In(Field() as field, _):
            return field
        case Between(Field() as field, _, _) | Call(_, (Field() as field, *_)):
            return field
    return None


def _values_of(node: Node, operator: Operator) -> list[Literal] | None:
    """The values with which the operator could have made the node."""
    if operator.code in _COUNTED_IN_DAYS:
        return _days_in(node)
    if operator.takes == 0:
        return []
    match node:
        case Compare(_, _, Literal() as value):
            values: list[Node] = [value]
        case In(_, options):
            values = list(options)
        case Between(_, low, high):
            values = [low, high]
        case Call(_, (_, Literal() as value)):
            values = [value]
        case _:
            return None
    literals = [value for value in values if isinstance(value, Literal) and value.value is not None]
    fits = len(literals) == len(values) and (operator.takes < 0 or operator.takes == len(values))
    return literals if fits else None


def _days_in(node: Node) -> list[Literal] | None:
    match node:
        case Between(_, Call("add_days", (Call("today", ()), days)), Call("today", ())):
            sign = -1
        case Between(_, Call("today", ()), Call("add_days", (Call("today", ()), days))):
            sign = 1
        case _:
            return None
    number = _whole(days)
    return None if number is None or number * sign < 0 else [Literal(Type(Kind.INTEGER), number * sign)]


def _whole(node: Node) -> int | None:
    if isinstance(node, Literal) and isinstance(node.value, int):
        return node.value
    operand = getattr(node, "operand", None)
    inner = operand.value if isinstance(operand, Literal) else None
    return -inner if isinstance(inner, int) else None


def _shown(literal: Literal) -> str:
    value: Any = literal.value
    if isinstance(value, datetime):
        return value.astimezone(clock.COUNTY_TIME).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)
