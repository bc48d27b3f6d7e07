"""A sweep over a portion of a column gives what its cells give one by one, or leaves them to that."""

from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bihuan.ledger.column_sweeps import Stored, sweep_of
from bihuan.ledger.fresh_block import json_insides
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import BY_CODE, BadValue, Lookup

FIELDS = (
    FieldSpec(code="f", title="列", kind="text", max_length=6),
    FieldSpec(code="f", title="列", kind="text", pattern="[a-z ]+"),
    FieldSpec(code="f", title="列", kind="longtext"),
    FieldSpec(code="f", title="列", kind="integer"),
    FieldSpec(code="f", title="列", kind="integer", minimum=-3, maximum=3),
    FieldSpec(code="f", title="列", kind="number", scale=2),
    FieldSpec(code="f", title="列", kind="number", scale=1, minimum=0, maximum=10),
    FieldSpec(code="f", title="列", kind="money"),
)
TEXTS = st.text(st.sampled_from("ab '\"\\=\t\n\u3000\u200b县️\x7f\x80é"), max_size=8)
FLOATS = st.one_of(
    st.integers(-5, 5).map(float),
    st.floats(),
    st.integers(-2000, 2000).map(lambda cents: cents / 100),
    st.sampled_from([-0.0, 1e12, 999999999999.99, 9999999999999.9, 1e15, 0.1 + 0.2]),
)


def one_by_one(field: FieldSpec, raws: list[Any]) -> list[Any]:
    read = BY_CODE[field.kind].reader(field, Lookup())
    values = []
    for raw in raws:
        try:
            values.append(read(raw))
        except BadValue:
            values.append(BadValue)
    return values


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: f"{field.kind}{field.pattern}{field.minimum}{field.scale}")
@settings(max_examples=150)
@given(raws=st.one_of(st.lists(TEXTS, min_size=1, max_size=4), st.lists(FLOATS, min_size=1, max_size=4)))
@example(raws=[-0.0, 1.0])
@example(raws=["'=A1", "b"])
@example(raws=[" a ", ""])
def test_a_sweep_reads_as_one_by_one(field: FieldSpec, raws: list[Any]) -> None:
    sweep = sweep_of(field)
    swept = sweep(raws) if sweep else None
    if swept is not None:
        values = ["" if value is None else value for value in swept.values]
        expected = one_by_one(field, raws)
        assert values == expected
        assert list(map(repr, values)) == list(map(repr, expected))
        _what_is_said_of_all_holds(swept)


def _what_is_said_of_all_holds(swept: Stored) -> None:
    if swept.all == "plain":
        assert [f'"{value}"'.encode() for value in swept.values] == list(map(orjson.dumps, swept.values))
    elif swept.all == "numbers":
        assert {*map(type, swept.values)} <= {int, float}


def test_plain_columns_are_swept() -> None:
    assert _swept("text", ["问题 一", " b", ""]) == ["问题 一", "b", None]
    assert _swept("integer", [3.0, 0.0, -2.0]) == [3, 0, -2]
    assert _swept("number", [3.25, -2.5], scale=2) == [3.25, -2.5]
    assert _swept("money", [cents / 100 for cents in range(1, 100_000)]) == [cents / 100 for cents in range(1, 100_000)]
    assert _swept("date", ["2023-05-06"]) is None


def _swept(kind: str, raws: list[Any], **more: Any) -> list[Any] | None:
    sweep = sweep_of(FieldSpec(code="f", title="列", kind=kind, **more))
    swept = sweep(raws) if sweep else None
    return swept and swept.values


@given(st.lists(st.text(), max_size=5))
@example(['"', "\\", "县"])
def test_the_insides_of_texts_are_those_of_their_json(texts: list[str]) -> None:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return

    assert [f'"{inside}"'.encode() for inside in json_insides(texts)] == [orjson.dumps(text) for text in texts]
