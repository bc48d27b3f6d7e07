"""The token by which a page's forms are known as our own (CSRF): Django's, masked anew for every page.

Django asks the system for each character of a mask alone, which lets another thread of a busy server go first at every
one of them; here a mask is asked for as a whole.
"""

import secrets
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import CSRF_ALLOWED_CHARS, rotate_token
from django.utils.functional import SimpleLazyObject

_SIZE = len(CSRF_ALLOWED_CHARS)
_PLACES = {character: place for place, character in enumerate(CSRF_ALLOWED_CHARS)}
_MASK_BITS = 256
"""More than a mask's 191, so that no character comes noticeably more often than another."""


def form_token(request: HttpRequest) -> dict[str, Any]:
    """`csrf_token` for the templates, in the place of Django's own; made only where a page asks for it."""
    return {"csrf_token": SimpleLazyObject(lambda: _token_of(request))}


def _token_of(request: HttpRequest) -> str:
    if "CSRF_COOKIE" not in request.META:
        rotate_token(request)
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True
    return masked(request.META["CSRF_COOKIE"])


def masked(secret: str) -> str:
    """A secret as Django's middleware takes it back: a random mask, and the secret moved on by it.

    No two pages show the same, so that the length of a compressed page tells nothing of the secret (BREACH).
    """
    rest, mask, moved = secrets.randbits(_MASK_BITS), "", ""
    for character in secret:
        rest, step = divmod(rest, _SIZE)
        mask += CSRF_ALLOWED_CHARS[step]
        moved += CSRF_ALLOWED_CHARS[(_PLACES[character] + step) % _SIZE]
    return mask + moved
