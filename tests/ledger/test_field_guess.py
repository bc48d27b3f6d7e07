"""Kinds guessed from cells: amounts that say their own unit, days in whatever form."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.field_guess import guess_field
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import BY_CODE, Lookup
from bihuan.standards import date_formats
from bihuan.standards.excel_serial import to_serial


@pytest.mark.parametrize(
    "measure, cells, kind, unit",
    [
        ("万元", [12.5, "3.2万元", "240"], "money", "万元"),
        (None, ["3.2万元", "0.5亿元"], "money", "万元"),
        (None, ["32000元", "15元"], "money", "元"),
        (None, ["3.2万元", 240], "text", ""),
        ("亩", ["3.2万元", 240], "text", ""),
        (None, ["3.2万元", "若干元"], "text", ""),
    ],
)
def test_an_amount_with_its_unit_is_money(measure: str | None, cells: list[Any], kind: str, unit: str) -> None:
    found = guess_field(FieldSpec(code="c1", title="涉及金额", kind="text"), measure, cells, Lookup())
    assert (found.kind, found.measure) == (kind, unit)


FORMS: tuple[Callable[[date], Any], ...] = (
    lambda day: day,
    date_formats.iso,
    date_formats.document,
    date_formats.characters,
    lambda day: f"{day.year}.{day.month}.{day.day}",
    lambda day: f"{day:%Y%m%d}",
    lambda day: int(f"{day:%Y%m%d}"),
    lambda day: float(f"{day:%Y%m%d}"),
    lambda day: float(to_serial(day)),
)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def guessed(title: str, cells: list[Any]) -> FieldSpec:
    return guess_field(FieldSpec(code="c1", title=title, kind="text"), None, cells, Lookup())


@pytest.mark.parametrize(
    "title, cells, kind, personal",
    [
        ("身份证号码", ["11010519491231002X", "440524188001010014"], "identity", None),
        ("身份证号", ["11010519491231002X", "330999199001011230"], "text", "all"),
        ("联系电话", [13800138000.0, "0571-88886666"], "phone", None),
        ("手机号", ["13800138000/13900139000"], "text", "all"),
        ("责任人及电话", ["张三 13800138000"], "text", None),
        ("统一社会信用代码", ["91350100M000100Y43"], "credit_code", None),
        ("统一社会信用代码", ["91350100M000100Y44"], "text", None),
        ("发放年月", ["2026年3月", "2026.4"], "month", None),
        ("时间", ["2026年3月", "2026年4月"], "month", None),
        ("时间", ["2026年3月", "2026年4月5日"], "text", None),
        ("完成率", ["35%", "7.5％"], "percent", None),
        ("完成率", ["35%", "待定"], "text", None),
        ("完成率", ["35%", 12], "text", None),
    ],
)
def test_what_a_head_asks_for(title: str, cells: list[Any], kind: str, personal: str | None) -> None:
    found = guessed(title, cells)
    assert (found.kind, found.personal) == (kind, personal)


def test_numbers_not_reported_are_told_from_zero_and_blank() -> None:
    found = guessed("3月", [5.0, "未报", 0.0])
    assert (found.kind, found.unreported) == ("integer", True)
    assert guessed("3月", ["未报", "未报"]).kind == "choice"
    assert not guessed("3月", [5.0, 0.0]).unreported


def test_a_share_among_per_cents() -> None:
    found = guessed("完成率", ["35%", 0.075])
    read = BY_CODE["percent"].reader(found, Lookup())
    assert (found.kind, [read(cell) for cell in ("35%", 0.075)]) == ("percent", [35, 7.5])


@pytest.mark.parametrize(
    "title, cells, kind",
    [
        ("是否完成", ["√", "否", "是", "×", "√", "否"], "yesno"),
        ("完成", [True, False, True], "yesno"),
        ("完成", ["√", "√", "√"], "yesno"),
        ("有无隐患", ["有", "无", "无", "有"], "yesno"),
        ("备注", ["有", "无", "无", "有"], "choice"),
        ("是否完成", ["是", "正在办", "否", "是", "正在办", "否"], "choice"),
        ("是否完成", [1, 0.0, 1], "yesno"),
        ("得分", ["1", "0", "1"], "integer"),
    ],
)
def test_yes_and_no_are_yes_or_no(title: str, cells: list[Any], kind: str) -> None:
    assert guessed(title, cells).kind == kind


@given(st.lists(st.tuples(DAYS, st.sampled_from(FORMS)), min_size=1, max_size=6))
def test_days_in_every_form_are_days(told: list[tuple[date, Callable[[date], Any]]]) -> None:
    cells = [form(day) for day, form in told]
    found = guessed("发现日期", cells)
    assert found.kind == "date"
    read = BY_CODE["date"].reader(found, Lookup())
    assert [read(cell) for cell in cells] == [day.isoformat() for day, _ in told]


@pytest.mark.parametrize(
    "title, cells, kind",
    [
        ("数量", ["20261106", "20251231"], "integer"),
        ("登记", ["20261106", "2025-12-31"], "date"),
        ("项目编号", ["20261106", "20251231"], "text"),
        ("发现日期", ["20261106", "20261306"], "integer"),
        ("发现日期", ["20260230", "20260101"], "integer"),
        ("发现日期", ["20261106", "待定", "另行通知"], "text"),
        ("整改时限", [46148.0, "2026.5.6", date(2026, 5, 7)], "date"),
        ("发现日期", [46148.0, 46149.0], "date"),
        ("办理时间", [46148.0, 46149.0], "integer"),
        ("期限", [30.0, 60.0], "integer"),
        ("金额", [46148.0, 46149.0], "integer"),
        ("登记", [46148.0, "2026-05-06"], "text"),
        ("完成日期", [46148.5, "2026-05-06"], "text"),
    ],
)
def test_eight_digits_are_a_day_only_where_a_day_is_meant(title: str, cells: list[Any], kind: str) -> None:
    assert guessed(title, cells).kind == kind
