"""A record's states on two clocks: which state it had at each (as of, known at), as rectangles of that plane.

The state at (t, k) is the fold, in the order of versions, of the events that had taken effect by t and were recorded by
k. A new event changes the quadrant beyond (effective, recorded); each rectangle that it meets is split there. So a
record with n events in their natural order has 2n - 1 rectangles, and any order whatever is exact.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bihuan.ledger.projection import RecordState, apply

OPEN = 2**63 - 1
"""The end of time, in microseconds: what has not ended."""


@dataclass(frozen=True)
class Happened:
    """An event as the fold takes it: its version, its two times in microseconds since 1970 UTC, and its payload."""

    version: int
    effective: int
    recorded: int
    payload: dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """A record's state with what its events say beside it: the last version in it, when it was entered and changed."""

    state: RecordState
    version: int = 0
    created: int = 0
    updated: int = 0

    @property
    def exists(self) -> bool:
        return bool(self.state.number) and not self.state.deleted


@dataclass(frozen=True)
class Rectangle:
    """A state and where it holds: effective from up to, and not including, to; known likewise."""

    effective_from: int
    effective_to: int
    known_from: int
    known_to: int
    standing: Standing

    @property
    def is_current(self) -> bool:
        return self.effective_to == OPEN and self.known_to == OPEN

    def holds(self, as_of: int, known_at: int) -> bool:
        is_effective = self.effective_from <= as_of < self.effective_to
        return is_effective and self.known_from <= known_at < self.known_to


def rectangles(events: Iterable[Happened]) -> list[Rectangle]:
    """Where each state of one record holds; what is in none of them is a record that is not there or was deleted."""
    pieces = [Rectangle(-OPEN, OPEN, -OPEN, OPEN, Standing(RecordState()))]
    for event in events:
        pieces = [part for piece in pieces for part in _split(piece, event)]
    return [piece for piece in pieces if piece.standing.exists]


def _split(piece: Rectangle, event: Happened) -> list[Rectangle]:
    """The piece as it is outside of the event's quadrant, and with the event applied inside of it."""
    if event.effective >= piece.effective_to or event.recorded >= piece.known_to:
        return [piece]
    parts: list[Rectangle] = []
    effective, known = max(piece.effective_from, event.effective), max(piece.known_from, event.recorded)
    if piece.effective_from < effective:
        parts.append(Rectangle(piece.effective_from, effective, piece.known_from, piece.known_to, piece.standing))
    if piece.known_from < known:
        parts.append(Rectangle(effective, piece.effective_to, piece.known_from, known, piece.standing))
    after = _after(piece.standing, event)
    parts.append(Rectangle(effective, piece.effective_to, known, piece.known_to, after))
    return parts


def _after(standing: Standing, event: Happened) -> Standing:
    return Standing(
        apply(standing.state, event.payload),
        max(standing.version, event.version),
        standing.created or event.recorded,
        max(standing.updated, event.recorded),
    )
