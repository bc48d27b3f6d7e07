"""How alike two petitions are, from 0 to 1: their text by pairs of characters, their place, their time."""

from dataclasses import dataclass
from datetime import datetime

LIKELY = 0.5
"""From here on two petitions are shown to the desk as perhaps the same; the desk decides."""
_TEXT, _PLACE, _TIME = 0.6, 0.25, 0.15
_DAYS = 30


@dataclass(frozen=True)
class Said:
    """What is compared."""

    text: str
    place: str
    at: datetime


def likeness(one: Said, other: Said) -> float:
    """The weighted sum; where no place is known on a side, text and time share its weight."""
    text = alike(one.text, other.text)
    days = abs((one.at - other.at).total_seconds()) / 86_400
    near = max(0.0, 1 - days / _DAYS)
    if not one.place or not other.place:
        return (_TEXT * text + _TIME * near) / (_TEXT + _TIME)
    return _TEXT * text + _PLACE * alike(one.place, other.place) + _TIME * near


def alike(one: str, other: str) -> float:
    """The share of pairs of neighbouring characters that two texts have in common (Jaccard), marks and blanks aside."""
    pairs, others = _pairs(one), _pairs(other)
    if not pairs or not others:
        return float(bool(one) and one == other)
    return len(pairs & others) / len(pairs | others)


def _pairs(text: str) -> set[str]:
    plain = "".join(sign for sign in text.lower() if sign.isalnum())
    return {plain[place : place + 2] for place in range(len(plain) - 1)}
