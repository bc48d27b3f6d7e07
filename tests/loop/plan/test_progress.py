"""Progress against an oracle that flattens the tree; the drawing's arithmetic."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from bihuan.loop.plan.gantt import WIDTH, bar_of, months_of, scale_over
from bihuan.loop.plan.progress import Task, progress_of

WEIGHTS = st.integers(0, 9).map(Fraction)
LEAVES = st.builds(Task, WEIGHTS, st.none() | st.integers(0, 100).map(lambda n: Fraction(n, 100)))
TASKS = st.recursive(
    LEAVES, lambda inner: st.builds(Task, WEIGHTS, st.none(), st.lists(inner, min_size=1, max_size=4)), max_leaves=12
)


def leaves(task: Task, share: Fraction) -> Iterator[tuple[Fraction, Fraction | None]]:
    """Every leaf with the product of the shares on the way to it."""
    if not task.children:
        yield share, task.done
        return
    total = sum(child.weight for child in task.children)
    for child in task.children:
        if total:
            yield from leaves(child, share * child.weight / total)


@given(TASKS)
def test_it_is_the_ratio_of_sums_over_the_leaves(task: Task) -> None:
    flat = list(leaves(task, Fraction(1)))
    known = sum((share for share, done in flat if done is not None), Fraction(0))
    done = sum((share * done for share, done in flat if done is not None), Fraction(0))
    found = progress_of(task)
    assert found.unknown == 1 - known
    assert found.done == (done / known if known else None)
    assert found.done is None or 0 <= found.done <= 1


def test_what_is_not_known_is_left_out_and_told() -> None:
    found = progress_of(Task(children=[Task(Fraction(1), Fraction(1)), Task(Fraction(3), None)]))
    assert (found.done, found.unknown) == (1, Fraction(3, 4))


def test_weights_and_not_counts() -> None:
    found = progress_of(Task(children=[Task(Fraction(3), Fraction(1)), Task(Fraction(1), Fraction(0))]))
    assert found.done == Fraction(3, 4)


TODAY = date(2026, 3, 2)
DAYS = st.dates(date(2020, 1, 1), date(2033, 1, 1))


@given(st.lists(DAYS, max_size=8), st.none() | DAYS, st.none() | DAYS)
def test_every_bar_stands_on_the_drawing(days: list[date], start: date | None, end: date | None) -> None:
    scale = scale_over(days, TODAY)
    assert 0 <= scale.x(TODAY) <= WIDTH
    bar = bar_of(scale, start, end)
    assert (bar is None) == (start is None and end is None)
    if bar:
        assert bar.x >= 0
        assert bar.width >= 2
    months = months_of(scale)
    assert [month.x for month in months] == sorted(month.x for month in months)
    assert sum(bool(month.word) for month in months) <= 24


def test_a_day_is_as_wide_as_another() -> None:
    scale = scale_over([TODAY, TODAY + timedelta(days=30)], TODAY)
    one, ten = bar_of(scale, TODAY, TODAY), bar_of(scale, TODAY, TODAY + timedelta(days=9))
    assert one
    assert ten
    assert abs(ten.width - 10 * one.width) < 0.2
