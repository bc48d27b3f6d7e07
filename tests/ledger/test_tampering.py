"""Events cannot be changed; and where somebody takes the guard down and changes one all the same, it shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from bihuan.base import chain
from bihuan.ledger.append import event_content
from bihuan.ledger.event_guard import guard_statements, unguard_statements
from bihuan.ledger.models import Chain, Event, Ledger, Record
from bihuan.ledger.verification import check_projection, rebuild, verify_chain
from bihuan.loop.actions import edit_record
from tests.cast import MONDAY, Cast
from tests.ledger.making import findings, make_finding, make_ledger

REFUSED = "events are never changed or removed"


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    """Five events of three records, in positions 1 to 5."""
    for number in (1, 2, 3):
        make_finding(cast, number)
    for record in Record.objects.order_by("pk")[:2]:
        edit_record(actor=cast["office"], record=record, fields={"title": "改过的题目"}, reason="更正")
    assert findings(cast.finding) == []
    return cast.finding


@contextmanager
def guard_down() -> Iterator[None]:
    """What somebody with the database's password can do."""
    with connection.cursor() as cursor:
        for statement in unguard_statements(connection.vendor):
            cursor.execute(statement)
        yield
        for statement in guard_statements(connection.vendor):
            cursor.execute(statement)


def places(ledger: Ledger) -> list[str]:
    return [finding.place for finding in verify_chain(ledger)]


def execute(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_event SET reason = ''",
        "UPDATE ledger_event SET hash = hash WHERE position = 1",
        "DELETE FROM ledger_event WHERE position = 5",
        "DELETE FROM ledger_event",
    ],
)
def test_the_database_refuses_to_change_or_remove_an_event(ledger: Ledger, sql: str) -> None:
    before = list(Event.objects.order_by("pk").values())
    with pytest.raises(DatabaseError, match=REFUSED):
        execute(sql)
    assert list(Event.objects.order_by("pk").values()) == before


def test_the_models_cannot_either(ledger: Ledger) -> None:
    event = Event.objects.earliest("pk")
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        Event.objects.update(reason="另一个理由")
    event.reason = "另一个理由"
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        event.save()
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        event.delete()
    assert findings(ledger) == []


def test_an_event_is_not_replaced_or_emptied_by_a_side_door(ledger: Ledger) -> None:
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        sql = "TRUNCATE ledger_event"
    else:
        columns = (
            "id, ledger_id, position, record_id, version, kind, actor_name, effective_at, recorded_at, payload, hash"
        )
        sql = f"INSERT OR REPLACE INTO ledger_event ({columns}, reason) SELECT {columns}, '改' FROM ledger_event"
    with pytest.raises(DatabaseError, match=REFUSED):
        execute(sql)
    assert findings(ledger) == []


