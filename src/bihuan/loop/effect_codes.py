"""How the effects of verbs hang together: what ends what, what moves a matter, what may be done after its close-out."""

from bihuan.loop.spec import EffectCode

ENDED_BY: dict[EffectCode, tuple[EffectCode, ...]] = {
    "pause": ("resume",),
    "ask_extension": ("grant_extension",),
    "countersign": ("sign",),
    "delegate": ("hand_back",),
    "merge": ("unmerge",),
    "recheck_pass": ("recheck_fail",),
    "recheck_fail": ("recheck_pass",),
}
"""An effect that leaves something open, and those of which one must be there to take it up."""

MOVING: frozenset[EffectCode] = frozenset({"sign", "object"})
"""Effects that must say where to."""

STANDING: frozenset[EffectCode] = frozenset(
    {"save", "withdraw", "copy", "urge", "pause", "resume", "add_signers", "hand_back", "merge", "unmerge"}
)
"""Effects of verbs that name no step: the matter stays where it is, or the effect itself knows where it goes."""

AFTER_CLOSE: frozenset[EffectCode] = frozenset({"recur", "recheck_pass", "recheck_fail"})
"""Effects that start at a closed step; they change nothing of the closed matter but what is told of it."""

JUDGING: frozenset[EffectCode] = frozenset({"except", "grant_extension", "recheck_pass", "recheck_fail"})
"""Effects that judge the work of the responsible unit, or let it off: nobody does so for the unit they work in."""

WHILE_PAUSED: frozenset[EffectCode] = frozenset({"resume", "copy", "urge", "order", "receive", "save"})
"""What may be done while a matter's clock stands still."""

WHILE_JOINED: frozenset[EffectCode] = frozenset({"unmerge", "copy", "urge", "order", "receive"})
"""What may be done to a matter that is handled with one of another ledger."""

NEEDS_RULE: dict[EffectCode, str] = {
    "except": "exception",
    "recur": "look_back",
    "merge": "doubles",
    "unmerge": "doubles",
    "recheck_pass": "recheck",
}
"""An effect and the key of the loop that sets its bounds."""
