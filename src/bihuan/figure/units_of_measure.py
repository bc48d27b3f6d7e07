"""Units of measure through a calculation: what a row expression is in, and the factor to the figure's own unit."""

from collections.abc import Mapping
from fractions import Fraction

from bihuan.expression.tree import Arithmetic, Call, Case, Field, Literal, Negative, Node
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import BY_CODE
from bihuan.standards.measures import find_unit, is_unit


class UnitsClash(ValueError):
    """Two quantities that may not be put together; the message names both."""


def measures_of(spec: LedgerSpec) -> dict[str, str]:
    """The unit of measure of each field that has one."""
    found = {field.code: BY_CODE[field.kind].measure(field) for field in spec.fields if field.kind in BY_CODE}
    return {code: measure for code, measure in found.items() if measure}


def measure_of(node: Node, measures: Mapping[str, str]) -> str:
    """The unit that a row expression is in, "" for none known. Raises UnitsClash where unlike units meet."""
    match node:
        case Field(_, name):
            return measures.get(name.code, "")
        case Negative(operand):
            return measure_of(operand, measures)
        case Arithmetic("+" | "-", left, right):
            return _met([left, right], measures)
        case Arithmetic("*", left, right):
            # Only a plain factor leaves the unit as it is: 亩 times a number of steps is no longer 亩.
            scaled = left if isinstance(right, Literal) else right if isinstance(left, Literal) else None
            return measure_of(scaled, measures) if scaled is not None else ""
        case Arithmetic("/", left, right):
            return "" if measure_of(right, measures) else measure_of(left, measures)
        case Case(branches, otherwise):
            return _met([*(value for _, value in branches), otherwise], measures)
        case Call("coalesce" | "nullif" | "least" | "greatest" | "round" | "abs" | "floor" | "ceil", arguments):
            return _met(list(arguments), measures)
        case _:
            return ""


def _met(nodes: list[Node], measures: Mapping[str, str]) -> str:
    """The one unit of all the parts that have one. Units of one dimension do not add raw either: 亩 is not 公顷."""
    found = {measure_of(node, measures) for node in nodes if not isinstance(node, Literal)} - {""}
    if len(found) > 1:
        one, other = sorted(found)[:2]
        raise UnitsClash(f"“{one}”和“{other}”不能直接放在一起算，请分成两个指标，由系统换算")
    return found.pop() if found else ""


def factor(source: str, target: str) -> Fraction:
    """What a number in `source` is multiplied by to be in `target`, exactly. Where one is not named, nothing is.

    Raises UnitsClash for quantities of different kinds.
    """
    if not source or not target or source == target:
        return Fraction(1)
    if not (is_unit(source) and is_unit(target)):
        raise UnitsClash(f"“{source}”不能换算成“{target}”")
    one, other = find_unit(source), find_unit(target)
    if one.dimension != other.dimension:
        kinds = f"“{source}”（{one.dimension}）不能换算成“{target}”（{other.dimension}）"
        raise UnitsClash(f"{kinds}，两者不是同一种量")
    return one.factor / other.factor


def quotient_factor(numerator: str, denominator: str, target: str) -> Fraction:
    """What numerator / denominator is multiplied by to be in `target`: %, 元/亩, or a bare number.

    Raises UnitsClash where unlike things are divided and the target does not name both.
    """
    above, slash, below = target.partition("/")
    if slash:
        return factor(numerator, above) / factor(denominator, below)
    share = Fraction(1)
    if is_unit(target) and find_unit(target).dimension == "比率":
        share = 100 / find_unit(target).factor
    counted = {"", *(unit for unit in (numerator, denominator) if not _is_physical(unit))}
    if numerator in counted or denominator in counted:
        return share
    return factor(numerator, denominator) * share


def _is_physical(unit: str) -> bool:
    """Whether it is a unit that converts. Things counted (个, 人, 户) may be divided by each other as they are."""
    return is_unit(unit) and find_unit(unit).dimension != unit


def require_known(unit: str) -> None:
    """Raise UnitsClash for a compound whose parts cannot be read, such as 元/."""
    if "/" in unit and not all(part.strip() for part in unit.split("/")):
        raise UnitsClash(f"计量单位“{unit}”不完整，应形如 元/亩")
