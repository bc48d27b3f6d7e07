"""Cells after several changes, one refresh upon another, whichever way is taken: always what the events say."""

from typing import Any

import pytest

from bihuan.figure.clocks import Clocks
from bihuan.figure.engine import cube
from bihuan.figure.lake import at_hand
from bihuan.figure.period import parse_period
from bihuan.figure.spec import FigureSpec
from tests.cast import Cast
from tests.figure.sample import FIGURES, hours
from tests.figure.test_oracle import expect_same
from tests.figure.worlds import Writer, history, make_ledger

ALWAYS = {"title": "数", "of": "thing", "where": "today() > '2020-01-01'"}
SPECS = FIGURES | {"demo.always": FigureSpec.model_validate(ALWAYS)}
CODES = [*sorted(FIGURES)[1::4], "demo.always"]
CLOCKS = Clocks(hours(2_000), hours(2_400))
ENGINE = "bihuan.figure.engine"
WAYS: dict[str, dict[str, Any]] = {
    "rows of this process, beside the cells": {},
    "rows out of the file": {"bihuan.figure.lake.reading.rows_at_hand": lambda _: None},
    "many changes": {f"{ENGINE}.changed._MOST_BESIDE": 3},
    "many rows": {"bihuan.figure.lake.reading.FEW_ROWS": 0},
    "many places": {f"{ENGINE}.cube.MOST_DENSE": 0, f"{ENGINE}.spread._MOST_CELLS": 0},
    "more places than a table has": {f"{ENGINE}.cube.MOST_DENSE": 0, f"{ENGINE}.spread.MOST_DENSE": 0},
}


@pytest.mark.parametrize("way", WAYS)
def test_refreshed_cells_are_what_the_events_say(cast: Cast, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    for name, value in WAYS[way].items():
        monkeypatch.setattr(name, value)
    for kept in (cube._COUNTED, cube._CUBES, at_hand._AT_HAND):
        kept.clear()
    ledger = make_ledger(cast.office)
    writer, changes = Writer(ledger), history(11, [cast.town.pk, cast.village.pk])
    asked = [parse_period("2026", CLOCKS.day)]
    for start, stop in ((0, 40), (40, 44), (44, 48)):
        writer.write(changes[start:stop])
        expect_same(cast, ledger, ["demo.always"], asked, CLOCKS, [None, cast.town.pk], figures=SPECS)
        expect_same(cast, ledger, CODES, asked, CLOCKS, [None, cast.town.pk], figures=SPECS)
