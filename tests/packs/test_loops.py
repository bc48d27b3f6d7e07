"""Every loop of both packs, from opening to close-out, with a return, an extension, a pause, an exception, a recurrence."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from bihuan.base import clock
from bihuan.base.errors import BihuanError
from bihuan.installed import KINDS, packs_folder
from bihuan.ledger.models import Event, Record
from bihuan.loop.colour import Colour, bounds_at, colour_of
from bihuan.loop.definitions import loop_of
from bihuan.pack.reading import read_pack
from tests.cast import MONDAY
from tests.packs.conftest import Bureaus
from tests.packs.plays import PLAYS, Act, Play

LATER = clock.start_of_day(date(2026, 4, 20)) + timedelta(hours=10)
by_ledger = pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.ledger)


def test_every_ledger_with_a_loop_is_played() -> None:
    packs = [read_pack(packs_folder() / name, KINDS) for name in ("audit", "urban")]
    looped = {code for pack in packs for code, found in pack.definitions["ledgers"].items() if found.spec.loop}
    assert {play.ledger for play in PLAYS} == looped


def until_the_clock_runs(bureaus: Bureaus, play: Play) -> tuple[Record, int]:
    """The matter at the first step at which more time can be asked for, and how many acts that took."""
    record, done = bureaus.open(play), 0
    loop = loop_of(record.ledger)
    assert loop is not None
    steps = set(loop.verb["ask_extension"].from_) & set(loop.verb["accept_exception"].from_)
    while record.due_at is None or record.state not in steps:
        record, done = bureaus.do(record, play.acts[done]), done + 1
    return record, done


@by_ledger
def test_it_goes_from_opening_to_close_out_with_a_return(bureaus: Bureaus, play: Play) -> None:
    record = bureaus.open(play)
    seen = [record.state]
    with clock.fixed(LATER):
        for act in play.acts:
            assert record.closed_at is None
            record = bureaus.do(record, act)
            seen.append(record.state)
    assert (record.state, record.closed_at) == (play.ends, LATER)
    moves = [state for before, state in pairwise(seen) if state != before]
    assert any(state in moves[:place] or state == seen[0] for place, state in enumerate(moves)), "never sent back"
    loop = loop_of(record.ledger)
    assert loop is not None
    assert colour_of(record.due_at, record.closed_at, bounds_at(loop, LATER)) is Colour.WHITE
    assert Event.objects.filter(record=record).count() == 1 + len(play.acts)


@by_ledger
def test_its_deadline_is_extended_paused_and_excepted(bureaus: Bureaus, play: Play) -> None:
    record, _ = until_the_clock_runs(bureaus, play)
    due = record.due_at
    assert due is not None
    until = clock.local_date(due) + timedelta(days=10)
    record = bureaus.do(record, Act(play.asker, "ask_extension", {"do_until": until.isoformat()}))
    assert record.due_at == due
    record = bureaus.do(record, Act(play.office, "grant_extension"))
    assert record.due_at == clock.end_of_day(until)
    record = bureaus.do(record, Act(play.office, "pause"))
    assert record.due_at is None
    with clock.fixed(MONDAY + timedelta(days=400)):
        loop = loop_of(record.ledger)
        assert loop is not None
        assert colour_of(record.due_at, record.closed_at, bounds_at(loop, clock.now())) is Colour.GREEN
        record = bureaus.do(record, Act(play.office, "resume"))
        assert record.due_at is not None and record.due_at > clock.end_of_day(until) + timedelta(days=300)
        moved, excepted = record.due_at, clock.today() + timedelta(days=60)
        record = bureaus.do(record, Act(play.office, "accept_exception", {"do_until": excepted.isoformat()}))
        assert record.due_at == clock.end_of_day(excepted)
        record = bureaus.do(record, Act(play.office, "end_exception"))
        assert record.due_at == moved


@by_ledger
def test_what_comes_back_after_the_close_out_is_a_new_matter(bureaus: Bureaus, play: Play) -> None:
    record = bureaus.open(play)
    with clock.fixed(LATER):
        for act in play.acts:
            record = bureaus.do(record, act)
    with clock.fixed(LATER + timedelta(days=30)):
        closed = bureaus.do(record, Act(play.office, "recur"))
    assert (closed.state, closed.closed_at) == (play.ends, LATER)
    again = Record.objects.get(ledger=record.ledger, loop__recurs=record.number)
    assert again.closed_at is None and again.number != record.number
    loop = loop_of(record.ledger)
    assert loop is not None
    assert again.state == loop.steps[0].code
    assert loop.look_back is not None
    assert all(again.data.get(code) == record.data.get(code) for code in loop.look_back.copy_)
    too_late = LATER + timedelta(days=loop.look_back.days + 40)
    fresh = Record.objects.get(pk=record.pk)
    with clock.fixed(too_late), pytest.raises(BihuanError):
        bureaus.do(fresh, Act(play.office, "recur"))


@by_ledger
def test_those_who_did_the_work_do_not_close_it_out(bureaus: Bureaus, play: Play) -> None:
    record = bureaus.open(play)
    with clock.fixed(LATER):
        for act in play.acts[:-1]:
            record = bureaus.do(record, act)
        closing = play.acts[-1]
        before = Event.objects.filter(record=record).count()
        for login in {play.asker, "weijian"} - {"chengguanke"}:
            with pytest.raises(BihuanError):
                bureaus.do(
                    record, Act(login, closing.verb, {} if "$file" in closing.fields.values() else closing.fields)
                )
    assert Event.objects.filter(record=record).count() == before
