"""Every loop of both packs at its real pages, from opening to close-out.

Each is played with a return, an extension, a pause, an exception and a recurrence, by the people whose turn it is.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import BihuanError
from bihuan.installed import KINDS, packs_folder
from bihuan.ledger.models import Event, Record
from bihuan.loop.colour import Colour, bounds_at, colour_of
from bihuan.loop.definitions import loop_of
from bihuan.loop.spec import LoopSpec
from bihuan.pack.reading import read_pack
from tests.packs.conftest import Bureaus
from tests.packs.plays import PLAYS, VARIANTS, Act, Play
from tests.packs.screens import Screens
from tests.packs.systems import PLAYED, kinds_of_systems

LATER = clock.start_of_day(date(2026, 4, 20)) + timedelta(hours=10)
by_ledger = pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.ledger)
by_play = pytest.mark.parametrize("play", (*PLAYS, *VARIANTS), ids=lambda play: play.name)


def test_every_ledger_with_a_loop_is_played() -> None:
    packs = [read_pack(packs_folder() / name, KINDS) for name in ("audit", "urban")]
    looped = {code for pack in packs for code, found in pack.definitions["ledgers"].items() if found.spec.loop}
    assert {play.ledger for play in PLAYS} == looped


def test_every_system_of_kind_loop_is_played() -> None:
    loops = {system for system, kind in kinds_of_systems().items() if kind in ("loop", "transaction")}
    assert set(PLAYED) >= loops
    names = {play.name for play in (*PLAYS, *VARIANTS)}
    assert {name for plays in PLAYED.values() for name in plays} <= names


@pytest.fixture
def screens(bureaus: Bureaus) -> Iterator[Screens]:
    yield Screens(bureaus)


@by_play
def test_it_is_played_at_its_pages(screens: Screens, play: Play) -> None:
    record, seen = screens.open(play), []
    loop = loop_of(record.ledger)
    assert loop is not None
    steps = set(loop.verb["ask_extension"].from_) & set(loop.verb["accept_exception"].from_)
    acts = list(play.acts)
    while record.due_at is None or record.state not in steps:
        seen.append(record.state)
        record = screens.do(record, acts.pop(0))
    assert screens.is_offered(record, play.asker, "ask_extension")
    record = is_extended(screens, play, record)
    record = is_paused(screens, play, record, loop)
    with clock.fixed(LATER):
        record = is_excepted(screens, play, record)
        for act in acts:
            assert record.closed_at is None
            seen.append(record.state)
            record = screens.do(record, act)
        assert_closed(play, record, loop, [*seen, record.state])
    if loop.recheck:
        is_rechecked(screens, play, record, loop)
    recurs(screens, play, record, loop)


def is_rechecked(screens: Screens, play: Play, record: Record, loop: LoopSpec) -> None:
    """抽查复核: drawn at the loop's page by a seed, passed by its verb; what fails comes back as a new matter."""
    page = f"/ledgers/{play.ledger}/loop/"
    day = clock.local_date(LATER)
    verbs = {verb.effect: verb.code for verb in loop.verbs if verb.effect.startswith("recheck")}
    drawing = {"draw": "1", "start": day.isoformat(), "end": day.isoformat(), "seed": "第1号公告"}
    with clock.fixed(LATER + timedelta(days=1)):
        assert screens.refusal(record, play.office, verbs["recheck_pass"])[1] in (403, 409), "nobody drew it"
        assert screens.at(play.office).post(page, drawing).status_code == 302
        told = Record.objects.get(pk=record.pk).loop["recheck"]
        assert (told["seed"], told["among"]) == ("第1号公告", 1)
        assert record.number in screens.at(play.office).get(page).content.decode()
        assert 403 in screens.refusal(record, play.asker, verbs["recheck_pass"])
        before, standing = Record.objects.filter(ledger=record.ledger).count(), transaction.savepoint()
        screens.do(record, Act(play.office, verbs["recheck_fail"]))
        assert Record.objects.get(pk=record.pk).loop["recheck"]["result"] == "fail"
        assert Record.objects.filter(ledger=record.ledger).count() == before + 1
        transaction.savepoint_rollback(standing)
        screens.do(record, Act(play.office, verbs["recheck_pass"]))
        assert "通过" in screens.at(play.office).get(page).content.decode()


def is_extended(screens: Screens, play: Play, record: Record) -> Record:
    due = record.due_at
    assert due is not None
    until = clock.local_date(due) + timedelta(days=10)
    record = screens.do(record, Act(play.asker, "ask_extension", {"do_until": until.isoformat()}))
    assert record.due_at == due, "asked for is not granted"
    assert 403 in screens.refusal(record, play.asker, "grant_extension")
    record = screens.do(record, Act(play.office, "grant_extension"))
    assert record.due_at == clock.end_of_day(until)
    return record


def is_paused(screens: Screens, play: Play, record: Record, loop: LoopSpec) -> Record:
    due = record.due_at
    assert due is not None
    record = screens.do(record, Act(play.office, "pause"))
    assert record.due_at is None
    assert not any(screens.is_offered(record, play.asker, verb.code) for verb in loop.verbs if verb.targets)
    with clock.fixed(LATER):
        assert colour_of(record.due_at, record.closed_at, bounds_at(loop, clock.now())) is Colour.GREEN
        record = screens.do(record, Act(play.office, "resume"))
        assert record.due_at is not None and record.due_at >= due + timedelta(days=40)
    return record


def is_excepted(screens: Screens, play: Play, record: Record) -> Record:
    due, excepted = record.due_at, clock.today() + timedelta(days=60)
    record = screens.do(record, Act(play.office, "accept_exception", {"do_until": excepted.isoformat()}))
    assert record.due_at == clock.end_of_day(excepted)
    record = screens.do(record, Act(play.office, "end_exception"))
    assert record.due_at == due
    return record


def assert_closed(play: Play, record: Record, loop: LoopSpec, seen: list[str]) -> None:
    assert (record.state, record.closed_at) == (play.ends, LATER)
    moves = [seen[0], *(state for before, state in pairwise(seen) if state != before)]
    assert any(state in moves[:place] for place, state in enumerate(moves)), "never sent back"
    assert colour_of(record.due_at, record.closed_at, bounds_at(loop, LATER)) is Colour.WHITE
    assert Event.objects.filter(record=record).count() == 1 + len(play.acts) + 6


def recurs(screens: Screens, play: Play, record: Record, loop: LoopSpec) -> None:
    """What comes back within the look-back period is a new matter that points at the closed one; later it is not."""
    assert loop.look_back is not None
    with clock.fixed(LATER + timedelta(days=loop.look_back.days + 40)):
        assert screens.refusal(record, play.office, "recur")[1] in (403, 409)
    with clock.fixed(LATER + timedelta(days=30)):
        closed = screens.do(record, Act(play.office, "recur"))
        again = Record.objects.get(ledger=record.ledger, loop__recurs=record.number)
        assert screens.at(play.office).get(f"/records/{again.pk}/").status_code == 200
    assert (closed.state, closed.closed_at) == (play.ends, LATER)
    assert again.closed_at is None and again.number != record.number
    assert again.state == loop.steps[0].code
    assert all(again.data.get(code) == record.data.get(code) for code in loop.look_back.copy_)


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
