"""What every kind of field keeps: what was stored comes back from a cell, and nothing but BadValue is ever raised."""

import json
from datetime import UTC, date, datetime
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.canonical import dumps, loads
from bihuan.expression import compile_check, evaluate
from bihuan.ledger.exporting.telling import plain
from bihuan.ledger.names import names_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import BY_CODE, FIELD_TYPES, BadValue, is_blank
from tests.ledger.types.fields import CASES, KINDS_OF_VALUES, KINDS_WITHOUT_CASE, LOOKUP, RAW, Case, spec

EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=str)
TODAY, NOW = date(2026, 3, 2), datetime(2026, 3, 2, 1, tzinfo=UTC)


def reader(case: Case) -> Any:
    return BY_CODE[case.field.kind].reader(case.field, LOOKUP)


def stored(case: Case, data: st.DataObject) -> Any:
    value = reader(case)(data.draw(case.taken))
    return value if value != "" else "有"  # a text of unseen characters is blank, and so absent


def has_unseen(value: Any) -> bool:
    """Whether a text holds marks such as a joiner in an emoji, which an expression cannot spell."""
    return isinstance(value, str) and any(category(mark) in ("Cf", "Co", "Cn") for mark in value)


def as_sheet(cell: Any) -> Any:
    """A typed cell as it is read from a workbook: every number is a float, a midnight only a day."""
    if isinstance(cell, int) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date()
    return cell


def test_every_kind_has_a_case() -> None:
    assert {kind.code for kind in FIELD_TYPES} == {case.field.kind for case in CASES} | KINDS_WITHOUT_CASE


@EVERY_CASE
@given(st.data())
def test_what_was_stored_comes_back(case: Case, data: st.DataObject) -> None:
    kind, value, read = BY_CODE[case.field.kind], stored(case, data), reader(case)
    cell = kind.cell(value, case.field, LOOKUP)
    assert read(as_sheet(cell)) == value
    assert read(plain(cell)) == value
    assert read(kind.entry(value, case.field, LOOKUP)) == value


@EVERY_CASE
@given(st.data())
def test_what_was_stored_is_json_that_loses_nothing(case: Case, data: st.DataObject) -> None:
    value = stored(case, data)
    again = loads(dumps({"x": value}))["x"]
    assert again == value
    assert type(again) is type(value)
    assert json.dumps(again, sort_keys=True) == json.dumps(value, sort_keys=True)


@EVERY_CASE
@given(st.data())
def test_what_was_stored_is_shown_and_masked(case: Case, data: st.DataObject) -> None:
    kind, value = BY_CODE[case.field.kind], stored(case, data)
    assert kind.show(value, case.field, LOOKUP)
    masked = kind.mask(value, case.field.model_copy(update={"personal": "all"}), LOOKUP)
    assert set(masked) == {"*"}


@EVERY_CASE
@given(st.data())
def test_an_expression_takes_what_was_stored(case: Case, data: st.DataObject) -> None:
    kind, value = BY_CODE[case.field.kind], stored(case, data)
    names = names_of(LedgerSpec(code="l", title="台账", fields=(case.field,)), {})
    if not kind.in_expressions:
        assert "x" not in names
        return
    values = {"x": kind.python(value)}
    same = compile_check("x is not null", names)
    assert evaluate(same, values, today=TODAY, now=NOW) is True
    if case.literal is not None and not has_unseen(value):
        equal = compile_check(f"x = {case.literal(value)}", names)
        assert evaluate(equal, values, today=TODAY, now=NOW) is True
        assert evaluate(equal, {"x": value}, today=TODAY, now=NOW) is True
    given_type = KINDS_OF_VALUES.get(names["x"].kind)
    assert given_type is None or isinstance(values["x"], given_type)


@pytest.mark.parametrize("kind", [kind.code for kind in FIELD_TYPES])
@given(st.data())
def test_a_reader_raises_nothing_but_bad_value(kind: str, data: st.DataObject) -> None:
    field = spec(kind)
    read, raw = BY_CODE[kind].reader(field, LOOKUP), data.draw(RAW)
    try:
        value = read(raw)
    except BadValue as error:
        assert str(error)
        assert len(str(error)) < 400
        return
    dumps({"x": value})
    if not is_blank(value):
        BY_CODE[kind].show(value, field, LOOKUP)
        BY_CODE[kind].cell(value, field, LOOKUP)
        assert read(value) == value or kind not in ("text", "longtext")
