"""The audit story, played by three people before a browser while the days go by. Pictures of it lie in the test's folder."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.base import clock
from bihuan.ledger.models import Record
from bihuan.ledger.verification import check_projection, verify_chain
from bihuan.loop.actions import Said, perform
from bihuan.org.actor import actor_of
from bihuan.org.models import Person
from tests.cast import Cast
from tests.web import scene
from tests.web.conftest import signed_in, sit_down

NUMBERS = re.compile(r'(?:class="row-link[^"]*" href="[^"]*">\s*|class="muted small num">)(SJ-[\d-]+)')
MARKET = "乡镇集贸市场摊位长期空置"
COLOURS = ("green", "yellow", "red", "white")


@dataclass
class Story:
    """Who plays, where, and what they have in hand."""

    cast: Cast
    office: Page
    phone: Page
    url: str
    folder: Path
    scratch: Path
    leader: Client
    complaints: list[str]
    days: ExitStack = field(default_factory=ExitStack)

    def on(self, day: date, at: time = time(9, 30)) -> None:
        """Let it be this day: the live server's threads ask the same clock. The leader signs in anew."""
        self.days.enter_context(clock.fixed(datetime.combine(day, at, clock.COUNTY_TIME)))
        self.leader.force_login(self.person("leader"))

    def person(self, login: str) -> Person:
        return self.cast.people[login]

    def at_office(self, login: str, path: str) -> Page:
        sit_down(self.office, self.url, self.person(login)).goto(path)
        return self.office

    def on_phone(self, login: str, path: str) -> Page:
        sit_down(self.phone, self.url, self.person(login)).goto(path)
        return self.phone

    def picture(self, page: Page, name: str) -> None:
        page.screenshot(path=self.folder / f"{name}.png", animations="disabled")

    def refused(self) -> None:
        """The browser has noted that a form was refused, which was meant."""
        assert all("status of 422" in line for line in self.complaints), self.complaints
        self.complaints.clear()


@pytest.fixture
def story(
    county: Cast, page: Page, phone: Page, live_server: LiveServer, tmp_path: Path, complaints: list[str]
) -> Iterator[Story]:
    folder = tmp_path / "pictures"
    folder.mkdir()
    leader = signed_in(county.people["leader"])
    played = Story(county, page, phone, live_server.url, folder, tmp_path, leader, complaints)
    with played.days:
        yield played


# The oracle: what colour each matter has, by arithmetic of dates alone.


def colour_today(record: Record) -> str:
    due = clock.local_date(record.due_at) if record.due_at else None
    left = (due - clock.today()).days if due else 999
    return "white" if record.closed_at else "red" if left < 0 else "yellow" if left <= 15 else "green"


def expected_numbers(unit: int | None) -> dict[str, set[str]]:
    rows = Record.objects.filter(unit=unit) if unit else Record.objects.all()
    found: dict[str, set[str]] = {colour: set() for colour in COLOURS}
    for record in rows:
        found[colour_today(record)].add(record.number)
    return found


def board_row(story: Story, name: str) -> list[tuple[int, str]]:
    """The numbers of a unit's row on the leader's board, each with its link: four colours and the sum."""
    html = story.leader.get("/board/").content.decode()
    rows = re.findall(r"<tr.*?</tr>", html, re.DOTALL)
    row = next(part for part in rows if re.search(rf'<td class="first">(<a [^>]*>)?{name}<', part))
    cells = re.findall(r'<td class="cell [^"]*"><a href="([^"]+)">([\d,]+)</a>', row)
    return [(int(number.replace(",", "")), url.replace("&amp;", "&")) for url, number in cells]


def board_is_right(story: Story) -> None:
    """Every number of the town's row and of the sum opens exactly the rows that it counts."""
    for name, unit in (("青溪镇", story.cast.town.pk), ("合计", None)):
        wanted = expected_numbers(unit)
        sets = [*(wanted[colour] for colour in COLOURS), set().union(*wanted.values())]
        for (number, url), numbers in zip(board_row(story, name), sets, strict=True):
            listed = NUMBERS.findall(story.leader.get(url + "&size=100").content.decode())
            assert number == len(listed) == len(numbers)
            assert set(listed) == numbers


