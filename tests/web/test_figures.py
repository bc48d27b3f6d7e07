"""The pages of figures: the library, a figure with its table and chart, its records, its workbook; and who sees what."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode
from zipfile import ZipFile

import openpyxl
import pytest
from django.test import Client
from django.utils.html import strip_tags
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.base import clock
from bihuan.figure.actions import approve_period
from bihuan.figure.models import ApprovedValue, Figure, FigureView, Proposal
from bihuan.figure.period import parse_period
from bihuan.ledger.models import Record
from bihuan.loop.actions import edit_record
from bihuan.org.actions import end_unit
from tests.cast import MONDAY, Cast
from tests.figure.county import find, install, some_findings
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
    assert "共 3 个" in found
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


def test_a_value_is_put_together_on_its_page(figures: Cast, clients: Clients) -> None:
    office, town = clients("office"), clients("town")
    told = {
        "rate": "2（大额问题数） ÷ 4（问题数） = 50.00 %",
        "yoy": "（4（问题数，2026年） − 1（问题数，2025年1月1日—3月2日）） ÷ 1（问题数，2025年1月1日—3月2日） = 300.00 %",
        "share": "3（问题数） ÷ 4（问题数，全部） = 75.00 %",
        "rank": "3（问题数），在 2 个同级单位中的名次 = 1",
        "sum": "a * 2 + b = 10.00 ，其中 a = 4（问题数） b = 2（大额问题数）",
    }
    for code, sentence in told.items():
        unit = "&unit=330999101" if code in ("share", "rank") else ""
        with clock.fixed(MONDAY):
            found = text(office, f"/figures/demo.{code}/?period=2026{unit}")
        assert sentence in found.replace("\u3000", " ").replace("  ", " "), (code, found[:2_000])
    assert "无权查看" in text(town, "/figures/demo.share/?period=2026&unit=330999101")
    assert "只含您可见的单位" in text(town, "/figures/demo.rate/?period=2026")


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
    expect(page.locator(".figure-sum")).to_contain_text("2（大额问题数） ÷ 4（问题数） = 50.00 %")
    page.screenshot(path=tmp_path / "figure.png", full_page=True)
    page.get_by_label("时期").fill("2026-Q1")
    page.get_by_label("分组").select_option("month")
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".figure-drawing circle")).to_have_count(2)
    page.screenshot(path=tmp_path / "month.png", full_page=True)
    page.locator(".figure-value a").click()
    expect(page.get_by_role("link", name="SJ-2026-0001").first).to_be_visible()
    page.screenshot(path=tmp_path / "records.png", full_page=True)


def test_the_records_are_a_true_list(figures: Cast, clients: Clients) -> None:
    url = "/figures/demo.total/records/?period=2026"
    office = clients("office")
    everything = text(office, url)
    assert "共 4 条" in everything and "第 1 版" in everything
    assert "共 3 条" in text(office, f"{url}&in_unit=青溪镇&sort=number")
    assert "SJ-2026-0001" in text(office, f"{url}&q=问题1")
    assert "SJ-2026-0004" not in text(office, f"{url}&q=问题1")
    assert "共 1 条" in text(office, f"{url}&where=涉及金额 > 200")
    assert "条件式有误" in text(office, f"{url}&where=金额 >")
    assert "共 3 条" in text(clients("town"), url)
    second = text(office, "/figures/demo.rate/records/?period=2026&part=1&sort=-number&size=20")
    assert second.index("SJ-2026-0004") < second.index("SJ-2026-0001")


def test_every_part_of_a_table_opens_itself(figures: Cast, clients: Clients) -> None:
    """The links of the page, of the explorer and of a chart, by unit, month and field: as many records as they say."""
    office, town = clients("office"), clients("town")
    find(figures, "白石镇", "2026-02-26", 5, "6")
    for url in (
        *(f"/figures/demo.total/?period=2026&by={by}" for by in ("unit", "month", "level")),
        *(f"/figures/explorer/?f=demo.total&period=2026&by={by}" for by in ("unit", "quarter", "colour")),
        "/figures/explorer/?f=demo.total&period=2026&by=responsible_unit&look=bar",
    ):
        for client in (office, town):
            links = re.findall(r'<a href="([^"]+/records/[^"]+)"[^>]*>([0-9]+)</a>', client.get(url).content.decode())
            assert links, url
            for link, number in links:
                told = "没有可列的记录" if number == "0" else f"共 {number} 条"
                assert told in text(client, unescape(link)), (url, link)
    part = "/figures/demo.rate/?period=2026&by=responsible_unit&value="
    page = text(office, part + "白石镇")
    assert "责任单位：白石镇" in page and "1（大额问题数） ÷ 2（问题数） = 50.00 %" in page and "看整个指标" in page
    ways = office.get(part + "白石镇").content.decode()
    assert (
        f"/change/?{urlencode({'period': 2026, 'by': 'responsible_unit', 'value': figures.other_town.pk})}"
        in unescape(ways)
    )
    for where in ("", "records/"):
        url = f"/figures/demo.total/{where}?period=2026&by=responsible_unit&value="
        assert "没有“白水镇”这个值；有" in text(office, f"{url}白水镇", 404)
        assert "白石镇" not in text(town, f"{url}白水镇", 404)


def test_an_old_link_finds_a_unit_that_stands_no_more(figures: Cast, clients: Clients) -> None:
    village = figures.village
    end_unit(unit=village, on=MONDAY.date())
    with clock.fixed(MONDAY + timedelta(days=1)):
        query = urlencode({"period": "2026-01", "unit": village.code})
        assert "上河村 · 2026年1月" in text(clients("office"), f"/figures/demo.total/?{query}")
        assert "共 1 条" in text(clients("office"), f"/figures/demo.total/records/?{query}")


def test_all_records_go_into_files(figures: Cast, clients: Clients) -> None:
    office = clients("office")
    one = office.get("/figures/demo.total/records/file/?period=2026&format=xlsx")
    sheet = openpyxl.load_workbook(BytesIO(one.content)).active
    assert sheet is not None
    cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "计入时第几版" in cells and "SJ-2026-0004" in cells
    table = office.get("/figures/demo.total/records/file/?period=2026&format=csv&where=涉及金额 > 200").content.decode(
        "utf-8-sig"
    )
    assert "SJ-2026-0004" in table and "SJ-2026-0001" not in table
    both = office.get("/figures/demo.rate/records/file/?period=2026&format=csv")
    with ZipFile(BytesIO(both.content)) as archive:
        names = archive.namelist()
        counts = [len(archive.read(name).decode("utf-8-sig").strip().splitlines()) - 1 for name in names]
    assert (len(names), counts) == (2, [2, 4])
    assert (
        "SJ-2026-0004"
        not in clients("town").get("/figures/demo.total/records/file/?period=2026&format=csv").content.decode()
    )
    assert clients("outsider").get("/figures/demo.total/records/file/?period=2026").status_code == 403


def test_a_changed_number_is_told_part_by_part(figures: Cast, clients: Clients) -> None:
    then = clock.now()
    with clock.fixed(then + timedelta(days=2)):
        edit_record(actor=figures["colleague"], record=Record.objects.get(number="SJ-2026-0001"), fields={"amount": 90})
        find(figures, "青溪镇", "2026-02-25", 800, "7")
    with clock.fixed(then + timedelta(days=3)):
        query = urlencode({"period": "2026", "since": then.isoformat()})
        page = text(clients("office"), f"/figures/demo.amount/change/?{query}")
        assert "当时 4,405,000.00 元，现在 12,100,000.00 元，增加 7,695,000.00 元" in page
        assert "当时已经发生、后来才登记的 1 条记录，使数值增加 8,000,000.00 元" in page
        assert "其间更正的 1 条记录，使数值减少 305,000.00 元" in page
        assert "SJ-2026-0005" in page
        assert "SJ-2026-0001" in text(
            clients("office"), f"/figures/demo.amount/change/?{query}&part=corrected:audit.finding"
        )
        part = text(clients("office"), f"/figures/demo.amount/change/?{query}&by=unit&value={figures.town.pk}")
        assert "：青溪镇" in part and "增加 7,695,000.00 元" in part
        other = f"/figures/demo.amount/change/?{query}&by=unit&value={figures.other_town.pk}"
        assert "没有哪条记录使它变化" in text(clients("office"), other)
        assert clients("outsider").get(f"/figures/demo.amount/change/?{query}").status_code == 403
        assert "没有哪条记录使它变化" in text(clients("other_town"), f"/figures/demo.amount/change/?{query}")


def test_a_period_is_approved_and_one_cell_unlocked(figures: Cast, clients: Clients) -> None:
    with clock.fixed(MONDAY + timedelta(days=1)):
        office, url = clients("office"), "/figures/approvals/?period=2026-01"
        assert "审定所选" in text(office, url)
        assert "审定所选" not in text(clients("town"), url)
        assert "还没有结束" in text(office, "/figures/approvals/?period=2026")
        posted = {"period": "2026-01", "unit": "", "code": ["demo.total", "demo.rate"]}
        assert clients("town").post("/figures/approvals/", posted).status_code == 403
        assert office.post("/figures/approvals/", posted).status_code == 302
        find(figures, "青溪镇", "2026-01-25", 800, "8")
        assert "1 条" in text(office, url)
        value = text(office, "/figures/demo.total/?period=2026-01")
        assert "2026年1月：2 个" in value and "历次审定" not in text(clients("town"), "/figures/demo.total/")
        assert "此后有 1 条记录变过" in value
        assert "审定：2" not in text(clients("town"), "/figures/demo.total/?period=2026-01")
        cell = ApprovedValue.objects.get(figure__code="demo.total")
        assert clients("town").post(f"/figures/approvals/{cell.pk}/unlock/", {"why": "试"}).status_code == 403
        assert office.post(f"/figures/approvals/{cell.pk}/unlock/", {"why": "补录一条"}).status_code == 302
        assert ApprovedValue.objects.filter(unlocked_at=None).count() == 1


def test_open_violations_are_told_before_an_approval(figures: Cast, clients: Clients) -> None:
    with clock.fixed(MONDAY + timedelta(days=1)):
        office, day = clients("office"), f"{MONDAY:%Y-%m-%d}"
        posted = {"period": day, "code": "demo.open"}
        assert "重复的项目" in text(office, f"/figures/approvals/?period={day}")
        told = office.post("/figures/approvals/", posted, follow=True).content.decode()
        assert "数据质量问题没有解决" in told and ApprovedValue.objects.count() == 0
        office.post("/figures/approvals/", {**posted, "despite": "1"})
        assert ApprovedValue.objects.get().figure.code == "demo.open"


def test_a_definition_is_proposed_shown_and_approved_by_another(figures: Cast, clients: Clients) -> None:
    with clock.fixed(MONDAY + timedelta(days=1)):
        january = parse_period("2026-01", MONDAY.date())
        approve_period(actor=figures["office"], codes=("demo.large", "demo.rate"), unit=None, period=january)
        colleague, url = clients("colleague"), "/figures/demo.large/define/"
        fields = {
            "title": "大额问题数",
            "of": "audit.finding",
            "measure": "count()",
            "during": "found_on",
            "unit": "个",
        }
        assert "原因" in text_of_post(colleague, url, {**fields, "where": "amount >= 10"}, 422)
        assert "“amout”" in text_of_post(colleague, url, {**fields, "where": "amout >= 10", "why": "放宽"}, 422)
        assert colleague.post(url, {**fields, "where": "amount >= 10", "why": "放宽"}).status_code == 302
        made = Proposal.objects.get()
        page = text(clients("office"), f"/figures/proposals/{made.pk}/")
        assert "统计条件：原为“涉及金额 大于等于 100”，改为“涉及金额 大于等于 10”" in page
        assert "2 个会不一样" in page and "50.00100.00" in page
        assert clients("town").get(f"/figures/proposals/{made.pk}/").status_code == 404
        assert colleague.post(f"/figures/proposals/{made.pk}/", {"decision": "approve"}).status_code == 403
        assert "第 2 版" not in text(colleague, url)
        assert clients("office").post(f"/figures/proposals/{made.pk}/", {"decision": "approve"}).status_code == 302
        versions = text(colleague, url)
        assert "第 2 版" in versions and "沈审 批准" in versions
        install(figures)
        assert Figure.objects.get(code="demo.large").version == 2


def text_of_post(client: Client, url: str, posted: dict[str, str], status: int) -> str:
    response = client.post(url, posted)
    assert response.status_code == status
    return " ".join(strip_tags(response.content.decode()).split())


def test_the_explorer_answers_its_address(figures: Cast, clients: Clients) -> None:
    office, url = clients("office"), "/figures/explorer/?f=demo.total&f=demo.rate&period=2026"
    page = text(office, f"{url}&top=1")
    assert "青溪镇3" in page and "其余" in page and "白石镇1" not in page
    assert "青溪镇3" in text(office, f"{url}&look=bar") and "<rect" in office.get(f"{url}&look=bar").content.decode()
    months = office.get(f"{url}&by=month&look=line&against=previous+year").content.decode()
    assert 'class="line tone-0"' in months and "上年同期" in months and "2026年4月" not in months
    assert "问题数 2025年" in text(office, "/figures/explorer/?f=demo.total&period=2025,2026")
    assert "没有您能看的位置字段" in text(office, f"{url}&look=map")
    two = text(office, "/figures/explorer/?f=demo.total&period=2026&unit=青溪镇,白石镇&sort=0")
    assert two.index("白石镇1") < two.index("青溪镇3")
    mine = text(clients("town"), url)
    assert "青溪镇3" in mine and "白石镇" not in mine
    assert "最多看 8 个指标" in text(office, "/figures/explorer/?" + "&".join(f"f=demo.x{n}" for n in range(9)), 422)


def test_the_explorer_s_workbook_says_where_every_number_is_from(figures: Cast, clients: Clients) -> None:
    url = "/figures/explorer/file/?f=demo.total&f=demo.amount&period=2026"
    book = openpyxl.load_workbook(BytesIO(clients("office").get(url).content))
    table = {row[0]: row[1:] for row in book["表"].iter_rows(min_row=3, values_only=True)}
    assert table["青溪镇"] == (3, 1_405_000)
    sources = [row for row in book["来源"].iter_rows(min_row=2, values_only=True) if row[2] == "青溪镇"]
    assert [row[5] for row in sources] == ["3", "1405000.00"]
    assert "SJ-2026-0001" in str(sources[0][13]) and "发现日期" in str(sources[0][8])
    town = openpyxl.load_workbook(BytesIO(clients("town").get(url).content))
    assert "SJ-2026-0004" not in str(list(town["来源"].iter_rows(values_only=True)))


def test_a_view_is_kept_shared_and_removed_by_its_owner(figures: Cast, clients: Clients) -> None:
    posted = {"title": "月报用", "query": "f=demo.total&period=2026&by=month&csrf=x", "shared": "1"}
    kept = clients("office").post("/figures/explorer/", posted)
    assert kept["Location"] == "/figures/explorer/?f=demo.total&period=2026&by=month"
    assert "月报用" in text(clients("town"), "/figures/explorer/")
    view = FigureView.objects.get()
    assert clients("town").post("/figures/explorer/", {"remove": view.pk}).status_code == 403
    clients("office").post("/figures/explorer/", {"remove": view.pk})
    assert not FigureView.objects.exists()


def test_quality_lists_what_falls_short(figures: Cast, clients: Clients) -> None:
    install(
        figures,
        **{
            "demo.odd": {"title": "金额离群", "of": "audit.finding", "measure": "outliers(amount)"},
            "demo.filled": {"title": "填报率", "ratio": "large / total", "unit": "%", "quality": "complete"},
        },
    )
    page = text(clients("office"), "/figures/quality/?period=2026")
    assert "重复的项目" in page
    assert "金额离群：0 个" in page and "填报率（完整）" in page
    assert "不符合" in page.replace("不符合的单位", "")
    assert "不符合" not in text(clients("other_town"), "/figures/quality/?period=2026").replace("不符合的单位", "")
    assert "金额离群" not in text(clients("outsider"), "/figures/quality/?period=2026"), "none of that ledger is theirs"
    assert "没有可列的记录" in text(clients("office"), "/figures/demo.odd/outliers/?period=2026")
    assert "不是离群个数" in text(clients("office"), "/figures/demo.total/outliers/", 422)


def test_outlying_records_are_those_that_are_counted(figures: Cast, clients: Clients) -> None:
    install(figures, **{"demo.odd": {"title": "金额离群", "of": "audit.finding", "measure": "outliers(amount)"}})
    for number in range(10, 18):
        find(figures, "青溪镇", "2026-02-10", 100 + number, str(number))
    find(figures, "白石镇", "2026-02-10", 90_000, "99")
    assert "共 4 条" in text(clients("office"), "/figures/demo.odd/outliers/?period=2026")
    assert "金额离群：4 个" in text(clients("office"), "/figures/quality/?period=2026")


def test_a_value_from_outside_is_entered_on_its_page(figures: Cast, clients: Clients) -> None:
    url = "/figures/demo.league/external/"
    posted = {"period": "2026", "value": "3", "source": "省厅通报", "effective_on": "2026-02-01"}
    assert clients("town").post(url, posted).status_code == 403
    assert "不是数" in text_of_post(clients("office"), url, {**posted, "value": "三"}, 422)
    assert "来源必须填写" in text_of_post(clients("office"), url, {**posted, "source": " "}, 422)
    assert clients("office").post(url, posted).status_code == 302
    assert "省厅通报" in text(clients("office"), url)
    assert "3.00" in text(clients("office"), "/figures/demo.league/?period=2026")


def test_a_record_says_which_figures_count_it(figures: Cast, clients: Clients) -> None:
    record = Record.objects.get(number="SJ-2026-0001")
    page = text(clients("office"), f"/records/{record.pk}/figures/")
    assert "问题数：4 个" in page and "大额问题数：2 个" in page and "用于：大额占比" in page
    assert "未销号问题数" in page and "同比" in page
    assert "问题数：3 个" in text(clients("town"), f"/records/{record.pk}/figures/")
    assert clients("other_town").get(f"/records/{record.pk}/figures/").status_code == 404
    part = clients("office").get(f"/records/{record.pk}/figures/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "问题数：4 个" in part


@pytest.mark.browser
def test_figures_are_explored_and_a_record_leads_back(figures: Cast, page: Page, live_server: LiveServer) -> None:
    sit_down(page, live_server.url, figures.people["office"])
    page.goto("/figures/explorer/")
    page.get_by_label("加一个指标").select_option(label="问题数")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name="柱图").click()
    expect(page.locator(".figure-drawing svg")).to_be_visible()
    page.get_by_label("存为视图").fill("周报")
    page.get_by_role("button", name="存下").click()
    page.get_by_role("link", name="周报").click()
    page.get_by_role("row", name="青溪镇").get_by_role("link").click()
    page.get_by_placeholder("编号或内容").fill("问题2")
    expect(page.get_by_text("共 1 条")).to_be_visible()
    page.get_by_role("link", name="SJ-2026-0002").first.click()
    page.get_by_text("引用本记录的指标").click()
    expect(page.get_by_role("link", name="用于：名次")).to_be_visible()
