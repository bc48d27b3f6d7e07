"""From a record to the figures that count it: which, in which period, and what they amount to there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from bihuan.base import clock
from bihuan.base.errors import BihuanError
from bihuan.figure.answer import Question, Snapshots, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.engine.rows import condition, held_columns
from bihuan.figure.models import Figure
from bihuan.figure.period import Period, month_of, parse_period, year_of
from bihuan.figure.resolved import Base, Flow, Resolved
from bihuan.figure.rules import Reach, may_know
from bihuan.figure.value import Value
from bihuan.ledger.models import Record


@dataclass(frozen=True)
class Counted:
    """A figure that counts a record: in which year (for a flow that of its date, for a stock this one), its value
    there as far as the person may know it, and the figures that are made of it.
    """

    figure: Resolved
    period: Period
    value: Value | None
    above: tuple[str, ...]


def figures_counting(record: int, ledger: str, clocks: Clocks, reach: Reach | None = None) -> list[Figure]:
    """The base figures that count a record as it stands, whatever the period; those that the person may know."""
    catalogue = Catalogue(clocks.known_at)
    bases = _bases(catalogue, ledger, reach)
    counting = _conditions_met(bases, record, clocks, catalogue)
    return list(Figure.objects.filter(code__in=counting).order_by("code"))


def counted_by(record: Record, clocks: Clocks, reach: Reach | None) -> list[Counted]:
    """The figures that count a record, each with its value. The caller has checked the right to see the record."""
    catalogue = Catalogue(clocks.known_at)
    bases = _bases(catalogue, record.ledger.code, reach)
    codes = _conditions_met(bases, record.pk, clocks, catalogue)
    falls = {code: period for code in codes if (period := _period(bases[code], record, clocks)) is not None}
    if not falls:
        return []
    above = _above(catalogue, codes)
    found = answer(Question(tuple(falls), tuple(sorted(set(falls.values()))), clocks), reach=reach, given=catalogue)
    counted = []
    for code, period in falls.items():
        try:
            value: Value | None = found.value(code, None, period)
        except BihuanError:
            value = None
        counted.append(Counted(bases[code], period, value, above.get(code, ())))
    return counted


def _bases(catalogue: Catalogue, ledger: str, reach: Reach | None) -> dict[str, Base]:
    """The figures in use over one ledger's records that the person may know: no condition tells a hidden field."""
    pack, short = ledger.split(".", 1)
    found: dict[str, Base] = {}
    for code in Figure.objects.filter(retired=False).order_by("code").values_list("code", flat=True):
        of = catalogue.in_force(code).spec.of
        if of == ledger or (of == short and code.startswith(f"{pack}.")):
            figure = catalogue[code]
            if isinstance(figure, Base) and may_know(reach, catalogue.ledgers[ledger], figure):
                found[code] = figure
    return found


def _conditions_met(bases: dict[str, Base], record: int, clocks: Clocks, catalogue: Catalogue) -> list[str]:
    """Those of the figures whose condition is true of the record: one reading for all."""
    if not bases:
        return []
    view = next(iter(bases.values())).view
    snapshot = Snapshots(catalogue.ledgers).of(view)
    held = held_columns(snapshot, view, clocks)
    net = dict.fromkeys(bases, 0)
    for part in snapshot.at(*clocks.instants):
        weight = pl.col("weight").cast(pl.Int64) if part.weighted else pl.lit(1, dtype=pl.Int64)
        met = [
            (condition(base.where, held, clocks).cast(pl.Int64) * weight).alias(code) for code, base in bases.items()
        ]
        rows = part.rows.filter(pl.col("record") == record).select(met).collect()
        for code in bases:
            net[code] += int(rows[code].sum() or 0)
    return [code for code, count in net.items() if count > 0]


def _period(figure: Base, record: Record, clocks: Clocks) -> Period | None:
    """The year that a record falls in; None for a flow without a date."""
    if not isinstance(figure.time, Flow):
        return year_of(month_of(clocks.day))
    code = figure.time.field.code
    stored = record.data.get(code, getattr(record, code, None))
    if stored is None:
        return None
    if isinstance(stored, datetime):
        return year_of(month_of(clock.local_date(stored)))
    text = str(stored)
    if "T" in text:
        return year_of(month_of(clock.local_date(datetime.fromisoformat(text))))
    return parse_period(text[:4], clocks.day)


def _above(catalogue: Catalogue, codes: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Of each figure the titles of those that are made of it."""
    found: dict[str, list[str]] = {}
    for code in Figure.objects.filter(retired=False).order_by("code").values_list("code", flat=True):
        for part in set(catalogue.parts_of(code)) & set(codes):
            found.setdefault(part, []).append(catalogue.in_force(code).spec.title)
    return {code: tuple(titles) for code, titles in found.items()}
