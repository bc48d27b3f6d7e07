"""Renders a checked expression as a Polars expression over typed columns, a whole column at a time.

Columns hold values as `held` says. What has no exact counterpart in Polars is evaluated by `evaluate`, once for each
combination of values that occurs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from bihuan.expression import numbers, texts
from bihuan.expression.columnar_calls import CALLS
from bihuan.expression.evaluate import evaluate
from bihuan.expression.held import (
    INT64,
    INT128,
    Held,
    NotNative,
    TooLarge,
    bounded,
    decoded,
    fields_of,
    folded,
    is_true,
    lake_value,
    narrow,
    read_columnar,
    type_of,
    whole,
    wide,
)
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

_LONG_LIST = 12


def to_columnar(
    checked: Checked,
    held: Mapping[str, Held],
    *,
    today: date,
    now: datetime,
    given: Mapping[Node, pl.Expr] | None = None,
) -> pl.Expr:
    """The expression over columns; a number comes unscaled, with `checked.scale` places. Raises TooLarge.

    `given` are parts whose columns are there already.
    """
    return Columnar(held, today, now, dict(given or {})).root(checked.tree)


@dataclass(frozen=True, slots=True)
class Columnar:
    """Renders nodes over the columns of one table, on a day and at an instant."""

    held: Mapping[str, Held]
    today: date
    now: datetime
    cache: dict[Node, pl.Expr] = field(default_factory=dict)

    def root(self, node: Node) -> pl.Expr:
        """The node as a column, by Polars where it can be exact, else by the evaluator."""
        found = self.cache.get(node)
        if found is None:
            found = self.constant(node) if not fields_of(node) else self.column(node)
            self.cache[node] = found
        return found

    def column(self, node: Node) -> pl.Expr:
        try:
            return self.native(node)
        except NotNative:
            return self.evaluated(node)

    def constant(self, node: Node) -> pl.Expr:
        """What speaks of no field is one value, worked out here; every literal carries its type."""
        found = evaluate(Checked("", node, frozenset()), {}, today=self.today, now=self.now)
        return pl.lit(lake_value(found, node.type), dtype=type_of(node.type))

    def native(self, node: Node) -> pl.Expr:  # noqa: C901, PLR0911 - a line a node
        match node:
            case Literal():
                return self.constant(node)
            case Field(_, name):
                return decoded(self.held[name.code])
            case Not(operand):
                return ~self.root(operand)
            case And(operands):
                return folded([self.root(operand) for operand in operands], pl.Expr.and_)
            case Or(operands):
                return folded([self.root(operand) for operand in operands], pl.Expr.or_)
            case Compare(operator, left, right):
                return self.compared(operator, left, right)
            case IsNull(Field(_, name)):
                return self.held[name.code].column.is_null()
            case IsNull(operand):
                return self.root(operand).is_null()
            case In():
                return self.among(node)
            case Between(operand, low, high):
                return self.compared(">=", operand, low) & self.compared("<=", operand, high)
            case Like(operand, pattern):
                return self.root(operand).str.contains(_regex(pattern))
            case Arithmetic():
                return self.arithmetic(node)
            case Negative(operand):
                return whole(0, self.bound(operand)) - self.root(operand)
            case Case(branches, otherwise):
                return self.case(node, branches, otherwise)
            case Call(function, arguments):
                renderer = CALLS.get(function)
                if renderer is None:
                    raise NotNative
                return renderer(self, node, arguments)

    def case(self, node: Case, branches: tuple[tuple[Node, Node], ...], otherwise: Node) -> pl.Expr:
        values = self.meeting((*(value for _, value in branches), otherwise), node.type.scale)
        chain: Any = pl
        for (condition, _), value in zip(branches, values, strict=False):
            chain = chain.when(is_true(self.root(condition))).then(value)
        result: pl.Expr = chain.otherwise(values[-1])
        return narrow(result, self.bound(node)) if node.type.kind.is_number else result

    def bound(self, node: Node) -> int:
        return bounded(node, self.held).bound

    def scaled(self, node: Node, scale: int, widest: int = 0) -> pl.Expr:
        """A number with more decimal places, in 128 bits where it or `widest` asks for them; anything else as it is."""
        value = self.root(node)
        if not node.type.kind.is_number:
            return value
        bound = numbers.at_scale(bounded(node, self.held), scale).bound
        widest = max(widest, bound)
        value = wide(value, widest)
        return value * whole(10 ** (scale - node.type.scale), widest) if scale > node.type.scale else value

    def meeting(self, nodes: tuple[Node, ...], scale: int) -> list[pl.Expr]:
        """Several numbers with the same places and bits; anything else as it is."""
        widest = max(numbers.at_scale(bounded(node, self.held), max(scale, node.type.scale)).bound for node in nodes)
        return [self.scaled(node, scale, widest) for node in nodes]

    def compared(self, operator: str, left: Node, right: Node) -> pl.Expr:
        as_numbers = self.compared_words(operator, left, right)
        if as_numbers is not None:
            return as_numbers
        scale = max(left.type.scale, right.type.scale)
        return _OPERATORS[operator](*self.meeting((left, right), scale))

    def compared_words(self, operator: str, left: Node, right: Node) -> pl.Expr | None:
        """A column of few words beside a word: their numbers are compared, and no text is made."""
        if operator not in {"=", "<>"}:
            return None
        if isinstance(left, Literal):
            left, right = right, left
        if not (isinstance(left, Field) and isinstance(right, Literal) and isinstance(right.value, str)):
            return None
        held = self.held[left.name.code]
        if held.words is None:
            return None
        if right.value not in held.words:
            nowhere = held.column.is_null() if operator == "=" else held.column.is_not_null()
            return pl.when(held.column.is_not_null()).then(nowhere).otherwise(pl.lit(None, dtype=pl.Boolean))
        number = pl.lit(held.words.index(right.value), dtype=pl.UInt16)
        return held.column == number if operator == "=" else held.column != number

    def among(self, node: In) -> pl.Expr:
        if len(node.options) <= _LONG_LIST or not all(isinstance(option, Literal) for option in node.options):
            return folded([self.compared("=", node.operand, option) for option in node.options], pl.Expr.or_)
        options = [option for option in node.options if isinstance(option, Literal)]
        if node.operand.type.kind.is_number or any(option.value is None for option in options):
            return folded([self.compared("=", node.operand, option) for option in options], pl.Expr.or_)
        value = self.root(node.operand)
        known = [lake_value(option.value, option.type) for option in options]
        is_known = value.is_in(pl.Series(known, dtype=type_of(node.operand.type)).implode())
        return pl.when(value.is_not_null()).then(is_known).otherwise(pl.lit(None, dtype=pl.Boolean))

    def arithmetic(self, node: Arithmetic) -> pl.Expr:
        bound = self.bound(node)
        if node.operator == "/":
            return self.quotient(node)
        if node.operator == "*":
            widest = max(bound, self.bound(node.left), self.bound(node.right))
            return narrow(wide(self.root(node.left), widest) * wide(self.root(node.right), widest), bound)
        scale = node.type.scale
        widest = max(bound, *(numbers.at_scale(bounded(n, self.held), scale).bound for n in (node.left, node.right)))
        left, right = self.scaled(node.left, scale, widest), self.scaled(node.right, scale, widest)
        return narrow(left + right if node.operator == "+" else left - right, bound)

    def quotient(self, node: Arithmetic) -> pl.Expr:
        """To six places, half away from zero; unknown where the divisor is zero."""
        above, below = bounded(node.left, self.held), bounded(node.right, self.held)
        more = numbers.QUOTIENT_SCALE + below.scale
        widest = 2 * above.bound * 10**more + below.bound * 10**above.scale
        left = wide(self.root(node.left), max(widest, INT64 + 1)) * whole(10**more, INT64 + 1)
        right = wide(self.root(node.right), max(widest, INT64 + 1)) * whole(10**above.scale, INT64 + 1)
        two, nothing = whole(2, INT64 + 1), whole(0, INT64 + 1)
        size = (two * left.abs() + right.abs()) // (two * right.abs())
        signed = pl.when(is_true((left < nothing) == (right < nothing))).then(size).otherwise(nothing - size)
        found = pl.when(is_true(right != nothing)).then(signed).otherwise(pl.lit(None, dtype=pl.Int128))
        return narrow(found, self.bound(node))

    def evaluated(self, node: Node) -> pl.Expr:
        """By the evaluator, once for each combination of the fields' values."""
        fields = {part.name.code: part for part in fields_of(node)}
        kind = type_of(bounded(node, self.held))
        if self.bound(node) > INT128:
            raise TooLarge(node)
        checked = Checked("", node, frozenset(part.name for part in fields.values()))

        def work(rows: pl.Series) -> pl.Series:
            table = rows.struct.unnest()
            each = table.unique()
            values = []
            for row in each.iter_rows(named=True):
                known = {code: read_columnar(fields[code].type, value) for code, value in row.items()}
                values.append(lake_value(evaluate(checked, known, today=self.today, now=self.now), node.type))
            each = each.with_columns(pl.Series("__value", values, dtype=kind))
            joined = table.join(each, on=list(fields), how="left", nulls_equal=True, maintain_order="left")
            return joined["__value"]

        columns = [decoded(self.held[code]).alias(code) for code in fields]
        return pl.struct(columns).map_batches(work, return_dtype=kind, is_elementwise=True)


def _regex(pattern: str) -> str:
    """A LIKE pattern as a regular expression over the whole text."""
    names = {None: ".*", "": "."}
    parts = texts.pattern_parts(pattern)
    return "(?s)^" + "".join(names.get(part) or _escaped(part or "") for part in parts) + "$"


def _escaped(character: str) -> str:
    return f"\\x{{{ord(character):x}}}"


_OPERATORS: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
