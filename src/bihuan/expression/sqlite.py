"""Renders a checked expression as SQL for SQLite. The connection must have `SQLITE_FUNCTIONS`.

How SQLite holds each kind, so that comparing what it holds compares the values:
  numbers    unscaled: 1.50 with two places is 150. INTEGER where the bound fits 64 bits, else its digits as TEXT
  DATE       'YYYY-MM-DD'
  DATETIME   UTC, as Django writes it: 'YYYY-MM-DD HH:MM:SS', and '.ffffff' unless that is zero
  BOOLEAN    1 and 0
  TEXTS      a JSON array
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from bihuan.expression import dates, numbers, texts
from bihuan.expression.exact import EXACT
from bihuan.expression.names import Column, Kind, Name
from bihuan.expression.sql import Sql, chain, column, fill, listed
from bihuan.expression.sqlite_functions import SQLITE_FUNCTIONS
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

__all__ = ["SQLITE_FUNCTIONS", "read_sqlite", "to_sqlite"]

_INT64 = 2**63 - 1
MAXIMUM_NESTING = 6  # the parser's stack holds 100 symbols (before SQLite 3.46), and a bracket takes up to eight


def to_sqlite(checked: Checked, *, alias: str | None = None, today: date, now: datetime) -> Sql:
    """The expression over a row of the table called `alias`; `read_sqlite` reads what it gives."""
    engine = _Sqlite(alias, today, now)
    whole = engine.sql(checked.tree)
    if not engine.steps:
        return whole
    steps = [fill(f"step_{number}(value) AS (SELECT {{}})", step) for number, step in enumerate(engine.steps, 1)]
    return fill("(WITH {} SELECT {})", listed(steps), whole)


def read_sqlite(checked: Checked, found: object) -> object:
    """What SQLite gave for the expression, as `evaluate` would give it."""
    return None if found is None else _READERS[checked.kind](str(found), checked.scale)


_READERS: dict[Kind, Callable[[str, int], object]] = {
    Kind.TEXT: lambda found, _: found,
    Kind.INTEGER: lambda found, _: int(found),
    Kind.DECIMAL: lambda found, scale: EXACT.scaleb(Decimal(found), -scale),
    Kind.DATE: lambda found, _: date.fromisoformat(found),
    Kind.DATETIME: lambda found, _: datetime.fromisoformat(found).replace(tzinfo=UTC),
    Kind.BOOLEAN: lambda found, _: found == "1",
    Kind.TEXTS: lambda found, _: tuple(json.loads(found)),
}


def _nesting(text: str) -> int:
    """How many brackets stand open at once; there are none in the texts that we quote."""
    depth = deepest = 0
    for bracket in re.findall(r"[()]", text):
        depth += 1 if bracket == "(" else -1
        deepest = max(deepest, depth)
    return deepest


def _is_wide(kind: Type) -> bool:
    """Whether such numbers are held as text."""
    return kind.bound > _INT64


def _moment_text(moment: datetime) -> str:
    return dates.in_utc(moment).replace(tzinfo=None).isoformat(sep=" ")


def _param(value: object) -> Sql:
    return Sql("%s", (value,))


def _held_whole(number: int) -> int | str:
    return number if abs(number) <= _INT64 else str(number)


def _glob(pattern: str) -> str:
    """LIKE ignores case in SQLite and GLOB does not; it has the same wildcards under other names."""
    names = {None: "*", "": "?", "*": "[*]", "?": "[?]", "[": "[[]"}
    return "".join(names.get(part, part or "") for part in texts.pattern_parts(pattern))


@dataclass(frozen=True, slots=True)
class _Sqlite:
    alias: str | None
    today: date
    now: datetime
    steps: list[Sql] = field(default_factory=list)

    def sql(self, node: Node) -> Sql:
        """Brackets in brackets up to what SQLite's parser can hold; what is deeper becomes a step before it."""
        piece = self.expression(node)
        if _nesting(piece.text) <= MAXIMUM_NESTING:
            return piece
        self.steps.append(piece)
        return Sql(f"(SELECT value FROM step_{len(self.steps)})")

    def expression(self, node: Node) -> Sql:  # noqa: C901, PLR0911 - a line a node
        match node:
            case Literal():
                return self.literal(node)
            case Field(_, name):
                return self.stored_value(name)
            case Not(operand):
                return fill("(NOT {})", self.sql(operand))
            case And(operands):
                return chain("AND", [self.sql(operand) for operand in operands])
            case Or(operands):
                return chain("OR", [self.sql(operand) for operand in operands])
            case Compare(operator, left, right):
                return self.comparison(operator, left, right)
            case IsNull(operand):
                return fill("({} IS NULL)", self.sql(operand))
            case In(operand, options):
                first, *rest = self.together(operand, *options)
                return fill("({} IN ({}))", first, listed(rest))
            case Between(operand, low, high):
                is_wide = _is_wide(_meeting(operand, low, high))
                template = "bihuan_between({}, {}, {})" if is_wide else "({} BETWEEN {} AND {})"
                return fill(template, *self.together(operand, low, high))
            case Like(operand, pattern):
                return fill("({} GLOB {})", self.sql(operand), _param(_glob(pattern)))
            case Arithmetic():
                return self.arithmetic(node)
            case Negative(operand, kind):
                return self.narrowed(kind, "(- {})", "bihuan_negate({})", self.sql(operand))
            case Case():
                return self.case(node)
            case Call(function, arguments):
                return CALLS[function](self, node, arguments)

    def literal(self, node: Literal) -> Sql:
        held: object
        match node.value:
            case None:
                return Sql("NULL")
            case datetime() as moment:
                held = _moment_text(moment)
            case date() as day:
                held = day.isoformat()
            case bool() as truth:
                held = int(truth)
            case int() | Decimal() as number:
                held = _held_whole(int(EXACT.scaleb(Decimal(number), node.type.scale)))
            case str() as text:
                held = text
        return _param(held)

    def stored_value(self, name: Name) -> Sql:
        raw = self.stored(name)
        match name.kind:
            case Kind.INTEGER:
                return Sql(f"CAST({raw} AS INTEGER)") if not isinstance(name.storage, Column) else Sql(raw)
            case Kind.DECIMAL:
                # A number of 15 digits survives the float: the product is off by less than a quarter.
                return Sql(f"CAST(ROUND({raw} * {10**name.scale}.0) AS INTEGER)")
            case Kind.DATETIME if not isinstance(name.storage, Column):
                return Sql(f"replace(substr({raw}, 1, 19), 'T', ' ')")
            case _:
                return Sql(raw)

    def stored(self, name: Name) -> str:
        if isinstance(name.storage, Column):
            quoted = column(name.storage.name, self.alias)
            return f"json_extract({quoted}, '$')" if name.kind is Kind.TEXTS else quoted
        document = column(name.storage.column, self.alias)
        return f"json_extract({document}, '$.\"{name.storage.key}\"')"

    def comparison(self, operator: str, left: Node, right: Node) -> Sql:
        if _is_wide(_meeting(left, right)) and operator not in {"=", "<>"}:
            return fill(f"(bihuan_order({{}}, {{}}) {operator} 0)", *self.together(left, right))
        return fill(f"({{}} {operator} {{}})", *self.together(left, right))

    def together(self, *nodes: Node) -> list[Sql]:
        """All held in one way, so that they may be compared."""
        meeting = _meeting(*nodes)
        return [self.held_as(node, meeting) for node in nodes]

    def held_as(self, node: Node, kind: Type) -> Sql:
        if not kind.kind.is_number:
            return self.sql(node)
        scaled = self.scaled(node, kind.scale)
        is_text = _is_wide(numbers.at_scale(node.type, kind.scale))
        return fill("CAST({} AS TEXT)", scaled) if _is_wide(kind) and not is_text else scaled

    def scaled(self, node: Node, scale: int) -> Sql:
        """With more decimal places; TEXT where that may exceed 64 bits."""
        factor = 10 ** (scale - node.type.scale)
        if factor == 1:
            return self.sql(node)
        if isinstance(node, Literal) and node.value is not None:
            return self.literal(Literal(numbers.at_scale(node.type, scale), node.value))
        if _is_wide(numbers.at_scale(node.type, scale)):
            return fill(f"bihuan_multiply({{}}, '{factor}')", self.sql(node))
        return fill(f"({{}} * {factor})", self.sql(node))

    def narrowed(self, kind: Type, native: str, function: str, *operands: Sql) -> Sql:
        """SQLite's own operator where 64 bits are enough, else our function, which gives text."""
        return fill(function if _is_wide(kind) else native, *operands)

    def from_function(self, kind: Type, function: str, *operands: Sql) -> Sql:
        """One of our functions, whose text becomes INTEGER where that is how such numbers are held."""
        return self.narrowed(kind, f"CAST({function} AS INTEGER)", function, *operands)

    def arithmetic(self, node: Arithmetic) -> Sql:
        kind, left, right = node.type, node.left, node.right
        if node.operator == "/":
            shifts = f"{right.type.scale + numbers.QUOTIENT_SCALE}, {left.type.scale}"
            function = f"bihuan_divide({{}}, {{}}, {shifts})"
            return self.from_function(kind, function, self.sql(left), self.sql(right))
        if node.operator == "*":
            operands = [self.sql(left), self.sql(right)]
        else:
            operands = [self.scaled(left, kind.scale), self.scaled(right, kind.scale)]
        function = {"+": "bihuan_add", "-": "bihuan_subtract", "*": "bihuan_multiply"}[node.operator]
        return self.narrowed(kind, f"({{}} {node.operator} {{}})", f"{function}({{}}, {{}})", *operands)

    def case(self, node: Case) -> Sql:
        pieces = []
        for condition, value in node.branches:
            pieces += [self.sql(condition), self.held_as(value, node.type)]
        whens = " WHEN {} THEN {}" * len(node.branches)
        return fill(f"(CASE{whens} ELSE {{}} END)", *pieces, self.held_as(node.otherwise, node.type))


