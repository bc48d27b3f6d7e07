"""Columns of a Word table: as wide as the text together, and narrow ones whole while a wide one can give way."""

from hypothesis import given
from hypothesis import strategies as st

from bihuan.report.document import Run, Table
from bihuan.report.docx.columns import TEXT_WIDTH, column_widths

CELLS = st.lists(st.text(alphabet="2026年月审计", max_size=60), min_size=1, max_size=12)


@given(CELLS)
def test_they_fill_the_text_and_none_vanishes(texts: list[str]) -> None:
    table = Table(tuple("列" for _ in texts), (tuple((Run(text),) for text in texts),))
    widths = column_widths(table)
    assert TEXT_WIDTH - len(texts) <= sum(widths) <= TEXT_WIDTH
    assert min(widths) > 400


def test_the_widest_gives_way() -> None:
    texts = (
        "2026年10月",
        "杏花渡镇",
        "报告年度的问题中，截至所问那一天已认定销号的",
        "2026-10-31",
        "发现问题的时间和地点要写清",
    )
    heads = ("期间", "单位", "口径", "截至", "说明")
    period, unit, meaning, *_ = column_widths(Table(heads, (tuple((Run(text),) for text in texts),)))
    assert period >= 105 * 12 + 160
    assert unit >= 105 * 8 + 160
    assert meaning < 105 * 28
