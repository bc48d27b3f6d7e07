"""The number check of a draft: every number marked right, wrong, out of date or unknown; the text can be mended."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.figure.clocks import Clocks, clocks
from bihuan.figure.rules import Reach
from bihuan.ledger.models import Ledger
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.report.number_check import Block, Place, Verdict
from bihuan.report.number_marks import marked_docx, right_value, said_of
from bihuan.report.proofreading import JUDGEMENTS, Checked, proofread
from bihuan.web.access import signed_in
from bihuan.web.draft_text import LONGEST_TEXT, Draft, code_of, draft_in, kept_file


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """The page: a text or a file in, the same text with its marks out; or the file itself with its marks."""
    unit, draft, problem, checked = _unit(request, actor), Draft(), "", None
    asked = clocks(request.POST.get("as_of", "") or "")
    if request.method == "POST":
        try:
            draft = draft_in(request)
            checked = proofread(draft.blocks, unit=unit, clocks=asked, reach=Reach(actor))
            if request.POST.get("do") == "mark":
                return _marked(request, checked)
            if request.POST.get("do") == "replace":
                draft = draft.replaced(checked, request.POST.getlist("place"))
                checked = proofread(draft.blocks, unit=unit, clocks=asked, reach=Reach(actor))
        except Invalid as error:
            problem, draft = str(error), Draft(text=request.POST.get("text", "")[:LONGEST_TEXT])
    marks = list(_marks(checked, unit, asked)) if checked else []
    context = {
        "title": "数字体检",
        "crumbs": [{"title": "材料", "url": reverse("reports")}, {"title": "数字体检"}],
        "units": [
            {"pk": pk or "", "name": actor.tree.name(pk) or "全部单位", "selected": pk == (unit and unit.pk)}
            for pk in _units(actor)
        ],
        "as_of": request.POST.get("as_of", ""),
        "draft": draft,
        "problem": problem,
        "checked": checked is not None,
        "counts": _counts(marks),
        "lines": _lines(checked.blocks, marks) if checked else [],
        "faults": [mark for mark in marks if mark["judgement"] not in ("right", "unknown")],
    }
    return render(request, "numbers.html", context, status=422 if problem else 200)


def _marked(request: HttpRequest, checked: Checked) -> HttpResponseBase:
    """The uploaded file with its marks. Raises Invalid where none was uploaded."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not str(file.name).lower().endswith(".docx"):
        raise Invalid("请选择 .docx 文件，才能下载标注稿")
    with kept_file(file) as path:
        content = marked_docx(path, str(file.name), checked, clock.now())
    name = f"{Path(str(file.name)).stem}（数字体检）.docx"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name)


def _units(actor: Actor) -> list[int | None]:
    """The units that one may speak for, the likeliest first: where one works, and the county for who reads all of it.

    A bureau that keeps ledgers writes of all the units in them (None).
    """
    posts = list(dict.fromkeys(post.unit for post in actor.posts))
    roots = [node.pk for node in actor.tree.nodes if node.depth == 0 and node.pk in actor.reach()]
    keeps = [None] if Ledger.objects.filter(owner__in=posts).exists() else []
    return list(dict.fromkeys([*roots, *keeps, *posts]))


def _unit(request: HttpRequest, actor: Actor) -> Unit | None:
    """The unit chosen, if it is one of one's own, else the first of them; None is all."""
    known = _units(actor)
    if not known:
        raise Invalid("您还没有岗位，没有可以核对的数字")
    chosen = {str(pk or ""): pk for pk in known}.get(request.POST.get("unit", "-"), known[0])
    return Unit.objects.get(pk=chosen) if chosen else None


def _marks(checked: Checked, unit: Unit | None, asked: Clocks) -> Iterator[dict[str, Any]]:
    """Every number and every fault of the text, with its place, what became of it, and why."""
    labels = {block.index: block.label for block in checked.blocks}
    texts = {block.index: block.text for block in checked.blocks}
    for number, verdict in checked.numbers:
        yield {
            **_place(number.place, labels),
            "text": number.text,
            "judgement": verdict.judgement,
            "word": JUDGEMENTS[verdict.judgement],
            "why": said_of(verdict),
            "right": right_value(verdict) if verdict.judgement in ("wrong", "out_of_date") else "",
            "url": _url(verdict, unit, asked),
        }
    for finding in checked.findings:
        place = finding.place
        yield {
            **_place(place, labels),
            "text": texts[place.block][place.start : place.end],
            "judgement": finding.fault,
            "word": JUDGEMENTS[finding.fault],
            "why": finding.message,
            "url": "",
        }


def _place(place: Place, labels: dict[int, str]) -> dict[str, Any]:
    return {
        "block": place.block,
        "start": place.start,
        "end": place.end,
        "at": labels[place.block],
        "place": code_of(place),
    }


def _url(verdict: Verdict, unit: Unit | None, asked: Clocks) -> str:
    cell = verdict.cell
    if cell is None:
        return ""
    period = f"{cell.period.first}..{cell.period.last}" if cell.period else f"{asked.day.year}"
    own = Unit.objects.get(pk=cell.unit) if cell.unit else unit
    words = {"unit": own.code if own else "", "period": period, "as_of": asked.as_of.isoformat()}
    return f"{reverse('figure', args=[cell.subject.figure])}?{urlencode(words)}"


def _counts(marks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [(word, sum(mark["judgement"] == code for mark in marks), code) for code, word in JUDGEMENTS.items()]
    return [{"title": title, "count": count, "code": code} for title, count, code in found if count]


def _lines(blocks: Sequence[Block], marks: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Each block as pieces of text, marked or not; where two marks meet, the graver one stands."""
    found = []
    for block in blocks:
        mine = [mark for mark in marks if mark["block"] == block.index]
        mine.sort(key=lambda mark: (mark["start"], mark["judgement"] in ("right", "unknown")))
        pieces, here = list[dict[str, Any]](), 0
        for mark in mine:
            if mark["start"] < here:
                continue
            pieces.append({"text": block.text[here : mark["start"]]})
            pieces.append({**mark, "text": block.text[mark["start"] : mark["end"]]})
            here = mark["end"]
        found.append([*pieces, {"text": block.text[here:]}])
    return found
