"""Headers that keep a page to its own scripts, and errors in words instead of tracebacks."""

import logging
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bihuan.base.errors import BihuanError, Conflict, Invalid, NotAllowed, NotFound

Handler = Callable[[HttpRequest], HttpResponse]

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_log = logging.getLogger("bihuan.web")


def security_headers(get_response: Handler) -> Handler:
    """Every answer says that only our own scripts and styles may run, and that pages are not to be kept."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return handle


class ErrorsInWords:
    """Turns what our own code raises into a page in words; anything else into a page with a reference number."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        if isinstance(error, BihuanError):
            return error_page(request, status_of(error), str(error))
        reference = uuid4().hex[:8]
        _log.error("unexpected error %s at %s", reference, request.path, exc_info=error)
        return error_page(request, 500, f"程序出了意外，已记录（编号 {reference}）。您填写的内容没有写入。")


def status_of(error: BihuanError) -> int:
    """The HTTP status of an error of ours."""
    for kind, status in ((NotFound, 404), (NotAllowed, 403), (Conflict, 409), (Invalid, 422)):
        if isinstance(error, kind):
            return status
    return 400


def error_page(request: HttpRequest, status: int, message: str) -> HttpResponse:
    """A page that says what happened, or the plain words where a page's part was asked for."""
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
    return render(
        request,
        f"{status if status in (403, 404, 409, 500) else 400}.html",
        {"message": message},
        status=status,
    )
