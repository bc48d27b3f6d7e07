"""All counts and sums over one ledger in one reading of its rows.

Rows are counted by one whole number, which packs unit, part of time and class (the values of all the columns that the
figures' conditions look at). Conditions are then decided once a class, and each figure is a sum over its classes.
Where the numbers are few enough for a table, each row is added at its place; else they are grouped by hashing. Against
one aggregate a figure in one group-by this is many times faster (bench/measure_figures.py).
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl

from bihuan.expression import Checked
from bihuan.expression.columnar import to_columnar
from bihuan.expression.held import Held, bound_of
from bihuan.figure.clocks import Clocks
from bihuan.figure.engine.changed import Since, Touched, changed, inside
from bihuan.figure.engine.few import Few
from bihuan.figure.engine.groups import Group
from bihuan.figure.engine.places import Places
from bihuan.figure.engine.spread import MOST_DENSE, Reading, Spread, nothing, spread, spread_tables
from bihuan.figure.engine.tally import Amounts, Cuts, Numbers
from bihuan.figure.kept import Kept
from bihuan.figure.lake.reading import Part
from bihuan.figure.resolved import Flow

INT64 = 2**63 - 1
_MOST_ROWS = 10**10
_FEW_ROWS = 200_000
_FEW_PLACES = 4_000_000
_FILES_AT_ONCE = 4
_COUNTED: Kept[Spread | Since] = Kept(256 * 1024 * 1024)
"""Cells of the lake's base, which does not change between compactions, and of the base with the last deltas."""
_CUBES: Kept["Cube"] = Kept(256)
"""So many cubes, for what they make of their group once serves each time that it is asked for."""


def cube_of(group: Group, held: Mapping[str, Held], cuts: Cuts, clocks: Clocks) -> "Cube":
    """The cube of a group, the same as long as what it rests on is."""
    key = group, cuts.days, clocks if group.uses_clock else None, tuple([column.largest for column in held.values()])
    found = _CUBES.get(key)
    if found is None:
        found = Cube(group, held, cuts, clocks)
        _CUBES.put(key, found, 1)
    return found


