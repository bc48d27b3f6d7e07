"""In the browser: a workbook goes out, is edited on both sides, comes back and is settled cell by cell; and records
that point at each other."""

from pathlib import Path
from typing import Any

import openpyxl
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.actions import create_record, edit_record
from bihuan.loop.redefinition import redefine
from tests.cast import Cast
from tests.ledger.making import make_finding, make_ledger
from tests.web.conftest import signed_in, sit_down


def exported(client: Client, path: Path) -> Path:
    response: Any = client.get("/ledgers/audit.finding/export/")
    path.write_bytes(b"".join(response))
    return path


def set_cell(path: Path, number: str, title: str, value: Any, head: str = "记录编号") -> None:
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    line = next(row[0].row for row in page.iter_rows() if row[0].value == head)
    column = next(cell.column for cell in page[line] if str(cell.value).startswith(title))
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


def moved(path: Path, title: str, number: str) -> None:
    """The column of a title goes to the far right, a row is deleted, and one is added below without a number."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    head = next(row[0].row for row in page.iter_rows() if row[0].value == "编号")
    place = next(cell.column for cell in page[head] if str(cell.value).startswith(title))
    last = page.max_column + 1
    for row in range(head, page.max_row + 1):
        page.cell(row, last).value, page.cell(row, place).value = page.cell(row, place).value, None
    page.delete_cols(place)
    page.delete_rows(next(row[0].row for row in page.iter_rows() if row[0].value == number))
    titles = [str(cell.value) for cell in page[head]]
    fresh = {"编号代码": "A9", "名称": "新修的", "人数": 4}
    for name, value in fresh.items():
        page.cell(page.max_row + (name == "编号代码"), titles.index(name) + 1).value = value
    book.save(path)


def settle_redefinition(cast: Cast, ledger: Ledger) -> None:
    """While the files are out: the number of people gets another code and may have places."""
    data = spec_of(ledger).model_dump(mode="json", exclude_defaults=True)
    (field,) = (item for item in data["fields"] if item["code"] == "people")
    field.update(code="heads", was="people", kind="number", scale=1)
    redefine(actor=cast["office"], ledger=ledger, spec=LedgerSpec.model_validate(data), origin="screen")


def send(page: Page, path: Path) -> None:
    page.goto("/import/")
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("这份表是从本台账导出的")).to_be_visible()


def test_two_people_s_files_come_back_after_the_definition_changed(
    cast: Cast, page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    """Both edit the same week's export; columns are moved, a row is deleted, one added; the field has another code."""
    ledger = make_ledger(cast.office, loop=None)
    made = [
        create_record(actor=cast["office"], ledger=ledger, fields={"no": f"A{n}", "name": "修路", "people": "3"})
        for n in range(4)
    ]
    mine, theirs = tmp_path / "沈审.xlsx", tmp_path / "童经.xlsx"
    for path, login in ((mine, "office"), (theirs, "colleague")):
        answer: Any = signed_in(cast.people[login]).get("/ledgers/demo.task/export/?all=1")
        path.write_bytes(b"".join(answer.streaming_content))
    settle_redefinition(cast, ledger)
    for path, values in ((mine, ("架桥", 8)), (theirs, ("修渠", 9))):
        set_cell(path, made[0].number, "名称", values[0], head="编号")
        set_cell(path, made[1].number, "人数", values[1], head="编号")
    set_cell(theirs, made[2].number, "人数", 7, head="编号")
    moved(theirs, "名称", made[3].number)
    sit_down(page, live_server.url, cast.people["office"])
    send(page, mine)
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_text("更新 2 条")).to_be_visible()
    sit_down(page, live_server.url, cast.people["colleague"])
    send(page, theirs)
    expect(page.get_by_text("导出以后台账的定义改过")).to_be_visible()
    expect(page.get_by_text(made[3].number)).to_be_visible()
    page.screenshot(path=tmp_path / "preview.png", full_page=True)
    page.get_by_role("link", name="逐格处理").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.screenshot(path=tmp_path / "merge.png", full_page=True)
    page.get_by_label("修渠").check()
    page.get_by_role("button", name="没选的都留系统里的").click()
    page.screenshot(path=tmp_path / "settled.png", full_page=True)
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_text("更新 2 条")).to_be_visible()
    found = {r.data["no"]: (r.data["name"], r.data.get("heads")) for r in ledger.records.filter(deleted=False)}
    assert found == {
        "A0": ("修渠", 3.0), "A1": ("修路", 8.0), "A2": ("修路", 7.0), "A3": ("修路", 3.0), "A9": ("新修的", 4.0),
    }  # fmt: skip


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
