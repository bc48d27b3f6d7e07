"""All counts and sums over one ledger in one reading of its rows.

Rows are counted by one whole number, which packs unit, part of time and class (the values of all the columns that the
figures' conditions look at). Conditions are then decided once a class, and each figure is a sum over its classes.
Against one aggregate a figure in one group-by this is several times faster (bench/measure_figures.py).
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from bihuan.expression import Checked
from bihuan.expression.columnar import Held, bound_of, to_columnar
from bihuan.figure.clocks import Clocks
from bihuan.figure.engine.atoms import MOST_CLASSES, Atom, atoms_of, classes
from bihuan.figure.engine.rows import condition, part_of_time
from bihuan.figure.engine.tally import Amounts, Cuts, Numbers
from bihuan.figure.lake.reading import Part
from bihuan.figure.measure import NUMERIC
from bihuan.figure.resolved import Base, Flow, Stock

_EXACT_FLOAT = 2**53
_INT64 = 2**63 - 1


@dataclass(frozen=True)
class Group:
    """Figures that are counted in one reading: they share the date that places a row in time, and few classes."""

    time: Stock | Flow
    bases: tuple[Base, ...]
    atoms: tuple[Atom, ...]


def groups_of(bases: Sequence[Base], held: Mapping[str, Held]) -> list[Group]:
    """Figures put together as far as the number of their classes allows."""
    found: list[tuple[Stock | Flow, list[Base], frozenset[Atom]]] = []
    looked_at = [(base, atoms_of(base.where, held)) for base in bases]
    for base, own in sorted(looked_at, key=lambda pair: (str(pair[0].time), len(pair[1]), pair[0].code)):
        for index, (time, members, atoms) in enumerate(found):
            if time == base.time and classes(atoms | own) <= MOST_CLASSES:
                found[index] = (time, [*members, base], atoms | own)
                break
        else:
            found.append((base.time, [base], own))
    return [Group(time, tuple(members), tuple(sorted(atoms, key=repr))) for time, members, atoms in found]


@dataclass(frozen=True)
class Reading:
    """One group's rows counted: distinct keys with how many records, and for each operand its count and its sum."""

    keys: Numbers
    sums: dict[str, Numbers]


class Cube:
    """Counts one group over the parts of a lake's snapshot."""

    def __init__(self, group: Group, held: Mapping[str, Held], cuts: Cuts, clocks: Clocks, units: int) -> None:
        self.group, self.held, self.cuts, self.clocks = group, held, cuts, clocks
        self.operands = _operands(group)
        self.parts = len(cuts.days) if isinstance(group.time, Flow) else 1
        self.units = units + 1

    def count(self, parts: Sequence[Part]) -> list[Amounts]:
        """The amounts of each figure of the group, in its order."""
        readings = [_remembered(part, self) if not part.weighted else self.read(part) for part in parts]
        return self._spread(_merged(readings, self._measures()))

    @property
    def signature(self) -> Hashable:
        """What the counting depends on beside the rows: the same signature over the same rows gives the same."""
        asks = any(base.uses_clock for base in self.group.bases)
        moment = self.clocks.as_of if asks else None
        words = tuple((code, held.words) for code, held in sorted(self.held.items()) if held.words)
        operands = tuple(checked.tree for checked in self.operands.values())
        return self.group.time, self.group.atoms, operands, self.cuts.days, self.units, moment, words

    def read(self, part: Part) -> Reading:
        """One pass over the rows of a part."""
        key, place = self._key()
        weight = pl.col("weight").cast(pl.Int64) if part.weighted else None
        columns = [key.alias("key"), *([weight.alias("weight")] if weight is not None else [])]
        columns += [self._operand(checked).alias(name) for name, checked in self.operands.items()]
        rows = part.rows
        if place is not None:
            rows = rows.filter((place >= 0) & (place < self.parts))
        found = rows.select(columns).group_by("key").agg(self._aggregates(part)).collect(engine="streaming")
        measures = {name: _as_numbers(found[name]) for name in self._measures()}
        return Reading(found["key"].to_numpy(), measures)

    def _measures(self) -> list[str]:
        return ["n", *(f"{kind}{name}" for name in self.operands for kind in ("k_", "s_"))]

    def _aggregates(self, part: Part) -> list[pl.Expr]:
        """Counts, and sums that cannot overflow: where 64 bits could be too few, they are made in 128."""
        weight = pl.col("weight") if part.weighted else None
        found = [(pl.len().cast(pl.Int64) if weight is None else weight.sum()).alias("n")]
        for name in self.operands:
            value = pl.col(name)
            known = value.count().cast(pl.Int64) if weight is None else weight.filter(value.is_not_null()).sum()
            found += [known.alias(f"k_{name}"), (value if weight is None else value * weight).sum().alias(f"s_{name}")]
        return found

    def _operand(self, checked: Checked) -> pl.Expr:
        value = to_columnar(checked, self.held, today=self.clocks.day, now=self.clocks.as_of)
        return value.cast(pl.Int128) if bound_of(checked, self.held) >= _INT64 // 10**10 else value.cast(pl.Int64)

    def _key(self) -> tuple[pl.Expr, pl.Expr | None]:
        number = pl.lit(0, dtype=pl.Int64)
        for atom in self.group.atoms:
            number = number * pl.lit(atom.values, dtype=pl.Int64) + atom.number(self.held, self.clocks)
        place = part_of_time(self.group.time, self.held, self.cuts) if isinstance(self.group.time, Flow) else None
        number = number * pl.lit(self.parts, dtype=pl.Int64)
        if place is not None:
            number = number + place.cast(pl.Int64)
        unit = pl.col("unit").fill_null(0).cast(pl.Int64)
        return number * pl.lit(self.units, dtype=pl.Int64) + unit, place

    def _spread(self, reading: Reading) -> list[Amounts]:
        """From classes to figures: each figure is the sum over the classes for which its condition is true."""
        unit, rest = reading.keys % self.units, reading.keys // self.units
        part, number = rest % self.parts, rest // self.parts
        units, unit_at = np.unique(unit, return_inverse=True)
        numbers, class_at = np.unique(number, return_inverse=True)
        chosen = self._chosen(numbers)
        cells = unit_at * self.parts + part
        shape = (len(units), self.parts)
        dense = {name: _by_figure(cells, class_at, values, chosen, shape) for name, values in reading.sums.items()}
        found = []
        for index, base in enumerate(self.group.bases):
            name = _operand_name(base)
            records = dense["n"][index]
            known, total = (dense[f"k_{name}"][index], dense[f"s_{name}"][index]) if name else (records, records)
            found.append(Amounts(units, records, known, total))
        return found

    def _chosen(self, numbers: Numbers) -> Numbers:
        """Classes by figures: whether the figure's condition is true of the class."""
        columns: dict[str, pl.Series] = {}
        held, given = dict(self.held), {}
        rest = numbers
        for index, atom in reversed(list(enumerate(self.group.atoms))):
            value, rest = rest % atom.values, rest // atom.values
            name = f"atom_{index}"
            series = pl.Series(name, [None if v == atom.values - 1 else int(v) for v in value], dtype=pl.UInt16)
            columns[name] = series if atom.field else series.cast(pl.Boolean)
            if atom.field:
                held[atom.field] = Held(pl.col(name), words=self.held[atom.field].words)
            else:
                given[atom.node] = pl.col(name)
        frame = pl.DataFrame({"": pl.Series([0] * len(numbers), dtype=pl.Int8), **columns})
        wheres = {base.where.tree: base.where for base in self.group.bases if base.where is not None}
        told = [
            condition(where, held, self.clocks, given).alias(f"chosen_{at}") for at, where in enumerate(wheres.values())
        ]
        met = frame.with_columns(told) if told else frame
        column = {tree: met[f"chosen_{at}"].to_numpy() for at, tree in enumerate(wheres)}
        chosen = np.ones((len(numbers), len(self.group.bases)), dtype=bool)
        for index, base in enumerate(self.group.bases):
            if base.where is not None:
                chosen[:, index] = column[base.where.tree]
        return chosen


