"""The demo county, loaded through the real actions: its chain and projection hold, and all of it can be seen."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from bihuan.base import clock
from bihuan.cli.demo import build
from bihuan.cli.demo.people import PASSWORD
from bihuan.ledger.attachments import path_of
from bihuan.ledger.models import Attachment, Batch, Event, Ledger, Record
from bihuan.ledger.verification import check_projection, verify_chain
from bihuan.loop.colour import Colour, bounds_at
from bihuan.loop.definitions import loop_of
from bihuan.loop.queries import colour_counts
from bihuan.org.actor import actor_of
from bihuan.org.models import Person, Post, Unit
from bihuan.org.tree import tree_on
from tests.cast import MONDAY, undone
from tests.cli.demo.test_plan import TINY, TODAY
from tests.cli.typing_in import Typing

pytestmark = pytest.mark.usefixtures("tiny_county", "db")


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.fixed(MONDAY):
        yield


@pytest.fixture
def ledger() -> Ledger:
    return Ledger.objects.get(code="audit.finding")


def test_chain_and_projection_hold(type_in: Typing, ledger: Ledger) -> None:
    assert list(verify_chain(ledger)) == []
    assert list(check_projection(ledger)) == []
    assert type_in("verify").status == type_in("rebuild", "--check").status == 0


def test_every_colour_and_step_is_there(ledger: Ledger) -> None:
    loop = loop_of(ledger)
    assert loop is not None
    counts = colour_counts(Record.objects.filter(ledger=ledger), bounds_at(loop, MONDAY))
    assert sum(counts.values()) == TINY.findings
    assert all(counts[colour] for colour in Colour)
    assert set(ledger.records.values_list("state", flat=True)) == set(loop.step)


def test_history_is_in_order_and_behind_us() -> None:
    recorded = list(Event.objects.order_by("position").values_list("recorded_at", flat=True))
    assert recorded == sorted(recorded)
    assert recorded[-1] < clock.start_of_day(TODAY)
    for record in Record.objects.all():
        effective = list(record.events.order_by("version").values_list("effective_at", flat=True))
        assert effective == sorted(effective)


def test_each_act_is_its_own_persons() -> None:
    by_kind = {
        kind: set(Event.objects.filter(kind=kind).values_list("person__username", flat=True))
        for kind in Event.objects.values_list("kind", flat=True).distinct()
    }
    undertakers = set(Post.objects.filter(role="undertaker").values_list("person__username", flat=True))
    assert by_kind["imported"] == {"jingban"}
    assert by_kind["verb:assign"] == {"shenji"}
    assert by_kind["verb:accept"] <= {"shenji", "shenhe"}
    assert all(person in undertakers for person in by_kind["verb:submit"])
    assert Batch.objects.filter(state=Batch.State.DONE, person__username="jingban").count() == TINY.projects


def test_evidence_is_kept_and_bound_to_its_record() -> None:
    files = list(Attachment.objects.all())
    assert files
    assert all(file.record_id and path_of(file.sha256).stat().st_size == file.size for file in files)


def test_people_sign_in_with_the_one_password() -> None:
    assert all(person.check_password(PASSWORD) for person in Person.objects.all())
    leader = actor_of(Person.objects.get(username="xianzhang"))
    assert {post.role for post in leader.posts} == {"leader", "supervisor"}


def test_a_town_was_renamed_in_the_year() -> None:
    before, now = (tree_on(TODAY - timedelta(days=days)).by_code["330999104"].name for days in (300, 0))
    assert (before, now) == ("云杉乡", "云杉镇")


def test_the_same_seed_loads_the_same_county(ledger: Ledger) -> None:
    def told() -> list[tuple[Any, ...]]:
        """Everything but ids, hashes and what holds ids."""
        codes = dict(Unit.objects.values_list("pk", "code"))
        events = Event.objects.select_related("record").order_by("position")
        return [
            (event.record.number, event.version, event.kind, event.actor_name, event.recorded_at, event.reason)
            for event in events
        ] + [
            (record.number, record.state, codes[record.unit_id], record.due_at, record.data["title"])
            for record in Record.objects.order_by("number")
        ]

    first = told()
    with undone():
        for model in (Attachment, Event, Record, Batch):
            assert model.objects.exists()
        second = _loaded_again(told)
    assert second == first


def _loaded_again(told: Any) -> Any:
    """Load into an emptied database; what was there comes back with the rollback."""
    tables = [model._meta.db_table for model in apps.get_models() if model.__module__.startswith("bihuan.")]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute("PRAGMA defer_foreign_keys = ON")
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        for table in tables:
            cursor.execute(f'DELETE FROM "{table}"')
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = origin")
    build.load(TINY, seed=1, today=TODAY)
    return told()
