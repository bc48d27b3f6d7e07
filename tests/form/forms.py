"""Blank forms as superiors send them, and the records that fill them."""

from io import BytesIO
from typing import Any

import docx
import openpyxl
from openpyxl.styles import Font, PatternFill

from bihuan.form.actions import keep_form, map_blank
from bihuan.form.models import Form
from bihuan.form.spec import Blank
from tests.cast import Cast
from tests.ledger.making import make_finding

LEDGER = "audit.finding"


def blank_workbook() -> bytes:
    """A title over merged cells, styled blanks, a formula over them, a table, and a second sheet."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "整改情况"
    page.merge_cells("A1:D1")
    page["A1"] = "审计整改情况月报"
    page["A1"].font = Font(bold=True, size=16)
    for place, text in {
        "A2": "填报单位",
        "C2": "所属期",
        "A3": "发现问题数",
        "C3": "涉及金额（万元）",
        "A4": "户均",
    }.items():
        page[place] = text
    for place in ("B2", "D2", "B3", "D3"):
        page[place].fill = PatternFill("solid", fgColor="FFFFCC")
    page["B4"] = "=D3/B3"
    for place, text in {"A6": "序号", "B6": "问题", "C6": "金额"}.items():
        page[place] = text
    page["C9"].fill = PatternFill("solid", fgColor="FFFFCC")
    book.create_sheet("说明")["A1"] = "每月 5 日前报"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def blank_document() -> bytes:
    document = docx.Document()
    document.add_paragraph("整改情况表")
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text = "发现问题数"
    table.cell(1, 0).text = "单位"
    table.cell(1, 1).paragraphs[0].add_run("____").bold = True
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def lines_document() -> bytes:
    """A letter with blanks in its lines and no table."""
    document = docx.Document()
    document.add_heading("整改情况说明", 1)
    document.add_paragraph("填报单位：").add_run("          ").underline = True
    document.add_paragraph("本期发现问题____个。")
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def keep(cast: Cast, content: bytes | None = None, name: str = "月报.xlsx", **more: Any) -> Form:
    words = {"title": "整改月报", "asked_by": "市审计局", "every": "month"} | more
    return keep_form(
        actor=cast["office"],
        owner=cast.office.pk,
        name=name,
        content=blank_workbook() if content is None else content,
        **words,
    )


def fill_in(cast: Cast, form: Form, place: str, label: str = "", **source: Any) -> None:
    map_blank(
        actor=cast["office"], form=form, blank=Blank.model_validate({"place": place, "label": label, "source": source})
    )


def three_findings(cast: Cast) -> None:
    make_finding(cast, 1, title="账实不符", amount="12.5", found_on="2026-02-03")
    make_finding(cast, 2, title="房产闲置", amount="0.1", found_on="2026-02-20")
    make_finding(cast, 3, title="保证金未退", amount="7", found_on="2026-01-31")
