"""Importing 100,000 rows of 20 columns, from the file to chained events, against iterating the same file.

`measure_import.py 500000` measures what a larger file costs in time and memory. Each import runs in a process of its
own, so that its peak of memory is its own, and iterates the file there first, so that both sides of a ratio are of one
run. Times are told twice: by the clock, and as time of the processors, which a busy machine changes less.

Where django-import-export is installed (requirements-bench.lock), it imports a tenth of the rows in bulk mode, without
events, rules or rights, and its time is reckoned up: as its documentation says how, and lean, as nobody would run it
(`peer_import_export.py`).
"""

import importlib.util
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import instance
import python_calamine
import xlsxwriter

ROWS, TEXTS, SHARE = 100_000, 13, 10


def make_file(path: Path, rows: int) -> None:
    """A workbook of findings from a fixed seed."""
    random.seed(1)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet, day = book.add_worksheet("台账"), book.add_format({"num_format": "yyyy-mm-dd"})
        heads = ["问题编号", "问题描述", "责任单位", "发现日期", "整改期限", "金额", "类型"]
        for column, head in enumerate([*heads, *(f"字段{n}" for n in range(TEXTS))]):
            sheet.write_string(0, column, head)
        for row in range(1, rows + 1):
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


Spent = tuple[float, float]
"""Seconds by the clock and of the processors."""


def spent() -> Spent:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), used.ru_utime + used.ru_stime


def peak_memory() -> int:
    """In MB, of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def since(began: Spent) -> Spent:
    now = spent()
    return now[0] - began[0], now[1] - began[1]


def iterate(path: Path) -> Spent:
    """What the reader alone needs."""
    began = spent()
    for _ in python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows():
        pass
    return since(began)


def ours(path: Path, rows: int) -> str:
    """Import the file: what it needed, peak of memory in MB, and whether all of it is there and the chain holds."""
    instance.start()
    from bihuan.ledger.models import Event, Ledger, Record
    from bihuan.ledger.verification import verify_chain
    from bihuan.loop import intake
    from bihuan.org.actor import system_actor

    units = instance.county()
    actor, source = system_actor(), intake.Source(path, path.name)
    target, columns = intake.planned(
        actor=actor, code="audit.measure", title="测量", table=intake.open_table(source), owner=units["330999-SJ"]
    )
    began = spent()
    _, batch = intake.import_file(
        actor=actor, source=source, target=target, table=intake.open_table(source), columns=columns
    )
    took, peak = since(began), peak_memory()
    sound = batch is not None and Record.objects.count() == Event.objects.count() == rows
    sound = sound and not list(verify_chain(Ledger.objects.get(code="audit.measure")))
    return f"{took[0]:.3f} {took[1]:.3f} {peak} {sound}"


def only_read(path: Path, rows: int) -> str:
    """What iterating the file needs."""
    took = iterate(path)
    return f"{took[0]:.3f} {took[1]:.3f} 0 {rows > 0}"


def theirs(path: Path, rows: int) -> str:
    """The same by django-import-export, typed and validated."""
    return _by_peer("import_typed", path, rows)


def theirs_lean(path: Path, rows: int) -> str:
    """The same by django-import-export, as lean as it can be made."""
    return _by_peer("import_lean", path, rows)


def _by_peer(how: str, path: Path, rows: int) -> str:
    instance.start()
    import peer_import_export

    began = spent()
    there = getattr(peer_import_export, how)(path)
    took, peak = since(began), peak_memory()
    return f"{took[0]:.3f} {took[1]:.3f} {peak} {there == rows}"


def apart(which: str, path: Path, rows: int) -> tuple[Spent, int, bool]:
    """One of the imports, or the reading alone, in a process of its own."""
    command = [sys.executable, __file__, which, str(path), str(rows)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return (float(said[-4]), float(said[-3])), int(said[-2]), said[-1] == "True"


def main() -> int:
    if len(sys.argv) == 4:
        which, path, rows = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
        print({"ours": ours, "theirs": theirs, "lean": theirs_lean, "read": only_read}[which](path, rows))
        return 0
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    instance.start()
    with tempfile.TemporaryDirectory() as folder:
        path, part = Path(folder) / "问题.xlsx", Path(folder) / "部分.xlsx"
        make_file(path, rows)
        before, _, _ = apart("read", path, rows)
        took, peak, sound = apart("ours", path, rows)
        after, _, _ = apart("read", path, rows)
        reading = min(before[0], after[0]), min(before[1], after[1])
        print(f"读取 · {rows:,} 行 × {7 + TEXTS} 列 · {reading[0]:.2f} s · 处理器 {reading[1]:.2f} s（两次的较快者）")
        print(f"导入 · 同一文件 · {took[0]:.2f} s · 处理器 {took[1]:.2f} s（一次） · 内存峰值 {peak} MB")
        print(f"导入是读取的 {took[0] / reading[0]:.1f} 倍 · 处理器时间 {took[1] / reading[1]:.1f} 倍")
        if importlib.util.find_spec("import_export"):
            make_file(part, rows // SHARE)
            for which, how in (("theirs", "读 xlsx、定类型、逐行校验"), ("lean", "精简：格已读好，全作文字，不校验")):
                other, other_peak, whole = apart(which, part, rows // SHARE)
                clock, processor = other[0] * SHARE, other[1] * SHARE
                print(
                    f"django-import-export（{how}）· 推算 · {clock:.1f} s · 处理器 {processor:.1f} s · {other_peak} MB"
                )
                print(f"我们快 {clock / took[0]:.1f} 倍 · 按处理器时间 {processor / took[1]:.1f} 倍")
                sound = sound and whole
        else:
            print("django-import-export · 没有安装，未测")
    if not sound:
        print("导入的结果不对")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
