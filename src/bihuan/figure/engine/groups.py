"""Figures put together that one reading of the rows can count, and of which classes of rows each is made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from bihuan.expression import Checked
from bihuan.expression.held import Held
from bihuan.expression.tree import And, Compare, Field, In, IsNull, Literal, Node, Not, Or
from bihuan.figure.engine.atoms import MOST_CLASSES, Atom, atoms_of, classes
from bihuan.figure.engine.tally import Numbers
from bihuan.figure.measure import NUMERIC
from bihuan.figure.resolved import Base, Flow, Stock


@dataclass(frozen=True, eq=False)
class Group:
    """Figures that are counted in one reading: they share the date that places a row in time, and few classes.

    `chosen` says of each condition (rows) for which classes (columns) it is true. Of each figure, `where_of` names its
    condition and `operand_of` its operand in `operands`, "" where there is nothing to add up.
    """

    time: Stock | Flow
    bases: tuple[Base, ...]
    atoms: tuple[Atom, ...]
    chosen: Numbers
    where_of: tuple[int, ...]
    operands: Mapping[str, Checked]
    operand_of: tuple[str, ...]
    uses_clock: bool

    @property
    def classes(self) -> int:
        return int(self.chosen.shape[1])

    @cached_property
    def needed(self) -> dict[str, list[int]]:
        """What is counted, and for which conditions: `n` rows; of an operand `k_` those that know it, `s_` its sum."""
        pairs = set(zip(self.operand_of, self.where_of, strict=True))
        found = {"n": sorted(set(self.where_of))}
        for name in self.operands:
            found[f"k_{name}"] = found[f"s_{name}"] = sorted(where for operand, where in pairs if operand == name)
        return found

    @cached_property
    def told_by(self) -> list[tuple[int, tuple[str, str, str]]]:
        """Of each figure its condition, and what of `needed` are its records, its known ones and its total."""
        return [
            (where, ("n", f"k_{operand}", f"s_{operand}") if operand else ("n", "n", "n"))
            for where, operand in zip(self.where_of, self.operand_of, strict=True)
        ]

    @cached_property
    def condition_of(self) -> Numbers | None:
        """Of each class the one condition that is true of it, past all of them for none; None where some have more."""
        if (np.count_nonzero(self.chosen, axis=0) > 1).any():
            return None
        rest = len(self.chosen)
        found = np.full(self.classes, rest, dtype=np.min_scalar_type(rest))  # small numbers are sorted by their digits
        wheres, numbers = np.nonzero(self.chosen)
        found[numbers] = wheres
        return found

    @cached_property
    def conditions_of(self) -> tuple[Numbers, Numbers]:
        """The conditions that are true of a class lie side by side: where those of each class start, and all."""
        numbers, wheres = np.nonzero(self.chosen.T)
        narrow = wheres.astype(np.min_scalar_type(len(self.chosen)))  # so small numbers are sorted by their digits
        return np.searchsorted(numbers, np.arange(self.classes + 1)), narrow


def groups_of(bases: Sequence[Base], all_words: Iterable[tuple[str, tuple[str, ...] | None]]) -> tuple[Group, ...]:
    """Figures put together as far as the number of their classes allows, which the words of each field tell."""
    held = {code: Held(pl.col(code), words=words) for code, words in all_words}
    found: list[tuple[Stock | Flow, list[Base], frozenset[Atom]]] = []
    looked_at = [(base, atoms_of(base.where, held)) for base in bases]
    for base, own in sorted(looked_at, key=lambda pair: (str(pair[0].time), len(pair[1]), pair[0].code)):
        for index, (time, members, atoms) in enumerate(found):
            if time == base.time and classes(atoms | own) <= MOST_CLASSES:
                found[index] = (time, [*members, base], atoms | own)
                break
        else:
            found.append((base.time, [base], own))
    return tuple(_group(time, members, tuple(sorted(atoms, key=repr)), held) for time, members, atoms in found)


def _group(time: Stock | Flow, bases: list[Base], atoms: tuple[Atom, ...], held: Mapping[str, Held]) -> Group:
    wheres: dict[Node | None, int] = {}
    operands: dict[Node, tuple[str, Checked]] = {}
    where_of, operand_of = [], []
    for base in bases:
        where_of.append(wheres.setdefault(base.where.tree if base.where else None, len(wheres)))
        name = ""
        if base.operand is not None and base.function in NUMERIC:
            name = operands.setdefault(base.operand.tree, (f"o{len(operands)}", base.operand))[0]
        operand_of.append(name)
    return Group(
        time,
        tuple(bases),
        atoms,
        _chosen(tuple(wheres), atoms, held),
        tuple(where_of),
        dict(operands.values()),
        tuple(operand_of),
        any(base.uses_clock for base in bases),
    )


def _chosen(wheres: Sequence[Node | None], atoms: Sequence[Atom], held: Mapping[str, Held]) -> Numbers:
    """Conditions by classes: whether the condition is true of the class. A class is the number of its atoms' values."""
    rest = np.arange(classes(frozenset(atoms)), dtype=np.int64)
    everything = np.ones(len(rest), dtype=bool)
    values: dict[Node, Numbers] = {}
    for atom in reversed(atoms):
        values[atom.node], rest = rest % atom.values, rest // atom.values
    seen = _Classes(values, {code: column.words or () for code, column in held.items()}, everything)
    return np.array([everything if where is None else seen.truth(where)[0] for where in wheres], dtype=bool)


@dataclass(frozen=True)
class _Classes:
    """Of every class the values of its atoms; conditions are decided on them by the logic of true, false, unknown."""

    values: Mapping[Node, Numbers]
    words: Mapping[str, tuple[str, ...]]
    everything: Numbers

    def truth(self, node: Node) -> tuple[Numbers, Numbers]:
        """Where it is true, and where it is false."""
        match node:
            case _ if node in self.values:
                return self.values[node] == 1, self.values[node] == 0
            case Not(operand):
                true, false = self.truth(operand)
                return false, true
            case And(operands):
                parts = [self.truth(operand) for operand in operands]
                return np.all([true for true, _ in parts], axis=0), np.any([false for _, false in parts], axis=0)
            case Or(operands):
                parts = [self.truth(operand) for operand in operands]
                return np.any([true for true, _ in parts], axis=0), np.all([false for _, false in parts], axis=0)
            case Literal(_, value):
                return self.everything & (value is True), self.everything & (value is False)
            case _:
                return self.of_words(node)

    def of_words(self, node: Node) -> tuple[Numbers, Numbers]:
        """A field of few words beside words, or asked whether it is blank."""
        match node:
            case IsNull(Field() as field):
                blank = self.values[field] == len(self.words[field.name.code])
                return blank, ~blank
            case In(Field() as field, options):
                return self.among(field, [option.value for option in options if isinstance(option, Literal)])
            case Compare(operator, Field() as field, Literal(_, word)) | Compare(
                operator, Literal(_, word), Field() as field
            ):
                same, other = self.among(field, [word])
                return (same, other) if operator == "=" else (other, same)
            case _:
                raise AssertionError(node)

    def among(self, field: Field, options: Sequence[object]) -> tuple[Numbers, Numbers]:
        """Whether it is one of the words; beside an unknown word nothing is surely another."""
        words, value = self.words[field.name.code], self.values[field]
        numbers = [words.index(word) for word in options if isinstance(word, str) and word in words]
        same = np.isin(value, numbers)
        return same, self.everything & ~same & (value != len(words)) & (None not in options)
