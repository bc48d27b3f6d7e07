"""An import of half a million rows by its pages, as a person does it: upload, columns, preview, writing, batch, undo.

A server of its own is asked over HTTP. For each step it prints how long the slowest request took, which nobody should
notice, how long until the step was done, and the server's peak of memory so far. `measure_import_pages.py 100000`
takes another number of rows; a second argument names a file that is there already.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import instance
import measure_import

ROWS, PORT, PASSWORD = 500_000, 8_127, "Qingxi-2026-bench"
SLOW = 3.0
"""No request but the upload itself may take so many seconds, even on a busy machine."""
_PART = {"HX-Request": "true"}


def peak(server: int) -> int:
    """The most memory that the server has had so far, in MB."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{server}/status").read_text())
    return int(found[1]) // 1024 if found else 0


class Walk:
    """One person's browser: remembers the slowest request of each step."""

    def __init__(self, server: int) -> None:
        self.server = server
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=600)
        self.slowest = self.began = 0.0
        self.which = ""
        self.is_slow = False

    def ask(self, method: str, url: str, **more: object) -> httpx.Response:
        token = self.client.cookies.get("csrftoken", "")
        headers = {"X-CSRFToken": token, "Referer": str(self.client.base_url), **dict(more.pop("headers", {}))}  # type: ignore[call-overload]
        began = time.perf_counter()
        answer = self.client.request(method, url, headers=headers, **more)  # type: ignore[arg-type]
        took = time.perf_counter() - began
        if took > self.slowest:
            self.slowest, self.which = (
                took,
                f"{method} {answer.status_code}{' 局部' if _PART.keys() <= headers.keys() else ''}",
            )
        return answer

    def begin(self) -> None:
        self.slowest, self.began = 0.0, time.perf_counter()

    def told(self, step: str, *, waits: bool = True) -> None:
        self.is_slow |= waits and self.slowest > SLOW
        took = time.perf_counter() - self.began
        said = f"最慢的一次请求 {self.slowest:.2f} s（{self.which}） · 共 {took:.1f} s"
        print(f"{step} · {said} · 内存峰值至此 {peak(self.server)} MB", flush=True)

    def wait(self, url: str) -> str:
        """Ask as the page does, until it is redirected; returns where to."""
        while True:
            part = self.ask("GET", url, headers=_PART)
            if goes_to := part.headers.get("HX-Redirect"):
                return goes_to
            if part.status_code != 200:
                raise SystemExit(f"{url}: {part.status_code} {part.text[:300]}")
            time.sleep(0.5)


def serve(home: Path) -> "subprocess.Popen[bytes]":
    """The server, once it answers, with one person who may import."""
    environment = os.environ | {"BIHUAN_HOME": str(home)}
    command = [sys.executable, "-m", "bihuan"]
    add = ["user", "add", "office", "测量员", "--unit", "330999-SJ", "--role", "supervisor", "--password-stdin"]
    subprocess.run([*command, *add], input=PASSWORD, text=True, check=True, env=environment, capture_output=True)
    server = subprocess.Popen([*command, "serve", "--port", str(PORT)], env=environment, stdout=subprocess.DEVNULL)
    for _ in range(300):
        try:
            httpx.get(f"http://127.0.0.1:{PORT}/sign-in/", timeout=5)
        except httpx.HTTPError:
            time.sleep(0.5)
        else:
            return server
    raise SystemExit("the server does not answer")


def walk(path: Path, rows: int, server: int) -> bool:
    """Every step; whether it came to what it should."""
    it = Walk(server)
    it.ask("GET", "/sign-in/")
    entered = it.ask("POST", "/sign-in/", data={"username": "office", "password": PASSWORD})
    # Who was given a password by another changes it first.
    it.ask("POST", "/account/password/", data={"old": PASSWORD, "new": f"{PASSWORD}-2", "again": f"{PASSWORD}-2"})
    if it.ask("GET", "/import/").status_code != 200:
        raise SystemExit(f"sign in: {entered.status_code} {entered.headers} {re.sub('<[^>]+>', ' ', entered.text)}")
    it.begin()
    with path.open("rb") as file:
        answer = it.ask("POST", "/import/", files={"file": (path.name, file)}, data={"ledger": ""})
    if answer.status_code != 302:
        raise SystemExit(f"upload: {answer.status_code} {re.sub('<[^>]+>', ' ', answer.text)[:2_000]}")
    columns = answer.headers["Location"]
    it.told("上传", waits=False)
    it.begin()
    it.wait(columns)
    it.told("打开表格（后台）")
    it.begin()
    page = it.ask("GET", columns)
    it.told("列对应")
    chosen = {
        f"column-{index}": value
        for index, value in re.findall(r'name="column-(\d+)".*?<option value="([^"]*)" selected', page.text, re.DOTALL)
    }
    key = re.search(r'<option value="(\d+)" selected', page.text.partition('name="key"')[2])
    it.begin()
    preview = it.ask("POST", columns, data=chosen | {"title": "测量", "key": key[1] if key else ""}).headers["Location"]
    it.wait(preview)
    page = it.ask("GET", preview)
    it.told("核对（后台）与预览")
    it.begin()
    batch = it.ask("POST", preview, data={"commit": "1"}).headers["Location"]
    it.wait(batch)
    page = it.ask("GET", batch)
    it.told("写入（后台）与批次页")
    written = f"新增 {rows:,} 条" in page.text
    it.begin()
    it.ask("POST", batch, data={"undo": "1"})
    it.wait(batch)
    page = it.ask("GET", batch)
    it.told("撤销（后台）")
    undone = f"撤销了 {rows}" in page.text
    return written and undone and not it.is_slow


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    home = instance.start()
    instance.county()
    server = serve(home)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(folder) / "问题.xlsx"
            if not path.exists():
                measure_import.make_file(path, rows)
            print(f"{rows:,} 行 × 20 列 · {path.stat().st_size / 1024**2:.0f} MB")
            sound = walk(path, rows, server.pid)
    finally:
        server.terminate()
    if not sound:
        print("走出来的结果不对，或有请求太慢")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
