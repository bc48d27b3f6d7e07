"""In the browser: a workbook goes out, is edited on both sides, comes back and is settled cell by cell; and records
that point at each other."""

from pathlib import Path
from typing import Any

import openpyxl
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.ledger.models import Ledger, Record
from bihuan.loop.actions import create_record, edit_record
from tests.cast import Cast
from tests.ledger.making import make_finding, make_ledger
from tests.web.conftest import signed_in, sit_down


def exported(client: Client, path: Path) -> Path:
    response: Any = client.get("/ledgers/audit.finding/export/")
    path.write_bytes(b"".join(response))
    return path


def set_cell(path: Path, number: str, title: str, value: Any) -> None:
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    head = next(row[0].row for row in page.iter_rows() if row[0].value == "记录编号")
    column = next(cell.column for cell in page[head] if str(cell.value).startswith(title))
    row = next(row[0].row for row in page.iter_rows() if row[0].value == number)
    page.cell(row, column).value = value
    book.save(path)


def test_a_workbook_comes_back_after_a_week(
    county: Cast, findings: list[Record], page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    office, (one, two) = county["office"], findings[:2]
    path = exported(signed_in(county.people["office"]), tmp_path / "一周.xlsx")
    edit_record(actor=office, record=one, fields={"title": "公墓一直没有启用"})
    edit_record(actor=office, record=two, fields={"title": "集市空置两年"})
    set_cell(path, one.number, "问题摘要", "公墓闲置三年")
    set_cell(path, two.number, "问题摘要", "摊位空置")
    set_cell(path, findings[2].number, "问题摘要", "补助分配不合理")
    sit_down(page, live_server.url, county.people["office"])
    page.goto("/import/")
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="列对应")).to_be_visible()
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("这份表是从本台账导出的")).to_be_visible()
    page.screenshot(path=tmp_path / "preview.png", full_page=True)
    page.get_by_role("link", name="逐格处理").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("公墓闲置三年").check()
    page.screenshot(path=tmp_path / "merge.png", full_page=True)
    page.get_by_role("button", name="没选的都留系统里的").click()
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_text("更新 2 条")).to_be_visible()
    titles = [
        record.data["title"] for record in Record.objects.filter(pk__in=[r.pk for r in findings[:3]]).order_by("pk")
    ]
    assert titles == ["公墓闲置三年", "集市空置两年", "补助分配不合理"]


VISITS = (
    {"code": "about", "title": "关于问题", "kind": "record", "of": "audit.finding", "required": True},
    {"code": "words", "title": "情况", "kind": "text"},
)


def visits(cast: Cast) -> Ledger:
    return make_ledger(
        cast.office, code="demo.visit", fields=VISITS, loop=None, name_field="words", number={"prefix": "ZF"}
    )


def test_a_record_is_picked_and_both_pages_lead_to_each_other(
    cast: Cast, page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    visits(cast)
    finding = make_finding(cast, 1, title="公墓闲置")
    sit_down(page, live_server.url, cast.people["office"])
    page.goto("/ledgers/demo.visit/new/")
    page.get_by_label("关于问题").press_sequentially("公墓")
    expect(page.locator("#list-about option")).to_have_count(1)
    page.get_by_label("关于问题").fill(finding.number)
    page.get_by_label("情况").fill("已去看过")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("link", name=finding.number)).to_be_visible()
    page.get_by_role("link", name=finding.number).click()
    expect(page.locator(".o-links")).to_contain_text("已去看过")
    page.screenshot(path=tmp_path / "links.png", full_page=True)
    page.goto("/ledgers/demo.visit/")
    expect(page.locator("td", has_text=finding.number)).to_be_visible()


def test_a_picker_offers_only_what_the_person_may_see(cast: Cast) -> None:
    theirs, ours = make_finding(cast, 1, responsible_unit="白石镇"), make_finding(cast, 2)
    answer: Any = signed_in(cast.people["town"]).get("/records/of/audit.finding/?field=x&x=SJ")
    text = answer.content.decode()
    assert ours.number in text
    assert theirs.number not in text


def test_what_points_here_is_shown_only_to_who_may_see_it(cast: Cast) -> None:
    ledger, finding = visits(cast), make_finding(cast, 1)
    create_record(actor=cast["office"], ledger=ledger, fields={"about": finding.number, "words": "内部情况"})
    for login, sees in (("office", True), ("town", False)):
        answer: Any = signed_in(cast.people[login]).get(f"/records/{finding.pk}/")
        assert ("内部情况" in answer.content.decode()) is sees
