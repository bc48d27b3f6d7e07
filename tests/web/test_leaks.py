"""Every address as everybody of the cast, over data that could leak: nothing does, and nothing changes for who may not."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from zipfile import BadZipFile, ZipFile

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import get_resolver, reverse

from bihuan.figure.models import Approval, ApprovedValue, Figure, FigureVersion, Proposal
from bihuan.form.models import Filling, Form
from bihuan.ledger.models import Attachment, Batch, DataScope, Event, FieldRight, LedgerVersion, Record, UnmaskRole
from bihuan.ledger.sight import sight_of
from bihuan.loop.draw.models import DrawRound
from bihuan.loop.notice.models import Addressee, AllowedHost
from bihuan.org.models import Person, Post, UnitVersion
from bihuan.report.models import Draft, DraftPart, Issued
from bihuan.scorecard.models import Appeal, Publication
from tests.cast import Cast
from tests.web.leaking import (
    EVERYTHING,
    FILE,
    HIDDEN_FILE,
    NOT_FOR_THE_LEADER,
    NOT_FOR_THE_TOWN,
    NOT_WITHOUT_A_REASON,
    OPEN,
    PNG,
    RECIPES,
    ROSTER,
    Recipe,
    World,
    make_world,
)

pytestmark = pytest.mark.long

Clients = Callable[[str], Client]
MAY_SEE_NOTHING = ("town", "village", "neighbour", "outsider", "system_admin", "security_admin", "audit_admin", "")
FORBIDDEN: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(MAY_SEE_NOTHING, EVERYTHING),
    "system_admin": tuple(word for word in EVERYTHING if word != ROSTER),
    "other_town": NOT_FOR_THE_TOWN,
    "leader": NOT_FOR_THE_LEADER,
    **dict.fromkeys(("office", "colleague", "auditor"), NOT_WITHOUT_A_REASON),
}
TOLD_APART_BY_QUERIES = ("town", "other_town", "leader", "")
"""Who walks on PostgreSQL, too: the queries that keep them from what they may not see are all that differs there."""
LEAVING = {"sign_out"}
THEIR_OWN_WORK = {("system_admin", "roster")}
"""What a person who may see nothing of the ledger may do all the same."""


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


def walkers(*logins: str) -> tuple[str, ...]:
    """Those of them who walk on this database."""
    if connection.vendor == "postgresql":
        return tuple(login for login in logins if login in TOLD_APART_BY_QUERIES)
    return logins


def leaks(answer: Any, forbidden: tuple[str, ...], said: tuple[str, ...]) -> list[str]:
    text = content_of(answer).decode(errors="replace")
    headers = str(answer.headers)
    told = "".join(said)
    return [word for word in forbidden if word not in told and (word in text or word in headers)]


def test_nothing_leaks(world: World, clients: Clients) -> None:
    """One world for all: who only looks changes nothing."""
    found, before = [], state()
    for login in walkers(*FORBIDDEN):
        client, forbidden = clients(login), FORBIDDEN[login]
        for name, recipe in RECIPES.items():
            for url, said in asked(name, recipe, world):
                answer: Any = client.get(url)
                found += [f"{login or 'nobody'} {name} {url}: {word}" for word in leaks(answer, forbidden, said)]
                assert answer.status_code < 500, (login, url)
    assert found == []
    assert state() == before


def reached(client: Client, url: str) -> bool:
    """Whether the address answers; a file that it would send is closed."""
    answer: Any = client.get(url)
    for close in answer._resource_closers:  # answer.close() would end the request, and the database with it
        close()
    return answer.status_code in (200, 302, 405)


def test_every_recipe_reaches_what_it_names(world: World, clients: Clients) -> None:
    """Somebody of the house gets each address, or the walk would walk past closed doors."""
    house = [clients(login) for login in ("colleague", "office", "system_admin", "security_admin", "audit_admin")]
    unreached = [
        name
        for name, recipe in RECIPES.items()
        if name not in NEVER_GOT
        and not any(reached(client, url) for client in house for url, _ in asked(name, recipe, world))
    ]
    assert set(unreached) <= {name for name in RECIPES if name.startswith(("figure_", "import_"))}


NEVER_GOT = {"thumbnail", "public_picture", "notice_issue", "scorecard_what_if", "publication_what_if"}
"""Pictures of one dot have no thumbnail; a picture of letters and digits is for whoever has just been shown a form.

