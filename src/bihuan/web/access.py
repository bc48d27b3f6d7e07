"""The way into every page: signed in, and acting as the person with the posts they hold today."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.unmasking import UNMASKED_FOR
from bihuan.org.actor import Actor, actor_of
from bihuan.org.models import Person
from bihuan.org.roles import BY_CODE

BARE = "bare_records"
ACTOR = "actor"
"""The request's attribute under which the menu finds who is acting."""

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Actor, P], HttpResponseBase]


def signed_in(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view its actor, or send the visitor to sign in (by HX-Redirect where a page's part was asked for)."""

    @wraps(view)
    def handle(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        person = request.user
        if not isinstance(person, Person):
            return _to_sign_in(request)
        actor = replace(actor_of(person), bare=bare_records(request))
        setattr(request, ACTOR, actor)
        return view(request, actor, *args, **kwargs)

    return handle


def bare_records(request: HttpRequest) -> frozenset[int]:
    """The records whose personal data the visitor has had unmasked a little while ago."""
    now = clock.now().timestamp()
    return frozenset(int(pk) for pk, until in request.session.get(BARE, {}).items() if until > now)


def let_see(request: HttpRequest, pk: int) -> None:
    """Remember that a record was unmasked for this visitor, for as long as that holds."""
    now = clock.now()
    kept = {key: until for key, until in request.session.get(BARE, {}).items() if until > now.timestamp()}
    request.session[BARE] = {**kept, str(pk): (now + UNMASKED_FOR).timestamp()}


def address_of(request: HttpRequest) -> str:
    """Where a request came from, for the access log."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = reverse("sign_in")
        return answer
    return redirect(f"{reverse('sign_in')}?next={quote(request.get_full_path())}")


def may_make(actor: Actor) -> bool:
    """Whether the actor holds a post that works on ledgers, and so may make one of a spreadsheet."""
    return any(BY_CODE[post.role].reach == "below" for post in actor.posts)


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page rather than for a page."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-Boosted")


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Send the visitor on, whichever way they asked."""
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = url
        return answer
    return redirect(url)
