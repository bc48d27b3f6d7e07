"""Worked examples: merchants of the free-trade area, enterprises of the city."""

from typing import Any

from tests.packs.worked import FIRM, SECOND_FIRM, THIRD_FIRM, D, Worked

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
    "decisions_points": 90,
    "functions_points": 90,
    "quality_points": 90,
    "support_points": 90,
    "accidents": 0,
    "base_pay": 24,
}

ENTERPRISES = (
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
            # Four times 90 % of 12; five of the six main indicators, with debts at the bottom line; two auxiliary ones.
            THIRD_FIRM: (D("10.8") * 4 + 7 * 5 + 5 * 2, "B"),
        },
    ),
)
