"""Pages in a real browser: Debian's Chromium, driven by Playwright, before the live server.

`page` is an office screen of 1366×768, `phone` a touch screen of 375×812. Both speak Chinese and keep Shanghai's time.
A test fails if its page complains: an error in the console, an uncaught exception, or a request that leaves the live
server, which an office without the internet could not answer. A test that means to provoke one takes the fixture
`complaints`, looks at it, and clears it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connections
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import outside

OFFICE = {"viewport": {"width": 1366, "height": 768}}
PHONE = {
    "viewport": {"width": 375, "height": 812},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
PATIENCE_MS = 10_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests; each test gets a fresh profile in it."""
    program = outside.require("Chromium", outside.chromium(), outside.CHROMIUM_HOW)
    # Playwright's synchronous interface keeps an event loop running in this thread for as long as the browser is open,
    # in which Django would refuse every query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=as_root)
        yield running
        # Connections belong to the event loop that they were opened in, and this one ends here.
        connections.close_all()
        running.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the pages of this test complained about so far."""
    return []


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[Page]:
    """A page on an office screen; relative addresses are the live server's."""
    with _opened(browser, live_server.url, complaints, OFFICE) as opened:
        yield opened
    _fail_on(complaints)


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[Page]:
    """A page on a phone, with touch."""
    with _opened(browser, live_server.url, complaints, PHONE) as opened:
        yield opened
    _fail_on(complaints)


@contextmanager
def _opened(browser: Browser, url: str, complaints: list[str], screen: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(base_url=url, locale="zh-CN", timezone_id="Asia/Shanghai", **screen)
    context.set_default_timeout(PATIENCE_MS)

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text} ({message.location['url']})")

    def watch(request: Request) -> None:
        if request.url.startswith(("http:", "https:")) and urlsplit(request.url).netloc != urlsplit(url).netloc:
            complaints.append(f"asks another host: {request.url}")

    context.on("console", hear)
    context.on("weberror", lambda error: complaints.append(f"exception: {error.error}"))
    context.on("request", watch)
    try:
        yield context.new_page()
    finally:
        context.close()


def _fail_on(complaints: list[str]) -> None:
    if complaints:
        pytest.fail("the page complained:\n" + "\n".join(complaints), pytrace=False)
