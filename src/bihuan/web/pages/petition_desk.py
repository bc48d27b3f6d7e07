"""The desk behind the public pages: what waits, what is perhaps the same, whether everything was answered."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.loop.declared.definitions import InForce
from bihuan.loop.petition import queries
from bihuan.loop.petition.actions import merge
from bihuan.loop.petition.models import Petition
from bihuan.loop.petition.rules import desk_pages, get_page, require_desk
from bihuan.loop.petition.spec import PetitionSpec
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import go, signed_in

_SIZE = 10


@signed_in
def index(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The pages whose desk the person works at, each with its measure."""
    pages = [
        {
            "title": page.spec.title,
            "url": reverse("petition_desk", args=[page.code]),
            "public": reverse("public_submit", args=[page.code]),
            "waiting": queries.to_sort(page).count(),
            "stats": _stats(page),
        }
        for page in desk_pages(actor)
    ]
    context = {"title": "公众诉求", "crumbs": [{"title": "公众诉求"}], "pages": pages}
    return render(request, "petitions.html", context)


def _stats(page: InForce[PetitionSpec]) -> list[dict[str, Any]]:
    found = queries.answered(page)
    rating = f"{found.rating:.1f}" if found.rating is not None else showing.UNKNOWN
    return [
        {"title": "收到", "value": found.total, "unit": "件", "hint": f"其中并入别的诉求 {found.merged} 件"},
        {"title": "已答复", "value": found.in_time + found.late, "unit": "件"},
        {"title": "答复率", "value": showing.percent(found.rate), "hint": "已答复 ÷ 收到"},
        {"title": "按时答复", "value": found.in_time, "unit": "件"},
        {"title": "超期未答", "value": found.overdue, "unit": "件", "code": "red" if found.overdue else ""},
        {"title": "满意度", "value": rating, "hint": f"{found.rated} 人评价，满分 5"},
    ]


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """One desk: each petition that waits, with what is perhaps the same, and what can be done to it."""
    page = get_page(code)
    require_desk(actor, page)
    rows = Paginator(queries.to_sort(page), _SIZE).get_page(request.GET.get("page"))
    context = {
        "title": page.spec.title,
        "crumbs": [{"title": "公众诉求", "url": reverse("petitions")}, {"title": page.spec.title}],
        "stats": _stats(page),
        "rows": [_row(page, petition) for petition in rows],
        "pager": showing.pager(rows),
    }
    return render(request, "petition_desk.html", context)


def _row(page: InForce[PetitionSpec], petition: Petition) -> dict[str, Any]:
    record = petition.record
    return {
        "pk": petition.pk,
        "number": record.number,
        "url": reverse("record", args=[record.pk]),
        "text": petition.text,
        "place": petition.place,
        "at": showing.moment(petition.submitted_at),
        "reply_by": showing.day(petition.reply_by),
        "late": clock.now() > petition.reply_by,
        "dispatch": reverse("verb", args=[record.pk, page.spec.dispatch]),
        "reject": reverse("verb", args=[record.pk, page.spec.reject]),
        "alike": [
            {
                "pk": item.petition.pk,
                "number": item.petition.record.number,
                "url": reverse("record", args=[item.petition.record_id]),
                "text": item.petition.text,
                "degree": f"{item.degree:.0%}",
            }
            for item in queries.alike_to(petition)
        ],
    }


@require_POST
@signed_in
def merged(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Merge a petition into the one chosen."""
    chosen = request.POST.get("into", "")
    if not chosen.isdecimal() or len(chosen) > 18:
        raise Invalid("请选择并入哪一件")
    petition = merge(actor=actor, pk=pk, into=int(chosen))
    messages.success(request, "已并入，提交人查询时看到的是并入那一件的办理情况")
    return go(request, reverse("petition_desk", args=[petition.code]))
