"""One ledger's list: colour tabs, filters, an expression, sorting, pages; and the same list as a file."""

import tempfile
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.expression import ExpressionError
from bihuan.ledger.export_mark import mark_of
from bihuan.ledger.exporting import WRITERS, Sheet, write_csv
from bihuan.ledger.grouping import in_groups
from bihuan.ledger.linked_records import pointing, with_records
from bihuan.ledger.models import Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import may_import
from bihuan.loop.colour import Colour, word
from bihuan.loop.export_columns import matter_columns
from bihuan.loop.summary import Summary
from bihuan.loop.tally_counts import Counts
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import address_of, signed_in
from bihuan.web.asking import Opened, Query, open_ledger
from bihuan.web.list_columns import list_groups, list_heads, list_rows, part_of
from bihuan.web.list_page import ListPage, Standing
from bihuan.web.pages.saved_view import view_links

SIZES = (10, 20, 50, 100)
_CARRIED = ("colour", "sort", "size", "view", "columns", "group")
_DOUBTS_SHOWN = 5
_TOOLS = {
    "conditions": ("filter", "条件"),
    "arrange": ("arrows-sort", "列和排序"),
    "views": ("copy", "视图"),
    "bulk": ("edit", "批量修改"),
}
"""Pages that work with the list as it is asked for: icon and title."""


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The list as asked; a faulty expression is pointed out and the list stays empty."""
    opened = open_ledger(request, actor, code)
    query = Query(opened, request)
    if query.first_view:
        return redirect(f"{opened.url}?view={query.first_view.pk}")
    size, problem = _size(request), ""
    rows, alike = Record.objects.none(), Record.objects.none()
    try:
        rows = query.rows()
        alike = query.rows(coloured=False) if query.colour else rows
    except ExpressionError:
        problem = "条件式有误，改好以后再列出"
    standing = Standing(query, alike, rows)
    page = ListPage.of(request, standing.total, size)
    context = {
        "problem": problem,
        "rows": list_rows(query, standing.page(page.start, size)),
        "pager": page.told(SIZES, query.url(count="all")),
        "groups": None if problem else list_groups(query, standing),
        "views": view_links(query),
        **_head(query),
        **_standing(query, standing),
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
        "can": {"create": brings, "import": brings, "export": True, "edit": brings},
        "filters": _filters(query),
        "expression": query.expression,
        "also": query.also_only(),
        "keep": _keep(query),
        "columns": list_heads(query),
        "tools": _tools(query, brings),
    }


def _tools(query: Query, brings: bool) -> list[dict[str, Any]]:
    """What is done with the list as it is asked for, in dialogs that are given its address."""
    asked = query.url().partition("?")[2]
    return [
        {"url": f"{url}?{asked}", "icon": _TOOLS[name][0], "title": _TOOLS[name][1], "page": name == "bulk"}
        for name, url in _tool_urls(query.opened.ledger.code)
        if brings or name != "bulk"
    ]


@lru_cache(maxsize=256)
def _tool_urls(code: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, reverse(name, args=[code])) for name in _TOOLS)


def _size(request: HttpRequest) -> int:
    """The page size asked for, remembered in the session."""
    asked, kept = request.GET.get("size", ""), int(request.session.get("page_size", 20))
    if asked not in map(str, SIZES) or int(asked) == kept:
        return kept
    request.session["page_size"] = int(asked)
    return int(asked)


def _keep(query: Query) -> list[dict[str, str]]:
    """What the filter's form carries on beside its own inputs."""
    kept = [{"name": name, "value": query.get(name)} for name in _CARRIED if query.get(name)]
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


def _standing(query: Query, standing: Standing) -> dict[str, Any]:
    """The tabs and the strip above the list: over what was asked for, in all colours."""
    if query.opened.loop is None:
        return {}
    counts = standing.counts
    found = standing.summary
    told = {"summary": _strip(found), "doubtful": _doubtful(query, found)} if found else {}
    return {"tabs": _tabs(query, counts), **told}


def _tabs(query: Query, counts: Counts | None) -> list[dict[str, Any]]:
    loop, chosen = query.opened.loop, query.colour
    total = sum(counts.values()) if counts else None
    tabs: list[dict[str, Any]] = [
        {"code": "", "title": "全部", "count": total, "url": query.url(colour=None), "active": not chosen}
    ]
    tabs += [
        {
            "code": colour.value,
            "title": word(loop, colour) if loop else "",
            "count": counts[colour] if counts else None,
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
        query = Query(opened, request)
        rows = query.rows()
    except ExpressionError as error:
        raise Invalid(f"条件式有误：{error}") from error
    if query.group:
        rows = in_groups(rows, opened.spec, query.group)
    suffix, write = WRITERS.get(request.GET.get("format", ""), WRITERS["xlsx"])
    if request.GET.get("encoding") == "gb18030" and suffix == ".csv":
        write = partial(write_csv, encoding="gb18030")
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        write(_sheet(query, rows), rows, Path(file.name))
        content = Path(file.name).open("rb")  # noqa: SIM115 - the response closes it; the name may go before
    return FileResponse(content, as_attachment=True, filename=f"{opened.ledger.title}{clock.today():%Y%m%d}{suffix}")


def _sheet(query: Query, rows: QuerySet[Record]) -> Sheet:
    opened = query.opened
    every, actor, spec, sight = bool(query.get("all")), opened.actor, opened.spec, opened.sight
    plain, data = lookup_for(spec, actor.tree), pointing(rows, spec)
    lookup = with_records(plain, actor=actor, ledger=opened.ledger.code, spec=spec, data=data)
    fields = spec.fields if every else query.fields
    view = f"（{query.view.title}）" if query.view else ""
    return Sheet(
        f"{opened.ledger.title}{view}",
        fields,
        lookup,
        prepared_by=actor.name,
        reporting_unit=actor.tree.name(actor.home_unit),
        grouped=every,
        with_total=query.get("total") == "1" or bool(query.group),
        extras=matter_columns(opened.loop, opened.bounds) if opened.loop and opened.bounds else (),
        among=spec.fields,
        see=None if sight.is_plain else lambda step, data: sight.see_data(step, data, lookup),
        mark=mark_of(opened.ledger, [field.code for field in fields]),
        part=part_of(query, lookup),
    )
