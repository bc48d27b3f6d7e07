"""Headers that keep a page to its own scripts, and errors in words instead of tracebacks."""

import logging
from collections.abc import Callable
from uuid import uuid4

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render

from bihuan.base.errors import BihuanError, Conflict, Invalid, NotAllowed, NotFound
from bihuan.expression import ExpressionError
from bihuan.loop.planned import put_due_in_force
from bihuan.org.access_log import Kind, log_access
from bihuan.org.models import Person

Handler = Callable[[HttpRequest], HttpResponse]

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_DJANGOS_OWN = (Http404, PermissionDenied, SuspiciousOperation, BadRequest, MultiPartParserError)
"""Django answers these itself, with our templates."""
_OPEN_TO_ALL = "/public/"
_MOST_FROM_THE_PUBLIC = 40 * 1024 * 1024
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


def definitions_of_today(get_response: Handler) -> Handler:
    """What is planned for today is in force before anything is written; a page that is only read writes nothing."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            put_due_in_force()
        return get_response(request)

    return handle


class ErrorsInWords:
    """Turns what our own code raises into a page in words; anything else into a page with a reference number."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_OPEN_TO_ALL) and _body_bytes(request) > _MOST_FROM_THE_PUBLIC:
            return error_page(request, 400, "提交的内容太大了，请减少照片后再试")
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            return error_page(request, 405, "这个地址要从页面上的按钮进入，不能直接打开")
        return response

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """Refuse what no database can keep as text, before any page asks one for it."""
        sent = (value for data in (request.GET, request.POST) for values in data.lists() for value in values[1])
        if any("\0" in value for value in sent if isinstance(value, str)):
            return error_page(request, 400, "内容里有看不见的控制字符，没有提交；请删去后再试")
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, _DJANGOS_OWN):
            return None
        if isinstance(error, ExpressionError):
            return error_page(request, 422, f"条件式有误：{error}")
        if isinstance(error, NotAllowed | NotFound):
            note_denied(request)
        if isinstance(error, BihuanError):
            return error_page(request, status_of(error), str(error))
        reference = uuid4().hex[:8]
        _log.error("unexpected error %s at %s", reference, request.path, exc_info=error)
        return error_page(request, 500, f"程序出了意外，已记录（编号 {reference}）。您填写的内容没有写入。")


def note_denied(request: HttpRequest) -> None:
    """A refusal stands in the access log: by whom and at which address, without what was typed."""
    if isinstance(request.user, Person):
        address = str(request.META.get("REMOTE_ADDR", ""))
        log_access(Kind.DENIED, f"{request.method} {request.path}", by=request.user, address=address)


def _body_bytes(request: HttpRequest) -> int:
    """How large a request says that it is. What is larger than the public may send is not read at all."""
    told = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(told) if told.isdecimal() and len(told) < 19 else 0


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
