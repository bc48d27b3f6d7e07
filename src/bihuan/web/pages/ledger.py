"""One ledger's list: colour tabs, filters, an expression, sorting, pages; and the same list as a file."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.expression import ExpressionError
from bihuan.ledger.export_mark import mark_of
from bihuan.ledger.exporting import WRITERS, Sheet, write_csv
from bihuan.ledger.linked_records import pointing, with_records
from bihuan.ledger.models import Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import may_import
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.loop.colour import Colour, word
from bihuan.loop.export_columns import matter_columns
from bihuan.loop.queries import colour_counts
from bihuan.loop.summary import Summary
from bihuan.loop.tally_counts import Counts
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import address_of, signed_in
from bihuan.web.asking import Opened, Query, open_ledger

SIZES = (10, 20, 50, 100)
_DOUBTS_SHOWN = 5
_DOUBT = "时间或状态前后矛盾，不计入时长和按期率"


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The list as asked; a faulty expression is pointed out and the list stays empty."""
    opened = open_ledger(request, actor, code)
    query = Query(opened, request)
    problem, rows, alike = "", Record.objects.none(), Record.objects.none()
    try:
        rows, alike = query.rows(), query.rows(coloured=False)
    except ExpressionError:
        problem = "条件式有误，改好以后再列出"
    page = Paginator(rows, _size(request)).get_page(request.GET.get("page"))
    context = {
        "problem": problem,
        "rows": _rows(opened, list(page.object_list)),
        "pager": showing.pager(page, SIZES),
        **_head(query),
        **_standing(query, alike),
    }
    return render(request, "ledger.html", context)


def _head(query: Query) -> dict[str, Any]:
    """What stands above the list: the ledger, what may be done with it, the filter as asked."""
    opened, ledger = query.opened, query.opened.ledger
    brings = may_import(opened.actor, ledger)
    return {
        "title": ledger.title,
        "crumbs": [{"title": "全部台账", "url": reverse("ledgers")}, {"title": ledger.title}],
        "ledger": {"code": ledger.code, "title": ledger.title, "about": opened.spec.description},
        "noun": "事项" if opened.loop else "记录",
        "can": {"create": brings, "import": brings, "export": True},
        "filters": _filters(query),
        "expression": query.expression,
        "also": query.also_only(),
        "keep": _keep(query),
        "columns": _columns(opened, query.get("sort")),
    }


def _size(request: HttpRequest) -> int:
    """The page size asked for, remembered in the session."""
    asked = request.GET.get("size", "")
    if asked in map(str, SIZES):
        request.session["page_size"] = int(asked)
    return int(request.session.get("page_size", 20))


def _keep(query: Query) -> list[dict[str, str]]:
    """What the filter's form carries on beside its own inputs."""
    kept = [{"name": name, "value": query.get(name)} for name in ("colour", "sort", "size") if query.get(name)]
    return kept + [{"name": item["name"], "value": item["value"]} for item in query.also_only()]


def _filters(query: Query) -> list[dict[str, Any]]:
    states, state = query.opened.states, query.get("state")
    found: list[dict[str, Any]] = [
        {"name": "q", "title": "关键字", "widget": "find", "value": query.get("q"), "placeholder": "编号或内容"},
        {"name": "unit", "title": "责任单位", "widget": "unit", "value": query.unit_text},
    ]
    if states:
        options = [{"value": "", "title": "全部环节", "selected": not state}]
        options += [{"value": code, "title": title, "selected": code == state} for code, title in states.items()]
        found.append({"name": "state", "title": "环节", "widget": "select", "value": state, "options": options})
    return found


def _standing(query: Query, rows: QuerySet[Record]) -> dict[str, Any]:
    """The tabs and the strip above the list: over what was asked for, in all colours."""
    opened = query.opened
    if opened.loop is None or opened.bounds is None:
        return {}
    counts = colour_counts(rows, opened.bounds)
    found = query.summary_of(rows, sum(counts.values()))
    told = {"summary": _strip(found), "doubtful": _doubtful(query, found)} if found else {}
    return {"tabs": _tabs(query, counts), **told}


def _tabs(query: Query, counts: Counts) -> list[dict[str, Any]]:
    loop, chosen = query.opened.loop, query.colour
    total = sum(counts.values())
    tabs: list[dict[str, Any]] = [
        {"code": "", "title": "全部", "count": total, "url": query.url(colour=None), "active": not chosen}
    ]
    tabs += [
        {
            "code": colour.value,
            "title": word(loop, colour) if loop else "",
            "count": counts[colour],
            "url": query.url(colour=colour.value),
            "active": chosen == colour,
        }
        for colour in Colour
    ]
    return tabs


