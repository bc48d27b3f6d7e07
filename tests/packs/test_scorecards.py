"""The scorecards of the other bureaus, each on a small ledger: points worked out by hand from what was typed in."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bihuan.base import clock
from bihuan.cli.demo.county import COUNTY, INSTITUTIONS
from bihuan.figure.clocks import clocks
from bihuan.figure.period import parse_period
from bihuan.org.actions import add_unit
from bihuan.org.actor import system_actor
from bihuan.org.models import Unit
from bihuan.scorecard.definitions import scorecard_in_force, scorecards_in_force
from bihuan.scorecard.publishing import PublishedScore
from bihuan.scorecard.queries import trial
from tests.packs.conftest import Bureaus

D = Decimal
TOWN, OTHER, THIRD = f"{COUNTY}101", f"{COUNTY}901", f"{COUNTY}902"
FIRM, SECOND_FIRM, THIRD_FIRM = f"{COUNTY}101-Q01", f"{COUNTY}901-Q01", f"{COUNTY}901-Q02"
HOSPITAL, SECOND_HOSPITAL = list(INSTITUTIONS)[:2]
FOUNDED = date(2020, 1, 1)
WHEN = {"reported_on": "2026-03-20", "month": "2026-03"}

FOREST: dict[str, Any] = {
    "patrols_planned": 60,
    "patrols_done": 60,
    "hazards": 12,
    "hazards_rectified": 12,
    "monitors": 10,
    "monitors_online": 10,
    "drills": 1,
    "notices": 4,
    "notices_closed": 4,
    "burnings": 0,
    "fires": 0,
    **WHEN,
}
SAFETY: dict[str, Any] = {
    "enterprises": 40,
    "checked": 40,
    "problems": 20,
    "closed": 20,
    "major": 2,
    "major_measured": 2,
    "cases": 4,
    "accidents": 0,
    "deaths": 0,
    **WHEN,
}
FIRM_YEAR: dict[str, Any] = {
    "year": 2026,
    "assessed_on": "2026-03-20",
    "sector": "light",
    "risk": "low",
    "staff": 100,
    "hazards": 10,
    "hazards_rectified": 10,
    "standard_level": 90,
    "trained": 100,
    "self_checks_due": 12,
    "self_checks": 12,
    "penalties": 0,
    "accidents": 0,
    "major_open": 0,
}
HOLDING: dict[str, Any] = {
    "year": 2026,
    "reported_on": "2026-03-20",
    "class": "competition",
    "profit_target": 1000,
    "profit": 1000,
    "assets": 10000,
    "liabilities": 6500,
    "net_profit": 280,
    "equity": 3500,
    "research": 300,
    "revenue": 10000,
    "revenue_target": 10000,
    "invest_income": 40,
    "management_points": 100,
    "value_added": 3000,
    "staff": 100,
    "cash_flow": 1000,
    "cost": 9000,
    "invested": 800,
    "invest_planned": 800,
    "service_points": 90,
    "accidents": 0,
    "base_pay": 24,
}
CROPLAND: dict[str, Any] = {
    "year": 2026,
    "reported_on": "2026-03-20",
    "letter_signed": True,
    "retained_target": 9000,
    "retained": 9000,
    "basic_target": 8000,
    "basic": 8000,
    "occupied": 100,
    "supplemented": 100,
    "flowed_out": 40,
    "flowed_in": 40,
    "illegal": 15,
    "new_occupied": 100,
    "restore_task": 120,
    "restored": 90,
    "patches": 20,
    "patches_rectified": 15,
    "patrols_due": 48,
    "patrols": 36,
}
MERCHANT: dict[str, Any] = {
    "month": "2026-03",
    "checked_on": "2026-03-20",
    "checks": 2,
    "points_lost": 6,
    "turnover": 105,
    "turnover_before": 100,
    "complaints": 1,
    "praises": 1,
    "fake_goods": 0,
}


@dataclass(frozen=True)
class Worked:
    """A scorecard, what was typed in, and the total and grade of each unit by hand."""

    card: str
    period: str
    rows: tuple[tuple[str, dict[str, Any]], ...]
    expected: dict[str, tuple[Decimal, str]]


def _party(branch: str, kind: str, problem: int, index: int, dimension: int, month: str = "2026-03") -> Any:
    common = {"branch": branch, "class": kind, "month": month, "scored_on": "2026-03-20"}
    points = (("problem", problem), ("index", index), ("dimension", dimension))
    return tuple(("health.party_list", {**common, "list": name, "item": 1, "points": value}) for name, value in points)


def _closeness(lead: str, *verdicts: str) -> Any:
    aspects = ("duty", "management", "service", "interest")
    common = {"lead": lead, "year": 2026, "judged_on": "2026-03-20"}
    return tuple(
        ("health.consortium_item", {**common, "aspect": aspect, "item": f"第{number}条", "verdict": verdict})
        for number, (aspect, verdict) in enumerate(zip(aspects, verdicts, strict=True))
    )


def _targets(place: str, **values: tuple[str, str]) -> Any:
    common = {"place": place, "year": 2026, "set_by": "city", "reported_on": "2026-03-20"}
    return tuple(
        ("ecology.target_year", {**common, "target_item": item, "target": target, "actual": actual})
        for item, (target, actual) in values.items()
    )


_POOR_FOREST = {"patrols_done": 48, "hazards_rectified": 9, "monitors_online": 9, "notices_closed": 3, "burnings": 1}
_HOSPITAL = {"year": 2026, "reported_on": "2026-03-20", "serious_events": 0, "surgeries": 1000, "revenue": 1000}
_COMMITTEE = {"committee": "工矿专委会", "meetings_due": 2, "analyses_due": 4, "duties": 20, "problems": 10, **WHEN}

CASES = (
    Worked(
        "emergency.forest_index",
        "2026-03",
        (
            ("emergency.forest_month", {"town": TOWN, **FOREST, **_POOR_FOREST, "fires": 1}),
            ("emergency.forest_month", {"town": OTHER, **FOREST}),
            ("emergency.forest_month", {"town": THIRD, **FOREST, "fires": 1}),
        ),
        {
            # Half of 20, 25 and 15; 10 for the drill; three quarters of 10; 20 - 5; a fire takes 10.
            TOWN: (D("10") + D("12.5") + D("7.5") + 10 + D("7.5") + 15 - 10, "红"),
            OTHER: (D(100), "绿"),
            THIRD: (D(90), "黄"),
        },
    ),
    Worked(
        "emergency.town_index",
        "2026-03",
        (
            ("emergency.safety_month", {"town": TOWN, **SAFETY, "checked": 30, "closed": 15, "cases": 6}),
            ("emergency.safety_month", {"town": OTHER, **SAFETY, "accidents": 1}),
            ("emergency.safety_month", {"town": THIRD, **SAFETY, "major": 0, "major_measured": 0, "deaths": 1}),
        ),
        {
            # 75 % coverage and closing: half of 25 each; measures in full; first of three by cases: 6 × 100 / 30 = 20.
            TOWN: (D("12.5") + D("12.5") + 25 + 25, "黄"),
            # Two share the second place: 100 - 20 = 80 % of 25; an accident takes 5.
            OTHER: (D(25) * 3 + 20 - 5, "绿"),
            # Without major hazards the 25 points go to the rest: each counts 33.33; a death holds the grade down.
            THIRD: (D("33.33") * 2 + D("26.66"), "红"),
        },
    ),
    Worked(
        "emergency.committee_eval",
        "2026-Q1",
        (
            (
                "emergency.committee_work",
                {
                    "lead": f"{COUNTY}-FG",
                    **_COMMITTEE,
                    "meetings_held": 1,
                    "analyses_held": 3,
                    "duties_done": 15,
                    "closed": 9,
                },
            ),
        ),
        # 50 % of 20, 75 % of 30, (75 - 50) / 50 of 30, (90 - 50) / 50 of 20.
        {f"{COUNTY}-FG": (D(10) + D("22.5") + 15 + 16, "一般")},
    ),
    Worked(
        "emergency.enterprise_grading",
        "2026",
        (
            (
                "emergency.enterprise_safety",
                {"enterprise": FIRM, **FIRM_YEAR, "sector": "mine", "hazards_rectified": 8},
            ),
            ("emergency.enterprise_safety", {"enterprise": SECOND_FIRM, **FIRM_YEAR, "penalties": 1, "self_checks": 6}),
            ("emergency.enterprise_safety", {"enterprise": THIRD_FIRM, **FIRM_YEAR, "major_open": 1}),
        ),
        {
            FIRM: (D(24) + 60, "B"),  # (80 - 50) / 50 of 40
            SECOND_FIRM: (D(90) - 5, "B"),
            THIRD_FIRM: (D(100), "D"),
        },
    ),
    Worked(
        "emergency.warehouse_star",
        "2026",
        (
            (
                "emergency.warehouse_check",
                {
                    "town": TOWN,
                    "year": 2026,
                    "checked_on": "2026-03-20",
                    "warehouse": "仓库",
                    "area": 60,
                    "items_required": 20,
                    "items_stocked": 18,
                    "items_valid": 18,
                    "rules": 10,
                    "rules_met": 9,
                    "drills": 1,
                    "shortage_events": 1,
                },
            ),
        ),
        # (60 - 20) / 80 of 15; (90 - 50) / 50 of 35; 20; 18; 60 % of 10. Short in the flood: at most three stars.
        # What was not checked has nothing.
        {TOWN: (D("7.5") + 28 + 20 + 18 + 6, "三星"), OTHER: (D(0), "未评星"), THIRD: (D(0), "未评星")},
    ),
    Worked(
        "health.party_show",
        "2026-03",
        (*_party(HOSPITAL, "hospital", 90, 80, 100), *_party(SECOND_HOSPITAL, "township", 60, 70, 80)),
        {
            HOSPITAL: (D(36) + D("28.8") + 24, ""),
            SECOND_HOSPITAL: (D(24) + D("25.2") + D("19.2"), ""),
        },
    ),
    Worked(
        "health.party_race",
        "2026-03..2026-04",
        (*_party(HOSPITAL, "hospital", 90, 80, 100), *_party(HOSPITAL, "hospital", 100, 100, 100, "2026-04")),
        {HOSPITAL: (D(38) + D("32.4") + 24, "红旗")},
    ),
    Worked(
        "health.party_year",
        "2026",
        (*_party(HOSPITAL, "hospital", 50, 50, 50), *_party(SECOND_HOSPITAL, "hospital", 80, 80, 80)),
        {HOSPITAL: (D(50), "黄牌"), SECOND_HOSPITAL: (D(80), "良好")},
    ),
    Worked(
        "health.hospital_assessment",
        "2026",
        (
            (
                "health.hospital_year",
                {
                    "hospital": HOSPITAL,
                    **_HOSPITAL,
                    "party_points": 90,
                    "surgery_four": 100,
                    "drug_revenue": 300,
                    "outpatient_growth": "5%",
                    "patient_satisfaction": "95%",
                    "staff_satisfaction": "88%",
                },
            ),
            (
                "health.hospital_year",
                {
                    "hospital": SECOND_HOSPITAL,
                    **_HOSPITAL,
                    "party_points": 80,
                    "surgery_four": 200,
                    "drug_revenue": 250,
                    "outpatient_growth": "10%",
                    "patient_satisfaction": "81%",
                    "staff_satisfaction": "95%",
                    "serious_events": 1,
                },
            ),
        ),
        {
            # 10 % of 20 % is half of 20; (30 - 50) / (25 - 50) = 80 % of 15; least growth: 0; 18; 28 / 35 of 12.
            HOSPITAL: (D(18) + 10 + 12 + 0 + 18 + D("9.6"), "合格"),
            SECOND_HOSPITAL: (D(16) + 20 + 15 + 15 + D("10.8") + 12, "合格"),
        },
    ),
    Worked(
        "health.consortium_closeness",
        "2026",
        (*_closeness(HOSPITAL, "a", "a", "a", "b"), *_closeness(SECOND_HOSPITAL, "a", "a", "a", "c")),
        {HOSPITAL: (D(75) + D("17.5"), "紧密型"), SECOND_HOSPITAL: (D(75) + D("7.5"), "较紧密")},
    ),
    Worked(
        "ftz.merchant_score",
        "2026-Q1",
        (
            ("ftz.appraisal", {"merchant": FIRM, **MERCHANT}),
            ("ftz.appraisal", {"merchant": SECOND_FIRM, **MERCHANT, "fake_goods": 1}),
        ),
        # 6 of 60 lost; (5 + 10) / 20 of 20; 20 - 4; praised once.
        {FIRM: (D(54) + 15 + 16 + 2, "良好"), SECOND_FIRM: (D(0), "较差")},
    ),
    Worked(
        "sasac.performance_index",
        "2026",
        (
            ("sasac.enterprise_year", {"enterprise": FIRM, **HOLDING, "accidents": 1}),
            ("sasac.enterprise_year", {"enterprise": SECOND_FIRM, **HOLDING, "value_added": 1500, "profit": 750}),
            ("sasac.enterprise_year", {"enterprise": THIRD_FIRM, **HOLDING, "class": "public", "liabilities": 8000}),
        ),
        {
            FIRM: (D(100) - 10, "C"),  # every target met; one event takes 10 and holds the grade
            SECOND_FIRM: (D("10") + 15 + D("5") + 10 + 10 + 10 + 25, "B"),  # half the profit, half as productive
            THIRD_FIRM: (D("35.1") + 14 + 0 + 14 + 14 + 5, "B"),  # 90 % of 39; debts at the bottom line
        },
    ),
    Worked(
        "land.cropland_duty",
        "2026",
        (
            ("land.cropland_year", {"town": TOWN, **CROPLAND}),
            ("land.cropland_year", {"town": OTHER, **CROPLAND, "retained": 8999}),
            ("land.cropland_year", {"town": THIRD, **CROPLAND, "illegal": 16, "letter_signed": False}),
        ),
        {
            TOWN: (D(30) + 20 + 10, "合格"),  # exactly at the red line of 15 % is not over it
            OTHER: (D(60), "不合格"),
            THIRD: (D(50), "不合格"),
        },
    ),
    Worked(
        "ecology.annual_target",
        "2026",
        _targets(
            COUNTY,
            pm25=("30", "30"),
            pm10=("54", "60"),
            good_days=("90", "95"),
            sections=("8", "8"),
            hw_disposal=("98", "98"),
            reduction=("500", "425"),
        ),
        # PM10: 54 / 60 = 90 %, half of the way from 80 to 100; reduction: 85 %, a quarter of the way.
        {COUNTY: (D(20) + 10 + 20 + 20 + 10 + D("2.5"), "基本完成")},
    ),
)
LOGINS = {"emergency": "yingjikao", "health": "weijiankao", "ftz": "zimaokao", "sasac": "guozikao"}
LOGINS |= {"land": "zirankao", "ecology": "huanbaokao"}


@pytest.fixture
def places(bureaus: Bureaus) -> Bureaus:
    """One town and one enterprise are there; three more of each kind make a ranking."""
    county, firms = Unit.objects.get(code=COUNTY), ((SECOND_FIRM, "enterprise"), (THIRD_FIRM, "enterprise"))
    for code, kind in ((OTHER, "town"), (THIRD, "town"), *firms):
        add_unit(code=code, name=f"单位{code}", kind=kind, parent=county, valid_from=FOUNDED)
    return bureaus


def _scores(worked: Worked) -> dict[str, PublishedScore]:
    period = parse_period(worked.period, clock.today())
    found = trial(system_actor("测试"), scorecard_in_force(worked.card), period, clocks())
    codes = {node.pk: node.code for node in found.basis.tree.nodes}
    return {codes[score.unit]: score for score in found.as_published() if score.total is not None}


@pytest.mark.parametrize("worked", CASES, ids=[case.card for case in CASES])
def test_points_are_those_worked_out_by_hand(places: Bureaus, worked: Worked) -> None:
    for ledger, values in worked.rows:
        places.enter(LOGINS[ledger.partition(".")[0]], ledger, values)
    scores = _scores(worked)
    assert {code: (score.total, score.grade) for code, score in scores.items()} == worked.expected


def test_every_scorecard_of_these_bureaus_is_worked_out(places: Bureaus) -> None:
    declared = {one.code for one in scorecards_in_force() if one.code.partition(".")[0] in LOGINS}
    assert declared == {case.card for case in CASES}


def test_classes_are_ranked_apart_and_pay_follows_the_score(places: Bureaus) -> None:
    worked = next(case for case in CASES if case.card == "sasac.performance_index")
    for ledger, values in worked.rows:
        places.enter("guozikao", ledger, values)
    scores = _scores(worked)
    assert {code: (score.group, score.rank) for code, score in scores.items()} == {
        FIRM: ("competition", 1),
        SECOND_FIRM: ("competition", 2),
        THIRD_FIRM: ("public", 1),
    }
    # Base pay 24 × factor 1.5 × coefficient (score / 100 × 2).
    assert [award.amount for award in scores[FIRM].awards] == [D("64.80")]
    assert [award.amount for award in scores[SECOND_FIRM].awards] == [D("61.20")]
