"""The effects of verbs, by code: a small function each."""

from bihuan.loop.effects import clocks, dispatching, moves, people
from bihuan.loop.effects.base import Doing, Effect, Outcome

EFFECTS: dict[str, Effect] = {
    "": Effect(lambda doing: Outcome(doing.log)),
    **dispatching.EFFECTS,
    **clocks.EFFECTS,
    **people.EFFECTS,
    **moves.EFFECTS,
}

__all__ = ["EFFECTS", "Doing", "Effect", "Outcome"]
