"""Weights by AHP and by entropy, against the examples that were published with the methods."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.scorecard.weighing import ahp, entropy, entropy_of

# T. L. Saaty, Decision making with the analytic hierarchy process, Int. J. Services Sciences 1 (2008): the relative
# consumption of coffee, wine, tea, beer, sodas, milk, water; derived scale and consistency ratio as printed there.
DRINKS = """
    1   9 5   2   1   1   1/2
    1/9 1 1/3 1/9 1/9 1/9 1/9
    1/5 3 1   1/3 1/4 1/3 1/9
    1/2 9 3   1   1/2 1   1/3
    1   9 4   2   1   2   1/2
    1   9 3   1   1/2 1   1/3
    2   9 9   3   2   3   1
"""
DRINKS_WEIGHTS = (0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327)

# C. L. Hwang and K. Yoon, Multiple Attribute Decision Making (1981): four fighter aircraft by six attributes, with
# entropies and weights as printed there. The book goes on with numbers that it has rounded to four places.
AIRCRAFT = (
    (2.0, 1500, 20000, 5.5, 5, 9),
    (2.5, 2700, 18000, 6.5, 3, 5),
    (1.8, 2000, 21000, 4.5, 7, 7),
    (2.2, 1800, 20000, 5.0, 5, 5),
)
AIRCRAFT_ENTROPIES = (0.9946, 0.9829, 0.9989, 0.9931, 0.9703, 0.9770)
AIRCRAFT_WEIGHTS = (0.0649, 0.2055, 0.0133, 0.0829, 0.3570, 0.2764)


def read(text: str) -> list[list[Fraction]]:
    return [[Fraction(cell) for cell in line.split()] for line in text.strip().splitlines()]


def test_ahp_gives_the_published_weights() -> None:
    judged = ahp(read(DRINKS))
    assert tuple(round(weight, 3) for weight in judged.weights) == DRINKS_WEIGHTS
    assert round(judged.ratio, 3) == 0.022
    assert judged.is_consistent


def test_ahp_of_judgements_that_contradict_each_other() -> None:
    assert not ahp(read("1 9 1/9\n 1/9 1 9\n 9 1/9 1")).is_consistent


@given(st.lists(st.integers(1, 3), min_size=1, max_size=9))
def test_ahp_of_consistent_judgements_is_the_judgements(parts: list[int]) -> None:
    judged = ahp([[Fraction(a, b) for b in parts] for a in parts])
    assert judged.ratio == pytest.approx(0, abs=1e-9)
    assert judged.weights == pytest.approx([part / sum(parts) for part in parts])


@pytest.mark.parametrize(
    "text, words",
    [("1 2\n1/3 1", "不互为倒数"), ("1 2 3\n1/2 1", "有 3 个数"), ("1 10\n1/10 1", "允许 1/9 到 9")],
)
def test_ahp_refuses_what_is_no_judgement(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ahp(read(text))


def test_entropy_gives_the_published_weights() -> None:
    columns = tuple(zip(*AIRCRAFT, strict=True))
    entropies = [entropy_of(column) for column in columns]
    assert entropies == pytest.approx(AIRCRAFT_ENTROPIES, abs=2e-4)
    assert entropy(AIRCRAFT) == pytest.approx(AIRCRAFT_WEIGHTS, abs=2e-3)


@given(st.lists(st.tuples(*[st.integers(0, 1000)] * 3), min_size=2, max_size=8))
def test_entropy_weights_sum_to_one_and_do_not_know_the_order_of_units(table: list[tuple[int, int, int]]) -> None:
    weights = entropy(table)
    assert sum(weights) == pytest.approx(1)
    assert entropy(table[::-1]) == pytest.approx(weights)


def test_entropy_gives_nothing_to_what_is_the_same_everywhere() -> None:
    assert entropy([(5, 1), (5, 3)]) == pytest.approx((0, 1))
    assert entropy([(5, 2), (5, 2)]) == (0.5, 0.5)
