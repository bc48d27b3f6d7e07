"""The list of all matters in pages: each once, in one order, in the colour that it has; and a huge ledger's loop page."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import clock
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.pieces import stretch_of
from bihuan.ledger.rules import visible_records
from bihuan.loop.actions import create_record, perform
from bihuan.loop.brought import Said
from bihuan.loop.colour import Colour, bounds_at, colour_of
from bihuan.loop.definitions import loop_of
from bihuan.loop.spec import LoopSpec
from bihuan.web.matters import EVERYWHERE, Matters, Units
from bihuan.web.pages import loop_standing
from tests.cast import MONDAY, Cast, examples, undone
from tests.ledger.making import TASK_FIELDS, TASK_PARTS, make_finding, make_ledger
from tests.web.conftest import signed_in

DAYS = st.lists(
    st.tuples(
        st.none() | st.integers(-9, 30), st.none() | st.integers(0, 3), st.sampled_from(["青溪镇", "上河村", ""])
    ),
    max_size=7,
)
"""Due in so many days, closed so many days later, of which unit."""


def by_hand(record: Record) -> tuple[int, float, int]:
    """Open by due date, then open without one, then closed, the last first."""
    if record.closed_at:
        return 2, -record.closed_at.timestamp(), -record.pk
    return (0, record.due_at.timestamp(), record.pk) if record.due_at else (1, 0.0, record.pk)


@examples(12)
@given(days=DAYS, size=st.integers(1, 4))
def test_every_page_is_a_part_of_the_one_order(
    cast: Cast, days: list[tuple[int | None, int | None, str]], size: int
) -> None:
    with undone():
        ledger = make_ledger(cast.office, code="demo.pages", fields=TASK_FIELDS, **TASK_PARTS)
        loop = loop_of(ledger)
        assert loop is not None
        for number, (day, closed, unit) in enumerate(days):
            due = (clock.today() + timedelta(days=day)).isoformat() if day is not None else ""
            fields = {"no": f"A{number}", "responsible": unit, "due_on": due}
            record = create_record(actor=cast["office"], ledger=ledger, fields=fields)
            with clock.fixed(MONDAY + timedelta(days=closed or 0)):
                for verb in ("start", "finish") if closed is not None and unit else ():
                    record = perform(actor=cast["office"], pk=record.pk, verb=verb, said=Said())
        with clock.fixed(MONDAY + timedelta(days=2, minutes=len(days))):
            for login in ("leader", "town", "outsider"):
                assert_pages(cast, login, ledger, loop, size)


def assert_pages(cast: Cast, login: str, ledger: Ledger, loop: LoopSpec, size: int) -> None:
    matters = Matters(cast[login], [(ledger, loop)], clock.now())
    seen = sorted(visible_records(cast[login], ledger), key=by_hand)
    bounds = bounds_at(loop, clock.now())
    towns = Units(frozenset([cast.town.pk]))
    for colour, of in product((None, *Colour), (EVERYWHERE, towns, replace(towns, outside=True))):
        wanted = [r for r in seen if of.has(r.unit_id) and colour in (None, colour_of(r.due_at, r.closed_at, bounds))]
        pieces, total = matters.in_order("", colour, of), len(wanted)
        assert sum(matters.counts(None, of).values() if colour is None else [matters.counts(None, of)[colour]]) == total
        found = [stretch_of(pieces, start, size, total) for start in range(0, total, size)]
        assert [r.pk for page in found for r in page] == [r.pk for r in wanted]


def test_a_huge_ledger_is_told_as_a_small_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the lake tells the days, they are those that replaying tells, pauses too; too many of these say so."""
    with clock.fixed(MONDAY):
        for number, unit in enumerate(("青溪镇", "青溪镇", "上河村")):
            record = make_finding(cast, number, responsible_unit=unit)
            perform(actor=cast["office"], pk=record.pk, verb="assign", said=Said({"responsible_unit": unit}))
    with clock.fixed(MONDAY + timedelta(days=1)):
        perform(actor=cast["office"], pk=record.pk, verb="pause", said=Said(reason="诉讼"))
    with clock.fixed(MONDAY + timedelta(days=100)):
        client: Client = signed_in(cast.people["leader"])

        def days(address: str) -> str:
            return client.get(address).content.decode().partition("各单位在四色里的天数")[2].partition("</section>")[0]

        for address in (
            url := f"/ledgers/{cast.finding.code}/loop/?from=2026-03-01",
            f"{url}&unit={cast.village.code}",
        ):
            monkeypatch.setattr(loop_standing, "MOST_REPLAYED", 10)
            replayed = days(address)
            monkeypatch.setattr(loop_standing, "MOST_REPLAYED", 0 if "unit" in address else 2)
            assert days(address) == replayed if "unit" not in address else "未计" in days(address)
        assert "上河村" in replayed and "（天）" in replayed