@pytest.mark.parametrize(
    "change",
    [
        {"payload": "{}"},
        {"reason": "另一个理由"},
        {"actor_name": "别人"},
        {"kind": "edited_"},
        {"person": None},
        {"unit": None},
        {"effective_at": MONDAY - timedelta(seconds=1)},
        {"version": 77},
        {"hash": "f" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
@pytest.mark.parametrize("position", [1, 3, 5])
def test_an_altered_event_is_named_by_its_position(ledger: Ledger, position: int, change: dict[str, object]) -> None:
    with guard_down():
        Event.objects.filter(position=position).update(**change)
    found = places(ledger)
    assert found[0] == f"事件 {position}"
    # A false hash also no longer leads to the next event, or to the head.
    assert len(found) == (2 if "hash" in change else 1)


def test_a_payload_altered_together_with_its_row_is_found_by_the_chain_alone(ledger: Ledger) -> None:
    event = Event.objects.get(position=3)
    with guard_down():
        Event.objects.filter(pk=event.pk).update(payload=event.payload.replace("12.5", "1.5"))
    assert "12.5" in event.payload
    assert rebuild(ledger) == 1
    assert list(check_projection(ledger)) == []
    assert places(ledger) == ["事件 3"]


def test_swapped_payloads_are_found_at_both_places(ledger: Ledger) -> None:
    two, three = Event.objects.get(position=2), Event.objects.get(position=3)
    with guard_down():
        Event.objects.filter(pk=two.pk).update(payload=three.payload)
        Event.objects.filter(pk=three.pk).update(payload=two.payload)
    assert places(ledger) == ["事件 2", "事件 3"]


def test_a_removed_event_is_found(ledger: Ledger) -> None:
    with guard_down():
        Event.objects.filter(position=4).delete()
    found = list(verify_chain(ledger))
    assert (found[0].place, found[0].message) == ("事件 4", "缺失，其后是事件 5")


def test_a_removed_event_whose_followers_moved_up_is_found(ledger: Ledger) -> None:
    with guard_down():
        Event.objects.filter(position=4).delete()
        Event.objects.filter(position=5).update(position=4)
    assert places(ledger) == ["事件 4", "链尾"]


@pytest.mark.parametrize("kept", [4, 1, 0])
def test_a_shortened_chain_is_found_by_its_head(ledger: Ledger, kept: int) -> None:
    with guard_down():
        Event.objects.filter(position__gt=kept).delete()
    assert places(ledger) == ["链尾"]


@pytest.mark.parametrize("kept", [4, 0])
def test_a_shortened_chain_with_a_head_to_fit_is_found_by_its_signature(ledger: Ledger, kept: int) -> None:
    head = Event.objects.get(position=kept).hash if kept else chain.GENESIS
    with guard_down():
        Event.objects.filter(position__gt=kept).delete()
    for signature in ("", Chain.objects.get(ledger=ledger).signature):
        Chain.objects.filter(ledger=ledger).update(position=kept, head=head, signature=signature)
        (found,) = verify_chain(ledger)
        assert "签名" in found.message


def test_a_chain_recomputed_from_end_to_end_is_found_by_its_signature(ledger: Ledger) -> None:
    head = chain.GENESIS
    with guard_down():
        for event in Event.objects.filter(ledger=ledger).order_by("position"):
            event.reason = "改写的历史"
            event.hash = head = chain.link(head, event_content(event, ledger.code))
            event.save()
    Chain.objects.filter(ledger=ledger).update(head=head)
    (found,) = verify_chain(ledger)
    assert "签名" in found.message


def test_a_missing_head_is_found(ledger: Ledger) -> None:
    Chain.objects.filter(ledger=ledger).delete()
    assert places(ledger) == ["链尾"]


def test_an_event_moved_to_another_ledger_is_found_in_both(cast: Cast, ledger: Ledger) -> None:
    other = make_ledger(cast.office)
    with guard_down():
        Event.objects.filter(position=5).update(ledger=other, position=1)
    assert "链尾" in places(ledger)
    assert "事件 1" in places(other)


def test_a_removed_row_is_named_and_comes_back(ledger: Ledger) -> None:
    first, second, third = Record.objects.order_by("pk")
    remove_rows(first, third)
    assert [(found.place, found.message) for found in check_projection(ledger)] == [
        (f"记录 {gone.number}", "事件还在，记录没了") for gone in (first, third)
    ]
    assert rebuild(ledger) == 2
    assert findings(ledger) == []
    back = Record.objects.get(pk=third.pk)
    assert (back.data, back.created_at) == (third.data, third.created_at)
    assert Record.objects.get(pk=second.pk).data == second.data


def remove_rows(*records: Record) -> None:
    """Remove rows that events still point at, past the foreign key."""
    with connection.cursor() as cursor, connection.constraint_checks_disabled():
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"DELETE FROM ledger_record WHERE id IN ({', '.join(str(record.pk) for record in records)})")
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_row_put_in_past_the_door_is_found(ledger: Ledger) -> None:
    stranger = Record.objects.latest("pk")
    stranger.pk, stranger.number, stranger.key = None, "SJ-2026-9999", None
    stranger.save(force_insert=True)
    (found,) = check_projection(ledger)
    assert (found.place, found.message) == ("记录 SJ-2026-9999", "没有任何事件")


def test_a_new_ledger_is_whole(cast: Cast) -> None:
    assert findings(cast.finding) == []
