"""How columns hold the values of each kind, and how wide a number in them may be.

numbers    unscaled whole numbers: 1.50 with two places is 150. 64 bits, or 128 where the bound asks for it
DATE       days since 1970-01-01
DATETIME   microseconds since 1970-01-01 UTC
TEXT       text, or for few words the number of the word
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from bihuan.expression import dates, numbers
from bihuan.expression.exact import EXACT
from bihuan.expression.names import Kind
from bihuan.expression.tree import Arithmetic, Call, Case, Checked, Field, Literal, Negative, Node, Type, parts_of

INT64 = 2**63 - 1
INT128 = 2**127 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Held:
    """How a field is held: its column, the words that its numbers stand for, the greatest absolute number in it."""

    column: pl.Expr
    words: tuple[str, ...] | None = None
    largest: int | None = None


def decoded(held: Held) -> pl.Expr:
    """The values of a field, of a column of few words their text."""
    if held.words is None:
        return held.column
    numbers_of = list(range(len(held.words)))
    return held.column.replace_strict(numbers_of, list(held.words), default=None, return_dtype=pl.String)


class TooLarge(ValueError):
    """A number that could need more than 128 bits."""


def bound_of(checked: Checked, held: Mapping[str, Held]) -> int:
    """What the unscaled number cannot exceed, by what the columns really hold."""
    return bounded(checked.tree, held).bound


def read_columnar(kind: Type, found: Any) -> Any:
    """A value out of a column, as `evaluate` would give it."""
    if found is None:
        return None
    match kind.kind:
        case Kind.DECIMAL:
            return EXACT.scaleb(Decimal(found), -kind.scale)
        case Kind.DATE:
            return date.fromordinal(found + EPOCH_DAY)
        case Kind.DATETIME:
            return _EPOCH + timedelta(microseconds=found)
        case Kind.TEXTS:
            return tuple(found)
        case _:
            return found


def bounded(node: Node, held: Mapping[str, Held]) -> Type:
    """The node's type with the bound that follows from what the columns hold."""
    if not node.type.kind.is_number or not fields_of(node):
        return node.type
    match node:
        case Field(kind, name) if kind.kind.is_number:
            largest = held[name.code].largest if name.code in held else None
            return kind if largest is None else replace(kind, bound=largest)
        case Arithmetic("/", left, Literal() as divisor, kind) if divisor.value:
            return numbers.divided_by_literal(bounded(left, held), divisor)
        case Arithmetic(operator, left, right, _):
            return numbers.arithmetic(operator, bounded(left, held), bounded(right, held))
        case Negative(operand, _) | Call("abs", (operand,), _):
            return bounded(operand, held)
        case Call("round" | "floor" | "ceil", (operand, *_), kind):
            return numbers.rounded(bounded(operand, held), kind.scale)
        case Case(branches, otherwise, kind) if kind.kind.is_number:
            values = [*(value for _, value in branches), otherwise]
            return numbers.meeting(*(bounded(value, held) for value in values))
        case Call("coalesce" | "least" | "greatest" | "nullif", arguments, kind) if kind.kind.is_number:
            return numbers.meeting(*(bounded(argument, held) for argument in arguments))
        case _:
            return node.type


class NotNative(Exception):
    """An engine over columns has nothing that gives exactly the same; the evaluator does it."""


def fields_of(node: Node) -> list[Field]:
    """Every field that a node speaks of, as often as it does."""
    if isinstance(node, Field):
        return [node]
    return [found for part in parts_of(node) for found in fields_of(part)]


def is_true(condition: pl.Expr) -> pl.Expr:
    """Unknown is not true."""
    return condition.fill_null(value=False)


def folded(parts: list[pl.Expr], join: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> pl.Expr:
    """(a b) (c d): balanced, for a long chain would be deep."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return join(folded(parts[:middle], join), folded(parts[middle:], join))


def wide(value: pl.Expr, bound: int) -> pl.Expr:
    """In 128 bits where the bound asks for it. Raises NotNative where even these are too few."""
    if bound > INT128:
        raise NotNative
    return value.cast(pl.Int128) if bound > INT64 else value


def narrow(value: pl.Expr, bound: int) -> pl.Expr:
    """A number that fits is held in 64 bits, however it was worked out."""
    return value.cast(pl.Int128 if bound > INT64 else pl.Int64)


def whole(number: int, bound: int) -> pl.Expr:
    """A whole number in as many bits as it or the bound asks for."""
    return pl.lit(number, dtype=pl.Int128 if max(number, bound) > INT64 else pl.Int64)


def type_of(kind: Type) -> Any:
    """Polars' type for a kind of value."""
    match kind.kind:
        case Kind.TEXT:
            return pl.String
        case Kind.INTEGER | Kind.DECIMAL:
            return pl.Int128 if kind.bound > INT64 else pl.Int64
        case Kind.DATE:
            return pl.Int32
        case Kind.DATETIME:
            return pl.Int64
        case Kind.BOOLEAN:
            return pl.Boolean
        case _:
            return pl.List(pl.String)


def lake_value(value: object, kind: Type) -> Any:
    """A value of `evaluate` or of a literal, as columns hold it."""
    match value:
        case bool() | str() | None:
            return value
        case int() | Decimal():
            return int(EXACT.scaleb(Decimal(value), kind.scale))
        case datetime():
            since = dates.in_utc(value) - _EPOCH
            return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        case date():
            return value.toordinal() - EPOCH_DAY
        case _:
            return list(value) if isinstance(value, tuple) else value
