"""A plan run over the lakes of every county: what each counts, and what must be counted among all of them.

Of a county only the whole is asked, so nothing is told apart by unit. Values that do not add (distinct ones, doubled
ones, outliers) are counted by Spark's workers: from them come counts, and one value for an extreme or an edge.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import polars as pl
from pyspark.sql import functions as F  # noqa: N812 - as everybody writes it

from bihuan.figure.clocks import Clocks
from bihuan.figure.engine.scan import Counted, count_scan
from bihuan.figure.engine.tally import Tally
from bihuan.figure.engine.timed import tally_of_time
from bihuan.figure.lake.reading import Snapshot
from bihuan.figure.measure import Function
from bihuan.figure.names import LedgerView, expression_of, speaks_of_own
from bihuan.figure.period import Period
from bihuan.figure.plan import Plan, Scan, placed
from bihuan.figure.resolved import Base, Doubled, Stock
from bihuan.figure.spark.fences import outlying
from bihuan.figure.spark.lakes import County, Reading, take_snapshot
from bihuan.figure.spark.occurring import Occurrences, Occurring, apart, by_period, occurring
from bihuan.figure.spark.reading import SparkRows

AMONG_ALL = frozenset({Function.DISTINCT, Function.OUTLIERS, Function.SHARE})
"""The functions of which something is counted among all counties: values, or the records that had their share."""
_AT_ONCE, _WIDE_AT_ONCE = 8, 2
"""Jobs at a time: over one county each, and over all of them, whose plans fill the driver's memory."""


@dataclass(frozen=True)
class Found:
    """What a plan found: of each county what its scans counted, and by figure and clocks what occurs among all."""

    counted: Mapping[tuple[int, str, Clocks], Counted]
    occurring: Mapping[tuple[str, Clocks], Mapping[tuple[Period | None, int | None], Occurring]]


def run_plan(session: Any, counties: Sequence[County], plan: Plan) -> Found:
    """Run every scan over every county's lakes, several at once. Raises DamagedLake, Invalid."""
    with ThreadPoolExecutor(_AT_ONCE) as threads, ThreadPoolExecutor(_WIDE_AT_ONCE) as wide:
        lakes = _take(session, counties, plan, threads)
        work = [(index, scan) for index in range(len(counties)) for scan in plan.scans]
        counted = threads.map(lambda item: _counted(lakes, item[0], item[1], plan), work)
        among = list(_among_all(plan))
        occurs = wide.map(lambda item: _occurring(lakes, item[0], item[1]), among)
        return Found(
            {(index, scan.ledger, scan.clocks): one for (index, scan), one in zip(work, counted, strict=True)},
            {(figure.code, scan.clocks): one for (figure, scan), one in zip(among, occurs, strict=True)},
        )


def is_at_once(figure: Base) -> bool:
    """Whether it looks at one instant, whatever the period."""
    return isinstance(figure.time, Stock) and figure.function is not Function.SHARE


def period_of(figure: Base | Doubled, period: Period) -> Period | None:
    """Under which period a figure's occurrences are kept: None for what looks at one instant."""
    return None if isinstance(figure, Doubled) or is_at_once(figure) else placed(figure, period)


class WholeRows(SparkRows):
    """The rows of a county as a whole; what is counted among all counties is not fetched from each."""

    def __init__(self, lakes: "_Lakes", index: int, reading: Reading, scan: Scan) -> None:
        snapshot, address = lakes.taken[index, reading.ledger], lakes.counties[index].folder(reading.ledger)
        parts, view = reading.parts(snapshot), lakes.views[reading.ledger]
        super().__init__(lakes.session, address, snapshot, parts, scan, view, by_unit=False)

    def list_values(self, base: Base) -> pl.DataFrame | None:
        """The extremes and edges of each part of time."""
        return None if base.function in AMONG_ALL else super().list_values(base)

    def share_time(self, base: Base) -> Tally:
        """For how long a condition held, of how long was counted; no records."""
        return tally_of_time(self.lengths(base), [], len(self.cuts.days))


@dataclass(frozen=True)
class _Lakes:
    """The lakes of a question, each taken once, so that all its numbers agree."""

    session: Any
    counties: Sequence[County]
    views: Mapping[str, LedgerView]
    taken: Mapping[tuple[int, str], Snapshot]


