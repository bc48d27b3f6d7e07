"""How far a long piece of work has come.

It is a small file in the home folder and not a row, because the work itself holds the database's write lock.
"""

import os
from dataclasses import asdict, dataclass
from uuid import UUID

import orjson

from bihuan.base.home import room


@dataclass(frozen=True)
class Progress:
    step: str = "等待开始"
    done: int = 0
    total: int = 0
    message: str = ""

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


def report(work: UUID, progress: Progress) -> None:
    """Put the progress where others can read it, at once and whole."""
    path = room("progress") / f"{work}.json"
    fresh = path.with_suffix(".new")
    fresh.write_bytes(orjson.dumps(asdict(progress)))
    os.replace(fresh, path)  # noqa: PTH105 - os.replace is atomic by contract


def read(work: UUID) -> Progress:
    """The last progress told; before the first, a waiting one."""
    try:
        return Progress(**orjson.loads((room("progress") / f"{work}.json").read_bytes()))
    except FileNotFoundError:
        return Progress()


def forget(work: UUID) -> None:
    (room("progress") / f"{work}.json").unlink(missing_ok=True)
