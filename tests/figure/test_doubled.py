"""Values that occur again, in one ledger or over two: what a plain fold over the events finds, by every engine."""

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bihuan.figure.answer import Question, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.engine.postgres import postgres_runner
from bihuan.figure.opening import open_value
from bihuan.figure.period import Period, parse_period
from bihuan.figure.resolve import Faulty
from bihuan.figure.resolved import Base
from bihuan.figure.spec import FigureSpec
from bihuan.ledger.models import Ledger
from tests.cast import Cast, examples, undone
from tests.figure import naive
from tests.figure.sample import DOUBLED, PERIODS, TWICE, hours, places
from tests.figure.worlds import Writer, history, make_ledger, make_other

PLACES = places()


def write_two(cast: Cast, seed: int, records: int) -> dict[str, naive.Past]:
    """Two ledgers with their pasts; numbers and values of the one occur in the other."""
    pasts = {}
    for at, make in enumerate((make_ledger, make_other)):
        ledger = make(cast.office)
        Writer(ledger).write(history(seed + at, [cast.town.pk, cast.village.pk], records))
        pasts[ledger.code] = naive.Past(ledger)
    return pasts


def known_values(
    code: str, pasts: Mapping[str, naive.Past], units: Iterable[int | None] | None, period: Period, clocks: Clocks
) -> list[Any]:
    """What is known in the fields that a figure of doubled values looks at, of some units."""
    catalogue, found = Catalogue(given=PLACES), []
    for text in DOUBLED[code]:
        base = catalogue[f"demo.{text}"]
        assert isinstance(base, Base)
        rows = naive.counted(base, pasts[base.view.code], units, period, clocks.as_of, clocks.known_at)
        found += [value for _, value in rows if value is not None]
    return found


@examples(2)
@given(seed=st.integers(0, 2**32))
def test_every_engine_finds_what_occurs_again(cast: Cast, seed: int) -> None:
    dice = Random(seed)
    with undone():
        pasts = write_two(cast, seed, 12)
        clocks = Clocks(hours(dice.randint(200, 900)), hours(dice.randint(300, 900)))
        period = parse_period(dice.choice(PERIODS), clocks.day)
        catalogue = Catalogue(given=TWICE)
        asked = Question(tuple(TWICE), (period,), clocks)
        found = answer(asked, reach=None, given=catalogue)
        engines = [found]
        if connection.vendor == "postgresql":
            engines.append(answer(asked, reach=None, given=catalogue, runner=postgres_runner()))
        for unit in (None, cast.county.pk, cast.town.pk):
            members = naive.members(unit, found.day_of(period))
            if members is not None and Ledger.objects.get(code="demo.thing").owner_id in members:
                members |= {None}
            for code in TWICE:
                expected = naive.doubled(known_values(code, pasts, members, period, clocks))
                for engine in engines:
                    value = engine.value(code, unit, period)
                    assert (value.number, value.records) == expected, (code, unit, clocks, type(engine.runner))
                opened = [one.ids for one in open_value(found, code, unit, period)]
                assert sum(map(len, opened)) == expected[1], (code, unit)


def test_unlike_units_of_measure_are_not_compared(cast: Cast) -> None:
    make_ledger(cast.office)
    spec = FigureSpec.model_validate({"title": "重复", "doubled": ["thing.amount", "thing.area"]})
    with pytest.raises(Faulty, match="“万元”和“亩”"):
        Catalogue(given={"demo.x": spec}).with_parts(["demo.x"])
