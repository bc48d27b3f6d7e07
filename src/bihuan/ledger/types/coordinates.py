"""A position as people write it: 120.123,30.456 · 北纬30°27′21.6″ 东经120°7′22.8″ · (30.456, 120.123).

Longitudes of China lie from 73 to 136 and latitudes from 3 to 54, so that the order of the two is never in doubt.
"""

import re
from decimal import ROUND_HALF_EVEN, Decimal

from bihuan.ledger.types.base import BadValue, told
from bihuan.standards.cell_text import tidy

LONGITUDES = (73, 136)
LATITUDES = (3, 54)
PLACES = 8
"""Decimal places that are kept: about a millimetre."""

Position = tuple[float, float]
"""Longitude and latitude, in degrees."""

_STEP = Decimal(1).scaleb(-PLACES)
_NUMBER = r"[0-9]{1,3}(?:\.[0-9]{1,15})?"


def _angle_pattern(which: int) -> str:
    return (
        rf"(?P<before{which}>东经|北纬|经度|纬度|[EN])?[: =]{{0,3}}"
        rf"(?P<degrees{which}>{_NUMBER}) ?(?:[°度] ?"
        rf"(?:(?P<minutes{which}>{_NUMBER}) ?['′’分] ?"
        rf"(?:(?P<seconds{which}>{_NUMBER}) ?(?:\"|”|″|秒|''|′′|’’)?)?)?)?"
        rf" ?(?P<after{which}>[EN])?"
    )


_PAIR = re.compile(
    rf"[(\[]? ?{_angle_pattern(1)}(?: ?[,;、/] ?| +){_angle_pattern(2)} ?[)\]]?",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"西经|南纬|(?<![a-z])[ws](?![a-z])|-\s*[0-9]", re.IGNORECASE)
_AXES = {"东经": "E", "经度": "E", "E": "E", "北纬": "N", "纬度": "N", "N": "N"}
_LONGEST = 100


def read_position(text: str) -> Position:
    """Longitude and latitude in degrees, whichever was written first. Raises BadValue with what is wrong."""
    body = " ".join(tidy(text).split())
    found = _PAIR.fullmatch(body) if len(body) <= _LONGEST else None
    if found is None:
        if _ELSEWHERE.search(body[:_LONGEST]):
            raise BadValue(f"{told(text)}不在中国范围内：只用东经和北纬")
        raise BadValue(f"{told(text)}不是经纬度，应形如 120.123,30.456 或 北纬30°27′21.6″ 东经120°7′22.8″")
    first, second = _angle(found, 1, text), _angle(found, 2, text)
    axes = (_axis(found, 1, text), _axis(found, 2, text))
    if axes[0] and axes[0] == axes[1]:
        raise BadValue(f"{told(text)}写了两个{'经度' if axes[0] == 'E' else '纬度'}")
    turned = "N" in axes[0] or "E" in axes[1] if any(axes) else _is_latitude(first)
    return require_in_china(second, first, text) if turned else require_in_china(first, second, text)


def require_in_china(longitude: float, latitude: float, text: object) -> Position:
    """The position to 8 places, or BadValue where it is not in China."""
    if _is_longitude(longitude) and _is_latitude(latitude):
        return round(longitude, PLACES) + 0.0, round(latitude, PLACES) + 0.0
    if _is_longitude(latitude) and _is_latitude(longitude):
        raise BadValue(f"{told(text)}的经度和纬度写反了")
    ranges = f"经度应在 {LONGITUDES[0]} 至 {LONGITUDES[1]}、纬度应在 {LATITUDES[0]} 至 {LATITUDES[1]} 之间"
    raise BadValue(f"{told(text)}不在中国范围内：{ranges}")


def in_degrees(value: float) -> str:
    """A coordinate in plain digits, without zeros at the end."""
    return f"{value:.{PLACES}f}".rstrip("0").rstrip(".")


def _is_longitude(value: float) -> bool:
    return LONGITUDES[0] <= value <= LONGITUDES[1]


def _is_latitude(value: float) -> bool:
    return LATITUDES[0] <= value <= LATITUDES[1]


def _axis(found: re.Match[str], which: int, text: str) -> str:
    """E, N, or nothing where it is not written."""
    named = {_AXES[word.upper()] for part in ("before", "after") if (word := found[f"{part}{which}"])}
    if len(named) > 1:
        raise BadValue(f"{told(text)}里同一个数既是经度又是纬度")
    return named.pop() if named else ""


def _angle(found: re.Match[str], which: int, text: str) -> float:
    degrees, minutes, seconds = (found[f"{part}{which}"] for part in ("degrees", "minutes", "seconds"))
    for whole, finer in ((degrees, minutes), (minutes, seconds)):
        if finer and "." in whole:
            raise BadValue(f"{told(text)}：“{whole}”后面还有分秒，应是整数")
        if finer and Decimal(finer) >= 60:
            raise BadValue(f"{told(text)}：分和秒应小于 60，写的是 {finer}")
    exact = Decimal(degrees) + Decimal(minutes or 0) / 60 + Decimal(seconds or 0) / 3600
    return float(exact.quantize(_STEP, rounding=ROUND_HALF_EVEN))
