"""How many digits a number may have: known before any row is read, so that no engine can overflow or round.

Every number of an expression is exact: `number * 10^scale` is a whole number of at most `bound`. The digits of
fields and literals are limited, and each operation carries the bound on.
"""

from decimal import Decimal

from bihuan.expression.names import Kind, Name
from bihuan.expression.tree import Literal, Type

INTEGER_DIGITS = 18
DECIMAL_DIGITS = 15  # what a JSON number holds exactly, decimal places included
LITERAL_DIGITS = 18
QUOTIENT_SCALE = 6
MAXIMUM_DIGITS = 100
MAXIMUM_SCALE = 30


def field_type(name: Name) -> Type:
    if name.kind is Kind.INTEGER:
        return integer(10**INTEGER_DIGITS - 1)
    if name.kind is Kind.DECIMAL:
        return Type(Kind.DECIMAL, name.scale, 10**DECIMAL_DIGITS - 1)
    return Type(name.kind)


def literal(text: str) -> Literal | None:
    """The literal written as `text` (digits, perhaps with a point); None when it has too many digits."""
    digits, _, places = text.partition(".")
    if len(digits.lstrip("0")) + len(places) > LITERAL_DIGITS or len(places) > QUOTIENT_SCALE * 2:
        return None
    unscaled = int(digits + places)
    if not places:
        return Literal(integer(unscaled), unscaled)
    return Literal(Type(Kind.DECIMAL, len(places), unscaled), Decimal(text))


def integer(bound: int) -> Type:
    return Type(Kind.INTEGER, 0, bound)


def at_scale(kind: Type, scale: int) -> Type:
    """The same numbers with more decimal places."""
    return Type(kind.kind, scale, kind.bound * 10 ** (scale - kind.scale))


def meeting(*kinds: Type) -> Type:
    """What holds a number of any of these types, unchanged."""
    scale = max(kind.scale for kind in kinds)
    kind = Kind.DECIMAL if any(kind.kind is Kind.DECIMAL for kind in kinds) else Kind.INTEGER
    return Type(kind, scale, max(at_scale(kind, scale).bound for kind in kinds))


def arithmetic(operator: str, left: Type, right: Type) -> Type:
    meet = meeting(left, right)
    if operator in "+-":
        bound = at_scale(left, meet.scale).bound + at_scale(right, meet.scale).bound
        return Type(meet.kind, meet.scale, bound)
    if operator == "*":
        return Type(meet.kind, left.scale + right.scale, left.bound * right.bound)
    # The smallest divisor that is not zero is one unit of its last place.
    bound = left.bound * 10 ** (right.scale + QUOTIENT_SCALE) // 10**left.scale + 1
    return Type(Kind.DECIMAL, QUOTIENT_SCALE, bound)


def divided_by_literal(left: Type, divisor: Literal) -> Type:
    """As arithmetic("/"), and tighter, for the divisor is known."""
    bound = left.bound * 10 ** (divisor.type.scale + QUOTIENT_SCALE)
    return Type(Kind.DECIMAL, QUOTIENT_SCALE, bound // (10**left.scale * divisor.type.bound) + 1)


def rounded(kind: Type, places: int) -> Type:
    """Rounded half away from zero to `places`, or cut down or up to a whole number."""
    if places >= kind.scale:
        return kind if places else integer(kind.bound)
    return Type(Kind.DECIMAL if places else Kind.INTEGER, places, kind.bound // 10 ** (kind.scale - places) + 1)


def is_too_big(kind: Type) -> bool:
    return kind.kind.is_number and (kind.bound >= 10**MAXIMUM_DIGITS or kind.scale > MAXIMUM_SCALE)
