"""What the functions print: numbers that know themselves, changes in words, tables, charts; unknown is not zero."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import pytest

from bihuan.base.errors import Invalid, NotFound
from bihuan.report.document import Chart, Number, Paragraph, Run, Table, text_of
from bihuan.report.sources import About, Breakdown
from bihuan.report.template.functions import Language
from bihuan.report.template.language import render
from bihuan.report.template.markdown import blocks_of
from bihuan.report.template.marks import Marks
from tests.report.samples import number

D = Decimal
ABOUT = About("330999", "示范县", "2026", "2026年", date(2026, 12, 31))


@dataclass
class Known:
    """Figures that are given: by figure, unit and period; None is unknown."""

    values: dict[tuple[str, str, str], Decimal | None]
    measures: dict[str, str] = field(default_factory=dict)
    about: About = ABOUT

    def number(self, figure: str, *, unit: str = "", period: str = "", of: str = "") -> Number:
        if (figure, unit, period) not in self.values:
            raise NotFound(f"没有指标“{figure}”")
        measure = self.measures.get(figure, "个")
        return replace(number("0", figure, title=figure, measure=measure), value=self.values[figure, unit, period])

    def breakdown(self, figures: Sequence[str], by: str, *, unit: str = "", period: str = "") -> Breakdown:
        towns = ("青溪镇", "白石镇")
        rows = tuple(tuple(self.number(one, unit=town) for one in figures) for town in towns)
        return Breakdown(towns, rows, tuple(self.number(one) for one in figures), "单位")

    def units(self, kind: str) -> list[str]:
        return ["青溪镇", "白石镇"]

    def name(self, unit: str) -> str:
        return unit

    def records(self, ledger: str, where: str, columns: Sequence[str], most: int, *, linked: str = "") -> Table:
        return Table(("编号",), (((Run("SJ-1"),),),))

    def behind(self, figure: str, columns: Sequence[str], most: int, *, unit: str = "", period: str = "") -> Table:
        return self.records(figure, "", columns, most)

    def field(self, code: str) -> str:
        return f"<{code}>\ue000"

    def rankings(self, scorecard: str) -> tuple[Table, ...]:
        return (self.records("", "", (), 1),) * 2 if scorecard == "published" else ()


SOURCES = Known(
    {
        ("total", "", ""): D(146),
        ("total", "", "previous year"): D(100),
        ("rate", "", ""): D("82.19"),
        ("rate", "", "previous year"): D("79"),
        ("amount", "", ""): D("12345.678"),
        ("late", "", ""): D(0),
        ("unknown", "", ""): None,
        ("unknown", "", "previous year"): D(1),
        ("total", "青溪镇", ""): D(3),
        ("total", "白石镇", ""): None,
    },
    {"rate": "%", "amount": "万元"},
)


def read(text: str) -> list[str]:
    return [text_of(block.runs) if isinstance(block, Paragraph) else type(block).__name__ for block in blocks(text)]


def blocks(text: str) -> tuple[object, ...]:
    marks = Marks()
    return blocks_of(render(text, Language(SOURCES, marks).functions(), {}), marks)


@pytest.mark.parametrize(
    "text, said",
    [
        ("{{ year() }}年发现问题{{ n('total') }}个，{{ change('total') }}。", "2026年发现问题146个，比上年增长46%。"),
        ("整改率{{ n('rate', places=1) }}%，{{ change('rate') }}。", "整改率82.2%，比上年提高3.2个百分点。"),
        ("金额{{ n('amount', measure='亿元', places=2) }}亿元。", "金额1.23亿元。"),
        ("{% if v('late') > 0 %}有超期。{% else %}没有超期。{% endif %}", "没有超期。"),
        ("{% if v('unknown') > 0 or v('unknown') <= 0 %}知道{% else %}不知道{% endif %}", "不知道"),
        ("{{ n('unknown') }}{{ '知道' if known('unknown') else '' }}", "—"),
        ("{% for t in units('town') %}{{ name(t) }}{{ n('total', t) }}、{% endfor %}", "青溪镇3、白石镇—、"),
        ("地点{{ field('place') }}", "地点<place>"),
        ("{% if ranked('card') %}有{% else %}没有公布{% endif %}", "没有公布"),
        ("截至{{ day() }}，{{ year(1) }}年", "截至2026年12月31日，2027年"),
    ],
)
def test_what_is_said(text: str, said: str) -> None:
    assert read(text) == [said]


def test_a_sentence_with_nothing_to_say_is_left_out() -> None:
    assert read("{{ change('unknown') }}。\n\n后") == ["后"]


def test_the_amount_of_a_change_knows_what_it_is() -> None:
    (paragraph,) = blocks("{{ change('rate') }}")
    assert isinstance(paragraph, Paragraph)
    (amount,) = [run.number for run in paragraph.runs if run.number]
    assert (amount.figure, amount.value, amount.measure) == ("rate", D("3.2"), "个百分点")


def test_tables_and_charts_hold_the_numbers() -> None:
    table, chart, listed = blocks(
        "{{ table(['total']) }}{{ chart('bar', ['total'], by='unit') }}{{ records('finding') }}"
    )
    assert isinstance(table, Table)
    assert table.heads == ("单位", "total（个）")
    assert [[text_of(cell) for cell in row] for row in table.rows] == [
        ["青溪镇", "3"],
        ["白石镇", "—"],
        ["合计", "146"],
    ]
    assert table.rows[2][1][0].bold
    assert table.rows[0][1][0].number
    assert isinstance(chart, Chart)
    assert (chart.categories, chart.series[0].values) == (("青溪镇", "白石镇"), (D(3), None))
    assert isinstance(listed, Table)


def test_a_ranking_is_a_table_for_each_group_and_a_list_is_a_table() -> None:
    assert read("{{ ranking('published') }}后{{ ranking('card') }}\n\n{{ listed('late') }}") == [
        "Table",
        "Table",
        "后",
        "Table",
    ]


@pytest.mark.parametrize(
    "text, words",
    [
        ("{{ n('total', measure='亩') }}", "不能换算成“亩”"),
        ("{{ change('total', 'yesterday') }}", "不能比较"),
        ("{{ chart('cake', ['total']) }}", "没有“cake”这种图"),
        ("{{ chart('pie', ['total', 'late']) }}", "只能画 1 个指标，写了 2 个"),
    ],
)
def test_what_cannot_be_said_is_told(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read(text)
    with pytest.raises(NotFound):
        read("{{ n('nothing') }}")
