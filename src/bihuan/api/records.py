"""A ledger's records for other programs: the list that the page shows, as JSON."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import orjson
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from bihuan.api.acting import acting
from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.expression import ExpressionError
from bihuan.figure.listing import Listing, listing_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.paging import Row, Total, rows_by_id, rows_of, total_of
from bihuan.ledger.queries import Asked, list_records
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import visible_ledger, whole_total
from bihuan.ledger.sight import Sight, sight_of
from bihuan.loop.colour import Bounds, Colour, bounds_at, colour_of, found_by_colour, has_colour, is_walked
from bihuan.loop.definitions import loop_of
from bihuan.org.actor import Actor

router = Router(tags=["台账"])
_MOST = 200


class Wanted(Schema):
    """What is asked of a list; all of it may be left out."""

    q: str = Field(default="", description="关键字，几个词用空格隔开", max_length=2_000)
    unit: str = Field(default="", description="单位代码，含下级", max_length=40)
    state: str = Field(default="", description="环节代码", max_length=40)
    colour: str = Field(default="", description="green、yellow、red、white")
    where: str = Field(default="", description="条件式", max_length=2_000)
    sort: str = Field(default="", description="字段，降序前面加减号，几个用逗号隔开", max_length=400)
    size: int = Field(default=50, ge=1, le=_MOST, description=f"一次多少条，最多 {_MOST}")
    page: int = Field(default=1, ge=1, le=10**9, description="第几页")
    after: int | None = Field(default=None, ge=1, lt=2**63, description="接着这个 id 往下；只用于不排序的列表")
    exact: bool = Field(default=False, description="加了条件也数到底；不然最多数到 10,000")


@router.get("/{code}/records", url_name="records", summary="一本台账的记录：按权限、遮盖，带总数")
def records(request: HttpRequest, code: str, wanted: Query[Wanted]) -> HttpResponse:
    """A stretch of the list, newest first if nothing else is asked; `next` is the address of what follows."""
    actor = acting(request)
    ledger = visible_ledger(actor, code)
    sight, loop = sight_of(actor, ledger), loop_of(ledger)
    bounds = bounds_at(loop, clock.now()) if loop else None
    try:
        asked = Asked(
            words=wanted.q,
            unit=_unit(actor, wanted.unit),
            state=wanted.state,
            where=wanted.where,
            order=wanted.sort,
        )
        coloured = replace(asked, also=_also(wanted, bounds))
        rows = list_records(actor, ledger, sight.spec, loop.states if loop else {}, coloured)
        columns = listing_of(actor, ledger, loop, asked)
    except ExpressionError as error:
        raise Invalid(f"条件式有误：{error}") from error
    if columns:
        total, page = _by_columns(columns, wanted)
    else:
        total = _total(actor, ledger, wanted, rows)
        if bounds and wanted.colour and is_walked(total, wanted.sort):
            walked = replace(asked, also=found_by_colour(Colour(wanted.colour), bounds))
            rows = list_records(actor, ledger, sight.spec, loop.states if loop else {}, walked)
        page = _stretch(rows, wanted, total)
    told = list(_told(page, sight, bounds))
    content = {"total": total.count, "more": total.more, "next": _next(request, wanted, told), "rows": told}
    return HttpResponse(orjson.dumps(content, option=orjson.OPT_UTC_Z), content_type="application/json")


def _unit(actor: Actor, code: str) -> int | None:
    node = actor.tree.by_code.get(code)
    if code and node is None:
        raise Invalid(f"没有单位“{code}”")
    return node.pk if node else None


def _also(wanted: Wanted, bounds: Bounds | None) -> Q:
    if not wanted.colour:
        return Q()
    if bounds is None or wanted.colour not in set(Colour):
        raise Invalid(f"没有“{wanted.colour}”这种颜色，可以是 green、yellow、red、white；没有闭环的台账不分颜色")
    return has_colour(Colour(wanted.colour), bounds)


def _total(actor: Actor, ledger: Ledger, wanted: Wanted, rows: QuerySet[Record]) -> Total:
    narrows = wanted.q or wanted.unit or wanted.state or wanted.colour or wanted.where.strip()
    if not narrows:
        return Total(whole_total(actor, ledger))
    return total_of(rows, None) if wanted.exact else total_of(rows)


def _stretch(rows: QuerySet[Record], wanted: Wanted, total: Total) -> list[Row]:
    if wanted.after and not wanted.sort:
        return rows_of(rows.filter(pk__lt=wanted.after), 0, wanted.size)
    return rows_of(rows, (wanted.page - 1) * wanted.size, wanted.size, None if total.more else total.count)


def _by_columns(columns: Listing, wanted: Wanted) -> tuple[Total, list[Row]]:
    """The same by the columns of the ledger's lake, counted to the end."""
    colour = Colour(wanted.colour) if wanted.colour else None
    follows = wanted.after is not None and not wanted.sort
    start = 0 if follows else (wanted.page - 1) * wanted.size
    ids = columns.ids(start, wanted.size, colour, wanted.after if follows else None)
    return Total(columns.counts[colour] if colour else columns.total), rows_by_id(ids)


def _told(rows: list[Row], sight: Sight, bounds: Bounds | None) -> Iterator[dict[str, Any]]:
    """The rows as the actor sees them. Units are named; what else fields point at stays an id."""
    name = sight.actor.tree.name
    lookup = lookup_for(sight.spec, sight.actor.tree)
    for row in rows:
        yield {
            "id": row.pk,
            "number": row.number,
            "unit": row.unit_id,
            "unit_name": name(row.unit_id),
            "state": row.state,
            "opened_at": row.opened_at,
            "due_at": row.due_at,
            "closed_at": row.closed_at,
            "colour": colour_of(row.due_at, row.closed_at, bounds) if bounds else None,
            "data": sight.see_data(row.state, row.data, lookup, row.pk),
        }


def _next(request: HttpRequest, wanted: Wanted, told: list[dict[str, Any]]) -> str | None:
    """Where the list goes on: after the last id, which costs the same however deep; by page where it is sorted."""
    if len(told) < wanted.size:
        return None
    kept = {name: value for name, value in request.GET.items() if name not in ("after", "page")}
    place = {"page": wanted.page + 1} if wanted.sort else {"after": told[-1]["id"]}
    return f"{request.path}?{urlencode({**kept, **place})}"
