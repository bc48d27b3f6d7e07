"""Every address as everybody of the cast, over data that could leak: nothing does, and nothing changes for who may not."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from zipfile import BadZipFile, ZipFile

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from bihuan.figure.models import ApprovedValue, Figure, FigureVersion, Proposal
from bihuan.ledger.models import Attachment, Batch, Event, LedgerVersion, Record
from bihuan.ledger.sight import sight_of
from bihuan.loop.notice.models import Addressee
from tests.cast import Cast
from tests.web.leaking import (
    EVERYTHING,
    FILE,
    HIDDEN_FILE,
    NOT_FOR_THE_TOWN,
    NOT_WITHOUT_A_REASON,
    OPEN,
    PNG,
    RECIPES,
    Recipe,
    World,
    make_world,
)

Clients = Callable[[str], Client]
MAY_SEE_NOTHING = ("town", "village", "neighbour", "outsider", "system_admin", "security_admin", "audit_admin", "")
FORBIDDEN: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(MAY_SEE_NOTHING, EVERYTHING),
    **dict.fromkeys(("other_town", "leader"), NOT_FOR_THE_TOWN),
    **dict.fromkeys(("office", "colleague", "auditor"), NOT_WITHOUT_A_REASON),
}


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)


def test_every_address_has_a_recipe() -> None:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert names == set(RECIPES), "add the address to tests/web/leaking.py"


def content_of(answer: Any) -> bytes:
    """All that was answered; of a workbook or a document the text in it."""
    content = b"".join(answer) if answer.streaming else answer.content
    if content[:2] != b"PK":
        return bytes(content)
    try:
        with ZipFile(BytesIO(content)) as book:
            return b"\n".join(book.read(name) for name in book.namelist())
    except BadZipFile:
        return bytes(content)


def asked(name: str, recipe: Recipe, world: World) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The addresses to ask, each with the words of its own query, which a page may well repeat."""
    for arguments in recipe.arguments(world):
        for query in recipe.queries:
            said = tuple(query.values())
            yield f"{reverse(name, args=arguments)}?{urlencode(query)}", said


def leaks(answer: Any, forbidden: tuple[str, ...], said: tuple[str, ...]) -> list[str]:
    text = content_of(answer).decode(errors="replace")
    headers = str(answer.headers)
    told = "".join(said)
    return [word for word in forbidden if word not in told and (word in text or word in headers)]


@pytest.mark.parametrize("login", sorted(FORBIDDEN))
def test_nothing_leaks(login: str, world: World, clients: Clients) -> None:
    found, client = [], clients(login)
    for name, recipe in RECIPES.items():
        for url, said in asked(name, recipe, world):
            answer: Any = client.get(url)
            found += [f"{name} {url}: {word}" for word in leaks(answer, FORBIDDEN[login], said)]
            assert answer.status_code < 500, url
    assert found == []


def state() -> list[Any]:
    """All that a person could have changed."""
    return [
        list(Event.objects.values_list("pk", flat=True)),
        list(Record.objects.values_list("pk", "version", "data")),
        list(Batch.objects.values_list("pk", "state")),
        Attachment.objects.count(),
        LedgerVersion.objects.count(),
        list(Addressee.objects.values_list()),
        [list(table.objects.values_list()) for table in (Figure, FigureVersion, ApprovedValue, Proposal)],
    ]


@pytest.mark.parametrize("login", [*MAY_SEE_NOTHING, "leader", "auditor"])
def test_what_one_may_not_do_changes_nothing(login: str, world: World, clients: Clients) -> None:
    before, client = state(), clients(login)
    for name, recipe in RECIPES.items():
        if name == "sign_out":
            continue
        for arguments in recipe.arguments(world):
            url = reverse(name, args=arguments)
            sent: Any = (recipe.body, "application/json") if recipe.body else (recipe.posted,)
            for answer in (client.post(url, *sent), client.delete(url)):
                assert answer.status_code < 500, url
                assert leaks(answer, FORBIDDEN[login], tuple(recipe.posted.values())) == [], url
    assert state() == before


def test_those_who_may_do_see_it(cast: Cast, world: World, clients: Clients) -> None:
    """The data are there to be seen, or the tests above would prove nothing."""
    text = content_of(clients("colleague").get(reverse("record", args=[world.record.pk]))).decode()
    assert all(
        word in text for word in (OPEN["name"], OPEN["link"], FILE, HIDDEN_FILE, "6222-机密-辛壬", "139****5678")
    )
    town = content_of(clients("other_town").get(reverse("record", args=[world.record.pk]))).decode()
    assert OPEN["name"] in town
    assert sight_of(cast["auditor"], world.ledger).see(world.record).data["phone"] == "139****5678"


def test_a_file_of_a_hidden_field_is_served_to_nobody_else(world: World, clients: Clients) -> None:
    photo, draft = (reverse("attachment", args=[pk]) for pk in world.files)
    found = {
        login: [_status(clients(login), url) for url in (photo, draft)]
        for login in ("colleague", "leader", "other_town", "town")
    }
    assert found == {"colleague": [200, 200], "leader": [200, 404], "other_town": [200, 404], "town": [404, 404]}
    answer: Any = clients("colleague").get(photo)
    assert b"".join(answer) == PNG


def _status(client: Client, url: str) -> int:
    answer: Any = client.get(url)
    content_of(answer)
    return int(answer.status_code)
