"""One ledger's list: colour tabs, filters, an expression, sorting, pages; and the same list as a file."""

import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotFound
from bihuan.expression import ExpressionError, compile_check, explain
from bihuan.ledger.definitions import find_ledger, spec_of
from bihuan.ledger.exporting import WRITERS, Sheet, write_csv
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.names import names_of
from bihuan.ledger.queries import Asked, list_records
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import may_import, visible_ledgers, visible_records
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.colour import Bounds, Colour, bounds_at, has_colour, word
from bihuan.loop.definitions import loop_of
from bihuan.loop.export_columns import matter_columns
from bihuan.loop.queries import colour_counts, waiting_steps
from bihuan.loop.spec import LoopSpec
from bihuan.loop.summary import summary
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import signed_in

SIZES = (10, 20, 50, 100)
_SUMMARY_LIMIT = 50_000
_DOUBTS_SHOWN = 5


@dataclass(frozen=True)
class Opened:
    """A ledger opened by an actor, with all that its list needs."""

    actor: Actor
    ledger: Ledger
    spec: LedgerSpec
    loop: LoopSpec | None
    bounds: Bounds | None

    @property
    def states(self) -> dict[str, str]:
        return self.loop.states if self.loop else {}


def open_ledger(actor: Actor, code: str) -> Opened:
    """A ledger in which the actor may see something; any other is answered as not there."""
    ledger = find_ledger(code)
    if ledger not in visible_ledgers(actor):
        raise NotFound(f"没有台账“{code}”")
    loop = loop_of(ledger)
    return Opened(actor, ledger, spec_of(ledger), loop, bounds_at(loop, clock.now()) if loop else None)


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The list as asked; a faulty expression is pointed out and the list stays empty."""
    opened = open_ledger(actor, code)
    where = request.GET.get("where", "")
    expression = _expression(opened, where)
    problem = ""
    rows: QuerySet[Record] = Record.objects.none()
    try:
        rows = asked_rows(opened, request)
    except ExpressionError:
        problem = "条件式有误，改好以后再列出"
    size = _size(request)
    page = Paginator(rows, size).get_page(request.GET.get("page"))
    context = {
        "title": opened.ledger.title,
        "crumbs": [{"title": "全部台账", "url": reverse("ledgers")}, {"title": opened.ledger.title}],
        "ledger": _head(opened),
        "noun": "事项" if opened.loop else "记录",
        "can": {
            "create": may_import(actor, opened.ledger),
            "import": may_import(actor, opened.ledger),
            "export": True,
        },
        "filters": _filters(opened, request),
        "expression": expression,
        "keep": [
            {"name": name, "value": request.GET[name]} for name in ("colour", "sort", "size") if request.GET.get(name)
        ],
        "tabs": _tabs(opened, request),
        "columns": _columns(opened, request),
        "rows": _rows(opened, list(page.object_list)),
        "pager": {
            "number": page.number,
            "pages": page.paginator.num_pages,
            "total": page.paginator.count,
            "size": size,
            "sizes": SIZES,
        },
        "problem": problem,
        **_summary(opened),
    }
    return render(request, "ledger.html", context)


def asked_rows(opened: Opened, request: HttpRequest) -> QuerySet[Record]:
    """The records that the address asks for: the same for the page and for the export."""
    also = Q()
    colour = request.GET.get("colour", "")
    if opened.bounds and colour in {item.value for item in Colour}:
        also &= has_colour(Colour(colour), opened.bounds)
    if opened.loop and request.GET.get("mine"):
        also &= waiting_steps(opened.actor, opened.ledger, opened.loop)
    if request.GET.get("no_unit"):
        also &= Q(unit__isnull=True)
    unit = _unit(opened, request.GET.get("unit", ""))
    if unit and request.GET.get("exact"):
        also &= Q(unit=unit)
    asked = Asked(
        words=request.GET.get("q", ""),
        unit=unit,
        state=request.GET.get("state", ""),
        where=request.GET.get("where", ""),
        order=request.GET.get("sort", ""),
        also=also,
    )
    return list_records(opened.actor, opened.ledger, opened.spec, opened.states, asked)


def _unit(opened: Opened, text: str) -> int | None:
    """A unit by id, code or name; one that is not known finds nothing."""
    tree = opened.actor.tree
    if not text:
        return None
    if text in tree.by_code:
        return tree.by_code[text].pk
    found = tree.by_name.get(text)
    if found:
        return found[0].pk
    return int(text) if text.isdigit() and int(text) in tree.by_pk else -1


def _expression(opened: Opened, where: str) -> dict[str, Any]:
    example = next(
        (f"{field.title} > 100" for field in opened.spec.fields if field.kind in ("money", "number", "integer")),
        "编号 LIKE '%2026%'",
    )
    found: dict[str, Any] = {"value": where, "example": example}
    if where.strip():
        try:
            found["told"] = explain(compile_check(where, names_of(opened.spec, opened.states)))
        except ExpressionError as error:
            first = error.problems[0]
            found["error"] = {
                "message": first.message,
                "hint": first.hint,
                "before": where[: first.start],
                "at": where[first.start : first.end],
                "after": where[first.end :],
            }
    return found


def _size(request: HttpRequest) -> int:
    """The page size asked for, remembered in the session."""
    asked = request.GET.get("size", "")
    if asked.isdigit() and int(asked) in SIZES:
        request.session["page_size"] = int(asked)
    return int(request.session.get("page_size", 20))


def _head(opened: Opened) -> dict[str, Any]:
    return {
        "code": opened.ledger.code,
        "title": opened.ledger.title,
        "about": opened.spec.description,
        "unit": opened.actor.tree.name(opened.ledger.owner_id),
        "version": opened.ledger.version,
    }


def _filters(opened: Opened, request: HttpRequest) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": "q",
            "title": "关键字",
            "widget": "find",
            "value": request.GET.get("q", ""),
            "placeholder": "编号或内容",
        },
        {"name": "unit", "title": "责任单位", "widget": "unit", "value": _unit_name(opened, request)},
    ]
    if opened.loop:
        state = request.GET.get("state", "")
        options = [{"value": "", "title": "全部环节", "selected": not state}]
        options += [{"value": code, "title": title, "selected": code == state} for code, title in opened.states.items()]
        found.append({"name": "state", "title": "环节", "widget": "select", "value": state, "options": options})
    return found


def _unit_name(opened: Opened, request: HttpRequest) -> str:
    text = request.GET.get("unit", "")
    unit = _unit(opened, text)
    return opened.actor.tree.name(unit) if unit and unit > 0 else text


def _tabs(opened: Opened, request: HttpRequest) -> list[dict[str, Any]]:
    if opened.loop is None or opened.bounds is None:
        return []
    counts = colour_counts(visible_records(opened.actor, opened.ledger), opened.bounds)
    chosen = request.GET.get("colour", "")
    kept = {name: value for name, value in request.GET.items() if name not in ("colour", "page")}
    url = reverse("ledger", args=[opened.ledger.code])
    tabs = [
        {
            "code": "",
            "title": "全部",
            "count": sum(counts.values()),
            "url": f"{url}?{urlencode(kept)}",
            "active": not chosen,
        }
    ]
    for colour in Colour:
        query = urlencode({**kept, "colour": colour.value})
        tabs.append(
            {
                "code": colour.value,
                "title": word(opened.loop, colour),
                "count": counts[colour],
                "url": f"{url}?{query}",
                "active": chosen == colour.value,
            }
        )
    return tabs


def _columns(opened: Opened, request: HttpRequest) -> list[dict[str, Any]]:
    sort = request.GET.get("sort", "")

    def column(code: str, title: str, kind: str) -> dict[str, Any]:
        way = "ascending" if sort == code else "descending" if sort == f"-{code}" else ""
        return {"code": code, "title": title, "kind": kind, "sort": way}

    found = [column("number", "编号", "text")]
    if opened.loop:
        found += [
            column("due", "状态", "light"),
            column("state", "环节", "choice"),
            column("due", "期限", "date"),
        ]
    found += [column(field.code, _head_title(field), showing.look_of(field)) for field in opened.spec.list_columns]
    return found


def _head_title(field: Any) -> str:
    return f"{field.title}（{field.measure}）" if field.measure else str(field.title)


def _rows(opened: Opened, records: list[Record]) -> list[dict[str, Any]]:
    lookup = lookup_for(opened.spec, opened.actor.tree)
    found = []
    for record in records:
        cells: list[dict[str, Any]] = []
        if opened.loop and opened.bounds:
            light = showing.light(record, opened.loop, opened.bounds)
            cells = [
                {"title": "状态", "kind": "light", "light": light, "text": light["title"]},
                {"title": "环节", "kind": "choice", "text": opened.states.get(record.state, record.state)},
                {"title": "期限", "kind": "date", "text": showing.day(record.due_at)},
            ]
        cells += [showing.cell(field, record, lookup) for field in opened.spec.list_columns]
        found.append({"url": reverse("record", args=[record.pk]), "number": record.number, "cells": cells, "doubts": 0})
    return found


def _summary(opened: Opened) -> dict[str, Any]:
    """The strip above the list, over all that the actor may see of the ledger."""
    rows = visible_records(opened.actor, opened.ledger)
    if opened.loop is None or rows.count() > _SUMMARY_LIMIT:
        return {}
    found = summary(rows, opened.spec, opened.loop, clock.now())
    strip = [
        {"title": "总数", "value": f"{found.total:,}"},
        {"title": "已销号", "value": f"{found.closed:,}"},
        {"title": "销号率", "value": showing.percent(found.closure_rate)},
        {
            "title": "按期率",
            "value": showing.percent(found.on_time_rate),
            "hint": f"有期限且已销号的 {found.with_deadline} 件中，按期 {found.on_time} 件",
        },
        {"title": "办结时长中位数", "value": showing.hours_in_words(found.median_hours)},
    ]
    doubtful = None
    if found.doubtful:
        filed = found.as_filed
        told = (
            f"；按原表计按期率 {filed['on_time_rate']}%（{filed['on_time']}/{filed['with_deadline']}）" if filed else ""
        )
        doubtful = {
            "count": len(found.doubtful),
            "url": f"{reverse('ledger', args=[opened.ledger.code])}?{urlencode({'q': found.doubtful[0]})}",
            "text": "、".join(found.doubtful[:_DOUBTS_SHOWN]) + told,
        }
    return {"summary": strip, "doubtful": doubtful}


@signed_in
def export(request: HttpRequest, actor: Actor, code: str) -> FileResponse:
    """The list as a file: same columns, filter and order. `?all=1` for every field, with the groups over the heads.

    `?format=` is xlsx, csv (with `&encoding=gb18030` if wanted) or docx.
    """
    opened = open_ledger(actor, code)
    try:
        rows = asked_rows(opened, request)
    except ExpressionError as error:
        raise Invalid(f"条件式有误：{error}") from error
    suffix, write = WRITERS.get(request.GET.get("format", ""), WRITERS["xlsx"])
    if request.GET.get("encoding") == "gb18030" and suffix == ".csv":
        write = partial(write_csv, encoding="gb18030")
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        write(_sheet(opened, request), rows, Path(file.name))
        content = Path(file.name).open("rb")  # noqa: SIM115 - the response closes it; the name may go before
    return FileResponse(content, as_attachment=True, filename=f"{opened.ledger.title}{clock.today():%Y%m%d}{suffix}")


def _sheet(opened: Opened, request: HttpRequest) -> Sheet:
    every = bool(request.GET.get("all"))
    return Sheet(
        opened.ledger.title,
        opened.spec.fields if every else opened.spec.list_columns,
        lookup_for(opened.spec, opened.actor.tree),
        prepared_by=opened.actor.name,
        grouped=every,
        with_total=request.GET.get("total") == "1",
        extras=matter_columns(opened.loop, opened.bounds) if opened.loop and opened.bounds else (),
        among=opened.spec.fields,
    )
