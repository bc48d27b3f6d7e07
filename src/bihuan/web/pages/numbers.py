"""The number check of a draft: every number marked right, wrong, out of date or unknown; the text can be mended."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import Invalid
from bihuan.figure.clocks import Clocks, clocks
from bihuan.figure.rules import Reach
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.report.number_check import Block, read_lines
from bihuan.report.number_check.model import Place
from bihuan.report.proofreading import JUDGEMENTS, Checked, Known, proofread, read_draft
from bihuan.scorecard.scoring import plain
from bihuan.web.access import signed_in

_LARGEST = 20 * 1024**2
_LONGEST_TEXT = 400_000


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The page: a text or a file in, the same text with its marks out."""
    unit, problem, checked, text = _unit(request, actor), "", None, ""
    asked = clocks(request.POST.get("as_of", "") or "")
    if request.method == "POST":
        try:
            blocks = _blocks(request)
            text = "\n".join(block.text for block in blocks)
            checked = proofread(blocks, unit=unit, clocks=asked, reach=Reach(actor))
        except Invalid as error:
            problem, text = str(error), request.POST.get("text", "")[:_LONGEST_TEXT]
    marks = list(_marks(checked, unit, asked)) if checked else []
    context = {
        "title": "数字体检",
        "crumbs": [{"title": "材料", "url": reverse("reports")}, {"title": "数字体检"}],
        "units": [{"pk": pk, "name": actor.tree.name(pk), "selected": pk == unit.pk} for pk in _units(actor)],
        "as_of": request.POST.get("as_of", ""),
        "text": text,
        "problem": problem,
        "checked": checked is not None,
        "counts": _counts(marks),
        "lines": _lines(checked.blocks, marks) if checked else [],
        "faults": [mark for mark in marks if mark["judgement"] not in ("right", "unknown")],
    }
    return render(request, "numbers.html", context, status=422 if problem else 200)


def _units(actor: Actor) -> list[int]:
    """The units that one may speak for: where one works, and the county for who reads all of it."""
    posts = list(dict.fromkeys(post.unit for post in actor.posts))
    roots = [node.pk for node in actor.tree.nodes if node.depth == 0 and node.pk in actor.reach()]
    return list(dict.fromkeys([*roots, *posts]))


def _unit(request: HttpRequest, actor: Actor) -> Unit:
    """The unit chosen, if it is one of one's own, else the first of them."""
    known, typed = _units(actor), request.POST.get("unit", "")
    if not known:
        raise Invalid("您还没有岗位，没有可以核对的数字")
    chosen = int(typed) if typed.isdecimal() and int(typed) in known else known[0]
    return Unit.objects.get(pk=chosen)


def _blocks(request: HttpRequest) -> Sequence[Block]:
    """The text that was sent: of the file if there is one, else what was typed. Raises Invalid."""
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        if (file.size or 0) > _LARGEST:
            raise Invalid(f"“{file.name}”超过 20 MB，请删去图片后再上传")
        with tempfile.NamedTemporaryFile() as kept:
            for chunk in file.chunks():
                kept.write(chunk)
            kept.flush()
            return read_draft(Path(kept.name), str(file.name))
    text = request.POST.get("text", "")
    if not text.strip() or len(text) > _LONGEST_TEXT:
        raise Invalid(f"请选择文件，或贴入 1 到 {_LONGEST_TEXT:,} 个字的文字")
    return read_lines(text)


def _marks(checked: Checked, unit: Unit, asked: Clocks) -> Iterator[dict[str, Any]]:
    """Every number and every fault of the text, with its place, what became of it, and why."""
    labels = {block.index: block.label for block in checked.blocks}
    texts = {block.index: block.text for block in checked.blocks}
    for number, verdict in checked.numbers:
        known = verdict.candidate if isinstance(verdict.candidate, Known) else None
        wrong = verdict.judgement in ("wrong", "out_of_date")
        yield {
            **_place(number.place, labels),
            "text": number.text,
            "judgement": verdict.judgement,
            "word": JUDGEMENTS[verdict.judgement],
            "why": _why(known, wrong=wrong) if known else "",
            "url": _url(known, unit, asked) if known else "",
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
    return {"block": place.block, "start": place.start, "end": place.end, "at": labels[place.block]}


def _why(known: Known, *, wrong: bool) -> str:
    value = "—" if known.value is None else plain(known.value)
    return f"“{known.title}”应为 {value} {known.unit}" if wrong else f"“{known.title}”"


def _url(known: Known, unit: Unit, asked: Clocks) -> str:
    period = f"{known.period.first}..{known.period.last}" if known.period else ""
    words = {"unit": unit.code, "period": period, "as_of": asked.as_of.isoformat()}
    return f"{reverse('figure', args=[known.figure])}?{urlencode(words)}"


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
