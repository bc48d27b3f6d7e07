"""Renders a checked expression as SQL for PostgreSQL, version 12 or later.

Every number is numeric, every text compares by code point (COLLATE "C"), every parameter carries its type. No
template repeats an argument, so the SQL grows no faster than the expression.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bihuan.expression import dates, numbers, texts
from bihuan.expression.exact import at_scale
from bihuan.expression.names import Column, Kind, Name
from bihuan.expression.sql import Sql, chain, column, fill, listed
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

_TYPES = {
    Kind.TEXT: "text",
    Kind.INTEGER: "numeric",
    Kind.DECIMAL: "numeric",
    Kind.DATE: "date",
    Kind.DATETIME: "timestamptz",
    Kind.BOOLEAN: "boolean",
}


def to_postgresql(checked: Checked, *, alias: str | None = None, today: date, now: datetime) -> Sql:
    """The expression over a row of the table called `alias`; `read_postgresql` reads what it gives."""
    return _Postgresql(alias, today, now).sql(checked.tree)


def read_postgresql(checked: Checked, found: object) -> object:
    """What psycopg gave for the expression, as `evaluate` would give it."""
    match found:
        case Decimal():
            return int(found) if checked.kind is Kind.INTEGER else at_scale(found, checked.scale)
        case datetime():
            return dates.in_utc(found)
        case str() if checked.kind is Kind.TEXTS:
            return tuple(json.loads(found))
        case _:
            return found


def _param(value: object, kind: Kind) -> Sql:
    return Sql(f"%s::{_TYPES[kind]}", (value,))


@dataclass(frozen=True, slots=True)
class _Postgresql:
    alias: str | None
    today: date
    now: datetime

    def sql(self, node: Node) -> Sql:  # noqa: C901, PLR0911 - a line a node
        match node:
            case Literal(kind, None):
                return Sql(f"NULL::{_TYPES[kind.kind]}")
            case Literal(kind, value):
                return _param(Decimal(value) if kind.kind is Kind.INTEGER else value, kind.kind)  # type: ignore
            case Field(_, name):
                return self.field(name)
            case Not(operand):
                return fill("(NOT {})", self.sql(operand))
            case And(operands):
                return chain("AND", [self.sql(operand) for operand in operands])
            case Or(operands):
                return chain("OR", [self.sql(operand) for operand in operands])
            case Compare(operator, left, right):
                return fill(f"({{}} {operator} {{}})", self.ordered(left), self.sql(right))
            case IsNull(operand):
                return fill("({} IS NULL)", self.sql(operand))
            case In(operand, options):
                listing = listed([self.sql(option) for option in options])
                return fill("({} IN ({}))", self.sql(operand), listing)
            case Between(operand, low, high):
                return fill("({} BETWEEN {} AND {})", self.ordered(operand), self.sql(low), self.sql(high))
            case Like(operand, pattern):
                return fill("({} LIKE {})", self.ordered(operand), _param(pattern, Kind.TEXT))
            case Arithmetic():
                return self.arithmetic(node)
            case Negative(operand):
                return fill("(- {})", self.sql(operand))
            case Case():
                return self.case(node)
            case Call(function, arguments):
                return CALLS[function](self, node, arguments)

    def ordered(self, node: Node) -> Sql:
        """As it must be to be compared: by code point, whatever the database's language."""
        return fill('({} COLLATE "C")', self.sql(node)) if node.type.kind is Kind.TEXT else self.sql(node)

    def field(self, name: Name) -> Sql:
        raw = self.stored(name)
        if name.kind is Kind.TEXTS:
            return Sql(f"({raw} #>> '{{}}')")
        if isinstance(name.storage, Column):
            return Sql(f"{raw}::numeric" if name.kind.is_number else raw)
        text = f"({column(name.storage.column, self.alias)} ->> '{name.storage.key}')"
        return Sql(text if name.kind is Kind.TEXT else f"{text}::{_TYPES[name.kind]}")

    def stored(self, name: Name) -> str:
        """The column itself, or the JSON value under the key."""
        if isinstance(name.storage, Column):
            return column(name.storage.name, self.alias)
        return f"({column(name.storage.column, self.alias)} -> '{name.storage.key}')"

    def arithmetic(self, node: Arithmetic) -> Sql:
        left, right = self.sql(node.left), self.sql(node.right)
        if node.operator != "/":
            return fill(f"({{}} {node.operator} {{}})", left, right)
        # div() cuts exactly after the seventh place, which alone decides how the sixth is rounded.
        more, places = 10 ** (numbers.QUOTIENT_SCALE + 1), numbers.QUOTIENT_SCALE
        template = f"round(div({{}} * {more}, nullif({{}}, 0)) * {Decimal(1) / more:f}, {places})"
        return fill(template, left, right)

    def case(self, node: Case) -> Sql:
        pieces = [self.sql(part) for branch in node.branches for part in branch]
        whens = " WHEN {} THEN {}" * len(node.branches)
        return fill(f"(CASE{whens} ELSE {{}} END)", *pieces, self.sql(node.otherwise))


Renderer = Callable[[_Postgresql, Call, tuple[Node, ...]], Sql]


def _plain(template: str) -> Renderer:
    """Each `{}` is an argument, in order."""
    return lambda engine, _, arguments: fill(template, *(engine.sql(argument) for argument in arguments))


