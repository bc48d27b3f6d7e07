"""What holds for every request of somebody signed in: it keeps the sign-in awake, and it must wait for what is due."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from bihuan.web.access import go
from bihuan.web.signing_in import MUST, PASSWORD, session_of

_ALWAYS_OPEN = frozenset({"password", "totp", "sign_in", "sign_in_code", "sign_out", "prove"})
_BY_ITSELF = frozenset({"grid_changes", "import_run"})
"""What a page asks for by itself, with nobody before it: such does not keep a sign-in awake."""
_WORDS = {PASSWORD: "要先修改密码", "totp": "要先启用动态口令"}


class Presence:
    """The middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponseBase | None:
        """Send on who must change their password or take a second factor; note that the others are there."""
        match = request.resolver_match
        name = match.url_name if match else ""
        if not request.user.is_authenticated:
            return None
        if name not in _BY_ITSELF:
            session_of(request).keep_awake()
        duty = request.session.get(MUST)
        if not duty or name in _ALWAYS_OPEN:
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"message": _WORDS[duty]}, status=403)
        return go(request, reverse(duty))
