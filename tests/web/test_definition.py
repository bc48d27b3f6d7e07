"""The editor of a definition in the browser: a field is added, what is in the way is told, the records follow."""

from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.base import clock
from bihuan.ledger.definition_yaml import from_yaml_text
from bihuan.ledger.definitions import find_ledger, spec_of
from bihuan.ledger.models import Ledger, LedgerVersion
from bihuan.loop.actions import create_record
from tests.cast import Cast
from tests.ledger.making import make_ledger
from tests.web.conftest import signed_in, sit_down


def tasks(cast: Cast) -> Ledger:
    ledger = make_ledger(cast.office, loop=None)
    for number in range(3):
        fields = {"no": f"A{number}", "name": "修路", "people": "3", "level": "高"}
        create_record(actor=cast["office"], ledger=ledger, fields=fields)
    return ledger


def test_a_definition_is_changed_on_screen(cast: Cast, page: Page, live_server: LiveServer, tmp_path: Path) -> None:
    ledger = tasks(cast)
    sit_down(page, live_server.url, cast.people["office"])
    page.goto("/ledgers/demo.task/definition/")
    page.get_by_role("link", name="改定义").click()
    page.screenshot(path=tmp_path / "edit.png", full_page=True)
    page.get_by_role("link", name="加字段").click()
    page.get_by_label("名称").fill("来源")
    page.get_by_label("类型").select_option("choice")
    page.get_by_role("button", name="换了类型").click()
    page.get_by_label("选项").fill("up | 上级交办 | 上级\nown | 自查")
    page.get_by_text("必填", exact=True).click()
    page.screenshot(path=tmp_path / "field.png", full_page=True)
    page.get_by_role("button", name="确定").click()
    page.get_by_role("button", name="删去 人数").click()
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text("新的必填字段“来源”没有内容")).to_be_visible()
    expect(page.get_by_role("button", name="启用新定义")).to_be_disabled()
    page.screenshot(path=tmp_path / "preview.png", full_page=True)
    page.get_by_role("button", name="连同数据一起删去").click()
    page.get_by_role("link", name="回去再改").click()
    page.get_by_role("link", name="来源").click()
    page.get_by_label("已有记录没有内容的").fill("'own'")
    page.get_by_role("button", name="确定").click()
    page.get_by_role("button", name="预览").click()
    page.get_by_role("button", name="启用新定义").click()
    expect(page.get_by_text("3 条记录跟着变了")).to_be_visible()
    expect(page.get_by_text("新增字段“来源”（选项，必填）")).to_be_visible()
    page.screenshot(path=tmp_path / "versions.png", full_page=True)
    ledger.refresh_from_db()
    assert ledger.version == 2
    assert {(record.data["c9"], "people" in record.data) for record in ledger.records.all()} == {("own", False)}


def test_a_definition_is_given_its_day_and_is_withdrawn(
    cast: Cast, page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    """Planned on screen it waits; what keeps it from taking effect on its day is told; it is taken back."""
    ledger = tasks(cast)
    sit_down(page, live_server.url, cast.people["office"])
    page.goto(f"{live_server.url}/ledgers/demo.task/definition/field/?code=people")
    page.get_by_label("最大值").fill("5")
    page.get_by_role("button", name="确定").click()
    page.get_by_role("button", name="预览").click()
    page.get_by_label("生效日期").fill("2026-04-01")
    page.screenshot(path=tmp_path / "preview.png", full_page=True)
    page.get_by_role("button", name="启用新定义").click()
    expect(page.get_by_text("新定义定于2026年4月1日 星期三生效")).to_be_visible()
    page.screenshot(path=tmp_path / "planned.png", full_page=True)
    create_record(actor=cast["office"], ledger=ledger, fields={"no": "A9", "people": "40"})
    with clock.fixed(clock.start_of_day(date(2026, 4, 1))):
        # The sign-in of a month ago is over.
        sit_down(page, live_server.url, cast.people["office"])
        page.goto(f"{live_server.url}/ledgers/demo.task/definition/")
        page.get_by_role("button", name="再试一次").click()
        expect(page.get_by_text("40 大于允许的最大值 5，共 1 条")).to_be_visible()
        page.screenshot(path=tmp_path / "refused.png", full_page=True)
        page.goto("/notices/")
        expect(page.get_by_text("“任务台账”的新定义没有按期启用")).to_be_visible()
        page.goto("/ledgers/demo.task/definition/")
        page.get_by_role("button", name="撤回").click()
        expect(page.get_by_text("已撤回定于2026年4月1日")).to_be_visible()
    ledger.refresh_from_db()
    assert (ledger.version, ledger.renew_on) == (1, None)


def test_a_ledger_begins_on_screen(cast: Cast, page: Page, live_server: LiveServer) -> None:
    sit_down(page, live_server.url, cast.people["office"])
    page.goto("/ledgers/")
    page.get_by_role("link", name="新台账").click()
    page.get_by_label("台账名称").fill("来访登记")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("link", name="加字段").click()
    page.get_by_label("名称").fill("来访日期")
    page.get_by_label("类型").select_option("date")
    page.get_by_role("button", name="确定").click()
    page.get_by_label("发现（受理）日期").select_option("来访日期")
    page.get_by_role("button", name="预览").click()
    page.get_by_role("button", name="建立台账").click()
    expect(page.get_by_text("已建立台账“来访登记”")).to_be_visible()
    made = Ledger.objects.get(title="来访登记")
    assert (made.owner, [field.kind for field in spec_of(made).fields]) == (cast.office, ["text", "date"])


def test_the_yaml_goes_out_and_comes_in_on_the_page(cast: Cast, tmp_path: Path) -> None:
    tasks(cast)
    client = signed_in(cast.people["office"])
    out: Any = client.get("/ledgers/demo.task/definition/yaml/")
    spec, issues = from_yaml_text(out.content, "task.yaml")
    assert (spec, issues) == (spec_of(find_ledger("demo.task")), [])
    (path := tmp_path / "task.yaml").write_bytes(out.content.replace("名称".encode(), "事由".encode()))
    with path.open("rb") as file:
        client.post("/ledgers/demo.task/definition/edit/", {"do": "load", "file": file})
    client.post("/ledgers/demo.task/definition/preview/", {"publish": "1"})
    assert spec_of(find_ledger("demo.task")).by_code["name"].title == "事由"


def test_a_faulty_yaml_is_told_by_its_line(cast: Cast, tmp_path: Path) -> None:
    tasks(cast)
    (path := tmp_path / "task.yaml").write_text("code: task\ntitle: 任务\nfieds: []\n", encoding="utf-8")
    with path.open("rb") as file:
        answer: Any = signed_in(cast.people["office"]).post(
            "/ledgers/demo.task/definition/edit/", {"do": "load", "file": file}
        )
    assert answer.status_code == 422
    assert "task.yaml:3" in answer.content.decode()


def test_a_draft_from_an_older_version_is_not_put_in_force(cast: Cast) -> None:
    tasks(cast)
    one, other = signed_in(cast.people["office"]), signed_in(cast.people["colleague"])
    for client, title in ((one, "甲"), (other, "乙")):
        client.post("/ledgers/demo.task/definition/field/?code=name", {"title": title, "kind": "text"})
    one.post("/ledgers/demo.task/definition/preview/", {"publish": "1"})
    late: Any = other.post("/ledgers/demo.task/definition/preview/", {"publish": "1"})
    assert "刚刚被别人改过" in late.content.decode()
    assert LedgerVersion.objects.filter(ledger__code="demo.task").count() == 2
