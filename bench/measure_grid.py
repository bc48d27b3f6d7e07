"""A ledger scrolled as a grid in a real browser: how long its frames are, by the wheel, by the keys, and by the bar.

`BIHUAN_MEASURE_GRID` is how many records it has, `BIHUAN_MEASURE_HOME` a home that is kept, as for the lists. A frame
is what lies between two calls of requestAnimationFrame; one of more than 50 ms is seen as a stall. A machine that does
other work stalls too: so what the page's thread works for each frame is told beside, and a page that is left alone.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import instance
import measure_lists

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

SIZE = int(os.environ.get("BIHUAN_MEASURE_GRID", "1000000"))
PORT, STALL, FRAME, SECONDS, MOST = 8393, 50, 16, 6, 0.02
_WATCH = """
() => {
  window.frames_ = [];
  let last = performance.now();
  const step = (now) => {
    window.frames_.push(now - last);
    last = now;
    window.watching_ = requestAnimationFrame(step);
  };
  window.watching_ = requestAnimationFrame(step);
}
"""
_DONE = "() => { cancelAnimationFrame(window.watching_); return window.frames_.slice(1); }"

_TO = "(part) => { const bar = document.querySelector('.grid-scroll'); bar.scrollTop = bar.scrollHeight * part; }"


def by_wheel(page: "Page", until: float) -> None:
    """Steadily down, as a hand on the wheel does."""
    page.mouse.move(600, 400)
    while time.perf_counter() < until:
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(16)


def by_keys(page: "Page", until: float) -> None:
    """A page at a time, the key held down."""
    while time.perf_counter() < until:
        page.keyboard.press("PageDown")
        page.wait_for_timeout(30)  # as often as a key that is held down repeats


def by_bar(page: "Page", until: float) -> None:
    """Far jumps, as the bar at the side is dragged."""
    place = 0
    while time.perf_counter() < until:
        place = (place + 377) % 1000
        page.evaluate(_TO, place / 1000)
        page.wait_for_timeout(60)


def left_alone(page: "Page", until: float) -> None:
    """What the machine itself stalls."""
    page.wait_for_timeout(max(0, until - time.perf_counter()) * 1000)


WAYS = {"不动": left_alone, "滚轮": by_wheel, "翻页键": by_keys, "拖滚动条": by_bar}


def worked(session: "CDPSession") -> float:
    """Milliseconds of the processor that the page's thread has used so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def scrolled(page: "Page", session: "CDPSession", name: str) -> tuple[float, float]:
    """Scroll for a while and tell the frames; the share of those that stall, and the thread's work for each."""
    page.evaluate(_WATCH)
    before = worked(session)
    WAYS[name](page, time.perf_counter() + SECONDS)
    frames = sorted(page.evaluate(_DONE))
    work, late = (worked(session) - before) / len(frames), sum(one > STALL for one in frames)
    spread = (statistics.median(frames), frames[int(len(frames) * 0.99)], frames[-1])
    told = "中位 {:.1f} ms · 99% {:.1f} ms · 最慢 {:.0f} ms".format(*spread)
    print(f"{name} · {SIZE:,} 条 · {len(frames)} 帧 · {told} · 超过 {STALL} ms 的 {late} 帧 · 每帧干活 {work:.1f} ms")
    return late / len(frames), work


def rows_are_right(page: "Page", ledger: str) -> bool:
    """Whether the row at the end of the ledger is its oldest record."""
    from bihuan.ledger.models import Record

    page.keyboard.press("Control+End")
    oldest = Record.objects.filter(ledger__code=ledger).order_by("pk").values_list("number", flat=True)[0]
    page.get_by_text(oldest, exact=True).first.wait_for(timeout=20_000)
    return True


def main() -> int:
    instance.start(os.environ.get("BIHUAN_MEASURE_HOME", ""))
    # Playwright keeps an event loop in this thread, in which Django would refuse every query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from django.test import Client
    from playwright.sync_api import sync_playwright

    person, villages = measure_lists.people()
    ledger = measure_lists.ledger_of(SIZE, villages)
    client = Client()
    client.force_login(person)
    key = client.cookies["sessionid"].value
    server: subprocess.Popen[bytes] = measure_lists.serve(PORT, "bihuan.wsgi", "bihuan.urls")
    try:
        measure_lists.wait_for(PORT, f"/ledgers/{ledger.code}/grid/", f"sessionid={key}")
        with sync_playwright() as play:
            as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=as_root)
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.context.add_cookies([{"name": "sessionid", "value": key, "url": f"http://127.0.0.1:{PORT}"}])
            page.goto(f"http://127.0.0.1:{PORT}/ledgers/{ledger.code}/grid/")
            page.locator("#grid[data-ready]").wait_for()
            page.wait_for_timeout(500)
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            found = {name: scrolled(page, session, name) for name in WAYS}
            right = rows_are_right(page, ledger.code)
            browser.close()
    finally:
        server.terminate()
        server.wait()
    worst, work = max(share for share, _ in found.values()), max(work for _, work in found.values())
    is_busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    judged = "机器正忙，只看每帧干活" if is_busy else f"要少于 {MOST:.0%}"
    print(f"超过 {STALL} ms 的帧最多占 {worst:.1%}（{judged}）；每帧干活最多 {work:.1f} ms（要少于 {FRAME} ms）")
    return 0 if right and work < FRAME and (is_busy or worst < MOST) else 1


if __name__ == "__main__":
    sys.exit(main())
