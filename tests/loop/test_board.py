"""Boards, waiting matters and summaries against counting by hand."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.base import clock
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.queries import records_on
from bihuan.ledger.rules import visible_records
from bihuan.loop.actions import Said, create_record, perform
from bihuan.loop.board import board
from bihuan.loop.colour import Colour, bounds_at, colour_of
from bihuan.loop.definitions import loop_of, loops_of
from bihuan.loop.queries import loop_ledgers, mine_everywhere
from bihuan.loop.summary import Summary, is_overdue, summary
from bihuan.loop.waiting import waiting_steps
from bihuan.org.actions import end_unit, give_post
from bihuan.org.actor import system_actor
from tests.cast import EVERYBODY, FOUNDED, MONDAY, Cast
from tests.ledger.making import TASK_FIELDS, TASK_PARTS, import_rows, make_finding, make_ledger

# On MONDAY, 2 March: red, yellow, green, and without a deadline.
DUES = {"red": "2026-03-01", "yellow": "2026-03-04", "green": "2026-04-01", "none": ""}


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    ledger = make_ledger(cast.office)
    number = 0
    for unit, colours in {
        "青溪镇": ["red", "yellow"],
        "上河村": ["red", "green"],
        "330999101202": ["green"],
        "白石镇": ["yellow", "none", "red", "red"],
        "": ["green"],
        "示范县": ["red"],
    }.items():
        for colour in colours:
            number += 1
            fields = {"no": f"A{number}", "responsible": unit, "due_on": DUES[colour]}
            create_record(actor=cast["office"], ledger=ledger, fields=fields)
    closed = Record.objects.get(ledger=ledger, key="A1")
    for verb in ("start", "finish"):
        perform(actor=cast["office"], pk=closed.pk, verb=verb, said=Said())
    return ledger


def shown(cast: Cast, ledger: Ledger, login: str, **more: Any) -> dict[str, tuple[int, int, int, int]]:
    rows = board(cast[login], [ledger], **more)
    return {
        row.name: tuple(row.counts[colour] for colour in (Colour.GREEN, Colour.YELLOW, Colour.RED, Colour.WHITE))
        for row in rows
    }


def test_the_board_rolls_each_unit_up(cast: Cast, ledger: Ledger) -> None:
    assert shown(cast, ledger, "office") == {
        "示范县（本级）": (0, 0, 1, 0),
        "青溪镇": (2, 1, 1, 1),
        "白石镇": (1, 1, 2, 0),
        "未定责任单位": (1, 0, 0, 0),
    }


def test_the_board_of_a_town_shows_its_villages(cast: Cast, ledger: Ledger) -> None:
    assert shown(cast, ledger, "office", under=cast.town.pk) == {
        "青溪镇（本级）": (0, 1, 0, 1),
        "上河村": (1, 0, 1, 0),
        "新民村": (1, 0, 0, 0),
    }
    own = next(row for row in board(cast["office"], [ledger], under=cast.town.pk) if row.is_own)
    assert (own.unit, own.total) == (cast.town.pk, 2)


@pytest.mark.parametrize("login", EVERYBODY)
def test_everybody_s_board_counts_what_they_may_see(cast: Cast, ledger: Ledger, login: str) -> None:
    loop = loop_of(ledger)
    assert loop is not None
    seen = visible_records(cast[login], ledger)
    expected = Counter(colour_of(row.due_at, row.closed_at, bounds_at(loop, MONDAY)) for row in seen)
    found = Counter[Colour]()
    for row in board(cast[login], [ledger]):
        found.update(row.counts)
    assert +found == +expected


def test_the_board_of_another_instant(cast: Cast, ledger: Ledger) -> None:
    later = shown(cast, ledger, "office", at=MONDAY + timedelta(days=60))
    assert later["白石镇"] == (1, 0, 3, 0)


def test_a_unit_that_has_ended_is_counted_in_the_unit_over_it(cast: Cast, ledger: Ledger) -> None:
    before = shown(cast, ledger, "office")
    end_unit(unit=cast.units["330999101202"], on=date(2026, 3, 2))
    assert shown(cast, ledger, "office") == before


def test_a_board_costs_the_same_with_more_matters(cast: Cast, ledger: Ledger) -> None:
    def cost() -> int:
        actor = cast["office"]
        with CaptureQueriesContext(connection) as queries:
            board(actor, [ledger])
        return len(queries)

    before = cost()
    for number in range(20):
        create_record(actor=cast["office"], ledger=ledger, fields={"no": f"B{number}", "responsible": "财政局"})
    assert cost() == before


def waiting(cast: Cast, login: str, ledger: Ledger) -> set[str]:
    loop = loop_of(ledger)
    assert loop is not None
    actor = cast[login]
    found = visible_records(actor, ledger).filter(waiting_steps(actor, ledger, loop))
    return {record.data["problem_no"] for record in found}


def test_a_matter_waits_for_those_who_must_move_it_on(cast: Cast) -> None:
    ledger = cast.finding
    one = make_finding(cast, 1)
    two = make_finding(cast, 2)
    village = make_finding(cast, 3, responsible_unit="上河村")
    for record, unit in ((one, "青溪镇"), (village, "上河村")):
        perform(actor=cast["office"], pk=record.pk, verb="assign", said=Said({"responsible_unit": unit}))
    assert two.state == "found"
    assert {login: found for login in EVERYBODY if (found := waiting(cast, login, ledger))} == {
        "office": {"2"},
        "town": {"1"},
        "village": {"3"},
    }
    perform(actor=cast["town"], pk=one.pk, verb="refuse", said=Said(reason="不属于本单位职责"))
    assert waiting(cast, "town", ledger) == set()
    assert waiting(cast, "office", ledger) == {"1", "2"}


def test_a_section_s_people_do_the_work_of_their_bureau(cast: Cast) -> None:
    give_post(person=cast.people["colleague"], unit=cast.units["330999-SJ-1"], role="reviewer", valid_from=FOUNDED)
    make_finding(cast, 1)
    assert waiting(cast, "colleague", cast.finding) == {"1"}


def test_ledgers_with_loops_and_all_that_is_mine(cast: Cast, ledger: Ledger) -> None:
    plain = make_ledger(cast.office, code="demo.plain", loop=None)
    assert [found.code for found, _ in loop_ledgers(cast["office"])] == ["audit.finding", "demo.task"]
    assert loops_of([plain, ledger]) == {ledger.pk: loop_of(ledger)}
    assert loop_of(plain) is None
    assert mine_everywhere(cast["town"]).count() == 5
    assert mine_everywhere(cast["outsider"]).count() == 0


HISTORY_FIELDS = (
    *TASK_FIELDS[:2],
    {"code": "opened", "title": "受理时间", "kind": "datetime"},
    {"code": "due", "title": "办理期限", "kind": "datetime"},
    {"code": "closed", "title": "办结时间", "kind": "datetime"},
    {"code": "status", "title": "状态", "kind": "choice", "choices": [{"code": "done", "title": "已办结"}, {"code": "open", "title": "在办"}]},
)  # fmt: skip
HISTORY_PARTS = {
    **TASK_PARTS,
    "unit_field": "",
    "opened_field": "opened",
    "due_field": "due",
    "closed_field": "closed",
    "status_field": "status",
    "closed_values": ["done"],
}
HISTORY_ROWS = [
    ["编号代码", "名称", "受理时间", "办理期限", "办结时间", "状态"],
    ["A1", "按期", "2026-01-01 08:00", "2026-01-03 08:00", "2026-01-02 08:00", "已办结"],
    ["A2", "逾期", "2026-01-01 08:00", "2026-01-03 08:00", "2026-01-04 08:00", "已办结"],
    ["A3", "刚好", "2026-01-01 08:00", "2026-01-03 08:00", "2026-01-03 08:00", "已办结"],
    ["A4", "无期限", "2026-01-01 08:00", "", "2026-01-01 10:00", "已办结"],
    ["A5", "在办超期", "2026-01-01 08:00", "2026-01-05 08:00", "", "在办"],
    ["A6", "在办", "2026-01-01 08:00", "2026-12-31 08:00", "", "在办"],
    ["A7", "早于受理", "2026-01-02 08:00", "2026-01-03 08:00", "2026-01-01 08:00", "已办结"],
    ["A8", "没有时间", "2026-01-02 08:00", "2026-01-03 08:00", "", "已办结"],
    ["A9", "状态不符", "2026-01-02 08:00", "2026-01-03 08:00", "2026-01-02 20:00", "在办"],
]


@pytest.fixture
def past(cast: Cast, tmp_path: Any) -> Ledger:
    ledger = make_ledger(cast.office, fields=HISTORY_FIELDS, **HISTORY_PARTS)
    check, batch = import_rows(cast["office"], ledger, tmp_path / "past.csv", HISTORY_ROWS)
    assert batch is not None
    assert {HISTORY_ROWS[row - 1][0]: words for row, words in check.doubts} == {
        "A7": "办结时间 2026-01-01 08:00 早于发现时间 2026-01-02 08:00，不计入时长和按期率",
        "A8": "状态为已办结，却没有办结时间，不计入时长和按期率",
        "A9": "已有办结时间 2026-01-02 20:00，状态却是“open”，按未办结处理",
    }
    return ledger


def summed(ledger: Ledger, at: datetime = MONDAY) -> Summary:
    loop = loop_of(ledger)
    assert loop is not None
    return summary(visible_records(system_actor(), ledger), spec_of(ledger), loop, at)


def test_a_table_with_a_past_is_summed_up_by_hand(past: Ledger) -> None:
    found = summed(past)
    assert (found.total, found.closed) == (9, 6)
    assert found.by_status == {"done": 6, "open": 3}
    assert found.by_state == {"open": 3, "doing": 0, "closed": 6}
    assert (found.with_deadline, found.on_time) == (3, 2)
    assert found.median_hours == pytest.approx((24 + 48) / 2)
    assert found.mean_hours == pytest.approx((24 + 72 + 48 + 2) / 4)
    assert found.closure_rate == pytest.approx(100 * 6 / 9)
    assert found.on_time_rate == pytest.approx(100 * 2 / 3)
    assert len(found.doubtful) == 3
    assert (found.as_filed["closed_times"], found.as_filed["with_deadline"], found.as_filed["on_time"]) == (6, 5, 4)


def test_the_same_of_an_earlier_day(past: Ledger) -> None:
    then = clock.start_of_day(date(2026, 1, 3))
    found = summed(past, then)
    assert (found.total, found.closed, found.on_time) == (9, 4, 1)
    replayed = summary(records_on(past, then), spec_of(past), loop_of(past), then)
    assert (replayed.total, replayed.closed, replayed.on_time) == (9, 4, 1)


def test_an_empty_ledger_divides_by_nothing(cast: Cast) -> None:
    found = summed(make_ledger(cast.office))
    assert (found.total, found.closure_rate, found.on_time_rate, found.median_hours) == (0, None, None, None)


@pytest.mark.parametrize(
    ("due", "closed", "late"),
    [
        (None, None, False),
        (0, None, False),
        (-1, None, True),
        (-5, -5, False),
        (-5, -4, True),
        (-5, 3, True),
        (1, 3, False),
    ],
)
def test_overdue_is_later_than_the_deadline(due: int | None, closed: int | None, late: bool) -> None:
    def instant(hours: int | None) -> datetime | None:
        return None if hours is None else datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=hours)

    assert is_overdue(instant(due), instant(closed), datetime(2026, 3, 2, tzinfo=UTC)) is late
