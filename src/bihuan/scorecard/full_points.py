"""How many points each item is worth: by hand, or 100 points shared out by computed weights."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

from bihuan.scorecard.scoring import CENT
from bihuan.scorecard.spec import ScorecardSpec
from bihuan.scorecard.weighing import ahp, entropy

_WHOLE = Decimal(100)


def full_points(card: ScorecardSpec) -> dict[str, Decimal]:
    """Full points by item code. Computed weights share out exactly 100 points among the base items.

    Raises ValueError, in Chinese, where the matrix or the reference values do not allow it.
    """
    full = {item.code: item.weight for item in card.items}
    if card.weights.method == "hand":
        return full
    shares = _shares(card)
    points = shared_out(shares)
    return full | {item.code: points[index] for index, item in enumerate(card.base_items)}


def _shares(card: ScorecardSpec) -> tuple[float, ...]:
    expected = len(card.base_items)
    if card.weights.method == "ahp":
        matrix = [[read_fraction(cell) for cell in row] for row in card.weights.matrix]
        if len(matrix) != expected:
            raise ValueError(f"判断矩阵有 {len(matrix)} 行，基本项有 {expected} 项")
        return ahp(matrix).weights
    table = [[float(value) for value in row] for row in card.weights.reference]
    if any(len(row) != expected for row in table):
        raise ValueError(f"熵权法的参照数据每行应有 {expected} 个数")
    return entropy(table)


def read_fraction(text: str) -> Fraction:
    """`3`, `1/3` or `0.5` as a fraction. Raises ValueError in Chinese."""
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"判断矩阵里的“{text}”不是数；写 3 或 1/3") from error


def shared_out(shares: Sequence[float]) -> list[Decimal]:
    """100 points by share, to two places; the cents that rounding leaves go to the greatest remainders."""
    exact = [_WHOLE * Decimal(share) for share in shares]
    points = [value.quantize(CENT, ROUND_DOWN) for value in exact]
    left = int((_WHOLE - sum(points)) / CENT)
    order = sorted(range(len(exact)), key=lambda index: (points[index] - exact[index], index))
    for index in order[:left]:
        points[index] += CENT
    return points
