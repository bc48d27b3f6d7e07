"""A draft, checked in a browser. Pictures lie in the test's folder."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import expect

from bihuan.scorecard.models import ScorecardVersion
from tests.cast import Cast
from tests.scorecard.test_publishing import towns
from tests.web.conftest import AtDesk, picture
from tests.web.test_pages import text_of

__all__ = ["towns"]


@pytest.mark.parametrize(
    ("login", "first", "judged"),
    [("office", "全部单位", {"3": "right", "2": "wrong"}), ("town", "青溪镇", {"3": "wrong", "2": "right"})],
)
def test_a_draft_is_held_against_what_its_writer_writes_of(
    towns: ScorecardVersion, clients: Callable[[str], Client], login: str, first: str, judged: dict[str, str]
) -> None:
    """The bureau that keeps the ledger writes of all units in it, a town of itself."""
    client = clients(login)
    offered = text_of(client.get("/numbers/")).partition('id="unit"')[2].partition("</select>")[0]
    assert offered.index(first) < offered.index("</option>")
    for number, judgement in judged.items():
        html = text_of(client.post("/numbers/", {"text": f"今年审计发现问题数{number}个。"}))
        assert f'<mark class="{judgement}"' in html, number


def test_a_draft_is_checked_put_right_and_opens_its_records(
    cast: Cast, towns: ScorecardVersion, at_desk: AtDesk, tmp_path: Path
) -> None:
    page = at_desk("leader", "/numbers/")
    page.get_by_label("或者贴入文字").fill("今年审计发现问题数4个，其中青溪镇2个、白石镇1个。")
    page.get_by_role("button", name="体检", exact=True).click()
    expect(page.locator("mark.wrong").first).to_have_text("错")
    expect(page.locator(".draft mark.right")).to_have_count(2)
    picture(page, tmp_path, "checked")
    page.get_by_role("button", name="把勾选的换成正确的数").click()
    expect(page.get_by_label("或者贴入文字")).to_have_value("今年审计发现问题数3个，其中青溪镇2个、白石镇1个。")
    expect(page.get_by_text("第 2 版")).to_be_visible()
    page.locator(".draft mark.right a").first.click()
    expect(page.get_by_role("heading", name="审计发现问题数").first).to_be_visible()
