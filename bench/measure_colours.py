"""Colour counts, a leader's desk and board at the server, and a page of the list, as matters grow to a million.

`BIHUAN_BENCH_MOST` bounds the number of matters. Most matters are open: closed ones cost nothing to count.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

import instance

if TYPE_CHECKING:
    from bihuan.ledger.append import Draft
    from bihuan.ledger.models import Ledger

SIZES = (10_000, 100_000, 1_000_000)
LIMIT_SECONDS = 0.3
PAGES = (
    ("工作台", "/"),
    ("调度台", "/board/"),
    ("全部事项", "/matters/"),
    ("超期的事项", "/matters/?colour=red"),
    ("已销号的事项", "/matters/?colour=white"),
    ("中间一页", "/matters/?page={middle}"),
    ("超期的中间一页", "/matters/?colour=red&page={red}"),
    ("最后一页", "/matters/?page=999999"),
    ("台账里临期的", "/ledgers/audit.measure/?colour=yellow"),
    ("闭环情况", "/ledgers/audit.measure/loop/?from=2026-01-01"),
)
"""What a leader opens. The loop's own page tells days in colours and doubles of all matters, in seconds: see `SLOW`."""
SLOW = ("闭环情况",)


def ledger_to_measure() -> "Ledger":
    from bihuan.ledger.definitions import install_definition
    from bihuan.ledger.spec import FieldSpec, LedgerSpec
    from bihuan.loop.definitions import install_loop
    from bihuan.loop.intake import loop_over
    from bihuan.loop.spec import DoublesSpec
    from bihuan.org.models import Unit

    fields = (
        FieldSpec(code="title", title="标题", kind="text"),
        FieldSpec(code="unit_1", title="单位", kind="unit"),
        FieldSpec(code="outcome", title="办理结果", kind="longtext"),
        FieldSpec(code="evidence", title="佐证", kind="file", several=True),
        FieldSpec(code="due_1", title="期限", kind="date"),
    )
    spec = LedgerSpec(code="measure", title="测量", fields=fields, unit_field="unit_1", due_field="due_1")
    owner = Unit.objects.get(code="330999-SJ")
    ledger = install_definition(code="audit.measure", spec=spec, owner=owner, origin="file")
    doubles = DoublesSpec(match=("title", "unit_1"))
    install_loop(ledger=ledger, spec=loop_over(spec).model_copy(update={"doubles": doubles}))
    return ledger


def drafts(units: list[int], first: int, last: int) -> Iterator["Draft"]:
    """Matters of every unit and of four steps, due on each of 240 days; one in ten is closed."""
    from bihuan.base import clock
    from bihuan.ledger.append import Draft, moment

    today, now = clock.today(), moment(clock.now())
    for number in range(first, last):
        mixed = number * 2_654_435_761 % 2**32
        unit, ahead = units[mixed % len(units)], mixed // 7 % 240 - 80
        due = moment(clock.end_of_day(today + timedelta(days=ahead)))
        state = ("open", "doing", "submitted")[mixed // 11 % 3]
        system: dict[str, Any] = {
            "number": f"{number:08d}",
            "unit": unit,
            "state": state,
            "due_at": due,
            "loop": {"v": 1},
        }
        if mixed // 13 % 10 == 0:
            system |= {"state": "closed", "closed_at": now}
        yield Draft("imported", None, {"title": f"第{number}件", "unit_1": unit}, system)


def counted_by_hand(ledger: "Ledger", loop: Any) -> Counter[str]:
    from bihuan.base import clock
    from bihuan.ledger.models import Record
    from bihuan.loop.colour import bounds_at, colour_of

    bounds = bounds_at(loop, clock.now())
    rows = Record.objects.filter(ledger=ledger).values_list("due_at", "closed_at").iterator(5_000)
    return Counter(colour_of(due, closed, bounds).value for due, closed in rows)


def busy(work: Any, spent: list[float]) -> None:
    """Do the work, and note the processor's seconds: on a machine that others use, the clock tells of them as well."""
    start = time.process_time()
    work()
    spent.append(time.process_time() - start)


def main() -> int:
    instance.start()
    from django.test import Client

    from bihuan.base import clock
    from bihuan.ledger.append import append_many
    from bihuan.ledger.definitions import spec_of
    from bihuan.ledger.queries import Asked, list_records
    from bihuan.loop.definitions import loop_of
    from bihuan.loop.tally_counts import counts_by_place, summed
    from bihuan.org.actions import add_person, give_post
    from bihuan.org.actor import actor_of, system_actor
    from bihuan.org.models import Unit

    units = [unit.pk for code, unit in instance.county().items() if code.startswith("330999101")]
    ledger = ledger_to_measure()
    loop = loop_of(ledger)
    assert loop is not None
    leader = add_person(username="leader", name="凌县", password=None)
    give_post(person=leader, unit=Unit.objects.get(code="330999"), role="leader")
    client = Client(headers={"host": "localhost"})
    client.force_login(leader)
    actor, made, right, slow = actor_of(leader), 0, True, []
    most = int(os.environ.get("BIHUAN_BENCH_MOST", SIZES[-1]))

    def measure(subject: str, size: int, work: Any) -> None:
        spent: list[float] = []
        seconds = instance.timed(partial(busy, work, spent))
        instance.tell(subject, f"{size:,} 件 · 处理器 {median(spent):.3f} s", seconds)
        if min(median(seconds), median(spent)) > LIMIT_SECONDS and subject not in SLOW:
            slow.append(subject)

    for size in (size for size in SIZES if size <= most):
        append_many(actor=system_actor(), ledger=ledger, drafts=drafts(units, made, size))
        made = size
        measure("四色计数", size, lambda: counts_by_place(actor, [(ledger, loop)], clock.now()))
        for subject, page in PAGES:
            address = page.format(middle=size // 100, red=size // 400)
            assert client.get(address).status_code == 200
            measure(subject, size, lambda url=address: client.get(url))
        measure("列表一页", size, lambda: list(list_records(actor, ledger, spec_of(ledger), loop.states, Asked())[:50]))
        found = summed(counts_by_place(actor, [(ledger, loop)], clock.now()).values())
        right = right and {c.value: n for c, n in found.items() if n} == dict(counted_by_hand(ledger, loop))
    if not right:
        print("四色计数与逐件计算不一致")
    if slow:
        print(f"超过 {LIMIT_SECONDS} 秒：{'、'.join(slow)}")
    return 0 if right and not slow else 1


if __name__ == "__main__":
    sys.exit(main())
