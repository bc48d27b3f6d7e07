"""Two who do the same at once, and one who edits what another has changed."""

from typing import Any

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.loop.actions import create_record, edit_record
from bihuan.org.actions import add_person, give_post
from tests.cast import FOUNDED, Cast
from tests.web.attacks.attacking import fields, submitted
from tests.web.conftest import sit_down
from tests.web.test_pages import Clients, text_of


def second_reviewer(cast: Cast) -> Any:
    other = add_person(username="second", name="甲审", password=None)
    give_post(person=other, unit=cast.office, role="reviewer", valid_from=FOUNDED)
    return other


def test_of_two_who_accept_at_once_one_is_told(
    cast: Cast, page: Page, phone: Page, live_server: LiveServer, complaints: list[str]
) -> None:
    record = submitted(cast, "town")
    for screen, person in ((page, cast.people["office"]), (phone, second_reviewer(cast))):
        sit_down(screen, live_server.url, person).goto(f"/records/{record.pk}/")
        screen.get_by_role("button", name="认定销号").click()
        ticks = screen.locator("#dialog input[name=criteria]")
        expect(ticks).to_have_count(4)
        for tick in ticks.all():
            tick.check()
        screen.get_by_label("认定意见").fill(f"同意，{person.name}")
    for screen in (page, phone):
        screen.evaluate("document.querySelector('#dialog .box-foot button:not([name=then])').click()")
    for screen in (page, phone):
        expect(screen.locator("#dialog .note.danger, #toasts [data-toast]").first).to_be_visible()
    losers = [screen for screen in (page, phone) if screen.locator("#dialog .note.danger").count()]
    assert len(losers) == 1, [screen.locator("#dialog .note.danger").all_inner_texts() for screen in losers]
    expect(losers[0].locator("#dialog .note.danger")).to_contain_text("您的操作没有写入")
    assert losers[0].get_by_label("认定意见").input_value().startswith("同意，")
    assert record.events.filter(kind="verb:accept").count() == 1
    assert all("409" in line for line in complaints)
    complaints.clear()


def test_an_edit_on_an_old_version_keeps_what_was_typed_and_shows_what_was_changed(
    cast: Cast, clients: Clients
) -> None:
    made = create_record(actor=cast["office"], ledger=cast.finding, fields=fields(cast))
    url, client = f"/records/{made.pk}/edit/", clients("office")
    opened = fields(cast, version=made.version)
    fresh = {"title": "先改的标题", "due_on": "2026-06-01"}
    edit_record(actor=cast["colleague"], record=made, fields=fresh, version=made.version)
    answer = client.post(url, opened | {"title": "后改的标题", "detail": "后写的描述", "amount": "8"})
    html = text_of(answer)
    assert answer.status_code == 409
    assert "您填的都保留着" in html
    assert 'value="后改的标题"' in html
    assert "后写的描述</textarea>" in html
    assert "童经刚改为“先改的标题”" in html
    assert 'value="2026-06-01"' in html
    made.refresh_from_db()
    assert made.data["title"] == "先改的标题"
    again = opened | {"title": "后改的标题", "due_on": "2026-06-01", "version": made.version}
    assert client.post(url, again).status_code == 302
    made.refresh_from_db()
    assert (made.data["title"], made.data["due_on"]) == ("后改的标题", "2026-06-01")