def colour_is(story: Story, record: Record, code: str) -> None:
    """The record's page, the list, the desk and the board agree on the colour."""
    office = story.at_office("office", f"/records/{record.pk}/")
    expect(office.locator(f".matter-head .light.{code}")).to_be_visible()
    office.goto(f"/ledgers/audit.finding/?q={record.number}")
    expect(office.locator(f"#list tbody .light.{code}")).to_have_count(1)
    office.goto("/")
    wanted = expected_numbers(None)
    for colour in COLOURS:
        expect(office.locator(f".counts .count.{colour} .v")).to_have_text(str(len(wanted[colour])))
    assert record.number in wanted[code]
    board_is_right(story)


@contextmanager
def dialog_of(page: Page, verb: str) -> Iterator[Page]:
    """The dialog of a verb, opened by its button; afterwards it is gone and the page says what was done."""
    button = page.locator(".acts").get_by_role("button", name=verb, exact=True)
    button.tap() if page.viewport_size and page.viewport_size["width"] < 400 else button.click()
    expect(page.locator("#dialog .box-head h2")).to_contain_text(verb)
    yield page
    expect(page.locator("#dialog")).to_be_hidden()
    expect(page.locator("#toasts")).to_contain_text(f"已{verb}")


def submit(page: Page) -> None:
    page.locator("#dialog .box-foot button:not([name=then])").click()


# First part: a workbook comes in.


def test_a_workbook_of_findings_becomes_a_ledger(story: Story, tmp_path: Path) -> None:
    path = scene.write_workbook(tmp_path / "2026年审计查出问题整改台账.xlsx")
    office = story.office
    office.goto("/import/")
    signs_in_by_the_form(story, office)
    expect(office).to_have_url(re.compile(r"/import/$"))
    chooses_the_file(story, office, path)
    matches_the_columns(story, office)
    looks_at_the_preview(story, office)
    with_the_result(story, office)
    assert Record.objects.count() == len(scene.FINDINGS)
    assert Record.objects.get(data__problem_no="002").data["amount"] == 3.2
    assert {record.data["found_on"] for record in Record.objects.filter(unit=story.cast.town)} == {"2026-03-05"}
    assert list(verify_chain(story.cast.finding)) == []
    board_is_right(story)
    takes_pictures_of_lists(story)


def signs_in_by_the_form(story: Story, page: Page) -> None:
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    story.picture(page, "sign-in")
    page.get_by_label("登录名").fill("office")
    page.get_by_label("密码").fill(scene.PASSWORD)
    page.get_by_role("button", name="登录").click()


def chooses_the_file(story: Story, page: Page, path: Path) -> None:
    page.get_by_label("导入到").select_option("审计发现问题台账")
    expect(page.locator("#in-title")).to_be_hidden()
    page.set_input_files("input[name=file]", path)
    expect(page.locator(".chosen")).to_contain_text(path.name)
    story.picture(page, "import-1-file")
    page.get_by_role("button", name="下一步").click()


def matches_the_columns(story: Story, page: Page) -> None:
    expect(page.locator(".page-head")).to_contain_text("第 3–4 行为表头")
    expect(page.locator(".page-head")).to_contain_text(f"{len(scene.FINDINGS)} 行")
    chosen = page.locator("select[name^=column-]").evaluate_all(
        "all => all.map(one => one.selectedOptions[0].textContent)"
    )
    assert chosen[1:] == [
        "审计项目 *", "问题序号 *", "问题摘要 *", "问题描述", "审计类型 *",
        "问题类型", "涉及金额", "发现日期 *", "责任单位 *", "整改期限",
    ]  # fmt: skip
    story.picture(page, "import-2-columns")
    page.get_by_role("button", name="下一步").click()


def looks_at_the_preview(story: Story, page: Page) -> None:
    expect(page.locator(".outcome .create .v")).to_have_text(str(len(scene.FINDINGS)))
    expect(page.locator(".outcome .fail .v")).to_have_text("0")
    expect(page.get_by_role("region", name="逐行结果")).to_contain_text("3.20 万元")
    totals = page.get_by_role("region", name="与表中合计核对")
    expect(totals).to_contain_text(str(scene.TOTAL))
    expect(totals).to_contain_text("相符")
    assert Record.objects.count() == 0
    story.picture(page, "import-3-preview")
    page.get_by_role("button", name="确认导入").click()


