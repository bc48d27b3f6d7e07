"""The cells once some rows have come and gone: only those of the conditions that count them are made again.

What was counted of the base of the lake is kept, so that the answer after a change costs what the change is worth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from bihuan.figure.engine.groups import Group
from bihuan.figure.engine.spread import Reading, Spread
from bihuan.figure.engine.tally import Numbers


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


def few_rows(keys: Numbers, found: pl.DataFrame, slots: int, parts: int, units: int) -> Touched:
    """Single rows: `keys` pack class, slot of time and unit; `found` has the weights and then the operands."""
    weight = found["weight"].to_numpy().astype(np.int64)
    sums = {"n": weight}
    for name in found.columns[1:]:
        column, known = found[name], weight
        if column.null_count():
            known, column = weight * column.is_not_null().to_numpy(), column.fill_null(0)
        plain = np.array(column.to_list(), dtype=object) if column.dtype == pl.Int128 else column.to_numpy()
        sums |= {f"k_{name}": known, f"s_{name}": plain * weight}
    own, at = np.unique(keys, return_inverse=True)
    whole = {name: np.zeros(len(own), dtype=values.dtype) for name, values in sums.items()}
    for name, values in sums.items():
        np.add.at(whole[name], at, values)
    return Touched.of(inside(own, whole, slots, parts, units))


def inside(keys: Numbers, sums: Mapping[str, Numbers], slots: int, parts: int, units: int) -> Reading:
    """What was counted by slot of time, without the slot of those outside of all parts."""
    if slots == parts:
        return Reading(keys, sums, parts, units)
    rest, unit = np.divmod(keys, units)
    number, slot = np.divmod(rest, slots)
    kept = np.flatnonzero(slot > 0)
    own = (number[kept] * parts + slot[kept] - 1) * units + unit[kept]
    return Reading(own, {name: values[kept] for name, values in sums.items()}, parts, units)


def changed(before: Spread, touched: Sequence[Touched], group: Group) -> Spread:
    """The cells with what came and went; arrays that stay the same are not copied."""
    number, part, unit = (
        np.concatenate([getattr(one, name) for one in touched]) for name in ("number", "part", "unit")
    )
    whole = _with_units(before, unit)
    shape = whole.parts, len(whole.units)
    place = part * shape[1] + np.searchsorted(whole.units, unit)
    cells = dict(whole.cells)
    for name, wheres in group.needed.items():
        values = np.concatenate([one.sums[name] for one in touched])
        told = np.flatnonzero(values != 0)
        hits, entries = np.nonzero(group.chosen[wheres][:, number[told]])
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
    return Spread(whole, before.parts, cells)
