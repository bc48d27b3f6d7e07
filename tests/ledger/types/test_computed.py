"""Computed fields: worked out from what a record holds, in order, and unknown where something is."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.errors import Invalid
from bihuan.expression import ExpressionError, Kind
from bihuan.ledger.names import names_of
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE, BadValue
from bihuan.ledger.types.formula import compile_formula, computer
from tests.ledger.types.fields import LOOKUP

OWN = (
    FieldSpec(code="amount", title="涉及金额", kind="money"),
    FieldSpec(code="fixed", title="整改金额", kind="money"),
    FieldSpec(code="found", title="发现日期", kind="date"),
    FieldSpec(code="seen", title="登记时间", kind="datetime"),
    FieldSpec(code="name", title="名称", kind="text"),
    FieldSpec(code="closed", title="已办结", kind="yesno"),
    FieldSpec(code="place", title="位置", kind="point"),
)


def ledger(*computed: tuple[str, str, dict[str, Any]]) -> LedgerSpec:
    fields = tuple(
        FieldSpec(code=code, title=code, kind="computed", formula=formula, **more) for code, formula, more in computed
    )
    return LedgerSpec(code="l", title="台账", fields=OWN + fields)


def value(formula: str, data: dict[str, Any], **more: Any) -> Any:
    return computer(ledger(("x", formula, more)))(data).get("x")


@pytest.mark.parametrize(
    ("formula", "result", "data", "wanted"),
    [
        ("amount - coalesce(fixed, 0)", "money", {"amount": 3.2, "fixed": 1.2}, 2.0),
        ("涉及金额 - coalesce(整改金额, 0)", "money", {"amount": 3.2}, 3.2),
        ("amount - fixed", "money", {"amount": 3.2}, None),
        ("fixed / amount * 100", "percent", {"amount": 3.0, "fixed": 1.0}, 33.33),
        ("fixed / amount", "number", {"amount": 0.0, "fixed": 1.0}, None),
        ("floor(amount)", "integer", {"amount": 3.9}, 3),
        ("add_days(found, 30)", "date", {"found": "2024-02-01"}, "2024-03-02"),
        ("seen", "datetime", {"seen": "2024-03-05T06:30:00Z"}, "2024-03-05T06:30:00Z"),
        ("date(seen)", "date", {"seen": "2024-03-05T16:00:00Z"}, "2024-03-06"),
        ("concat(name, '（', text(year(found)), '）')", "text", {"name": "甲", "found": "2024-02-01"}, "甲（2024）"),
        ("trim(name)", "text", {"name": " "}, None),
        ("amount > 3 and not closed", "yesno", {"amount": 3.2, "closed": False}, True),
        ("amount > 3", "yesno", {}, None),
    ],
)
def test_values(formula: str, result: str, data: dict[str, Any], wanted: Any) -> None:
    found = value(formula, data, result=result)
    assert found == wanted
    assert type(found) is type(wanted)


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(0, 6))
def test_a_ratio_is_rounded_half_up_to_the_fields_places(whole: int, part: int, scale: int) -> None:
    ratio = Fraction(part, whole) * 100
    found = value("fixed / amount * 100", {"amount": whole / 100, "fixed": part / 100}, scale=scale)
    assert abs(Fraction(repr(found)) - ratio) <= Fraction(1, 2 * 10**scale) + Fraction(1, 10**4)


def test_one_formula_builds_on_another_before_it() -> None:
    spec = ledger(("left", "amount - fixed", {}), ("share", "left / amount * 100", {"result": "percent"}))
    data = {"amount": 4.0, "fixed": 1.0}
    assert computer(spec)(data) == {"left": 3.0, "share": 75.0}
    assert data == {"amount": 4.0, "fixed": 1.0}


def test_what_was_computed_before_is_not_trusted() -> None:
    spec = ledger(("left", "amount - fixed", {}))
    assert computer(spec)({"amount": 4.0, "left": 99.0}) == {}


@pytest.mark.parametrize("formula", ["x + 1", "later", "due_at", "place", "state = 'open'", "nothing", "found"])
def test_a_formula_uses_only_the_fields_before_it_that_expressions_know(formula: str) -> None:
    spec = ledger(("x", formula, {}), ("later", "amount", {}))
    with pytest.raises(ExpressionError):
        compile_formula(spec, spec.by_code["x"])


def test_what_cannot_be_stored_is_refused_by_the_fields_name() -> None:
    with pytest.raises(Invalid) as caught:
        value("amount * amount", {"amount": 1e8}, scale=2)
    assert caught.value.problems == {"x": "“x”算出的数太大，整数加小数最多 15 位"}
    with pytest.raises(Invalid, match="最多 15 位"):
        value("floor(amount * amount)", {"amount": 1e8}, result="integer")
    with pytest.raises(Invalid, match="最多 3 个字"):
        value("concat(name, name)", {"name": "甲乙"}, result="text", max_length=3)


def test_a_computed_field_is_to_others_what_its_result_is() -> None:
    spec = ledger(
        ("left", "amount - fixed", {"result": "money"}),
        ("late", "amount > fixed", {"result": "yesno"}),
        ("due", "add_days(found, 1)", {"result": "date"}),
    )
    names = names_of(spec, {})
    assert [(names[code].kind, names[code].scale) for code in ("left", "late", "due")] == [
        (Kind.DECIMAL, 6),
        (Kind.BOOLEAN, 0),
        (Kind.DATE, 0),
    ]
    kind, left, due = BY_CODE["computed"], spec.by_code["left"], spec.by_code["due"]
    assert kind.show(2.5, left, LOOKUP) == "2.50 万元"
    assert kind.cell_format(left) == "#,##0.00####"
    assert (kind.measure(left), kind.cell_format(due)) == ("万元", "yyyy-mm-dd")
    with pytest.raises(BadValue, match="由公式算出，不能填写"):
        kind.reader(left, LOOKUP)("5")


def test_a_ledger_without_formulas_computes_nothing() -> None:
    assert computer(ledger())({"amount": 1.0, "seen": datetime(2024, 1, 1, tzinfo=UTC)}) == {}
