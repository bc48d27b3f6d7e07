"""100,000 records out as a workbook, as text and as a Word table: seconds, and the memory that grows with the rows."""

import os
import resource
import sys
import time

import instance

SIZES = tuple(int(word) for word in os.environ.get("BIHUAN_MEASURE_SIZES", "10000,100000").split(","))
FORMS = {"xlsx": 10**9, "csv": 10**9, "docx": 5_000}
"""By form, how many records it takes at most."""


def peak() -> float:
    """The most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def written(code: str, form: str, count: int, grouped: bool) -> list[float]:
    """Seconds, those of the processor, MB and bytes of a file, made by a process of its own."""
    reads, writes = os.pipe()
    child = os.fork()
    if child:
        os.close(writes)
        with os.fdopen(reads) as answer:
            told = [float(word) for word in answer.read().split()]
        os.waitpid(child, 0)
        if len(told) != 4:
            raise SystemExit(f"{form} 没有写成")
        return told
    from django.db import connection
    from django.test import RequestFactory

    from bihuan.org.actor import actor_of
    from bihuan.org.models import Person
    from bihuan.web.asking import open_ledger
    from bihuan.web.pages.ledger import export_file

    connection.close()
    actor = actor_of(Person.objects.get(username="clerk"))
    query = {"format": form, "where": f"amount < {count}", "total": "1"} | ({"group": "kind"} if grouped else {})
    request = RequestFactory().get("/", query)
    began, worked, before = time.perf_counter(), time.process_time(), peak()
    answer = export_file(request, open_ledger(request, actor, code))
    size = sum(len(piece) for piece in answer)
    os.write(writes, f"{time.perf_counter() - began} {time.process_time() - worked} {peak() - before} {size}".encode())
    os._exit(0)


def main() -> int:
    instance.start()
    from datetime import date

    from django.db import connection

    from bihuan.ledger.append import Draft, append_many
    from bihuan.ledger.definitions import install_definition
    from bihuan.ledger.spec import ChoiceSpec, FieldSpec, LedgerSpec
    from bihuan.org.actions import add_person, give_post
    from bihuan.org.actor import system_actor

    units = instance.county()
    villages = [unit.pk for code, unit in units.items() if code.startswith("330999101")]
    choices = tuple(ChoiceSpec(code=f"c{n}", title=f"类别{n}") for n in range(12))
    fields = (
        FieldSpec(code="title", title="摘要", kind="text"),
        FieldSpec(code="place", title="单位", kind="unit"),
        FieldSpec(code="amount", title="序数", kind="integer"),
        FieldSpec(code="money", title="金额", kind="money"),
        FieldSpec(code="kind", title="类别", kind="choice", choices=choices),
        FieldSpec(code="found_on", title="日期", kind="date"),
        *(FieldSpec(code=f"t{n}", title=f"文字{n}", kind="text") for n in range(6)),
    )
    spec = LedgerSpec(code="out", title="导出", fields=fields, unit_field="place")
    ledger = install_definition(code="own.out", spec=spec, owner=units["330999-SJ"], origin="file")
    person = add_person(username="clerk", name="测量员", password=None)
    give_post(person=person, unit=units["330999-SJ"], role="handler", valid_from=date(2024, 1, 1))

    def draft(number: int) -> Draft:
        unit = villages[number % len(villages)]
        texts = {f"t{n}": f"第{number}条的第{n}项内容" for n in range(6)}
        data = {"title": f"整改情况说明{number}", "place": unit, "amount": number, "money": number % 9_999 / 100}
        data |= {"kind": f"c{number % 12}", "found_on": f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}", **texts}
        return Draft("imported", None, data, {"number": f"{number:07d}", "unit": unit})

    drafts = (draft(number) for number in range(max(SIZES)))
    append_many(actor=system_actor(), ledger=ledger, drafts=drafts)
    connection.close()
    for form, most in FORMS.items():
        for count in dict.fromkeys(min(size, most) for size in SIZES):
            for grouped in (False, True):
                seconds, worked, megabytes, size = written("own.out", form, count, grouped)
                told = "，分组小计" if grouped else ""
                took = f"{seconds:.1f} s（一次，处理器 {worked:.1f} s）"
                rows = f"{form}{told} · {count:,} 条 × {len(fields) + 1} 列"
                print(f"{rows} · {took} · 内存多用 {megabytes:.0f} MB · 文件 {size / 1e6:.1f} MB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
