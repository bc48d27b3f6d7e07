"""The scorecards of all bureaus, each on a small ledger: points worked out by hand from what was typed in."""

import json
from argparse import Namespace
from datetime import date
from decimal import Decimal

import pytest

from bihuan.base import clock
from bihuan.cli import scorecards as command
from bihuan.cli.demo.county import COUNTY
from bihuan.figure.clocks import clocks
from bihuan.figure.period import parse_period
from bihuan.org.actions import add_unit
from bihuan.org.actor import system_actor
from bihuan.org.models import Unit
from bihuan.scorecard.definitions import scorecard_in_force, scorecards_in_force
from bihuan.scorecard.publishing import PublishedScore
from bihuan.scorecard.queries import trial
from tests.packs.conftest import Bureaus
from tests.packs.worked import FIRM, OTHER, SECOND_FIRM, THIRD, THIRD_FIRM, TOWN, D, Worked
from tests.packs.worked_bureaus import BUREAUS
from tests.packs.worked_emergency import EMERGENCY
from tests.packs.worked_enterprises import ENTERPRISES
from tests.packs.worked_health import HEALTH
from tests.packs.worked_targets import CROPLAND, TARGETS

FOUNDED = date(2020, 1, 1)
CASES = (*BUREAUS, *EMERGENCY, *HEALTH, *ENTERPRISES, *TARGETS)
LOGINS = {"emergency": "yingjikao", "health": "weijiankao", "ftz": "zimaokao", "sasac": "guozikao"}
LOGINS |= {"land": "zirankao", "ecology": "huanbaokao", "audit": "jingban", "urban": "chengguanke"}


@pytest.fixture
def places(bureaus: Bureaus) -> Bureaus:
    """One town and one enterprise are there; more of each kind make a ranking."""
    county, firms = Unit.objects.get(code=COUNTY), ((SECOND_FIRM, "enterprise"), (THIRD_FIRM, "enterprise"))
    for code, kind in ((OTHER, "town"), (THIRD, "town"), *firms):
        add_unit(code=code, name=f"单位{code}", kind=kind, parent=county, valid_from=FOUNDED)
    return bureaus


def _enter(places: Bureaus, worked: Worked) -> None:
    for ledger, values in worked.rows:
        login = LOGINS[ledger.partition(".")[0]]
        places.enter(login, ledger, places.typed(values, login, ledger))


def _scores(card: str, typed: str) -> dict[str, PublishedScore]:
    period = parse_period(typed, clock.today())
    found = trial(system_actor("测试"), scorecard_in_force(card), period, clocks())
    codes = {node.pk: node.code for node in found.basis.tree.nodes}
    return {codes[score.unit]: score for score in found.as_published() if score.total is not None}


def _results(card: str, period: str) -> dict[str, tuple[Decimal | None, str]]:
    return {code: (score.total, score.grade) for code, score in _scores(card, period).items()}


@pytest.mark.parametrize("worked", CASES, ids=[case.card for case in CASES])
def test_points_are_those_worked_out_by_hand(places: Bureaus, worked: Worked) -> None:
    _enter(places, worked)
    for one in (worked, *worked.also):
        assert _results(one.card, one.period) == one.expected, one.card


def test_every_scorecard_is_worked_out(places: Bureaus) -> None:
    """Ranked by figures that have their own worked examples: the rectification of findings."""
    worked = {one.card for case in CASES for one in (case, *case.also)}
    assert {one.code for one in scorecards_in_force()} == worked | {"audit.rectification"}


def test_classes_are_ranked_apart_and_pay_follows_the_score(places: Bureaus) -> None:
    worked = next(case for case in CASES if case.card == "sasac.performance_index")
    _enter(places, worked)
    scores = _scores(worked.card, worked.period)
    assert {code: (score.group, score.rank) for code, score in scores.items()} == {
        FIRM: ("competition", 1),
        SECOND_FIRM: ("competition", 2),
        THIRD_FIRM: ("public", 1),
    }
    # Base pay 24 × factor 1.5 × coefficient (score / 100 × 2).
    assert [award.amount for award in scores[FIRM].awards] == [D("64.80")]
    assert [award.amount for award in scores[SECOND_FIRM].awards] == [D("61.20")]


def test_each_veto_alone_fails_the_year(places: Bureaus) -> None:
    failures = (
        ({"basic": 7999}, "永久基本农田"),
        ({"supplemented": 99}, "占补平衡"),
        ({"flowed_in": 39}, "进出平衡"),
        # A tenth of what was newly occupied is below the line of 15 %, but 200 mu is the line by area.
        ({"illegal": 200, "new_occupied": 2000}, "问责红线"),
    )
    for year, (failure, told) in enumerate(failures, 2024):
        places.enter(LOGINS["land"], "land.cropland_year", {"town": TOWN, **CROPLAND, "year": year, **failure})
        score = _scores("land.cropland_duty", f"{year}")[TOWN]
        assert score.grade == "不合格"
        (held,) = score.held_by
        assert told in held


def test_the_command_gives_each_card_over_its_own_period(places: Bureaus, capsys: pytest.CaptureFixture[str]) -> None:
    """On 2 March 2026: the running year, else the last month, two months or quarter that is over."""
    latest = {"month": "2026-02", "two_months": "2026-01..2026-02", "quarter": "2025-Q4", "year": "2026"}
    latest["odd months"] = "2026-01"
    command.run(Namespace(command="scorecards", json=True))
    for one in json.loads(capsys.readouterr().out):
        asked = Namespace(command="score", scorecard=one["code"], period=None, as_of="", known_at="", json=True)
        assert command.run(asked) == 0
        found = json.loads(capsys.readouterr().out)
        kind = "odd months" if one["code"] == "health.party_show" else one["period"]
        assert (found["code"], found["period"]) == (one["code"], latest[kind])
