"""Reads a portion of a column in one sweep where its cells are as plain as nearly all are.

A sweep gives what the field's reader would give for each cell, or None where a cell asks for a closer look.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Literal

import numpy as np

from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import BY_CODE
from bihuan.ledger.types.quantity import SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored values of some cells, None for a blank, and what is known of all of them.

    They are all `plain` texts, which JSON writes as they are, all `numbers`, or anything.
    """

    values: list[Any]
    all: Literal["plain", "numbers", ""] = ""


Sweep = Callable[[Sequence[Any]], Stored | None]
"""Takes cells of one type, at least one."""


def sweep_of(field: FieldSpec) -> Sweep | None:
    """The sweep of a field's kind, if that has one."""
    make = _BY_KIND.get(field.kind)
    return make(field) if make else None


def _texts(field: FieldSpec) -> Sweep | None:
    longest = field.max_length

    def sweep(raws: Sequence[Any]) -> Stored | None:
        if type(raws[0]) is not str:
            return None
        whole = "".join(raws)
        # Printable is no control character, nothing unseen, and of the blanks only the space.
        if "'" in whole or not whole.isprintable() or max(map(len, raws)) > longest:
            return None
        texts = list(map(str.strip, raws)) if " " in whole else list(raws)
        if "" in texts:
            return Stored([text or None for text in texts])
        return Stored(texts, "" if '"' in whole or "\\" in whole else "plain")

    return None if field.pattern else sweep


def _whole_numbers(field: FieldSpec) -> Sweep:
    smallest, largest = _bounds(field, 0)

    def sweep(raws: Sequence[Any]) -> Stored | None:
        if type(raws[0]) is not float:
            return None
        cells = np.array(raws)
        if not (smallest <= cells.min() and cells.max() <= largest):
            return None
        whole = cells.astype(np.int64)
        return Stored(whole.tolist(), "numbers") if (whole == cells).all() else None

    return sweep


def _numbers(field: FieldSpec) -> Sweep:
    places = BY_CODE[field.kind].places(field)
    smallest, largest = _bounds(field, places)
    scale = 10.0**places

    def sweep(raws: Sequence[Any]) -> Stored | None:
        if type(raws[0]) is not float:
            return None
        cells = np.array(raws)
        # A zero may be the minus zero, which is not kept.
        if not (smallest <= cells.min() and cells.max() <= largest and cells.all()):
            return None
        # Both factors are exact, and so the quotient is the number that is nearest to so many decimals: it is kept.
        return Stored(list(raws), "numbers") if (np.rint(cells * scale) / scale == cells).all() else None

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
