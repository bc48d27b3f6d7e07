"""The token of a page's forms: Django takes it back, no other, and no page shows it twice."""

import re

import pytest
from django.middleware.csrf import CSRF_ALLOWED_CHARS
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from bihuan.web.form_token import masked

_SECRETS = st.text(alphabet=CSRF_ALLOWED_CHARS, min_size=32, max_size=32)
_IN_A_FORM = re.compile(r'name="csrfmiddlewaretoken" value="([A-Za-z0-9]{64})"')


def unmasked(token: str) -> str:
    """By the definition: each character of the second half, moved back by the one of the first half."""
    places = [CSRF_ALLOWED_CHARS.index(character) for character in token]
    return "".join(CSRF_ALLOWED_CHARS[place - mask] for mask, place in zip(places[:32], places[32:], strict=True))


@given(_SECRETS)
def test_a_masked_secret_is_the_secret_again_and_looks_otherwise_each_time(secret: str) -> None:
    one, other = masked(secret), masked(secret)
    assert unmasked(one) == unmasked(other) == secret
    assert one != other


def token_in(client: Client) -> str:
    found = _IN_A_FORM.search(client.get("/sign-in/").content.decode())
    assert found
    return found[1]


@pytest.mark.django_db
def test_a_form_is_taken_with_the_token_of_its_page_alone() -> None:
    client, stranger = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    token = token_in(client)
    secret = client.cookies["csrftoken"].value
    later = token_in(client)
    assert unmasked(token) == unmasked(later) == secret == client.cookies["csrftoken"].value
    typed = {"username": "nobody", "password": "nothing"}
    for mine in (token, later):
        assert client.post("/sign-in/", {**typed, "csrfmiddlewaretoken": mine}).status_code != 403
    for not_mine in (token_in(stranger), token[::-1], ""):
        assert client.post("/sign-in/", {**typed, "csrfmiddlewaretoken": not_mine}).status_code == 403
