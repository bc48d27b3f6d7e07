"""300 figures by 300 units by 12 months in one answer, against the best that can be written by hand and other ways.

`BIHUAN_BENCH_MOST` and `BIHUAN_BENCH_LEAST` bound the number of records (at most 1,000,000 by default). Each record has
three versions in the lake; what is written by hand reads ideal Parquet of only the current ones. Every way gives the
same cells, or the measure fails. A way that needs what is not installed says so.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import instance
import numpy as np
import polars as pl

if TYPE_CHECKING:
    from bihuan.figure.plan import Scan
    from bihuan.figure.resolved import Base

UNITS, CATEGORIES, LEVELS, STATES = 300, 10, 3, 5
SIZES = (100_000, 1_000_000, 10_000_000)
FROM_EVENTS = 50_000
START = date(2025, 1, 1)


def ledger_spec() -> Any:
    from bihuan.ledger.spec import LedgerSpec

    def choices(name: str, count: int) -> list[dict[str, str]]:
        return [{"code": f"{name}{n}", "title": f"{name}{n}"} for n in range(count)]

    fields = [
        {"code": "category", "title": "类别", "kind": "choice", "choices": choices("c", CATEGORIES)},
        {"code": "level", "title": "层级", "kind": "choice", "choices": choices("l", LEVELS)},
        {"code": "stage", "title": "阶段", "kind": "choice", "choices": choices("s", STATES)},
        {"code": "amount", "title": "金额", "kind": "money"},
        {"code": "found_on", "title": "发现日期", "kind": "date"},
    ]
    return LedgerSpec.model_validate({"code": "measure", "title": "测量", "fields": fields})


def figures() -> dict[str, Any]:
    """A count and a sum for each of 150 conditions."""
    from bihuan.figure.spec import FigureSpec

    found = {}
    for c in range(CATEGORIES):
        for level in range(LEVELS):
            for s in range(STATES):
                where = f"category = 'c{c}' and level = 'l{level}' and stage = 's{s}'"
                shape = {"title": "数", "of": "measure", "where": where, "during": "found_on"}
                found[f"demo.n{c}_{level}_{s}"] = FigureSpec.model_validate(shape)
                found[f"demo.s{c}_{level}_{s}"] = FigureSpec.model_validate({**shape, "measure": "sum(amount)"})
    return found


def rows(count: int, seed: int) -> dict[str, Any]:
    """The current rows: small numbers for words, whole numbers for money."""
    dice = np.random.default_rng(seed)
    return {
        "unit": dice.integers(1, UNITS + 1, count),
        "category": dice.integers(0, CATEGORIES, count).astype(np.uint16),
        "level": dice.integers(0, LEVELS, count).astype(np.uint16),
        "stage": dice.integers(0, STATES, count).astype(np.uint16),
        "amount": dice.integers(0, 10**8, count),
        "found_on": ((START - date(1970, 1, 1)).days + dice.integers(0, 365, count)).astype(np.int32),
    }


def build_lake(folder: Path, count: int) -> Any:
    """The lake as absorbing would leave it: of each record a current row, two that time ended, two known better now."""
    from bihuan.figure.lake.columns import OPEN, lake_columns, schema_of
    from bihuan.figure.lake.files import write_file
    from bihuan.figure.lake.manifest import Manifest
    from bihuan.figure.lake.reading import Snapshot
    from bihuan.figure.names import LedgerView, figure_names

    view = LedgerView("demo.measure", ledger_spec(), None)
    columns = lake_columns(figure_names(view))
    schema = schema_of(columns)
    spans = {
        "current": (2, 2, OPEN, OPEN),
        "past": (0, 0, 1, OPEN),
        "past2": (1, 1, 2, OPEN),
        "superseded": (1, 0, OPEN, 1),
        "superseded2": (2, 1, OPEN, 2),
    }
    files: dict[str, list[Any]] = {"current": [], "past": [], "superseded": []}
    for start in range(0, count, 1_000_000):
        size = min(1_000_000, count - start)
        values = rows(size, start)
        for name, (since, known, until, known_to) in spans.items():
            frame = pl.DataFrame(
                {
                    "record": np.arange(start, start + size),
                    "version": np.full(size, since + 1, dtype=np.int32),
                    "effective_from": np.full(size, since),
                    "effective_to": np.full(size, until),
                    "known_from": np.full(size, known),
                    "known_to": np.full(size, known_to),
                    "unit": values["unit"],
                    **{f"f_{code}": values[code] for code in ("category", "level", "stage", "amount", "found_on")},
                }
            )
            blank = [pl.lit(None, dtype=kind).alias(code) for code, kind in schema.items() if code not in frame.columns]
            whole = frame.with_columns(blank).select([pl.col(code).cast(kind) for code, kind in schema.items()])
            files[name.rstrip("2")].append(write_file(folder, name, whole))
    symbols = {
        "f_category": [f"c{n}" for n in range(CATEGORIES)],
        "f_level": [f"l{n}" for n in range(LEVELS)],
        "f_stage": [f"s{n}" for n in range(STATES)],
    }
    parts = {name: tuple(found) for name, found in files.items()}
    signatures = {column.code: column.signature for column in columns}
    return Snapshot(folder, Manifest("demo.measure", 0, "", signatures, symbols, **parts), columns), view


def question(view: Any) -> "tuple[Scan, dict[str, Base]]":
    from bihuan.figure.clocks import clocks
    from bihuan.figure.period import month_of
    from bihuan.figure.plan import Scan
    from bihuan.figure.resolve import Sources, resolve

    specs = figures()
    sources = Sources(specs.get, lambda code: view if code == view.code else None)
    found = {code: resolve(code, spec, sources) for code, spec in specs.items()}
    months = tuple(month_of(date(2025, month, 1)) for month in range(1, 13))
    return Scan(view.code, clocks(), tuple((code, None) for code in sorted(found)), months), found  # type: ignore[return-value]


def ours(scan: Any, found: Any, snapshot: Any, view: Any) -> dict[str, Any]:
    from bihuan.figure.engine.embedded import run_scan

    counted = run_scan(scan, found, snapshot, view)
    return {code: counted.tallies[code, None].amounts for code in found}


def forget() -> None:
    """What the process remembers of earlier answers."""
    from bihuan.figure.engine import cube

    cube._COUNTED.clear()  # noqa: SLF001 - the measure is of an answer that nobody asked for before


def month_number() -> pl.Expr:
    day = pl.col("found_on").cast(pl.Date)
    return (day.dt.month().cast(pl.Int64) - 1).alias("month")


def by_hand_aggregates(path: Path) -> pl.DataFrame:
    """One group-by with an aggregate for each figure."""
    expressions = []
    for c in range(CATEGORIES):
        for level in range(LEVELS):
            for s in range(STATES):
                met = (pl.col("category") == c) & (pl.col("level") == level) & (pl.col("stage") == s)
                expressions.append(met.sum().alias(f"n{c}_{level}_{s}"))
                expressions.append(pl.col("amount").filter(met).sum().alias(f"s{c}_{level}_{s}"))
    return pl.scan_parquet(path).group_by("unit", month_number()).agg(expressions).collect(engine="streaming")


def by_hand_packed(path: Path) -> Any:
    """One packed number a row, added at its place in a table: the best that we know to write, by Polars and NumPy."""
    place = pl.col("unit") * 12 + month_number()
    kind = (pl.col("category").cast(pl.Int64) * LEVELS + pl.col("level")) * STATES + pl.col("stage")
    key = place * (CATEGORIES * LEVELS * STATES) + kind
    found = pl.scan_parquet(path).select(key.alias("key"), "amount").collect(engine="streaming")
    keys, size = found["key"].to_numpy(), (UNITS + 1) * 12 * CATEGORIES * LEVELS * STATES
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, keys, found["amount"].to_numpy())
    counted = np.bincount(keys, minlength=size)
    return [side.reshape(UNITS + 1, 12, -1) for side in (counted, total)]


def by_hand_grouped(path: Path) -> pl.DataFrame:
    """One group-by over one packed number, as it is written in Polars alone."""
    kind = (pl.col("category").cast(pl.Int64) * LEVELS + pl.col("level")) * STATES + pl.col("stage")
    key = (pl.col("unit") * 12 + month_number()) * (CATEGORIES * LEVELS * STATES) + kind
    grouped = pl.scan_parquet(path).group_by(key.alias("key")).agg(pl.len().alias("n"), pl.col("amount").sum())
    return grouped.collect(engine="streaming")


def by_duckdb(path: Path) -> int:
    """One query for each figure."""
    import duckdb

    cells = 0
    with duckdb.connect() as base:
        for c in range(CATEGORIES):
            for level in range(LEVELS):
                for s in range(STATES):
                    for what in ("count(*)", "sum(amount)"):
                        query = (
                            f"SELECT unit, found_on // 31 AS month, {what} FROM '{path}' "
                            f"WHERE category = {c} AND level = {level} AND stage = {s} GROUP BY ALL"
                        )
                        cells += len(base.execute(query).fetchall())
    return cells


def by_pandas(path: Path, names: Sequence[str] = ("", "", "")) -> int:
    """One filter and group-by for each figure; `names` is what stands before a choice's number where it is a word.

    What is read and made into dates is so once; each query stands for itself, as those for DuckDB do.
    """
    import pandas as pd

    frame = pd.read_parquet(path)
    day = frame["found_on"]
    frame["found_on"] = pd.to_datetime(day, unit="D") if day.dtype.kind == "i" else pd.to_datetime(day)
    codes = [[f"{name}{n}" if name else n for n in range(CATEGORIES)] for name in names]
    cells = 0
    for c in range(CATEGORIES):
        for level in range(LEVELS):
            for s in range(STATES):
                for what in ("count", "sum"):
                    met = (
                        (frame["category"] == codes[0][c])
                        & (frame["level"] == codes[1][level])
                        & (frame["stage"] == codes[2][s])
                    )
                    rows = frame[met]
                    cells += len(rows.groupby(["unit", rows["found_on"].dt.month])["amount"].agg(what))
    return cells


def usual_file(folder: Path, ideal: Path) -> Path:
    """What people have: choices as words (by dictionary), days as dates, money with its places."""
    usual = folder / "usual.parquet"
    names = {"category": ("c", CATEGORIES), "level": ("l", LEVELS), "stage": ("s", STATES)}
    words = [
        pl.col(code).replace_strict(list(range(count)), [f"{name}{n}" for n in range(count)]).cast(pl.Categorical)
        for code, (name, count) in names.items()
    ]
    rows = pl.scan_parquet(ideal).with_columns(*words, pl.col("found_on").cast(pl.Date), pl.col("amount") / 100)
    rows.collect().write_parquet(usual, compression="lz4", row_group_size=250_000)
    return usual


def check(amounts: dict[str, Any], dense: Any) -> None:
    """Every cell the same, or the measure is worth nothing."""
    for index, (c, level, s) in enumerate(
        (c, level, s) for c in range(CATEGORIES) for level in range(LEVELS) for s in range(STATES)
    ):
        count, total = amounts[f"demo.n{c}_{level}_{s}"], amounts[f"demo.s{c}_{level}_{s}"]
        expected = [side[count.units][:, :, index] for side in dense]
        if not (count.records[:, :12] == expected[0]).all() or not (total.total[:, :12] == expected[1]).all():
            sys.exit(f"cells differ: c{c} l{level} s{s}")


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
    ratio = f"  {own.wall / beside.wall:8.2f} × {own.cores / beside.cores:8.2f} ×" if beside else ""
    print(f"{what:<44} {size:>12,} {own.wall:9.3f} {worst:9.3f} {own.cores:9.3f} s{ratio}", flush=True)


def refreshed(snapshot: Any, folder: Path, count: int, turn: int) -> Any:
    """The same lake with 1,000 records changed: their rows go, and come again with another amount."""
    from bihuan.figure.lake.files import write_file

    step = max(1, count // 1_000)
    files = [folder / file.name for file in snapshot.manifest.current]
    some = pl.scan_parquet(files).filter(pl.col("record") % step == turn % step).head(1_000).collect()
    going = some.with_columns(pl.lit(-1, dtype=pl.Int8).alias("weight"))
    coming = some.with_columns(pl.col("f_amount") + 1, pl.lit(1, dtype=pl.Int8).alias("weight"))
    delta = write_file(folder, "delta", pl.concat([going, coming]))
    return replace(snapshot, manifest=replace(snapshot.manifest, deltas=(delta,)))


def ideal_file(folder: Path, snapshot: Any) -> Path:
    """What is written by hand reads: the current rows alone, in the narrowest types."""
    ideal = folder / "ideal.parquet"
    names = {f"f_{code}": code for code in ("category", "level", "stage", "amount", "found_on")}
    current = pl.scan_parquet([folder / file.name for file in snapshot.manifest.current])
    current.select("unit", *names).rename(names).with_columns(
        pl.col("category", "level", "stage").cast(pl.UInt8), pl.col("unit").cast(pl.Int32).cast(pl.Int64)
    ).collect().write_parquet(ideal, compression="lz4", row_group_size=250_000)
    return ideal


def measure(home: Path, size: int) -> None:
    folder = home / f"lake-{size}"
    folder.mkdir()
    snapshot, view = build_lake(folder, size)
    ideal = ideal_file(folder, snapshot)
    scan, found = question(view)
    runs, packed = [], []
    amounts: dict[str, Any] = {}
    ours(scan, found, snapshot, view)
    for _ in range(7):
        forget()
        took, amounts = once(lambda: ours(scan, found, snapshot, view))
        runs.append(took)
        took, dense = once(lambda: by_hand_packed(ideal))
        packed.append(took)
    check(amounts, dense)
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
        tell("pandas, one filter a figure, small numbers", size, [once(lambda: by_pandas(ideal))[0]], own)
        usual = usual_file(folder, ideal)
        tell("pandas, one filter a figure, words", size, [once(lambda: by_pandas(usual, "cls"))[0]], own)
    shutil.rmtree(folder)


def measure_refresh(folder: Path, size: int, scan: Any, found: Any, snapshot: Any, view: Any) -> None:
    """Each time another thousand records changed since all was counted; every cell as worked out anew."""
    few, whole = [], []
    for turn in range(7):
        changed = refreshed(snapshot, folder, size, turn)
        took, after = once(lambda changed=changed: ours(scan, found, changed, view))
        few.append(took)
        forget()
        took, anew = once(lambda changed=changed: ours(scan, found, changed, view))
        whole.append(took)
        for code in after:
            sides = zip(after[code].over(None, range(12)), anew[code].over(None, range(12)), strict=True)
            cells = zip(after[code].whole()[1:4], anew[code].whole()[1:4], strict=True)
            same = all((one == other).all() for one, other in cells)
            if not same or any(one != other for one, other in sides):
                sys.exit("refreshed cells differ from those worked out anew")
    tell("ours: after 1,000 changed records", size, few, middle(whole))


def from_events() -> None:
    """Through the one door and absorbing: a saved record until it is seen; 1,000 corrected until all is right."""
    from bihuan.figure.clocks import clocks
    from bihuan.figure.installing import install_figures
    from bihuan.figure.lake.absorbing import folder_of
    from bihuan.figure.period import parse_period
    from bihuan.figure.queries import ask
    from bihuan.ledger.append import Draft, append, append_many
    from bihuan.ledger.definitions import install_definition
    from bihuan.ledger.models import Record
    from bihuan.org.actor import system_actor

    units = instance.county()
    ledger = install_definition(code="demo.measure", spec=ledger_spec(), owner=units["330999-SJ"], origin="file")
    install_figures(pack="demo", specs=figures(), owner=units["330999-SJ"], origin="file")
    actor = system_actor()
    data = {"category": "c1", "level": "l1", "stage": "s1", "amount": 1.5, "found_on": "2025-03-01"}
    drafts = (Draft("created", None, dict(data), {"number": f"N{n}"}) for n in range(FROM_EVENTS))
    append_many(actor=actor, ledger=ledger, drafts=drafts)
    year = parse_period("2025", date(2025, 12, 31))

    def seen() -> Any:
        return ask(["demo.n1_1_1"], [year], clocks(), None).value("demo.n1_1_1", None, year).number

    before = seen()
    spans = []
    for n in range(6):
        append(actor=actor, ledger=ledger, drafts=[Draft("created", None, dict(data), {"number": f"X{n}"})])
        took, after = once(seen)
        if after != before + n + 1:
            sys.exit("a saved record is not in the figure")
        spans.append(took)
    tell("a saved record seen in its figure", FROM_EVENTS, spans)

    def cells() -> Any:
        found = ask(sorted(figures()), [year], clocks(), None)
        return [found.value(code, None, year).number for code in sorted(figures())]

    few, anew = [], []
    for turn in range(3):
        cells()
        records = Record.objects.filter(ledger=ledger).order_by("pk")[turn * 1_000 : turn * 1_000 + 1_000]
        drafts = (Draft("corrected", record.pk, {"amount": 2.5, "stage": "s2"}) for record in records)
        append(actor=actor, ledger=ledger, drafts=list(drafts))
        took, after = once(cells)
        few.append(took)
        forget()
        shutil.rmtree(folder_of(ledger))
        took, whole = once(cells)
        anew.append(took)
        if after != whole:
            sys.exit("refreshed cells differ from those of a lake made anew")
    tell("1,000 corrected records, events to cells", FROM_EVENTS, few)
    tell("all of it anew, events to cells", FROM_EVENTS, anew, middle(few))


def main() -> None:
    home = instance.start()
    most = int(os.environ.get("BIHUAN_BENCH_MOST", "1000000"))
    print(f"{'':<44} {'records':>12} {'median':>9} {'worst':>9} {'cores':>9}    beside ours: clock, cores")
    least = int(os.environ.get("BIHUAN_BENCH_LEAST", "0"))
    for size in (size for size in SIZES if least <= size <= most):
        measure(home, size)
    from_events()


if __name__ == "__main__":
    main()
