"""A delta of few rows, taken by column and row by row: to plan a query over them costs more than all else."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from bihuan.figure.engine.changed import Touched
from bihuan.figure.engine.places import Places
from bihuan.figure.engine.tally import Numbers
from bihuan.figure.lake.reading import Part


@dataclass(frozen=True)
class Few:
    """Takes single rows: where each is counted, and what it adds there."""

    places: Places
    operands: Mapping[str, pl.Expr]

    def of(self, part: Part) -> Touched:
        """What each row brings or takes; left out are those that hold at another time or lie outside of all parts."""
        lying, worked_out = self._asked
        columns = part.table.select(**worked_out).to_dict() if worked_out else {}
        columns |= {name: part.table.get_column(code) for name, code in lying.items()}
        blanks = enumerate(blank for _, blank in self.places.sources)
        number, slot, unit = self.places.apart([_known(columns[str(at)], blank)[0] for at, blank in blanks])
        weight = part.table.get_column("weight").to_numpy().astype(np.int64)
        sums = {"n": weight}
        for name in self.operands:
            values, known = _known(columns[name], 0)
            sums |= {f"k_{name}": weight if known is None else weight * known, f"s_{name}": values * weight}
        holds = _holding(part, slot >= self.places.outside)
        sums = {name: values[holds] for name, values in sums.items()}
        return Touched(number[holds], slot[holds] - self.places.outside, unit[holds], sums)

    @cached_property
    def _asked(self) -> tuple[dict[str, str], dict[str, pl.Expr]]:
        """What lies in a delta, by its name there, and what must be worked out. Sources are named by their order."""
        asked = {str(at): column for at, (column, _) in enumerate(self.places.sources)} | dict(self.operands)
        lying = {name: column.meta.output_name() for name, column in asked.items() if column.meta.is_column()}
        return lying, {name: column for name, column in asked.items() if name not in lying}


def _known(column: pl.Series, blank: int) -> tuple[Numbers, Numbers | None]:
    """The values, something in the place of unknown ones; and which are known, None for all."""
    known = None
    if column.null_count():
        known, column = column.is_not_null().to_numpy(), column.fill_null(blank)
    return np.array(column.to_list(), dtype=object) if column.dtype == pl.Int128 else column.to_numpy(), known


def _holding(part: Part, is_inside: Numbers) -> Numbers | slice:
    for column, sign, instant in part.bounds:
        values = part.table.get_column(column).to_numpy()
        is_inside &= values <= instant if sign == "<=" else values > instant
    return slice(None) if is_inside.all() else np.flatnonzero(is_inside)
