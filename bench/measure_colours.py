"""Counts by colour and unit, and a page of the list, as the number of matters grows."""

import sys
from datetime import timedelta

import instance

SIZES = (1_000, 10_000, 100_000)


def main() -> int:
    instance.start()
    from django.db.models import Count

    from bihuan.base import clock
    from bihuan.ledger.append import Draft, append_many, moment
    from bihuan.ledger.definitions import install_definition
    from bihuan.ledger.models import Record
    from bihuan.ledger.queries import Asked, list_records
    from bihuan.ledger.rules import visible_records
    from bihuan.ledger.spec import FieldSpec, LedgerSpec
    from bihuan.loop.board import board
    from bihuan.loop.colour import bounds_at, colour_of
    from bihuan.loop.definitions import install_loop
    from bihuan.loop.intake import loop_over
    from bihuan.loop.queries import colour_counts
    from bihuan.org.actor import system_actor

    units = [unit.pk for code, unit in instance.county().items() if code.startswith("330999101")]
    from bihuan.org.models import Unit

    spec = LedgerSpec(
        code="measure",
        title="测量",
        fields=(
            FieldSpec(code="title", title="标题", kind="text"),
            FieldSpec(code="unit_1", title="单位", kind="unit"),
        ),
        unit_field="unit_1",
    )
    owner = Unit.objects.get(code="330999-SJ")
    ledger = install_definition(code="audit.measure", spec=spec, owner=owner, origin="file")
    loop = loop_over(spec)
    install_loop(ledger=ledger, spec=loop)
    actor, made, right = system_actor(), 0, True
    today = clock.today()

    def draft(number: int) -> Draft:
        unit = units[number % len(units)]
        due = clock.end_of_day(today + timedelta(days=number % 120 - 60))
        system = {"number": f"{number:08d}", "unit": unit, "state": "open", "due_at": moment(due)}
        if number % 3:
            system |= {"state": "closed", "closed_at": moment(clock.now())}
        return Draft("imported", None, {"title": f"第{number}件", "unit_1": unit}, system)

    for size in SIZES:
        append_many(actor=actor, ledger=ledger, drafts=(draft(n) for n in range(made, size)))
        made = size
        bounds = bounds_at(loop, clock.now())
        rows = visible_records(actor, ledger)
        instance.tell("四色计数", f"{size:,} 件", instance.timed(lambda r=rows, b=bounds: colour_counts(r, b)))
        instance.tell("调度台", f"{size:,} 件", instance.timed(lambda: board(actor, [ledger])))
        instance.tell(
            "列表一页",
            f"{size:,} 件",
            instance.timed(lambda: list(list_records(actor, ledger, spec, loop.states, Asked())[:50])),
        )
        counts = colour_counts(rows, bounds)
        by_hand = dict.fromkeys(counts, 0)
        for due, closed in Record.objects.values_list("due_at", "closed_at"):
            by_hand[colour_of(due, closed, bounds)] += 1
        right = right and counts == by_hand and sum(counts.values()) == rows.aggregate(n=Count("pk"))["n"]
    if not right:
        print("四色计数与逐件计算不一致")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
