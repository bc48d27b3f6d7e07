"""My account in a real browser, on an office screen and on a phone: a second factor is taken into use and asked for,
sign-ins are listed and ended, and what somebody holds is handed over on both signatures."""

from pathlib import Path

import pyotp
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.base import clock
from bihuan.org.models import SignIn
from bihuan.org.passwords import set_password
from tests.cast import Cast
from tests.handover.giving import fill_hands, make_giver, make_tasks
from tests.web.conftest import sit_down
from tests.web.scene import PASSWORD


def picture(page: Page, name: str, folder: Path) -> None:
    """A picture to look at, and proof that nothing sticks out sideways."""
    page.screenshot(path=folder / f"{name}.png", animations="disabled", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


def sign_in(page: Page) -> None:
    page.goto("/sign-in/")
    page.get_by_label("登录名").fill("system_admin")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def test_a_second_factor_is_taken_and_asked_for(
    county: Cast, page: Page, phone: Page, live_server: LiveServer, complaints: list[str], tmp_path: Path
) -> None:
    set_password(person=county.people["system_admin"], password=PASSWORD)
    sign_in(page)
    page.wait_for_url("**/account/second-factor/")
    page.get_by_role("button", name="开始启用").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    picture(page, "scan-office", tmp_path)
    page.get_by_label("六位数字").fill("000000")
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_text("不对，请核对手机的时间")).to_be_visible()
    assert all("status of 422" in line for line in complaints)
    complaints.clear()
    page.get_by_label("六位数字").fill(pyotp.TOTP(secret).at(clock.now()))
    page.get_by_role("button", name="启用").click()
    codes = page.locator(".codes code").all_inner_texts()
    picture(page, "codes-office", tmp_path)
    page.get_by_role("link", name="已保存好，继续").click()
    page.wait_for_url(f"{live_server.url}/")

    sign_in(phone)
    phone.wait_for_url("**/sign-in/code/")
    picture(phone, "code-phone", tmp_path)
    phone.get_by_label("六位数字，或恢复码").fill(codes[0])
    phone.get_by_role("button", name="登录").click()
    phone.wait_for_url(f"{live_server.url}/")
    for name, address in (
        ("account", "/account/"),
        ("factor", "/account/second-factor/"),
        ("password", "/account/password/"),
    ):
        phone.goto(address)
        picture(phone, f"{name}-phone", tmp_path)
    page.goto("/account/")
    picture(page, "account-office", tmp_path)
    page.get_by_role("button", name="退出其他会话").click()
    expect(page.get_by_text("已退出")).to_be_visible()
    assert SignIn.objects.filter(person=county.people["system_admin"]).count() == 1
    phone.goto("/account/")
    phone.wait_for_url("**/sign-in/?next=/account/")


def test_hands_are_emptied_on_both_signatures(
    county: Cast, page: Page, phone: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    giver = make_giver(county)
    fill_hands(county, make_tasks(county), giver)
    sit_down(page, live_server.url, giver).goto("/handovers/")
    picture(page, "begin-office", tmp_path)
    page.get_by_label("接收人").fill("童经")
    page.get_by_label("事由").fill("调任财政局")
    page.get_by_role("button", name="列出清单").click()
    page.get_by_role("button", name="移交这 9 项").click()
    expect(page.get_by_text("已签字，等对方签字")).to_be_visible()
    picture(page, "given-office", tmp_path)
    sit_down(phone, live_server.url, county.people["colleague"]).goto("/handovers/")
    phone.get_by_role("link", name="殷离 → 童经").click()
    picture(phone, "take-phone", tmp_path)
    phone.get_by_role("button", name="我已清点，接收这 9 项").click()
    expect(phone.get_by_text("双方都已签字，交接完成")).to_be_visible()
    page.goto(page.url + "sheet/")
    picture(page, "sheet-office", tmp_path)
    page.emulate_media(media="print")
    page.screenshot(path=tmp_path / "sheet-print.png", full_page=True)
