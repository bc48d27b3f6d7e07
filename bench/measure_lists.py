"""A ledger's list with scope, masks and total as it grows, eight clients at once, against DRF with django-filter on the
same database: by the interface, which answers with the same as DRF, and as the page that people see. Then what a
condition, a deep page and a search by two characters cost, and a bulk edit of 100,000 records."""

import http.client
import os
import random
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import instance

SIZES = tuple(int(word) for word in os.environ.get("BIHUAN_MEASURE_SIZES", "10000,100000,1000000").split(","))
CLIENTS, SECONDS, EDITED = 8, 8.0, 100_000
CODE, OURS = "audit.measure", 8391
PAGES = {
    "对照": f"/peer/{CODE}/",
    "接口": f"/api/ledgers/{CODE}/records",
    "列表页": f"/ledgers/{CODE}/?size=50",
}
SINGLE = {
    "第一页": "size=50",
    "中间一页": "size=50&page={middle}",
    "最后一页": "size=50&page={last}",
    "常见的条件": "size=50&where=amount+%3E+99",
    "少见的条件": "size=50&where=amount+%3E+990",
    "按期限排序": "size=50&sort=due",
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


def load(server: "subprocess.Popen[bytes]", port: int, path: str, cookie: str) -> tuple[float, float, float]:
    """Requests a second of all clients together, the median seconds of one, and the processor's for each."""
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
    rate = len(taken) / (time.perf_counter() - began)
    return rate, sorted(taken)[len(taken) // 2], (worked(server) - before) / len(taken)


def wait_for(port: int, path: str, cookie: str) -> None:
    for _ in range(150):
        try:
            ask(port, path, cookie)
        except ConnectionError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"服务没有起来：{path}")


def main() -> int:
    instance.start()
    from django.test import Client

    from bihuan.base import clock
    from bihuan.ledger import search
    from bihuan.ledger.append import Draft, append_many, moment
    from bihuan.ledger.definitions import install_definition, spec_of
    from bihuan.ledger.models import Record
    from bihuan.ledger.paging import stretch
    from bihuan.ledger.queries import Asked, list_records
    from bihuan.ledger.spec import FieldSpec, LedgerSpec
    from bihuan.loop.bulk_edit import prepare_bulk, write_bulk
    from bihuan.loop.definitions import install_loop
    from bihuan.loop.intake import loop_over
    from bihuan.org.actions import add_person, give_post
    from bihuan.org.actor import actor_of, system_actor

    random.seed(1)
    units = instance.county()
    villages = [unit.pk for code, unit in units.items() if code.startswith("330999101")]
    kinds = {
        "title": "text",
        "unit_1": "unit",
        "amount": "money",
        "detail": "longtext",
        "phone": "phone",
        "note": "text",
    }
    fields = tuple(FieldSpec(code=code, title=code, kind=kind) for code, kind in kinds.items())
    spec = LedgerSpec(code="measure", title="测量", fields=fields, unit_field="unit_1")
    ledger = install_definition(code=CODE, spec=spec, owner=units["330999-SJ"], origin="file")
    install_loop(ledger=ledger, spec=loop_over(spec))
    person = add_person(username="clerk", name="测量员", password=None)
    give_post(person=person, unit=units["330999-SJ"], role="handler", valid_from=clock.today() - timedelta(days=30))
    client = Client()
    client.force_login(person)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    today, now = clock.today(), moment(clock.now())

    def draft(number: int) -> Draft:
        unit, due = villages[number % len(villages)], clock.end_of_day(today + timedelta(days=number % 120 - 60))
        system = {"number": f"{number:08d}", "unit": unit, "state": "open", "due_at": moment(due)}
        if number % 3:
            system |= {"state": "closed", "closed_at": now}
        texts = ["".join(random.choices(CHARACTERS, k=length)) for length in (12, 30)]
        data = {
            "title": texts[0],
            "unit_1": unit,
            "amount": number % 999,
            "detail": texts[1],
            "phone": f"138{number:08d}",
        }
        return Draft("imported", None, data, system)

    made, right = 0, True
    for size in SIZES:
        append_many(actor=system_actor(), ledger=ledger, drafts=(draft(n) for n in range(made, size)))
        made = size
        search.absorb(ledger)
        servers = {OURS: serve(OURS, "bihuan.wsgi", "bihuan.urls"), OURS + 1: serve(OURS + 1, "peer_drf", "peer_drf")}
        try:
            rates, costs = {}, {}
            for name, path in PAGES.items():
                port = OURS + 1 if name == "对照" else OURS
                wait_for(port, path, cookie)
                rates[name], median, costs[name] = load(servers[port], port, path, cookie)
                told = (
                    f"每秒 {rates[name]:.1f} 次 · 一次中位 {median * 1000:.0f} ms · 处理器 {costs[name] * 1000:.1f} ms"
                )
                print(f"{name} · {size:,} 条 · {told}", flush=True)
            for name in ("接口", "列表页"):
                times, work = rates[name] / rates["对照"], costs["对照"] / costs[name]
                print(f"{name} · {size:,} 条 · 对照的 {times:.2f} 倍（按处理器 {work:.2f} 倍）", flush=True)
            for name, query in SINGLE.items():
                path = f"/ledgers/{CODE}/?" + query.format(middle=size // 100, last=size // 50)
                seconds = instance.timed(lambda path=path: ask(OURS, path, cookie))
                instance.tell(name, f"{size:,} 条", seconds)
        finally:
            for server in servers.values():
                server.terminate()
                server.wait()
        found = list_records(actor_of(person), ledger, spec_of(ledger), {}, Asked(words="闲置"))
        instance.tell("两个字查一页", f"{size:,} 条", instance.timed(lambda rows=found: stretch(rows, 0, 50)))
        held = [record.pk for record in stretch(found, 0, 50)]
        newest = Record.objects.filter(ledger=ledger).order_by("-pk").iterator(500)
        by_hand = (r.pk for r in newest if any("闲置" in str(value) for value in r.data.values()))
        right = right and held == [pk for pk, _ in zip(by_hand, range(50), strict=False)]
    open_ones = list(
        Record.objects.filter(ledger=ledger, closed_at=None).order_by("pk").values_list("pk", flat=True)[:EDITED]
    )
    actor = actor_of(person)
    batch = prepare_bulk(actor=actor, ledger=ledger, records=open_ones, raw={"note": "已核对"}, told="测量")
    began = time.perf_counter()
    result = write_bulk(actor=actor, batch=batch)
    print(f"批量修改 · {len(open_ones):,} 条 · {time.perf_counter() - began:.1f} s（一次）")
    right = right and result["updated"] == len(open_ones)
    if not right:
        print("查到的或改到的不对")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
