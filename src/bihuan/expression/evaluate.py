"""Evaluates a checked expression over one record in Python. Every other engine must say the same."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bihuan.expression import dates, exact, texts
from bihuan.expression.names import Kind, Name
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
    Type,
)

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Row:
    values: Values
    today: date
    now: datetime


def evaluate(checked: Checked, values: Values, *, today: date, now: datetime) -> object:
    """The value of the expression over `values`, by code: as a record's data holds them, or as Python does.

    An absent value is None. Gives str, int, Decimal, date, datetime (UTC), bool, tuple of codes, or None for unknown.
    `now` must know its time zone. Raises ValueError when a value is not of its field's kind.
    """
    return _result(_value(checked.tree, _Row(values, today, dates.in_utc(now))), checked.tree.type)


def _result(value: Any, kind: Type) -> object:
    if isinstance(value, Decimal):
        return exact.at_scale(value, kind.scale) if kind.kind is Kind.DECIMAL else int(value)
    return value


def read_value(name: Name, stored: object) -> Any:
    """A stored value of this field in the form that expressions compute with; numbers are Decimals."""
    if stored is None:
        return None
    try:
        return _READERS[name.kind](stored, name)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise ValueError(f"“{name.title}” 的值 {stored!r} 不是{name.kind.label}") from error


def _read_number(stored: object, name: Name) -> Decimal:
    if isinstance(stored, bool):
        raise TypeError(stored)
    number = Decimal(str(stored))
    if not number.is_finite():
        raise ValueError(stored)
    return exact.at_scale(number, name.scale)


def _read_date(stored: object, _: Name) -> date:
    if isinstance(stored, datetime):
        raise TypeError(stored)
    return stored if isinstance(stored, date) else date.fromisoformat(str(stored))


def _read_datetime(stored: object, _: Name) -> datetime:
    moment = stored if isinstance(stored, datetime) else datetime.fromisoformat(str(stored))
    dates.local_date(moment)  # raises beyond the year 9999 of the county's clock
    return dates.in_utc(moment)


def _read_boolean(stored: object, _: Name) -> bool:
    if not isinstance(stored, bool):
        raise TypeError(stored)
    return stored


def _read_text(stored: object, _: Name) -> str:
    if not isinstance(stored, str):
        raise TypeError(stored)
    return stored


def _read_texts(stored: object, _: Name) -> tuple[str, ...]:
    if not isinstance(stored, list | tuple):
        raise TypeError(stored)
    return tuple(stored)


_READERS: dict[Kind, Callable[[object, Name], Any]] = {
    Kind.TEXT: _read_text,
    Kind.INTEGER: _read_number,
    Kind.DECIMAL: _read_number,
    Kind.DATE: _read_date,
    Kind.DATETIME: _read_datetime,
    Kind.BOOLEAN: _read_boolean,
    Kind.TEXTS: _read_texts,
}

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _value(node: Node, row: _Row) -> Any:  # noqa: PLR0911 - a line a node
    match node:
        case Literal(_, value):
            return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
        case Field(_, name):
            return read_value(name, row.values.get(name.code))
        case Not(operand):
            return _not(_value(operand, row))
        case And(operands):
            return _all(_value(operand, row) for operand in operands)
        case Or(operands):
            return _not(_all(_not(_value(operand, row)) for operand in operands))
        case Compare(sign, left, right):
            return _compare(sign, _value(left, row), _value(right, row))
        case IsNull(operand):
            return _value(operand, row) is None
        case In() | Between() | Like():
            return _predicate(node, row)
        case Arithmetic(sign, left, right):
            return _known(exact.ARITHMETIC[sign], _value(left, row), _value(right, row))
        case Negative(operand):
            return _known(exact.EXACT.minus, _value(operand, row))
        case Case(branches, otherwise):
            chosen = next((value for condition, value in branches if _value(condition, row)), otherwise)
            return _value(chosen, row)
        case Call(function, arguments):
            values = [_value(argument, row) for argument in arguments]
            return CALLS[function](row, arguments, values)


def _predicate(node: In | Between | Like, row: _Row) -> bool | None:
    value = _value(node.operand, row)
    match node:
        case In(_, options):
            return _not(_all(_compare("<>", value, _value(option, row)) for option in options))
        case Between(_, low, high):
            above, below = _compare(">=", value, _value(low, row)), _compare("<=", value, _value(high, row))
            return _all([above, below])
        case Like(_, pattern):
            return None if value is None else texts.is_like(value, pattern)


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _all(values: Iterable[bool | None]) -> bool | None:
    """False if any is False, else unknown if any is unknown."""
    unknown = False
    for value in values:
        if value is False:
            return False
        unknown = unknown or value is None
    return None if unknown else True


def _compare(sign: str, left: Any, right: Any) -> bool | None:
    return None if left is None or right is None else _COMPARISONS[sign](left, right)


def _known(function: Callable[..., Any], *values: Any) -> Any:
    """Unknown in, unknown out."""
    return None if any(value is None for value in values) else function(*values)


Function = Callable[[_Row, tuple[Node, ...], list[Any]], Any]


def _strict(function: Callable[..., Any]) -> Function:
    return lambda _row, _arguments, values: _known(function, *values)


def _loose(function: Callable[..., Any]) -> Function:
    return lambda _row, _arguments, values: function(*values)


def _extreme(choose: Callable[[list[Any]], Any]) -> Function:
    """The least or greatest of what is known; None when nothing is."""

    def chosen(_row: _Row, _arguments: tuple[Node, ...], values: list[Any]) -> Any:
        known = [value for value in values if value is not None]
        return choose(known) if known else None

    return chosen


def _text(_row: _Row, arguments: tuple[Node, ...], values: list[Any]) -> str | None:
    (value,) = values
    match value:
        case None | str():
            return value
        case bool():
            return "是" if value else "否"
        case Decimal():
            return f"{exact.at_scale(value, arguments[0].type.scale):f}"
        case datetime():
            return dates.local_text(value)
        case date():
            return value.isoformat()
        case _:
            raise AssertionError(value)


def _substr(text: str, start: Decimal, length: Decimal | None = None) -> str:
    begin = int(start) - 1
    return text[begin:] if length is None else text[begin : begin + int(length)]


def _is_blank(value: Any) -> bool:
    return value is None or value == () or (isinstance(value, str) and not value.strip(texts.BLANKS))


CALLS: dict[str, Function] = {
    "today": lambda row, _arguments, _values: row.today,
    "now": lambda row, _arguments, _values: row.now,
    "date": _strict(dates.local_date),
    "year": _strict(lambda day: Decimal(day.year)),
    "quarter": _strict(lambda day: Decimal((day.month + 2) // 3)),
    "month": _strict(lambda day: Decimal(day.month)),
    "day": _strict(lambda day: Decimal(day.day)),
    "days_between": _strict(lambda start, end: Decimal((end - start).days)),
    "add_days": _strict(lambda day, days: dates.add_days(day, int(days))),
    "add_months": _strict(lambda day, months: dates.add_months(day, int(months))),
    "length": _strict(lambda text: Decimal(len(text))),
    "lower": _strict(texts.lower),
    "upper": _strict(texts.upper),
    "trim": _strict(lambda text: text.strip(texts.BLANKS)),
    "substr": _strict(_substr),
    "contains": _strict(lambda text, part: part in text),
    "starts_with": _strict(lambda text, start: text.startswith(start)),
    "ends_with": _strict(lambda text, end: text.endswith(end)),
    "concat": _loose(lambda *values: "".join(value or "" for value in values)),
    "coalesce": _loose(lambda *values: next((value for value in values if value is not None), None)),
    "nullif": _loose(lambda value, blank: None if value == blank else value),
    "abs": _strict(exact.EXACT.abs),
    "round": _strict(lambda number, places=0: exact.at_scale(number, int(places))),
    "floor": _strict(lambda number: Decimal(exact.floor(number))),
    "ceil": _strict(lambda number: Decimal(exact.ceil(number))),
    "least": _extreme(min),
    "greatest": _extreme(max),
    "has": _loose(lambda codes, code: code in (codes or ())),
    "is_blank": _loose(_is_blank),
    "number": _strict(texts.parse_number),
    "text": _text,
}
