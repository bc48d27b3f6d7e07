"""The standing cast: a small county, its people, and the packs installed.

To prove that nothing leaks, everybody is here who could be leaked to: a colleague, a neighbour bureau, another town, a
village, a leader, a reader of everything, administrators, and a person without any post.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from django.db.models import Model
from hypothesis import HealthCheck, settings

from bihuan.base import clock
from bihuan.base.home import home
from bihuan.installed import KINDS, install_pack, packs_folder
from bihuan.ledger.definitions import find_ledger
from bihuan.ledger.models import Chain, Ledger, LedgerVersion, SearchMark
from bihuan.loop.declared.models import Declared
from bihuan.loop.models import LoopVersion
from bihuan.org.actions import add_person, add_unit, give_post
from bihuan.org.actor import Actor, actor_of
from bihuan.org.models import Person, Post, TreeStamp, Unit, UnitVersion
from bihuan.pack.kind import Definition
from bihuan.pack.reading import read_pack

FOUNDED = date(2020, 1, 1)
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Nine in the morning of 2 March 2026 in the county, where the clock stands unless a test moves it."""

# Code, name, kind, parent. Two villages have one name.
_UNITS = (
    ("330999", "示范县", "county", None),
    ("330999-SJ", "审计局", "bureau", "330999"),
    ("330999-SJ-1", "财政审计科", "section", "330999-SJ"),
    ("330999-CZ", "财政局", "bureau", "330999"),
    ("330999101", "青溪镇", "town", "330999"),
    ("330999101201", "上河村", "village", "330999101"),
    ("330999101202", "新民村", "village", "330999101"),
    ("330999102", "白石镇", "town", "330999"),
    ("330999102201", "新民村", "village", "330999102"),
)

# Login, name, and the posts held.
_PEOPLE: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("office", "沈审", (("330999-SJ", "reviewer"), ("330999-SJ", "supervisor"))),
    ("colleague", "童经", (("330999-SJ-1", "handler"),)),
    ("town", "陈青", (("330999101", "undertaker"),)),
    ("other_town", "石白", (("330999102", "undertaker"),)),
    ("village", "何上", (("330999101201", "undertaker"),)),
    ("neighbour", "蔡政", (("330999-CZ", "handler"),)),
    ("leader", "凌县", (("330999", "leader"),)),
    ("auditor", "杜读", (("330999", "auditor"),)),
    ("system_admin", "系统员", (("330999", "system_admin"),)),
    ("security_admin", "安全员", (("330999", "security_admin"),)),
    ("audit_admin", "审计员", (("330999", "audit_admin"),)),
    ("outsider", "吴外", ()),
)
EVERYBODY = tuple(login for login, _, _ in _PEOPLE)


@dataclass(frozen=True)
class Cast:
    """The county's units by code and its people by login; `finding` is the ledger of the audit pack."""

    units: dict[str, Unit]
    people: dict[str, Person]
    finding: Ledger

    def __getitem__(self, login: str) -> Actor:
        return actor_of(self.people[login])

    @property
    def town(self) -> Unit:
        return self.units["330999101"]

    @property
    def other_town(self) -> Unit:
        return self.units["330999102"]

    @property
    def village(self) -> Unit:
        return self.units["330999101201"]

    @property
    def office(self) -> Unit:
        return self.units["330999-SJ"]

    @property
    def county(self) -> Unit:
        return self.units["330999"]


# In the order in which they point at each other.
_ORG = (Unit, UnitVersion, TreeStamp, Person, Post)
_MODELS = (*_ORG, Ledger, LedgerVersion, Chain, SearchMark, LoopVersion, Declared)
_made_before: dict[bytes, dict[type[Model], list[Model]]] = {}
"""By the key that chains are signed with."""


def make_cast() -> Cast:
    """The cast in the present database. Nobody has a password: signing in has tests of its own.

    It is made by the actions once a key; after that its rows are put back as they were, which is ten times faster.
    """
    key = home() / "keys" / "chain.key"
    made = _made_before.get(key.read_bytes()) if key.exists() else None
    if made:
        for model, rows in made.items():
            model._default_manager.bulk_create(copy(row) for row in rows)
    else:
        _found_county()
        _made_before[key.read_bytes()] = {model: list(model._default_manager.all()) for model in _MODELS}
    units = {unit.code: unit for unit in Unit.objects.all()}
    people = {person.username: person for person in Person.objects.all()}
    return Cast(units, people, find_ledger("audit.finding"))


def _found_county() -> None:
    units: dict[str, Unit] = {}
    for code, name, kind, parent in _UNITS:
        over = units[parent] if parent else None
        units[code] = add_unit(code=code, name=name, kind=kind, parent=over, valid_from=FOUNDED)
    for login, name, posts in _PEOPLE:
        person = add_person(username=login, name=name, password=None)
        for code, role in posts:
            give_post(person=person, unit=units[code], role=role, valid_from=FOUNDED)
    _install_findings()


def _install_findings() -> None:
    """The audit pack as far as it is about findings; its other ledgers are played in tests/packs."""
    pack = read_pack(packs_folder() / "audit", KINDS)
    kept = {
        folder: {code: found for code, found in definitions.items() if _is_about_findings(found)}
        for folder, definitions in pack.definitions.items()
    }
    install_pack(replace(pack, definitions=kept))


def _is_about_findings(definition: Definition) -> bool:
    if definition.code in ("audit.finding", "audit.rectification"):
        return True
    spoken_of = {getattr(definition.spec, key, "") for key in ("of", "ledger")}
    return bool(spoken_of & {"finding", "audit.finding"})


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """The cast, with the clock held at MONDAY."""
    with clock.fixed(MONDAY):
        yield make_cast()


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is undone: one example of a property leaves nothing to the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def examples(number: int) -> Callable[..., settings]:
    """So many examples of a property over the database by default, and in proportion in a thorough run."""
    share = settings().max_examples / 50
    return settings(
        max_examples=max(1, int(number * share)),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
