"""Worked examples: the internal audit of units, the duties of enforcement officers; of a year without other rows."""

from typing import Any

from bihuan.cli.demo.county import COUNTY
from tests.packs.worked import TOWN, D, Worked

_BUREAU, _SQUAD, _SECOND_SQUAD = f"{COUNTY}-JY", f"{COUNTY}-CG-ZA", f"{COUNTY}-CG-ZB"
_EVALUATED = {"year": 2024, "evaluated_on": "2026-01-20", "planned": 8}
_MONTH: dict[str, Any] = {"month": "2024-03", "scored_on": "2026-01-20", "officer": "@officer"}

BUREAUS = (
    Worked(
        "audit.internal_evaluation",
        "2024",
        (
            (
                "audit.internal_evaluation",
                {**_EVALUATED, "responsible_unit": _BUREAU, "completed": 6, "quality_score": 93},
            ),
            (
                "audit.internal_evaluation",
                {**_EVALUATED, "responsible_unit": TOWN, "completed": 8, "quality_score": 80},
            ),
        ),
        # Three quarters of 50 and 93 % of 50; all of 50 and 80 % of 50.
        {_BUREAU: (D("37.5") + D("46.5"), "良好"), TOWN: (D(50) + 40, "优秀")},
    ),
    Worked(
        "urban.duty",
        "2024-03",
        (
            (
                "urban.duty_score",
                {**_MONTH, "section": _SQUAD, "duty_points": 95, "deducted": 5, "appraisal_score": 80},
            ),
            (
                "urban.duty_score",
                {
                    **_MONTH,
                    "month": "2024-04",
                    "section": _SQUAD,
                    "duty_points": 50,
                    "deducted": 5,
                    "appraisal_score": 50,
                },
            ),
        ),
        # What the checks took away is off the duty points: 90 % of 60; 80 % of 40. April is another month.
        {_SQUAD: (D(54) + 32, "称职")},
    ),
)
