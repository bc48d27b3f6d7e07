"""Where rows are counted: class, part of time and unit of each as one whole number.

Polars reads the columns as they lie, and works out only the conditions that no column says. The rest is a few steps of
whole numbers a row: NumPy does them over pieces that stay in the processor's cache, in a third of the time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from bihuan.expression import Kind
from bihuan.expression.held import Held
from bihuan.figure.clocks import Clocks
from bihuan.figure.engine.groups import Group
from bihuan.figure.engine.rows import marks_of, part_of_time
from bihuan.figure.engine.tally import Cuts, Numbers
from bihuan.figure.resolved import Flow

_ROWS_AT_ONCE = 32_768
_MOST_DAYS = 100_000
"""Between the first and the last day on which a part of time begins; beyond, the days are compared, not looked up."""


@dataclass(frozen=True)
class Places:
    """The place of a row is (class * slots + slot of time) * units + unit."""

    group: Group
    held: Mapping[str, Held]
    cuts: Cuts
    clocks: Clocks
    slots: int
    units: int

    @cached_property
    def columns(self) -> list[pl.Expr]:
        """What must be read to know it: a column for each atom, then time and unit."""
        found = [atom.number(self.held, self.clocks).alias(f"c{at}") for at, atom in enumerate(self.group.atoms)]
        flow = self.group.time
        if isinstance(flow, Flow):
            if self._slots_of_days is not None:
                time = self.held[flow.field.code].column.fill_null(pl.lit(self._slots_of_days[0], dtype=pl.Int32))
            else:
                time = part_of_time(flow, self.held, self.cuts) + pl.lit(1, dtype=pl.Int32)
            found.append(time.alias("time"))
        return [*found, pl.col("unit").fill_null(0)]

    @property
    def expression(self) -> pl.Expr:
        """The place of a row for Polars to group by, where there are too many places for a table."""
        number = pl.lit(0, dtype=pl.Int64)
        for atom in self.group.atoms:
            number = number * pl.lit(atom.values, dtype=pl.Int64) + atom.number(self.held, self.clocks).cast(pl.Int64)
        if isinstance(self.group.time, Flow):
            place = part_of_time(self.group.time, self.held, self.cuts).cast(pl.Int64)
            number = number * pl.lit(self.slots, dtype=pl.Int64) + place + pl.lit(1, dtype=pl.Int64)
        return number * pl.lit(self.units, dtype=pl.Int64) + pl.col("unit").fill_null(0).cast(pl.Int64)

    def of(self, rows: pl.DataFrame) -> Numbers:
        """The place of each row, of which `columns` were read."""
        found = np.zeros(len(rows), dtype=np.int64)
        for at, atom in enumerate(self.group.atoms):
            found *= atom.values
            found += rows[f"c{at}"].to_numpy()
        if isinstance(self.group.time, Flow):
            found *= self.slots
            found += self._slot(rows["time"].to_numpy())
        found *= self.units
        found += rows["unit"].to_numpy()
        return found

    def pieces(self, rows: pl.DataFrame) -> Iterator[tuple[Numbers, pl.DataFrame]]:
        """The places of so many rows at a time, and these rows."""
        for piece in rows.iter_slices(_ROWS_AT_ONCE):
            yield self.of(piece), piece

    def _slot(self, time: Numbers) -> Numbers:
        if self._slots_of_days is None:
            return time
        first, slots = self._slots_of_days
        return slots.take(time - np.int32(first), mode="clip")

    @cached_property
    def _slots_of_days(self) -> tuple[int, Numbers] | None:
        """The day before all parts, and from it on the slot of each day up to the last that begins one."""
        flow = self.group.time
        if not isinstance(flow, Flow) or flow.field.kind is not Kind.DATE or flow.is_month or flow.is_year:
            return None
        marks = np.array(marks_of(flow, self.cuts), dtype=np.int64)
        first, last = int(marks[0]) - 1, int(marks[-1])
        if last - first > _MOST_DAYS:
            return None
        return first, np.searchsorted(marks, np.arange(first, last + 1), side="right")
