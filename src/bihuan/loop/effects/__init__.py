"""The effects of verbs, by code: a small function each."""

from bihuan.loop.effects import clocks, dispatching, links, moves, people, rechecks
from bihuan.loop.effects.base import Doing, Effect, Outcome

EFFECTS: dict[str, Effect] = {
    "": Effect(lambda doing: Outcome(doing.log)),
    **dispatching.EFFECTS,
    **clocks.EFFECTS,
    **people.EFFECTS,
    **moves.EFFECTS,
    **links.EFFECTS,
    **rechecks.EFFECTS,
}

__all__ = ["EFFECTS", "Doing", "Effect", "Outcome"]
