"""The pages of figures: the library, a figure with its table and chart, its records, its workbook; and who sees what."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.utils.html import strip_tags
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import Cast
from tests.figure.county import install, some_findings
from tests.web.conftest import sit_down

Clients = Callable[[str], Client]


@pytest.fixture
def figures(cast: Cast) -> Cast:
    install(cast)
    some_findings(cast)
    return cast


def text(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, url
    return " ".join(strip_tags(response.content.decode()).split())


def test_the_library_finds_by_words(figures: Cast, clients: Clients) -> None:
    assert "大额占比" in text(clients("office"), "/figures/")
    found = text(clients("office"), "/figures/?q=大额")
    assert "共 2 个" in found
    assert "全省排名" not in found


def test_a_person_sees_the_numbers_of_their_units_alone(figures: Cast, clients: Clients) -> None:
    url = "/figures/demo.total/?period=2026"
    assert "青溪镇3" in text(clients("office"), url)
    mine = text(clients("town"), url)
    assert "只含您可见的单位" in mine
    assert "白石镇" not in mine
    assert "青溪镇3" in mine
    assert "无权查看" in text(clients("outsider"), url)
    records = "/figures/demo.rate/records/?period=2026"
    opened = text(clients("town"), records)
    assert "SJ-2026-0001" in opened
    assert "SJ-2026-0004" not in opened
    assert "SJ-2026-0004" in text(clients("auditor"), records)
    assert clients("town").get(f"{records}&unit={figures.other_town.code}").status_code == 403
    assert clients("town").get("/figures/demo.rank/records/?period=2026&unit=330999101").status_code == 403


def test_bad_questions_are_told_in_words(figures: Cast, clients: Clients) -> None:
    assert "2026-Q1" in text(clients("office"), "/figures/demo.total/?period=Q9", 422)
    assert "没有单位" in text(clients("office"), "/figures/demo.total/?unit=无此镇", 404)
    assert "不能按“amount”分组" in text(clients("office"), "/figures/demo.total/?by=amount", 422)


def test_the_table_goes_into_a_workbook(figures: Cast, clients: Clients) -> None:
    answer = clients("office").get("/figures/demo.total/export/?period=2026&with=demo.amount")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    rows = {row[0]: row[1:] for row in sheet.iter_rows(min_row=3, values_only=True)}
    assert rows["青溪镇"] == (3, 1_405_000)


@pytest.mark.browser
def test_a_number_is_opened_in_the_browser(figures: Cast, page: Page, live_server: LiveServer, tmp_path: Path) -> None:
    sit_down(page, live_server.url, figures.people["office"])
    page.goto("/figures/")
    page.get_by_role("link", name="大额占比").click()
    page.screenshot(path=tmp_path / "figure.png", full_page=True)
    page.get_by_label("时期").fill("2026-Q1")
    page.get_by_label("分组").select_option("month")
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".figure-chart canvas")).to_be_visible()
    page.screenshot(path=tmp_path / "month.png", full_page=True)
    page.locator(".figure-value a").click()
    expect(page.get_by_role("link", name="SJ-2026-0001").first).to_be_visible()
    page.screenshot(path=tmp_path / "records.png", full_page=True)
