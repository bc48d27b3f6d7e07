"""A report played before a browser: written in parts, spoken of, approved, issued, opened, and standing still through
a later correction. Pictures of it lie in the test's folder."""

import io
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import docx
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.base import clock
from bihuan.figure.installing import install_figures
from bihuan.figure.spec import FigureSpec
from bihuan.loop.actions import edit_record
from bihuan.report.definitions import install_report
from bihuan.report.spec import ReportSpec
from tests.cast import Cast
from tests.ledger.making import make_finding
from tests.web.conftest import START, picture, signed_in, sit_down

AMOUNT = "own.amount"
PARTS = [
    {"code": "total", "title": "总数", "body": f"涉及金额{{{{ n('{AMOUNT}') }}}}万元。\n\n{{{{ chart('bar', ['{AMOUNT}'], by='category') }}}}"},
    {"code": "units", "title": "各镇", "unit": "330999101", "body": "待写。"},
]  # fmt: skip


def declared(cast: Cast) -> None:
    shape = {"title": "涉及金额", "of": "audit.finding", "measure": "sum(amount)", "unit": "万元", "during": "found_on"}
    install_figures(pack="own", specs={AMOUNT: FigureSpec.model_validate(shape)}, owner=cast.office, origin="pack")
    for number in (1, 2, 3):
        make_finding(cast, number)
    head = {"mark": "示范县审计局文件", "word": "示审"}
    spec = {"code": "brief", "title": "审计简报", "kind": "monthly_brief", "period": "year", "red_head": head}
    install_report(code="own.brief", spec=ReportSpec.model_validate({**spec, "parts": PARTS}), owner=cast.office)


def template(folder: Path) -> Path:
    document = docx.Document()
    for text in ("{{ title() }}", f"金额{{{{ n('{AMOUNT}') }}}}万元，错的{{{{ n('own.amout') }}}}"):
        document.add_paragraph(text)
    document.save(str(folder / "模板.docx"))
    return folder / "模板.docx"


@dataclass(frozen=True)
class Stage:
    """Who plays, and where."""

    cast: Cast
    page: Page
    url: str
    folder: Path

    def at(self, login: str, path: str) -> None:
        sit_down(self.page, self.url, self.cast.people[login]).goto(path)

    def picture(self, name: str) -> None:
        picture(self.page, self.folder, name)


def tries_a_faulty_template(stage: Stage) -> None:
    page = stage.page
    stage.at("colleague", "/reports/templates/")
    page.get_by_label("文件").set_input_files(template(stage.folder))
    page.get_by_label("给哪一种材料").select_option("own.brief")
    page.get_by_role("button", name="检查并试填").click()
    expect(page.get_by_role("region", name="要改的地方")).to_contain_text("没有指标“own.amout”")
    expect(page.get_by_role("region", name="要改的地方")).to_contain_text("正文第 2 段")
    stage.picture("template")


def writes_in_parts(stage: Stage) -> str:
    """The draft, spoken of and seen to; its address."""
    page = stage.page
    stage.at("colleague", "/reports/")
    page.get_by_role("row", name="审计简报").get_by_role("button", name="编写").click()
    expect(page.get_by_role("region", name="全文").locator("svg[role=img]")).to_be_visible()
    draft = page.url
    stage.at("office", draft)
    page.get_by_label("对“各镇”的意见").fill("写上青溪镇的数")
    page.get_by_role("region", name="各镇", exact=True).get_by_role("button", name="发表意见").click()
    expect(page.get_by_text("1 条待处理")).to_be_visible()
    stage.at("town", draft)
    units = page.get_by_role("region", name="各镇", exact=True)
    units.get_by_label("各镇", exact=True).fill(f"青溪镇{{{{ n('{AMOUNT}', '330999101') }}}}万元。")
    units.get_by_label("写完了").check()
    units.get_by_role("button", name="保存").click()
    units.get_by_role("button", name="已处理").click()
    expect(units.get_by_text("已处理：陈青")).to_be_visible()
    stage.picture("draft")
    return draft


def approves_and_issues(stage: Stage, draft: str) -> tuple[str, str]:
    """The address of the issued report, and its first number as printed."""
    page = stage.page
    stage.at("colleague", draft)
    total = page.get_by_role("region", name="总数", exact=True)
    total.get_by_label("写完了").check()
    total.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="提交审定").click()
    stage.at("office", draft)
    page.get_by_role("button", name="审定").click()
    page.get_by_role("button", name="印发").click()
    expect(page.get_by_text("示审〔2026〕1号").first).to_be_visible()
    issued = page.url
    number = page.locator("article.report a.opens").first
    printed = number.inner_text()
    stage.picture("issued")
    return issued, printed


def corrects_later(stage: Stage, issued: str, printed: str) -> None:
    page = stage.page
    record = stage.cast.finding.records.order_by("number").first()
    assert record
    with clock.fixed(START + timedelta(days=3)):
        edit_record(actor=stage.cast["colleague"], record=record, fields={"amount": "999"})
        stage.at("office", issued)
        assert page.locator("article.report a.opens").first.inner_text() == printed
        page.locator("article.report a.opens").first.click()
        expect(page.get_by_text("此后有 1 条记录变过")).to_be_visible()
        expect(page.get_by_text("所知的数")).to_be_visible()
        stage.picture("number")
        stage.at("office", f"{issued}changes/")
        expect(page.get_by_role("row", name="涉及金额").first).to_contain_text(printed)
        stage.picture("changes")
        with page.expect_download() as kept:
            at_file = f"{issued}report.docx"
            page.evaluate("url => { window.location = url }", at_file)
        assert printed in _text(kept.value.path())


def test_a_report_from_its_first_word_to_a_later_correction(
    county: Cast, page: Page, live_server: LiveServer, tmp_path: Path, complaints: list[str]
) -> None:
    declared(county)
    # The first answer loads the house; a busy machine takes longer for it than a browser waits.
    signed_in(county.people["colleague"]).get("/reports/templates/")
    stage = Stage(county, page, live_server.url, tmp_path)
    tries_a_faulty_template(stage)
    assert all("status of 422" in line for line in complaints)
    complaints.clear()
    draft = writes_in_parts(stage)
    issued, printed = approves_and_issues(stage, draft)
    corrects_later(stage, issued, printed)


def _text(path: Path) -> str:
    root = docx.Document(io.BytesIO(path.read_bytes())).element
    return "".join(node.text or "" for node in root.iter("{*}t"))
