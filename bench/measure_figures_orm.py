"""Base figures by Django's ORM on PostgreSQL, a query a figure, against all 300 in one answer from the lake.

`BIHUAN_BENCH_MOST` bounds the number of records (default 1,000,000). SAMPLE of the 300 queries are run, spread over
counts and sums, and their median stands for each; the line says so. Both sides give the same cells, or it fails.
"""

import os
import random
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import figure_lake as figures
import numpy as np
from our_figures import forget, ours, question
from took import middle, once, tell

from tests.outside import POSTGRES_HOW, postgres_binaries
from tests.postgres import cluster

SAMPLE = 20


def fill(count: int) -> Any:
    """The records of the measure's ledger, straight into the table, for the door is not what is measured."""
    from django.db import connection

    from bihuan.ledger.definitions import install_definition
    from bihuan.org.actions import add_unit
    from bihuan.org.models import Unit

    day = date(2020, 1, 1)
    top = add_unit(code="330999", name="示范县", kind="county", parent=None, valid_from=day)
    for number in range(2, figures.UNITS + 1):
        add_unit(code=f"3309991{number:05d}", name=f"第{number}村", kind="village", parent=top, valid_from=day)
    pks = sorted(Unit.objects.values_list("pk", flat=True))
    ledger = install_definition(code="demo.measure", spec=figures.ledger_spec(), owner=top, origin="file")
    now = datetime.now(UTC).isoformat()
    names = "ledger_id, number, unit_id, state, data, loop, version, deleted, created_at, updated_at"
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        with cursor.copy(f"COPY ledger_record ({names}) FROM STDIN") as copy:
            for start in range(0, count, 1_000_000):
                size = min(1_000_000, count - start)
                rows = figures.rows(size, start)
                columns = [rows[name].tolist() for name in ("unit", "category", "level", "stage", "amount", "found_on")]
                for n, (unit, category, level, stage, amount, found) in enumerate(zip(*columns, strict=True), start):
                    on = date(1970, 1, 1) + timedelta(days=found)
                    data = (
                        f'{{"category": "c{category}", "level": "l{level}", "stage": "s{stage}", '
                        f'"amount": {amount // 100}.{amount % 100:02d}, "found_on": "{on}"}}'
                    )
                    copy.write(f"{ledger.pk}\tN{n}\t{pks[unit - 1]}\t\t{data}\t{{}}\t3\tf\t{now}\t{now}\n")
        cursor.execute("ANALYZE ledger_record")
    return ledger, {pk: at for at, pk in enumerate(pks, 1)}


def by_orm(ledger: Any, code: str) -> dict[tuple[int, int], Any]:
    """One figure by unit and month, as a Django project would ask for it."""
    from django.db.models import Count, DateField, DecimalField, Sum
    from django.db.models.fields.json import KeyTextTransform
    from django.db.models.functions import Cast, ExtractMonth

    from bihuan.ledger.models import Record

    category, level, stage = code[1:].split("_")
    records = Record.objects.filter(
        ledger=ledger, deleted=False, data__category=f"c{category}", data__level=f"l{level}", data__stage=f"s{stage}"
    )
    month = ExtractMonth(Cast(KeyTextTransform("found_on", "data"), DateField()))
    amount = Sum(Cast(KeyTextTransform("amount", "data"), DecimalField(max_digits=18, decimal_places=2)))
    rows = records.annotate(month=month).values("unit_id", "month")
    rows = rows.annotate(value=Count("id") if code[0] == "n" else amount)
    return {(row["unit_id"], row["month"]): row["value"] for row in rows}


def main() -> None:
    binaries = postgres_binaries()
    if binaries is None:
        sys.exit(f"PostgreSQL is missing: {POSTGRES_HOW}")
    size = min(1_000_000, int(os.environ.get("BIHUAN_BENCH_MOST", "1000000")))
    with cluster(binaries) as running:
        os.environ["BIHUAN_DATABASE_URL"] = running.url
        import instance

        home = instance.start()
        ledger, place = fill(size)
        folder = home / "lake-orm"
        folder.mkdir()
        snapshot, view = figures.build_lake(folder, size)
        scan, found = question(view)
        runs = []
        for _ in range(6):
            forget()
            took, tallies = once(lambda: ours(scan, found, snapshot, view))
            runs.append(took)
        own = middle(runs[1:])
        asked = []
        for code in random.Random(1).sample(sorted(found), SAMPLE):
            took, cells = once(lambda code=code: by_orm(ledger, code.partition(".")[2]))
            asked.append(took)
            check(code, cells, place, tallies[code, None].amounts)
        one = middle(asked)
        print(f"{'':<44} {'records':>12} {'median':>9} {'worst':>9} {'cores':>9}")
        tell("ours: 300 figures in one answer", size, runs[1:])
        tell("Django ORM on PostgreSQL, one figure", size, asked)
        whole = one.wall * len(found)
        print(f"300 of them, from {SAMPLE} that were run: {whole:.0f} s on the clock, {whole / own.wall:.0f} × ours")


def check(code: str, cells: dict[tuple[int, int], Any], place: dict[int, int], amounts: Any) -> None:
    """Every cell the same."""
    kind = amounts.records if code.partition(".")[2][0] == "n" else amounts.total
    expected = np.zeros((figures.UNITS + 1, 12), dtype=object)
    for (unit, month), value in cells.items():
        expected[place[unit], month - 1] = int(value if kind is amounts.records else value * 100)
    rows = {int(unit): at for at, unit in enumerate(amounts.units)}
    for unit in range(1, figures.UNITS + 1):
        if list(kind[rows[unit], :12]) != list(expected[unit]):
            sys.exit(f"cells differ: {code}, unit {unit}")


if __name__ == "__main__":
    main()
