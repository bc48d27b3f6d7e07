"""Days spent in each colour by units, from the lake: what `loop.colour_days` replays matter by matter, for a million.

A row of the lake is a time in which a matter stayed as it was. Within it the colour turns only at instants that follow
from its due day and the dated colour rules, so that all rows of a ledger are told at once.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

import polars as pl

from bihuan.base import clock
from bihuan.figure.lake.absorbing import fresh_snapshot
from bihuan.figure.lake.columns import OPEN, microseconds
from bihuan.figure.lake.reading import Part, Snapshot
from bihuan.figure.names import LedgerView
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, Record
from bihuan.loop.colour import Colour
from bihuan.loop.colour_days import ColourDays, UnitDays
from bihuan.loop.course import level_of_step
from bihuan.loop.nearness import near_from
from bihuan.loop.rules import level_unit
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor

_LIVING = (Colour.GREEN, Colour.YELLOW, Colour.RED)
_DAY = 86_400_000_000
_KEY = ("record", "effective_from", "effective_to", "unit", "state", "due_at", "closed_at")


def colour_time(
    actor: Actor, ids: Collection[int], ledger: Ledger, loop: LoopSpec, start: datetime, end: datetime
) -> ColourDays:
    """What the matters of these ids went through between two instants; pauses, which the lake does not know, left out.

    The caller has checked the right to see them.
    """
    snapshot = fresh_snapshot(ledger, LedgerView(ledger.code, spec_of(ledger), loop))
    given = [code for code in _level_fields(loop) if f"f_{code}" in {column.code for column in snapshot.columns}]
    kept = [*_KEY, *(f"f_{code}" for code in given)]
    rows = _standing(snapshot, kept).join(
        pl.DataFrame({"record": pl.Series(ids, dtype=pl.Int64)}), "record", how="semi"
    )
    since, until = microseconds(start), microseconds(end)
    told = _measured(_turns(rows), loop, since, until)
    steps = dict(enumerate(snapshot.manifest.symbols.get("state", [])))
    return _summed(told, steps, given, actor, ledger, loop)


def _level_fields(loop: LoopSpec) -> list[str]:
    return sorted({level.field for level in loop.levels if level.field})


def _standing(snapshot: Snapshot, kept: Sequence[str]) -> pl.DataFrame:
    """The rows that hold as known now, each once: what a delta takes back is gone."""
    parts = snapshot.known(microseconds(clock.now()))
    found = [_read(part, kept) for part in parts]
    if not any(part.weighted for part in parts):
        return pl.concat(found).drop("weight") if found else pl.DataFrame(schema=dict.fromkeys(kept, pl.Int64))
    touched = pl.concat([one.select("record") for one, part in zip(found, parts, strict=True) if part.weighted])
    whole = pl.concat(found)
    netted = whole.join(touched, "record", how="semi").group_by(kept).agg(pl.col("weight").sum())
    still = whole.join(touched, "record", how="anti")
    return pl.concat([still.drop("weight"), netted.filter(pl.col("weight") > 0).drop("weight")])


def _read(part: Part, kept: Sequence[str]) -> pl.DataFrame:
    weight = pl.col("weight").cast(pl.Int64) if part.weighted else pl.lit(1, dtype=pl.Int64)
    return part.rows.select(*(pl.col(code).cast(pl.Int64) for code in kept), weight.alias("weight")).collect()


def _turns(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each row: up to when the matter was open (`open_to`), from when on it was red, and when it turned red.

    At the instant of its due date a matter is not red yet; it is one microsecond later, as in `loop.course`.
    """
    begin, end, closed = pl.col("effective_from"), pl.col("effective_to"), pl.col("closed_at")
    found = rows.sort("record", "effective_from").with_columns(
        open_to=pl.min_horizontal(end, pl.max_horizontal(closed, pl.when(closed.is_not_null()).then(begin))),
        red_from=(pl.col("due_at") + 1).fill_null(OPEN),
    )
    ends_red = (pl.col("open_to") == end) & (pl.col("red_from") < end)
    was_red = ends_red.shift(1).over("record").fill_null(value=False)
    is_red_at_once = (pl.col("red_from") <= begin) & (pl.col("open_to") > begin)
    turns_within = (pl.col("red_from") > begin) & (pl.col("red_from") < pl.col("open_to"))
    turned = pl.when(turns_within).then("red_from").when(is_red_at_once & ~was_red).then(begin)
    return found.with_columns(turned=turned)


