"""The deltas that this process wrote or read: it need not read them again. One of few rows is also kept by column."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bihuan.figure.kept import Kept

FEW_ROWS = 20_000
_AT_HAND: Kept["AtHand"] = Kept(64 * 1024 * 1024)


class Column(NamedTuple):
    """The values of a column, 0 where unknown; and which are known, None for all."""

    values: NDArray[Any]
    known: NDArray[Any] | None

    @classmethod
    def of(cls, found: pl.Series) -> "Column":
        """A column of whole numbers as NumPy has it; what may need 128 bits as Python's own."""
        known = None
        if found.null_count():
            known, found = found.is_not_null().to_numpy(), found.fill_null(0)
        is_wide = found.dtype == pl.Int128
        return cls(np.array(found.to_list(), dtype=object) if is_wide else found.to_numpy(), known)

    def filled(self, blank: int) -> NDArray[Any]:
        """The values, something in the place of unknown ones."""
        return self.values if self.known is None else np.where(self.known, self.values, blank)


@dataclass(frozen=True)
class AtHand:
    """The rows of a delta; `numbers` are its columns of whole numbers, nothing where the rows are not few."""

    table: pl.DataFrame
    numbers: Mapping[str, Column]


def rows_at_hand(name: str) -> AtHand | None:
    """The rows of a delta as they were written, if this process still has them. No name is ever given twice."""
    return _AT_HAND.get(name)


def keep_at_hand(name: str, table: pl.DataFrame) -> AtHand:
    """Keep the rows of a delta for who asks next."""
    few = table.get_columns() if len(table) <= FEW_ROWS else []
    numbers = {column.name: Column.of(column) for column in few if column.dtype.is_integer()}
    if "weight" in numbers:  # what it weighs is added up
        numbers["weight"] = Column(numbers["weight"].values.astype(np.int64), None)
    found = AtHand(table, numbers)
    size = sum(column.values.nbytes for column in numbers.values())
    _AT_HAND.put(name, found, int(table.estimated_size()) + size)
    return found
