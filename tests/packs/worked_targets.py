"""Worked examples: duties for cropland, targets for the environment."""

from typing import Any

from bihuan.cli.demo.county import COUNTY
from tests.packs.worked import OTHER, THIRD, TOWN, D, Rows, Worked

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
    "illegal": 14.99,
    "new_occupied": 100,
    "restore_task": 120,
    "restored": 90,
    "patches": 20,
    "patches_rectified": 15,
    "patrols_due": 48,
    "patrols": 36,
}


def _targets(place: str, *, level: str = "city", **values: tuple[str, str]) -> Rows:
    common = {"place": place, "year": 2026, "set_by": level, "reported_on": "2026-03-20"}
    return tuple(
        ("ecology.target_year", {**common, "target_item": item, "target": target, "actual": actual})
        for item, (target, actual) in values.items()
    )


TARGETS = (
    Worked(
        "land.cropland_duty",
        "2026",
        (
            ("land.cropland_year", {"town": TOWN, **CROPLAND}),
            ("land.cropland_year", {"town": OTHER, **CROPLAND, "retained": 8999}),
            ("land.cropland_year", {"town": THIRD, **CROPLAND, "illegal": 15, "letter_signed": False}),
        ),
        {
            TOWN: (D(30) + 20 + 10, "合格"),
            OTHER: (D(60), "不合格"),
            THIRD: (D(50), "不合格"),  # free of blame is only what stays below the red line of 15 %
        },
    ),
    Worked(
        "ecology.annual_target",
        "2026",
        (
            *_targets(
                COUNTY,
                pm25=("30", "30"),
                pm10=("54", "60"),
                good_days=("90", "95"),
                sections=("8", "8"),
                hw_disposal=("98", "98"),
                reduction=("500", "425"),
            ),
            *_targets(COUNTY, level="province", pm25=("27", "30")),
        ),
        # PM2.5 meets the city's target and is 27 / 30 = 90 % of the province's: half of 20. PM10: 54 / 60, half of the way from 80 to 100; reduction: 85 %, a quarter of the way.
        {COUNTY: (D(10) + 10 + 20 + 20 + 10 + D("2.5"), "未完成")},
    ),
)