def _measured(rows: pl.DataFrame, loop: LoopSpec, since: int, until: int) -> pl.DataFrame:
    """With the lengths of each row within the time asked, in microseconds: open in all, yellow, red."""
    rows = rows.with_columns(
        effective_from=pl.max_horizontal("effective_from", pl.lit(since)),
        open_to=pl.min_horizontal("open_to", pl.lit(until)),
        due_day=(pl.col("due_at") + _hours_ahead()) // _DAY,
        turned=pl.when((pl.col("turned") >= since) & (pl.col("turned") < until)).then("turned"),
    )
    rows = rows.join(_near(rows["due_day"].unique(), loop), "due_day", how="left")
    yellow = [
        _length(
            pl.max_horizontal("effective_from", f"near_{at}"), pl.min_horizontal("open_to", f"far_{at}", "red_from")
        )
        for at in range(len(loop.colours))
    ]
    return rows.with_columns(
        open=_length(pl.col("effective_from"), pl.col("open_to")),
        yellow=pl.when(pl.col("due_day").is_null()).then(0).otherwise(pl.sum_horizontal(yellow)),
        red=_length(pl.max_horizontal("effective_from", "red_from"), pl.col("open_to")),
    )


def _hours_ahead() -> int:
    return clock.COUNTY_TIME.utcoffset(None) // timedelta(microseconds=1)


def _length(begin: pl.Expr, end: pl.Expr) -> pl.Expr:
    return pl.max_horizontal(end - begin, pl.lit(0))


def _near(days: pl.Series, loop: LoopSpec) -> pl.DataFrame:
    """By due day and colour rule: from when up to when what is due then is near, while that rule is in force."""
    starts = [microseconds(clock.start_of_day(rule.valid_from)) for rule in loop.colours]
    spans = list(zip([-OPEN, *starts[1:]], [*starts[1:], OPEN], strict=True))
    table: dict[str, list[int]] = {"due_day": [day for day in days if day is not None]}
    for at, (rule, (begin, end)) in enumerate(zip(loop.colours, spans, strict=True)):
        near = [near_from(rule, date(1970, 1, 1) + timedelta(days=day)) for day in table["due_day"]]
        table[f"near_{at}"] = [max(begin, microseconds(clock.start_of_day(day))) for day in near]
        table[f"far_{at}"] = [end] * len(near)
    return pl.DataFrame(table, schema=dict.fromkeys(table, pl.Int64))


def _summed(
    rows: pl.DataFrame, steps: dict[int, str], given: Sequence[str], actor: Actor, ledger: Ledger, loop: LoopSpec
) -> ColourDays:
    fields = [f"f_{code}" for code in given]
    sums = rows.group_by("unit", "state", *fields).agg(pl.col("open", "yellow", "red").sum())
    of_record = pl.col("record")
    counted = rows.group_by("unit").agg(
        matters=of_record.filter(pl.col("open") > 0).n_unique(),
        turned=of_record.filter(pl.col("turned").is_not_null()).n_unique(),
    )
    found = ColourDays()
    for unit, matters, turned in counted.iter_rows():
        if matters or turned:
            found.by_unit[unit] = UnitDays(matters=matters, turned=turned)
    for unit, state, *values, total, yellow, red in sums.filter(pl.col("open") > 0).iter_rows():
        days = found.of(unit).days
        for colour, length in zip(_LIVING, (total - yellow - red, yellow, red), strict=True):
            days[colour] += length / _DAY
        if red:
            level = level_of_step(loop, steps.get(state, ""))
            record = Record(ledger=ledger, unit_id=unit, data=dict(zip(given, values, strict=True)))
            charged = level_unit(level, record, actor.tree) if level else unit
            found.charge(unit, level.code if level else "", charged, red / _DAY)
    return found
