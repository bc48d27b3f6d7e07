"""Saved views: the row of them above a list, keeping the list as it is seen under a name, and removing one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bihuan.base.errors import BihuanError, Invalid
from bihuan.expression import ExpressionError
from bihuan.ledger.models import SavedView
from bihuan.ledger.rules import may_import
from bihuan.ledger.saved_views import ASKED, delete_view, may_change, offices, save_view
from bihuan.org.actor import Actor
from bihuan.web.access import go, is_part, signed_in
from bihuan.web.asking import Query, open_ledger
from bihuan.web.middleware import status_of

_LONGEST_ID = 19


def view_links(query: Query) -> list[dict[str, Any]]:
    """The views that a list offers; empty where there are none."""
    if not query.views:
        return []
    url = query.opened.url
    plain = {"title": "全部", "url": f"{url}?view=0", "active": query.view is None}
    return [plain] + [
        {
            "title": view.title,
            "url": f"{url}?view={view.pk}",
            "active": view == query.view,
            "hint": SavedView.Audience(view.audience).label,
        }
        for view in query.views
    ]


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """A form that keeps the list of this address as a view, and the views that there are. Posting saves or removes."""
    query = Query(open_ledger(request, actor, code), request)
    if request.method != "POST":
        return _form(request, query)
    try:
        return go(request, _changed(request, query))
    except BihuanError as error:
        return _form(request, query, error)


def _changed(request: HttpRequest, query: Query) -> str:
    """Save or remove what was posted; the address to go on to."""
    opened, removed = query.opened, request.POST.get("remove", "")
    if removed:
        pk = int(removed) if removed.isdecimal() and len(removed) < _LONGEST_ID else 0
        delete_view(actor=opened.actor, ledger=opened.ledger, pk=pk)
        messages.success(request, "已删除视图")
        return f"{opened.url}?view=0"
    try:
        query.rows()
    except ExpressionError as error:
        raise Invalid(f"条件式有误，不能保存：{error}") from error
    view = save_view(
        actor=opened.actor,
        ledger=opened.ledger,
        title=request.POST.get("title", ""),
        audience=request.POST.get("audience", ""),
        asked={name: query.get(name) for name in ASKED},
        is_default=bool(request.POST.get("is_default")),
    )
    messages.success(request, f"已保存视图“{view.title}”")
    return f"{opened.url}?view={view.pk}"


def _form(request: HttpRequest, query: Query, error: BihuanError | None = None) -> HttpResponse:
    opened, actor = query.opened, query.opened.actor
    allowed = {"person": True, "unit": bool(offices(actor)), "ledger": may_import(actor, opened.ledger)}
    chosen = request.POST.get("audience") or (query.view.audience if query.view else "person")
    problems = error.problems if isinstance(error, Invalid) else {}
    context = {
        "title": "视图",
        "crumbs": [{"title": opened.ledger.title, "url": query.url()}, {"title": "视图"}],
        "address": request.get_full_path(),
        "back": query.url(),
        "problem": str(error) if error else "",
        "told": query.told(),
        "name": request.POST.get("title") or (query.view.title if query.view else ""),
        "problems": problems,
        "is_default": bool(request.POST.get("is_default") or (query.view and query.view.is_default)),
        "audiences": [
            {"value": value, "title": title, "selected": value == chosen}
            for value, title in SavedView.Audience.choices
            if allowed[value]
        ],
        "views": [
            {
                "pk": view.pk,
                "title": view.title,
                "audience": SavedView.Audience(view.audience).label,
                "first": view.is_default,
                "mine": may_change(actor, view),
            }
            for view in query.views
        ],
    }
    status = status_of(error) if error else 200
    return render(request, "parts/view_form.html" if is_part(request) else "view.html", context, status=status)
