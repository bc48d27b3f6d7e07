"""The periods of scorecards: months, two months, quarters, halves and years of the calendar, and what falls into them."""

import json
from argparse import Namespace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.errors import Invalid
from bihuan.cli import scorecards as command
from bihuan.figure.clocks import clocks
from bihuan.figure.period import parse_period
from bihuan.scorecard.actions import publish
from bihuan.scorecard.definitions import install_scorecard
from bihuan.scorecard.models import ScorecardVersion
from bihuan.scorecard.periods import asked_period, is_held, offered, period_with
from bihuan.scorecard.spec import ScorecardSpec
from tests.cast import Cast
from tests.ledger.making import make_finding
from tests.scorecard.test_publishing import CARD, towns

__all__ = ["towns"]

LENGTHS = {"month": 1, "two_months": 2, "quarter": 3, "half": 6, "year": 12}
ODD = [1, 3, 5, 7, 9, 11]


def card(kind: str, months: list[int] | None = None) -> ScorecardSpec:
    return ScorecardSpec.model_validate({**CARD, "period": kind, "months": months or []})


@given(st.sampled_from(list(LENGTHS)), st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_the_year_falls_into_whole_periods(kind: str, day: date) -> None:
    """Counted day by day: the period is the days whose month lies in the same block of the year."""
    period, length = period_with(card(kind), day), LENGTHS[kind]
    year = [date(day.year, 1, 1) + timedelta(days=number) for number in range(366)]
    block = [one for one in year if one.year == day.year and (one.month - 1) // length == (day.month - 1) // length]
    assert (period.start, period.end) == (block[0], block[-1])
    assert parse_period(period.code, day) == period


@given(st.sampled_from([*LENGTHS, "odd"]), st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_every_period_offered_may_be_published_and_the_default_is_among_them(kind: str, day: date) -> None:
    spec = card("month", ODD) if kind == "odd" else card(kind)
    periods = offered(spec, day)
    assert periods == sorted(set(periods), reverse=True)
    assert all(is_held(spec, period) and period.start <= day for period in periods)
    default = asked_period(spec, "", day)
    assert default in periods
    assert (default.end <= day) or kind == "year"


SPANS = (
    ("month", "2026-02", "2026-02-01", "2026-02-28", 2),
    ("two_months", "2026-01..2026-02", "2026-01-01", "2026-02-28", 3),
    ("quarter", "2026-Q1", "2026-01-01", "2026-03-31", 4),
    ("half", "2026-H1", "2026-01-01", "2026-06-30", 5),
    ("half", "2026-H2", "2026-07-01", "2026-12-31", 2),
    ("year", "2026", "2026-01-01", "2026-12-31", 7),
)
EDGES = ("2026-01-31", "2026-02-28", "2026-03-31", "2026-06-30", "2026-07-01", "2026-12-31")
"""With the finding of 2 February that is there already."""


def test_a_card_counts_what_falls_into_its_period(
    cast: Cast, towns: ScorecardVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, day in enumerate(EDGES, 10):
        make_finding(cast, number, found_on=day, responsible_unit="白石镇")
    for kind, typed, start, end, count in SPANS:
        install_scorecard(code=towns.code, spec=card(kind), owner=cast.office)
        asked = {"scorecard": towns.code, "period": typed, "as_of": "2026-12-31", "known_at": ""}
        assert command.run(Namespace(command="score", json=True, **asked)) == 0
        answer = json.loads(capsys.readouterr().out)
        assert (answer["period"], answer["start"], answer["end"]) == (typed, start, end)
        score = next(one for one in answer["scores"] if one["name"] == "白石镇")
        assert next(item["value"] for item in score["items"] if item["code"] == "few") == f"{count}"


def test_only_a_period_of_the_card_is_published(cast: Cast, towns: ScorecardVersion) -> None:
    odd = install_scorecard(code="audit.towns", spec=card("month", ODD), owner=cast.office)
    for typed in ("2026", "2026-02", "2026-01..2026-02", "2026-01-05"):
        with pytest.raises(Invalid, match=r"每月一次，只在 1、3、5、7、9、11 月，不能公布"):
            publish(actor=cast["office"], scorecard=odd, period=parse_period(typed, date(2026, 3, 2)), clocks=clocks())
    publish(actor=cast["office"], scorecard=odd, period=parse_period("2026-01", date(2026, 3, 2)), clocks=clocks())
