"""A ledger's list with scope, masks and total as it grows, eight clients at once, against DRF with django-filter on the
same database: by the interface, which answers with the same as DRF, and as the page that people see. Then what a
condition, an order, groups, a deep page and a search by two characters cost, and a bulk edit of 100,000 records."""

import http.client
import os
import random
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import instance

if TYPE_CHECKING:
    from bihuan.ledger.append import Draft
    from bihuan.ledger.models import Ledger
    from bihuan.org.actor import Actor
    from bihuan.org.models import Person

SIZES = tuple(int(word) for word in os.environ.get("BIHUAN_MEASURE_SIZES", "10000,100000,1000000").split(","))
CLIENTS, SECONDS, TURNS, EDITED = 8, 3.0, 3, 100_000  # in turns, so that what else the machine does meets both
OURS = 8391
PAGES = {
    "对照": "/peer/{code}/",
    "接口": "/api/ledgers/{code}/records",
    "列表页": "/ledgers/{code}/?size=50",
}
SINGLE = {
    "第一页": "size=50",
    "中间一页": "size=50&page={middle}",
    "最后一页": "size=50&page={last}",
    "常见的条件": "size=50&where=amount+%3E+99",
    "少见的条件": "size=50&where=amount+%3E+990",
    "罕见的条件": "size=50&where=note+%3D+%27%E7%BD%95%E8%A7%81%27",
    "按期限排序": "size=50&sort=due",
    "按金额排序": "size=50&sort=-amount",
    "按单位分组": "size=50&group=unit",
}
KINDS = {
    "title": "text",
    "unit_1": "unit",
    "amount": "money",
    "detail": "longtext",
    "phone": "phone",
    "note": "text",
}
CHARACTERS = (
    "资金闲置拨付不及时项目管理规范账实符合同未履行询价程序设施利用率低房产空保证退还预算执行偏征收补偿养护道路桥梁"
)


def serve(port: int, application: str, urls: str) -> subprocess.Popen[bytes]:
    """A server of four threads in a process of its own."""
    code = (
        f"import os; os.environ['DJANGO_SETTINGS_MODULE']='bihuan.settings'; import django; "
        f"from django.conf import settings; settings.ROOT_URLCONF={urls!r}; "
        f"import importlib; app=importlib.import_module({application!r}).application; "
        f"from waitress import serve; serve(app, listen='127.0.0.1:{port}', threads=4, _quiet=True)"
    )
    return subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parent, env=os.environ)


def ask(port: int, path: str, cookie: str, connection: http.client.HTTPConnection | None = None) -> float:
    """Seconds of one request; anything but 200 is a failure."""
    line = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    began = time.perf_counter()
    line.request("GET", path, headers={"Cookie": cookie})
    answer = line.getresponse()
    answer.read()
    assert answer.status == 200, (path, answer.status)
    return time.perf_counter() - began


def worked(server: "subprocess.Popen[bytes]") -> float:
    """Seconds of processor that a server has used so far."""
    times = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


def load(server: "subprocess.Popen[bytes]", port: int, path: str, cookie: str) -> tuple[int, float, float]:
    """How many requests all clients together had answered, in how many seconds, and the processor's seconds."""
    until, taken, before = time.perf_counter() + SECONDS, [], worked(server)

    def client() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.perf_counter() < until:
            taken.append(ask(port, path, cookie, line))

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(taken), time.perf_counter() - began, worked(server) - before


def wait_for(port: int, path: str, cookie: str) -> None:
    for _ in range(150):
        try:
            ask(port, path, cookie)
        except ConnectionError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"服务没有起来：{path}")


def people() -> tuple["Person", list[int]]:
    """A clerk of the bureau that owns the ledgers, and the units of the records. A kept home has them already."""
    from bihuan.base import clock
    from bihuan.org.actions import add_person, give_post
    from bihuan.org.models import Person, Unit

    units = {unit.code: unit for unit in Unit.objects.all()} or instance.county()
    person = Person.objects.filter(username="clerk").first()
    if person is None:
        person = add_person(username="clerk", name="测量员", password=None)
        since = clock.today() - timedelta(days=30)
        give_post(person=person, unit=units["330999-SJ"], role="handler", valid_from=since)
    return person, [unit.pk for code, unit in units.items() if code.startswith("330999101")]


def ledger_of(size: int, villages: list[int]) -> "Ledger":
    """A ledger of so many matters, a third of them open, made where it is not there yet."""
    from bihuan.figure.lake.absorbing import fresh_snapshot
    from bihuan.figure.names import LedgerView
    from bihuan.ledger import search
    from bihuan.ledger.append import append_many
    from bihuan.ledger.definitions import install_definition, spec_of
    from bihuan.ledger.models import Ledger, Record
    from bihuan.ledger.spec import FieldSpec, LedgerSpec
    from bihuan.loop.definitions import install_loop, loop_of
    from bihuan.loop.intake import loop_over
    from bihuan.org.actor import system_actor
    from bihuan.org.models import Unit

    ledger = Ledger.objects.filter(code=f"audit.measure{size}").first()
    if ledger is None:
        fields = tuple(FieldSpec(code=code, title=code, kind=kind) for code, kind in KINDS.items())
        spec = LedgerSpec(code=f"measure{size}", title="测量", fields=fields, unit_field="unit_1")
        owner = Unit.objects.get(code="330999-SJ")
        ledger = install_definition(code=f"audit.{spec.code}", spec=spec, owner=owner, origin="file")
        install_loop(ledger=ledger, spec=loop_over(spec))
    random.seed(size)
    made = Record.objects.filter(ledger=ledger).count()
    drafts = (draft(number, villages) for number in range(made, size))
    append_many(actor=system_actor(), ledger=ledger, drafts=drafts)
    search.absorb(ledger)
    fresh_snapshot(ledger, LedgerView(ledger.code, spec_of(ledger), loop_of(ledger)))  # as `bihuan serve` does
    return ledger


