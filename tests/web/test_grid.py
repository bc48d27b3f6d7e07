"""The grid before a real browser: typed, pasted, filled, undone, and shared by two people."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.ledger.models import Batch, Record
from bihuan.ledger.verification import verify_chain
from tests.cast import Cast
from tests.web.conftest import sit_down

TITLE, AMOUNT, KIND = "问题摘要", "涉及金额（万元）", "审计类型"


def column(page: Page, title: str) -> int:
    """The place of a column by its head."""
    heads = page.evaluate("JSON.parse(document.getElementById('grid-facts').textContent).columns.map((c) => c.title)")
    return next(place for place, head in enumerate(heads) if head.startswith(title))


class Sheet:
    """A grid in a browser, driven as a person would."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.goto(reverse("grid", args=["audit.finding"]))
        expect(page.locator("#grid[data-ready]")).to_be_visible()
        expect(page.locator(".grid-frozen .grid-row:not(.empty) .grid-cell").first).to_be_visible()

    def go(self, row: int, title: str) -> None:
        """From the first cell by the keyboard."""
        self.page.keyboard.press("Control+Home")
        for _ in range(column(self.page, title)):
            self.page.keyboard.press("ArrowRight")
        for _ in range(row):
            self.page.keyboard.press("ArrowDown")

    def stretch(self, down: int, right: int = 0) -> None:
        for _ in range(down):
            self.page.keyboard.press("Shift+ArrowDown")
        for _ in range(right):
            self.page.keyboard.press("Shift+ArrowRight")

    def text(self, row: int, title: str) -> str:
        place = column(self.page, title) + 1
        found = self.page.locator(
            f".grid-body .grid-row[aria-rowindex='{row + 2}'] .grid-cell[aria-colindex='{place}']"
        )
        return found.inner_text()

    def paste(self, text: str) -> None:
        """Through the clipboard itself, as another program left it there."""
        self.page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
        self.page.keyboard.press("Control+v")
        self.settled()

    def settled(self) -> None:
        expect(self.page.locator("[data-grid=total]")).not_to_contain_text("正在保存")
        expect(self.page.locator(".grid-cell.saving")).to_have_count(0)

    @property
    def state(self) -> str:
        return self.page.locator("[data-grid=state]").inner_text()


@pytest.fixture
def sheet(county: Cast, findings: list[Record], page: Page, live_server: LiveServer) -> Sheet:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sit_down(page, live_server.url, county.people["office"])
    return Sheet(page)


def newest(count: int) -> list[Record]:
    return list(Record.objects.order_by("-pk")[:count])


def stored(code: str, count: int) -> list[object]:
    return [record.data.get(code) for record in newest(count)]


def test_what_is_typed_is_saved_and_undone(sheet: Sheet) -> None:
    before = stored("title", 2)
    sheet.go(1, TITLE)
    sheet.page.keyboard.type("改过的摘要")
    sheet.page.keyboard.press("Enter")
    sheet.settled()
    assert stored("title", 2) == [before[0], "改过的摘要"]
    assert sheet.text(1, TITLE) == "改过的摘要"
    sheet.page.keyboard.press("Control+z")
    sheet.settled()
    assert stored("title", 2) == before
    sheet.page.keyboard.press("Control+y")
    sheet.settled()
    assert stored("title", 2) == [before[0], "改过的摘要"]


def test_a_block_from_a_spreadsheet_is_pasted_as_one_batch(sheet: Sheet) -> None:
    """With a quoted cell that holds a break and doubled quotes, as Excel and WPS put it on the clipboard."""
    before = stored("title", 3)
    sheet.go(0, TITLE)
    sheet.paste('摘要一\t"第一行\n说""这样""的第二行"\r\n摘要二\t描述二\r\n摘要三\t描述三\r\n')
    assert stored("title", 3) == ["摘要一", "摘要二", "摘要三"]
    assert stored("detail", 3) == ['第一行\n说"这样"的第二行', "描述二", "描述三"]
    batch = Batch.objects.get(kind="grid")
    assert batch.events.count() == 3
    assert "已保存 6 格" in sheet.state
    sheet.page.locator("[data-grid=undo]").click()
    sheet.settled()
    assert stored("title", 3) == before
    assert not list(verify_chain(newest(1)[0].ledger))


