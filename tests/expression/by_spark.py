"""Spark gives the same answer to every expression over every row as Python: many at once, for a job takes its time.

Run by tests/figure/test_spark.py, so that one session serves both.
"""

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.expression import Checked, Kind, evaluate, normalise
from bihuan.expression.evaluate import read_value
from bihuan.expression.held import Held, TooLarge, read_columnar
from tests.expression.engines import _in_lake, same
from tests.expression.examples import ALL
from tests.expression.sample import NAMES, NOW, TODAY, check
from tests.expression.strategies import cases
from tests.expression.test_engines import checked_or_too_big

CASES = cases(Kind.BOOLEAN, Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.DATETIME)
AT_ONCE = 30


def table(spark: Any, rows: list[dict[str, object]]) -> tuple[Any, dict[str, Held]]:
    """The rows as the lake would hold them; texts of few words as their numbers."""
    from pyspark.sql import types

    from bihuan.expression.spark import TYPES

    held, columns, shape = {}, [], []
    for code, name in NAMES.items():
        kept = [read_value(name, row.get(code)) for row in rows]
        values = [None if value is None else _in_lake(value, name.scale) for value in kept]
        words, kind = None, TYPES[name.kind]
        if name.kind is Kind.TEXT and name.choices:
            words = tuple(sorted({value for value in values if value is not None}))
            values, kind = [None if value is None else words.index(value) for value in values], types.IntegerType()
        largest = max((abs(value) for value in values if value is not None), default=0) if name.kind.is_number else None
        held[code] = Held(None, words, largest)
        columns.append(values)
        shape.append(types.StructField(code, kind))
    return spark.createDataFrame(list(zip(*columns, strict=True)), types.StructType(shape)).coalesce(1), held


def values(spark: Any, wanted: list[Checked], rows: list[dict[str, object]]) -> list[list[object]]:
    """Of each expression its value in every row; of one that is too large for Spark nothing."""
    from pyspark.sql.functions import col

    from bihuan.expression.spark import to_spark

    frame, held = table(spark, rows)
    columns = {code: col(code) for code in NAMES}
    rendered, known = [], []
    for index, checked in enumerate(wanted):
        with suppress(TooLarge):
            rendered.append(to_spark(checked, columns, held, today=TODAY, now=NOW).alias(f"e{index}"))
            known.append(index)
    found: list[list[object]] = [[] for _ in wanted]
    for row in frame.select(*rendered).collect():
        for index, value in zip(known, row, strict=True):
            kind = wanted[index].tree.type
            whole = int(value) if kind.kind is Kind.INTEGER and value is not None else value
            found[index].append(read_columnar(kind, whole))
    return found


def expect_same(spark: Any, wanted: list[Checked], rows: list[dict[str, object]]) -> int:
    compared = 0
    for checked, found in zip(wanted, values(spark, wanted, rows), strict=True):
        for row, theirs in zip(rows, found, strict=False):
            ours = evaluate(checked, row, today=TODAY, now=NOW)
            assert same(ours, theirs), f"{normalise(checked)}\n{row}\nPython: {ours!r}\nSpark: {theirs!r}"
            compared += 1
    return compared


@settings(max_examples=max(2, settings().max_examples // 25), suppress_health_check=list(HealthCheck))
@given(some=st.lists(CASES, min_size=AT_ONCE, max_size=AT_ONCE))
def test_spark_says_what_python_says(spark: Any, some: list[tuple[str, list[dict[str, object]]]]) -> None:
    wanted = [checked for text, _ in some if (checked := checked_or_too_big(text)) is not None]
    expect_same(spark, wanted, [row for _, rows in some for row in rows[:2]])


def test_spark_on_examples(spark: Any) -> None:
    """All in one job: every expression over every record."""
    wanted = [check(text) for text in sorted({text for _, examples in ALL for text, _ in examples})]
    rows = [record for record, _ in ALL]
    assert expect_same(spark, wanted, rows) >= (len(wanted) - 1) * len(rows)
