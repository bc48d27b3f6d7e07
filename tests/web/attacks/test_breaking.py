"""What is told when something breaks."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.ledger.models import Attachment, Record
from bihuan.loop.actions import create_record
from bihuan.web.pages import desk
from tests.cast import Cast
from tests.web.attacks.attacking import LEDGER, SECRET, fields, submit
from tests.web.conftest import sit_down
from tests.web.test_pages import PNG, Clients, text_of


def test_an_error_of_the_program_is_told_in_words(
    cast: Cast, clients: Clients, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(desk, "_recent", broken)
    answer = clients("office").get("/")
    html = text_of(answer)
    assert answer.status_code == 500
    reference = re.search(r"编号 (\w{8})", html)
    assert reference
    assert reference[1] in caplog.text
    for word in (SECRET, "Traceback", "RuntimeError", "desk.py"):
        assert word not in html
    part = clients("office").get("/", headers={"HX-Request": "true"})
    assert part["Content-Type"].startswith("text/plain")
    assert SECRET not in text_of(part)


def test_an_error_of_what_surrounds_every_page_is_told_in_words(
    cast: Cast, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Callable[[], None]:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("bihuan.web.shell.my_ledgers", broken)
    client = clients("office")
    client.raise_request_exception = False
    answer = client.get("/board/")
    assert answer.status_code == 500
    assert "系统出错了" in text_of(answer)
    assert SECRET not in text_of(answer)


def test_an_address_that_is_not_there_is_told_in_words(cast: Cast, clients: Clients) -> None:
    for path in ("/nowhere/", "/records/99999999999999999999/", f"/records/{'9' * 5_000}/", "/import/x/preview/"):
        answer = clients("office").get(path)
        assert answer.status_code == 404
        assert re.search("没有找到这一页|没有这条记录", text_of(answer))


def test_too_many_fields_are_refused_in_words(cast: Cast, clients: Clients) -> None:
    answer = clients("office").post(f"{LEDGER}new/", {f"f{n}": "1" for n in range(2_100)})
    assert answer.status_code == 400
    assert "没有写入任何数据" in text_of(answer)


def test_a_file_whose_content_is_gone_is_told_in_words(
    rectifying: Record, clients: Clients, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    submit(clients("town"), rectifying, ("好.png", PNG))
    monkeypatch.setattr("bihuan.web.pages.attachment.path_of", lambda _: tmp_path / "gone")
    answer = clients("town").get(f"/files/{Attachment.objects.get().pk}/")
    assert answer.status_code == 404
    assert "内容不在服务器上" in text_of(answer)


def test_a_page_left_open_leads_to_signing_in(
    cast: Cast, page: Page, live_server: LiveServer, complaints: list[str]
) -> None:
    made = create_record(actor=cast["office"], ledger=cast.finding, fields=fields(cast))
    sit_down(page, live_server.url, cast.people["office"]).goto(f"/records/{made.pk}/")
    page.context.clear_cookies()
    page.get_by_role("button", name="派发").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    assert all("401" in line for line in complaints)
    complaints.clear()
