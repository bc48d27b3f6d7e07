"""Scorecards to try: one that uses everything, and random ones."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from bihuan.scorecard.spec import ScorecardSpec

WHOLE: dict[str, Any] = {
    "code": "rectification",
    "title": "审计整改考核",
    "groups": [
        {"code": "town", "title": "乡镇", "kinds": ["town"]},
        {"code": "bureau", "title": "部门", "kinds": ["bureau"]},
    ],
    "items": [
        {
            "code": "rate",
            "title": "整改率",
            "figure": "audit.finding.cleared_rate",
            "weight": 60,
            "score": {"kind": "linear", "floor": 50, "target": 100},
        },
        {"code": "quality", "title": "整改质量", "weight": 40, "score": {"kind": "given"}},
        {
            "code": "late",
            "title": "超期",
            "figure": "audit.finding.red",
            "weight": 20,
            "part": "deduction",
            "score": {"kind": "cases", "points": -2, "most": 20},
        },
        {
            "code": "model",
            "title": "典型经验",
            "figure": "audit.model",
            "weight": 5,
            "part": "bonus",
            "score": {"kind": "cases", "points": 2.5, "most": 5},
        },
    ],
    "caps": [{"title": "有红色督办问题未销号", "figure": "audit.finding.red", "grade": "B"}],
    "vetoes": [{"code": "sham", "title": "虚假整改", "figure": "audit.sham", "effect": "zero"}],
    "grades": [
        {
            "valid_from": "2024-01-01",
            "levels": [{"code": "A", "from": 90}, {"code": "B", "from": 80}, {"code": "C", "from": 0}],
        },
        {
            "valid_from": "2026-01-01",
            "levels": [{"code": "A", "from": 95}, {"code": "B", "from": 80}, {"code": "C", "from": 0}],
        },
    ],
}


def card(**changed: Any) -> ScorecardSpec:
    return ScorecardSpec.model_validate({**WHOLE, **changed})


SCORES = st.sampled_from(
    [
        {"kind": "linear", "floor": 0, "target": 100},
        {
            "kind": "bands",
            "bands": [{"from": 0, "percent": 20}, {"from": 50, "percent": 60}, {"from": 80, "percent": 100}],
        },
        {"kind": "rank", "best": 100, "worst": 60},
        {"kind": "distance"},
        {"kind": "min_max"},
        {"kind": "z_score"},
    ]
)


@st.composite
def better_is_more(draw: st.DrawFn) -> ScorecardSpec:
    """A random scorecard of one group in which more is better for every item."""
    scores = draw(st.lists(SCORES, min_size=1, max_size=4))
    items = [
        {"code": f"i{n}", "title": f"第{n}项", "weight": draw(st.integers(1, 60)), "score": score}
        for n, score in enumerate(scores)
    ]
    return ScorecardSpec.model_validate(
        {
            "code": "some",
            "title": "考核",
            "groups": [{"code": "all", "title": "全部", "kinds": ["town"]}],
            "items": items,
        }
    )


def values_for(card: ScorecardSpec, units: int) -> st.SearchStrategy[dict[int, dict[str, Decimal]]]:
    value = st.integers(0, 100).map(Decimal)
    row = st.fixed_dictionaries({item.code: value for item in card.items})
    return st.fixed_dictionaries(dict.fromkeys(range(1, units + 1), row))
