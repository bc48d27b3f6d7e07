"""How long a run took, on the clock and of all cores; and how that is told beside another."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

HEAD = f"{'':<44} {'records':>12} {'median':>9} {'worst':>9} {'cores':>9}    beside ours: clock, cores"


@dataclass(frozen=True)
class Took:
    """Seconds of one run: on the clock, and of all cores together, which others on the machine disturb less."""

    wall: float
    cores: float


def once(work: Callable[[], Any]) -> tuple[Took, Any]:
    wall, cores = time.perf_counter(), time.process_time()
    found = work()
    return Took(time.perf_counter() - wall, time.process_time() - cores), found


def middle(runs: Sequence[Took]) -> Took:
    walls, cores = sorted(run.wall for run in runs), sorted(run.cores for run in runs)
    return Took(walls[len(walls) // 2], cores[len(cores) // 2])


def tell(what: str, size: int, runs: Sequence[Took], beside: Took | None = None) -> None:
    """Median and worst on the clock, median of the cores; and how many times ours both are."""
    own, worst = middle(runs), max(run.wall for run in runs)
    ratio = f"  {own.wall / beside.wall:8.3f} × {own.cores / beside.cores:8.3f} ×" if beside else ""
    print(f"{what:<44} {size:>12,} {own.wall:9.4f} {worst:9.4f} {own.cores:9.4f} s{ratio}", flush=True)
