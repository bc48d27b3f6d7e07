"""300 figures by 300 units by 12 months in one answer, against the best that can be written by hand and other ways.

`BIHUAN_BENCH_MOST` and `BIHUAN_BENCH_LEAST` bound the number of records (at most 1,000,000 by default). Each record has
three versions in the lake; what is written by hand reads ideal Parquet of only the current ones. Every way gives the
same cells, or the measure fails. A way that needs what is not installed says so.
"""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import instance
from figure_lake import FOR_EVER, build_lake, history_file, ideal_file, refreshed, usual_file
from our_figures import cells_of, forget, ours, question
from peer_figures import by_duckdb, by_hand_aggregates, by_hand_grouped, by_hand_packed, by_pandas, check
from took import HEAD, middle, once, tell

SIZES = (100_000, 1_000_000, 10_000_000)


def measure(home: Path, size: int) -> None:
    folder = home / f"lake-{size}"
    folder.mkdir()
    snapshot, view = build_lake(folder, size)
    ideal = ideal_file(folder, snapshot)
    scan, found = question(view)
    runs, packed = [], []
    ours(scan, found, snapshot, view)
    for _ in range(7):
        forget()
        took, tallies = once(lambda: ours(scan, found, snapshot, view))
        runs.append(took)
        took, dense = once(lambda: by_hand_packed(ideal))
        packed.append(took)
    check(tallies, dense)
    own = middle(runs)
    tell("ours: 300 × 300 × 12 over three versions", size, runs)
    tell("by hand, a table of places, current only", size, packed, own)
    grouped = [once(lambda: by_hand_grouped(ideal))[0] for _ in range(3)]
    tell("by hand, one packed group-by", size, grouped, own)
    spread = [once(lambda: by_hand_aggregates(ideal))[0] for _ in range(2 if size > 1_000_000 else 3)]
    tell("by hand, an aggregate a figure", size, spread, own)
    measure_refresh(folder, size, scan, found, snapshot, view)
    tell("DuckDB, one query a figure (once)", size, [once(lambda: by_duckdb(ideal))[0]], own)
    if find_spec("pandas") is None:
        print("pandas, one filter a figure: not installed (requirements-bench.lock)")
    else:
        took, cells = once(lambda: by_pandas(ideal))
        tell("pandas, one filter a figure, small numbers", size, [took], own)
        usual = usual_file(folder, ideal)
        took, as_words = once(lambda: by_pandas(usual, "cls"))
        tell("pandas, one filter a figure, words", size, [took], own)
        history = history_file(folder, snapshot)
        took, of_history = once(lambda: by_pandas(history, at=FOR_EVER - 1))
        tell("pandas, the same over all versions, numbers", size, [took], own)
        if not cells == as_words == of_history:
            sys.exit("pandas finds other cells over another input")
    shutil.rmtree(folder)


def measure_refresh(folder: Path, size: int, scan: Any, found: Any, snapshot: Any, view: Any) -> None:
    """Each time another thousand records changed since all was counted; every cell as worked out anew.

    First one after another, then each right after a full answer, which has put all else out of the processor's caches.
    """
    few, whole, cold = [], [], []
    lakes = [refreshed(snapshot, folder, size, turn) for turn in range(14)]
    for changed in lakes[:7]:
        took, after = once(lambda changed=changed: ours(scan, found, changed, view))
        few.append((took, after))
    for changed, (_, after) in zip(lakes, few, strict=False):
        forget()
        took, anew = once(lambda changed=changed: ours(scan, found, changed, view))
        whole.append(took)
        check_same(after, anew)
    for changed in lakes[7:]:
        forget()
        ours(scan, found, snapshot, view)
        took, after = once(lambda changed=changed: ours(scan, found, changed, view))
        cold.append(took)
        forget()
        check_same(after, ours(scan, found, changed, view))
    tell("ours: after 1,000 changed records", size, [took for took, _ in few], middle(whole))
    tell("ours: the same right after a full answer", size, cold, middle(whole))


def check_same(after: Any, anew: Any) -> None:
    """Every cell, and every total over the units."""
    for key in anew:
        one, other = after[key].amounts, anew[key].amounts
        cells = zip(cells_of(one), cells_of(other), strict=True)
        if one.over(None, range(12)) != other.over(None, range(12)) or not all((a == b).all() for a, b in cells):
            sys.exit("refreshed cells differ from those worked out anew")


def main() -> None:
    home = instance.start()
    most = int(os.environ.get("BIHUAN_BENCH_MOST", "1000000"))
    print(HEAD)
    least = int(os.environ.get("BIHUAN_BENCH_LEAST", "0"))
    for size in (size for size in SIZES if least <= size <= most):
        measure(home, size)


if __name__ == "__main__":
    main()
