"""One field of 100,000 records changed at once, as the page does it: worked out, previewed, written, found, taken back.

Beside it stands what a programmer would write by hand: read the data of the same records, put the field into each, and
one UPDATE and one INSERT of an event for each, without rights, rules, hashes, counts or an index for searching.
`measure_bulk_edit.py 100000 1000000` changes 100,000 of 1,000,000 records; without arguments, of 300,000.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import instance

EDITED, STANDING = 100_000, 300_000
CODE, NEW = "audit.measure", "已核对"
_BY_HAND = """CREATE TABLE by_hand (
    position INTEGER PRIMARY KEY, record_id INTEGER, version INTEGER, kind TEXT, person INTEGER, at TEXT, payload TEXT
)"""
_EVENT = "INSERT INTO by_hand (record_id, version, kind, person, at, payload) VALUES (%s, %s, 'edited', 1, %s, %s)"


def step(name: str, size: int, work: Callable[[], Any]) -> tuple[Any, float]:
    """Do it once and print how long it took; returns what it gave, and the seconds of the processors."""
    began, worked = time.perf_counter(), time.process_time()
    found = work()
    clock, cores = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name} · {size:,} 条 · {clock:.1f} s · 处理器 {cores:.1f} s（一次） · 内存峰值 {peak} MB", flush=True)
    return found, cores


def by_hand(records: list[int]) -> None:
    """The least that changes the same field of the same records and says so."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for start in range(0, len(records), 2_000):
            some = records[start : start + 2_000]
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(f"SELECT id, version, data FROM ledger_record WHERE id IN ({marks})", some)
            rows = [(pk, version, {**json.loads(data), "hand": NEW}) for pk, version, data in cursor.fetchall()]
            updates = [(json.dumps(data, ensure_ascii=False), version + 1, pk) for pk, version, data in rows]
            cursor.executemany("UPDATE ledger_record SET data = %s, version = %s WHERE id = %s", updates)
            payload = json.dumps({"set": {"hand": NEW}}, ensure_ascii=False)
            at = time.strftime("%Y-%m-%d %H:%M:%S")
            cursor.executemany(_EVENT, [(pk, version + 1, at, payload) for pk, version, _ in rows])
        transaction.set_rollback(True)


def main() -> int:
    edited = int(sys.argv[1]) if len(sys.argv) > 1 else EDITED
    standing = int(sys.argv[2]) if len(sys.argv) > 2 else STANDING
    instance.start()
    from django.db import connection

    from bihuan.base import clock
    from bihuan.ledger import search
    from bihuan.ledger.append import Draft, append_many, moment
    from bihuan.ledger.definitions import install_definition
    from bihuan.ledger.models import Record
    from bihuan.ledger.spec import FieldSpec, LedgerSpec
    from bihuan.ledger.undo import undo_batch
    from bihuan.ledger.verification import check_derived, check_projection, verify_chain
    from bihuan.loop.bulk_edit import prepare_bulk, preview_bulk, write_bulk
    from bihuan.loop.definitions import install_loop
    from bihuan.loop.intake import loop_over
    from bihuan.org.actions import add_person, give_post
    from bihuan.org.actor import actor_of, system_actor

    units = instance.county()
    villages = [unit.pk for code, unit in units.items() if code.startswith("330999101")]
    kinds = {"title": "text", "unit_1": "unit", "amount": "money", "detail": "longtext", "note": "text"}
    fields = tuple(FieldSpec(code=code, title=code, kind=kind) for code, kind in kinds.items())
    spec = LedgerSpec(code="measure", title="测量", fields=fields, unit_field="unit_1")
    ledger = install_definition(code=CODE, spec=spec, owner=units["330999-SJ"], origin="file")
    install_loop(ledger=ledger, spec=loop_over(spec))
    person = add_person(username="clerk", name="测量员", password=None)
    give_post(person=person, unit=units["330999-SJ"], role="handler", valid_from=clock.today() - timedelta(days=30))
    actor, today = actor_of(person), clock.today()

    def draft(number: int) -> Draft:
        unit, due = villages[number % len(villages)], clock.end_of_day(today + timedelta(days=number % 120 - 60))
        data = {"title": f"第{number}个问题", "unit_1": unit, "amount": number % 999, "detail": "专项资金闲置" * 5}
        return Draft(
            "imported",
            None,
            data,
            {"number": f"{number:08d}", "unit": unit, "state": "open", "due_at": moment(due)},
        )

    drafts = (draft(number) for number in range(standing))
    step("先存入", standing, lambda: append_many(actor=system_actor(), ledger=ledger, drafts=drafts, moved=standing))
    search.absorb(ledger)
    every = standing // edited
    records = list(Record.objects.order_by("pk").values_list("pk", flat=True))[::every][:edited]
    with connection.cursor() as cursor:
        cursor.execute(_BY_HAND)
    by_hand(records[:1_000])
    _, hand = step("手写的 UPDATE 与事件", edited, lambda: by_hand(records))
    batch, _ = step(
        "选定",
        edited,
        lambda: prepare_bulk(actor=actor, ledger=ledger, records=records, raw={"note": NEW}, told="测量"),
    )
    seen, _ = step("预览", edited, lambda: preview_bulk(actor=actor, batch=batch))
    result, ours = step("写入", edited, lambda: write_bulk(actor=actor, batch=batch))
    step("进入查找的索引", edited, lambda: search.absorb(ledger))
    right = len(seen.changes) + seen.beyond == result["updated"] == edited
    right = right and Record.objects.filter(data__note=NEW).count() == edited
    undone, _ = step("撤销", edited, lambda: undo_batch(actor=actor, batch=batch))
    right = right and undone.count == edited and not Record.objects.filter(data__note=NEW).exists()
    faults = [*verify_chain(ledger), *check_projection(ledger), *check_derived(ledger)]
    print(f"批量修改是手写的 {ours / hand:.1f} 倍（处理器时间）")
    if faults or not right:
        print("改到的不对", faults[:5])
    return 0 if right and not faults else 1


if __name__ == "__main__":
    sys.exit(main())
