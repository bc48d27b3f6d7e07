"""A head in another unit than the field: the quantity is the same, whatever the two units."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.sheet_measure import reader_under
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.unreported import UNREPORTED
from tests.cast import Cast
from tests.ledger.making import import_rows, make_ledger

METRES = {"平方米": Fraction(1), "亩": Fraction(2000, 3), "公顷": Fraction(10_000), "万亩": Fraction(20_000_000, 3)}
YUAN = {"元": 1, "万元": 10_000, "亿元": 100_000_000}
LENGTH = {"米": 1, "公里": 1_000}


@given(
    st.sampled_from([METRES, YUAN, LENGTH]).flatmap(
        lambda units: st.tuples(st.just(units), st.sampled_from(sorted(units)), st.sampled_from(sorted(units)))
    ),
    st.integers(-(10**6), 10**6),
)
def test_a_bare_number_is_of_the_head_s_unit(case: tuple[dict[str, Any], str, str], number: int) -> None:
    units, own, head = case
    field = FieldSpec(code="f", title="量", kind="number", measure=own, scale=8, unreported=True)
    read = reader_under(field, head, Lookup())
    wanted = Fraction(number) * Fraction(units[head]) / Fraction(units[own])
    if abs(wanted) < 10**7:
        assert abs(Fraction(read(number)) - wanted) <= Fraction(1, 10**7)
        assert read(str(number)) == read(float(number)) == read(number)
    assert read("未报") is UNREPORTED


def test_a_number_with_its_own_unit_keeps_it_and_bounds_hold_in_the_field_s() -> None:
    field = FieldSpec(code="f", title="金额", kind="money", measure="万元", maximum=100)
    read = reader_under(field, "元", Lookup())
    assert [read(raw) for raw in ("125,000", 125_000, "12.5万元", "12.5万", "0.01", "(1,200)")] == [
        12.5,
        12.5,
        12.5,
        12.5,
        0.000001,
        -0.12,
    ]
    with pytest.raises(Exception, match="大于允许的最大值"):
        read(1_000_001)


@pytest.mark.parametrize("head", ["金额（元）", "金额"])
def test_a_file_in_yuan_comes_into_a_ledger_in_ten_thousands(cast: Cast, tmp_path: Path, head: str) -> None:
    ledger = make_ledger(cast.office, loop=None)
    title = [] if "元" in head else [["任务表", None], ["单位：元", None]]
    rows = [*title, ["编号代码", head], ["A1", 125_000], ["A2", "3.2万元"], ["A3", "1,234.5"]]
    check, _ = import_rows(cast["office"], ledger, tmp_path / "来.xlsx", rows)
    assert check.problems == []
    assert [record.data["amount"] for record in ledger.records.order_by("key")] == [12.5, 3.2, 0.12345]
