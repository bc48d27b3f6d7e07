"""A draft: how it reads now, its parts with their writers, comments, and its way to being issued."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe

from bihuan.base import clock
from bihuan.base.errors import BihuanError, NotFound
from bihuan.org.actor import Actor
from bihuan.report.actions import (
    add_comment,
    approve_draft,
    issue_draft,
    resolve_comment,
    return_draft,
    submit_draft,
    write_part,
)
from bihuan.report.definitions import spec_of
from bihuan.report.document import Document
from bihuan.report.html import html_of
from bihuan.report.models import Draft
from bihuan.report.queries import draft_now, issued_document, last_issued, sentence, since
from bihuan.report.rules import get_draft, may_approve, may_resolve, may_write, may_write_part
from bihuan.web import showing
from bihuan.web.access import go, signed_in

_MOST_MOVED = 20


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The draft; a fault in a part is told above, and the rest can still be mended."""
    draft = get_draft(actor, pk)
    problem, content, moved = "", "", []
    try:
        document = draft_now(actor, draft, clock.now())[0].document
        content, moved = html_of(document), _moved(draft, document)
    except BihuanError as error:
        problem = str(error)
    context = {
        "title": draft.report.title if "{" not in draft.report.title else draft.report.code,
        "crumbs": [{"title": "材料", "url": reverse("reports")}, {"title": "草稿"}],
        "draft": _draft(actor, draft),
        "problem": problem,
        "content": mark_safe(content),  # noqa: S308 - html_of escapes every text
        "moved": moved[:_MOST_MOVED],
        "more_moved": max(0, len(moved) - _MOST_MOVED),
        "parts": _parts(actor, draft),
        "comments": _comments(actor, draft, ""),
        "open_comments": draft.comments.filter(resolved_at__isnull=True).count(),
    }
    return render(request, "report_draft.html", context)


def _moved(draft: Draft, document: Document) -> list[str]:
    """What is another number than in the report issued last, in sentences."""
    last = last_issued(draft.report, draft.unit, clock.now())
    return [sentence(one) for one in since(issued_document(last), document)] if last else []


def _draft(actor: Actor, draft: Draft) -> dict[str, Any]:
    writes, approves = may_write(actor, draft.report), may_approve(actor, draft.report)
    acts = {
        Draft.State.WRITING: [("submit", "提交审定", writes)],
        Draft.State.REVIEW: [("approve", "审定", approves), ("return", "退回", approves)],
        Draft.State.APPROVED: [("issue", "印发", approves), ("return", "退回", approves)],
    }
    own = draft.person_id == actor.person
    return {
        "pk": draft.pk,
        "state": draft.get_state_display(),
        "as_of": draft.as_of.isoformat(),
        "acts": [
            {"code": code, "title": title, "needs_reason": code == "return"}
            for code, title, allowed in acts.get(Draft.State(draft.state), [])
            if allowed and not (code == "approve" and own)
        ],
        "own": own and draft.state == Draft.State.REVIEW,
    }


def _parts(actor: Actor, draft: Draft) -> list[dict[str, Any]]:
    titles = {part.code: part.title or "开头" for part in spec_of(draft.report).parts}
    writing = draft.state == Draft.State.WRITING
    return [
        {
            "code": part.code,
            "title": titles.get(part.code, part.code),
            "writer": actor.tree.name(part.writer_id),
            "text": part.text,
            "version": part.version,
            "is_done": part.is_done,
            "can_write": writing and may_write_part(actor, part),
            "comments": _comments(actor, draft, part.code),
        }
        for part in draft.parts.select_related("draft__report").order_by("pk")
    ]


def _comments(actor: Actor, draft: Draft, part: str) -> list[dict[str, Any]]:
    """What was said of the draft, or of a part; what is seen to stands last."""
    rows = draft.comments.filter(part=part).select_related("person", "resolved_by").order_by("pk")
    is_open = draft.state != Draft.State.ISSUED
    told = [
        {
            "pk": row.pk,
            "who": row.person.name if row.person else "系统",
            "text": row.text,
            "at": showing.moment(row.created_at),
            "resolved": f"{row.resolved_by.name if row.resolved_by else '系统'} {showing.moment(row.resolved_at)}"
            if row.resolved_at
            else "",
            "can_resolve": is_open and not row.resolved_at and may_resolve(actor, row),
        }
        for row in rows
    ]
    return sorted(told, key=lambda row: bool(row["resolved"]))


@signed_in
def write(request: HttpRequest, actor: Actor, pk: int, code: str) -> HttpResponse:
    """Save a part."""
    version = request.POST.get("version", "")
    write_part(
        actor=actor,
        draft=pk,
        code=code,
        text=request.POST.get("text", "").replace("\r\n", "\n"),
        version=int(version) if version.isdecimal() else 0,
        is_done=request.POST.get("is_done") == "1",
    )
    messages.success(request, "已保存")
    return go(request, reverse("report_draft", args=[pk]))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


@signed_in
def act(request: HttpRequest, actor: Actor, pk: int, code: str) -> HttpResponse:
    """Move the draft on its way, or say something of it."""
    said = request.POST.get("reason", "")
    ways: dict[str, Callable[[], object]] = {
        "submit": lambda: submit_draft(actor=actor, draft=pk),
        "approve": lambda: approve_draft(actor=actor, draft=pk),
        "return": lambda: return_draft(actor=actor, draft=pk, reason=said),
        "comment": lambda: add_comment(actor=actor, draft=pk, part=request.POST.get("part", ""), text=said),
        "resolve": lambda: resolve_comment(actor=actor, comment=_number(request.POST.get("comment", ""))),
    }
    if code == "issue":
        issued = issue_draft(actor=actor, draft=pk)
        messages.success(request, f"已印发{issued.number}")
        return go(request, reverse("report_issued", args=[issued.pk]))
    if code not in ways:
        raise NotFound("没有这个操作")
    ways[code]()
    return go(request, reverse("report_draft", args=[pk]))
