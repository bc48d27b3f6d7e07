"""Reports are named without what only an issue has."""

import pytest

from bihuan.report.titles import without_period


@pytest.mark.parametrize(
    "title, told",
    [
        ("县局{{ year() }}年工作总结和{{ year(1) }}年工作计划", "县局年度工作总结和下年工作计划"),
        ("关于{{ period_name() }}整改情况的通报", "关于整改情况的通报"),
        ("整改工作周报（{{ period_name() }}）", "整改工作周报"),
        ("{{ field('title') }}（{{ field('stall_no') }}）一户一档", "一户一档"),
        ("第{{ number }}期简报", "第某期简报"),
    ],
)
def test_a_report_is_named_without_what_only_an_issue_has(title: str, told: str) -> None:
    assert without_period(title) == told
