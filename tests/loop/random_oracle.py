"""What should be so of a matter of a random loop: worked out again, by counting days one by one, beside the system."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bihuan.base import clock
from bihuan.ledger.models import Ledger, Record
from bihuan.standards import workdays
from bihuan.standards.holiday_files import packaged_calendar
from tests.cast import Cast


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


class Oracle:
    """Who may, when it may be done, what becomes of it, and which colour a matter has."""

    cast: Cast
    ledger: Ledger
    matters: dict[int, Model]
    now: datetime
    days: int
    count: str
    within: int
    middle: int

    @property
    def today(self) -> date:
        return clock.local_date(self.now)

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
