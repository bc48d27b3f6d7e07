"""Renders a checked expression as a Spark column over the lake's typed columns (`columnar.py` says how they hold).

Numbers stay unscaled whole numbers: 64 bits, or DECIMAL(38, 0) where the bound asks for more. What has no exact
counterpart in Spark is worked out by `evaluate` in Spark's Python workers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812 - as everybody writes it
from pyspark.sql import types as T  # noqa: N812

from bihuan.expression import numbers
from bihuan.expression.evaluate import evaluate
from bihuan.expression.held import Held, NotNative, TooLarge, bounded, fields_of, lake_value, read_columnar
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
    Negative,
    Node,
    Not,
    Or,
)

_INT64 = 2**63 - 1
_MOST = 10**38 - 1
_DAY, _COUNTY_AHEAD = 86_400_000_000, 8 * 3_600_000_000
WIDE = T.DecimalType(38, 0)


def to_spark(
    checked: Checked, columns: Mapping[str, Any], held: Mapping[str, Held], *, today: date, now: datetime
) -> Any:
    """The expression over `columns` by the field's code; `held` gives their words and greatest numbers.

    A number comes unscaled, with `checked.scale` places. Raises TooLarge for one that could need more than 38 digits.
    """
    return _Spark(columns, held, today, now).root(checked.tree)


@dataclass(frozen=True, slots=True)
class _Spark:
    columns: Mapping[str, Any]
    held: Mapping[str, Held]
    today: date
    now: datetime

    def root(self, node: Node) -> Any:
        """The node as a column, by Spark where it can be exact, else by the evaluator."""
        if not fields_of(node):
            found = evaluate(Checked("", node, frozenset()), {}, today=self.today, now=self.now)
            return typed(lake_value(found, node.type), self.type_of(node))
        try:
            return self.native(node)
        except NotNative:
            return self.evaluated(node)

    def native(self, node: Node) -> Any:  # noqa: PLR0911 - a line a node
        match node:
            case Field(_, name):
                return self.decoded(name.code)
            case Not(operand):
                return ~self.root(operand)
            case And(operands):
                return _folded([self.root(operand) for operand in operands], Column.__and__)
            case Or(operands):
                return _folded([self.root(operand) for operand in operands], Column.__or__)
            case Compare(operator, left, right):
                return self.compared(operator, left, right)
            case IsNull(operand):
                return self.root(operand).isNull()
            case In(operand, options):
                return _folded([self.compared("=", operand, option) for option in options], Column.__or__)
            case Between(operand, low, high):
                return self.compared(">=", operand, low) & self.compared("<=", operand, high)
            case Arithmetic("+" | "-" | "*"):
                return self.arithmetic(node)
            case Negative(operand):
                return typed(0, self.type_of(node)) - self.root(operand)
            case Case(branches, otherwise):
                return self.case(node, branches, otherwise)
            case Call(function, arguments) if function in CALLS:
                return CALLS[function](self, node, arguments)
            case _:
                raise NotNative

    def type_of(self, node: Node) -> Any:
        """Spark's type for what the node gives."""
        match node.type.kind:
            case Kind.INTEGER | Kind.DECIMAL:
                return self.number_type(bounded(node, self.held).bound)
            case kind:
                return TYPES[kind]

    @staticmethod
    def number_type(bound: int) -> Any:
        if bound > _MOST:
            raise NotNative
        return WIDE if bound > _INT64 else T.LongType()

    def decoded(self, code: str) -> Any:
        """The field's column; the text of one of few words."""
        words, column = self.held[code].words, self.columns[code]
        if words is None:
            return column
        if not words:
            return F.lit(None).cast("string")
        return F.element_at(F.array(*(F.lit(word) for word in words)), column.cast("int") + F.lit(1))

    def meeting(self, nodes: tuple[Node, ...], scale: int = 0, widest: int = 0) -> list[Any]:
        """Several numbers with the same places and type; anything else as it is."""
        if not any(node.type.kind.is_number for node in nodes):
            return [self.root(node) for node in nodes]
        scale = max(scale, *(node.type.scale for node in nodes))
        widest = max(widest, *(numbers.at_scale(bounded(node, self.held), scale).bound for node in nodes))
        kind = self.number_type(widest)
        return [
            self.root(node).cast(kind) * typed(10 ** (scale - node.type.scale), kind)
            if node.type.kind.is_number and node.type.scale < scale
            else self.root(node).cast(kind if node.type.kind.is_number else self.type_of(node))
            for node in nodes
        ]

    def compared(self, operator: str, left: Node, right: Node) -> Any:
        one, other = self.meeting((left, right))
        return _OPERATORS[operator](one, other)

    def arithmetic(self, node: Arithmetic) -> Any:
        bound = bounded(node, self.held).bound
        if node.operator == "*":
            sides = [bounded(side, self.held).bound for side in (node.left, node.right)]
            kind = self.number_type(max(bound, *sides))
            return (self.root(node.left).cast(kind) * self.root(node.right).cast(kind)).cast(self.number_type(bound))
        left, right = self.meeting((node.left, node.right), node.type.scale, bound)
        return (left + right if node.operator == "+" else left - right).cast(self.number_type(bound))

    def case(self, node: Case, branches: tuple[tuple[Node, Node], ...], otherwise: Node) -> Any:
        values = self.meeting((*(value for _, value in branches), otherwise), node.type.scale)
        conditions = [F.coalesce(self.root(condition), F.lit(False)) for condition, _ in branches]
        chain: Any = F
        for condition, value in zip(conditions, values, strict=False):
            chain = chain.when(condition, value)
        return chain.otherwise(values[-1]).cast(self.type_of(node))

    def evaluated(self, node: Node) -> Any:
        """By the evaluator, row by row."""
        bound = bounded(node, self.held).bound
        if node.type.kind.is_number and bound > _MOST:
            raise TooLarge(node)
        fields = {part.name.code: part for part in fields_of(node)}
        checked = Checked("", node, frozenset(part.name for part in fields.values()))
        today, now, is_wide = self.today, self.now, bound > _INT64

        def work(*values: Any) -> Any:
            known = {
                code: read_columnar(field.type, value)
                for (code, field), value in zip(fields.items(), values, strict=True)
            }
            found = lake_value(evaluate(checked, known, today=today, now=now), node.type)
            return Decimal(found) if is_wide and found is not None else found

        return F.udf(work, self.type_of(node))(*(self.decoded(code) for code in fields))


