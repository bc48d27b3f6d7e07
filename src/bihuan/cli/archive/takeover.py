"""A restored instance takes the place of the present one: wholly, or not at all, whenever the machine stops.

The new instance stands ready in `restoring/` within the home folder. What decides is one thing that happens or does
not: with SQLite the file `restoring/decided.json`, with PostgreSQL the commit of the transaction that this file names.
Before it, all counts for nothing and is cleared away; after it, the moves are done, and after a crash the next command
does what is left of them.
"""

import json
import os
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Conflict
from bihuan.cli.archive.disk import sole_restore, sync_folder

STAGE = "restoring"
_DECIDED = "decided.json"
_DATABASE = "bihuan.sqlite3"
_BESIDE = (f"{_DATABASE}-wal", f"{_DATABASE}-shm")
ROOMS = ("keys", "attachments", "uploads", "progress")
_PATIENCE = 10.0
"""Seconds that PostgreSQL is given to notice that the process of a transaction is gone."""


@dataclass(frozen=True)
class Decision:
    """Where the present instance is moved to, and which transaction of PostgreSQL decides (none with SQLite)."""

    aside: str
    transaction: str | None = None


def new_aside(home: Path) -> str:
    """A name that is free, by the county's clock."""
    stamp = clock.now().astimezone(clock.COUNTY_TIME).strftime("%Y%m%d-%H%M%S")
    names = (f"replaced-{stamp}{suffix}" for suffix in ("", *(f"-{number}" for number in range(2, 100))))
    return next(name for name in names if not (home / name).exists())


def prepare(home: Path) -> Path:
    """An empty stage with its rooms. Raises Conflict where a room is a disk of its own, which cannot be moved."""
    mounted = [name for name in ROOMS if _elsewhere(home, home / name)]
    if mounted:
        raise Conflict(f"{home} 里的 {'、'.join(mounted)} 是单独挂载的，恢复要整体换入，请先卸载或改挂整个数据目录")
    stage = home / STAGE
    stage.mkdir(mode=0o750)
    for name in ROOMS:
        (stage / name).mkdir(mode=0o750)
    return stage


def _elsewhere(home: Path, room: Path) -> bool:
    return room.is_mount() or (room.exists() and not room.is_symlink() and room.stat().st_dev != home.stat().st_dev)


def decide(home: Path, decision: Decision) -> None:
    """Write the decision down, once everything it is about is on the disk."""
    stage = home / STAGE
    os.sync()
    fresh = stage / f"{_DECIDED}.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(asdict(decision), file)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(stage / _DECIDED)
    sync_folder(stage)
    sync_folder(home)


def settle(home: Path) -> Path | None:
    """Bring what a restore left to its end: forward if it was decided, back if not. Returns where the old one lies."""
    stage = home / STAGE
    if not stage.exists():
        return None
    path = stage / _DECIDED
    decision = Decision(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None
    if decision is None or not (decision.transaction is None or _committed(decision.transaction)):
        clear(home)
        return None
    aside = home / decision.aside
    _move(home, stage, aside)
    clear(home)
    return aside


def clear(home: Path) -> None:
    """Take the stage away. The decision goes first: without it what is left counts for nothing."""
    stage = home / STAGE
    (stage / _DECIDED).unlink(missing_ok=True)
    sync_folder(stage)
    shutil.rmtree(stage)


def _move(home: Path, stage: Path, aside: Path) -> None:
    """Move the old out and the new in, name by name; what was moved before a crash is not moved again."""
    aside.mkdir(mode=0o750, exist_ok=True)
    if (stage / _DATABASE).exists():
        # Nothing of the old database may stand beside the new one.
        for name in _BESIDE:
            if (home / name).exists():
                (home / name).rename(aside / name)
    for name in (*ROOMS, _DATABASE):
        if (stage / name).exists():
            if os.path.lexists(home / name):
                (home / name).rename(aside / name)
            (stage / name).rename(home / name)
    for folder in (aside, stage, home):
        sync_folder(folder)


def _committed(transaction: str) -> bool:
    """Whether PostgreSQL has committed a transaction. It is asked directly: nothing of the instance may be read yet."""
    import psycopg

    deadline = time.monotonic() + _PATIENCE
    with psycopg.connect(os.environ.get("BIHUAN_DATABASE_URL", "")) as asked:
        while True:
            row = asked.execute("SELECT pg_xact_status(%s::xid8)", [transaction]).fetchone()
            status = row[0] if row else None
            if status != "in progress":
                return status == "committed"
            if time.monotonic() > deadline:
                raise BihuanError("上一次恢复在 PostgreSQL 里还没有结束，请过一会儿再试")
            time.sleep(0.1)


def settle_interrupted(home: Path) -> None:
    """Before any command: bring an interrupted restore to its end, and say so. Raises Conflict while one is running."""
    if not (home / STAGE).exists():
        return
    with sole_restore(home):
        aside = settle(home)
    if aside:
        print(f"上一次恢复备份中途停了，已接着完成；原来的内容在 {aside}", file=sys.stderr)
    else:
        print("上一次恢复备份没有完成，已清理；数据和恢复前一样", file=sys.stderr)
