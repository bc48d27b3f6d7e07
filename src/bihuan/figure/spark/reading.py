"""Reads a lake's rows by Spark: the same classes, single values and lengths of time as the engine of every day."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from pyspark.sql import functions as F  # noqa: N812 - as everybody writes it
from pyspark.sql import types as T  # noqa: N812

from bihuan.expression import Checked
from bihuan.expression.held import Held
from bihuan.expression.spark import TYPES, WIDE, to_spark, typed
from bihuan.figure.engine.atoms import Atom
from bihuan.figure.engine.cube import is_wide
from bihuan.figure.engine.groups import Group
from bihuan.figure.engine.listed import EDGES
from bihuan.figure.engine.rows import held_columns, marks_of
from bihuan.figure.engine.spread import Reading, spread
from bihuan.figure.engine.tally import Amounts, Cuts, Numbers, Tally
from bihuan.figure.engine.timed import spans_of, tally_of_time
from bihuan.figure.lake.columns import BOUNDS, LakeColumn
from bihuan.figure.lake.reading import Part, Snapshot
from bihuan.figure.measure import Function
from bihuan.figure.names import COLOUR, LedgerView
from bihuan.figure.plan import Scan
from bihuan.figure.resolved import Base, Flow
from bihuan.figure.spark.colour import colour_number

_INT64 = 2**63 - 1
_TOLD_BY_ONE = frozenset({Function.MIN, Function.MAX, Function.FIRST, Function.LAST})


class SparkRows:
    """A scan's rows in Spark. `address` is the ledger's folder as Spark finds it, a path or hdfs://, s3a://, …

    Without `by_unit` all rows are of one unit, 0.
    """

    def __init__(
        self,
        session: Any,
        address: str,
        snapshot: Snapshot,
        parts: tuple[list[Part], list[Part]],
        scan: Scan,
        view: LedgerView,
        *,
        by_unit: bool = True,
    ) -> None:
        self.session, self.address, self.snapshot = session, address, snapshot
        self._parts, self._timed_parts = parts
        self.clocks, self.cuts = scan.clocks, Cuts.of(scan.periods)
        self.held: Mapping[str, Held] = held_columns(snapshot, view, self.clocks)
        self.columns: dict[str, Any] = {column.name.code: F.col(column.code) for column in snapshot.columns}
        if COLOUR in self.held and COLOUR not in self.columns and view.loop is not None:
            self.columns[COLOUR] = colour_number(view.loop, self.clocks.as_of)
        self.by_unit = by_unit
        self.unit = F.coalesce(F.col("unit"), F.lit(0)).cast("long") if by_unit else F.lit(0).cast("long")

    @cached_property
    def rows(self) -> Any:
        """Those that hold on the clocks, each with its weight."""
        return self._table(self._parts)

    def _table(self, parts: Sequence[Part]) -> Any:
        found = None
        for part in parts:
            shape = spark_schema(self.snapshot.columns, weighted=part.weighted)
            rows = self.session.read.schema(shape).parquet(*(f"{self.address}/{file.name}" for file in part.files))
            for column, sign, instant in part.bounds:
                rows = rows.filter(F.col(column) <= instant if sign == "<=" else F.col(column) > instant)
            weight = F.col("weight").cast("long") if part.weighted else F.lit(1).cast("long")
            rows = rows.withColumn("weight", weight)
            found = rows if found is None else found.unionByName(rows)
        if found is None:
            found = self.session.createDataFrame([], spark_schema(self.snapshot.columns, weighted=True))
        return found

    def _expression(self, checked: Checked) -> Any:
        return to_spark(checked, self.columns, self.held, today=self.clocks.day, now=self.clocks.as_of)

    def _condition(self, checked: Checked | None) -> Any:
        """Whether a row is counted: the expression is true of it, which unknown is not."""
        false = F.lit(False)
        return F.lit(True) if checked is None else F.coalesce(self._expression(checked), false)

    def _place(self, flow: Flow) -> Any:
        """The part of time that a row falls into; -1 for one before all of them or without a date."""
        column = self.columns[flow.field.code]
        reached = [F.coalesce((column >= mark).cast("int"), F.lit(0)) for mark in marks_of(flow, self.cuts)]
        return sum(reached[1:], reached[0]) - F.lit(1)

    def _atom(self, atom: Atom) -> Any:
        last = F.lit(atom.values - 1).cast("long")
        if atom.field:
            return F.coalesce(self.columns[atom.field].cast("long"), last)
        return F.coalesce(self._expression(Checked("", atom.node, frozenset())).cast("long"), last)

    def count(self, group: Group) -> Callable[[int], Amounts]:
        """The cells of a group's figures."""
        flow = group.time if isinstance(group.time, Flow) else None
        parts = len(self.cuts.days) if flow else 1
        units = self.snapshot.manifest.largest("unit") + 1 if self.by_unit else 1
        number = F.lit(0).cast("long")
        for atom in group.atoms:
            number = number * F.lit(atom.values) + self._atom(atom)
        place = self._place(flow) if flow else F.lit(0)
        key = (number * F.lit(parts) + place) * F.lit(units) + self.unit
        rows = self.rows.filter((place >= 0) & (place < parts)) if flow else self.rows
        operands = {
            name: self._expression(checked).cast(WIDE if is_wide(checked, self.held) else "long")
            for name, checked in group.operands.items()
        }
        picked = rows.select(key.alias("key"), "weight", *(value.alias(name) for name, value in operands.items()))
        sums = [F.sum("weight").alias("n")]
        for name in operands:
            known = F.when(F.col(name).isNotNull(), F.col("weight")).otherwise(F.lit(0))
            sums += [F.sum(known).alias(f"k_{name}"), F.sum(F.col(name) * F.col("weight")).alias(f"s_{name}")]
        found = list(zip(*picked.groupBy("key").agg(*sums).collect(), strict=True))
        names = ["n", *(f"{kind}{name}" for name in operands for kind in ("k_", "s_"))]
        keys, *columns = found or [()] * (len(names) + 1)
        counted = {name: _numbers(column) for name, column in zip(names, columns, strict=True)}
        return spread(Reading(np.array(keys, dtype=np.int64), counted, parts, units), group).amounts

    def list_values(self, base: Base) -> pl.DataFrame | None:
        """The single values that the figure is told by, each with how often it occurs: unit, part, value, n.

        Of the extremes and edges only those of each unit and part of time.
        """
        rows = self.valued(base)
        counted = rows.groupBy(*rows.columns[:-1]).agg(F.sum("n").alias("n")).filter("n > 0")
        if base.function in _TOLD_BY_ONE:
            order = [name for name in ("order", "record") if name in counted.columns]
            edge = F.min if base.function in (Function.MIN, Function.FIRST) else F.max
            one = edge(F.struct(*order, "value")).alias("one")
            found = counted.groupBy("unit", "part").agg(one)
            counted = found.select("unit", "part", "one.*", F.lit(1).alias("n"))
        names, rows = counted.columns, list(zip(*counted.collect(), strict=True))
        values = dict(zip(names, rows or [()] * len(names), strict=True))
        return pl.DataFrame({name: _column(column) for name, column in values.items()})

    def valued(self, base: Base) -> Any:
        """The rows that are counted and know their value, as Spark's table: unit, part, value, n (1 comes, -1 goes)."""
        if base.operand is None:
            raise AssertionError(base.code)
        flow = base.time if isinstance(base.time, Flow) else None
        kept = {
            "unit": self.unit,
            "part": self._place(flow) if flow else F.lit(0),
            "value": self._expression(base.operand),
        }
        if base.function in EDGES:
            kept |= {"order": self.columns[flow.field.code if flow else "created_at"], "record": F.col("record")}
        columns = [value.alias(name) for name, value in kept.items()]
        rows = self.rows.filter(self._condition(base.where)).select(*columns, F.col("weight").alias("n"))
        return rows.filter(F.col("value").isNotNull() & (F.col("part") >= 0))

    def told(self, checked: Checked, scale: int) -> Any:
        """Its known values as text, the same text for the same value: unit, value, n (1 comes, -1 goes)."""
        value = self._expression(checked)
        if checked.kind.is_number:
            value = value.cast(WIDE) * typed(10 ** (scale - checked.scale), WIDE)
        told = self.rows.select(
            self.unit.alias("unit"), value.cast("string").alias("value"), F.col("weight").alias("n")
        )
        return told.filter(F.col("value").isNotNull())

    def share_time(self, base: Base) -> Tally:
        """Microseconds for which the operand was true (`total`) of those that were counted (`known`)."""
        standing = self.standing(base).collect()
        return tally_of_time(self.lengths(base), [row[:4] for row in standing], len(self._spans))

    @property
    def _spans(self) -> list[tuple[int, int]]:
        return spans_of(self.cuts, self.clocks)

    def _timed(self, base: Base) -> Any:
        rows = self._table(self._timed_parts).filter(self._condition(base.where))
        return rows.withColumn("unit", self.unit).withColumn("__true", self._condition(base.operand))

    def lengths(self, base: Base) -> list[Any]:
        """By unit, how long was counted and how long it was true, for each part of time."""
        sums, zero = [], F.lit(0).cast(WIDE)
        for index, (start, end) in enumerate(self._spans):
            first, last = F.greatest("effective_from", F.lit(start)), F.least("effective_to", F.lit(end))
            length = F.greatest(last - first, F.lit(0)).cast(WIDE) * F.col("weight").cast(WIDE)
            sums += [F.sum(length).alias(f"k{index}"), F.sum(F.when(F.col("__true"), length).otherwise(zero))]
        return sorted(self._timed(base).groupBy("unit").agg(*sums).collect())

    def standing(self, base: Base) -> Any:
        """The records that were counted at some time, as Spark's table: unit, record, first and last part of time."""
        passed, begun = F.lit(0), F.lit(-1)
        for start, end in self._spans:
            passed += (F.col("effective_from") >= end).cast("int")
            begun += (F.col("effective_to") > start).cast("int") if start < end else F.lit(0)
        seen = self._timed(base).select("unit", "record", passed.alias("first"), begun.alias("last"), "weight")
        counted = seen.filter("first <= last").groupBy("unit", "record", "first", "last")
        return counted.agg(F.sum("weight").alias("n")).filter("n > 0")


def spark_schema(columns: Sequence[LakeColumn], *, weighted: bool) -> Any:
    """The files' columns in Spark's types; a column that a file lacks is blank in it."""
    fixed = {"record": T.LongType(), "version": T.IntegerType(), **{bound: T.LongType() for bound in BOUNDS}}
    shape = fixed | {
        column.code: T.IntegerType() if column.is_symbol else TYPES[column.name.kind] for column in columns
    }
    shape |= {"weight": T.ByteType()} if weighted else {}
    return T.StructType([T.StructField(code, kind) for code, kind in shape.items()])


def _numbers(column: Sequence[Any]) -> Numbers:
    """Whole numbers in 64 bits where they fit with room for adding them up, else as Python's own; no sum is zero."""
    values = [int(value or 0) for value in column]
    return np.array(values, dtype=np.int64 if sum(map(abs, values)) < _INT64 else object)


def _column(column: Sequence[Any]) -> pl.Series:
    """Values as a column of their own kind; numbers in as many bits as they need."""
    if any(isinstance(value, str | bool) for value in column):
        return pl.Series(column)
    values = [int(value) for value in column]
    is_small = all(abs(value) <= _INT64 for value in values)
    return pl.Series(values, dtype=pl.Int64 if is_small else pl.Int128)
