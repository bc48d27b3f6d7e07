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
from bihuan.report.queries import Moved, issued_document, issued_now, issued_word, last_issued, sentence, since
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
    """What the same report would say today beside what it said; or what it said beside the one issued before it."""
    issued = get_issued(actor, pk)
    last = last_issued(issued.report, issued.unit, issued.issued_at)
    is_with_last = bool(last) and request.GET.get("with") == "last"
    if last and is_with_last:
        moved = since(issued_document(last), issued_document(issued))
    else:
        moved = since(issued_document(issued), issued_now(actor, issued))
    context = {
        "title": f"与{last.number or last.title}相比" if last and is_with_last else "与印发时相比",
        "crumbs": [
            {"title": "材料", "url": reverse("reports")},
            {"title": issued.number or issued.title, "url": reverse("report_issued", args=[pk])},
            {"title": "变化"},
        ],
        "issued": _head(issued),
        "sides": ("上一份", "这一份") if is_with_last else ("印发时", "现在"),
        "last": last.number or last.title if last and not is_with_last else "",
        "sentences": [sentence(one) for one in moved],
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
