"""Counts from tallies against counting record by record, for everybody, at any instant, and after whatever happened."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import clock
from bihuan.ledger.models import DueTally, Involved, Record, StepTally
from bihuan.ledger.rules import scope_among, tally_scope, visible_records
from bihuan.ledger.undo import undo_batch
from bihuan.ledger.verification import check_derived, rebuild
from bihuan.loop.actions import create_record, perform
from bihuan.loop.brought import Said
from bihuan.loop.colour import bounds_at, colour_of
from bihuan.loop.definitions import loop_of
from bihuan.loop.tally_counts import counts_by_place, summed
from bihuan.loop.waiting import waiting_for
from tests.cast import EVERYBODY, MONDAY, Cast, examples, undone
from tests.ledger.making import TASK_FIELDS, TASK_PARTS, findings, import_rows, make_finding, make_ledger

HEAD = ["编号代码", "名称", "责任单位", "期限"]
MINUTES = (0, 30, 450, 899, 1_440, 5_000, 80_000)


def told(cast: Cast, login: str, ledgers: list[object]) -> Counter[str]:
    with_loops = [(ledger, loop_of(ledger)) for ledger in ledgers]
    return Counter(
        {c.value: n for c, n in summed(counts_by_place(cast[login], with_loops, clock.now()).values()).items()}
    )


def by_hand(cast: Cast, login: str, ledgers: list[object]) -> Counter[str]:
    found: Counter[str] = Counter()
    for ledger in ledgers:
        bounds = bounds_at(loop_of(ledger), clock.now())
        found.update(colour_of(r.due_at, r.closed_at, bounds).value for r in visible_records(cast[login], ledger))
    return found


UNITS = ("青溪镇", "上河村", "白石镇", "审计局", "")


@examples(25)
@given(
    days=st.lists(
        st.tuples(st.integers(-9, 9), st.sampled_from([None, 30, 450, 1_439]), st.integers(0, 4)), max_size=8
    ),
    later=st.sampled_from(MINUTES),
)
def test_tallies_count_what_the_records_are(cast: Cast, days: list[tuple[int, int | None, int]], later: int) -> None:
    """Due days with and without an hour; the county's day changes at four in the afternoon of UTC."""
    fields = [*TASK_FIELDS[:-1], {"code": "due_on", "title": "期限", "kind": "datetime"}]
    with undone():
        ledger = make_ledger(cast.office, code="demo.hours", fields=fields, **TASK_PARTS)
        for number, (day, minute, unit) in enumerate(days):
            due = clock.start_of_day(clock.today() + timedelta(days=day)) + timedelta(minutes=minute or 1_439)
            text = due.astimezone(clock.COUNTY_TIME).strftime("%Y-%m-%d %H:%M") if minute else ""
            values = {"no": f"A{number}", "responsible": UNITS[unit], "due_on": text}
            create_record(actor=cast["office"], ledger=ledger, fields=values)
        with clock.fixed(MONDAY + timedelta(minutes=later)):
            for login in ("office", "town", "village", "leader", "outsider"):
                assert told(cast, login, [ledger]) == +by_hand(cast, login, [ledger])
        assert list(check_derived(ledger)) == []


@pytest.mark.parametrize("login", EVERYBODY)
def test_the_number_that_waits_is_that_of_the_rows(cast: Cast, login: str) -> None:
    for number in range(4):
        make_finding(cast, number, responsible_unit=("青溪镇", "上河村", "白石镇", "财政局")[number])
    first = Record.objects.order_by("pk").first()
    perform(actor=cast["office"], pk=first.pk, verb="assign", said=Said({"responsible_unit": "青溪镇"}))
    ledgers = [(cast.finding, loop_of(cast.finding))]
    waiting = waiting_for(cast[login], ledgers)
    rows = Record.objects.filter(scope_among(cast[login], [cast.finding])).filter(waiting.condition())
    assert waiting.count(tally_scope(cast[login], [cast.finding])) == rows.count()


def test_an_import_and_its_undoing_are_counted(cast: Cast, tmp_path: Path) -> None:
    ledger = make_ledger(cast.office)
    rows = [[f"A{n}", "事", "青溪镇", "2026-03-09"] for n in range(30)]
    _, batch = import_rows(cast["office"], ledger, tmp_path / "a.xlsx", [HEAD, *rows])
    assert batch is not None
    assert DueTally.objects.get(ledger=ledger, total__gt=0).total == 30
    assert StepTally.objects.get(ledger=ledger, total__gt=0).total == 30
    undo_batch(actor=cast["office"], batch=batch)
    assert not DueTally.objects.filter(ledger=ledger).exclude(total=0).exists()
    assert findings(ledger) == []


def test_a_tally_that_was_altered_is_found_and_made_anew(cast: Cast) -> None:
    record = make_finding(cast)
    DueTally.objects.filter(ledger=cast.finding).update(total=7)
    Involved.objects.create(record=record, person=cast.people["town"], part="holder")
    assert [found.place for found in check_derived(cast.finding)] == ["期限计数", "参与人"]
    rebuild(cast.finding)
    assert findings(cast.finding) == []
