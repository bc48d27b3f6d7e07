"""The grid makes records of what is pasted under its last row, finds records of other ledgers, and keeps files."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.base.errors import Invalid, NotAllowed
from bihuan.ledger.definitions import install_definition
from bihuan.ledger.models import Attachment, Batch, Ledger, Record
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.undo import undo_batch
from bihuan.ledger.verification import verify_chain
from bihuan.loop.actions import create_record, edit_record
from bihuan.loop.new_cells import MOST_ROWS, add_rows
from tests.cast import Cast
from tests.ledger.making import finding_fields, make_finding
from tests.web.conftest import sit_down
from tests.web.test_grid import TITLE, Sheet, column

Clients = Callable[[str], Client]


def png() -> bytes:
    kept = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(kept, "PNG")
    return kept.getvalue()


def texts(cast: Cast, *numbers: int, **changed: str) -> list[dict[str, str]]:
    return [finding_fields(cast, number, **changed) for number in numbers]


def test_rows_open_records_as_one_batch_that_can_be_undone(cast: Cast) -> None:
    office, ledger = cast["office"], cast.finding
    would = add_rows(actor=office, ledger=ledger, rows=texts(cast, 1, 2, 3), write=False)
    assert (would.count, would.faults, would.batch, Record.objects.count()) == (3, [], None, 0)
    done = add_rows(actor=office, ledger=ledger, rows=texts(cast, 1, 2, 3), write=True)
    assert done.batch is not None
    assert (done.count, Record.objects.count(), done.batch.events.count()) == (3, 3, 3)
    undo_batch(actor=office, batch=done.batch)
    assert not Record.objects.filter(deleted=False).exists()
    assert not list(verify_chain(ledger))


def test_added_rows_are_taken_back_from_the_grid_but_for_those_changed_since(cast: Cast, clients: Clients) -> None:
    client, url = clients("office"), reverse("grid_undo", args=["audit.finding"])

    def ask(who: Client, address: str, sent: dict[str, Any]) -> Any:
        return who.post(address, json.dumps(sent), content_type="application/json")

    added = ask(client, reverse("grid_add", args=["audit.finding"]), {"rows": texts(cast, 1, 2), "write": True}).json()
    first = Record.objects.order_by("pk")[0]
    edit_record(actor=cast["office"], record=first, fields={"title": "改过了"})
    assert ask(clients("colleague"), url, {"batch": added["pk"]}).status_code == 404
    assert ask(client, url, {"batch": "x"}).status_code == 422
    assert ask(client, url, {"batch": added["pk"]}).json() == {"count": 1, "spared": [first.number]}
    assert list(Record.objects.filter(deleted=False)) == [first]
    assert ask(client, url, {"batch": added["pk"]}).status_code == 403


def test_one_bad_row_keeps_all_out_and_is_named(cast: Cast) -> None:
    office, ledger = cast["office"], cast.finding
    make_finding(cast, 2)
    rows = [*texts(cast, 1, amount="很多"), *texts(cast, 2), *texts(cast, 4), *texts(cast, 4), {"title": "只有摘要"}]
    found = add_rows(actor=office, ledger=ledger, rows=rows, write=True)
    assert {fault.row for fault in found.faults} == {0, 1, 3, 4}
    assert "很多" in found.faults[0].message
    assert (found.batch, Record.objects.count(), Batch.objects.count()) == (None, 1, 0)
    with pytest.raises(NotAllowed):
        add_rows(actor=cast["town"], ledger=ledger, rows=texts(cast, 9), write=True)
    with pytest.raises(Invalid, match="请用导入"):
        add_rows(actor=office, ledger=ledger, rows=[{}] * (MOST_ROWS + 1), write=True)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"rows": 3}', b'{"rows": [{"title": 3}]}', b'{"rows": ["x"]}', b"[]"])
def test_what_is_no_list_of_rows_is_refused_in_words(cast: Cast, clients: Clients, body: bytes) -> None:
    make_finding(cast, 1)
    answer: Any = clients("office").post(
        reverse("grid_add", args=["audit.finding"]), body, content_type="application/json"
    )
    assert (answer.status_code, "读不懂" in answer.json()["message"]) == (422, True)


@pytest.fixture
def linked(cast: Cast) -> Ledger:
    """A ledger whose records point at findings and hold photos."""
    fields = (
        FieldSpec(code="name", title="名称", kind="text"),
        FieldSpec(code="about", title="对应问题", kind="record", of="audit.finding"),
        FieldSpec(code="photo", title="照片", kind="file", several=True),
    )
    spec = LedgerSpec(code="visit", title="走访", fields=fields, name_field="name")
    ledger = install_definition(code="own.visit", spec=spec, owner=cast.office, origin="file")
    for number in (1, 2):
        make_finding(cast, number, title=f"问题{number}号")
        create_record(actor=cast["office"], ledger=ledger, fields={"name": f"走访{number}"})
    return ledger


def save(client: Client, ledger: Ledger, **cell: object) -> Any:
    body = json.dumps({"cells": [cell]})
    return client.post(reverse("grid_save", args=[ledger.code]), body, content_type="application/json").json()


def test_a_record_is_typed_by_its_number_within_what_one_sees(cast: Cast, linked: Ledger, clients: Clients) -> None:
    first, finding = linked.records.order_by("pk")[0], cast.finding.records.order_by("pk")[0]
    office = clients("office")
    done = save(office, linked, record=first.pk, code="about", text=finding.number)
    assert done["saved"] == [first.pk]
    first.refresh_from_db()
    assert first.data["about"] == finding.pk
    wrong = save(office, linked, record=first.pk, code="about", text="没有这个编号", before=finding.number)
    assert "没有这个编号" in wrong["faults"][0]["message"]
    again = save(office, linked, record=first.pk, code="about", text="", before="别人改过")
    assert again["collisions"][0]["here"] == finding.number


def give(client: Client, ledger: Ledger, record: Record, *names: str, keep: tuple[int, ...] = ()) -> Any:
    uploads = [SimpleUploadedFile(name, png()) for name in names]
    sent = {"record": record.pk, "code": "photo", "version": record.version, "keep": keep, "file": uploads}
    return client.post(reverse("grid_files", args=[ledger.code]), sent)


def test_files_are_given_kept_and_taken_away(cast: Cast, linked: Ledger, clients: Clients) -> None:
    first, office = linked.records.order_by("pk")[0], clients("office")
    answer = give(office, linked, first, "一.png", "二.png").json()
    assert "rows" in answer, answer
    (row,) = answer["rows"]
    kept = row["cells"][-1][2]
    assert [name for _, name, _, _ in kept] == ["一.png", "二.png"]
    for _, _, url, _ in kept:
        served: Any = office.get(url)
        assert b"".join(served) == png()
    assert give(office, linked, first).status_code == 409
    first.refresh_from_db()
    (row,) = give(office, linked, first, keep=(kept[1][0],)).json()["rows"]
    assert [name for _, name, _, _ in row["cells"][-1][2]] == ["二.png"]
    first.refresh_from_db()
    refused = give(office, linked, first, "程序.exe", keep=(kept[1][0],))
    assert refused.status_code == 422
    first.refresh_from_db()
    assert first.data["photo"] == [kept[1][0]]
    stranger = create_record(actor=cast["office"], ledger=linked, fields={"name": "别的"})
    assert give(office, linked, stranger, keep=(kept[1][0],)).status_code in (200, 422)
    stranger.refresh_from_db()
    assert not stranger.data.get("photo")
    assert Attachment.objects.get(pk=kept[1][0]).record_id == first.pk


def test_a_whole_session_by_the_keyboard_alone(
    county: Cast, findings: list[Record], page: Page, live_server: LiveServer
) -> None:
    """From the menu's search to a saved cell, a filled block, an undo, and records pasted under the last row."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sit_down(page, live_server.url, county.people["office"])
    sheet, keys = Sheet(page), page.keyboard
    keys.press("Control+End")
    keys.press("Home")
    for _ in range(column(page, TITLE)):
        keys.press("ArrowRight")
    last = Record.objects.order_by("pk")[0]
    keys.press("F2")
    keys.type("改")
    keys.press("Tab")
    sheet.settled()
    last.refresh_from_db()
    assert last.data["title"].endswith("改")
    keys.press("Control+z")
    sheet.settled()
    last.refresh_from_db()
    assert not last.data["title"].endswith("改")
    keys.press("Home")
    heads = page.evaluate("JSON.parse(document.getElementById('grid-facts').textContent).columns.map((c) => c.code)")
    keys.press("Shift+End")
    keys.press("Control+c")
    own = page.evaluate("navigator.clipboard.readText()")
    fresh = finding_fields(county, 901, title="粘贴出来的一条", responsible_unit="青溪镇")
    lines = [fresh, {**fresh, "problem_no": "902"}]
    block = "\n".join([own, *("\t".join(line.get(code, "") for code in heads) for line in lines)])
    keys.press("Home")
    before = Record.objects.count()
    page.evaluate("(text) => navigator.clipboard.writeText(text)", block)
    keys.press("Control+v")
    dialog = page.locator("#grid-adding")
    expect(dialog).to_contain_text("可以新增为 2 条记录")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.locator("[data-grid=state]")).to_contain_text("已新增 2 条")
    assert Record.objects.count() == before + 2
    expect(page.locator(".grid-body")).to_contain_text("粘贴出来的一条")
    assert Batch.objects.get(file_name="表格新增").events.count() == 2
    keys.press("Control+z")
    expect(page.locator("[data-grid=state]")).to_contain_text("已撤销新增的 2 条")
    assert Record.objects.filter(deleted=False).count() == before
    expect(page.locator(".grid-body")).not_to_contain_text("粘贴出来的一条")
    keys.press("Control+y")
    expect(page.locator("[data-grid=state]")).to_contain_text("已新增 2 条")
    assert Record.objects.filter(deleted=False).count() == before + 2