def _take(session: Any, counties: Sequence[County], plan: Plan, threads: ThreadPoolExecutor) -> _Lakes:
    readings = [_reading(scan, plan) for scan in plan.scans]
    readings += [Reading(view.code, own) for figure, own in plan.doubled for view, _ in figure.places]
    views = {base.view.code: base.view for base in plan.figures.values() if isinstance(base, Base)}
    views |= {view.code: view for figure, _ in plan.doubled for view, _ in figure.places}
    needed = {reading.ledger: [one for one in readings if one.ledger == reading.ledger] for reading in readings}
    work = [(index, ledger) for index in range(len(counties)) for ledger in needed]
    taken = threads.map(lambda item: take_snapshot(session, counties[item[0]], views[item[1]], needed[item[1]]), work)
    return _Lakes(session, counties, views, dict(zip(work, taken, strict=True)))


def _reading(scan: Scan, plan: Plan) -> Reading:
    figures = [plan.figures[code] for code, _ in scan.wanted]
    is_timed = any(isinstance(figure, Base) and figure.function is Function.SHARE for figure in figures)
    return Reading(scan.ledger, scan.clocks, is_timed)


def _counted(lakes: _Lakes, index: int, scan: Scan, plan: Plan) -> Counted:
    rows = WholeRows(lakes, index, _reading(scan, plan), scan)
    return count_scan(scan, plan.figures, rows.cuts, rows)


def _among_all(plan: Plan) -> Iterator[tuple[Base | Doubled, Scan]]:
    for scan in plan.scans:
        for code, _ in scan.wanted:
            figure = plan.figures[code]
            if isinstance(figure, Base) and figure.function in AMONG_ALL:
                yield figure, scan
    for doubled, own in plan.doubled:
        yield doubled, Scan("", own, ((doubled.code, None),), ())


def _occurring(lakes: _Lakes, figure: Base | Doubled, scan: Scan) -> dict[tuple[Period | None, int | None], Occurring]:
    """What is counted among all counties, by period and county."""
    tables = [
        table.select("period", F.lit(index).alias("county"), "value", "n")
        for index in range(len(lakes.counties))
        for table in _tables(lakes, index, figure, scan)
    ]
    periods, found = _periods(figure, scan), _found(tables, figure)
    return {(periods[at], county): one for (at, county), one in found.items()}


def _found(tables: Sequence[Any], figure: Base | Doubled) -> Occurrences:
    if isinstance(figure, Base) and figure.function is Function.OUTLIERS:
        return outlying(tables)
    found = occurring(tables, 2 if isinstance(figure, Doubled) else 1)
    return apart(found) if _is_own(figure) else found


def _periods(figure: Base | Doubled, scan: Scan) -> Sequence[Period | None]:
    return (None,) if isinstance(figure, Doubled) or is_at_once(figure) else scan.periods


def _tables(lakes: _Lakes, index: int, figure: Base | Doubled, scan: Scan) -> Iterator[Any]:
    """What a county tells: values, or of a share of time the records, with the periods that each touches."""
    if isinstance(figure, Doubled):
        for view, name in figure.places:
            rows = WholeRows(lakes, index, Reading(view.code, scan.clocks), scan)
            yield rows.told(expression_of(name), figure.scale).withColumn("period", F.lit(0))
        return
    is_timed = figure.function is Function.SHARE
    rows = WholeRows(lakes, index, Reading(scan.ledger, scan.clocks, is_timed), scan)
    spans = [range(1) if period is None else rows.cuts.span(period) for period in _periods(figure, scan)]
    if is_timed:
        touching = rows.standing(figure).withColumn("value", F.col("record").cast("string"))
    else:
        valued = rows.valued(figure).withColumn("value", F.col("value").cast("string"))
        touching = valued.withColumn("first", F.col("part")).withColumn("last", F.col("part"))
    yield by_period(touching, spans)


def _is_own(figure: Base | Doubled) -> bool:
    """Whether a value means something only within its county; if one of the fields compared does, all do."""
    if isinstance(figure, Doubled):
        return any(speaks_of_own(expression_of(name).tree, view) for view, name in figure.places)
    is_record = figure.function is Function.SHARE
    return is_record or (figure.operand is not None and speaks_of_own(figure.operand.tree, figure.view))
