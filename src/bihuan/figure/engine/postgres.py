"""A second engine, for checking the first: PostgreSQL folds the events itself and counts, a statement for each figure.

It shares nothing with the lake. It is slow, and right for another reason.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
from django.db import connection

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.expression import Kind, read_postgresql, to_postgresql
from bihuan.expression.exact import EXACT
from bihuan.expression.sql import Sql
from bihuan.figure.clocks import Clocks
from bihuan.figure.engine.scan import LISTED, Counted
from bihuan.figure.engine.tally import Amounts, Cuts, Tally
from bihuan.figure.engine.timed import spans_of, tally_of_time
from bihuan.figure.lake.columns import OPEN, days, microseconds
from bihuan.figure.measure import Function
from bihuan.figure.names import expression_of, figure_names
from bihuan.figure.plan import Scan
from bihuan.figure.resolved import Base, Doubled, Flow, Resolved, Stock
from bihuan.figure.slices import Slice, sliced
from bihuan.loop.colour import bounds_at

_MOMENTS = ("opened_at", "due_at", "closed_at")

_FOLD = """
WITH told AS (
  SELECT record_id, version, effective_at, recorded_at, payload::jsonb AS payload
  FROM ledger_event
  WHERE ledger_id = (SELECT id FROM ledger_ledger WHERE code = %s) AND effective_at <= %s AND recorded_at <= %s
), moments AS (
  SELECT record_id, since, lead(since) OVER (PARTITION BY record_id ORDER BY since) AS until
  FROM (SELECT DISTINCT record_id, {moment} AS since FROM told) AS each
), known AS (
  SELECT told.*, since FROM told JOIN moments USING (record_id) WHERE effective_at <= since
), fields AS (
  SELECT record_id, since, jsonb_object_agg(key, value ORDER BY version) AS data
  FROM known, jsonb_each(coalesce(payload -> 'set', '{{}}'::jsonb)) GROUP BY record_id, since
), columns AS (
  SELECT record_id, since, jsonb_object_agg(key, value ORDER BY version) AS data
  FROM known, jsonb_each(coalesce(payload -> 'system', '{{}}'::jsonb)) GROUP BY record_id, since
), times AS (
  SELECT record_id, since, (array_agg(recorded_at ORDER BY version))[1] AS created_at, max(recorded_at) AS updated_at
  FROM known GROUP BY record_id, since
), standing AS (
  SELECT times.record_id AS record, since, until, jsonb_strip_nulls(coalesce(fields.data, '{{}}'::jsonb)) AS data,
    columns.data ->> 'number' AS number, coalesce(columns.data ->> 'state', '') AS state,
    (columns.data ->> 'unit')::bigint AS unit_id, (columns.data ->> 'opened_at')::timestamptz AS opened_at,
    (columns.data ->> 'due_at')::timestamptz AS due_at, (columns.data ->> 'closed_at')::timestamptz AS closed_at,
    times.created_at, times.updated_at
  FROM times JOIN moments USING (record_id, since) JOIN columns USING (record_id, since)
    LEFT JOIN fields USING (record_id, since)
  WHERE coalesce(columns.data ->> 'number', '') <> '' AND NOT coalesce((columns.data ->> 'deleted')::boolean, false)
), seen AS (
  SELECT standing.*, CASE WHEN closed_at <= %s THEN 'white' WHEN due_at < %s THEN 'red'
    WHEN due_at <= %s THEN 'yellow' ELSE 'green' END AS colour
  FROM standing
)
"""


def postgres_runner() -> "_Postgres":
    """The engine over the present database. Raises Invalid where that is not PostgreSQL."""
    if connection.vendor != "postgresql":
        raise Invalid("现在用的是 SQLite；用 BIHUAN_DATABASE_URL 指定 PostgreSQL 才能用这个引擎核对")
    return _Postgres()


class _Postgres:
    """Runs a scan: the rows that each figure counts, as PostgreSQL finds them."""

    def count(self, scan: Scan, figures: Mapping[str, Resolved], snapshots: object, view: object) -> Counted:  # noqa: ARG002
        """What a scan wants, counted."""
        cuts = Cuts.of(scan.periods)
        tallies: dict[tuple[str, Slice | None], Tally] = {}
        for code, cut in scan.wanted:
            figure = figures[code]
            if isinstance(figure, Base):
                tallies[code, cut] = self._tally(sliced(figure, cut), scan, cuts)
        return Counted(cuts, tallies)

    def find_doubled(
        self,
        figure: Doubled,
        snapshots: object,  # noqa: ARG002
        scopes: Sequence[frozenset[int] | None],
        clocks: Clocks,
    ) -> tuple[int, int]:
        """How many values occur again, and in how many records."""
        found: Counter[Any] = Counter()
        for (view, name), units in zip(figure.places, scopes, strict=True):
            each = Base(figure.code, figure.spec, view, None, Function.DISTINCT, expression_of(name), Stock())
            rows = self._rows(each, Scan(view.code, clocks, (), ()), "NULL", "NULL")
            found.update(row[2] for row in rows if row[2] is not None and (units is None or (row[0] or 0) in units))
        again = [often for often in found.values() if often > 1]
        return len(again), sum(again)

    def _tally(self, base: Base, scan: Scan, cuts: Cuts) -> Tally:
        if base.function is Function.SHARE:
            return _of_time(self._rows(base, scan, "since", "until", "effective_at"), spans_of(cuts, scan.clocks))
        flow = base.time if isinstance(base.time, Flow) else None
        when = "NULL"
        if flow:
            own = flow.field.code in base.view.spec.by_code
            name = figure_names(base.view)[flow.field.code].storage
            when = f"data ->> '{flow.field.code}'" if own else f"{name.name}"  # type: ignore[union-attr]
        rows = self._rows(base, scan, when, when if flow else "created_at")
        placed = [(unit or 0, _part(when, flow, cuts), value, order, pk) for unit, when, value, order, pk in rows]
        kept = [row for row in placed if row[1] >= 0]
        return Tally(_amounts(kept, len(cuts.days) if flow else 1), _listed(base, kept))

    def _rows(
        self, base: Base, scan: Scan, when: str, order: str, moment: str = "%s::timestamptz"
    ) -> list[tuple[Any, ...]]:
        """What is counted: unit, when, operand, order, record; once for each moment at which a record is looked at."""
        at = scan.clocks
        bounds = bounds_at(base.view.loop, at.as_of) if base.view.loop else None
        marks = (bounds.at, bounds.at, bounds.yellow_until) if bounds else (at.as_of,) * 3
        say = {"alias": "seen", "today": at.day, "now": at.as_of}
        where = to_postgresql(base.where, **say) if base.where else Sql("true")  # type: ignore[arg-type]
        value = to_postgresql(base.operand, **say) if base.operand else Sql("NULL")  # type: ignore[arg-type]
        fold = _FOLD.format(moment=moment)
        query = f"{fold} SELECT unit_id, {when}, {value.text}, {order}, record FROM seen WHERE {where.text}"
        asked = [at.as_of] if "%s" in moment else []
        params: list[Any] = [base.view.code, at.as_of, at.known_at, *asked, *marks, *value.params, *where.params]
        with connection.cursor() as cursor:
            cursor.execute(query, params)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        if base.operand is None:
            return found
        read = base.operand
        return [(unit, day, read_postgresql(read, raw), key, pk) for unit, day, raw, key, pk in found]


def _of_time(rows: list[tuple[Any, ...]], spans: list[tuple[int, int]]) -> Tally:
    """How long each state was counted and was true, in the parts of time."""
    lengths: dict[int, list[int]] = {}
    seen: set[tuple[int, int, int, int]] = set()
    for unit, since, true, until, record in rows:
        began, ended = microseconds(since), OPEN if until is None else microseconds(until)
        own = lengths.setdefault(unit or 0, [0] * (2 * len(spans)))
        for index, (start, end) in enumerate(spans):
            length = min(ended, end) - max(began, start)
            if length > 0:
                own[2 * index] += length
                own[2 * index + 1] += length if true is True else 0
                seen.add((unit or 0, record, index, index))
    return tally_of_time([(unit, *own) for unit, own in sorted(lengths.items())], sorted(seen), len(spans))


def _part(when: object, flow: Flow | None, cuts: Cuts) -> int:
    if flow is None:
        return 0
    if when is None:
        return -1
    return sum(1 for day in cuts.days if _day(when, flow) >= day) - 1


def _day(when: object, flow: Flow) -> date:
    """The day by which a row falls into a period; a month stands for its first, a year for 1 January."""
    if flow.is_year:
        return date(int(str(when)), 1, 1)
    if flow.is_month:
        return date.fromisoformat(f"{when}-01")
    if flow.field.kind is Kind.DATETIME:
        return clock.local_date(when if isinstance(when, datetime) else datetime.fromisoformat(str(when)))
    return when if isinstance(when, date) else date.fromisoformat(str(when))


def _amounts(rows: list[tuple[Any, ...]], parts: int) -> Amounts:
    units = sorted({row[0] for row in rows})
    at = {unit: index for index, unit in enumerate(units)}
    records, known, total = (np.zeros((len(units), parts), dtype=object) for _ in range(3))
    for unit, part, value, _, _ in rows:
        records[at[unit], part] += 1
        if value is not None:
            known[at[unit], part] += 1
            total[at[unit], part] += _unscaled(value) if not isinstance(value, str | bool | date) else 0
    return Amounts(np.array(units, dtype=np.int64), records, known, total)


def _unscaled(value: Any) -> int:
    if isinstance(value, Decimal):
        return int(EXACT.scaleb(value, -int(value.as_tuple().exponent)))
    return int(value)


def _listed(base: Base, rows: list[tuple[Any, ...]]) -> pl.DataFrame | None:
    if base.function not in LISTED:
        return None
    known = [row for row in rows if row[2] is not None]
    numeric = base.function is not Function.DISTINCT
    values = [_unscaled(row[2]) if numeric else str(row[2]) for row in known]
    columns = {
        "unit": [row[0] for row in known],
        "part": [row[1] for row in known],
        "value": values,
        "order": [_order(row[3]) for row in known],
        "record": [row[4] for row in known],
        "n": [1] * len(known),
    }
    return pl.DataFrame(columns, schema_overrides={"order": pl.String}) if known else None


def _order(value: object) -> str:
    if isinstance(value, datetime):
        return f"{microseconds(value):020d}"
    if isinstance(value, date):
        return f"{days(value):020d}"
    return str(value)
