"""Text that would be a script is shown as the text it is."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from playwright.sync_api import Dialog, Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.ledger.attachments import keep_file
from bihuan.ledger.models import Attachment, Record
from bihuan.loop.actions import Said, create_record, perform
from bihuan.org.actions import add_person, add_unit, give_post
from bihuan.org.actor import actor_of
from tests.cast import FOUNDED, Cast
from tests.web.attacks.attacking import LEDGER, csv_upload, fields
from tests.web.conftest import sit_down
from tests.web.test_pages import PNG, Clients, text_of

RAW = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>{{7*7}}{%x%}' javascript:alert(3)"


class Inline(HTMLParser):
    """Collects what the policy of the pages forbids: scripts and styles within a page, and handlers on its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in names if name == "style" or name.startswith(("on", "hx-on"))]
        self.found += [f"{tag} {value}" for name, value in attrs if name in ("href", "src") and "script:" in str(value)]


def inline(html: str) -> list[str]:
    parser = Inline()
    parser.feed(html)
    return parser.found


@pytest.fixture
def poisoned(cast: Cast) -> Record:
    """A record whose every text is an attack, of a unit and by a person whose names are."""
    unit = add_unit(code="330999-X", name=RAW[:60], kind="bureau", parent=cast.county, valid_from=FOUNDED)
    worker = add_person(username="worm", name=RAW[:50], password=None)
    give_post(person=worker, unit=unit, role="undertaker", valid_from=FOUNDED)
    texts = dict.fromkeys(("project", "title", "detail", "requirement"), RAW)
    made = create_record(
        actor=cast["office"], ledger=cast.finding,
        fields=fields(cast, **texts, problem_no=RAW[:19], responsible_unit=unit.pk),
    )  # fmt: skip
    perform(actor=cast["office"], pk=made.pk, verb="assign", said=Said({"responsible_unit": unit.pk}, reason=RAW))
    actor = actor_of(worker)
    perform(actor=actor, pk=made.pk, verb="receive", said=Said(reason=RAW))
    photo = keep_file(
        actor=actor, ledger=cast.finding, upload=ContentFile(PNG, name='"><img src=x onerror=alert(4)>.png')
    )
    return perform(actor=actor, pk=made.pk, verb="submit", said=Said({"measures": RAW, "evidence": [photo.pk]}, RAW))


def poisoned_import(client: Client) -> tuple[str, str]:
    """The second and third page of importing a table whose heads and cells are attacks."""
    cell = '"' + RAW.replace('"', '""') + '"'
    columns = csv_upload(client, f"{cell},数,名称\n{cell},1,{cell}\n甲,2,乙\n", name=f"{RAW[:26]}.csv".replace("/", ""))
    html = text_of(client.get(columns))
    names = re.findall(r'name="(column-\d+)"', html)
    client.post(columns, dict.fromkeys(names, "+") | {"title": RAW[:60]})
    return columns, columns.replace("columns", "preview")


def rendered_pages(client: Client, record: Record) -> Iterator[tuple[str, str]]:
    """Every kind of page, as a person of the office sees it."""
    columns, preview = poisoned_import(client)
    paths = ["/", "/ledgers/", "/matters/", "/board/", LEDGER, f"{LEDGER}?q={RAW}&unit={RAW}&where={RAW}&sort={RAW}",
             f"{LEDGER}new/", "/import/", columns, preview, f"/records/{record.pk}/", f"/records/{record.pk}/edit/",
             f"/records/{record.pk}/do/accept/", "/units/options/?field=u&u=<script>", "/ledgers/<script>alert(1)/",
             "/nowhere/<script>alert(1)</script>", "/sign-out/"]  # fmt: skip
    for path in paths:
        yield path, text_of(client.get(path))
    batch = client.post(preview, {"commit": "1"})["Location"]
    yield batch, text_of(client.get(batch))


def test_attacks_are_shown_as_the_text_they_are(poisoned: Record, clients: Clients) -> None:
    seen = literal = 0
    for path, html in rendered_pages(clients("office"), poisoned):
        assert "<script>alert" not in html, path
        assert "<img src=x" not in html, path
        assert 'href="javascript:' not in html, path
        assert inline(html) == [], path
        seen += "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert ">49<" not in html
        literal += "{{7*7}}" in html
    assert seen >= 10
    assert literal >= 6


def test_every_answer_says_what_may_run(poisoned: Record, clients: Clients) -> None:
    photo = Attachment.objects.get()
    paths = ["/", LEDGER, f"/records/{poisoned.pk}/", "/nowhere/", f"/files/{photo.pk}/", f"{LEDGER}export/"]
    for path in paths:
        answer: Any = clients("office").get(path)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'; script-src 'self'; style-src 'self'" in policy or "sandbox" in policy
        assert "unsafe" not in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        if answer.streaming:
            b"".join(answer)


def test_no_attack_runs_in_a_browser(
    poisoned: Record, cast: Cast, page: Page, live_server: LiveServer, clients: Clients
) -> None:
    opened: list[str] = []

    def note(dialog: Dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    sit_down(page, live_server.url, cast.people["office"])
    columns, preview = poisoned_import(clients("office"))
    for path in ("/", "/ledgers/", "/matters/", "/board/", LEDGER, columns, preview, f"/records/{poisoned.pk}/edit/"):
        page.goto(path)
    page.goto(f"/records/{poisoned.pk}/")
    page.get_by_role("button", name="驳回").click()
    expect(page.locator("#dialog h2")).to_contain_text("<script>alert(1)</script>"[:20])
    page.locator("#dialog [data-close]").first.click()
    page.goto(LEDGER)
    page.get_by_label("关键字").fill(RAW)
    expect(page.locator("#list")).to_contain_text("共 1 条")
    assert opened == []
    assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
