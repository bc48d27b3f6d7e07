"""Notices, duties, the public page, a draw and a plan, played in a browser. Pictures lie in the test's folder."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.base import clock
from bihuan.ledger.models import Record
from bihuan.loop.declared.definitions import install_declared
from bihuan.loop.draw.spec import DrawSpec
from bihuan.loop.duty.actions import open_due
from bihuan.loop.duty.spec import DutySpec
from bihuan.loop.notice.models import Addressee
from bihuan.loop.notice.watching import issue_due
from bihuan.loop.petition.models import Petition
from bihuan.loop.petition.spec import PetitionSpec
from bihuan.loop.plan.spec import PlanSpec
from bihuan.web import duty_memory
from tests.cast import Cast
from tests.ledger.making import make_ledger
from tests.loop.draw import test_draws as draws
from tests.loop.duty import test_duties as duties
from tests.loop.notice import issuing
from tests.loop.petition import test_petitions as petitions
from tests.loop.plan import test_plans as plans
from tests.web.conftest import AtDesk, picture


def test_a_red_matter_is_told_read_and_received(county: Cast, at_desk: AtDesk, tmp_path: Path) -> None:
    ledger = issuing.tasks(county)
    issuing.declare(county)
    issuing.task(county, ledger)
    with clock.fixed(datetime(2026, 3, 12, 1, tzinfo=UTC)):
        assert issue_due().issued == 1
        page = at_desk("town", "/")
        expect(page.locator("nav[aria-label=主菜单] a", has_text="文书提醒").locator(".n")).to_have_text("1")
        page.get_by_role("link", name="文书提醒").first.click()
        picture(page, tmp_path, "inbox")
        with page.expect_response(re.compile(r"/read/$")) as told:
            page.get_by_text("关于督办“任务1”的通知").first.click()
        assert told.value.status == 204
        assert Addressee.objects.get(person__username="town").read_at is not None
        expect(page.locator(".letter .sign")).to_have_text("示审督〔2026〕1号")
        picture(page, tmp_path, "notice")
        page.get_by_role("button", name="签收").click()
        expect(page.get_by_text("已签收示审督〔2026〕1号")).to_be_visible()
        with page.expect_download() as kept:
            page.get_by_role("link", name="下载 Word").click()
        assert kept.value.suggested_filename == "督办单 示审督〔2026〕1号.docx"
        page = at_desk("office", f"/records/{Record.objects.get(ledger=ledger).pk}/")
        expect(page.locator("section", has_text="文书").get_by_text("签收").first).to_be_visible()
        picture(page, tmp_path, "record")
        page.get_by_role("link", name="发文书").click()
        page.get_by_label("事由").fill("请三日内报送")
        page.get_by_role("button", name="发出").click()
        expect(page.locator(".letter .sign")).to_have_text("示审督〔2026〕2号")
        page = at_desk("office", "/notices/delivery/")
        expect(page.get_by_role("heading", name="待签收")).to_be_visible()
        picture(page, tmp_path, "delivery")


def test_the_first_visit_of_the_day_opens_what_is_due(county: Cast, at_desk: AtDesk, tmp_path: Path) -> None:
    duty_memory.forget()
    make_ledger(
        county.office, code="demo.report", fields=duties.FIELDS, loop=duties.LOOP,
        name_field="name", unit_field="owed_by", opened_field="opened", due_field="due_on",
    )  # fmt: skip
    specs = {"demo.weekly": DutySpec.model_validate(duties.WEEKLY)}
    install_declared(kind="duties", pack="demo", owner=county.office, specs=specs)
    page = at_desk("office", "/ledgers/")
    with page.expect_response(re.compile(r"/duties/open/$")) as told:
        page.goto("/")
    assert told.value.status == 204
    assert open_due().opened == 0
    duties.report(county, "青溪镇", "2026-W11", nothing="是")
    page.goto("/duties/")
    expect(page.get_by_text("零报告 1")).to_be_visible()
    picture(page, tmp_path, "duties")
    page.get_by_role("link", name="整改周报").click()
    expect(page.get_by_role("row", name=re.compile("青溪镇")).get_by_text("零报告")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("白石镇")).get_by_text("待报")).to_be_visible()
    picture(page, tmp_path, "duty")


def test_a_citizen_submits_and_the_desk_dispatches(
    county: Cast, phone: Page, at_desk: AtDesk, live_server: LiveServer, tmp_path: Path
) -> None:
    make_ledger(
        county.office, code="demo.voice", fields=[*petitions.FIELDS, {"code": "at", "title": "位置", "kind": "point"}],
        loop=petitions.LOOP, unit_field="town", name_field="content",
    )  # fmt: skip
    asked = {"fields": [*petitions.PAGE["fields"], "at"], "point_field": "at"}
    specs = {"demo.voice": PetitionSpec.model_validate(petitions.PAGE | asked)}
    install_declared(kind="petitions", pack="demo", owner=county.office, specs=specs)
    phone.goto("/public/")
    phone.get_by_role("link", name="市民诉求").click()
    phone.get_by_label("诉求内容").fill(petitions.LAMP)
    phone.get_by_label("地点").fill("人民路小学门口")
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({"latitude": 30.123456, "longitude": 120.654321, "accuracy": 12})
    phone.get_by_role("button", name="用手机定位").click()
    expect(phone.get_by_label("位置")).to_have_value("120.654321,30.123456")
    phone.set_input_files(
        "#in-photos", {"name": "灯.jpg", "mimeType": "image/jpeg", "buffer": petitions.photo().read()}
    )
    picture(phone, tmp_path, "submit")
    token = phone.locator("input[name=token]").input_value()
    phone.get_by_label("验证").fill(petitions.digits_of(token))
    with clock.fixed(clock.now() + timedelta(seconds=30)):
        phone.get_by_role("button", name="提交").click()
        code = phone.locator("#code").inner_text()
    picture(phone, tmp_path, "code")
    petition = Petition.objects.get()
    assert petition.record.data["at"]["coordinates"] == [120.654321, 30.123456]
    page = at_desk("office", "/petitions/demo.voice/")
    picture(page, tmp_path, "desk")
    page.get_by_role("link", name="派发").click()
    expect(page).to_have_url(re.compile(r"/do/dispatch/$"))
    petitions.answer(county, petition, "已换新灯")
    phone.goto("/public/ask/")
    phone.get_by_label("查询码").fill(code)
    phone.get_by_role("button", name="查询", exact=True).click()
    expect(phone.get_by_text("已换新灯")).to_be_visible()
    picture(phone, tmp_path, "answer")
    phone.get_by_text("非常满意", exact=True).click()
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.get_by_text("谢谢您的评价")).to_be_visible()
    assert Petition.objects.get().rating == 5


def test_a_plan_is_looked_at(county: Cast, at_desk: AtDesk, tmp_path: Path) -> None:
    specs = {"demo.yearly": PlanSpec.model_validate(plans.PLAN)}
    plans.make_ledgers(county)
    install_declared(kind="plans", pack="demo", owner=county.office, specs=specs)
    goal = plans.add(county, "goal", "城乡更美", town="青溪镇", due_on="2026-12-31")
    for number, name in enumerate(("道路改造", "口袋公园", "农贸市场提升")):
        project = plans.add(county, "project", name, over=goal.number, weight=str(number + 1))
        for step, (title, due) in enumerate((("立项", "2026-03-01"), ("施工", "2026-03-11"), ("验收", "2026-08-31"))):
            plans.add(county, "milestone", f"{name}{title}", over=project.number, weight="1", town="青溪镇", due_on=due,
                      start=f"2026-0{step + 1}-15", percent=str(90 - 30 * step))  # fmt: skip
    page = at_desk("office", "/plans/demo.yearly/")
    expect(page.locator(".gantt-chart rect.bar")).to_have_count(13)
    picture(page, tmp_path, "gantt")
    page.get_by_role("link", name="看板").click()
    expect(page.locator(".plan-card")).to_have_count(9)
    picture(page, tmp_path, "board")
    page.get_by_role("link", name="编辑").click()
    picture(page, tmp_path, "plan-list")
    page.get_by_role("link", name="节点", exact=True).first.click()
    expect(page.get_by_label("上级编号")).to_have_value(re.compile(r"^XM"))


def test_a_draw_is_held_before_everybody(county: Cast, at_desk: AtDesk, tmp_path: Path) -> None:
    draws.make_lists(county)
    install_declared(
        kind="draws", pack="demo", owner=county.office, specs={"demo.random": DrawSpec.model_validate(draws.DRAW)}
    )
    page = at_desk("office", "/draws/")
    page.get_by_role("button", name="公布名单和种子哈希").click()
    page.get_by_label("见证人当场说的一句话").fill("今天下雨")
    picture(page, tmp_path, "draws")
    page.get_by_role("button", name="开奖").click()
    expect(page.get_by_role("heading", name="抽取结果")).to_be_visible()
    picture(page, tmp_path, "drawn")
