"""Importing 100,000 rows of 20 columns, from the file to chained events, against iterating the same file."""

import random
import resource
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import instance
import python_calamine
import xlsxwriter

ROWS, TEXTS = 100_000, 13


def make_file(path: Path) -> None:
    """A workbook of findings from a fixed seed."""
    random.seed(1)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet, day = book.add_worksheet("台账"), book.add_format({"num_format": "yyyy-mm-dd"})
        heads = ["问题编号", "问题描述", "责任单位", "发现日期", "整改期限", "金额", "类型"]
        for column, head in enumerate([*heads, *(f"字段{n}" for n in range(TEXTS))]):
            sheet.write_string(0, column, head)
        for row in range(1, ROWS + 1):
            sheet.write_string(row, 0, f"W{row:07d}")
            sheet.write_string(row, 1, f"第{row}个问题的描述文字")
            sheet.write_string(row, 2, random.choice(["青溪镇", "审计局"]))
            sheet.write_datetime(row, 3, datetime(2025, 1, 1) + timedelta(days=random.randrange(300)), day)
            sheet.write_datetime(row, 4, datetime(2026, 1, 1) + timedelta(days=random.randrange(300)), day)
            sheet.write_number(row, 5, round(random.random() * 1000, 2))
            sheet.write_string(row, 6, random.choice(["政策", "财政", "经责"]))
            for column in range(7, 7 + TEXTS):
                if column % 2:
                    sheet.write_number(row, column, random.randrange(1000))
                else:
                    sheet.write_string(row, column, f"文本{random.randrange(5000)}")


def iterate(path: Path) -> float:
    """Seconds that the reader alone needs."""
    began = time.perf_counter()
    rows = sum(1 for _ in python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())
    assert rows == ROWS + 1, rows
    return time.perf_counter() - began


def main() -> int:
    home = instance.start()
    from bihuan.ledger.models import Event, Ledger, Record
    from bihuan.ledger.verification import verify_chain
    from bihuan.loop import intake
    from bihuan.org.actor import system_actor

    units = instance.county()
    path = home / "问题.xlsx"
    make_file(path)
    reading = min(iterate(path) for _ in range(3))
    actor, source = system_actor(), intake.Source(path, path.name)
    table = intake.open_table(source)
    target, columns = intake.planned(
        actor=actor, code="audit.measure", title="测量", table=table, owner=units["330999-SJ"]
    )
    began = time.perf_counter()
    check, batch = intake.import_file(
        actor=actor, source=source, target=target, table=intake.open_table(source), columns=columns
    )
    took = time.perf_counter() - began
    ledger = Ledger.objects.get(code="audit.measure")
    sound = (
        batch is not None
        and Record.objects.count() == ROWS
        and Event.objects.count() == ROWS
        and not list(verify_chain(ledger))
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"读取 · {ROWS:,} 行 × {7 + TEXTS} 列 · 最快 {reading:.2f} s（三次）")
    print(f"导入 · 同一文件 · {took:.2f} s（一次） · 读取的 {took / reading:.1f} 倍 · 内存峰值 {peak} MB")
    if not sound:
        print("导入的结果不对", check.problems[:3])
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
