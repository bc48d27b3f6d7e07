"""The records behind a value, each set a list of its own: filter, order, pages, and all of them as files."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import NotFound
from bihuan.expression import ExpressionError
from bihuan.figure.answer import Answer
from bihuan.figure.opening import Opened, open_value
from bihuan.figure.slices import Slice
from bihuan.figure.value import Value, shown
from bihuan.ledger.models import Record
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor
from bihuan.web.access import address_of, signed_in
from bihuan.web.asking import open_ledger
from bihuan.web.behind import LIST_WORDS, Behind, behind, behind_list
from bihuan.web.behind_files import as_files
from bihuan.web.figure_asking import Wanted, headed, part_words, wanted
from bihuan.web.request_memory import my_codes


@dataclass(frozen=True)
class Behold:
    """A value, and the sets of records that it rests on."""

    asked: Wanted
    found: Answer
    value: Value
    cut: Slice | None
    parts: list[Opened]


def opened_value(request: HttpRequest, actor: Actor, code: str) -> Behold:
    """The value that the address names, opened. Raises as the value does."""
    asked = wanted(request.GET, actor, (code,))
    found, cut = headed(asked, actor)
    value = found.value(code, asked.unit, asked.period, cut)
    return Behold(asked, found, value, cut, open_value(found, code, asked.unit, asked.period, cut))


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """What a value counts: a set of records at a time, for a ratio there are two."""
    told = opened_value(request, actor, code)
    context = _head(request, actor, told)
    if told.parts:
        part = told.parts[_part(request, told.parts)]
        context |= _listed(request, actor, part)
    return render(request, "figure_records.html", context)


def _head(request: HttpRequest, actor: Actor, told: Behold) -> dict[str, Any]:
    figure, asked = told.found.figures[told.value.code], told.asked
    where = [asked.unit_name or "全部单位", asked.period.title, part_words(told.found, told.cut)]
    here = _part(request, told.parts) if told.parts else 0
    return {
        "title": f"{figure.spec.title}的记录",
        "crumbs": [
            {"title": "指标库", "url": reverse("figures")},
            {"title": figure.spec.title, "url": reverse("figure", args=[told.value.code])},
            {"title": "背后的记录"},
        ],
        "where": " · ".join(filter(None, where)),
        "value": f"{shown(told.value.number, figure) or '不知道'} {figure.spec.unit}".strip(),
        "partial": told.value.partial,
        "tabs": [_tab(request, part, place, here=place == here) for place, part in enumerate(told.parts)],
        "files": _files(request, told.value.code) if told.parts and _all_open(request, actor, told.parts) else None,
    }


def _tab(request: HttpRequest, part: Opened, place: int, *, here: bool) -> dict[str, Any]:
    kept = request.GET.copy()
    for word in LIST_WORDS:
        kept.pop(word, None)
    kept["part"] = str(place)
    title = f"{part.title}（{part.period.title}）"
    return {"title": title, "count": len(part.records), "url": f"?{kept.urlencode()}", "active": here}


def _all_open(request: HttpRequest, actor: Actor, parts: list[Opened]) -> bool:
    """Whether the person may open the ledger of every set; where not, there is nothing to take along."""
    return {part.ledger for part in parts} <= my_codes(request, actor)


def _files(request: HttpRequest, code: str) -> dict[str, str]:
    """The addresses of all sets as files, in the order and under the conditions of the list."""
    url, query = reverse("figure_records_file", args=[code]), request.GET.copy()
    query.pop("page", None)
    return {kind: f"{url}?{query.urlencode()}&format={kind}" for kind in ("xlsx", "csv")}


def _listed(request: HttpRequest, actor: Actor, part: Opened) -> dict[str, Any]:
    """One set as a list; of a ledger of which the person may see nothing now only the number is told."""
    try:
        query = behind(request, open_ledger(request, actor, part.ledger), part.records)
    except NotFound:
        return {"unseen": len(part.records)}
    return {"ledger": {"title": query.opened.ledger.title}, **list_of(request, query)}


def list_of(request: HttpRequest, query: Behind) -> dict[str, Any]:
    """The list under its conditions; a faulty expression is pointed out and the list stays empty."""
    try:
        return behind_list(request, query, query.rows())
    except ExpressionError:
        return {**behind_list(request, query, Record.objects.none()), "problem": "条件式有误，改好以后再列出"}


def _part(request: HttpRequest, parts: list[Opened]) -> int:
    """The set asked for, else the first that has records."""
    text = request.GET.get("part", "")
    first = next((place for place, part in enumerate(parts) if part.records), 0)
    return int(text) if text in map(str, range(len(parts))) else first


@signed_in
def files(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """All sets of a value as files: one as it is, several in a zip."""
    told = opened_value(request, actor, code)
    queries = []
    for part in told.parts:
        query = behind(request, open_ledger(request, actor, part.ledger), part.records)
        queries.append((part.title, query))
        log_access(Kind.EXPORT, part.ledger, by=actor, address=address_of(request))
    return as_files(request.GET.get("format", ""), told.found.figures[code].spec.title, queries)
