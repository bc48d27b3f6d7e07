"""The cells of a group of figures: from counted classes to what each condition counts, by part of time and unit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bihuan.figure.engine.groups import Group
from bihuan.figure.engine.tally import Amounts, Numbers

_EXACT_FLOAT = 2**53
_MOST_CELLS = 4_000_000
MOST_DENSE = 20_000_000
"""A table of class by part by unit has no more places."""


@dataclass(frozen=True)
class Reading:
    """A group's rows counted: distinct keys, and of each its rows (`n`) and for each operand count and sum.

    A key packs class, part of time and unit: (class * parts + part) * units + unit.
    """

    keys: Numbers
    sums: Mapping[str, Numbers]
    parts: int
    units: int

    def places(self) -> tuple[Numbers, Numbers, Numbers]:
        """The keys taken apart: class, part, unit."""
        rest, unit = np.divmod(self.keys, self.units)
        number, part = np.divmod(rest, self.parts)
        return number, part, unit


@dataclass(frozen=True)
class Spread:
    """By what is counted and condition, an exact array of parts by units; `units` says which units, ascending."""

    group: Group
    units: Numbers
    parts: int
    cells: Mapping[tuple[str, int], Numbers]

    def amounts(self, at: int) -> Amounts:
        """Of one figure of the group, by its place there."""
        where, names = self.group.told_by[at]
        records, known, total = (self.cells[name, where].T for name in names)
        return Amounts(self.units, records, known, total, None, where, names)

    def places_of(self, units: Numbers, most: int) -> Numbers | None:
        """Where units, all less than `most`, stand among its own; None where one of them does not."""
        if most <= len(self.units) and self.units[-1] == len(self.units) - 1:  # every number from 0 on
            return units
        places = np.searchsorted(self.units, units)
        return places if np.isin(units, self.units).all() else None

    @cached_property
    def size(self) -> int:
        """About how many bytes it holds."""
        return sum(array.nbytes for array in self.cells.values())


def nothing(group: Group, parts: int) -> Spread:
    """The cells before any row is counted."""
    none = np.zeros((parts, 0), dtype=np.int64)
    cells = {(name, where): none for name, wheres in group.needed.items() for where in wheres}
    return Spread(group, np.zeros(0, dtype=np.int64), parts, cells)


def spread(reading: Reading, group: Group) -> Spread:
    """Each figure is the sum over the classes for which its condition is true."""
    shape = (group.classes, reading.parts, reading.units)
    units, chosen, keys = np.arange(reading.units), group.chosen, reading.keys
    if np.prod(shape, dtype=np.float64) > _MOST_CELLS:
        number, part, unit = reading.places()
        units, unit = np.unique(unit, return_inverse=True)
        numbers, number = np.unique(number, return_inverse=True)
        shape, chosen = (len(numbers), reading.parts, len(units)), chosen[:, numbers]
        keys = np.ravel_multi_index((number, part, unit), shape) if len(keys) else keys
    size = np.prod(shape, dtype=np.float64)
    cells: dict[tuple[str, int], Numbers] = {}
    for name, wheres in group.needed.items():
        values = reading.sums[name]
        if size > MOST_DENSE or not size:
            found = _by_rows(keys, values, shape, chosen, wheres)
        else:
            dense = np.zeros(shape, dtype=values.dtype)
            dense.reshape(-1)[keys] = values
            found = _by_classes(dense, chosen, wheres)
        cells |= {(name, where): array for where, array in found}
    return Spread(group, units, reading.parts, cells)


def spread_tables(tables: Mapping[str, Numbers], group: Group) -> Spread:
    """As `spread`, from tables of class by part by unit, one for each thing that is counted."""
    cells = {
        (name, where): array
        for name, wheres in group.needed.items()
        for where, array in _by_classes(tables[name], group.chosen, wheres)
    }
    _, parts, units = tables["n"].shape
    return Spread(group, np.arange(units), parts, cells)


def _by_classes(dense: Numbers, chosen: Numbers, wheres: Sequence[int]) -> Iterator[tuple[int, Numbers]]:
    classes = {where: np.flatnonzero(chosen[where]) for where in wheres}
    many = [where for where in wheres if len(classes[where]) > 4]
    is_small = bool(many) and dense.dtype != object and float(np.abs(dense).sum(dtype=np.float64)) < _EXACT_FLOAT / 2
    if is_small:
        met = chosen[many].astype(np.float64) @ dense.reshape(len(dense), -1).astype(np.float64)
        yield from zip(many, met.astype(np.int64).reshape(-1, *dense.shape[1:]), strict=True)
    for where in wheres:
        own = classes[where]
        if where not in many or not is_small:
            yield where, dense[own[0]] if len(own) == 1 else dense[own].sum(axis=0)


def _by_rows(
    keys: Numbers, values: Numbers, shape: tuple[int, int, int], chosen: Numbers, wheres: Sequence[int]
) -> Iterator[tuple[int, Numbers]]:
    """Where classes, parts and units are too many for a table of all: condition by condition over what occurs."""
    cells = shape[1] * shape[2]
    number, cell = np.divmod(keys, cells) if cells else (keys, keys)
    for where in wheres:
        mask = chosen[where][number]
        found = np.zeros(cells, dtype=values.dtype)
        np.add.at(found, cell[mask], values[mask])
        yield where, found.reshape(shape[1:])
