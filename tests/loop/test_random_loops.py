"""Random people do random verbs, legal and illegal, to matters of random loops, while the clock moves.

An oracle of its own keeps what should be so: the step, the deadline by counting days one by one, who may do what. No
illegal verb succeeds, no history is lost, every matter can be finished, and colours are what the oracle reckons.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
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
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.rules import scope_among, visible_records
from bihuan.loop.actions import create_record, perform
from bihuan.loop.brought import Said
from bihuan.loop.colour import bounds_at, colour_of
from bihuan.loop.course import course_of
from bihuan.loop.definitions import loop_of
from bihuan.loop.queries import history_colours
from bihuan.loop.rules import open_verbs
from bihuan.loop.tally_counts import counts_by_place, summed
from bihuan.loop.waiting import waiting_for
from bihuan.org.actor import Actor
from bihuan.standards import workdays
from bihuan.standards.holiday_files import packaged_calendar
from tests.cast import MONDAY, Cast
from tests.ledger.making import TASK_FIELDS, TASK_PARTS, findings, make_ledger

PHASES = (Phase.explicit, Phase.generate)
"""No shrinking: a failing example is short enough, and making it shorter takes minutes."""
LOGINS = ("office", "colleague", "town", "village", "other_town", "leader", "outsider", "auditor")
OWNER: dict[str, Any] = {"role": ["reviewer", "supervisor"], "unit": "owner"}
DOER: dict[str, Any] = {"role": ["undertaker"], "unit": "responsible"}
SIGNERS = {"person": "signer"}
FIELDS = (*TASK_FIELDS, {"code": "expert", "title": "专家", "kind": "person"})


def loop_of_parts(middle: int, days: int, count: str, within: int, parts: set[str]) -> dict[str, Any]:
    """A loop with so many steps between the first and the last, and these effects among its verbs."""
    steps = ["open", *(f"s{n}" for n in range(middle)), "closed"]
    verbs: list[dict[str, Any]] = []
    for place, (step, following) in enumerate(pairwise(steps)):
        who = [OWNER] if following == "closed" or place % 2 == 0 else [DOER, {"field": "expert"}]
        verbs.append(
            {
                "code": f"go{place}",
                "title": f"办{place}",
                "from": [step],
                "to": following,
                "who": who,
                "starts_clock": place == 0,
            }
        )
    inner = steps[1:-1]
    verbs.append(
        {"code": "back", "title": "驳回", "from": inner, "to_choices": steps[:-2], "who": [OWNER], "reason": "required"}
    )
    verbs += verbs_of_parts(inner, parts)
    return {
        "code": "random",
        "title": "随机",
        "steps": [{"code": code, "title": code, "closed": code == "closed"} for code in steps],
        "deadline": {"days": days, "count": count, "start": "verb"},
        "colours": [
            {"valid_from": date(2000, 1, 1), "yellow_within": within, "count": count},
            {"valid_from": date(2026, 3, 10), "yellow_within": within // 2, "count": "calendar"},
        ],
        "levels": [{"code": "unit", "title": "责任单位", "unit": "responsible", "colour": "green"}],
        "verbs": verbs,
        "exception": {"days": 90},
        "look_back": {"days": 30},
        "doubles": {"match": ["name"]},
        "extension": {"times": 2, "days": 60},
    }  # fmt: skip


def verbs_of_parts(inner: list[str], parts: set[str]) -> list[dict[str, Any]]:
    """The verbs of these effects, at the inner steps."""
    verbs: list[dict[str, Any]] = []
    for effect, who in EFFECTS.items():
        if effect in parts:
            verbs.append({"code": effect, "title": effect, "from": inner, "effect": effect, "who": who})
    if "countersign" in parts:
        verbs += [
            {"code": "sign", "title": "同意", "from": inner, "effect": "sign", "to": inner[-1], "who": [SIGNERS]},
            {"code": "object", "title": "反对", "from": inner, "effect": "object", "to": "open", "who": [SIGNERS]},
        ]
        verbs.append(
            {"code": "countersign", "title": "会签", "from": inner, "effect": "countersign", "need": 2, "who": [OWNER]}
        )
        verbs.append({"code": "add_signers", "title": "加签", "from": inner, "effect": "add_signers", "who": [OWNER]})
    if "delegate" in parts:
        verbs.append(
            {"code": "hand_back", "title": "交回", "from": inner, "effect": "hand_back", "who": [{"person": "holder"}]}
        )
    if "save" in parts:
        asks = [{"field": "name", "required": True}]
        verbs.append({"code": "save", "title": "暂存", "from": inner, "effect": "save", "asks": asks, "who": [DOER]})
    if "order" in parts:
        verbs += [
            {"code": "order", "title": "督办", "from": inner, "effect": "order", "level": "unit", "who": [OWNER]},
            {"code": "receive", "title": "签收", "from": inner, "effect": "receive", "level": "unit", "who": [DOER]},
        ]
    if "recur" in parts:
        verbs.append({"code": "recur", "title": "再犯", "from": ["closed"], "effect": "recur", "who": [OWNER]})
    return verbs


EFFECTS: dict[str, list[dict[str, Any]]] = {
    "pause": [OWNER],
    "resume": [OWNER],
    "ask_extension": [DOER],
    "grant_extension": [OWNER],
    "deny_extension": [OWNER],
    "except": [OWNER],
    "end_exception": [OWNER],
    "hold": [DOER],
    "copy": [DOER, OWNER],
    "withdraw": [DOER, OWNER],
    "urge": [OWNER],
    "delegate": [DOER],
    "merge": [OWNER],
    "unmerge": [OWNER],
}
PAIRS = [
    {"pause", "resume"},
    {"ask_extension", "grant_extension", "deny_extension"},
    {"except", "end_exception"},
    {"hold"},
    {"copy"},
    {"withdraw"},
    {"urge"},
    {"countersign"},
    {"recur"},
    {"delegate"},
    {"save"},
    {"order"},
    {"merge", "unmerge"},
]


def counts(day: date, count: str) -> bool:
    return count == "calendar" or workdays.is_workday_tolerant(packaged_calendar(), day).value


def later(day: date, days: int, count: str) -> date:
    """So many counting days on, one by one."""
    while days:
        day += timedelta(days=1)
        days -= counts(day, count)
    return day


@dataclass
class Model:
    """What the oracle thinks of one matter."""

    state: str = "open"
    due: date | None = None
    paused: date | None = None
    away: bool = False
    asked: date | None = None
    extensions: int = 0
    exception: tuple[date | None] | None = None
    closed: bool = False
    signers: dict[str, bool | None] = field(default_factory=dict)
    last: tuple[str, str] | None = None
    recurred: bool = False
    holders: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    ordered: bool = False
    merged: list[int] = field(default_factory=list)
    into: int | None = None
    events: list[str] = field(default_factory=list)

    @property
    def shown_due(self) -> date | None:
        return None if self.away else self.due


class Machine(RuleBasedStateMachine):
    """One random loop, some matters, and people who try things."""

    cast: Cast

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

    @property
    def today(self) -> date:
        return clock.local_date(self.now)

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

    # The oracle: who may, when it may be done, and what becomes of it.

    def allowed(
        self, model: Model, record: Record, login: str, verb: str, until: date, people: list[str], other: int
    ) -> bool:
        if model.into is not None or not self.sees(login, record) or not self.right(model, record, login, verb):
            return False
        if verb == "delegate" and people[0] == login:
            return False
        if verb == "add_signers" and not set(people) - set(model.signers):
            return False
        if verb == "merge":
            onto = self.matters[other]
            if onto is model or onto.closed or onto.into is not None:
                return False
        if verb == "unmerge" and other not in model.merged:
            return False
        return self.possible(model, verb, until, people)

    def sees(self, login: str, record: Record) -> bool:
        town = record.unit_id == self.cast.town.pk
        by_post = {"office", "colleague", "leader", "auditor", "town", *(() if town else ("village",))}
        named = set(record.loop.get("copies", []))
        named |= {
            signer["person"] for signer in record.loop.get("round", {}).get("signers", []) if "vote" not in signer
        }
        holder = record.loop.get("holders", {}).get(record.state, {})
        named |= {holder.get("person"), holder.get("for", {}).get("person")}
        return login in by_post or self.cast.people[login].pk in named

    def right(self, model: Model, record: Record, login: str, verb: str) -> bool:
        doer = "town" if record.unit_id == self.cast.town.pk else "village"
        if verb.startswith("go"):
            place = int(verb[2:])
            by_office = place % 2 == 0 or place == self.middle
            return login == "office" if by_office else login in (doer, "outsider")
        if verb in ("sign", "object"):
            return model.signers.get(login, False) is None
        if verb == "withdraw":
            return model.last is not None and model.last[1] == login and login in (doer, "office")
        if verb in ("ask_extension", "hold", "delegate", "save", "receive"):
            return login == doer
        if verb == "hand_back":
            return model.holders.get(model.state, ("", None))[0] == login
        return login in (doer, "office") if verb == "copy" else login == "office"

    def possible(self, model: Model, verb: str, until: date, people: list[str]) -> bool:
        if model.closed:
            return verb == "recur" and not model.recurred
        if verb == "recur":
            return False
        inner = [f"s{n}" for n in range(self.middle)]
        if verb.startswith("go"):
            place = int(verb[2:])
            return model.paused is None and model.state == ["open", *inner][place]
        if model.state not in inner:
            return False
        if model.paused is not None:
            received = verb == "receive" and model.ordered
            return verb in ("resume", "copy", "urge", "save", "order") or received
        asked_from = model.shown_due
        fits = asked_from is not None and asked_from < until <= asked_from + timedelta(days=60)
        possible: dict[str, Callable[[], bool]] = {
            "resume": lambda: False,
            "ask_extension": lambda: model.asked is None and model.extensions < 2 and fits,
            "grant_extension": lambda: model.asked is not None and fits,
            "deny_extension": lambda: model.asked is not None,
            "except": lambda: self.today < until <= self.today + timedelta(days=90),
            "end_exception": lambda: model.exception is not None,
            "withdraw": lambda: model.last is not None,
            "sign": lambda: bool(model.signers),
            "object": lambda: bool(model.signers),
            "add_signers": lambda: None in model.signers.values(),
            "hand_back": lambda: model.holders[model.state][1] is not None,
            "receive": lambda: model.ordered,
            "countersign": lambda: None not in model.signers.values() and len(people) >= 2,
        }
        return possible.get(verb, lambda: True)()

    def follow(
        self,
        model: Model,
        record: Record,
        login: str,
        verb: Any,
        until: date,
        people: list[str],
        target: str,
        other: int,
    ) -> None:
        code, kept = verb.code, model.last
        model.events.append(f"verb:{code}")
        model.last = None
        if code in ("merge", "unmerge"):
            self.follow_merge(model, record.pk, code, other)
        if code in ("hold", "delegate", "hand_back"):
            back = model.holders.get(model.state, ("", None))[1] or ""
            given = (people[0], login if code == "delegate" else None)
            model.holders[model.state] = (back, None) if code == "hand_back" else given
        if code in ("order", "receive"):
            model.ordered = code == "order"
        if code == "add_signers":
            model.signers |= {person: None for person in people if person not in model.signers}
        if code == "recur":
            fresh = Record.objects.get(ledger=self.ledger, ties__other=record)
            self.matters[fresh.pk] = Model(events=["recurred"])
            model.recurred = True
        elif code == "withdraw":
            assert kept is not None
            model.state, model.signers = kept[0], {}
        elif code in ("pause", "resume"):
            self.follow_pause(model, code)
        elif code in ("ask_extension", "grant_extension", "deny_extension", "except", "end_exception"):
            self.follow_deadline(model, code, until)
        elif code == "countersign":
            model.signers = dict.fromkeys(people)
        elif code in ("sign", "object"):
            model.signers[login] = code == "sign"
            agreed = sum(vote is True for vote in model.signers.values())
            lost = len(model.signers) - sum(vote is False for vote in model.signers.values()) < 2
            if (code == "sign" and agreed >= 2) or (code == "object" and lost):
                self.go(model, login, target)
                model.signers = {}
        elif target:
            self.go(model, login, target)
            if code == "go0" and model.due is None:
                model.due = later(self.today, self.days, self.count)

    def follow_merge(self, model: Model, pk: int, code: str, other: int) -> None:
        """The one that goes is counted no more until it is taken out; the other has an event of its own."""
        onto = self.matters[other]
        onto.last = None
        if code == "merge":
            onto.events.append("merged_in")
            onto.merged.append(pk)
            model.into = other
        else:
            onto.events.append("unmerged")
            model.merged.remove(other)
            onto.into = None

    def go(self, model: Model, login: str, target: str) -> None:
        if target != model.state:
            model.last = (model.state, login)
            model.state, model.signers = target, {}
        model.closed = target == "closed"

    def follow_pause(self, model: Model, code: str) -> None:
        if code == "pause":
            model.paused = self.today
            model.away = model.due is not None and self.now <= clock.end_of_day(model.due)
            return
        assert model.paused is not None
        days = sum(
            counts(model.paused + timedelta(days=n), self.count) for n in range(1, (self.today - model.paused).days + 1)
        )
        model.due = later(model.due, days, self.count) if model.due else None
        if model.exception and model.exception[0]:
            model.exception = (later(model.exception[0], days, self.count),)
        model.paused, model.away = None, False

    def follow_deadline(self, model: Model, code: str, until: date) -> None:
        if code == "ask_extension":
            model.asked = until
        elif code == "grant_extension":
            model.due, model.asked, model.extensions = until, None, model.extensions + 1
        elif code == "deny_extension":
            model.asked = None
        elif code == "except":
            model.exception = model.exception or (model.due,)
            model.due = until
        elif model.exception is not None:
            model.due, model.exception = model.exception[0], None

    # What must hold at every moment.

    def colour(self, model: Model, at: datetime) -> str:
        if model.closed:
            return "white"
        due = model.shown_due
        if due is None:
            return "green"
        if at > clock.end_of_day(due):
            return "red"
        today = clock.local_date(at)
        within, count = (self.within, self.count) if today < date(2026, 3, 10) else (self.within // 2, "calendar")
        ahead = sum(counts(today + timedelta(days=n), count) for n in range(1, (due - today).days + 1))
        return "yellow" if ahead <= within else "green"

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


@pytest.mark.usefixtures("cast")
def test_random_people_random_loops(cast: Cast) -> None:
    machine = type("Played", (Machine,), {"cast": cast})
    examples = max(12, settings().max_examples // 4)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=25, deadline=None, phases=PHASES)
    )