TYPES: dict[Kind, Any] = {
    Kind.TEXT: T.StringType(),
    Kind.INTEGER: T.LongType(),
    Kind.DECIMAL: T.LongType(),
    Kind.DATE: T.IntegerType(),
    Kind.DATETIME: T.LongType(),
    Kind.BOOLEAN: T.BooleanType(),
    Kind.TEXTS: T.ArrayType(T.StringType()),
    Kind.NULL: T.StringType(),
}
"""How the lake's columns hold each kind, in Spark's types."""


def typed(value: Any, kind: Any) -> Any:
    """A value of that type as a column."""
    if isinstance(value, list):
        return F.array(*(F.lit(part) for part in value)).cast(kind)
    wide = isinstance(value, int) and not isinstance(value, bool) and abs(value) > _INT64
    return F.lit(Decimal(value) if wide else value).cast(kind)


def _folded(parts: list[Any], join: Callable[[Any, Any], Any]) -> Any:
    """(a b) (c d): balanced, for a long chain would be deep."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return join(_folded(parts[:middle], join), _folded(parts[middle:], join))


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}

Renderer = Callable[[_Spark, Call, tuple[Node, ...]], Any]


def _plain(render: Callable[..., Any]) -> Renderer:
    return lambda engine, _, arguments: render(*(engine.root(argument) for argument in arguments))


def _meeting(render: Callable[..., Any]) -> Renderer:
    """Numbers are brought to the places of the result first."""
    return lambda engine, call, arguments: render(*engine.meeting(arguments, call.type.scale)).cast(
        engine.type_of(call)
    )


def _several(render: Callable[..., Any]) -> Callable[..., Any]:
    """Spark's own asks for two at least."""
    return lambda *values: render(*values) if len(values) > 1 else values[0]


def _date(engine: _Spark, _: Call, arguments: tuple[Node, ...]) -> Any:
    value = engine.root(arguments[0])
    return value if arguments[0].type.kind is Kind.DATE else day_of(value)


def day_of(moment: Any) -> Any:
    """The county's day of an instant. Spark's own division of whole numbers goes by way of a double."""
    ahead = moment + F.lit(_COUNTY_AHEAD)
    whole = (ahead - F.pmod(ahead, F.lit(_DAY))).cast(WIDE) / typed(_DAY, WIDE)
    return whole.cast("int")


def _calendar(part: Callable[[Any], Any]) -> Renderer:
    return _plain(lambda day: part(F.date_from_unix_date(day)).cast("long"))


def _is_blank(engine: _Spark, _: Call, arguments: tuple[Node, ...]) -> Any:
    if arguments[0].type.kind is Kind.TEXT:
        raise NotNative
    value = engine.root(arguments[0])
    if arguments[0].type.kind is Kind.TEXTS:
        return value.isNull() | (F.size(value) == F.lit(0))
    return value.isNull()


CALLS: dict[str, Renderer] = {
    "date": _date,
    "year": _calendar(F.year),
    "quarter": _calendar(F.quarter),
    "month": _calendar(F.month),
    "day": _calendar(F.dayofmonth),
    "days_between": _plain(lambda start, end: end.cast("long") - start.cast("long")),
    "length": _plain(lambda text: F.length(text).cast("long")),
    "contains": _plain(lambda text, part: text.contains(part)),
    "starts_with": _plain(lambda text, start: text.startswith(start)),
    "ends_with": _plain(lambda text, end: text.endswith(end)),
    "concat": _plain(lambda *parts: F.concat(*(F.coalesce(part, F.lit("")) for part in parts))),
    "coalesce": _meeting(F.coalesce),
    "abs": _plain(F.abs),
    "least": _meeting(_several(F.least)),
    "greatest": _meeting(_several(F.greatest)),
    "has": _plain(lambda codes, code: F.coalesce(F.array_contains(codes, code), F.lit(False))),
    "is_blank": _is_blank,
}
"""What Spark does exactly as `evaluate` does; the rest of the functions go by way of the evaluator."""
