"""An issued report as it was: every number opens its records; as a Word file, a page or a PDF; what changed since."""

import tempfile
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe

from bihuan.org.actor import Actor
from bihuan.report.docx.package import write_docx
from bihuan.report.html import html_of
from bihuan.report.models import Issued
from bihuan.report.pdf import write_pdf
from bihuan.report.queries import Moved, issued_document, issued_now, issued_word, since
from bihuan.report.rules import get_issued
from bihuan.report.template.wording import shown
from bihuan.report.templating import rebased
from bihuan.web import showing
from bihuan.web.access import signed_in


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The report."""
    issued = get_issued(actor, pk)
    document = issued_document(issued)
    context = {
        "title": issued.title,
        "crumbs": [{"title": "材料", "url": reverse("reports")}, {"title": issued.number or issued.title}],
        "issued": {
            "pk": pk,
            "number": issued.number,
            "issued_at": showing.moment(issued.issued_at),
            "as_of": issued.as_of.isoformat(),
            "hash": issued.hash[:16],
            "count": len(document.numbers),
        },
        "content": mark_safe(html_of(document)),  # noqa: S308 - html_of escapes every text
    }
    return render(request, "report_issued.html", context)


@signed_in
def download(request: HttpRequest, actor: Actor, pk: int, form: str) -> HttpResponseBase:
    """The report as .docx or .pdf, made from what was kept."""
    issued = get_issued(actor, pk)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.docx"
        word, base = issued_word(issued), request.build_absolute_uri("/")
        if word:
            path.write_bytes(rebased(word, base))
        else:
            write_docx(issued_document(issued), path, base=base)
        if form == "pdf":
            made = Path(folder) / "report.pdf"
            write_pdf(path, made)
            path = made
        content = path.open("rb")
    return FileResponse(content, as_attachment=True, filename=f"{issued.title}{path.suffix}")


@signed_in
def changes(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """What the same report would say today, beside what it said."""
    issued = get_issued(actor, pk)
    now = issued_now(actor, issued)
    moved = since(issued_document(issued), now)
    context = {
        "title": "与印发时相比",
        "crumbs": [
            {"title": "材料", "url": reverse("reports")},
            {"title": issued.number or issued.title, "url": reverse("report_issued", args=[pk])},
            {"title": "变化"},
        ],
        "issued": _head(issued),
        "rows": [_row(one) for one in moved],
    }
    return render(request, "report_changes.html", context)


def _head(issued: Issued) -> dict[str, Any]:
    return {"title": issued.title, "issued_on": showing.day(issued.issued_at)}


def _row(moved: Moved) -> dict[str, Any]:
    return {
        "title": moved.now.title,
        "unit": moved.now.unit_name,
        "measure": moved.now.measure,
        "before": shown(moved.before.value),
        "before_url": moved.before.opens,
        "now": shown(moved.now.value),
        "now_url": moved.now.opens,
        "difference": shown(moved.difference),
    }
