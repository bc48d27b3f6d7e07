"""Lists before a browser and by their addresses: conditions as rows, columns, order, groups, views, bulk edits."""

import re
from collections.abc import Callable
from decimal import Decimal
from html import escape
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.base.errors import Invalid
from bihuan.ledger import paging
from bihuan.ledger.definitions import install_definition, spec_of
from bihuan.ledger.grouping import grouped, summed_fields
from bihuan.ledger.models import Batch, Record, SavedView
from bihuan.ledger.paging import rows_of
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.undo import undo_batch
from bihuan.ledger.verification import verify_chain
from bihuan.loop import colour
from bihuan.loop.actions import Said, create_record, perform
from bihuan.loop.bulk_edit import prepare_bulk, preview_bulk, write_bulk
from bihuan.loop.colour import Colour
from bihuan.loop.definitions import install_loop
from bihuan.loop.intake import loop_over
from bihuan.org.actions import end_post
from bihuan.org.models import Post
from bihuan.web import list_page
from bihuan.web.list_cells import escaped
from tests.cast import Cast
from tests.ledger.making import make_finding
from tests.web.conftest import sit_down

URL = "/ledgers/audit.finding/"
NUMBERS = re.compile(r'class="row-link[^"]*" href="[^"]*">\s*(SJ-[\d-]+)')
Clients = Callable[[str], Client]


def text_of(response: Any) -> str:
    return str(response.content.decode())


def heads(html: str) -> list[str]:
    return [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<th scope=\"col\".*?</th>", html, re.DOTALL)]


@pytest.fixture
def three(cast: Cast) -> list[Record]:
    amounts = ("12.5", "", "0.1")
    types = ("财政收支审计", "财政收支审计", "经济责任审计")
    return [make_finding(cast, n, amount=a, audit_type=t) for n, (a, t) in enumerate(zip(amounts, types, strict=True))]


# Columns, order, groups.


def test_columns_and_several_orders_are_as_asked(cast: Cast, three: list[Record], clients: Clients) -> None:
    html = text_of(clients("office").get(f"{URL}?columns=amount,title&sort=-audit_type,amount"))
    assert heads(html)[:6] == ["编号", "状态", "环节", "期限", "涉及金额（万元）", "问题摘要"]
    by_hand = sorted(three, key=lambda r: (r.data.get("amount") is None, r.data.get("amount", 0)))
    by_hand.sort(key=lambda r: r.data["audit_type"], reverse=True)
    assert NUMBERS.findall(html) == [record.number for record in by_hand]


def test_groups_count_and_add_up_exactly_and_open_their_records(
    cast: Cast, three: list[Record], clients: Clients
) -> None:
    spec = spec_of(cast.finding)
    fields = summed_fields([spec.by_code["amount"]])
    found = grouped(Record.objects.filter(ledger=cast.finding), spec, "audit_type", fields)
    assert {group.value: (group.count, group.sums) for group in found.groups} == {
        "public_finance": (2, (Decimal("12.50"),)),
        "economic_responsibility": (1, (Decimal("0.10"),)),
    }
    html = text_of(clients("office").get(f"{URL}?group=audit_type&columns=amount"))
    table = html[html.index("按审计类型分组") : html.index("</table>", html.index("按审计类型分组"))]
    (url,) = re.findall(r'href="([^"]+)">财政收支审计', table)
    assert len(NUMBERS.findall(text_of(clients("office").get(url.replace("&amp;", "&"))))) == 2


@pytest.mark.parametrize("group", ["state", "unit", "found_on", "amount", "nonsense", "title", "responsible_unit"])
def test_every_group_opens_as_many_records_as_it_counts(
    cast: Cast, three: list[Record], clients: Clients, group: str
) -> None:
    html = text_of(clients("office").get(f"{URL}?group={group}"))
    rows = re.findall(r'<tr><td><a href="([^"]+)">[^<]*</a></td><td class="num">(\d+)</td>', html)
    assert bool(rows) == (group not in ("amount", "nonsense"))
    for url, count in rows:
        assert len(NUMBERS.findall(text_of(clients("office").get(url.replace("&amp;", "&"))))) == int(count)


