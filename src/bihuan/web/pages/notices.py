"""Notices: the inbox, one notice with its document and receipt, what was not read, received or delivered."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bihuan.base import clock
from bihuan.base.errors import NotFound
from bihuan.ledger.attachments import path_of
from bihuan.loop.notice import queries
from bihuan.loop.notice.actions import read_notice, receive_notice
from bihuan.loop.notice.models import Addressee, Notice
from bihuan.loop.notice.rules import get_notice, may_receive
from bihuan.loop.notice.values import chinese_day
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import go, signed_in
from bihuan.web.notice_words import crumbs, receipt_word, row_of

_SIZE = 20


@signed_in
def inbox(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What was addressed to the person; `show` is all (everything), owed (receipts owed in sight) or, blank, unread."""
    show = request.GET.get("show", "")
    rows = _asked(actor, show)
    page = Paginator(rows, _SIZE).get_page(request.GET.get("page"))
    context = {
        "title": "文书提醒",
        "crumbs": crumbs(),
        "tabs": _tabs(actor, show),
        "rows": [row_of(actor, notice) for notice in page],
        "pager": showing.pager(page),
        "can_settle": True,
    }
    return render(request, "notices.html", context)


def _asked(actor: Actor, show: str) -> "QuerySet[Notice]":
    if show == "owed":
        return queries.unreceived(actor)
    return queries.inbox(actor, unread=show != "all")


def _tabs(actor: Actor, show: str) -> list[dict[str, Any]]:
    counts = (
        ("", "未读", queries.unread_count(actor)),
        ("all", "全部", queries.inbox(actor).count()),
        ("owed", "待签收", queries.unreceived(actor).count()),
    )
    url = reverse("notices")
    return [
        {"title": title, "count": count, "url": f"{url}?show={code}" if code else url, "active": code == show}
        for code, title, count in counts
    ]


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """One notice as it was issued. The page itself notes, by a request of its own, that it was read."""
    notice = get_notice(actor, pk)
    mine = Addressee.objects.filter(notice=notice, person=actor.person or 0, read_at__isnull=True)
    context = {
        "title": notice.title,
        "crumbs": crumbs(notice.title),
        "notice": row_of(actor, notice),
        "paragraphs": notice.paragraphs,
        "signed": {"organ": notice.organ, "day": chinese_day(clock.local_date(notice.issued_at))},
        "receipt": receipt_word(notice),
        "can_receive": may_receive(actor, notice),
        "unread": mine.exists(),
        "document": reverse("notice_document", args=[pk]) if notice.document_id else "",
        "people": _people(notice),
    }
    return render(request, "notice.html", context)


def _people(notice: Notice) -> list[dict[str, str]]:
    rows = Addressee.objects.filter(notice=notice).select_related("person").order_by("copy", "pk")
    return [
        {"name": row.person.name, "how": "抄送" if row.copy else "主送", "read": showing.moment(row.read_at) or "未读"}
        for row in rows
    ]


@require_POST
@signed_in
def read(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The person has the notice before their eyes."""
    read_notice(actor=actor, pk=pk)
    return HttpResponse(status=204)


@require_POST
@signed_in
def receive(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """签收."""
    notice = receive_notice(actor=actor, pk=pk)
    messages.success(request, f"已签收{notice.number or notice.title}")
    return go(request, reverse("notice", args=[pk]))


@signed_in
def document(request: HttpRequest, actor: Actor, pk: int) -> HttpResponseBase:
    """The notice as a Word file."""
    file = get_notice(actor, pk).document
    if file is None or not path_of(file.sha256).is_file():
        raise NotFound("这份文书没有 Word 文件，或者文件不在服务器上")
    answer = FileResponse(path_of(file.sha256).open("rb"), as_attachment=True, filename=file.name)
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
