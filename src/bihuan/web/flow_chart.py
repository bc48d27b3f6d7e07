"""A loop as a drawing: its steps in a column, the ways between them, and where the matter stands, lit."""

from dataclasses import dataclass
from typing import Any

from bihuan.loop.spec import LoopSpec, VerbSpec

_WIDTH, _HEIGHT, _GAP, _LEFT, _TOP = 150, 34, 38, 16, 12
_LANE = 20
_MOST_LANES = 12


@dataclass(frozen=True)
class _Way:
    """A way from one step to another, with the verbs that lead along it."""

    start: int
    end: int
    title: str
    back: bool


def flow_chart(loop: LoopSpec, state: str, passed: set[str]) -> dict[str, Any]:
    """The drawing: boxes, lines, and its size in units of its own. `passed` are the steps that the matter has seen."""
    order = {step.code: place for place, step in enumerate(loop.steps)}
    ways = _ways(loop, order)
    forward = [way for way in ways if not way.back and way.end - way.start > 1]
    back = [way for way in ways if way.back]
    left, right = _lanes(forward), _lanes(back)
    x = _LEFT + _LANE * (max(left.values(), default=-1) + 1)
    boxes = [
        {
            "x": x,
            "y": _y(place),
            "width": _WIDTH,
            "height": _HEIGHT,
            "text_x": x + _WIDTH / 2,
            "text_y": _y(place) + _HEIGHT / 2 + 5,
            "title": step.title,
            "state": "now" if step.code == state else "done" if step.code in passed else "next",
        }
        for place, step in enumerate(loop.steps)
    ]
    lines = [_straight(way, x) for way in ways if way.end - way.start == 1]
    lines += [_around(way, x, x - _LANE * (left[way] + 1)) for way in forward]
    lines += [_around(way, x + _WIDTH, x + _WIDTH + _LANE * (right[way] + 1)) for way in back]
    width = x + _WIDTH + _LANE * (max(right.values(), default=-1) + 1) + _LEFT
    return {"boxes": boxes, "lines": lines, "width": width, "height": _y(len(loop.steps)) - _GAP + 2 * _TOP}


def _y(place: int) -> int:
    return _TOP + place * (_HEIGHT + _GAP)


def _ways(loop: LoopSpec, order: dict[str, int]) -> list[_Way]:
    """Every way once, whatever number of verbs leads along it."""
    titles: dict[tuple[int, int], list[str]] = {}
    for verb in loop.verbs:
        for start in _starts(verb, loop):
            for target in verb.targets:
                if start != target:
                    titles.setdefault((order[start], order[target]), []).append(verb.title)
    return [_Way(start, end, "、".join(names), end < start) for (start, end), names in sorted(titles.items())]


def _starts(verb: VerbSpec, loop: LoopSpec) -> tuple[str, ...]:
    return verb.from_ or tuple(step.code for step in loop.steps if not step.closed)


def _lanes(ways: list[_Way]) -> dict[_Way, int]:
    """The nearest free lane beside the boxes for each way; the shorter ones lie inside."""
    lanes: dict[_Way, int] = {}
    for way in sorted(ways, key=lambda way: abs(way.end - way.start)):
        span = range(min(way.start, way.end), max(way.start, way.end) + 1)
        taken = {
            lane
            for other, lane in lanes.items()
            if min(other.start, other.end) <= span[-1] and span[0] <= max(other.start, other.end)
        }
        lanes[way] = min(set(range(_MOST_LANES)) - taken, default=_MOST_LANES)
    return lanes


def _straight(way: _Way, x: float) -> dict[str, Any]:
    middle, top = x + _WIDTH / 2, _y(way.start) + _HEIGHT
    return {
        "path": f"M{middle} {top} V{top + _GAP - 2}",
        "title": way.title,
        "label": way.title if len(way.title) <= 10 else f"{way.title[:9]}…",
        "label_x": middle + 6,
        "label_y": top + _GAP / 2 + 4,
        "back": False,
    }


def _around(way: _Way, edge: float, lane: float) -> dict[str, Any]:
    start, end = _y(way.start) + _HEIGHT / 2 - 6, _y(way.end) + _HEIGHT / 2 + 6
    return {"path": f"M{edge} {start} H{lane} V{end} H{edge}", "title": way.title, "label": "", "back": way.back}
