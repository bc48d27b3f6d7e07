"""A chart as SVG for pages: drawn from its values alone, with a name and its numbers in words for who cannot see it."""

import math
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from html import escape

from bihuan.report.document import Chart

COLOURS = ("#4472C4", "#ED7D31", "#70AD47", "#FFC000", "#5B9BD5", "#A5A5A5")
"""The colours of series, or of a pie's slices; the same as in the Word file."""

_WIDTH, _HEIGHT = 720, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 30, 74
_PIE = (230, 165, 120)
_LONGEST = 8
_MOST_LABELS = 24
Points = Sequence[float | None]
Level = Callable[[float], float]


def chart_svg(chart: Chart) -> str:
    """The chart's picture; all text is escaped, and nothing is loaded from anywhere."""
    if chart.kind == "pie":
        drawn = "".join(_pie(chart)) + _beside(chart.categories)
        high = max(_HEIGHT, 60 + 20 * len(chart.categories))
    else:
        names, more = _under([series.name for series in chart.series])
        drawn, high = "".join(_plot(chart)) + names, _HEIGHT + more
    return (
        f'<svg viewBox="0 0 {_WIDTH} {high}" role="img" font-size="12" fill="currentColor">'
        f"<title>{escape(chart.title)}</title><desc>{escape(_told(chart))}</desc>{drawn}</svg>"
    )


def _told(chart: Chart) -> str:
    lines = [
        f"{category}：" + "，".join(f"{series.name} {_said(series.values[place])}" for series in chart.series)
        for place, category in enumerate(chart.categories)
    ]
    return "；".join(lines)


def _said(value: Decimal | None) -> str:
    return "不知道" if value is None else f"{value:f}"


def _floats(chart: Chart) -> list[Points]:
    """A pixel is coarser than a float."""
    return [[None if value is None else float(value) for value in series.values] for series in chart.series]


def _scale(series: Sequence[Points]) -> tuple[float, float, float]:
    """The lowest and highest mark and the distance between marks: round numbers that hold all values and zero."""
    known = [value for points in series for value in points if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    raw = (high - low) / 4 or 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= raw)
    return math.floor(low / step) * step, max(math.ceil(high / step) * step, math.floor(low / step) * step + step), step


def _plot(chart: Chart) -> Iterator[str]:
    """Bars or lines over the categories, between marks."""
    series = _floats(chart)
    low, high, step = _scale(series)
    room = (_WIDTH - _LEFT - _RIGHT) / max(1, len(chart.categories))

    def level(value: float) -> float:
        return round(_TOP + (high - value) / (high - low) * (_HEIGHT - _TOP - _BOTTOM), 1)

    if chart.unit:
        yield f'<text x="{_LEFT}" y="16" text-anchor="middle">{escape(chart.unit)}</text>'
    for mark in range(round((high - low) / step) + 1):
        value = low + mark * step
        y = level(value)
        yield f'<path d="M{_LEFT} {y}H{_WIDTH - _RIGHT}" stroke="#999" stroke-width=".5"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{value:,.10g}</text>'
    yield from _labels(chart.categories, room)
    for place, points in enumerate(series):
        colour = COLOURS[place % len(COLOURS)]
        centres = [round(_LEFT + room * (at + 0.5), 1) for at in range(len(points))]
        if chart.kind == "line":
            yield from _line(points, centres, [level(value or 0) for value in points], colour)
        else:
            wide = room * 0.7 / len(series)
            starts = [centre - room * 0.35 + wide * place for centre in centres]
            yield from _bars(points, starts, wide, level, colour)


def _labels(categories: Sequence[str], room: float) -> Iterator[str]:
    """Every category's name, or every so many; those that would not fit are set aslant."""
    every = -(-len(categories) // _MOST_LABELS)
    is_tight = any(len(name[:_LONGEST]) * 12 > room * every for name in categories)
    for place, name in enumerate(categories):
        if place % every:
            continue
        x, y = round(_LEFT + room * (place + 0.5), 1), _HEIGHT - _BOTTOM + 16
        short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        turn = f' text-anchor="end" transform="rotate(-30 {x} {y})"' if is_tight else ' text-anchor="middle"'
        yield f'<text x="{x}" y="{y}"{turn}>{escape(short)}</text>'


def _bars(points: Points, starts: Sequence[float], wide: float, level: Level, colour: str) -> Iterator[str]:
    for value, x in zip(points, starts, strict=True):
        if value is None:
            continue
        top, foot = sorted((level(value), level(0)))
        size = f'x="{x:.1f}" y="{top}" width="{wide:.1f}" height="{foot - top:.1f}"'
        yield f'<rect {size} fill="{colour}"/>'
        if len(points) <= _MOST_LABELS:
            place = f'x="{x + wide / 2:.1f}" y="{top - 4:.1f}" text-anchor="middle"'
            yield f'<text {place} font-size="11">{value:,.10g}</text>'


def _line(points: Points, xs: Sequence[float], ys: Sequence[float], colour: str) -> Iterator[str]:
    """A line that is broken where a value is unknown, with a dot for each that is known."""
    path, is_down = "", False
    for value, x, y in zip(points, xs, ys, strict=True):
        path += "" if value is None else f"{'L' if is_down else 'M'}{x} {y}"
        is_down = value is not None
        if value is not None:
            yield f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>'
    if path:
        yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _pie(chart: Chart) -> Iterator[str]:
    """Slices from the top clockwise; what is unknown or below zero has none."""
    values = [max(0.0, value or 0.0) for value in _floats(chart)[0]]
    whole = sum(values)
    if not whole:
        yield f'<text x="{_PIE[0]}" y="{_PIE[1]}" text-anchor="middle">没有可画的数</text>'
        return
    turned = 0.0
    for place, value in enumerate(values):
        if value:
            yield _slice(turned / whole, (turned + value) / whole, COLOURS[place % len(COLOURS)])
        turned += value


def _slice(start: float, end: float, colour: str) -> str:
    x, y, radius = _PIE
    if end - start > 0.999_999:
        return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}"/>'
    ends = [
        (x + radius * math.sin(2 * math.pi * turn), y - radius * math.cos(2 * math.pi * turn)) for turn in (start, end)
    ]
    (x1, y1), (x2, y2) = ends
    arc = f"A{radius} {radius} 0 {int(end - start > 0.5)} 1 {x2:.1f} {y2:.1f}"
    return f'<path d="M{x} {y}L{x1:.1f} {y1:.1f}{arc}Z" fill="{colour}" stroke="#fff"/>'


def _beside(names: Sequence[str]) -> str:
    """The names of a pie's slices, one under the other."""
    return "".join(_name(430, 40 + 20 * place, place, name) for place, name in enumerate(names))


def _under(names: Sequence[str]) -> tuple[str, int]:
    """The names of series in rows under the plot, and how much height they take."""
    x, row, drawn = _LEFT, 0, ""
    for place, name in enumerate(names):
        wide = 40 + 12 * len(name)
        if x > _LEFT and x + wide > _WIDTH:
            x, row = _LEFT, row + 1
        drawn += _name(x, _HEIGHT + 6 + 20 * row, place, name)
        x += wide
    return drawn, 20 * (row + 1)


def _name(x: int, y: int, place: int, name: str) -> str:
    colour = COLOURS[place % len(COLOURS)]
    mark = f'<rect x="{x}" y="{y - 10}" width="11" height="11" fill="{colour}"/>'
    return f'{mark}<text x="{x + 16}" y="{y}">{escape(name)}</text>'
