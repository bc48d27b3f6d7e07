"""A ranking, played in a browser. Pictures lie in the test's folder."""

from pathlib import Path

from playwright.sync_api import Page, expect

from bihuan.scorecard.models import ScorecardVersion
from tests.cast import Cast
from tests.scorecard.test_publishing import towns
from tests.web.conftest import AtDesk, picture

__all__ = ["towns"]


def ranks(page: Page) -> list[str]:
    """The towns in the order of the ranking."""
    cells = page.locator("table.ranking > tbody > tr > td:nth-child(2)").all_inner_texts()
    return [cell.partition("\n")[0] for cell in cells]


def test_tried_published_appealed_and_ranked_anew(
    cast: Cast, towns: ScorecardVersion, at_desk: AtDesk, tmp_path: Path
) -> None:
    page = at_desk("office", f"/scorecards/{towns.code}/?period=2026")
    for unit, points in (("青溪镇", "30"), ("白石镇", "20")):
        page.get_by_label("单位", exact=True).select_option(label=unit)
        page.get_by_label("分数").fill(points)
        page.get_by_label("评分依据").fill("抽查记录")
        page.get_by_role("button", name="评分", exact=True).click()
    first = ranks(page)
    picture(page, tmp_path, "trial")
    page.get_by_role("button", name="公布", exact=True).click()
    expect(page.get_by_text("公布 · 数据截至")).to_be_visible()
    assert ranks(page) == first == ["白石镇", "青溪镇"]
    published = page.url

    page = at_desk("town", published)
    page.get_by_role("link", name="推演").first.click()
    page.get_by_label("问题少").fill("1")
    page.get_by_role("button", name="算一算").click()
    expect(page.get_by_role("row", name="改了以后").first).to_contain_text("75")
    picture(page, tmp_path, "what-if")
    page.goto(published)
    page.get_by_label("对哪一项").select_option(label="问题少")
    page.get_by_label("理由").fill("其中一个问题不属于本镇")
    page.get_by_role("button", name="提交申诉").click()

    page = at_desk("office", published)
    page.get_by_placeholder("答复").fill("属实，改为 1 个")
    page.get_by_label("采纳时填更正后的数值").fill("1")
    page.get_by_role("button", name="答复").click()
    assert ranks(page) == ["青溪镇", "白石镇"]
    told = page.get_by_label("申诉改变了什么")
    expect(told).to_contain_text("青溪镇对“问题少”的申诉被采纳：数值 2 → 1，得分 60.00 → 75.00，名次 第 2 名 → 第 1 名")
    expect(told.get_by_role("row", name="白石镇")).to_contain_text("65")
    expect(page.locator("table.ranking")).to_contain_text("申诉前第 2 名，60.00 分")
    expect(page.get_by_role("link", name="看原来的结果")).to_be_visible()
    picture(page, tmp_path, "ranked-anew")
