"""Worked examples: health."""

from tests.packs.worked import HOSPITAL, SECOND_HOSPITAL, D, Rows, Worked

_LISTS = {"problem": 7, "index": 9, "dimension": 6}


def _party(branch: str, kind: str, month: str, left_out: tuple[str, int] | None = None, **points: int) -> Rows:
    """Every item of the lists named, but the one left out."""
    common = {"branch": branch, "class": kind, "month": month, "scored_on": "2026-03-20"}
    return tuple(
        ("health.party_list", {**common, "list": name, "item": item, "points": value})
        for name, value in points.items()
        for item in range(1, _LISTS[name] + 1)
        if (name, item) != left_out
    )


def _closeness(lead: str, *verdicts: str) -> Rows:
    aspects = ("duty", "management", "service", "interest")
    common = {"lead": lead, "year": 2026, "judged_on": "2026-03-20"}
    return tuple(
        ("health.consortium_item", {**common, "aspect": aspect, "item": f"第{number}条", "verdict": verdict})
        for number, (aspect, verdict) in enumerate(zip(aspects, verdicts, strict=True))
    )


_HOSPITAL = {"year": 2026, "reported_on": "2026-03-20", "serious_events": 0, "surgeries": 1000, "revenue": 1000}
_MARCH = (
    *_party(HOSPITAL, "hospital", "2026-03", problem=90, index=80, dimension=100),
    *_party(SECOND_HOSPITAL, "township", "2026-03", ("problem", 7), problem=70, index=70),
)
_APRIL = _party(HOSPITAL, "hospital", "2026-04", problem=100, index=100, dimension=100)
_BOTH_MONTHS = D(38) + D("32.4") + 24
"""95 % of 40, 90 % of 36, all of 24."""
_NOT_ALL_HANDED_IN = D(24) + D("25.2") + 0
"""Six of seven problem lists at 70 points: 60 % of 40; 70 % of 36; a list that was not handed in has nothing."""
_TOGETHER = {HOSPITAL: (_BOTH_MONTHS, "红旗"), SECOND_HOSPITAL: (_NOT_ALL_HANDED_IN, "黄牌")}

HEALTH = (
    Worked(
        "health.party_show",
        "2026-03",
        (*_MARCH, *_APRIL),
        {HOSPITAL: (D(36) + D("28.8") + 24, ""), SECOND_HOSPITAL: (_NOT_ALL_HANDED_IN, "")},
        (
            Worked("health.party_race", "2026-03..2026-04", (), _TOGETHER),
            Worked("health.party_year", "2026", (), _TOGETHER),
        ),
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
)
