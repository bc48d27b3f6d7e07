"""The 合计 row of an export: exact sums of the columns that add up."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bihuan.ledger.exporting.columns import Column

TOTAL_HEAD = "合计"


class Totals:
    """Adds up the columns that can be, as the rows go by. A column without any number has no sum: unknown is not 0."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._sums: dict[int, Decimal | None] = {
            place: None for place, column in enumerate(columns) if place and column.adds_up
        }
        self._count = len(columns)

    def add(self, cells: Sequence[Any]) -> None:
        for place, known in self._sums.items():
            value = cells[place]
            if isinstance(value, int | float):
                self._sums[place] = (known or Decimal(0)) + Decimal(repr(value))

    @property
    def cells(self) -> list[Any]:
        """The row: the word, and each sum under its column."""
        sums = [self._sums.get(place) for place in range(self._count)]
        return [TOTAL_HEAD, *sums[1:]]
