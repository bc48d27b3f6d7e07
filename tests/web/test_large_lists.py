"""A large ledger's list is told by its lake's columns, and is to the letter the page that the database tells."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from bihuan.figure import listing as listings
from bihuan.figure.lake.absorbing import fresh_snapshot
from bihuan.figure.names import LedgerView
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger
from bihuan.ledger.role_settings import set_field_right
from bihuan.loop.actions import edit_record
from bihuan.loop.definitions import loop_of
from bihuan.org.actor import actor_of
from bihuan.web import list_page
from tests.cast import Cast
from tests.ledger.making import make_finding

URL, API = "/ledgers/audit.finding/", "/api/ledgers/audit.finding/records"
CHANGING = re.compile(r'(csrfmiddlewaretoken" value|X-CSRFToken":)\s*=?\s*"[^"]*"')
ASKED = (
    "sort=-amount",
    "sort=amount,number&page=2&size=10",
    "where=amount+>+3",
    "where=amount+>+3&sort=-amount&colour=green",
    "where=amount+<+0",
    "where=amount+>",
    "where=amount+>+3&state=open",
    "sort=state&unit=330999101",
    "group=unit",
    "group=state&where=amount+>+3",
    "group=finding_type&colour=red",
    "sort=nothing",
    "where=amount+>+3&q=1",
    "where=amount+>+3&doubtful=1",
)
Clients = Callable[[str], Client]


@pytest.fixture
def told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A ledger with fourteen records and its lake; whether each list asked for was told by columns."""
    for number in range(14):
        make_finding(cast, number, amount=str(number % 7) if number % 5 else "")
    _absorb(cast.finding)
    found, listing = [], listings.listing

    def noted(*asked: Any) -> Any:
        answer = listing(*asked)
        found.append(answer is not None)
        return answer

    monkeypatch.setattr(listings, "listing", noted)
    return found


def _absorb(ledger: Ledger) -> None:
    fresh_snapshot(ledger, LedgerView(ledger.code, spec_of(ledger), loop_of(ledger)))


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return CHANGING.sub("", answer.content.decode())


def test_columns_and_database_tell_the_same_page(
    cast: Cast, clients: Clients, told: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = clients("office")
    for asked in ASKED:
        monkeypatch.setattr(listings, "LARGE", 10**9)
        by_database = page(client, f"{URL}?{asked}")
        monkeypatch.setattr(listings, "LARGE", 1)
        assert page(client, f"{URL}?{asked}") == by_database, asked
    by_text = 2 if connection.vendor == "postgresql" else 0  # which orders texts by the rules of a language
    assert told.count(True) == len(told) - by_text >= 7


def test_an_order_takes_the_summary_away_from_no_page(
    clients: Clients, told: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "LARGE", 1)
    monkeypatch.setattr(list_page, "COUNTED", 5)
    client = clients("office")
    assert "销号率" in page(client, f"{URL}?sort=-amount")
    assert "销号率" not in page(client, f"{URL}?where=number+is+not+null")
    assert told == [True, True]


@pytest.mark.parametrize(
    "address",
    [
        f"{URL}grid/rows/?start=2&count=5&total=1&sort=-amount",
        f"{API}?sort=-amount&size=4&page=2",
        f"{API}?where=amount+>+1&size=4",
        f"{API}?where=amount+>+1&size=4&colour=green&unit=330999101",
        "next",
    ],
)
def test_columns_and_database_tell_programs_the_same(
    clients: Clients, told: list[bool], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    client = clients("office")
    if address == "next":
        address = client.get(f"{API}?where=amount+>+1&size=4").json()["next"]
    by_database = client.get(address).json()
    assert by_database["rows"]
    monkeypatch.setattr(listings, "LARGE", 1)
    assert client.get(address).json() == by_database
    assert told == [True]


def test_who_sees_a_part_is_told_by_the_database(
    clients: Clients, told: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "LARGE", 1)
    client = clients("town")
    for asked in ASKED:
        page(client, f"{URL}?{asked}")
    assert not told


def test_what_was_written_a_moment_ago_is_in_the_list(
    cast: Cast, clients: Clients, told: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "LARGE", 1)
    client = clients("office")
    assert "共 <b>14</b> 条" in page(client, f"{URL}?sort=-amount")
    record = make_finding(cast, 20, amount="99")
    assert record.number in page(client, f"{URL}?where=amount+>+50")
    actor = actor_of(cast.people["office"])
    edit_record(actor=actor, record=record, fields={"amount": "1"})
    assert record.number not in page(client, f"{URL}?where=amount+>+50")
    assert told == [True] * 3


def test_a_masked_field_is_no_order_no_condition_and_no_group(
    cast: Cast, clients: Clients, told: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "LARGE", 1)
    security = cast["security_admin"]
    for role in ("handler", "reviewer", "supervisor"):
        set_field_right(actor=security, role=role, ledger=cast.finding, field="amount", right="masked", step="")
    client = clients("office")
    assert client.get(f"{URL}?sort=-amount").status_code == 422
    assert "不能用作条件" in client.get(f"{URL}?where=amount+>+3").content.decode()
    assert client.get(f"{URL}?group=amount").status_code == 200
    assert not told


@pytest.mark.parametrize("lag", [0, 3])
def test_a_lake_far_behind_is_not_waited_for(
    cast: Cast, clients: Clients, told: list[bool], monkeypatch: pytest.MonkeyPatch, lag: int
) -> None:
    monkeypatch.setattr(listings, "LARGE", 1)
    monkeypatch.setattr("bihuan.figure.lake.absorbing._NEAR", 2)
    for number in range(lag):
        make_finding(cast, 30 + number, amount="5")
    page(clients("office"), f"{URL}?sort=-amount")
    assert told == [lag <= 2]
