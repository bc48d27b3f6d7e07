"""Every page of the demo county, on an office screen and on a phone: it fits, and nothing complains.

With BIHUAN_PICTURES=1 the county has its full size, and its pages go to docs/pictures as the pictures of the documentation.
"""

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.base import clock
from bihuan.cli.demo.build import county_of, load
from bihuan.cli.demo.county import Size
from bihuan.cli.demo.people import PASSWORD
from bihuan.cli.demo.sheet import write_sample
from bihuan.ledger.models import Batch, Record
from bihuan.org.models import Person
from tests.outside import REPOSITORY
from tests.web.conftest import sit_down

pytestmark = pytest.mark.long

KEEPS = os.environ.get("BIHUAN_PICTURES") == "1"
SIZE = Size() if KEEPS else Size(towns=3, villages=6, enterprises=3, projects=4, findings=24, pace=0)
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 2, 42, tzinfo=UTC)
MOST_BYTES = 200 * 1024
VIVID = 60
"""How far apart the channels of a colour are that nobody takes for grey."""
KEPT = {
    "sign-in", "desk", "ledgers", "ledger", "record", "record-phone", "board", "board-phone",
    "import-1-file", "import-2-columns", "import-3-preview", "import-4-result",
}  # fmt: skip


@pytest.fixture
def demo(transactional_db: None) -> Iterator[None]:
    load(SIZE, seed=1, today=TODAY)
    with clock.fixed(NOW):
        yield


def picture(page: Page, name: str, folder: Path) -> None:
    """Keep what the page shows, in few colours where Pillow happens to be there."""
    is_kept = KEEPS and name in KEPT
    path = (REPOSITORY / "docs/pictures" if is_kept else folder) / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    if is_kept:
        page.wait_for_load_state("networkidle")
    page.screenshot(path=path, animations="disabled")
    if is_kept and find_spec("PIL"):
        in_few_colours(path)
        assert path.stat().st_size < MOST_BYTES


def in_few_colours(path: Path) -> None:
    """A page has few colours and many shades at the edges of its letters: keep the 256 that cover the most of it.

    A quarter of them is kept for what is coloured: a mark of red is small, and would come out grey.
    """
    pillow = import_module("PIL.Image")
    image = pillow.open(path).convert("RGB")
    frequent = sorted(image.getcolors(1 << 24), reverse=True)
    coloured = [found for found in frequent if max(found[1]) - min(found[1]) > VIVID][:64]
    plain = [found for found in frequent if found not in coloured][: 256 - len(coloured)]
    palette = pillow.new("P", (1, 1))
    palette.putpalette([channel for _, colour in coloured + plain for channel in colour])
    image.quantize(palette=palette, dither=0).save(path, optimize=True)


def fits(page: Page) -> None:
    """Nothing stands out at the side: a page is scrolled up and down only."""
    wide, screen = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= screen, f"{page.url}: {wide} on a screen of {screen}"


def standing(state: str, unit: str = "") -> Record:
    """The newest matter at a step that has files, of a unit if one is named."""
    rows = Record.objects.filter(state=state, attachments__isnull=False)
    own = rows.filter(unit__versions__name=unit) if unit else rows
    found = own.order_by("-due_at").first() or rows.first() or Record.objects.filter(state=state).first()
    assert found
    return found


def test_every_page_fits_both_screens(
    demo: None, page: Page, phone: Page, live_server: LiveServer, tmp_path: Path, complaints: list[str]
) -> None:
    judged, batch = standing("submitted"), Batch.objects.order_by("created_at").first()
    assert batch
    closed = standing("cleared")
    places = {
        "desk": ("shenji", "/"),
        "ledgers": ("shenji", "/ledgers/"),
        "ledger": ("shenji", "/ledgers/audit.finding/"),
        "matters": ("shenji", "/matters/?view=waiting"),
        "record": ("shenji", f"/records/{judged.pk}/"),
        "record-closed": ("xianzhang", f"/records/{closed.pk}/"),
        "edit": ("shenji", f"/records/{judged.pk}/edit/"),
        "new": ("shenji", "/ledgers/audit.finding/new/"),
        "expression": ("shenji", "/ledgers/audit.finding/?where=涉及金额 > 50&mine=1"),
        "verb": ("shenji", f"/records/{judged.pk}/do/accept/"),
        "batch": ("shenji", f"/batches/{batch.pk}/"),
        "board": ("xianzhang", "/board/"),
        "figures": ("shenji", "/figures/"),
        "scorecards": ("shenji", "/scorecards/"),
        "reports": ("shenji", "/reports/"),
        "numbers": ("shenji", "/numbers/"),
        "nowhere": ("shenji", "/nowhere/"),
    }
    for screen, end in ((page, ""), (phone, "-phone")):
        for name, (login, path) in places.items():
            sit_down(screen, live_server.url, Person.objects.get(username=login)).goto(path)
            fits(screen)
            picture(screen, name + end, tmp_path)
    # A page that is not there is meant to be missing.
    complaints[:] = [line for line in complaints if "/nowhere/" not in line]


def test_signing_in_and_importing_fit_both_screens(
    demo: None, page: Page, phone: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    sample = write_sample(county_of(Size(), TODAY), seed=1, today=TODAY, folder=tmp_path)
    for screen, end in ((page, ""), (phone, "-phone")):
        screen.goto("/sign-in/?next=/import/%3Fledger=audit.finding")
        fits(screen)
        picture(screen, f"sign-in{end}", tmp_path)
        screen.get_by_label("登录名").fill("shenji")
        screen.get_by_label("密码").fill(PASSWORD)
        screen.get_by_role("button", name="登录").click()
        screen.set_input_files("input[name=file]", sample)
        import_steps(screen, end, tmp_path)


def import_steps(screen: Page, end: str, folder: Path) -> None:
    """The four pages of an import; the second time there is nothing new."""
    expect(screen.locator(".chosen")).to_contain_text("待导入")
    fits(screen)
    picture(screen, f"import-1-file{end}", folder)
    screen.get_by_role("button", name="下一步").click()
    expect(screen.get_by_role("heading", name="列对应")).to_be_visible()
    fits(screen)
    picture(screen, f"import-2-columns{end}", folder)
    screen.get_by_role("button", name="下一步").click()
    expect(screen.get_by_role("heading", name="预览")).to_be_visible()
    fits(screen)
    picture(screen, f"import-3-preview{end}", folder)
    if screen.get_by_role("button", name="确认导入").is_enabled():
        screen.get_by_role("button", name="确认导入").click()
        expect(screen.locator(".note.success")).to_contain_text(re.compile("新增 [1-9]"))
        fits(screen)
        picture(screen, f"import-4-result{end}", folder)
