"""What is to happen in a bureau's ledgers, thought out before a thing is written: rows, and deeds done to matters.

It is pure: the same seed and day give the same book.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from bihuan.base.clock import start_of_day
from bihuan.cli.demo.dice import dice
from bihuan.cli.demo.office_hours import later, office_hour, workday_on

PUBLIC = ""
"""The login of who has none: a row of theirs comes in by the public page, and their one deed is to rate the answer."""


@dataclass(frozen=True)
class Ref:
    """A row of the book, wherever another row or deed speaks of it."""

    ledger: str
    place: int


@dataclass(frozen=True)
class Paper:
    """A file to be handed in with a deed: what it is about."""

    title: str


def that_day(day: date) -> date:
    """In a form: the day on which the deed is done."""
    return day


def days_later(days: int) -> Callable[[date], date]:
    """In a form: a day so many calendar days after the deed."""
    return lambda day: day + timedelta(days=days)


@dataclass(frozen=True)
class Row:
    """A record to be entered: `values` are what a person would type, by field code. At once, or with the quarter's."""

    at: datetime
    ref: Ref
    login: str
    values: dict[str, Any]
    at_once: bool


@dataclass(frozen=True)
class Deed:
    """A verb done to a row's matter."""

    at: datetime
    ref: Ref
    login: str
    verb: str
    reason: str
    fields: dict[str, Any] = field(default_factory=dict)


class Book:
    """Takes down rows and deeds from the first day of last year up to yesterday."""

    def __init__(self, today: date, seed: int, pace: int = 1) -> None:
        self.today, self.seed, self.pace = today, seed, pace
        self.since = date(today.year - 1, 1, 1)
        self.rows: list[Row] = []
        self.deeds: list[Deed] = []
        self._counts: dict[str, int] = {}
        self._entries: dict[Ref, datetime] = {}

    @property
    def years(self) -> tuple[int, int]:
        return self.since.year, self.today.year

    def rng(self, *words: object) -> Random:
        return dice("示范县", self.seed, *words)

    def days(self, every: int, *, start: int = 0, about: str = "") -> Iterator[date]:
        """Working days about so many days apart, up to yesterday."""
        rng = self.rng("days", every, start, about)
        day = self.since + timedelta(days=start)
        while day < self.today:
            found = workday_on(day)
            if found < self.today:
                yield found
            day += timedelta(days=max(1, every + rng.randint(-every // 3, every // 3)) * self.pace)

    def enter(self, ledger: str, on: date, login: str, *, at_once: bool = False, **values: Any) -> Ref:
        """A row entered on a day; a blank value is left out."""
        number = self._counts[ledger] = self._counts.get(ledger, 0) + 1
        ref = Ref(ledger, number)
        at = self._entered(on, ref, values)
        kept = {code: value for code, value in values.items() if value is not None}
        if at < start_of_day(self.today):
            self.rows.append(Row(at, ref, login, kept, at_once))
        return ref

    def open(self, ledger: str, on: date, login: str, **values: Any) -> "Thread":
        """A matter opened on a day, and the thread of what becomes of it."""
        ref = self.enter(ledger, on, login, at_once=True, **values)
        return Thread(self, ref, self._entries[ref])

    def _entered(self, on: date, ref: Ref, values: dict[str, Any]) -> datetime:
        """Some minute of the day's office hours, after the rows that this one speaks of."""
        spoken_of = [self._entries[value] for value in values.values() if isinstance(value, Ref)]
        at = office_hour(workday_on(on), self.rng(ref.ledger, ref.place))
        self._entries[ref] = max([at, *(earlier + timedelta(minutes=1) for earlier in spoken_of)])
        return self._entries[ref]


class Thread:
    """One matter's deeds, each some working days after the one before; what would be today or later is left out."""

    def __init__(self, book: Book, ref: Ref, at: datetime) -> None:
        self.book, self.ref, self.at = book, ref, at
        self.rng = book.rng("thread", ref.ledger, ref.place)
        self.is_over = at >= start_of_day(book.today)

    @property
    def day(self) -> date:
        return self.at.date()

    def then(self, days: int | tuple[int, int], login: str, verb: str, reason: str = "", **fields: Any) -> "Thread":
        """A verb done so many working days later."""
        if self.is_over:
            return self
        gap = days if isinstance(days, int) else self.rng.randint(*days)
        self.at = later(self.at, gap, self.rng)
        self.is_over = self.at >= start_of_day(self.book.today)
        if not self.is_over:
            told = {code: value(self.day) if callable(value) else value for code, value in fields.items()}
            self.book.deeds.append(Deed(self.at, self.ref, login, verb, reason, told))
        return self

    def on(self, day: date, login: str, verb: str, reason: str = "", **fields: Any) -> "Thread":
        """A verb done on a day, or as soon after the last deed as can be."""
        if not self.is_over:
            wanted = office_hour(workday_on(day), self.rng)
            self.at = max(wanted - timedelta(hours=1), self.at)
        return self.then(0, login, verb, reason, **fields)

    def after(self, days: int) -> date:
        """A day so many calendar days after the last deed."""
        return self.day + timedelta(days=days)


def somewhere(book: Book, what: str, number: int) -> str:
    """A place in the county's town, along one of its roads: longitude and latitude. The county itself is nowhere."""
    rng = book.rng("place", what, number)
    east, north = (step * 0.01 + rng.random() * 0.006 for step in (number % 8, number % 5))
    return f"{119.40 + east:.5f},{28.40 + north:.5f}"
