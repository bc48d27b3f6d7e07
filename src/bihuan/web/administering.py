"""What the administrators' pages share: rehearsing a change to tell what it would do, and asking before it is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bihuan.base.errors import BihuanError, Invalid
from bihuan.web.access import go
from bihuan.web.middleware import status_of

T = TypeVar("T")


@dataclass(frozen=True)
class Change:
    """A change that was asked for: what it is called, how it is made, and what it means beside what making it says."""

    title: str
    make: Callable[[], str]
    told: Sequence[str] = ()
    button: str = "确认"


def rehearsed(make: Callable[[], T]) -> T:
    """What a change would answer, or raise; nothing of it stays."""
    with transaction.atomic():
        answer = make()
        transaction.set_rollback(True)
    return answer


def ask_or_make(request: HttpRequest, change: Change, back: str) -> HttpResponse:
    """Make a change that was confirmed and go back; else say what it would do, and ask. Raises as making it does."""
    if request.POST.get("sure"):
        messages.success(request, change.make())
        return go(request, back)
    words = rehearsed(change.make)
    kept = [(name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"]
    context = {
        "title": change.title,
        "crumbs": [{"title": "返回", "url": back}, {"title": change.title}],
        "lines": [words, *change.told],
        "kept": kept,
        "button": change.button,
        "back": back,
    }
    return render(request, "admin_confirm.html", context)


def told(error: BihuanError | None) -> dict[str, Any]:
    """An error as the pages show it: over the form, and at the inputs that it names."""
    if error is None:
        return {"problem": "", "problems": {}}
    return {"problem": error.message + error.hint, "problems": error.problems if isinstance(error, Invalid) else {}}


def status(error: BihuanError | None) -> int:
    """The status of a page that shows this error."""
    return status_of(error) if error else 200


def subject_begun(
    request: HttpRequest,
    change: Change,
    back: str,
    *,
    under: tuple[str, str],
    lead: str,
    form: Callable[[dict[str, str]], dict[str, Any]],
) -> HttpResponse:
    """The page on which something new is begun. `under` is the list it belongs to, title and address; `form` is given
    what is wrong at which input.
    """
    problem: BihuanError | None = None
    if request.method == "POST":
        try:
            return ask_or_make(request, change, back)
        except BihuanError as error:
            problem = error
    shown = told(problem)
    context = {
        "title": change.title,
        "crumbs": [{"title": under[0], "url": under[1]}, {"title": change.title}],
        "lead": lead,
        "problem": shown["problem"],
        "forms": [form(shown["problems"])],
    }
    return render(request, "admin_subject.html", context, status=status(problem))
