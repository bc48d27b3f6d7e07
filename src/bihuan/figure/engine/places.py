"""Where rows are counted: class, part of time and unit of each as one whole number.

Polars reads the columns as they lie, and works out only the conditions that no column says. The rest is a few steps of
whole numbers a row: NumPy does them over pieces that stay in the processor's cache, in a third of the time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import polars as pl

from bihuan.expression import Kind
from bihuan.expression.held import Held
from bihuan.figure.clocks import Clocks
from bihuan.figure.engine.groups import Group
from bihuan.figure.engine.rows import part_of_time
from bihuan.figure.engine.tally import Cuts, Numbers
from bihuan.figure.lake.columns import days
from bihuan.figure.resolved import Flow

_ROWS_AT_ONCE = 32_768
_MOST_DAYS = 100_000
"""Between the first and the last day on which a part of time begins; beyond, the days are compared, not looked up."""


@dataclass(frozen=True)
class Places:
    """The place of a row is (class * slots + slot of time) * units + unit, `units` being more than any unit."""

    group: Group
    held: Mapping[str, Held]
    cuts: Cuts
    clocks: Clocks
    slots: int

    @property
    def outside(self) -> int:
        """How many slots stand before the parts of time, for rows that lie outside of them all."""
        return int(isinstance(self.group.time, Flow))

    @cached_property
    def sources(self) -> list[tuple[pl.Expr, int]]:
        """What must be read to know it, and what stands for unknown: an entry for each atom, for time, and for unit."""
        found = [(atom.number(self.held, self.clocks), atom.values - 1) for atom in self.group.atoms]
        flow = self.group.time
        if isinstance(flow, Flow) and self._slots_of_days is not None:
            found.append((self.held[flow.field.code].column, self._slots_of_days[0]))
        elif isinstance(flow, Flow):
            found.append((part_of_time(flow, self.held, self.cuts) + pl.lit(1, dtype=pl.Int32), 0))
        return [*found, (pl.col("unit"), 0)]

    @cached_property
    def columns(self) -> list[pl.Expr]:
        """The same for Polars to read, named by their order."""
        return [column.fill_null(blank).alias(f"c{at}") for at, (column, blank) in enumerate(self.sources)]

    def expression(self, units: int) -> pl.Expr:
        """The place of a row for Polars to group by, where there are too many places for a table."""
        number = pl.lit(0, dtype=pl.Int64)
        for atom in self.group.atoms:
            value = atom.number(self.held, self.clocks).fill_null(atom.values - 1).cast(pl.Int64)
            number = number * pl.lit(atom.values, dtype=pl.Int64) + value
        if isinstance(self.group.time, Flow):
            place = part_of_time(self.group.time, self.held, self.cuts).cast(pl.Int64)
            number = number * pl.lit(self.slots, dtype=pl.Int64) + place + pl.lit(1, dtype=pl.Int64)
        return number * pl.lit(units, dtype=pl.Int64) + pl.col("unit").fill_null(0).cast(pl.Int64)

    def apart(self, found: Sequence[Numbers]) -> tuple[Numbers, Numbers, Numbers]:
        """Class, slot of time and unit of each row, from what `sources` say of it."""
        nothing = np.zeros(len(found[-1]), dtype=np.int32)
        number = found[0].astype(np.int32) if self.group.atoms else nothing
        for atom, values in zip(self.group.atoms[1:], found[1:], strict=False):
            number *= atom.values
            number += values.astype(np.int32)
        return number, self._slot(found[-2]) if self.outside else nothing, found[-1]

    def pieces(self, rows: pl.DataFrame, units: int) -> Iterator[tuple[Numbers, pl.DataFrame]]:
        """The places of so many rows at a time, and these rows, of which `columns` were read. 32 bits hold a place."""
        names = [f"c{at}" for at in range(len(self.sources))]
        for piece in rows.iter_slices(_ROWS_AT_ONCE):
            place, slot, unit = self.apart([piece[name].to_numpy() for name in names])
            place *= self.slots
            place += slot
            place *= units
            place += unit.astype(np.int32)
            yield place.astype(np.intp), piece

    def _slot(self, time: Numbers) -> Numbers:
        if self._slots_of_days is None:
            return time
        first, slots = self._slots_of_days
        return slots.take(time - first, mode="clip")

    @cached_property
    def _slots_of_days(self) -> tuple[int, Numbers] | None:
        """The day before all parts, and from it on the slot of each day up to the last that begins one."""
        flow = self.group.time
        if not isinstance(flow, Flow) or flow.field.kind is not Kind.DATE or flow.is_month or flow.is_year:
            return None
        marks = tuple(days(day) for day in self.cuts.days)
        first = marks[0] - 1
        if marks[-1] - first > _MOST_DAYS:
            return None
        return first, _slots_from(marks)


@lru_cache(maxsize=64)
def _slots_from(marks: tuple[int, ...]) -> Numbers:
    """The slot of each day from the one before the first mark on."""
    every = np.arange(marks[0] - 1, marks[-1] + 1)
    return np.searchsorted(np.array(marks), every, side="right").astype(np.int32)
