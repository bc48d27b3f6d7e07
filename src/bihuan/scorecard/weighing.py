"""Weights from judgement (AHP) and from data (entropy), each by its published method."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import log

RANDOM_INDEX = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
"""Mean consistency index of random matrices of order n: T. L. Saaty, The Analytic Hierarchy Process, 1980."""

CONSISTENT_BELOW = 0.1
"""Saaty's limit: with a ratio of 0.10 or more the judgements contradict each other too much."""

_STEPS = 1_000
_CLOSE = 1e-14


@dataclass(frozen=True)
class Judged:
    """Weights that sum to one, the greatest eigenvalue, and the consistency ratio of the judgements behind them."""

    weights: tuple[float, ...]
    greatest: float
    ratio: float

    @property
    def is_consistent(self) -> bool:
        return self.ratio < CONSISTENT_BELOW


def ahp(matrix: Sequence[Sequence[Fraction]]) -> Judged:
    """Weights from pairwise comparisons: the principal eigenvector, and CR = CI / RI with CI = (λmax - n) / (n - 1).

    Raises ValueError, in Chinese, for a matrix that is not square, not positive, not reciprocal or over order 10.
    Source: T. L. Saaty, The Analytic Hierarchy Process, McGraw-Hill 1980; Decision making with the AHP, 2008.
    """
    _require_reciprocal(matrix)
    size = len(matrix)
    rows = [[float(cell) for cell in row] for row in matrix]
    weights = [1 / size] * size
    for _ in range(_STEPS):
        product = [sum(a * w for a, w in zip(row, weights, strict=True)) for row in rows]
        total = sum(product)
        fresh = [value / total for value in product]
        settled = max(abs(a - b) for a, b in zip(fresh, weights, strict=True)) < _CLOSE
        weights = fresh
        if settled:
            break
    product = [sum(a * w for a, w in zip(row, weights, strict=True)) for row in rows]
    greatest = sum(p / w for p, w in zip(product, weights, strict=True)) / size
    if size < 3:
        return Judged(tuple(weights), greatest, 0.0)
    index = (greatest - size) / (size - 1)
    return Judged(tuple(weights), greatest, max(0.0, index / RANDOM_INDEX[size]))


def _require_reciprocal(matrix: Sequence[Sequence[Fraction]]) -> None:
    size = len(matrix)
    if not 1 <= size < len(RANDOM_INDEX):
        raise ValueError(f"判断矩阵有 {size} 行，允许 1 到 {len(RANDOM_INDEX) - 1} 行")
    for i, row in enumerate(matrix):
        if len(row) != size:
            raise ValueError(f"判断矩阵第 {i + 1} 行有 {len(row)} 个数，应有 {size} 个")
        for j, cell in enumerate(row):
            if not Fraction(1, 9) <= cell <= 9:
                raise ValueError(f"判断矩阵第 {i + 1} 行第 {j + 1} 个数是 {cell}，允许 1/9 到 9")
            if cell * matrix[j][i] != 1:
                raise ValueError(f"判断矩阵第 {i + 1} 行第 {j + 1} 个数 {cell} 与对称位置的 {matrix[j][i]} 不互为倒数")


def entropy(table: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Weights of columns by how much they tell units apart: 1 - entropy, in proportion.

    `table` holds a row a unit, a column an indicator, values not negative and more-is-better. A column in which all
    units are alike gets nothing; where all columns are so, all weigh the same. Raises ValueError for negative values.
    Source: C. E. Shannon 1948; as weights: C. L. Hwang and K. Yoon, Multiple Attribute Decision Making, 1981, 3.3.
    """
    if len(table) < 2:
        raise ValueError("熵权法至少需要两个单位的数据")
    if any(value < 0 for row in table for value in row):
        raise ValueError("熵权法不接受负数，请先换成不小于零的数")
    columns = list(zip(*table, strict=True))
    spread = [1 - entropy_of(column) for column in columns]
    total = sum(spread)
    if total <= _CLOSE:
        return tuple(1 / len(columns) for _ in columns)
    return tuple(value / total for value in spread)


def entropy_of(column: Sequence[float]) -> float:
    """How evenly a column's sum is spread over its rows: 1 when all are alike, 0 when one row has it all."""
    total = sum(column)
    if not total:
        return 1.0
    shares = [value / total for value in column if value]
    return min(1.0, max(0.0, -sum(share * log(share) for share in shares) / log(len(column))))
