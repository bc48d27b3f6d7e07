"""The hash chain against the standard's own words: SHA-256 over what was before and what is now."""

import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import chain
from bihuan.base.canonical import dumps, loads

CONTENTS = st.lists(st.binary(max_size=40), min_size=1, max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=12,
)


def head_of(contents: list[bytes]) -> str:
    head = chain.GENESIS
    for content in contents:
        head = chain.link(head, content)
    return head


def test_a_link_is_the_hash_of_the_former_hash_and_the_content() -> None:
    assert chain.link(chain.GENESIS, b"one") == hashlib.sha256(b"0" * 64 + b"one").hexdigest()


@given(CONTENTS, st.data())
def test_any_change_of_any_link_changes_the_head(contents: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(contents) - 1))
    changed = [*contents[:place], contents[place] + b"!", *contents[place + 1 :]]
    assert head_of(changed) != head_of(contents)
    assert head_of(contents[:place] + contents[place + 1 :]) != head_of(contents)


def test_a_signature_is_of_one_ledger_at_one_position_with_one_head() -> None:
    signed = chain.sign("audit.finding", 3, "a" * 64)
    assert signed == chain.sign("audit.finding", 3, "a" * 64)
    others = {
        chain.sign("audit.findings", 3, "a" * 64),
        chain.sign("audit.finding", 4, "a" * 64),
        chain.sign("audit.finding", 3, "b" * 64),
    }
    assert len(others) == 3
    assert signed not in others


def test_a_signature_needs_the_key() -> None:
    without = hashlib.sha256(f"audit.finding|3|{'a' * 64}".encode()).hexdigest()
    assert chain.sign("audit.finding", 3, "a" * 64) != without


@given(JSON)
def test_canonical_json_says_the_same_as_json(value: object) -> None:
    assert json.loads(dumps(value)) == value
    assert loads(dumps(value)) == value


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 9), min_size=2))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value: dict[str, int]) -> None:
    turned = dict(reversed(value.items()))
    assert dumps(turned) == dumps(value)
    assert " " not in dumps({"a": [1, {"b": 2}]})
