"""The effects of verbs, by code: a small function each."""

from bihuan.loop.effects import (
    dispatching,
    evidence,
    exceptions,
    extensions,
    holders,
    merging,
    moves,
    pauses,
    rechecks,
    recurrences,
    signers,
)
from bihuan.loop.effects.base import Doing, Effect, Outcome

EFFECTS: dict[str, Effect] = {
    "": Effect(lambda doing: Outcome(doing.log)),
    **dispatching.EFFECTS,
    **evidence.EFFECTS,
    **exceptions.EFFECTS,
    **extensions.EFFECTS,
    **holders.EFFECTS,
    **merging.EFFECTS,
    **moves.EFFECTS,
    **pauses.EFFECTS,
    **rechecks.EFFECTS,
    **recurrences.EFFECTS,
    **signers.EFFECTS,
}

__all__ = ["EFFECTS", "Doing", "Effect", "Outcome"]