def test_a_selection_is_filled_down_summed_and_copied(sheet: Sheet) -> None:
    sheet.go(0, AMOUNT)
    sheet.page.keyboard.type("1,234.5")
    sheet.page.keyboard.press("Enter")
    sheet.settled()
    sheet.go(0, AMOUNT)
    sheet.stretch(3)
    sheet.page.keyboard.press("Control+d")
    sheet.settled()
    assert stored("amount", 5)[:4] == [1234.5] * 4
    assert stored("amount", 5)[4] != 1234.5
    expect(sheet.page.locator("[data-grid=sums]")).to_have_text("合计 4,938　平均 1,234.5　计数 4")
    sheet.page.keyboard.press("Control+c")
    assert sheet.page.evaluate("navigator.clipboard.readText()") == "\r\n".join(["1234.5"] * 4)
    handle = sheet.page.locator(".grid-handle").bounding_box()
    assert handle
    sheet.page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    sheet.page.mouse.down()
    sheet.page.mouse.move(handle["x"] - 20, handle["y"] + 50, steps=4)
    sheet.page.mouse.up()
    sheet.settled()
    assert stored("amount", 6) == [1234.5] * 6


def test_what_cannot_be_taken_stays_red_and_is_told_while_typing(sheet: Sheet, complaints: list[str]) -> None:
    before = stored("amount", 2)
    sheet.go(0, AMOUNT)
    sheet.page.keyboard.type("很多")
    expect(sheet.page.locator(".grid-note")).to_contain_text("“很多”")
    sheet.page.keyboard.press("Enter")
    sheet.settled()
    expect(sheet.page.locator(".grid-cell.bad")).to_have_count(1)
    expect(sheet.page.locator("[data-grid=total]")).to_contain_text("1 格没有保存")
    assert stored("amount", 2) == before
    sheet.go(0, AMOUNT)
    sheet.page.keyboard.type("3.2万元")
    sheet.page.keyboard.press("Enter")
    sheet.settled()
    expect(sheet.page.locator(".grid-cell.bad")).to_have_count(0)
    assert stored("amount", 1) == [3.2]
    sheet.go(0, KIND)
    sheet.page.keyboard.type("经济")
    sheet.page.keyboard.press("Enter")
    sheet.settled()
    assert sheet.text(0, KIND) == "经济责任审计"


def test_two_people_see_each_other_and_overwrite_nothing_silently(
    sheet: Sheet, county: Cast, browser: Browser, live_server: LiveServer
) -> None:
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", viewport={"width": 1366, "height": 768})
    other = Sheet(sit_down(context.new_page(), live_server.url, county.people["colleague"]))
    sheet.go(2, TITLE)
    sheet.page.keyboard.type("我先改")
    sheet.page.keyboard.press("Enter")
    sheet.settled()
    other.go(2, TITLE)
    other.page.keyboard.type("我后改")
    other.page.keyboard.press("Enter")
    other.settled()
    assert stored("title", 3)[2] == "我先改"
    expect(other.page.locator(".grid-cell.collided")).to_have_count(1)
    other.go(2, TITLE)
    other.page.keyboard.press("Enter")
    dialog = other.page.locator("#grid-collision")
    expect(dialog).to_contain_text("沈审已改为“我先改”，您填的是“我后改”")
    dialog.locator("[data-collision=mine]").click()
    other.settled()
    assert stored("title", 3)[2] == "我后改"
    sheet.page.evaluate("document.getElementById('grid').look()")
    expect(sheet.page.locator(".grid-cell.fresh")).to_have_text("我后改")
    context.close()


def test_a_closed_matter_and_a_reader_change_nothing(sheet: Sheet, county: Cast, live_server: LiveServer) -> None:
    sit_down(sheet.page, live_server.url, county.people["leader"])
    before = stored("title", 1)
    reading = Sheet(sheet.page)
    reading.go(0, TITLE)
    reading.page.keyboard.type("领导改")
    reading.page.keyboard.press("Enter")
    reading.settled()
    assert stored("title", 1) == before
    expect(reading.page.locator(".grid-cell.bad")).to_have_count(0)
    expect(reading.page.locator("[data-grid=undo]")).to_have_count(0)
