"""The standing cast at its screens: signing in without the form, and the county in the middle of its work."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bihuan.base import clock
from bihuan.ledger.models import Record
from bihuan.loop import intake
from bihuan.org.models import Person
from tests.cast import Cast, cast
from tests.web import scene

__all__ = ["cast"]

START = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
"""Nine in the morning of Monday, 9 March 2026, in the county."""


def signed_in(person: Person) -> Client:
    """A client of the person's own."""
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def clients(cast: Cast) -> Callable[[str], Client]:
    """A client by login; "" is nobody."""
    return lambda login: signed_in(cast.people[login]) if login else Client()


def sit_down(page: Page, url: str, person: Person) -> Page:
    """Let a person have the browser: whoever had it before is gone."""
    key = signed_in(person).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.clear_cookies()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url}])
    return page


AtDesk = Callable[[str, str], Page]


@pytest.fixture
def at_desk(cast: Cast, page: Page, live_server: LiveServer) -> AtDesk:
    """Let a person of the cast, by login, open an address on the office screen."""

    def go(login: str, path: str) -> Page:
        sit_down(page, live_server.url, cast.people[login]).goto(path)
        return page

    return go


def picture(page: Page, folder: Path, name: str) -> None:
    """The whole page, to be looked at in the test's folder."""
    page.screenshot(path=folder / f"{name}.png", animations="disabled", full_page=True)


def bring_in(cast: Cast, path: Path) -> list[Record]:
    """Import a workbook of findings as the audit office, without the pages."""
    office, source = cast["office"], intake.Source(path, path.name)
    table, target = intake.open_table(source), intake.existing(cast.finding)
    columns = intake.match(table, target.spec)
    found, _ = intake.import_file(actor=office, source=source, target=target, table=table, columns=columns)
    assert not found.problems
    return list(Record.objects.order_by("pk"))


@pytest.fixture
def county(cast: Cast) -> Iterator[Cast]:
    """The cast on START, with more units around it, and passwords for those who sign in by the form."""
    with clock.fixed(START):
        scene.add_people(cast)
        yield cast


@pytest.fixture
def findings(county: Cast, tmp_path: Path) -> list[Record]:
    """The findings of the workbook, imported."""
    return bring_in(county, scene.write_workbook(tmp_path / "2026年审计问题清单.xlsx"))