def _strip(found: Summary) -> list[dict[str, str]]:
    return [
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


def _doubtful(query: Query, found: Summary) -> dict[str, Any] | None:
    """What is said of rows that contradict themselves, and where they are."""
    if not found.doubtful:
        return None
    filed = found.as_filed
    by_file = f"按原表计按期率 {filed['on_time_rate']}%（{filed['on_time']}/{filed['with_deadline']}）" if filed else ""
    more = "等" if len(found.doubtful) > _DOUBTS_SHOWN else ""
    return {
        "count": len(found.doubtful),
        "url": "" if query.get("doubtful") else query.url(doubtful="1"),
        "text": "；".join(filter(None, ("、".join(found.doubtful[:_DOUBTS_SHOWN]) + more, by_file))),
    }


def _columns(opened: Opened, sort: str) -> list[dict[str, Any]]:
    def column(code: str, title: str, kind: str) -> dict[str, Any]:
        if code in opened.sight.refused:
            return {"code": code, "title": title, "kind": kind, "sort": None}
        way = "ascending" if sort == code else "descending" if sort == f"-{code}" else ""
        return {"code": code, "title": title, "kind": kind, "sort": way}

    found = [column("number", "编号", "text")]
    if opened.loop:
        found += [
            {**column("due", "状态", "light"), "sort": None},
            column("state", "环节", "choice"),
            column("due", "期限", "date"),
        ]
    found += [
        column(field.code, _head_title(field, opened.spec), showing.look_of(field))
        for field in opened.spec.list_columns
    ]
    return found


def _head_title(field: FieldSpec, spec: LedgerSpec) -> str:
    title = showing.title_of(field, spec)
    return f"{title}（{field.measure}）" if field.measure and field.measure not in title else title


def _rows(opened: Opened, records: list[Record]) -> list[dict[str, Any]]:
    plain, data = lookup_for(opened.spec, opened.actor.tree), [record.data for record in records]
    lookup = with_records(plain, actor=opened.actor, ledger=opened.ledger.code, spec=opened.spec, data=data)
    columns = [(field, showing.title_of(field, opened.spec)) for field in opened.spec.list_columns]
    found = []
    for record in (opened.sight.see(item, lookup) for item in records):
        url = reverse("record", args=[record.pk])
        cells = _system_cells(opened, record)
        for field, title in columns:
            cell = showing.cell(field, title, record, lookup)
            is_name = field.code == opened.spec.name_field and cell["text"]
            cells.append({**cell, "names": True, "url": url} if is_name else cell)
        found.append({"url": url, "number": record.number, "cells": cells})
    return found


def _system_cells(opened: Opened, record: Record) -> list[dict[str, Any]]:
    """What a list of matters shows before the fields: the light, the step, the deadline."""
    if opened.loop is None or opened.bounds is None:
        return []
    light = showing.light(record, opened.loop, opened.bounds)
    doubt = _DOUBT if record.loop.get("doubtful") else ""
    return [
        {"title": "状态", "kind": "light", "light": light, "text": light["title"], "doubt": doubt},
        {"title": "环节", "kind": "choice", "text": opened.states.get(record.state, record.state)},
        {"title": "期限", "kind": "date", "text": showing.day(record.due_at)},
    ]


@signed_in
def export(request: HttpRequest, actor: Actor, code: str) -> FileResponse:
    """The list as a file: same columns, filter and order. `?all=1` for every field, with the groups over the heads.

    `?format=` is xlsx, csv (with `&encoding=gb18030` if wanted) or docx.
    """
    opened = open_ledger(request, actor, code)
    log_access(Kind.EXPORT, opened.ledger.code, by=actor, address=address_of(request))
    return export_file(request, opened)


def export_file(request: HttpRequest, opened: Opened) -> FileResponse:
    """The list that the address asks for, as a file with what the actor sees."""
    try:
        rows = Query(opened, request).rows()
    except ExpressionError as error:
        raise Invalid(f"条件式有误：{error}") from error
    suffix, write = WRITERS.get(request.GET.get("format", ""), WRITERS["xlsx"])
    if request.GET.get("encoding") == "gb18030" and suffix == ".csv":
        write = partial(write_csv, encoding="gb18030")
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        write(_sheet(opened, request, rows), rows, Path(file.name))
        content = Path(file.name).open("rb")  # noqa: SIM115 - the response closes it; the name may go before
    return FileResponse(content, as_attachment=True, filename=f"{opened.ledger.title}{clock.today():%Y%m%d}{suffix}")


def _sheet(opened: Opened, request: HttpRequest, rows: QuerySet[Record]) -> Sheet:
    every, actor, spec, sight = bool(request.GET.get("all")), opened.actor, opened.spec, opened.sight
    plain, data = lookup_for(spec, actor.tree), pointing(rows, spec)
    lookup = with_records(plain, actor=actor, ledger=opened.ledger.code, spec=spec, data=data)
    return Sheet(
        opened.ledger.title,
        opened.spec.fields if every else opened.spec.list_columns,
        lookup,
        prepared_by=opened.actor.name,
        grouped=every,
        with_total=request.GET.get("total") == "1",
        extras=matter_columns(opened.loop, opened.bounds) if opened.loop and opened.bounds else (),
        among=opened.spec.fields,
        see=None if sight.is_plain else lambda step, data: sight.see_data(step, data, lookup),
        mark=mark_of(opened.ledger, [field.code for field in (spec.fields if every else spec.list_columns)]),
    )
