"""Reads a portion of a column in one sweep where its cells are as plain as nearly all are.

A sweep gives what the field's reader would give for each cell, or None where a cell asks for a closer look.
"""

from collections.abc import Callable, Sequence
from itertools import repeat
from math import inf
from typing import Any

from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import BY_CODE
from bihuan.ledger.types.quantity import SIGNIFICANT

Sweep = Callable[[Sequence[Any]], list[Any] | None]
"""Takes cells of one type, at least one."""


def sweep_of(field: FieldSpec) -> Sweep | None:
    """The sweep of a field's kind, if that has one."""
    make = _BY_KIND.get(field.kind)
    return make(field) if make else None


def _texts(field: FieldSpec) -> Sweep | None:
    longest = field.max_length

    def sweep(raws: Sequence[Any]) -> list[Any] | None:
        if type(raws[0]) is not str:
            return None
        whole = "".join(raws)
        # Printable is no control character, nothing unseen, and of the blanks only the space.
        if "'" in whole or not whole.isprintable() or max(map(len, raws)) > longest:
            return None
        return list(map(str.strip, raws)) if " " in whole else list(raws)

    return None if field.pattern else sweep


def _whole_numbers(field: FieldSpec) -> Sweep:
    smallest, largest = _bounds(field, 0)

    def sweep(raws: Sequence[Any]) -> list[Any] | None:
        if type(raws[0]) is not float or not all(map(float.is_integer, raws)):
            return None
        return list(map(int, raws)) if smallest <= min(raws) and max(raws) <= largest else None

    return sweep


def _numbers(field: FieldSpec) -> Sweep:
    places = BY_CODE[field.kind].places(field)
    smallest, largest = _bounds(field, places)

    def sweep(raws: Sequence[Any]) -> list[Any] | None:
        # A zero may be the minus zero, which is not kept.
        if type(raws[0]) is not float or 0.0 in raws or not smallest <= min(raws) or not max(raws) <= largest:
            return None
        kept = list(map(round, raws, repeat(places)))
        return kept if kept == list(raws) else None

    return sweep


def _bounds(field: FieldSpec, places: int) -> tuple[float, float]:
    """Between which numbers are taken without a closer look: the field's own bounds, and what is kept exactly."""
    limit = 10.0 ** (SIGNIFICANT - places) - 1
    smallest = -inf if field.minimum is None else field.minimum
    largest = inf if field.maximum is None else field.maximum
    return max(smallest, -limit), min(largest, limit)


_BY_KIND: dict[str, Callable[[FieldSpec], Sweep | None]] = {
    "text": _texts,
    "longtext": _texts,
    "integer": _whole_numbers,
    "number": _numbers,
    "money": _numbers,
}
