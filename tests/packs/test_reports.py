"""Every report of both packs is written from a small county; the year-end summaries tell every figure of their bureau."""

import json
import zipfile
from datetime import date
from operator import attrgetter
from pathlib import Path

import pytest
from lxml import etree, html

from bihuan.base import clock
from bihuan.figure.clocks import clocks
from bihuan.figure.period import parse_period
from bihuan.figure.queries import ask
from bihuan.figure.value import places_of, rounded
from bihuan.org.actor import system_actor
from bihuan.report.definitions import report_in_force, reports_in_force, spec_of
from bihuan.report.document import Chart, Document, Table, text_of
from bihuan.report.docx.package import write_docx
from bihuan.report.html import page_of
from bihuan.report.queries import document_now, record_of, subject_of
from bihuan.report.spec import KINDS
from bihuan.scorecard.actions import publish
from bihuan.scorecard.definitions import scorecard_in_force
from tests.cli.typing_in import Typing, type_in
from tests.packs.conftest import Bureaus
from tests.packs.test_catalogue import listed

__all__ = ["type_in"]
YEAR, BRIGADE = "2026", "330999-CG"


def now(code: str, period: str = YEAR, record: str = "") -> Document:
    report, actor = report_in_force(code), system_actor()
    return document_now(
        actor,
        report,
        unit=subject_of(report),
        period=period,
        as_of=clock.today(),
        known_at=clock.now(),
        record=record_of(actor, report, record),
    )


@pytest.fixture
def first_stall(bureaus: Bureaus) -> str:
    fields = {"stall_no": "S1", "title": "老王烧烤", "place": "城南路", "fuel": "bottled_gas", "section": BRIGADE}
    return bureaus.create("urban.stall", {**fields, "listed_on": "2026-01-05"}).number


def charted_only(document: Document) -> set[tuple[object, ...]]:
    """The points of charts that are printed nowhere in the text: they open from the annex."""
    named = attrgetter("figure", "unit", "period", "as_of", "known_at", "aspect")
    charts = [block for block in document.blocks if isinstance(block, Chart)]
    points = {named(number) for chart in charts for series in chart.series for number in series.numbers}
    return points - {named(number) for number in document.numbers}


def test_every_kind_has_a_report_that_is_written(first_stall: str, tmp_path: Path) -> None:
    written = {}
    for report in reports_in_force():
        if report.code.startswith(("audit.", "urban.")):
            spec = spec_of(report)
            period = {"week": "2026-W09", "month": "2026-02"}.get(spec.period, YEAR)
            document = now(report.code, period, first_stall if spec.subject else "")
            write_docx(document, tmp_path / "a.docx", base="https://b.example/")
            with zipfile.ZipFile(tmp_path / "a.docx") as package:
                root = etree.fromstring(package.read("word/document.xml"))
            page = html.fromstring(page_of(document, "https://b.example/"))
            controls = [node for node in root.iter("{*}tag") if str(node.get(node.keys()[0])).startswith("bihuan-")]
            assert len(controls) == len(document.numbers) + len(charted_only(document)) > 0, report.code
            assert len(list(page.iter("a"))) >= len(document.numbers), report.code
            written[report.code] = spec.kind
    assert set(written.values()) == set(KINDS)


def test_reports_are_listed_and_written_by_command(first_stall: str, type_in: Typing, tmp_path: Path) -> None:
    rows = {row["code"]: row for row in json.loads(type_in("reports", "--json").out)}
    file = rows["urban.stall_file"]
    assert (file["title"], file["record_of"]) == ("一户一档", "urban.stall")
    assert "审计整改工作周报" in type_in("reports").out
    path = tmp_path / "一户一档.html"
    without = type_in("report", "urban.stall_file", "-o", path)
    assert (without.status, "请加 --record 编号" in without.err, path.exists()) == (1, True, False)
    other = type_in("report", "urban.stall_file", "--record", "S2", "-o", path)
    assert "没有编号为“S2”的记录" in other.err and not path.exists()
    assert type_in("report", "urban.stall_file", "--record", first_stall, "-o", path).status == 0
    assert "老王烧烤" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("bureau", ["audit", "urban"])
def test_the_summaries_tell_every_figure_of_their_bureau(bureaus: Bureaus, bureau: str) -> None:
    document = now(f"{bureau}.year_summary")
    printed = {
        number.figure: number for number in document.numbers if not number.aspect and number.unit_name == "示范县"
    }
    wanted = [code for code in listed("figure_ids.txt") if code.startswith(f"{bureau}.")]
    assert not [code for code in wanted if code not in printed]
    period = parse_period(YEAR, clock.today())
    found = ask(wanted, [period], clocks(), None)
    for code in wanted:
        value = found.value(code, subject_of(report_in_force(f"{bureau}.year_summary")).pk, period)
        told = None if value.number is None else rounded(value.number, places_of(found.figures[code]))
        assert (code, printed[code].value, printed[code].records) == (code, told, value.records or 0)


def test_lists_hold_as_many_rows_as_their_figure_counts(bureaus: Bureaus) -> None:
    document = now("audit.problem_list")
    totals = {number.figure.rpartition(".")[2]: number.value for number in document.numbers}
    rows = {block.caption[:2]: len(block.rows) for block in document.blocks if isinstance(block, Table)}
    told = {"红色": totals["red"], "黄色": totals["yellow"], "绿色": totals["green"]}
    assert rows == {colour: count for colour, count in told.items() if count}
    assert rows


def test_a_bulletin_tells_the_published_ranking(bureaus: Bureaus) -> None:
    plain = [text_of(block.runs) for block in now("audit.ranking_bulletin").blocks if hasattr(block, "runs")]
    assert "本期考核还没有公布。" in plain
    card = scorecard_in_force("audit.rectification")
    period = parse_period(YEAR, date(2026, 3, 2))
    publish(actor=bureaus["shenji"], scorecard=card, period=period, clocks=clocks())
    tables = [block for block in now("audit.ranking_bulletin").blocks if isinstance(block, Table)]
    assert {table.caption for table in tables} & {"部门", "乡镇"}
    assert tables[0].heads[:3] == ("名次", "单位", "得分")
    score = tables[0].rows[0][2][0].number
    assert score and score.opens.startswith("/publications/")