def test_a_linked_record_is_found_while_typing_and_photos_show(
    cast: Cast, linked: Ledger, clients: Clients, page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    sit_down(page, live_server.url, cast.people["office"])
    page.goto(reverse("grid", args=["own.visit"]))
    expect(page.locator("#grid[data-ready]")).to_be_visible()
    expect(page.locator(".grid-frozen .grid-row:not(.empty) .grid-cell").first).to_be_visible()
    keys = page.keyboard
    keys.press("Control+Home")
    for _ in range(column(page, "对应问题")):
        keys.press("ArrowRight")
    keys.type("问题2")
    expect(page.locator(".grid-options li[aria-selected=true]")).to_contain_text("问题2号")
    keys.press("Enter")
    expect(page.locator("[data-grid=total]")).not_to_contain_text("正在保存")
    newest = linked.records.order_by("-pk")[0]
    assert newest.data["about"] == cast.finding.records.get(data__title="问题2号").pk
    keys.press("ArrowUp")
    keys.press("ArrowRight")
    keys.press("Enter")
    (tmp_path / "照片.png").write_bytes(png())
    page.locator("#grid-files input[type=file]").set_input_files(tmp_path / "照片.png")
    page.locator("[data-files=save]").click()
    expect(page.locator("img.grid-thumb")).to_have_count(1)
    newest.refresh_from_db()
    assert len(newest.data["photo"]) == 1
