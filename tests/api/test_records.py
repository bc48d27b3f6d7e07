"""The interface for records: the list as the page gives it, with the person's scope and masks, and its total."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from bihuan.base import clock
from bihuan.ledger.rules import visible_records, whole_total
from bihuan.loop.colour import bounds_at
from bihuan.loop.definitions import loop_of
from bihuan.loop.queries import colour_counts
from bihuan.loop.whole_counts import head_of, whole_counts
from tests.cast import EVERYBODY, Cast, cast
from tests.ledger.making import make_finding
from tests.web.conftest import clients
from tests.web.leaking import RECIPES, World, make_world
from tests.web.test_leaks import FORBIDDEN

__all__ = ["cast", "clients"]

Clients = Callable[[str], Client]
URL = "/api/ledgers/audit.finding/records"


def asked(client: Client, status: int = 200, **query: object) -> Any:
    response = client.get(f"{URL}?{urlencode(query)}")
    assert response.status_code == status, response.content
    return response.json()


@pytest.fixture
def seven(cast: Cast) -> Cast:
    for number in range(7):
        unit = cast.other_town if number % 3 == 0 else cast.town
        make_finding(cast, number, responsible_unit=unit.pk, amount=str(number))
    return cast


def test_everyone_has_just_what_they_may_see_with_its_total(seven: Cast, clients: Clients) -> None:
    asked(clients(""), 401)
    for login in EVERYBODY:
        rows = visible_records(seven[login], seven.finding).order_by("-pk")
        if not rows:
            asked(clients(login), 404)
            continue
        found = asked(clients(login))
        assert [row["id"] for row in found["rows"]] == [record.pk for record in rows]
        assert (
            (found["total"], found["more"]) == (len(rows), False) == (whole_total(seven[login], seven.finding), False)
        )


def test_the_way_on_gives_each_record_once(seven: Cast, clients: Clients) -> None:
    for order in ({}, {"sort": "-amount"}):
        client, address, numbers = clients("office"), f"{URL}?{urlencode({'size': 3, **order})}", []
        while address:
            found = client.get(address).json()
            numbers += [row["data"]["amount"] for row in found["rows"]]
            address = found["next"]
        assert numbers == [6, 5, 4, 3, 2, 1, 0]


def test_what_is_asked_for_narrows_and_is_counted(seven: Cast, clients: Clients) -> None:
    office = clients("office")
    assert asked(office, where="amount > 3")["total"] == 3
    assert asked(office, unit=seven.other_town.code)["total"] == 3
    assert asked(office, colour="white")["total"] == 0
    assert asked(office, where="amount > 3", exact=True, size=1)["total"] == 3
    for wrong in ({"where": "amount >"}, {"unit": "nowhere"}, {"colour": "blue"}, {"size": 900}):
        assert asked(office, 422, **wrong)


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)


@pytest.mark.parametrize("login", sorted(FORBIDDEN))
def test_nothing_leaks(login: str, world: World, clients: Clients) -> None:
    client = clients(login)
    for query in RECIPES["ledger"].queries:
        self_told = "".join(query.values())
        text = client.get(f"/api/ledgers/own.secret/records?{urlencode(query)}").content.decode()
        assert not [word for word in FORBIDDEN[login] if word in text and word not in self_told], query


def counted(cast: Cast, login: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """The counts that are remembered, and those by looking at each record."""
    actor, ledger, loop = cast[login], cast.finding, loop_of(cast.finding)
    assert loop is not None
    bounds = bounds_at(loop, clock.now())
    return whole_counts(actor, ledger, loop, bounds, head_of(ledger)), colour_counts(
        visible_records(actor, ledger), bounds
    )


def test_remembered_counts_follow_every_event_and_the_clock(seven: Cast) -> None:
    start, seen = clock.now(), set[tuple[int, ...]]()
    for hours in (0, 1, 24, 24 * 40, 24 * 80, 24 * 200):
        with clock.fixed(start + timedelta(hours=hours)):
            for login in ("office", "town", "leader", "outsider", "office"):
                remembered, looked_at = counted(seven, login)
                assert remembered == looked_at
                seen.add(tuple(remembered.values()))
            make_finding(seven, 100 + hours, responsible_unit=seven.town.pk)
            assert len(set(map(str, counted(seven, "town")))) == 1
    assert len(seen) > 4
