"""Tidying loses nothing but what carries no meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.standards.cell_text import compact, is_scientific, tidy


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("'0123 ", "0123"),
        ("０２０—８７６５", "020-8765"),
        ("\ufeff\u200b １２ \u3000", "12"),
        ("‘440106", "440106"),
    ],
)
def test_tidy(text, wanted):
    assert tidy(text) == wanted


@given(st.text())
def test_compact_leaves_no_blank(text):
    assert not any(mark.isspace() for mark in compact(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("4.40106E+17", True), ("1e10", True), ("44010619E0101", False), ("12", False), ("E+5", False)],
)
def test_scientific(text, wanted):
    assert is_scientific(text) is wanted
