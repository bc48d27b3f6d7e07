"""Random people do random verbs, legal and illegal, to matters of random loops, while the clock moves.

An oracle of its own keeps what should be so: the step, the deadline by counting days one by one, who may do what. No
illegal verb succeeds, no history is lost, every matter can be finished, and colours are what the oracle reckons.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bihuan.base import clock
from bihuan.base.errors import BihuanError
from bihuan.figure.colour_time import colour_time
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.rules import scope_among, visible_records
from bihuan.loop.actions import create_record, perform
from bihuan.loop.brought import Said
from bihuan.loop.colour import bounds_at, colour_of
from bihuan.loop.colour_days import ColourDays, colour_days, ever_paused, to_replay
from bihuan.loop.course import course_of
from bihuan.loop.definitions import loop_of
from bihuan.loop.queries import history_colours
from bihuan.loop.rules import open_verbs
from bihuan.loop.tally_counts import counts_by_place, summed
from bihuan.loop.waiting import waiting_for
from bihuan.org.actor import Actor
from tests.cast import MONDAY, Cast
from tests.ledger.making import TASK_PARTS, findings, make_ledger
from tests.loop.random_loop import FIELDS, LOGINS, PAIRS, loop_of_parts
from tests.loop.random_oracle import Model, Oracle

PHASES = (Phase.explicit, Phase.generate)
"""No shrinking: a failing example is short enough, and making it shorter takes minutes."""


class Machine(Oracle, RuleBasedStateMachine):
    """One random loop, some matters, and people who try things."""

    def __init__(self) -> None:
        super().__init__()
        self.clock: Any = None
        self.now = MONDAY
        self.matters: dict[int, Model] = {}

    @initialize(
        middle=st.integers(2, 4),
        days=st.integers(1, 12),
        count=st.sampled_from(["calendar", "working"]),
        within=st.integers(0, 6),
        parts=st.lists(st.sampled_from(range(len(PAIRS))), unique=True, min_size=3),
    )
    def begin(self, middle: int, days: int, count: str, within: int, parts: list[int]) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.days, self.count, self.within, self.middle = days, count, within, middle
        self.parts: set[str] = set().union(*(PAIRS[part] for part in parts))
        definition = loop_of_parts(middle, days, count, within, self.parts)
        self.ledger: Ledger = make_ledger(
            self.cast.office, code="demo.random", fields=FIELDS, loop=definition, **TASK_PARTS
        )
        loop = loop_of(self.ledger)
        assert loop is not None
        self.loop = loop
        self.move_clock(timedelta(0))

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            if self.clock:
                self.clock.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def move_clock(self, by: timedelta) -> None:
        if self.clock:
            self.clock.__exit__(None, None, None)
        self.now += by
        self.clock = clock.fixed(self.now)
        self.clock.__enter__()

    def actor(self, login: str) -> Actor:
        return self.cast[login]

    # What happens.

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        self.move_clock(timedelta(hours=hours))

    @precondition(lambda self: len(self.matters) < 3)
    @rule(town=st.booleans())
    def open_a_matter(self, town: bool) -> None:
        number = len(self.matters) + 1
        fields = {"no": f"A{number}", "responsible": "青溪镇" if town else "上河村", "expert": "吴外"}
        record = create_record(actor=self.actor("office"), ledger=self.ledger, fields=fields)
        self.matters[record.pk] = Model(events=["created"])

    @precondition(lambda self: self.matters)
    @rule(
        which=st.integers(0, 9),
        login=st.sampled_from(LOGINS),
        verb=st.integers(0, 40),
        legal=st.booleans(),
        ahead=st.integers(-3, 70),
        people=st.lists(st.sampled_from(LOGINS), min_size=1, max_size=3, unique=True),
        to=st.integers(0, 5),
    )
    def somebody_tries_something(
        self, which: int, login: str, verb: int, legal: bool, ahead: int, people: list[str], to: int
    ) -> None:
        pk = sorted(self.matters)[which % len(self.matters)]
        model, record = self.matters[pk], Record.objects.select_related("ledger").get(pk=pk)
        verbs = list(self.loop.verbs)
        if legal:
            # Half of the tries are by somebody who is offered the verb, so that matters get somewhere.
            offers = [(who, v) for who in LOGINS for v in open_verbs(self.actor(who), record, self.loop)]
            if offers:
                login, what = offers[verb % len(offers)]
                verbs = [what]
        what = verbs[verb % len(verbs)]
        until = self.today + timedelta(days=ahead)
        target = what.to_choices[to % len(what.to_choices)] if what.to_choices else what.to
        other = sorted(self.matters)[to % len(self.matters)]
        said, before = self.said(what, until, people, target, other), Event.objects.filter(ledger=self.ledger).count()
        allowed = self.allowed(model, record, login, what.code, until, people, other)
        try:
            with transaction.atomic():
                perform(actor=self.actor(login), pk=pk, verb=what.code, said=said)
        except BihuanError as error:
            assert not allowed, (login, what.code, model, str(error), getattr(error, "problems", None))
            assert Event.objects.filter(ledger=self.ledger).count() == before
        else:
            assert allowed, (login, what.code, model)
            self.follow(model, record, login, what, until, people, target, other)

    def said(self, verb: Any, until: date, people: list[str], target: str, other: int) -> Said:
        fields: dict[str, Any] = {}
        if verb.effect == "merge":
            fields["do_other"] = Record.objects.get(pk=other).number
        if verb.effect == "unmerge":
            fields["do_part"] = str(other)
        if verb.effect == "save":
            fields["name"] = until.isoformat() if until.day % 2 else ""
        if verb.to_choices:
            fields["do_to"] = target
        if verb.effect in ("ask_extension", "grant_extension", "except"):
            fields["do_until"] = until.isoformat()
        if verb.effect in ("hold", "delegate"):
            fields["do_person"] = people[0]
        if verb.effect in ("copy", "countersign", "add_signers"):
            fields["do_people"] = "、".join(people)
        return Said(fields, reason="有理由")

    # What must hold at every moment.

    @invariant()
    def matters_are_what_the_oracle_says(self) -> None:
        for pk, model in self.matters.items():
            record = Record.objects.get(pk=pk)
            assert record.state == model.state
            due = clock.local_date(record.due_at) if record.due_at else None
            assert due == model.shown_due
            bounds = bounds_at(self.loop, self.now)
            assert colour_of(record.due_at, record.closed_at, bounds).value == self.colour(model, self.now)

    @invariant()
    def no_history_is_lost(self) -> None:
        for pk, model in self.matters.items():
            kinds = list(Event.objects.filter(record=pk).order_by("version").values_list("kind", flat=True))
            assert kinds == model.events

    @invariant()
    def counts_and_desks_agree(self) -> None:
        if not self.matters:
            return
        found = summed(counts_by_place(self.actor("leader"), [(self.ledger, self.loop)], self.now).values())
        wanted = [self.colour(model, self.now) for model in self.matters.values() if model.into is None]
        assert {c.value: n for c, n in found.items() if n} == {c: wanted.count(c) for c in set(wanted)}

    @precondition(lambda self: self.matters)
    @rule(which=st.integers(0, 9), hours=st.integers(0, 2_000))
    def any_past_instant_replays(self, which: int, hours: int) -> None:
        record = Record.objects.select_related("ledger").get(pk=sorted(self.matters)[which % len(self.matters)])
        past = self.now - timedelta(hours=hours)
        stretches = course_of(record, self.loop, self.actor("leader").tree, self.now)
        inside = [stretch for stretch in stretches if stretch.start <= past < stretch.end]
        if inside:
            assert [inside[0].colour] == history_colours(record, self.loop, [past])
        assert all(one.end == other.start for one, other in pairwise(stretches))

    @precondition(lambda self: self.matters)
    @rule(hours=st.integers(1, 2_000), after=st.integers(0, 400))
    def the_lake_tells_the_days_in_each_colour(self, hours: int, after: int) -> None:
        start, end = self.now - timedelta(hours=hours), self.now - timedelta(hours=min(after, hours - 1))
        leader = self.actor("leader")
        rows = to_replay(leader, self.ledger, start)
        replayed = colour_days(leader, rows, self.ledger, self.loop, start, end)
        ids = list(rows.values_list("pk", flat=True))
        assert told(colour_time(leader, ids, self.ledger, self.loop, start, end)) == told(replayed)
        paused = colour_days(leader, ever_paused(self.ledger, rows), self.ledger, self.loop, start, end)
        assert {u: d.paused for u, d in paused.by_unit.items() if d.paused} == {
            u: d.paused for u, d in replayed.by_unit.items() if d.paused
        }

    @precondition(lambda self: any(not model.closed and model.into is None for model in self.matters.values()))
    @rule(which=st.integers(0, 9))
    def it_can_still_be_finished(self, which: int) -> None:
        """From wherever a matter stands, the people of its loop can close it; then that is undone again."""
        going = [pk for pk, model in sorted(self.matters.items()) if not model.closed and model.into is None]
        pk = going[which % len(going)]
        with transaction.atomic():
            for _ in range(10):
                record = Record.objects.select_related("ledger").get(pk=pk)
                if record.closed_at:
                    break
                forward = next(
                    (login, verb)
                    for login in LOGINS
                    for verb in open_verbs(self.actor(login), record, self.loop)
                    if verb.code == "resume" or verb.code.startswith("go")
                )
                perform(actor=self.actor(forward[0]), pk=pk, verb=forward[1].code, said=Said(reason="办"))
            assert Record.objects.get(pk=pk).closed_at
            transaction.set_rollback(True)

    @precondition(lambda self: self.matters)
    @rule()
    def everything_verifies(self) -> None:
        assert findings(self.ledger) == []
        for login in ("office", "town", "village", "leader"):
            waiting = waiting_for(self.actor(login), [(self.ledger, self.loop)])
            rows = Record.objects.filter(scope_among(self.actor(login), [self.ledger])).filter(waiting.condition())
            seen = set(visible_records(self.actor(login), self.ledger).values_list("pk", flat=True))
            assert set(rows.values_list("pk", flat=True)) <= seen


def told(found: ColourDays) -> Any:
    """Days in each colour and whom the red is charged to, but for the pauses; to a tenth of a second."""

    def rounded(days: Mapping[Any, float]) -> dict[Any, float]:
        return {key: round(value, 6) for key, value in days.items() if value}

    units = {
        unit: (days.matters, days.turned, rounded(days.days), rounded(days.red_by_level))
        for unit, days in found.by_unit.items()
        if days.matters or days.turned
    }
    return units, rounded(found.charged)


@pytest.mark.usefixtures("cast")
def test_random_people_random_loops(cast: Cast) -> None:
    machine = type("Played", (Machine,), {"cast": cast})
    examples = max(12, settings().max_examples // 4)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=25, deadline=None, phases=PHASES)
    )
