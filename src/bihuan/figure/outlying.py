"""The records that lie outside of the fences: those that an outlier figure counts, of all that it looks at."""

from fractions import Fraction

import polars as pl

from bihuan.figure.answer import Answer
from bihuan.figure.contributions import rows_of_cell
from bihuan.figure.engine.tally import quartile
from bihuan.figure.period import Period
from bihuan.figure.resolved import Base


def outlying_records(answer: Answer, figure: Base, unit: int | None, period: Period) -> list[int]:
    """The ids of the records of a cell whose value lies outside of Tukey's fences, told by the values of all units."""
    known = rows_of_cell(figure, unit, period, answer).filter(pl.col("operand").is_not_null())
    if known.is_empty():
        return []
    ordered = sorted(known["operand"].repeat_by(known["n"]).explode().to_list())
    low, high = quartile(ordered, 1), quartile(ordered, 3)
    reach = Fraction(3, 2) * (high - low)
    mine = known.filter("inside").select("record", "operand").iter_rows()
    return sorted({int(record) for record, value in mine if value < low - reach or value > high + reach})