Others answer nobody without what they are about: a notice to issue, a what-if. Some pages of figures want a question of
their own, and those of an import a file that is still there; all are played beside them.
"""


KEPT: tuple[type[Model], ...] = (
    Person,
    Post,
    UnitVersion,
    Form,
    Filling,
    Draft,
    DraftPart,
    Issued,
    Publication,
    Appeal,
    DrawRound,
    Approval,
    DataScope,
    FieldRight,
    UnmaskRole,
    AllowedHost,
)


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


EVERY_METHOD = ("town", "")
"""Who tries the methods that no page has: they are the same to all, for no view asks for them by name."""


def tried(client: Client, url: str, recipe: Recipe, *, all_methods: bool = True) -> Iterator[Any]:
    """What the methods that change something are answered with."""
    if recipe.body:
        yield client.post(url, recipe.body, "application/json")
    else:
        yield client.post(url, recipe.posted)
    if not all_methods:
        return
    yield client.put(url, recipe.body or "{}", "application/json")
    yield client.patch(url, recipe.body or "{}", "application/json")
    yield client.delete(url)


def test_what_one_may_not_do_changes_nothing(world: World, clients: Clients) -> None:
    before = state()
    for login in walkers(*MAY_SEE_NOTHING, "auditor"):
        client = clients(login)
        for name, recipe in RECIPES.items():
            if name in LEAVING or (login, name) in THEIR_OWN_WORK:
                continue
            for arguments in recipe.arguments(world):
                url = reverse(name, args=arguments)
                for answer in tried(client, url, recipe, all_methods=login in EVERY_METHOD):
                    assert answer.status_code < 500, (login, url)
                    assert leaks(answer, FORBIDDEN[login], tuple(recipe.posted.values())) == [], (login, url)
        assert state() == before, login


def api_addresses(world: World) -> list[str]:
    """Every address of the interface for programs, about the secret ledger, its figure and its record."""
    (mount,) = [part for part in get_resolver().url_patterns if getattr(part, "namespace", "") == "api"]
    routes = {str(part.pattern) for part in mount.url_patterns}
    found = set()
    for route in routes:
        for code in (world.ledger.code, "own.secret_sum"):
            for other in (str(world.record.pk), world.record.number):
                filled = re.sub(r"<(?:\w+:)?code>", code, route)
                found.add("/api/" + re.sub(r"<[^>]+>", other, filled))
    return sorted(found)


API_ASKED: tuple[dict[str, str], ...] = (
    {},
    {"unit": "330999102", "period": "2026"},
    {"code": "own.secret_sum", "unit": "330999102", "period": "2026-02"},
    {"q": "机密"},
    {"where": "件数 > 0"},
    {"by": "name", "period": "2026"},
)


def test_the_interface_for_programs_tells_no_more(world: World, clients: Clients) -> None:
    found, addresses, before = [], api_addresses(world), state()
    assert len(addresses) >= 8
    for login in walkers(*FORBIDDEN):
        client, forbidden = clients(login), FORBIDDEN[login]
        for path in addresses:
            answers: list[Any] = [(client.get(path, asked), tuple(asked.values())) for asked in API_ASKED]
            if login in (*MAY_SEE_NOTHING, "auditor"):
                answers += [(answer, ()) for answer in tried(client, path, Recipe(body="{}"))]
            for answer, said in answers:
                assert answer.status_code < 500, (login, path)
                found += [f"{login or 'nobody'} {path}: {word}" for word in leaks(answer, forbidden, said)]
    assert found == []
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
