"""Charts and maps as shapes: whatever the numbers, everything drawn lies on its canvas and says what it is."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bihuan.web.figure_drawing import WIDTH, Centre, Spot, bars, drawn_map, lines, nice_step

NUMBER = st.one_of(st.none(), st.floats(-1e12, 1e12, allow_nan=False))
TABLE = st.integers(1, 4).flatmap(
    lambda series: st.lists(st.lists(NUMBER, min_size=series, max_size=series), min_size=1, max_size=30)
)


def across(table: list[list[float | None]]) -> tuple[list[str], list[list[float | None]], list[list[str]]]:
    names = [f"第{row}个很长很长的单位名称" for row in range(len(table))]
    series = [list(column) for column in zip(*table, strict=True)]
    return names, series, [[str(number) for number in column] for column in series]


@given(TABLE)
def test_every_bar_lies_on_the_canvas(table: list[list[float | None]]) -> None:
    names, series, texts = across(table)
    drawn = bars(names, series, texts, texts)
    assert len(drawn.bars) == len(table) * len(table[0])
    assert len(drawn.labels) == len(table)
    for bar in drawn.bars:
        assert bar.x >= 0 and bar.width >= 0 and bar.x + bar.width <= WIDTH
        assert 0 <= bar.y < drawn.height


@given(TABLE)
def test_a_longer_bar_is_a_larger_number(table: list[list[float | None]]) -> None:
    names, series, texts = across(table)
    drawn = bars(names, series, texts, texts)
    sizes = [abs(number or 0) for row in table for number in row]
    for one, size in zip(drawn.bars, sizes, strict=True):
        for other, other_size in zip(drawn.bars, sizes, strict=True):
            assert not (size > other_size and one.width < other.width)


@given(TABLE)
def test_every_dot_lies_on_the_canvas_and_the_unknown_breaks_the_line(table: list[list[float | None]]) -> None:
    names, series, texts = across(table)
    drawn = lines(names, series, texts, texts)
    known = sum(number is not None for column in series for number in column)
    assert len(drawn.dots) == known
    for dot in drawn.dots:
        assert 0 <= dot.x <= drawn.width and 0 <= dot.y <= drawn.height
    for (_, path), column in zip(drawn.paths, series, strict=True):
        runs = sum(1 for at, number in enumerate(column) if number is not None and (at == 0 or column[at - 1] is None))
        assert path.count("M") == runs
        assert len(re.findall("[ML]", path)) == sum(number is not None for number in column)


@given(st.floats(1e-6, 1e15))
def test_marks_are_round_and_few(span: float) -> None:
    step = nice_step(span)
    assert span / 4 <= step <= span * 2.6
    assert re.match(r"[125]\.?0*e", f"{step:.6e}")


PLACE = st.tuples(st.floats(73, 135), st.floats(3, 54))


@given(st.lists(PLACE, min_size=1, max_size=20), st.lists(PLACE, max_size=3))
def test_every_place_lies_on_the_map(points: list[tuple[float, float]], corners: list[tuple[float, float]]) -> None:
    spots = [Spot((((x, y),),), "记录", "/") for x, y in points]
    if len(corners) == 3:
        spots.append(Spot((tuple(corners),), "范围", "/"))
    centres = [Centre(*points[0], 5.0, "青溪镇", "5", "/")]
    drawn = drawn_map(spots, centres)
    assert drawn is not None and len(drawn.records) == len(points)
    for dot in (*drawn.records, *drawn.units):
        assert 0 <= dot.x <= drawn.width and 0 <= dot.y <= drawn.height
    assert len(drawn.areas) == (len(corners) == 3)


def test_no_place_is_no_map() -> None:
    assert drawn_map([], []) is None