def test_the_export_follows_columns_and_order(cast: Cast, three: list[Record], clients: Clients) -> None:
    response: Any = clients("office").get(f"{URL}export/?columns=amount,title&sort=amount")
    sheet = openpyxl.load_workbook(BytesIO(b"".join(response))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(row for row in rows if str(row[0]).endswith("编号"))
    assert [title for title in head if title][-2:] == ["涉及金额", "问题摘要"]
    numbers = [row[0] for row in rows if str(row[0]).startswith("SJ-")]
    assert numbers == [three[place].number for place in (2, 0, 1)]


# Views.


def keep(client: Client, query: str = "", **form: str) -> Any:
    return client.post(f"{URL}views/{query}", {"title": "大额", "audience": "person"} | form)


def test_a_view_brings_back_what_was_asked(cast: Cast, three: list[Record], clients: Clients) -> None:
    client = clients("office")
    answer = keep(client, "?where=amount > 1&columns=amount&sort=amount", is_default="1")
    view = SavedView.objects.get()
    assert answer["Location"] == f"{URL}?view={view.pk}"
    assert client.get(URL)["Location"] == f"{URL}?view={view.pk}"
    html = text_of(client.get(f"{URL}?view={view.pk}"))
    assert NUMBERS.findall(html) == [three[0].number]
    assert heads(html)[4:] == ["涉及金额（万元）"]
    assert len(NUMBERS.findall(text_of(client.get(f"{URL}?view={view.pk}&where=")))) == 3
    assert len(NUMBERS.findall(text_of(client.get(f"{URL}?view=0")))) == 3


def test_views_are_seen_by_whom_they_are_for(cast: Cast, three: list[Record], clients: Clients) -> None:
    for audience in ("person", "unit", "ledger"):
        keep(clients("office"), audience=audience, title=f"给{audience}")
    seen = {
        login: set(re.findall(r">(给\w+)</a>", text_of(clients(login).get(f"{URL}?view=0"))))
        for login in ("office", "colleague", "town", "leader")
    }
    assert seen["office"] == {"给person", "给unit", "给ledger"}
    assert seen["colleague"] == {"给unit", "给ledger"}
    assert seen["town"] == seen["leader"] == {"给ledger"}
    assert keep(clients("town"), audience="ledger").status_code == 403
    for_all = SavedView.objects.get(audience="ledger")
    assert clients("town").post(f"{URL}views/", {"remove": str(for_all.pk)}).status_code == 403
    own = SavedView.objects.get(audience="person")
    assert clients("colleague").post(f"{URL}views/", {"remove": str(own.pk)}).status_code == 404
    clients("office").post(f"{URL}views/", {"remove": str(own.pk)})
    assert not SavedView.objects.filter(pk=own.pk).exists()


@pytest.mark.parametrize("form", [{"title": ""}, {"title": "长" * 41}, {"audience": "everybody"}])
def test_a_view_that_says_nothing_is_refused(cast: Cast, clients: Clients, form: dict[str, str]) -> None:
    make_finding(cast)
    assert keep(clients("office"), **form).status_code == 422
    assert not SavedView.objects.exists()


# Bulk edits.


def test_a_bulk_edit_is_previewed_written_as_one_batch_and_undone(cast: Cast, three: list[Record]) -> None:
    office, before = cast["office"], [record.data for record in three]
    perform(actor=office, pk=three[0].pk, verb="assign", said=Said({"responsible_unit": cast.town.pk}))
    Record.objects.filter(pk=three[2].pk).update(closed_at=three[2].created_at)
    ids = [record.pk for record in three]
    batch = prepare_bulk(actor=office, ledger=cast.finding, records=ids, raw={"amount": "12.5"}, told="三条")
    looked = preview_bulk(actor=office, batch=batch)
    assert [one.record.pk for one in looked.changes] == [three[1].pk]
    assert (looked.unchanged, [one.record.pk for one in looked.refused]) == (1, [three[2].pk])
    assert [record.data for record in Record.objects.order_by("pk")] == before
    result = write_bulk(actor=office, batch=batch)
    assert (result["updated"], result["unchanged"], result["failed"]) == (1, 1, 1)
    assert "已销号" in result["refused"][0][1]
    assert Record.objects.get(pk=three[1].pk).data["amount"] == 12.5
    undo_batch(actor=office, batch=Batch.objects.get(pk=batch.pk))
    assert "amount" not in Record.objects.get(pk=three[1].pk).data
    assert not list(verify_chain(cast.finding))


@pytest.mark.parametrize("raw", [{"amount": "很多"}, {"evidence": "1"}, {"nothing": "1"}, {}, {"title": ""}])
def test_a_bulk_edit_that_makes_no_sense_is_refused_at_once(
    cast: Cast, three: list[Record], raw: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        prepare_bulk(actor=cast["office"], ledger=cast.finding, records=[three[0].pk], raw=raw, told="")
    assert not Batch.objects.exists()


def test_two_records_do_not_get_one_key(cast: Cast, three: list[Record]) -> None:
    ids = [record.pk for record in three]
    batch = prepare_bulk(actor=cast["office"], ledger=cast.finding, records=ids, raw={"problem_no": "77"}, told="")
    result = write_bulk(actor=cast["office"], batch=batch)
    assert (result["updated"], result["failed"]) == (1, 2)


# Before a browser.


def test_conditions_are_built_row_by_row(
    county: Cast, findings: list[Record], page: Page, live_server: LiveServer
) -> None:
    sit_down(page, live_server.url, county.people["office"]).goto(URL)
    page.get_by_role("link", name="条件", exact=True).click()
    page.get_by_label("第 1 条的字段").select_option(label="涉及金额")
    page.get_by_label("第 1 条怎样比较").select_option(label="大于等于")
    page.get_by_label("第 1 条的值").fill("100")
    page.get_by_role("button", name="再加一条").click()
    page.get_by_label("第 2 条的字段").select_option(label="问题摘要")
    page.get_by_label("第 2 条的值").fill("闲置")
    page.screenshot(path="/tmp/l1.png")
    page.get_by_role("button", name="应用").click()
    expected = [r for r in findings if r.data.get("amount", 0) >= 100 and "闲置" in r.data["title"]]
    expect(page.locator(".pager .total")).to_have_text(f"共 {len(expected)} 条")
    expect(page.locator("[name=where]")).to_have_value("amount >= 100 and contains(title, '闲置')")
    page.get_by_role("link", name="条件", exact=True).click()
    expect(page.get_by_label("第 2 条的值")).to_have_value("闲置")


def test_columns_views_and_a_bulk_edit_before_a_browser(
    county: Cast, findings: list[Record], page: Page, live_server: LiveServer
) -> None:
    sit_down(page, live_server.url, county.people["office"]).goto(URL)
    page.get_by_role("link", name="列和排序").click()
    page.locator(".pick-list li", has_text="涉及金额").get_by_role("button", name="上移").click()
    page.get_by_label("排序 1").select_option(label="涉及金额")
    page.get_by_label("分组计数、求和").select_option(label="审计类型")
    page.screenshot(path="/tmp/l2.png")
    page.get_by_role("button", name="应用").click()
    expect(page.locator("table.groups")).to_be_visible()
    page.screenshot(path="/tmp/l3.png")
    page.get_by_role("link", name="视图", exact=True).click()
    page.get_by_label("名称").fill("按类型看")
    page.screenshot(path="/tmp/l4.png")
    page.get_by_role("button", name="保存视图").click()
    expect(page.locator(".views [aria-current]")).to_have_text("按类型看")
    page.get_by_role("link", name="批量修改").click()
    page.get_by_label("改哪个字段").select_option(label="整改要求")
    page.get_by_label("整改要求").fill("限期整改")
    page.screenshot(path="/tmp/l5.png")
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_role("heading", name="批量修改：看清再写")).to_be_visible()
    page.screenshot(path="/tmp/l6.png")
    page.get_by_role("button", name="确认修改").click()
    expect(page.get_by_role("heading", name="批量修改结果")).to_be_visible()
    page.screenshot(path="/tmp/l7.png")
    assert {record.data.get("requirement") for record in Record.objects.all()} == {"限期整改"}


def test_a_list_on_a_phone(county: Cast, findings: list[Record], phone: Page, live_server: LiveServer) -> None:
    sit_down(phone, live_server.url, county.people["office"]).goto(URL)
    phone.screenshot(path="/tmp/p1.png")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 375
    phone.get_by_role("link", name="条件", exact=True).click()
    expect(phone.get_by_role("button", name="应用")).to_be_visible()
    phone.screenshot(path="/tmp/p2.png")
    phone.goto(f"{URL}grid/")
    expect(phone.locator("#grid[data-ready]")).to_be_visible()
    phone.wait_for_timeout(300)
    phone.screenshot(path="/tmp/p3.png")


# The board of all ledgers, and the menu of many.


def test_the_board_counts_all_ledgers_and_its_numbers_open_what_they_count(
    cast: Cast, three: list[Record], clients: Clients
) -> None:
    """A second ledger with one matter of the town: the board of both leads to lists over both."""
    spec = LedgerSpec(
        code="more", title="另一本", fields=(FieldSpec(code="unit", title="单位", kind="unit"),), unit_field="unit"
    )
    other = install_definition(code="own.more", spec=spec, owner=cast.office, origin="file")
    install_loop(ledger=other, spec=loop_over(spec))
    create_record(actor=cast["office"], ledger=other, fields={"unit": cast.town.pk})
    client = clients("office")
    both, one = text_of(client.get("/board/")), text_of(client.get("/board/?ledger=own.more"))
    assert '<optgroup label="审计局">' in both
    assert ("selected" in both, "selected" in one) == (False, True)
    for html, total in ((both, 4), (one, 1)):
        cells = re.findall(r'href="(/(?:matters|ledgers)/[^"]*)"[^>]*>\s*(\d+)\s*<', html)
        assert max(int(count) for _, count in cells) == total
        for url, count in cells:
            listed = text_of(client.get(url.replace("&amp;", "&")))
            told = re.search(r"共 <b>([\d,]+)</b> 条", listed)
            assert int(told[1] if told else "0") == int(count), url


def test_many_ledgers_stand_by_their_owners_and_are_found(
    county: Cast, findings: list[Record], page: Page, live_server: LiveServer
) -> None:
    for number in range(14):
        owner = county.office if number % 2 else county.units["330999-CZ"]
        fields = (FieldSpec(code="name", title="名称", kind="text"),)
        spec = LedgerSpec(code=f"l{number}", title=f"台账{number}号", fields=fields)
        install_definition(code=f"own.l{number}", spec=spec, owner=owner, origin="file")
    sit_down(page, live_server.url, county.people["auditor"])
    page.goto("/ledgers/own.l3/")
    menu = page.locator("#menu")
    expect(menu.locator("details[open] summary .t")).to_have_text("审计局")
    expect(menu.locator("a[data-ledger][aria-current]")).to_have_text("台账3号")
    page.goto("/ledgers/own.l4/")
    expect(menu.locator("[data-menu-recent] a")).to_have_text(["台账3号"])
    menu.locator("[data-menu-find]").fill("1 号 财政")
    expect(menu.locator("a[data-ledger]:visible")).to_have_text(["台账10号", "台账12号"])
    menu.locator("[data-menu-find]").press("Enter")
    expect(page).to_have_url(re.compile("/ledgers/own.l10/"))


def test_a_condition_that_finds_many_is_counted_to_the_end_by_a_link(
    cast: Cast, three: list[Record], clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = clients("office")
    whole = text_of(client.get(f"{URL}?where=title is not null"))
    assert "共 <b>3</b> 条</span>" in whole
    for module in (list_page, paging):
        monkeypatch.setattr(module, "COUNTED", 2)
    cut = text_of(client.get(f"{URL}?where=title is not null"))
    assert "共 <b>2</b> 条，仅数到 2 条，后面还有" in cut
    (link,) = re.findall(r'href="([^"]+)">数清楚', cut)
    counted = text_of(client.get(link.replace("&amp;", "&")))
    assert "共 <b>3</b> 条</span>" in counted
    assert NUMBERS.findall(counted) == NUMBERS.findall(cut) == NUMBERS.findall(whole)


def test_every_page_is_the_same_from_either_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "_NEAR", 0)
    for number in range(11):
        make_finding(cast, number, amount=str(number % 3) if number % 4 else "")
    for order in (("-pk",), (F("data__amount").desc(nulls_last=True), "-pk")):
        rows = Record.objects.order_by(*order)
        whole = [record.pk for record in rows]
        for size in (1, 3, 4, 20):
            for start in range(0, 13, size):
                for total in (11, None):
                    assert [row.pk for row in rows_of(rows, start, size, total)] == whole[start : start + size]


@given(st.lists(st.text(st.sampled_from("甲a1 <>&\"'\0"), max_size=5), max_size=6))
def test_cells_are_escaped_together_as_each_alone(texts: list[str]) -> None:
    assert escaped(texts) == [escape(text) for text in texts]


def test_many_of_a_colour_are_listed_as_few_are(cast: Cast, clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        make_finding(cast, number)
    office = clients("office")
    addresses = [f"{URL}?colour={one}" for one in Colour]
    other = [f"/api/ledgers/audit.finding/records?colour={one}" for one in Colour]
    few = [NUMBERS.findall(text_of(office.get(url))) for url in addresses], [office.get(url).json() for url in other]
    for module in (list_page, colour):
        monkeypatch.setattr(module, "COUNTED", 1)
    many = [NUMBERS.findall(text_of(office.get(url))) for url in addresses], [office.get(url).json() for url in other]
    assert many == few
    assert sum(map(len, many[0])) == 5


def test_what_is_remembered_of_a_page_is_shown_to_nobody_else(cast: Cast, clients: Clients) -> None:
    make_finding(cast)
    names = {login: cast.people[login].name for login in ("office", "town", "auditor")}
    desks = {login: clients(login) for login in names}
    for _ in range(2):
        for login, own in names.items():
            html = text_of(desks[login].get(URL))
            assert f"<b>{own}</b>" in html
            assert not [name for name in names.values() if name != own and name in html]
    for post in Post.objects.filter(person=cast.people["office"], valid_to=None):
        end_post(post=post)
    again = clients("office").get(URL)
    assert again.status_code == 404
    assert URL not in text_of(again)


def test_a_list_takes_the_same_few_queries_for_one_record_and_for_many(
    cast: Cast, clients: Clients, django_assert_num_queries: Any
) -> None:
    make_finding(cast)
    client = clients("office")
    for address in (URL, f"{URL}?where=amount+>+1", "/api/ledgers/audit.finding/records"):
        client.get(address)
        with CaptureQueriesContext(connection) as one:
            client.get(address)
        asked = len(one)
        for number in range(3):
            make_finding(cast, number + 5 * len(address), amount="7")
        client.get(address)
        with django_assert_num_queries(asked):
            assert client.get(address).status_code == 200
        assert 0 < asked <= 12