def _variadic(template: str) -> Renderer:
    """The only `{}` is the list of arguments."""
    return lambda engine, _, arguments: fill(template, listed([engine.sql(argument) for argument in arguments]))


def _moved(is_in_range: str, moved: str) -> Renderer:
    """A date d moved by n; NULL outside of the years 1 to 9999, asked before anything can overflow.

    OFFSET 0 keeps the planner from putting the arguments in place of d and n: it would compute what CASE guards,
    and write each argument several times.
    """
    arguments = "(SELECT {} AS d, {} AS n OFFSET 0) AS moved"
    return _plain(f"(SELECT CASE WHEN {is_in_range} THEN {moved} END FROM {arguments})")


def _rounding(function: str) -> Renderer:
    return lambda engine, call, arguments: fill(
        f"{function}({{}}{f', {call.type.scale}' if function == 'round' else ''})", engine.sql(arguments[0])
    )


def _substr(engine: _Postgresql, _: Call, arguments: tuple[Node, ...]) -> Sql:
    text, *positions = [engine.sql(argument) for argument in arguments]
    return fill("substr({}, {})", text, listed([fill("({})::integer", position) for position in positions]))


def _concat(engine: _Postgresql, _: Call, arguments: tuple[Node, ...]) -> Sql:
    return chain("||", [fill("coalesce({}, '')", engine.sql(argument)) for argument in arguments])


def _has(engine: _Postgresql, _: Call, arguments: tuple[Node, ...]) -> Sql:
    texts_field, code = arguments
    if not isinstance(texts_field, Field):
        raise TypeError(texts_field)
    raw = Sql(engine.stored(texts_field.name))
    return fill("coalesce({} @> to_jsonb({}), false)", raw, engine.sql(code))


def _is_blank(engine: _Postgresql, _: Call, arguments: tuple[Node, ...]) -> Sql:
    value = engine.sql(arguments[0])
    match arguments[0].type.kind:
        case Kind.TEXT:
            return fill("(coalesce(btrim({}, {}), '') = '')", value, _param(texts.BLANKS, Kind.TEXT))
        case Kind.TEXTS:
            return fill("(coalesce({}, '[]') = '[]')", value)
        case _:
            return fill("({} IS NULL)", value)


def _trim(engine: _Postgresql, _: Call, arguments: tuple[Node, ...]) -> Sql:
    return fill("btrim({}, {})", engine.sql(arguments[0]), _param(texts.BLANKS, Kind.TEXT))


def _number(engine: _Postgresql, _: Call, arguments: tuple[Node, ...]) -> Sql:
    trimmed = _trim(engine, _, arguments)
    pattern = f"^{texts.NUMBER_PATTERN.replace('(', '(?:')}$"
    return fill("substring({} from {})::numeric", trimmed, _param(pattern, Kind.TEXT))


def _text(engine: _Postgresql, _: Call, arguments: tuple[Node, ...]) -> Sql:
    value, kind = engine.sql(arguments[0]), arguments[0].type
    match kind.kind:
        case Kind.INTEGER | Kind.DECIMAL:
            return fill(f"round({{}}, {kind.scale})::text", value)
        case Kind.DATE:
            return fill("to_char({}, 'YYYY-MM-DD')", value)
        case Kind.DATETIME:
            return fill("to_char({} AT TIME ZONE INTERVAL '8 hours', 'YYYY-MM-DD HH24:MI:SS')", value)
        case Kind.BOOLEAN:
            return fill("(CASE {} WHEN true THEN '是' WHEN false THEN '否' END)", value)
        case _:
            return value


CALLS: dict[str, Renderer] = {
    "today": lambda engine, _call, _arguments: _param(engine.today, Kind.DATE),
    "now": lambda engine, _call, _arguments: _param(dates.in_utc(engine.now), Kind.DATETIME),
    # Fixed at +8: the zone Asia/Shanghai had summer time from 1986 to 1991.
    "date": _plain("({} AT TIME ZONE INTERVAL '8 hours')::date"),
    "year": _plain("extract(year from {})::numeric"),
    "quarter": _plain("extract(quarter from {})::numeric"),
    "month": _plain("extract(month from {})::numeric"),
    "day": _plain("extract(day from {})::numeric"),
    "days_between": _plain("(- ({} - {}))::numeric"),
    "add_days": _moved("n BETWEEN DATE '0001-01-01' - d AND DATE '9999-12-31' - d", "d + n::integer"),
    "add_months": _moved(
        "extract(year from d) * 12 + extract(month from d) - 1 + n BETWEEN 12 AND 119999",
        "(d + make_interval(months => n::integer))::date",
    ),
    "length": _plain("length({})::numeric"),
    "lower": _plain('lower({} COLLATE "C")'),
    "upper": _plain('upper({} COLLATE "C")'),
    "trim": _trim,
    "substr": _substr,
    "contains": _plain("(strpos({}, {}) > 0)"),
    "starts_with": _plain("(strpos({}, {}) = 1)"),
    "ends_with": _plain("(strpos(reverse({}), reverse({})) = 1)"),
    "concat": _concat,
    "coalesce": _variadic("coalesce({})"),
    "nullif": _variadic("nullif({})"),
    "abs": _plain("abs({})"),
    "round": _rounding("round"),
    "floor": _rounding("floor"),
    "ceil": _rounding("ceil"),
    "least": _variadic("least({})"),
    "greatest": _variadic("greatest({})"),
    "has": _has,
    "is_blank": _is_blank,
    "number": _number,
    "text": _text,
}
