"""A figure fills a blank with its value, unit and period; every filled cell says its source as a note of its own."""

from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

from bihuan.figure.installing import install_figures
from bihuan.figure.spec import FigureSpec
from bihuan.form.actions import fill_form, filled_file
from bihuan.form.sources import Asking, answer
from bihuan.form.spec import Blank, period_of
from tests.cast import Cast
from tests.form.forms import LEDGER, blank_workbook, fill_in, keep, three_findings

FEBRUARY = period_of("month", date(2026, 2, 1))
SPECS: dict[str, dict[str, Any]] = {
    "finding.number": {"title": "发现问题数", "unit": "个", "of": "finding", "during": "found_on"},
    "finding.money": {"title": "涉及金额", "unit": "万元", "of": "finding", "during": "found_on", "measure": "sum(amount)"},
    "finding.big": {"title": "大额问题数", "unit": "个", "of": "finding", "during": "found_on", "where": "amount > 1"},
    "finding.share": {"title": "大额占比", "unit": "%", "scale": 1, "ratio": "finding.big / finding.number"},
    "finding.guess": {"title": "外部排名", "unit": "名", "external": True},
}  # fmt: skip


@pytest.fixture
def figures(cast: Cast) -> None:
    three_findings(cast)
    specs = {f"audit.{code}": FigureSpec.model_validate(spec) for code, spec in SPECS.items()}
    install_figures(pack="audit", specs=specs, owner=cast.office, origin="pack")


def filled(cast: Cast, login: str = "office", content: bytes | None = None, **sources: Any) -> Any:
    """The cells of a form by their places, and the workbook."""
    form = keep(cast, content)
    for place, source in sources.items():
        fill_in(cast, form, f"整改情况!{place}", place, **source)
    filling = fill_form(actor=cast[login], form=form, period=FEBRUARY)
    book = openpyxl.load_workbook(BytesIO(filled_file(filling)))
    return {cell["place"].rpartition("!")[2]: cell for cell in filling.cells}, book["整改情况"]


@pytest.mark.usefixtures("figures")
def test_a_figure_fills_by_unit_and_period(cast: Cast) -> None:
    def figure(code: str, **more: str) -> dict[str, str]:
        return {"kind": "figure", "figure": f"audit.finding.{code}", "unit": "*", **more}

    cells, page = filled(
        cast,
        B2=figure("number"),
        D2=figure("number", period="year to date"),
        B3=figure("money", measure="元"),
        D3=figure("share"),
        B5=figure("number", unit=""),
        B7=figure("number", unit="330999101"),
        D5=figure("number", period="previous"),
        B6=figure("guess"),
        C6=figure("money", measure="亩"),
        D6=figure("none"),
    )
    assert [page[place].value for place in ("B2", "D2", "B3", "D3", "B5", "B7", "D5")] == [2, 3, 126_000, 50, 0, 2, 1]
    assert (cells["B6"]["value"], "不是 0" in cells["B6"]["note"]) == (None, True)
    assert "不能换算" in cells["C6"]["note"]
    assert "指标库里没有" in cells["D6"]["note"]
    assert "发现问题数" in cells["B2"]["told"]
    assert cells["B2"]["opens"].startswith("audit.finding.number?unit=&period=2026-02&as_of=")
    assert cells["B2"]["count"] == 2


@pytest.mark.usefixtures("figures")
def test_a_percent_is_a_fraction_where_the_cell_shows_percent(cast: Cast) -> None:
    book = openpyxl.load_workbook(BytesIO(blank_workbook()))
    book["整改情况"]["D3"].number_format = "0.0%"
    book.save(out := BytesIO())
    share = {"kind": "figure", "figure": "audit.finding.share", "unit": "*"}
    _, page = filled(cast, content=out.getvalue(), D3=share, B3=share)
    assert (page["D3"].value, page["B3"].value) == (0.5, 50)


@pytest.mark.usefixtures("figures")
def test_a_figure_counts_only_what_its_filler_sees(cast: Cast) -> None:
    source = {"kind": "figure", "figure": "audit.finding.number", "unit": "*"}
    blank = Blank.model_validate({"place": "a!B2", "source": source})
    (town,) = answer(blank, Asking(cast["town"], cast.town.pk, FEBRUARY))
    (outsider,) = answer(blank, Asking(cast["outsider"], cast.town.pk, FEBRUARY))
    assert (town.value, town.note) == (2, "只算了您能看到的记录")
    assert (outsider.value, "查看范围" in outsider.note) == (None, True)


def test_each_filled_cell_says_its_source_in_a_note(cast: Cast) -> None:
    three_findings(cast)
    book = openpyxl.load_workbook(BytesIO(blank_workbook()))
    book["整改情况"]["A3"].comment = Comment("按发现日期算", "市审计局")
    book.save(with_notes := BytesIO())
    source = {"kind": "count", "ledger": LEDGER, "during": "found_on"}
    for content in (blank_workbook(), with_notes.getvalue()):
        cells, page = filled(
            cast, content=content, B3=source, D3={"kind": "sum", "ledger": LEDGER, "field": "amount_fixed"}
        )
        note = page["B3"].comment
        assert note
        assert (cells["B3"]["told"] in note.text, "2 条记录" in note.text, note.author) == (True, True, "闭环")
        assert page["D3"].comment is None
    kept = page["A3"].comment
    assert kept
    assert (kept.text, kept.author) == ("按发现日期算", "市审计局")
