"""One finding through everything that can happen to a deadline, before a browser, from its sending out to its recurrence.

Extension asked for and granted, a pause, a return, an exception that runs out, the close-out, and the same problem again.
"""

import re
from datetime import date

from playwright.sync_api import Page, expect

from bihuan.ledger.models import Record
from bihuan.ledger.verification import check_records, verify_chain
from tests.web.test_story import MARKET, Story, dialog_of, story, submit

__all__ = ["story"]

URL = "/records/{}/"


def opened(story: Story, login: str, record: Record) -> Page:
    return story.at_office(login, URL.format(record.pk))


def says(page: Page, verb: str, reason: str = "", **inputs: str) -> None:
    """Do a verb by its dialog."""
    with dialog_of(page, verb):
        for name, value in inputs.items():
            page.locator(f"#dialog [name={name}]").first.fill(value)
        if reason:
            page.locator("#dialog [name=reason]").fill(reason)
        submit(page)


def due_is(page: Page, words: str, colour: str) -> None:
    expect(page.locator(".o-due")).to_contain_text(words)
    expect(page.locator(f".matter-head .light.{colour}")).to_be_visible()


def step_is(page: Page, title: str) -> None:
    expect(page.locator(".flow li.now")).to_contain_text(title)
    page.locator(".flow-chart summary").click()
    expect(page.locator(".flow-chart g.now text")).to_have_text(title)


def hands_in(story: Story, record: Record) -> None:
    town = opened(story, "town", record)
    with dialog_of(town, "提交整改"):
        town.locator("#dialog [name=measures]").fill("已重新招租，摊位全部投入使用")
        proof = {"name": "合同.txt", "mimeType": "text/plain", "buffer": "租赁合同".encode()}
        town.locator("#dialog input[type=file]").first.set_input_files(proof)
        submit(town)


def test_a_deadline_is_extended_paused_excepted_and_the_problem_recurs(story: Story, findings: list[Record]) -> None:
    record = next(row for row in findings if row.data["title"] == MARKET)
    office = opened(story, "office", record)
    says(office, "派发", "请按期整改")
    says(opened(story, "town", record), "签收")

    town = opened(story, "town", record)
    says(town, "申请延期", "承租户合同未到期", do_until="2026-04-30")
    expect(town.locator(".o-hands")).to_contain_text("陈青 申请延至 2026-04-30：承租户合同未到期")
    due_is(town, "2026-04-10", "green")
    office = opened(story, "office", record)
    says(office, "批准延期", "同意")
    due_is(office, "2026-04-10 → 2026-04-30", "green")
    story.picture(office, "loop-extended")

    story.on(date(2026, 4, 20))
    office = opened(story, "office", record)
    due_is(office, "2026-04-30", "yellow")
    says(office, "暂停计时", "正在诉讼")
    due_is(office, "暂停中", "green")
    expect(office.locator(".o-hands")).to_contain_text("正在诉讼")
    town = opened(story, "town", record)
    expect(town.get_by_role("button", name="提交整改")).to_have_count(0)
    story.picture(office, "loop-paused")

    story.on(date(2026, 5, 10))
    office = opened(story, "office", record)
    says(office, "恢复计时")
    due_is(office, "2026-04-30 → 2026-05-20", "yellow")
    expect(office.locator(".o-due")).to_contain_text("2026-04-20 至 2026-05-10 暂停计时：正在诉讼")

    is_sent_back_and_excepted(story, record)
    is_cleared_and_recurs(story, record)
    assert [*verify_chain(story.cast.finding), *check_records(story.cast.finding)] == []


def is_sent_back_and_excepted(story: Story, record: Record) -> None:
    hands_in(story, record)
    office = opened(story, "office", record)
    step_is(office, "待认定")
    says(office, "驳回", "还有两个摊位空置")
    step_is(office, "整改中")

    says(office, "接受例外", "两个摊位待拆迁，暂不出租", do_until="2026-06-30")
    due_is(office, "2026-05-20 → 2026-06-30", "green")
    story.on(date(2026, 7, 2))
    office = opened(story, "office", record)
    due_is(office, "已超期", "red")
    expect(office.locator(".blame")).to_contain_text("变红，当时在“整改中”，由整改单位 青溪镇办理")
    story.picture(office, "loop-exception-over")


def is_cleared_and_recurs(story: Story, record: Record) -> None:
    hands_in(story, record)
    office = opened(story, "office", record)
    with dialog_of(office, "认定销号"):
        for box in office.locator("#dialog [name=criteria]").all():
            box.check()
        submit(office)
    expect(office.locator(".matter-head .light.white")).to_be_visible()

    story.on(date(2026, 8, 1))
    says(opened(story, "office", record), "屡审屡犯", "又有摊位空置")
    old = opened(story, "office", record)
    expect(old.locator(".o-links")).to_contain_text("后来再犯")
    old.locator(".o-links a").first.click()
    expect(old).to_have_url(re.compile(r"/records/\d+/$"))
    expect(old.locator(".o-links")).to_contain_text(f"再犯自 {record.number}")
    step_is(old, "待派发")
    story.picture(old, "loop-recurred")