class Cube:
    """Counts one group over the parts of a lake's snapshot."""

    def __init__(self, group: Group, held: Mapping[str, Held], cuts: Cuts, clocks: Clocks) -> None:
        self.group, self.held, self.cuts, self.clocks = group, held, cuts, clocks
        self.parts = len(cuts.days) if isinstance(group.time, Flow) else 1
        self.slots = self.parts + isinstance(group.time, Flow)  # one before all for what lies outside of them

    def count(self, parts: Sequence[Part]) -> Callable[[int], Amounts]:
        """The amounts of each figure of the group, by its place there."""
        base = parts[0] if parts and not parts[0].weighted else None
        return self._whole(base, parts[1:] if base else parts).amounts

    def _whole(self, base: Part | None, deltas: Sequence[Part]) -> Spread | Since:
        """The base with its deltas; only those are read that came since the same was asked."""
        own = base.identity if base else None, self.signature
        names = tuple([part.identity for part in deltas])
        known, fresh = _COUNTED.get((own, names)), 0
        while known is None and fresh < len(deltas):
            fresh += 1
            known = _COUNTED.get((own, names[:-fresh]))
        whole = known or self._base(base, (own, ()))
        if fresh:
            whole = changed(whole, [self._touched(part) for part in deltas[-fresh:]])
            _COUNTED.put((own, names), whole, whole.size)
            if fresh < len(deltas):
                _COUNTED.drop((own, names[:-fresh]))
        return whole

    def _base(self, base: Part | None, key: Hashable) -> Spread:
        if base is None:
            return nothing(self.group, self.parts)
        units = base.largest("unit") + 1
        places = self.group.classes * self.slots * units
        is_table = places <= min(MOST_DENSE, max(_FEW_PLACES, 8 * base.count)) and not self.wide
        found = (
            spread_tables(self._tables(base, units), self.group) if is_table else spread(self.read(base), self.group)
        )
        _COUNTED.put(key, found, found.size)
        return found

    def _tables(self, base: Part, units: int) -> dict[str, Numbers]:
        """Each row added at its place in tables of class by part by unit, so many rows at once as memory allows."""
        size = self.group.classes * self.slots * units
        whole = np.zeros(size, dtype=np.int64)
        unknown: dict[str, Numbers] = {}
        sums = {name: np.zeros(size, dtype=np.int64) for name in self.group.operands}
        for some in base.portions(_FILES_AT_ONCE):
            found = some.rows.select(*self.places.columns, **self._operands).collect(engine=_engine_for(some))
            for keys, piece in self.places.pieces(found, units):
                np.add.at(whole, keys, 1)
                for name, total in sums.items():
                    column, own = piece[name], keys
                    if column.null_count():
                        blank = column.is_null().to_numpy()
                        np.add.at(unknown.setdefault(name, np.zeros(size, dtype=np.int64)), keys[blank], 1)
                        column, own = column.drop_nulls(), keys[~blank]
                    np.add.at(total, own, column.to_numpy())
        tables = {"n": whole} | {f"s_{name}": total for name, total in sums.items()}
        tables |= {f"k_{name}": whole - unknown[name] if name in unknown else whole for name in sums}
        shape, outside = (self.group.classes, self.slots, units), self.slots - self.parts
        return {name: table.reshape(shape)[:, outside:] for name, table in tables.items()}

    def _touched(self, part: Part) -> Touched:
        return self.few.of(part) if part.is_few else Touched.of(self.read(part))

    @cached_property
    def signature(self) -> Hashable:
        """What the cells depend on beside the rows. A group is one object for as long as its figures are asked for."""
        moment = self.clocks.as_of if self.group.uses_clock else None
        return self.group, self.cuts.days, moment

    def read(self, part: Part) -> Reading:
        """One pass over the rows of a part."""
        units = part.largest("unit") + 1
        weight = pl.col("weight").cast(pl.Int64) if part.weighted else None
        columns = [
            self.places.expression(units).alias("key"),
            *([weight.alias("weight")] if weight is not None else []),
        ]
        counted = part.rows.select(*columns, **self._operands).group_by("key").agg(self._aggregates(part))
        found = counted.collect(engine=_engine_for(part))
        sums = {name: as_numbers(found[name]) for name in found.columns if name != "key"}
        return inside(found["key"].to_numpy(), sums, self.slots, self.parts, units)

    def _aggregates(self, part: Part) -> list[pl.Expr]:
        """Counts, and sums that cannot overflow: where 64 bits could be too few, they are made in 128."""
        weight = pl.col("weight") if part.weighted else None
        found = [(pl.len().cast(pl.Int64) if weight is None else weight.sum()).alias("n")]
        for name in self.group.operands:
            value = pl.col(name)
            known = value.count().cast(pl.Int64) if weight is None else weight.filter(value.is_not_null()).sum()
            found += [known.alias(f"k_{name}"), (value if weight is None else value * weight).sum().alias(f"s_{name}")]
        return found

    @cached_property
    def places(self) -> Places:
        """Where its rows are counted."""
        return Places(self.group, self.held, self.cuts, self.clocks, self.slots)

    @cached_property
    def few(self) -> Few:
        """How a delta of few rows is taken."""
        return Few(self.places, self._operands)

    @cached_property
    def wide(self) -> bool:
        """Whether a sum could need more than 64 bits."""
        return any(is_wide(checked, self.held) for checked in self.group.operands.values())

    @cached_property
    def _operands(self) -> dict[str, pl.Expr]:
        found = {}
        for name, checked in self.group.operands.items():
            value = to_columnar(checked, self.held, today=self.clocks.day, now=self.clocks.as_of)
            kind = pl.Int128 if is_wide(checked, self.held) else pl.Int64
            found[name] = value if value.meta.is_column() and kind is pl.Int64 else value.cast(kind)
        return found


def _engine_for(part: Part) -> Literal["in-memory", "streaming"]:
    return "in-memory" if part.count < _FEW_ROWS else "streaming"


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
