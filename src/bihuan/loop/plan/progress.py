"""Weighted progress, rolled up as a ratio of sums: a leaf's weight is the product of the shares on the way to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True)
class Task:
    """A node: its weight among its siblings; a leaf has `done` from 0 to 1, or None where that is not known."""

    weight: Fraction = Fraction(1)
    done: Fraction | None = None
    children: Sequence["Task"] = field(default_factory=tuple)


@dataclass(frozen=True)
class Progress:
    """Done of what is known, from 0 to 1; None where nothing is known. `unknown` is the share of weight not known."""

    done: Fraction | None
    unknown: Fraction


def progress_of(task: Task) -> Progress:
    """A leaf's own; else that of its children by their weights. A child without any weight counts for nothing.

    With d and k the done and the known share: d = sum(w·d) / sum(w), k = sum(w·k) / sum(w), and done is d / k.
    """
    done, known = _shares(task)
    return Progress(done / known if known else None, 1 - known)


def _shares(task: Task) -> tuple[Fraction, Fraction]:
    if not task.children:
        return (Fraction(0), Fraction(0)) if task.done is None else (task.done, Fraction(1))
    total = sum((child.weight for child in task.children), Fraction(0))
    if not total:
        return Fraction(0), Fraction(0)
    parts = [(child.weight, *_shares(child)) for child in task.children]
    done = sum((weight * one for weight, one, _ in parts), Fraction(0))
    known = sum((weight * one for weight, _, one in parts), Fraction(0))
    return done / total, known / total
