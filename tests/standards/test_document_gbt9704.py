"""Titles in lines, against titles as offices set them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.standards.document_gbt9704 import TITLE_CHARACTERS, title_lines


@pytest.mark.parametrize(
    "title, lines",
    [
        ("关于审计整改情况的通报", ["关于审计整改情况的通报"]),
        ("示范县审计局2026年工作总结和2027年工作计划", ["示范县审计局2026年工作总结", "和2027年工作计划"]),
        ("关于2026年审计发现问题整改情况的专题报告会材料", ["关于2026年审计发现问题整改情况的", "专题报告会材料"]),
    ],
)
def test_titles_break_where_a_phrase_ends(title: str, lines: list[str]) -> None:
    assert list(title_lines(title)) == lines


@given(st.text(alphabet="示范县的和2026年，总结", max_size=60))
def test_nothing_is_lost_and_what_is_broken_fits(title: str) -> None:
    found = title_lines(title)
    assert "".join(found) == title
    if len(found) == 2:
        assert all(sum(0.5 if c.isascii() else 1 for c in line) <= TITLE_CHARACTERS for line in found)
