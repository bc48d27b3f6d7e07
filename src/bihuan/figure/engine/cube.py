"""All counts and sums over one ledger in one reading of its rows.

Rows are counted by one whole number, which packs unit, part of time and class (the values of all the columns that the
figures' conditions look at). Conditions are then decided once a class, and each figure is a sum over its classes.
Against one aggregate a figure in one group-by this is several times faster (bench/measure_figures.py).
"""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import polars as pl

from bihuan.expression import Checked
from bihuan.expression.columnar import Held, bound_of, to_columnar
from bihuan.figure.clocks import Clocks
from bihuan.figure.engine.groups import Group
from bihuan.figure.engine.rows import part_of_time
from bihuan.figure.engine.spread import Reading, Spread, changed, nothing, spread
from bihuan.figure.engine.tally import Amounts, Cuts, Numbers
from bihuan.figure.kept import Kept
from bihuan.figure.lake.reading import Part
from bihuan.figure.resolved import Flow

INT64 = 2**63 - 1
_MOST_ROWS = 10**10
_FEW_ROWS = 200_000
_COUNTED: Kept[Spread] = Kept(256 * 1024 * 1024)
"""Cells of the lake's base, which does not change between compactions: kept in the process."""


class Cube:
    """Counts one group over the parts of a lake's snapshot."""

    def __init__(self, group: Group, held: Mapping[str, Held], cuts: Cuts, clocks: Clocks) -> None:
        self.group, self.held, self.cuts, self.clocks = group, held, cuts, clocks
        self.parts = len(cuts.days) if isinstance(group.time, Flow) else 1

    def count(self, parts: Sequence[Part]) -> list[Amounts]:
        """The amounts of each figure of the group, in its order."""
        whole = nothing(self.group, self.parts)
        for part in parts:
            if not part.weighted:
                whole = self._base(part)
        deltas = [self.read(part) for part in parts if part.weighted]
        return (changed(whole, deltas, self.group) if deltas else whole).amounts(self.group)

    def _base(self, part: Part) -> Spread:
        key = (part.identity, self.signature)
        found = _COUNTED.get(key)
        if found is None:
            found = spread(self.read(part), self.group)
            _COUNTED.put(key, found, found.size)
        return found

    @property
    def signature(self) -> Hashable:
        """What the cells depend on beside the rows. A group is one object for as long as its figures are asked for."""
        moment = self.clocks.as_of if self.group.uses_clock else None
        return self.group, self.cuts.days, moment

    def read(self, part: Part) -> Reading:
        """One pass over the rows of a part."""
        units = part.largest("unit") + 1
        key, place = self._key(units)
        weight = pl.col("weight").cast(pl.Int64) if part.weighted else None
        columns = [key.alias("key"), *([weight.alias("weight")] if weight is not None else [])]
        columns += [self._operand(checked).alias(name) for name, checked in self.group.operands.items()]
        rows = part.rows
        if place is not None:
            rows = rows.filter((place >= 0) & (place < self.parts))
        counted = rows.select(columns).group_by("key").agg(self._aggregates(part))
        found = counted.collect(engine="in-memory" if part.count < _FEW_ROWS else "streaming")
        sums = {name: as_numbers(found[name]) for name in found.columns if name != "key"}
        return Reading(found["key"].to_numpy(), sums, self.parts, units)

    def _aggregates(self, part: Part) -> list[pl.Expr]:
        """Counts, and sums that cannot overflow: where 64 bits could be too few, they are made in 128."""
        weight = pl.col("weight") if part.weighted else None
        found = [(pl.len().cast(pl.Int64) if weight is None else weight.sum()).alias("n")]
        for name in self.group.operands:
            value = pl.col(name)
            known = value.count().cast(pl.Int64) if weight is None else weight.filter(value.is_not_null()).sum()
            found += [known.alias(f"k_{name}"), (value if weight is None else value * weight).sum().alias(f"s_{name}")]
        return found

    def _operand(self, checked: Checked) -> pl.Expr:
        value = to_columnar(checked, self.held, today=self.clocks.day, now=self.clocks.as_of)
        return value.cast(pl.Int128) if is_wide(checked, self.held) else value.cast(pl.Int64)

    def _key(self, units: int) -> tuple[pl.Expr, pl.Expr | None]:
        number = pl.lit(0, dtype=pl.Int64)
        for atom in self.group.atoms:
            number = number * pl.lit(atom.values, dtype=pl.Int64) + atom.number(self.held, self.clocks)
        place = part_of_time(self.group.time, self.held, self.cuts) if isinstance(self.group.time, Flow) else None
        number = number * pl.lit(self.parts, dtype=pl.Int64)
        if place is not None:
            number = number + place.cast(pl.Int64)
        unit = pl.col("unit").fill_null(0).cast(pl.Int64)
        return number * pl.lit(units, dtype=pl.Int64) + unit, place


def is_wide(checked: Checked, held: Mapping[str, Held]) -> bool:
    """Whether a sum of it could need more than 64 bits."""
    return bound_of(checked, held) >= INT64 // _MOST_ROWS


def as_numbers(series: pl.Series) -> Numbers:
    """Whole numbers in 64 bits where they fit with room for adding them up, else as Python's own."""
    if series.dtype != pl.Int128:
        return series.cast(pl.Int64).to_numpy()
    values = series.to_list()
    is_small = sum(abs(value) for value in values) < INT64
    return np.array(values, dtype=np.int64 if is_small else object)
