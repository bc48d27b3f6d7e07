"""The 合计 row of an export, and the 小计 row of a group: exact sums of the columns that add up."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from bihuan.ledger.exporting.columns import Column
from bihuan.ledger.exporting.sheet import Standing

TOTAL_HEAD = "合计"
_PART_HEAD = "小计"
_LONGEST_NAME = 16


class Totals:
    """Adds up the columns that can be, as the rows go by. A column without any number has no sum: unknown is not 0."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._sums: dict[int, Decimal | None] = {
            place: None for place, column in enumerate(columns) if place and column.adds_up
        }
        self._count = len(columns)
        self._columns = columns
        self.rows = 0

    def take(self, some: Iterable[Standing]) -> None:
        """Add some records."""
        for standing in some:
            self.rows += 1
            self.add([column.typed(standing) for column in self._columns])

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

    def part(self, name: str) -> list[Any]:
        """The same for a group. Its name and how many records it has stand beside the word, so that an import knows the
        row for no record, whatever the group is called."""
        cells, told = [_PART_HEAD, *self.cells[1:]], f"{name}（{self.rows:,} 条）"
        beside = next((place for place in range(1, self._count) if place not in self._sums), None)
        if beside is None:
            cells[0] = f"{name[:_LONGEST_NAME]}{_PART_HEAD}"
        else:
            cells[beside] = told
        return cells
