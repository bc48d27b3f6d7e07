"""The cells once some rows have come and gone: few changes are kept beside them, many are added where they belong.

What was counted of the base of the lake is kept, so that the answer after a change costs what the change is worth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from bihuan.figure.engine.places import Places
from bihuan.figure.engine.spread import Reading, Spread
from bihuan.figure.engine.tally import Amounts, Changes, Numbers

_MOST_BESIDE = 20_000
"""So many single changes at most are kept beside the cells."""


@dataclass(frozen=True)
class Touched:
    """What came and went, by class, part of time and unit: of each its rows (`n`), and of operands count and sum."""

    number: Numbers
    part: Numbers
    unit: Numbers
    sums: Mapping[str, Numbers]

    @classmethod
    def of(cls, reading: Reading) -> "Touched":
        """Rows that were counted as those of the base are."""
        return cls(*reading.places(), reading.sums)


def few_rows(found: pl.DataFrame, places: Places, operands: Sequence[str], parts: int) -> Touched:
    """Single rows: `found` has what tells their places, weights and operands."""
    weight = found["weight"].to_numpy().astype(np.int64)
    sums = {"n": weight}
    for name in operands:
        column, known = found[name], weight
        if column.null_count():
            known, column = weight * column.is_not_null().to_numpy(), column.fill_null(0)
        plain = np.array(column.to_list(), dtype=object) if column.dtype == pl.Int128 else column.to_numpy()
        sums |= {f"k_{name}": known, f"s_{name}": plain * weight}
    own, at = np.unique(places.of(found), return_inverse=True)
    whole = {name: np.zeros(len(own), dtype=values.dtype) for name, values in sums.items()}
    for name, values in sums.items():
        np.add.at(whole[name], at, values)
    return Touched.of(inside(own, whole, places.slots, parts, places.units))


def inside(keys: Numbers, sums: Mapping[str, Numbers], slots: int, parts: int, units: int) -> Reading:
    """What was counted by slot of time, without the slot of those outside of all parts."""
    if slots == parts:
        return Reading(keys, sums, parts, units)
    rest, unit = np.divmod(keys, units)
    number, slot = np.divmod(rest, slots)
    kept = np.flatnonzero(slot > 0)
    own = (number[kept] * parts + slot[kept] - 1) * units + unit[kept]
    return Reading(own, {name: values[kept] for name, values in sums.items()}, parts, units)


@dataclass(frozen=True)
class Since:
    """Cells with what came and went since beside them, for to copy all that is touched costs more than the change."""

    before: Spread
    touched: Touched

    @cached_property
    def amounts(self) -> list[Amounts]:
        """Of each figure of the group, in its order."""
        changes = self._changes()
        return [
            Amounts(one.units, one.records, one.known, one.total, changes, one.where, one.names)
            for one in self.before.amounts
        ]

    @property
    def size(self) -> int:
        """About how many bytes it holds."""
        return self.before.size + sum(values.nbytes for values in self.touched.sums.values())

    def _changes(self) -> Changes:
        starts, wheres = self.before.group.conditions_of
        first = starts[self.touched.number]
        often = starts[self.touched.number + 1] - first
        entry = np.repeat(np.arange(len(often)), often)
        where = wheres[np.arange(len(entry)) + np.repeat(first - np.cumsum(often) + often, often)]
        order = np.argsort(where, kind="stable")
        entry = entry[order]
        return Changes(
            np.searchsorted(where[order], np.arange(len(self.before.group.chosen) + 1)),
            self.touched.part[entry],
            np.searchsorted(self.before.units, self.touched.unit)[entry],
            {name: values[entry] for name, values in self.touched.sums.items()},
        )


def changed(before: Spread | Since, touched: Sequence[Touched]) -> Spread | Since:
    """The cells with what came and went: beside them while it is little, else in arrays anew."""
    known, earlier = (before.before, [before.touched]) if isinstance(before, Since) else (before, [])
    every = _together([*earlier, *touched])
    is_plain = all(values.dtype != object for values in (*every.sums.values(), *known.cells.values()))
    if is_plain and len(every.number) <= _MOST_BESIDE and np.isin(every.unit, known.units).all():
        return Since(known, every)
    return _added(known, every)


def _together(touched: Sequence[Touched]) -> Touched:
    if len(touched) == 1:
        return touched[0]
    number, part, unit = (
        np.concatenate([getattr(one, name) for one in touched]) for name in ("number", "part", "unit")
    )
    names = touched[0].sums
    return Touched(number, part, unit, {name: np.concatenate([one.sums[name] for one in touched]) for name in names})


def _added(before: Spread, touched: Touched) -> Spread:
    """Arrays that stay the same are not copied."""
    group, whole = before.group, _with_units(before, touched.unit)
    shape = whole.parts, len(whole.units)
    place = touched.part * shape[1] + np.searchsorted(whole.units, touched.unit)
    cells = dict(whole.cells)
    for name, wheres in group.needed.items():
        values = touched.sums[name]
        told = np.flatnonzero(values != 0)
        hits, entries = np.nonzero(group.chosen[wheres][:, touched.number[told]])
        if not len(hits):
            continue
        reached, at = np.unique(hits, return_inverse=True)
        own = told[entries]
        arrays = np.concatenate([cells[name, wheres[index]] for index in reached]).reshape(-1)
        arrays = arrays.astype(np.result_type(arrays.dtype, values.dtype), copy=False)
        np.add.at(arrays, at * (shape[0] * shape[1]) + place[own], values[own])
        for index, array in zip(reached, arrays.reshape(-1, *shape), strict=True):
            cells[name, wheres[index]] = array
    return replace(whole, cells=cells)


def _with_units(before: Spread, units: Numbers) -> Spread:
    """With a column for each unit that had none."""
    more = np.setdiff1d(units, before.units)
    if not len(more):
        return before
    whole = np.union1d(before.units, more)
    old = np.searchsorted(whole, before.units)
    cells = {}
    for key, array in before.cells.items():
        wider = np.zeros((before.parts, len(whole)), dtype=array.dtype)
        wider[:, old] = array
        cells[key] = wider
    return Spread(before.group, whole, before.parts, cells)
