"""The colours of a loop's matters as a Spark column."""

from datetime import datetime
from typing import Any

from pyspark.sql import functions as F  # noqa: N812 - as everybody writes it

from bihuan.figure.lake.columns import microseconds
from bihuan.loop.colour import bounds_at
from bihuan.loop.spec import LoopSpec


def colour_number(loop: LoopSpec, as_of: datetime) -> Any:
    """`loop.colour.colour_of`, for a whole column: the number of the colour in `engine.rows.COLOURS`."""
    bounds = bounds_at(loop, as_of)
    at, yellow = microseconds(bounds.at), microseconds(bounds.yellow_until)
    green, is_yellow, red, white = (F.lit(number) for number in range(4))
    return (
        F.when(F.col("closed_at") <= at, white)
        .when(F.col("due_at") < at, red)
        .when(F.col("due_at") <= yellow, is_yellow)
        .otherwise(green)
    )
