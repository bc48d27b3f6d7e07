"""Signing in, without being led away, guessed or taken along."""

from typing import Any

import pytest
from django.test import Client

from bihuan.base import clock
from bihuan.ledger.models import Record
from bihuan.org.passwords import set_password
from bihuan.org.policy import Policy
from tests.cast import Cast
from tests.web import scene
from tests.web.attacks.attacking import LEDGER, but_for_tokens, fields
from tests.web.test_pages import Clients, text_of

FAILURES_BEFORE_LOCK, LOCK_FOR = Policy().failures, Policy().lock_for


@pytest.fixture
def password(cast: Cast) -> Cast:
    set_password(person=cast.people["town"], password=scene.PASSWORD)
    return cast


def sign_in(client: Client, password: str = scene.PASSWORD, **other: str) -> Any:
    return client.post("/sign-in/", {"username": "town", "password": password} | other)


@pytest.mark.parametrize("place", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///x", "\thttps://evil.example"])  # fmt: skip
def test_signing_in_never_leads_to_another_host(place: str, password: Cast) -> None:
    client = Client()
    html = text_of(client.get("/sign-in/", {"next": place}))
    assert "evil.example" not in html or 'name="next" value="' in html
    assert sign_in(client, next=place)["Location"] == "/"


def test_signing_in_leads_on_within_the_house(password: Cast) -> None:
    assert sign_in(Client(), next="/board/?ledger=audit.finding")["Location"] == "/board/?ledger=audit.finding"


def test_the_session_before_signing_in_is_not_the_one_after(password: Cast) -> None:
    client = Client()
    session = client.session
    session["planted"] = "1"
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    sign_in(client)
    assert client.cookies["sessionid"].value != before
    assert not client.session.exists(before)


def test_a_name_is_locked_after_five_failures_and_opens_again(password: Cast) -> None:
    client = Client()
    for _ in range(FAILURES_BEFORE_LOCK):
        assert "登录名或密码不对" in text_of(sign_in(client, "falsch-falsch"))
    answer = sign_in(client)
    assert answer.status_code == 422
    assert "请 15 分钟后再试" in text_of(answer)
    with clock.fixed(clock.now() + LOCK_FOR * 1.01):
        assert sign_in(client)["Location"] == "/"


def test_an_unknown_name_is_answered_like_a_wrong_password(password: Cast) -> None:
    known, unknown = sign_in(Client(), "falsch-falsch"), sign_in(Client(), "falsch-falsch", username="nobody")
    assert but_for_tokens(known) == but_for_tokens(unknown).replace('value="nobody"', 'value="town"')


def test_signing_out_takes_a_post(cast: Cast, clients: Clients) -> None:
    client = clients("town")
    answer = client.get("/sign-out/")
    assert answer.status_code == 405
    assert "不能直接打开" in text_of(answer)
    assert client.get("/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/").status_code == 302


def test_a_post_without_its_token_is_refused_in_words(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.people["office"])
    for path in ("/sign-out/", "/import/", f"{LEDGER}new/"):
        answer = client.post(path, fields(cast))
        assert answer.status_code == 403
        assert "这张页面已经失效，内容没有提交" in text_of(answer)
    assert not Record.objects.exists()


def test_htmx_without_a_person_is_sent_to_sign_in(cast: Cast) -> None:
    answer = Client().get("/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in/"
