"""Kinds guessed from cells: amounts that say their own unit."""

from typing import Any

import pytest

from bihuan.ledger.field_guess import guess_field
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import Lookup


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
