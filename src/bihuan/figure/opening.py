"""The records behind a value, exactly: for a figure made of others, those of each of its parts."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from bihuan.base import clock
from bihuan.figure.answer import Answer
from bihuan.figure.doubled import doubled_rows
from bihuan.figure.engine.rows import condition, held_columns, part_of_time
from bihuan.figure.engine.tally import Cuts
from bihuan.figure.lake.columns import microseconds
from bihuan.figure.measure import Function
from bihuan.figure.period import Period
from bihuan.figure.plan import clocks_for, part_codes, part_periods, placed
from bihuan.figure.resolved import Base, Derived, Doubled, Flow
from bihuan.figure.rules import NOBODY, counted_units
from bihuan.figure.slices import Slice, sliced


@dataclass(frozen=True)
class Opened:
    """The records that one figure counts in one period: id and version of each, in the order of ids."""

    code: str
    title: str
    ledger: str
    period: Period
    records: tuple[tuple[int, int], ...]

    @property
    def ids(self) -> list[int]:
        return [record for record, _ in self.records]


def open_value(answer: Answer, code: str, unit: int | None, period: Period, cut: Slice | None = None) -> list[Opened]:
    """The records behind a cell, a list for each figure that counts records. Raises NotAllowed as the value does."""
    return list(_opened(answer, code, unit, period, cut))


def _opened(answer: Answer, code: str, unit: int | None, period: Period, cut: Slice | None) -> Iterator[Opened]:
    figure = answer.figures[code]
    match figure:
        case Base():
            yield _of_base(answer, figure, unit, period, cut)
        case Doubled():
            yield from _of_doubled(answer, figure, unit, period)
        case Derived():
            periods = part_periods(figure, period, answer.question.clocks)
            for part, own in zip(part_codes(figure), periods, strict=True):
                yield from _opened(answer, part, unit, own, cut)


def counted_rows(answer: Answer, base: Base, period: Period) -> list[tuple[pl.LazyFrame, pl.Expr]]:
    """The rows that a base figure counts in a period, of all units, each with its weight."""
    own = clocks_for(base, period, answer.question.clocks)
    snapshot = answer.snapshots.of(base.view)
    held = held_columns(snapshot, base.view, own)
    as_of, known_at = own.instants
    is_timed = base.function is Function.SHARE
    parts = snapshot.known(known_at) if is_timed else snapshot.at(as_of, known_at)
    asked = placed(base, period)
    found = []
    for part in parts:
        rows = part.rows.filter(condition(base.where, held, own))
        if isinstance(base.time, Flow):
            cuts = Cuts.of((asked,))
            place, span = part_of_time(base.time, held, cuts), cuts.span(asked)
            rows = rows.filter((place >= span.start) & (place < span.stop))
        if is_timed:
            start = microseconds(clock.start_of_day(asked.start))
            end = min(as_of, microseconds(clock.end_of_day(asked.end)) + 1_000_000)
            begun = (pl.col("effective_from") < end) & pl.lit(start < end)
            rows = rows.filter(begun & (pl.col("effective_to") > start))
        found.append((rows, pl.col("weight").cast(pl.Int64) if part.weighted else pl.lit(1, dtype=pl.Int64)))
    return found


def _of_base(answer: Answer, figure: Base, unit: int | None, period: Period, cut: Slice | None) -> Opened:
    ledger = answer.catalogue.ledgers[figure.view.code]
    units, _ = counted_units(answer.reach, ledger, unit, answer.tree(period), figure)
    frames = []
    for rows, weight in counted_rows(answer, sliced(figure, cut), period):
        own = rows if units is None else rows.filter(pl.col("unit").fill_null(NOBODY).is_in(sorted(units)))
        frames.append(own.select("record", "version", weight.alias("n")).collect())
    records = _standing(frames)
    return Opened(figure.code, figure.spec.title, figure.view.code, period, records)


def _standing(frames: list[pl.DataFrame]) -> tuple[tuple[int, int], ...]:
    """The rows that came and did not go, once for each record and version."""
    if not frames:
        return ()
    summed = pl.concat(frames).group_by("record", "version").agg(pl.col("n").sum()).filter(pl.col("n") > 0)
    return tuple((int(record), int(version)) for record, version, _ in summed.sort("record", "version").iter_rows())


def _of_doubled(answer: Answer, figure: Doubled, unit: int | None, period: Period) -> Iterator[Opened]:
    own = clocks_for(figure, period, answer.question.clocks)
    tree = answer.tree(period)
    scopes = [
        counted_units(answer.reach, answer.catalogue.ledgers[view.code], unit, tree, figure)[0]
        for view, _ in figure.places
    ]
    rows = doubled_rows(figure, [answer.snapshots.of(view) for view, _ in figure.places], scopes, own)
    for index, (view, _) in enumerate(figure.places):
        mine = rows.filter(pl.col("place") == index) if len(rows) else rows
        records = tuple((int(r), int(v)) for r, v in mine.select("record", "version").iter_rows()) if len(rows) else ()
        yield Opened(figure.code, figure.spec.title, view.code, period, records)