def with_the_result(story: Story, page: Page) -> None:
    expect(page.get_by_role("heading", name="导入结果")).to_be_visible()
    expect(page.locator(".note.success")).to_contain_text(f"新增 {len(scene.FINDINGS)} 条")
    expect(page.get_by_role("button", name="撤销这一批")).to_be_visible()
    story.picture(page, "import-4-result")
    page.get_by_role("link", name="打开台账").click()
    expect(page.locator("#list tbody tr")).to_have_count(len(scene.FINDINGS))


def takes_pictures_of_lists(story: Story) -> None:
    """The same county two weeks on, when some matters are closed, some late."""
    others_do_their_work(story)
    story.on(date(2026, 3, 20))
    for path, name in (("/", "desk"), ("/ledgers/", "ledgers"), ("/ledgers/audit.finding/", "ledger")):
        story.picture(story.at_office("office", path), name)
    story.picture(story.at_office("leader", "/board/"), "board")
    story.picture(story.on_phone("leader", "/board/"), "board-phone")
    assert story.phone.evaluate("document.documentElement.scrollWidth") == 375
    board_is_right(story)


def others_do_their_work(story: Story) -> None:
    """Every second matter of the other units is sent out, worked on and accepted, so far as it gets."""
    story.on(date(2026, 3, 12))
    for record in Record.objects.exclude(unit=story.cast.town).order_by("pk")[::2]:
        worker = Person.objects.filter(posts__unit=record.unit_id, posts__role="undertaker").first()
        if worker is None:
            continue
        carry_on(record, story.person("office"), worker)


def carry_on(record: Record, office: Person, worker: Person) -> None:
    fields = {"responsible_unit": record.unit_id, "due_on": record.data.get("due_on", "")}
    perform(actor=actor_of(office), pk=record.pk, verb="assign", said=Said(fields))
    perform(actor=actor_of(worker), pk=record.pk, verb="receive", said=Said(reason="已收到，立即整改"))


# Second part: one finding goes round the loop.


def test_a_finding_goes_round_the_loop(story: Story, findings: list[Record]) -> None:
    record = next(item for item in findings if item.data["title"] == MARKET)
    place = f"/records/{record.pk}/"
    office_dispatches(story, place)
    town_signs_for_it(story, place)
    town_cannot_submit_nothing(story, place)
    town_submits(story, place, "已招租 12 个摊位")
    office_sends_it_back(story, place)
    colour_is(story, record, "green")
    story.on(date(2026, 3, 25))
    colour_is(story, record, "green")
    story.on(date(2026, 3, 26), time(0, 0))
    colour_is(story, record, "yellow")
    story.on(date(2026, 4, 10), time(23, 59))
    colour_is(story, record, "yellow")
    story.on(date(2026, 4, 11), time(0, 0))
    colour_is(story, record, "red")
    town_submits(story, place, "全部 40 个摊位已出租")
    story.picture(story.on_phone("town", place), "record-phone")
    office_accepts(story, place)
    colour_is(story, record, "white")
    history_is_told(story, place, record)
    assert list(verify_chain(story.cast.finding)) == list(check_projection(story.cast.finding)) == []


def office_dispatches(story: Story, place: str) -> None:
    page = story.at_office("office", place)
    with dialog_of(page, "派发"):
        unit = page.get_by_label("责任单位")
        unit.fill("青")
        expect(page.locator("#list-responsible_unit option[value=青溪镇]")).to_have_count(1)
        unit.fill("青溪镇")
        expect(page.locator("#id-responsible_unit")).to_have_value(str(story.cast.town.pk))
        page.get_by_label("整改期限").fill("2026-04-10")
        page.get_by_role("button", name="请按期整改并上传佐证材料").click()
        submit(page)
    expect(page.locator(".flow .now")).to_contain_text("待签收")
    expect(page.locator(".due")).to_contain_text("还剩 32 天")
    expect(page.locator(".levels .now")).to_contain_text("未签收")


def town_signs_for_it(story: Story, place: str) -> None:
    story.on(date(2026, 3, 10))
    page = story.on_phone("town", "/")
    page.get_by_role("link", name=MARKET).first.tap()
    expect(page).to_have_url(re.compile(place))
    with dialog_of(page, "签收"):
        page.get_by_role("button", name="已收到，立即整改").tap()
        submit(page)
    expect(page.locator(".levels")).to_contain_text("陈青 2026-03-10 09:30 签收")


