"""A plan beside the long way: every leaf of every figure, period and slice by itself."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.figure.clocks import Clocks
from bihuan.figure.names import LedgerView
from bihuan.figure.period import parse_period
from bihuan.figure.plan import clocks_for, leaves_of, make_plan, placed
from bihuan.figure.resolve import Sources, resolve, with_parts
from bihuan.figure.resolved import Base, Doubled, Resolved
from bihuan.figure.slices import Slice
from tests.cast import examples
from tests.figure.sample import DERIVED, FIGURES, PERIODS, TWICE, hours
from tests.figure.worlds import LOOP, OTHER, SPEC

VIEWS = {"demo.thing": LedgerView("demo.thing", SPEC, LOOP), "demo.other": LedgerView("demo.other", OTHER, None)}
SPECS = FIGURES | DERIVED | TWICE
CLOCKS = Clocks(hours(1_500), hours(1_900))
SLICES = (None, Slice("level", "city"), Slice("done", None))


@pytest.fixture(scope="module")
def meanings() -> dict[str, Resolved]:
    """Every figure of the sample."""
    sources = Sources(SPECS.get, VIEWS.get)
    return {code: resolve(code, spec, sources) for code, spec in SPECS.items()}


@examples(20)
@given(
    codes=st.lists(st.sampled_from(sorted(SPECS)), min_size=1, max_size=12),
    periods=st.lists(st.sampled_from(PERIODS), min_size=1),
    slices=st.lists(st.sampled_from(SLICES), min_size=1),
)
def test_a_plan_reads_for_all_leaves_and_nothing_else(
    meanings: dict[str, Resolved], codes: list[str], periods: list[str], slices: list[Slice | None]
) -> None:
    asked = [parse_period(period, date(2026, 3, 20)) for period in periods]
    figures = with_parts(codes, meanings.__getitem__)
    wanted: dict[tuple[str, Clocks], tuple[set, set]] = {}
    twice: set[tuple[str, Clocks]] = set()
    for code in codes:
        for period in asked:
            for cut_by in slices:
                for leaf in leaves_of(code, period, figures, CLOCKS, cut_by):
                    base = figures[leaf.code]
                    assert isinstance(base, Base | Doubled)
                    if isinstance(base, Doubled):
                        twice.add((base.code, clocks_for(base, leaf.period, CLOCKS)))
                        continue
                    own = wanted.setdefault((base.view.code, clocks_for(base, leaf.period, CLOCKS)), (set(), set()))
                    own[0].add((leaf.code, leaf.slice))
                    own[1].add(placed(base, leaf.period))
    plan = make_plan(codes, asked, figures, CLOCKS, slices)
    found = {(scan.ledger, scan.clocks): (list(scan.wanted), list(scan.periods)) for scan in plan.scans}
    assert len(found) == len(plan.scans)
    assert [(figure.code, own) for figure, own in plan.doubled] == sorted(
        twice, key=lambda pair: (pair[0], pair[1].as_of)
    )
    assert found == {key: (sorted(bases, key=repr), sorted(times)) for key, (bases, times) in wanted.items()}