def draft(number: int, villages: list[int]) -> "Draft":
    from bihuan.base import clock
    from bihuan.ledger.append import Draft, moment

    unit, due = villages[number % len(villages)], clock.today() + timedelta(days=number % 120 - 60)
    system = {"number": f"{number:08d}", "unit": unit, "state": "open", "due_at": moment(clock.end_of_day(due))}
    if number % 3:
        system |= {"state": "closed", "closed_at": moment(clock.now())}
    title, detail = ("".join(random.choices(CHARACTERS, k=length)) for length in (12, 30))
    data = {
        "title": title,
        "unit_1": unit,
        "amount": number % 999,
        "detail": detail,
        "phone": f"138{number:08d}",
        "note": "罕见" if number % 100_003 == 7 else "常见",
    }
    return Draft("imported", None, data, system)


def measure(size: int, code: str, cookie: str) -> None:
    """Requests a second of each page, and what single ones cost."""
    servers = {OURS: serve(OURS, "bihuan.wsgi", "bihuan.urls"), OURS + 1: serve(OURS + 1, "peer_drf", "peer_drf")}
    try:
        counts, times, work = (dict.fromkeys(PAGES, 0.0) for _ in range(3))
        for turn in range(TURNS):
            for name, page in PAGES.items():
                port, path = OURS + 1 if name == "对照" else OURS, page.format(code=code)
                if not turn:
                    wait_for(port, path, cookie)
                answered, seconds, used = load(servers[port], port, path, cookie)
                counts[name], times[name], work[name] = (
                    counts[name] + answered,
                    times[name] + seconds,
                    work[name] + used,
                )
        rates = {name: counts[name] / times[name] for name in PAGES}
        costs = {name: work[name] / counts[name] for name in PAGES}
        for name in PAGES:
            print(f"{name} · {size:,} 条 · 每秒 {rates[name]:.1f} 次 · 处理器 {costs[name] * 1000:.1f} ms", flush=True)
        for name in ("接口", "列表页"):
            ratio, by_work = rates[name] / rates["对照"], costs["对照"] / costs[name]
            print(f"{name} · {size:,} 条 · 对照的 {ratio:.2f} 倍（按处理器 {by_work:.2f} 倍）", flush=True)
        for name, query in SINGLE.items():
            path = f"/ledgers/{code}/?" + query.format(middle=size // 100, last=size // 50)
            before = worked(servers[OURS])
            seconds = instance.timed(lambda path=path: ask(OURS, path, cookie))
            each = (worked(servers[OURS]) - before) / (len(seconds) + 1)
            instance.tell(name, f"{size:,} 条 · 处理器 {each * 1000:.0f} ms", seconds)
    finally:
        for server in servers.values():
            server.terminate()
            server.wait()


def search_is_right(size: int, ledger: "Ledger", actor: "Actor") -> bool:
    """A search by two characters, measured, and whether it finds what looking at every record finds."""
    from bihuan.ledger.definitions import spec_of
    from bihuan.ledger.models import Record
    from bihuan.ledger.paging import stretch
    from bihuan.ledger.queries import Asked, list_records

    found = list_records(actor, ledger, spec_of(ledger), {}, Asked(words="闲置"))
    instance.tell("两个字查一页", f"{size:,} 条", instance.timed(lambda: stretch(found, 0, 50)))
    held = [record.pk for record in stretch(found, 0, 50)]
    newest = Record.objects.filter(ledger=ledger).order_by("-pk").iterator(500)
    by_hand = (r.pk for r in newest if any("闲置" in str(value) for value in r.data.values()))
    return held == [pk for pk, _ in zip(by_hand, range(50), strict=False)]


def bulk_edit_is_right(ledger: "Ledger", actor: "Actor") -> bool:
    from bihuan.ledger.models import Record
    from bihuan.loop.bulk_edit import prepare_bulk, write_bulk

    still_open = Record.objects.filter(ledger=ledger, closed_at=None).order_by("pk")
    some = list(still_open.values_list("pk", flat=True)[:EDITED])
    batch = prepare_bulk(actor=actor, ledger=ledger, records=some, raw={"note": "已核对"}, told="测量")
    began = time.perf_counter()
    result = write_bulk(actor=actor, batch=batch)
    print(f"批量修改 · {len(some):,} 条 · {time.perf_counter() - began:.1f} s（一次）")
    return bool(result["updated"] == len(some))


def main() -> int:
    os.environ["BIHUAN_LOG"] = "ERROR"  # eight clients on four threads wait, as they are meant to
    kept = os.environ.get("BIHUAN_MEASURE_HOME", "")
    instance.start(kept)
    from django.test import Client

    from bihuan.org.actor import actor_of

    person, villages = people()
    client, right = Client(), True
    client.force_login(person)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    for size in SIZES:
        ledger = ledger_of(size, villages)
        measure(size, ledger.code, cookie)
        right = right and search_is_right(size, ledger, actor_of(person))
    if not kept:
        right = right and bulk_edit_is_right(ledger, actor_of(person))
    if not right:
        print("查到的或改到的不对")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
