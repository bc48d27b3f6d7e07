"""What a ledger's loop adds to a row that comes in. The ledger itself only knows that something may."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bihuan.ledger.append import Draft
from bihuan.ledger.fresh_block import Openings
from bihuan.ledger.models import Record


@dataclass(frozen=True)
class Opening:
    """The system columns a new record starts with, the events that follow at once, and what looks doubtful.

    `before` are events of other records that must have happened first.
    """

    system: dict[str, Any]
    follows: tuple[Draft, ...] = ()
    effective_at: datetime | None = None
    doubts: tuple[str, ...] = ()
    before: tuple[Draft, ...] = ()


def _never(_values: Mapping[str, Sequence[Any]], _count: int) -> Openings | None:
    return None


@dataclass(frozen=True)
class Lifecycle:
    """`open` begins a new record from its data; `change` says what else moves when a file changes some fields.

    `change` returns a refusal in words where the record may not be changed any more. `again` opens a new record where a
    row means one that is over and done with, and has come up anew. `looks_at` are the only fields that `open` reads;
    None where it may read any. `open_all` does the same for so many rows at once, from what each field holds in all of
    them; it gives None where each wants to be opened by itself.
    """

    open: Callable[[dict[str, Any]], Opening]
    change: Callable[[Record, dict[str, Any]], Opening | str]
    again: Callable[[Record, dict[str, Any]], Opening | None] = lambda _record, _data: None
    looks_at: frozenset[str] | None = None
    open_all: Callable[[Mapping[str, Sequence[Any]], int], Openings | None] = _never
