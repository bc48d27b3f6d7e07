"""Charts and maps as shapes with places, which a template writes down as SVG: no script, no outside library."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 760
MOST_DRAWN = 40
"""Rows of a chart; the table has them all."""
_LABELS, _RIGHT, _BAR, _GAP = 150, 86, 14, 10
_HEIGHT, _LEFT, _FOOT, _HEAD = 300, 64, 46, 14
_LONGEST_LABEL = 11
Numbers = Sequence[float | None]


@dataclass(frozen=True)
class Bar:
    """A bar with what stands at its end, and the records behind it."""

    x: float
    y: float
    width: float
    tone: int
    text: str
    text_x: float
    url: str


@dataclass(frozen=True)
class Label:
    """A text at a place; `full` is what was too long for it."""

    x: float
    y: float
    text: str
    full: str = ""


@dataclass(frozen=True)
class Bars:
    """A chart of bars that lie, a group for each row."""

    height: float
    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    zero: float
    width: int = WIDTH


@dataclass(frozen=True)
class Dot:
    """A point of a line, or a place on a map."""

    x: float
    y: float
    r: float
    tone: int
    text: str
    url: str


@dataclass(frozen=True)
class Lines:
    """A chart of lines over time: a path for each series, broken where a value is unknown."""

    paths: tuple[tuple[int, str], ...]
    dots: tuple[Dot, ...]
    marks: tuple[Label, ...]
    names: tuple[Label, ...]
    width: int = WIDTH
    height: int = _HEIGHT
    left: int = _LEFT


@dataclass(frozen=True)
class Map:
    """Places: areas as paths, records as small dots, units as circles whose area is their value."""

    width: float
    height: float
    areas: tuple[str, ...]
    records: tuple[Dot, ...]
    units: tuple[Dot, ...]
    labels: tuple[Label, ...]


def short(text: str, most: int = _LONGEST_LABEL) -> str:
    """A text that fits beside a bar."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def bars(
    names: Sequence[str], series: Sequence[Numbers], texts: Sequence[Sequence[str]], urls: Sequence[Sequence[str]]
) -> Bars:
    """Lying bars; what is unknown has none, and what is below zero goes to the left of the line."""
    known = [number for numbers in series for number in numbers if number is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    room = WIDTH - _LABELS - _RIGHT
    scale = room / ((high - low) or 1)
    zero = _LABELS - low * scale
    made, labels, y = [], [], float(_GAP)
    for row, name in enumerate(names):
        labels.append(Label(_LABELS - 8, y + _BAR * len(series) / 2 + 4, short(name), name))
        for tone, numbers in enumerate(series):
            number, text, url = numbers[row], texts[tone][row], urls[tone][row]
            width = abs(number or 0) * scale
            x = zero if (number or 0) >= 0 else zero - width
            made.append(Bar(round(x, 1), y, round(width, 1), tone % 8, text, round(x + width + 5, 1), url))
            y += _BAR
        y += _GAP
    return Bars(y, tuple(made), tuple(labels), round(zero, 1))


def _without_year(names: Sequence[str]) -> list[str]:
    """Names over one year need not all say which."""
    year = names[0][:5] if names and names[0][4:5] == "年" else ""
    return [
        name.removeprefix(year)
        if year and len(name) > len(year) and all(one.startswith(year) for one in names)
        else name
        for name in names
    ]


def nice_step(span: float, parts: int = 4) -> float:
    """A round distance between marks: 1, 2 or 5 times a power of ten."""
    raw = span / parts if span > 0 else 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= raw)


def lines(
    names: Sequence[str], series: Sequence[Numbers], texts: Sequence[Sequence[str]], urls: Sequence[Sequence[str]]
) -> Lines:
    """Lines over the names; a lone value is a dot."""
    known = [number for numbers in series for number in numbers if number is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    step = nice_step(high - low)
    low, high = math.floor(low / step) * step, max(math.ceil(high / step) * step, low + step)
    across = (WIDTH - _LEFT - 24) / max(1, len(names) - 1)

    def at(row: int, number: float) -> tuple[float, float]:
        y = _HEAD + (high - number) / (high - low) * (_HEIGHT - _HEAD - _FOOT)
        return round(_LEFT + row * across, 1), round(y, 1)

    paths, dots = [], []
    for tone, numbers in enumerate(series):
        path, is_down = [], False
        for row, number in enumerate(numbers):
            if number is None:
                is_down = False
                continue
            x, y = at(row, number)
            path.append(f"{'L' if is_down else 'M'}{x} {y}")
            dots.append(Dot(x, y, 3.5, tone % 8, texts[tone][row], urls[tone][row]))
            is_down = True
        paths.append((tone % 8, "".join(path)))
    count = round((high - low) / step)
    marks = tuple(Label(_LEFT - 6, at(0, low + step * one)[1], f"{low + step * one:,.10g}") for one in range(count + 1))
    every = max(1, -(-len(names) // 12))
    names = _without_year(names)
    shown = tuple(
        Label(at(row, low)[0], _HEIGHT - 18, short(name, 9), name) for row, name in enumerate(names) if row % every == 0
    )
    return Lines(tuple(paths), tuple(dots), marks, shown)


@dataclass(frozen=True)
class Spot:
    """A record on the ground: its rings (a point is a ring of one position), its name and page."""

    rings: tuple[tuple[tuple[float, float], ...], ...]
    text: str
    url: str


@dataclass(frozen=True)
class Centre:
    """A unit's value where its records lie."""

    longitude: float
    latitude: float
    value: float
    name: str
    text: str
    url: str


def drawn_map(spots: Sequence[Spot], centres: Sequence[Centre]) -> Map | None:
    """A plain map: degrees to the same scale both ways at the middle latitude. None where there is no place."""
    places = [place for spot in spots for ring in spot.rings for place in ring]
    if not places:
        return None
    west, east = (choose(x for x, _ in places) for choose in (min, max))
    south, north = (choose(y for _, y in places) for choose in (min, max))
    narrow = math.cos(math.radians((south + north) / 2))
    wide, tall = max((east - west) * narrow, 1e-4), max(north - south, 1e-4)
    scale = min((WIDTH - 120) / wide, 420 / tall)

    def at(longitude: float, latitude: float) -> tuple[float, float]:
        return round(60 + (longitude - west) * narrow * scale, 1), round(40 + (north - latitude) * scale, 1)

    areas = tuple(_path([at(*place) for place in ring]) for spot in spots for ring in spot.rings if len(ring) > 1)
    dots = [Dot(*at(*spot.rings[0][0]), 3.0, 0, spot.text, spot.url) for spot in spots if len(spot.rings[0]) == 1]
    largest = max((abs(centre.value) for centre in centres), default=0) or 1
    units, labels = [], []
    for centre in sorted(centres, key=lambda one: -abs(one.value)):
        x, y = at(centre.longitude, centre.latitude)
        radius = round(6 + 26 * math.sqrt(abs(centre.value) / largest), 1)
        units.append(Dot(x, y, radius, 1, f"{centre.name}：{centre.text}", centre.url))
        labels.append(Label(x, y + 4, f"{short(centre.name, 6)} {centre.text}", centre.name))
    return Map(
        round(wide * scale + 120, 1), round(tall * scale + 80, 1), areas, tuple(dots), tuple(units), tuple(labels)
    )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points) + "Z"