def town_cannot_submit_nothing(story: Story, place: str) -> None:
    page = story.on_phone("town", place)
    page.locator(".acts").get_by_role("button", name="提交整改").tap()
    submit(page)
    expect(page.locator("#problem-measures")).to_contain_text("“整改措施”必须填写")
    expect(page.locator("#problem-evidence")).to_contain_text("“佐证材料”必须填写")
    story.refused()
    story.picture(page, "record-phone-dialog")


def town_submits(story: Story, place: str, measures: str) -> None:
    page = story.on_phone("town", place)
    evidence = story.scratch / "现场照片.png"
    page.screenshot(path=evidence)
    with dialog_of(page, "提交整改"):
        page.get_by_label("整改措施").fill(measures)
        page.set_input_files("#in-evidence", evidence)
        expect(page.locator("#dialog .chosen")).to_contain_text("现场照片.png")
        submit(page)
    expect(page.locator(".flow .now")).to_contain_text("待认定")
    expect(page.locator(".files")).to_contain_text("现场照片.png")


def office_sends_it_back(story: Story, place: str) -> None:
    story.on(date(2026, 3, 12))
    page = story.at_office("office", place)
    with dialog_of(page, "驳回"):
        submit(page)
        expect(page.locator("#problem-reason")).to_contain_text("请填写驳回理由")
        story.refused()
        page.get_by_label("驳回理由").fill("照片看不出摊位号，请补充")
        submit(page)
    expect(page.locator(".flow .now")).to_contain_text("整改中")
    expect(page.locator(".history > li").first).to_contain_text("照片看不出摊位号，请补充")


def office_accepts(story: Story, place: str) -> None:
    story.on(date(2026, 4, 13))
    page = story.at_office("office", place)
    story.picture(page, "record")
    with dialog_of(page, "认定销号"):
        ticks = page.locator("#dialog input[name=criteria]")
        for index in range(3):
            ticks.nth(index).check()
        submit(page)
        expect(page.locator("#problem-criteria")).to_contain_text("还没有逐条确认：已建立防止再犯的制度或措施")
        expect(ticks.nth(0)).to_be_checked()
        story.refused()
        ticks.nth(3).check()
        page.get_by_role("button", name="符合认定标准，同意销号").click()
        submit(page)
    expect(page.locator(".acts-bar")).to_contain_text("已销号")
    expect(page.locator(".acts .btn")).to_have_text(["屡审屡犯"])


def history_is_told(story: Story, place: str, record: Record) -> None:
    page = story.at_office("leader", place)
    told = page.locator(".history > li").all_inner_texts()
    steps = [("认定销号", "沈审（审计局）", "2026-04-13 09:30"), ("提交整改", "陈青（青溪镇）", "2026-04-11 00:00"),
             ("驳回", "沈审（审计局）", "2026-03-12 09:30"), ("提交整改", "陈青（青溪镇）", "2026-03-10 09:30"),
             ("签收", "陈青（青溪镇）", "2026-03-10 09:30"), ("派发", "沈审（审计局）", "2026-03-09 09:00"),
             ("导入", "沈审（审计局）", "2026-03-09 09:00")]  # fmt: skip
    assert len(told) == len(steps) == record.events.count()
    for text, words in zip(told, steps, strict=True):
        assert all(word in text for word in words), text
    assert "已建立防止再犯的制度或措施" in told[0]
    assert "实际发生于 2026-03-05" in told[-1]
    expect(page.locator(".flow .done")).to_have_count(5)


# Third part: the reckoning of a deadline that nobody wrote down.


def test_the_deadline_is_reckoned_day_by_day(story: Story, findings: list[Record]) -> None:
    record = next(item for item in findings if "due_on" not in item.data)
    page = story.at_office("office", f"/records/{record.pk}/")
    expect(page.locator(".o-due")).to_have_count(0)
    with dialog_of(page, "派发"):
        submit(page)
    expect(page.locator(".o-due")).to_contain_text("自 2026-03-09 起 60 天，当日不计")
    page.get_by_text("逐日看怎么算的").click()
    lines = page.locator(".days tr").all_inner_texts()
    counted = [line for line in lines if "第 " in line]
    assert len(counted) == 60
    last = date(2026, 3, 9) + timedelta(days=60)
    assert f"{last.month}月{last.day}日" in counted[-1]
    assert "第 60 天" in counted[-1]
    expect(page.locator(".due")).to_contain_text(last.isoformat())
