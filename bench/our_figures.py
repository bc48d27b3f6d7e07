"""The 300 figures as one question of ours, and its answer."""

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from figure_lake import figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bihuan.figure.engine.scan import Wanted
    from bihuan.figure.engine.tally import Amounts, Tally
    from bihuan.figure.plan import Scan
    from bihuan.figure.resolved import Base


def question(view: Any) -> "tuple[Scan, dict[str, Base]]":
    from bihuan.figure.clocks import clocks
    from bihuan.figure.period import month_of
    from bihuan.figure.plan import Scan
    from bihuan.figure.resolve import Sources, resolve

    specs = figures()
    sources = Sources(specs.get, lambda code: view if code == view.code else None)
    found = {code: resolve(code, spec, sources) for code, spec in specs.items()}
    months = tuple(month_of(date(2025, month, 1)) for month in range(1, 13))
    return Scan(view.code, clocks(), tuple((code, None) for code in sorted(found)), months), found  # type: ignore[return-value]


def ours(scan: Any, found: Any, snapshot: Any, view: Any) -> "Mapping[Wanted, Tally]":
    from bihuan.figure.engine.embedded import run_scan

    return run_scan(scan, found, snapshot, view).tallies


def cells_of(amounts: "Amounts") -> list[Any]:
    """Records, known and total of every unit and part of time, with what came and went put in."""
    found = []
    for array, name in zip((amounts.records, amounts.known, amounts.total), amounts.names, strict=True):
        whole = array.copy()
        if amounts.changes is not None:
            part, unit, value = amounts.changes.of(amounts.where, name)
            np.add.at(whole, (unit, part), value)
        found.append(whole)
    return found


def forget() -> None:
    """What the process remembers of earlier answers."""
    from bihuan.figure.engine import cube

    cube._COUNTED.clear()  # noqa: SLF001 - the measure is of an answer that nobody asked for before
