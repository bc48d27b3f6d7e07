"""The interface itself: who is let in, and how errors are told."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.security import SessionAuth

from bihuan.api.figure_approvals import router as approvals
from bihuan.api.figure_looking import router as looking
from bihuan.api.figures import router as figures
from bihuan.api.records import router as records
from bihuan.base.errors import BihuanError, Conflict, Invalid, NotAllowed, NotFound
from bihuan.org.models import Person
from bihuan.web.middleware import note_denied

_STATUSES: tuple[tuple[type[BihuanError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (Invalid, 422),
)


class SignedIn(SessionAuth):
    """The person of the session; a change also needs the CSRF token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | None:  # noqa: ARG002 - its signature
        return request.user if isinstance(request.user, Person) else None


api = NinjaAPI(title="闭环 Bihuan", version="1", auth=SignedIn(), docs_url=None, urls_namespace="api")
api.add_router("/figures", approvals)
api.add_router("/figures", looking)
api.add_router("/figures", figures)
api.add_router("/ledgers", records)


@api.exception_handler(BihuanError)
def in_words(request: HttpRequest, error: BihuanError) -> HttpResponse:
    """What went wrong, in the same words as on the pages."""
    if isinstance(error, NotAllowed | NotFound):
        note_denied(request)
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 400)
    told = {"message": error.message, "hint": error.hint, "problems": getattr(error, "problems", {})}
    return api.create_response(request, told, status=status)
