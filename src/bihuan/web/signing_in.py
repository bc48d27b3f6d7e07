"""What a browser's sign-in remembers: a password that was right and waits for a code, what must be done before anything
else, and when the person last proved who they are.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib.auth import login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from bihuan.base import clock
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor, actor_of
from bihuan.org.lockout import clear_failures
from bihuan.org.models import Person
from bihuan.org.passwords import why_to_change
from bihuan.org.policy import current_policy, totp_required
from bihuan.org.sessions import ADDRESS, AGENT, SessionStore, forget_ended
from bihuan.org.totp import has_totp
from bihuan.web.access import address_of, go

_HALF_WAY, _PROVEN, MUST = "half_way", "proven_at", "must_do"
_HALF_WAY_SECONDS = 300
PASSWORD, TOTP = "password", "totp"
"""What may have to be done before anything else: names of the pages where it is done."""

P = ParamSpec("P")


def session_of(request: HttpRequest) -> SessionStore:
    """The request's session, which is one of ours."""
    session = request.session
    if not isinstance(session, SessionStore):
        raise TypeError("SESSION_ENGINE names another store")
    return session


def remember_half_way(request: HttpRequest, person: Person, goes_to: str) -> None:
    """The password was right: the code may be asked for, for a few minutes, under a key that nobody had before."""
    request.session.flush()
    request.session[_HALF_WAY] = {
        "person": person.pk,
        "mark": person.get_session_auth_hash(),
        "until": clock.now().timestamp() + _HALF_WAY_SECONDS,
        "next": goes_to,
    }


def half_way(request: HttpRequest) -> tuple[Person, str] | None:
    """Whose password was right a few minutes ago, and where they want to go; None too where it was changed since."""
    known: dict[str, Any] = request.session.get(_HALF_WAY, {})
    if not known or known["until"] <= clock.now().timestamp():
        return None
    person = Person.objects.filter(pk=known["person"], is_active=True).first()
    if person is None or person.get_session_auth_hash() != known["mark"]:
        return None
    return person, str(known["next"])


def let_in(request: HttpRequest, person: Person) -> None:
    """Sign a person in under a new key, and note what they must do first."""
    address = address_of(request)
    request.session.pop(_HALF_WAY, None)
    login(request, person)
    request.session[ADDRESS], request.session[AGENT] = address, request.headers.get("User-Agent", "")[:200]
    clear_failures(person.username, address)
    note_duties(request, person)
    log_access(Kind.SIGN_IN, "登录", by=person, address=address)
    forget_ended()


def note_duties(request: HttpRequest, person: Person) -> None:
    """Keep with the sign-in what must be done before any other page opens; nothing once all is done."""
    policy = current_policy()
    duty = PASSWORD if why_to_change(person, policy) else ""
    if not duty and totp_required(actor_of(person), policy) and not has_totp(person):
        duty = TOTP
    if duty:
        request.session[MUST] = duty
    else:
        request.session.pop(MUST, None)


def note_proven(request: HttpRequest) -> None:
    """The person has just proven again who they are."""
    request.session[_PROVEN] = clock.now().timestamp()


def is_proven(request: HttpRequest) -> bool:
    """Whether the person signed in, or proved again who they are, a short while ago."""
    begun, proven = session_of(request).begun_at, request.session.get(_PROVEN)
    times = [begun] if begun else []
    times += [datetime.fromtimestamp(proven, clock.COUNTY_TIME)] if proven else []
    return bool(times) and clock.now() < max(times) + current_policy().fresh_for


def proven(
    view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Actor, P], HttpResponseBase]:
    """For views inside `signed_in` that unlock or change much: who has not proven of late who they are does so first.

    They come back to the page by GET: what they had typed is not kept.
    """

    @wraps(view)
    def handle(request: HttpRequest, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if is_proven(request):
            return view(request, actor, *args, **kwargs)
        return go(request, f"{reverse('prove')}?{urlencode({'next': request.get_full_path()})}")

    return handle