def _meeting(*nodes: Node) -> Type:
    kinds = [node.type for node in nodes]
    return numbers.meeting(*kinds) if kinds[0].kind.is_number else kinds[0]


Renderer = Callable[[_Sqlite, Call, tuple[Node, ...]], Sql]


def _plain(template: str) -> Renderer:
    """Each `{}` is an argument, in order."""
    return lambda engine, _, arguments: fill(template, *(engine.sql(argument) for argument in arguments))


def _meets(function: str, wide_function: str = "") -> Renderer:
    """Arguments held in the way of the result."""

    def render(engine: _Sqlite, call: Call, arguments: tuple[Node, ...]) -> Sql:
        pieces = listed([engine.held_as(argument, call.type) for argument in arguments])
        name = wide_function if wide_function and _is_wide(call.type) else function
        return fill(f"{name}({{}})", pieces)

    return render


def _rounding(function: str) -> Renderer:
    def render(engine: _Sqlite, call: Call, arguments: tuple[Node, ...]) -> Sql:
        dropped = arguments[0].type.scale - call.type.scale
        if dropped == 0:
            return engine.sql(arguments[0])
        return engine.from_function(call.type, f"{function}({{}}, {dropped})", engine.sql(arguments[0]))

    return render


def _absolute(engine: _Sqlite, call: Call, arguments: tuple[Node, ...]) -> Sql:
    return engine.narrowed(call.type, "abs({})", "bihuan_abs({})", engine.sql(arguments[0]))


