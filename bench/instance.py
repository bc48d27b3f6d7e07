"""A throw-away instance for a measure: its own home, a county of a few units, and what machine this is."""

import atexit
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bihuan.org.models import Unit


def start(kept: str = "") -> Path:
    """Make the home, the tables and nothing else. Call it before any of our models are imported.

    `kept` is a home that stays after the measure, and may hold what an earlier run made.
    """
    home = Path(kept or tempfile.mkdtemp(prefix="bihuan-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    if not kept:
        atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["BIHUAN_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "bihuan.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    print(f"{platform.processor() or platform.machine()} · {os.cpu_count()} cores · Python {sys.version.split()[0]}")
    return home


def county() -> "dict[str, Unit]":
    """A county with a bureau, two towns and two hundred villages."""
    from datetime import date

    from bihuan.org.actions import add_unit

    day = date(2020, 1, 1)
    top = add_unit(code="330999", name="示范县", kind="county", parent=None, valid_from=day)
    units = {"330999": top}
    for code, name, kind in (("330999-SJ", "审计局", "bureau"), ("330999101", "青溪镇", "town")):
        units[code] = add_unit(code=code, name=name, kind=kind, parent=top, valid_from=day)
    for number in range(201, 401):
        code = f"330999101{number}"
        units[code] = add_unit(
            code=code, name=f"第{number}村", kind="village", parent=units["330999101"], valid_from=day
        )
    return units


def timed(work: Callable[[], object], runs: int = 5) -> list[float]:
    """Seconds of each run, after one that does not count."""
    work()
    found = []
    for _ in range(runs):
        start_at = time.perf_counter()
        work()
        found.append(time.perf_counter() - start_at)
    return found


def tell(subject: str, size: str, seconds: list[float]) -> None:
    """One line: subject, size, median, worst."""
    print(f"{subject} · {size} · 中位 {statistics.median(seconds):.3f} s · 最慢 {max(seconds):.3f} s")
