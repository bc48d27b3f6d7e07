"""A small demo county with its people and all packs, loaded once a module; what a test writes is undone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from bihuan.base import clock
from bihuan.cli.demo.build import load
from bihuan.cli.demo.county import Size
from bihuan.ledger.attachments import keep_file
from bihuan.ledger.definitions import find_ledger
from bihuan.ledger.models import Record
from bihuan.loop.actions import Said, create_record, perform
from bihuan.loop.definitions import loop_of
from bihuan.org.actor import Actor, actor_of
from bihuan.org.models import Person
from tests.cast import MONDAY
from tests.packs.plays import BASE, Act, Play

SMALL = Size(towns=1, villages=1, enterprises=1, projects=6, findings=6, pace=0)


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), clock.fixed(MONDAY), transaction.atomic():
        load(SMALL, seed=1, today=MONDAY.date())
        yield
        transaction.set_rollback(True)


@dataclass
class Bureaus:
    """The people of the demo county, and the records that others point at, made when they are first spoken of."""

    actors: dict[str, Actor] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, login: str) -> Actor:
        if login not in self.actors:
            self.actors[login] = actor_of(Person.objects.get(username=login))
        return self.actors[login]

    def create(self, ledger: str, fields: dict[str, Any]) -> Record:
        login = "jingban" if ledger.startswith("audit.") else "chengguanke"
        found = find_ledger(ledger)
        return create_record(actor=self[login], ledger=found, fields=self.typed(fields, login, ledger))

    def enter(self, login: str, ledger: str, values: dict[str, Any]) -> Record:
        """A row as that person types it in."""
        return create_record(actor=self[login], ledger=find_ledger(ledger), fields=values)

    def open(self, play: Play) -> Record:
        return self.create(play.ledger, play.opening)

    def do(self, record: Record, act: Act) -> Record:
        """The verb, with its criteria ticked and a reason given."""
        loop = loop_of(record.ledger)
        assert loop is not None
        criteria = tuple(point.code for point in loop.verb[act.verb].criteria)
        said = Said(self.typed(act.fields, act.login, record.ledger.code), "有理由", criteria)
        return perform(actor=self[act.login], pk=record.pk, verb=act.verb, said=said)

    def typed(self, fields: dict[str, Any], login: str, ledger: str) -> dict[str, Any]:
        return {code: self._value(value, login, ledger) for code, value in fields.items()}

    def _value(self, value: Any, login: str, ledger: str) -> Any:
        if value == "$today":
            return clock.today().isoformat()
        if value == "$file":
            upload = ContentFile("说明".encode(), "说明.txt")
            return [keep_file(actor=self[login], ledger=find_ledger(ledger), upload=upload).pk]
        return f"#{self.base(value[1:])}" if isinstance(value, str) and value.startswith("@") else value

    def base(self, name: str) -> int:
        if name not in self.known:
            self.known[name] = self.create(*BASE[name]).pk
        return self.known[name]


@pytest.fixture
def bureaus(county: None, db: None) -> Iterator[Bureaus]:
    with clock.fixed(MONDAY):
        yield Bureaus()