def _by_figure(
    cells: Numbers, class_at: Numbers, values: Numbers, chosen: Numbers, shape: tuple[int, int]
) -> list[Numbers]:
    """For each figure an exact array of units by parts."""
    size, count = shape[0] * shape[1], chosen.shape[0]
    is_small = values.dtype != object and float(np.abs(values.astype(np.float64)).sum()) < _EXACT_FLOAT / 2
    if is_small and size * count <= 10_000_000:
        dense = np.zeros((size, count))
        dense[cells, class_at] = values
        found = dense @ chosen.astype(np.float64)
        return [column.reshape(shape).astype(np.int64) for column in found.T]
    spread = []
    for index in range(chosen.shape[1]):
        mask = chosen[class_at, index]
        column = np.zeros(size, dtype=values.dtype)
        np.add.at(column, cells[mask], values[mask])
        spread.append(column.reshape(shape))
    return spread


def _as_numbers(series: pl.Series) -> Numbers:
    """Whole numbers in 64 bits where they fit with room for adding them up, else as Python's own."""
    if series.dtype != pl.Int128:
        return series.cast(pl.Int64).to_numpy()
    values = series.to_list()
    is_small = sum(abs(value) for value in values) < _INT64
    return np.array(values, dtype=np.int64 if is_small else object)


def _operand_name(base: Base) -> str:
    return f"{base.operand.tree!r}" if base.operand is not None and base.function in NUMERIC else ""


def _operands(group: Group) -> dict[str, Checked]:
    return {_operand_name(base): base.operand for base in group.bases if base.operand and _operand_name(base)}


def _merged(readings: Sequence[Reading], measures: Sequence[str]) -> Reading:
    if len(readings) == 1:
        return readings[0]
    if not readings:
        return Reading(np.zeros(0, dtype=np.int64), {name: np.zeros(0, dtype=np.int64) for name in measures})
    keys, at = np.unique(np.concatenate([reading.keys for reading in readings]), return_inverse=True)
    sums = {}
    for name in measures:
        values = np.concatenate([reading.sums[name] for reading in readings])
        total: Any = np.zeros(len(keys), dtype=values.dtype)
        np.add.at(total, at, values)
        sums[name] = total
    return Reading(keys, sums)


class _Asked:
    """A cube over a part, known by its identity, so that what was counted before is not counted again."""

    def __init__(self, part: Part, cube: Cube) -> None:
        self.part, self.cube = part, cube
        self.identity = (part.identity, cube.signature)

    def __hash__(self) -> int:
        return hash(self.identity)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self.identity == other.identity


@lru_cache(maxsize=24)
def _reading_of(asked: _Asked) -> Reading:
    return asked.cube.read(asked.part)


def _remembered(part: Part, cube: Cube) -> Reading:
    """The base of the lake does not change between compactions: its part of the answer is kept in the process."""
    return _reading_of(_Asked(part, cube))
