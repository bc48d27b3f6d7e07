"""How alike two petitions are, from 0 to 1: their text by pairs of characters, their place, their time."""

from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt

LIKELY = 0.5
"""From here on two petitions are shown to the desk as perhaps the same; the desk decides."""
_TEXT, _PLACE, _TIME = 0.6, 0.25, 0.15
_DAYS = 30
_METRES = 500
"""From here on two positions are not the same place any more; nearer ones are in proportion."""
_EARTH_M = 6_371_008.8
"""Mean radius of the earth (IUGG 1980), in metres."""
Position = tuple[float, float]
"""Longitude and latitude in degrees."""


@dataclass(frozen=True)
class Said:
    """What is compared."""

    text: str
    place: str
    at: datetime
    point: Position | None = None


def likeness(one: Said, other: Said) -> float:
    """The weighted sum; where no place is known on a side, text and time share its weight."""
    text = alike(one.text, other.text)
    days = abs((one.at - other.at).total_seconds()) / 86_400
    near = max(0.0, 1 - days / _DAYS)
    place = _same_place(one, other)
    if place is None:
        return (_TEXT * text + _TIME * near) / (_TEXT + _TIME)
    return _TEXT * text + _PLACE * place + _TIME * near


def _same_place(one: Said, other: Said) -> float | None:
    """By position where both have one, else by what the places are called; None where that is not known."""
    if one.point and other.point:
        return max(0.0, 1 - metres_between(one.point, other.point) / _METRES)
    return alike(one.place, other.place) if one.place and other.place else None


def metres_between(one: Position, other: Position) -> float:
    """The length of the great circle between two positions on a sphere (haversine), good to half a per cent."""
    (west, south), (east, north) = ((radians(x), radians(y)) for x, y in (one, other))
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * _EARTH_M * asin(min(1.0, sqrt(half)))


def alike(one: str, other: str) -> float:
    """The share of pairs of neighbouring characters that two texts have in common (Jaccard), marks and blanks aside."""
    pairs, others = _pairs(one), _pairs(other)
    if not pairs or not others:
        return float(bool(one) and one == other)
    return len(pairs & others) / len(pairs | others)


def _pairs(text: str) -> set[str]:
    plain = "".join(sign for sign in text.lower() if sign.isalnum())
    return {plain[place : place + 2] for place in range(len(plain) - 1)}
