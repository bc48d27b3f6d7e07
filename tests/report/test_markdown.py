"""Rendered Markdown as blocks."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bihuan.report.document import Chart, Heading, Paragraph, Run, Series, Table, text_of
from bihuan.report.template.markdown import blocks_of
from bihuan.report.template.marks import Marks
from tests.report.samples import number


def test_headings_paragraphs_and_numbers() -> None:
    marks = Marks()
    text = f"> 县委：\n\n# 主要工作\n\n发现问题{marks.number(number(), '146')}个，**整改**有力。\n\n#### 四级"
    flush, heading, paragraph, last = blocks_of(text, marks)
    assert flush == Paragraph((Run("县委："),), "flush")
    assert heading == Heading(1, (Run("主要工作"),))
    assert paragraph == Paragraph(
        (Run("发现问题"), Run("146", number()), Run("个，"), Run("整改", bold=True), Run("有力。"))
    )
    assert last == Heading(4, (Run("四级"),))


def test_a_block_stands_alone_and_an_empty_sentence_leaves_nothing() -> None:
    marks = Marks()
    chart = Chart("bar", "按月", ("1月",), (Series("问题", (Decimal(1),)),))
    text = f"前。{marks.block(chart)}后。\n\n，。\n\n"
    assert [type(block) for block in blocks_of(text, marks)] == [Paragraph, Chart, Paragraph]


def test_a_table_keeps_its_numbers() -> None:
    marks = Marks()
    text = f"| 单位 | 问题数 |\n|---|---|\n| 青溪镇 | {marks.number(number('3'), '3')} |\n"
    (table,) = blocks_of(text, marks)
    assert isinstance(table, Table)
    assert table.heads == ("单位", "问题数")
    assert table.rows[0][1] == (Run("3", number("3")),)


def test_html_and_links_stay_text() -> None:
    (paragraph,) = blocks_of("<script>alert(1)</script>[a](http://a)", Marks())
    assert isinstance(paragraph, Paragraph)
    assert text_of(paragraph.runs) == "<script>alert(1)</script>[a](http://a)"


@given(st.text(max_size=80))
def test_no_text_can_forge_a_mark(text: str) -> None:
    marks = Marks()
    held = marks.number(number(), text)
    for block in blocks_of(f"甲{held}乙", marks):
        if isinstance(block, Paragraph):
            assert all(run.number in (None, number()) for run in block.runs)
