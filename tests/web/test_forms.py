"""A superior's form in the browser: sent up, mapped once, filled by a click; what is known already is offered."""

from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.figure.installing import install_figures
from bihuan.figure.spec import FigureSpec
from bihuan.form.models import Filling, Form
from bihuan.loop.actions import create_record
from tests.cast import Cast
from tests.form.forms import blank_workbook, lines_document, three_findings
from tests.ledger.making import make_ledger
from tests.web.conftest import signed_in, sit_down


def test_a_form_is_mapped_once_and_fills_itself(
    cast: Cast, page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    three_findings(cast)
    (path := tmp_path / "月报.xlsx").write_bytes(blank_workbook())
    sit_down(page, live_server.url, cast.people["office"])
    page.goto("/forms/")
    page.get_by_label("表的名称").fill("整改月报")
    page.get_by_label("哪个上级单位要的").fill("市审计局")
    page.get_by_label("文件").set_input_files(path)
    page.get_by_role("button", name="上传").click()
    page.get_by_title("B3").click()
    expect(page.get_by_label("这一格叫什么")).to_have_value("发现问题数")
    page.get_by_label("台账").select_option("审计发现问题台账")
    page.get_by_role("button", name="换了来源或台账").click()
    page.get_by_label("只算这个日期落在所属期里的").select_option("发现日期")
    page.screenshot(path=tmp_path / "blank.png", full_page=True)
    page.get_by_role("button", name="确定").click()
    page.get_by_title("B2").click()
    page.get_by_label("来源").select_option("word")
    page.get_by_role("button", name="换了来源或台账").click()
    page.get_by_role("button", name="确定").click()
    page.screenshot(path=tmp_path / "form.png", full_page=True)
    page.get_by_role("button", name="填好这一期").click()
    expect(page.get_by_role("heading", name="整改月报 · 2026年2月")).to_be_visible()
    page.screenshot(path=tmp_path / "filling.png", full_page=True)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载填好的表").click()
    download.value.save_as(tmp_path / "填好.xlsx")
    filled = openpyxl.load_workbook(tmp_path / "填好.xlsx")["整改情况"]
    assert (filled["B2"].value, filled["B3"].value) == ("审计局", 2)
    page.get_by_role("link", name="2 条").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.goto("/forms/burden/")
    expect(page.get_by_role("cell", name="市审计局")).to_be_visible()
    page.screenshot(path=tmp_path / "burden.png", full_page=True)


def test_lines_of_a_word_form_are_filled_by_a_figure(
    cast: Cast, page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    three_findings(cast)
    spec = {"title": "发现问题数", "unit": "个", "of": "finding", "during": "found_on"}
    specs = {"audit.finding.number": FigureSpec.model_validate(spec)}
    install_figures(pack="audit", specs=specs, owner=cast.office, origin="pack")
    (path := tmp_path / "说明.docx").write_bytes(lines_document())
    sit_down(page, live_server.url, cast.people["office"])
    page.goto("/forms/")
    page.get_by_label("表的名称").fill("整改说明")
    page.get_by_label("哪个上级单位要的").fill("市审计局")
    page.get_by_label("文件").set_input_files(path)
    page.get_by_role("button", name="上传").click()
    page.get_by_title("P3B1").click()
    expect(page.get_by_label("这一格叫什么")).to_have_value("本期发现问题")
    page.get_by_label("来源").select_option("figure")
    page.get_by_role("button", name="换了来源或台账").click()
    page.get_by_label("指标").select_option("audit.finding.number")
    page.get_by_label("哪个单位").fill("青溪镇")
    page.screenshot(path=tmp_path / "blank.png", full_page=True)
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("指标：发现问题数")).to_be_visible()
    page.screenshot(path=tmp_path / "form.png", full_page=True)
    page.get_by_role("button", name="填好这一期").click()
    page.screenshot(path=tmp_path / "filling.png", full_page=True)
    page.get_by_role("link", name="打开指标（2 条）").click()
    expect(page.get_by_role("heading", name="发现问题数")).to_be_visible()
    page.screenshot(path=tmp_path / "figure.png", full_page=True)
    filled: Any = signed_in(cast.people["office"]).get(f"/forms/fillings/{Filling.objects.get().pk}/file/")
    text = docx.Document(BytesIO(b"".join(filled.streaming_content))).paragraphs[2].text
    assert text == "本期发现问题 2  个。"


def test_a_bad_source_is_told_beside_the_form(cast: Cast) -> None:
    client = signed_in(cast.people["office"])
    client.post("/forms/", {"title": "月报", "asked_by": "市审计局", "every": "month", "file": _file(blank_workbook())})
    url = f"/forms/{Form.objects.get().pk}/blank/?at=整改情况!B3"
    answer: Any = client.post(url, {"kind": "nonsense", "label": "数"})
    assert answer.status_code == 422
    assert Form.objects.get().blanks == []


def _file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("月报.xlsx", content)


FIRMS = (
    {"code": "credit", "title": "统一社会信用代码", "kind": "credit_code", "required": True},
    {"code": "name", "title": "企业名称", "kind": "text"},
    {"code": "people", "title": "职工人数", "kind": "integer"},
    {"code": "phone", "title": "联系电话", "kind": "phone"},
)
CREDIT = "91350100M000100Y43"


def test_what_another_ledger_knows_is_offered(cast: Cast, page: Page, live_server: LiveServer, tmp_path: Path) -> None:
    firms = make_ledger(cast.office, code="demo.firm", fields=FIRMS, loop=None, name_field="name")
    make_ledger(cast.office, code="demo.visit", fields=FIRMS, loop=None, name_field="name")
    fields = {"credit": CREDIT, "name": "青溪茶业", "people": "35", "phone": "13800138000"}
    create_record(actor=cast["office"], ledger=firms, fields=fields)
    sit_down(page, live_server.url, cast.people["office"])
    page.goto("/ledgers/demo.visit/new/")
    page.get_by_label("统一社会信用代码").fill(CREDIT)
    page.get_by_role("button", name="带出已知的").click()
    expect(page.get_by_label("企业名称")).to_have_value("青溪茶业")
    expect(page.get_by_label("职工人数")).to_have_value("35")
    expect(page.get_by_label("联系电话")).to_have_value("")
    page.screenshot(path=tmp_path / "known.png", full_page=True)


def test_what_a_person_may_not_see_is_not_offered(cast: Cast) -> None:
    firms = make_ledger(cast.units["330999-CZ"], code="money.firm", fields=FIRMS, loop=None, name_field="name")
    create_record(actor=cast["neighbour"], ledger=firms, fields={"credit": CREDIT, "name": "财政局知道的"})
    make_ledger(cast.office, code="demo.visit", fields=FIRMS, loop=None, name_field="name")
    answer: Any = signed_in(cast.people["office"]).post("/ledgers/demo.visit/new/", {"credit": CREDIT, "then": "known"})
    assert "财政局知道的" not in answer.content.decode()