def _concat(engine: _Sqlite, _: Call, arguments: tuple[Node, ...]) -> Sql:
    return chain("||", [fill("coalesce({}, '')", engine.sql(argument)) for argument in arguments])


def _is_blank(engine: _Sqlite, _: Call, arguments: tuple[Node, ...]) -> Sql:
    value = engine.sql(arguments[0])
    match arguments[0].type.kind:
        case Kind.TEXT:
            return fill("(coalesce(trim({}, {}), '') = '')", value, _param(texts.BLANKS))
        case Kind.TEXTS:
            return fill("(coalesce(json_array_length({}), 0) = 0)", value)
        case _:
            return fill("({} IS NULL)", value)


def _text(engine: _Sqlite, _: Call, arguments: tuple[Node, ...]) -> Sql:
    value, kind = engine.sql(arguments[0]), arguments[0].type
    match kind.kind:
        case Kind.INTEGER | Kind.DECIMAL:
            return fill(f"bihuan_decimal_text({{}}, {kind.scale})", value)
        case Kind.DATETIME:
            return fill("datetime(substr({}, 1, 19), '+8 hours')", value)
        case Kind.BOOLEAN:
            return fill("(CASE {} WHEN 1 THEN '是' WHEN 0 THEN '否' END)", value)
        case _:
            return value


def _trim(engine: _Sqlite, _: Call, arguments: tuple[Node, ...]) -> Sql:
    return fill("trim({}, {})", engine.sql(arguments[0]), _param(texts.BLANKS))


CALLS: dict[str, Renderer] = {
    "today": lambda engine, _call, _arguments: _param(engine.today.isoformat()),
    "now": lambda engine, _call, _arguments: _param(_moment_text(engine.now)),
    "date": _plain("date(substr({}, 1, 19), '+8 hours')"),
    "year": _plain("CAST(substr({}, 1, 4) AS INTEGER)"),
    "quarter": _plain("((CAST(substr({}, 6, 2) AS INTEGER) + 2) / 3)"),
    "month": _plain("CAST(substr({}, 6, 2) AS INTEGER)"),
    "day": _plain("CAST(substr({}, 9, 2) AS INTEGER)"),
    # Days are exact in a Julian day number, which ends in .5 at midnight; later minus earlier, so negated.
    "days_between": _plain("(- CAST(julianday({}) - julianday({}) AS INTEGER))"),
    "add_days": _plain("bihuan_add_days({}, {})"),
    "add_months": _plain("bihuan_add_months({}, {})"),
    "length": _plain("length({})"),
    "lower": _plain("lower({})"),
    "upper": _plain("upper({})"),
    "trim": _trim,
    "substr": lambda engine, _, arguments: fill("substr({})", listed([engine.sql(argument) for argument in arguments])),
    "contains": _plain("(instr({}, {}) > 0)"),
    "starts_with": _plain("(instr({}, {}) = 1)"),
    "ends_with": _plain("bihuan_ends_with({}, {})"),
    "concat": _concat,
    "coalesce": _meets("coalesce"),
    "nullif": _meets("nullif"),
    "abs": _absolute,
    "round": _rounding("bihuan_round"),
    "floor": _rounding("bihuan_floor"),
    "ceil": _rounding("bihuan_ceil"),
    "least": _meets("bihuan_least", "bihuan_least_number"),
    "greatest": _meets("bihuan_greatest", "bihuan_greatest_number"),
    "has": lambda engine, _, arguments: fill(
        "coalesce(bihuan_has({}, {}), 0)", engine.sql(arguments[0]), engine.sql(arguments[1])
    ),
    "is_blank": _is_blank,
    "number": _plain("bihuan_number({})"),
    "text": _text,
}
