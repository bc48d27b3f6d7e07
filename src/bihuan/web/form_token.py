"""The token by which a page's forms are known as our own (CSRF): Django's, masked anew for every page.

Django asks the system for each of its characters alone, which lets another thread of a busy server go first at every
one of them; here they are asked for at once.
"""

import secrets
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH
from django.utils.functional import SimpleLazyObject

_COUNT = len(CSRF_ALLOWED_CHARS)
_PLACES = {character: place for place, character in enumerate(CSRF_ALLOWED_CHARS)}
_BITS = 256
"""More than the 191 of a secret, so that no character comes noticeably more often than another."""


def form_token(request: HttpRequest) -> dict[str, Any]:
    """`csrf_token` for the templates, in the place of Django's own; made only where a page asks for it."""
    return {"csrf_token": SimpleLazyObject(lambda: _token_of(request))}


def _token_of(request: HttpRequest) -> str:
    """The visitor's secret, masked. One that is new here is given theirs with this answer."""
    if "CSRF_COOKIE" not in request.META:
        request.META["CSRF_COOKIE"] = "".join(CSRF_ALLOWED_CHARS[place] for place in _random_places())
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True
    return masked(request.META["CSRF_COOKIE"])


def masked(secret: str) -> str:
    """A secret as Django's middleware takes it back: a random mask, and the secret moved on by it.

    No two pages show the same, so that the length of a compressed page tells nothing of the secret (BREACH).
    """
    mask = list(_random_places())
    moved = [(_PLACES[character] + step) % _COUNT for character, step in zip(secret, mask, strict=True)]
    return "".join([CSRF_ALLOWED_CHARS[place] for place in mask + moved])


def _random_places() -> Iterator[int]:
    """As many random places in the alphabet as a secret has characters."""
    rest = secrets.randbits(_BITS)
    for _ in range(CSRF_SECRET_LENGTH):
        rest, place = divmod(rest, _COUNT)
        yield place
