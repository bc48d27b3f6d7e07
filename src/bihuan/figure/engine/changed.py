"""The cells once some rows have come and gone: few changes are kept beside them, many are added where they belong.

What was counted of the base of the lake is kept, so that the answer after a change costs what the change is worth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bihuan.figure.engine.groups import Group
from bihuan.figure.engine.spread import Reading, Spread
from bihuan.figure.engine.tally import Amounts, Changes, Numbers

_MOST_BESIDE = 20_000
"""So many single changes at most are kept beside the cells."""


@dataclass(frozen=True)
class Touched:
    """What came and went, by class, part of time and unit: of each its rows (`n`), and of operands count and sum.

    `units` is more than any of its units.
    """

    number: Numbers
    part: Numbers
    unit: Numbers
    units: int
    sums: Mapping[str, Numbers]

    @classmethod
    def of(cls, reading: Reading) -> "Touched":
        """Rows that were counted as those of the base are."""
        return cls(*reading.places(), reading.units, reading.sums)

    def only(self, entries: Numbers) -> "Touched":
        """Some of the entries."""
        sums = {name: values[entries] for name, values in self.sums.items()}
        return Touched(self.number[entries], self.part[entries], self.unit[entries], self.units, sums)


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
    changes: Changes

    def amounts(self, at: int) -> Amounts:
        """Of one figure of the group, by its place there."""
        return self.before.amounts(at)._replace(changes=self.changes)

    @property
    def size(self) -> int:
        """About how many bytes it holds."""
        return self.before.size + sum(values.nbytes for values in self.touched.sums.values())


def changed(before: Spread | Since, touched: Sequence[Touched]) -> Spread | Since:
    """The cells with what came and went: beside them while it is little, else in arrays anew."""
    known, earlier = (before.before, [before.touched]) if isinstance(before, Since) else (before, [])
    every = _together([*earlier, *touched])
    unit = known.places_of(every.unit, every.units)
    if unit is None or len(every.number) > _MOST_BESIDE:
        return _added(known, every)
    return Since(known, every, _by_condition(known.group, every, unit))


def _by_condition(group: Group, touched: Touched, unit: Numbers) -> Changes:
    """Each change as often as conditions are true of its class, those of a condition side by side."""
    if group.condition_of is not None:
        where = group.condition_of.take(touched.number)
        entry = order = where.argsort(kind="stable")
    else:
        entry, where = _entries(group, touched)
        order = where.argsort(kind="stable")
        entry = entry.take(order)
    bounds = np.arange(len(group.chosen) + 1, dtype=where.dtype)
    taken = {id(values): values.take(entry) for values in touched.sums.values()}  # several are often one array
    return Changes(
        where.take(order).searchsorted(bounds),
        touched.part.take(entry),
        unit.take(entry),
        {name: taken[id(values)] for name, values in touched.sums.items()},
    )


def _entries(group: Group, touched: Touched) -> tuple[Numbers, Numbers]:
    """For each condition that is true of what was touched: which entry it is, and the condition."""
    starts, wheres = group.conditions_of
    first = starts[touched.number]
    often = starts[touched.number + 1] - first
    entry = np.repeat(np.arange(len(often)), often)
    return entry, wheres[np.arange(len(entry)) + np.repeat(first - np.cumsum(often) + often, often)]


def _together(touched: Sequence[Touched]) -> Touched:
    if len(touched) == 1:
        return touched[0]
    number, part, unit = (
        np.concatenate([getattr(one, name) for one in touched]) for name in ("number", "part", "unit")
    )
    sums = {name: np.concatenate([one.sums[name] for one in touched]) for name in touched[0].sums}
    return Touched(number, part, unit, max(one.units for one in touched), sums)


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
