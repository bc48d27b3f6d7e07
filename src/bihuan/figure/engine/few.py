"""A delta of few rows, taken by column and row by row: to plan a query over them costs more than all else."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl

from bihuan.figure.engine.changed import Touched
from bihuan.figure.engine.places import Places
from bihuan.figure.engine.tally import Numbers
from bihuan.figure.lake.at_hand import Column
from bihuan.figure.lake.reading import Part


class _Asked(NamedTuple):
    """What is asked of a delta: its columns that lie there, and what must be worked out, named by its place."""

    lying: tuple[str, ...]
    worked_out: Mapping[str, pl.Expr]
    blanks: tuple[int, ...]


@dataclass(frozen=True)
class Few:
    """Takes single rows: where each is counted, and what it adds there."""

    places: Places
    operands: Mapping[str, pl.Expr]

    def of(self, part: Part) -> Touched:
        """What each row brings or takes; left out are those that hold at another time or lie outside of all parts."""
        weight, *found = self._columns(part)
        blanks, outside = self._asked.blanks, self.places.outside
        sources = [column.filled(blank) for column, blank in zip(found, blanks, strict=False)]
        number, slot, unit = self.places.apart(sources)
        sums = {"n": weight.values}
        for name, (values, known) in zip(self.operands, found[len(blanks) :], strict=True):
            sums[f"k_{name}"] = weight.values if known is None else weight.values * known
            sums[f"s_{name}"] = values * weight.values
        touched = Touched(number, slot - outside, unit, part.largest("unit") + 1, sums)
        if not part.bounds and slot[slot.argmin()] >= outside:
            return touched
        return touched.only(np.flatnonzero(_holding(part, slot >= outside)))

    def _columns(self, part: Part) -> list[Column]:
        """The weight, what tells the places, and the operands, in this order."""
        lying, worked_out, _ = self._asked
        found = part.numbers(lying)
        if worked_out:
            table = part.table.select("weight", **worked_out)  # beside a column what is always the same fills one too
            for name in worked_out:
                found.insert(int(name), Column.of(table.get_column(name)))
        return found

    @cached_property
    def _asked(self) -> _Asked:
        asked = [pl.col("weight"), *(column for column, _ in self.places.sources), *self.operands.values()]
        lying = tuple(column.meta.output_name() for column in asked if column.meta.is_column())
        worked_out = {str(at): column for at, column in enumerate(asked) if not column.meta.is_column()}
        return _Asked(lying, worked_out, tuple(blank for _, blank in self.places.sources))


def _holding(part: Part, is_inside: Numbers) -> Numbers:
    """Which rows are inside of the parts of time and keep to the bounds of their part."""
    columns = part.numbers([column for column, _, _ in part.bounds])
    for (values, _), (_, sign, instant) in zip(columns, part.bounds, strict=True):
        is_inside &= values <= instant if sign == "<=" else values > instant
    return is_inside
