"""Worked examples: emergency management."""

from typing import Any

from bihuan.cli.demo.county import COUNTY
from tests.packs.worked import FIRM, OTHER, SECOND_FIRM, THIRD, THIRD_FIRM, TOWN, D, Worked

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
_POOR_FOREST = {"patrols_done": 48, "hazards_rectified": 9, "monitors_online": 9, "notices_closed": 3, "burnings": 1}
_COMMITTEE = {"committee": "工矿专委会", "meetings_due": 2, "analyses_due": 4, "duties": 20, "problems": 10, **WHEN}
_WHOLE_COMMITTEE = {"meetings_held": 2, "analyses_held": 4, "duties_done": 20, "closed": 10}

EMERGENCY = (
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
            ("emergency.committee_work", {"lead": TOWN, **_COMMITTEE, **_WHOLE_COMMITTEE, "committee": "镇安委会"}),
        ),
        # 50 % of 20, 75 % of 30, (75 - 50) / 50 of 30, (90 - 50) / 50 of 20.
        {f"{COUNTY}-FG": (D(10) + D("22.5") + 15 + 16, "一般"), TOWN: (D(100), "优秀")},
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
)
