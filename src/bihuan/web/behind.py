"""Exactly some records of a ledger as a list: conditions, order, pages and files are those of the ledger's own list.

The records are named by their ids, and the person's scope and sight hold as ever. What they may not see (any more) is
counted and told, never shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from bihuan.ledger.among import among
from bihuan.ledger.models import Record
from bihuan.ledger.paging import Row, Total, rows_of
from bihuan.ledger.rules import visible_records
from bihuan.web.asking import Opened, Query
from bihuan.web.list_cells import text_column
from bihuan.web.list_columns import list_heads, list_rows
from bihuan.web.list_page import ListPage

SIZES = (20, 50, 100)
LIST_WORDS = ("q", "in_unit", "state", "where", "sort", "size", "page")
"""The words of the address that are the list's; all others are carried on."""


@dataclass(frozen=True)
class Behind(Query):
    """The address of a list of known records. `versions` says as which version each was counted."""

    ids: tuple[int, ...] = ()
    versions: Mapping[int, int] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """What the address says of the list; `unit` is the value's own there, so the list's is `in_unit`."""
        return super().get("in_unit" if name == "unit" else name) if name in _ASKED else ""

    @property
    def narrows_beside_colour(self) -> bool:
        return True

    def url(self, **changes: str | None) -> str:
        """The same page with some words changed or taken away, from its first page."""
        kept = {name: value for name, value in self.request.GET.dict().items() if name not in ("page", *changes)}
        return f"{self.request.path}?{urlencode({**kept, **{name: value for name, value in changes.items() if value}})}"

    def _also(self, *, coloured: bool) -> Q:
        return super()._also(coloured=coloured) & among(self.ids)

    @cached_property
    def seen(self) -> int:
        """How many of them the person may see as of now."""
        return visible_records(self.opened.actor, self.opened.ledger).filter(among(self.ids)).count()

    @property
    def out_of_sight(self) -> int:
        """How many were deleted since, or are no longer within the person's reach."""
        return len(self.ids) - self.seen


_ASKED = frozenset(("q", "unit", "state", "where", "sort"))


def behind_list(request: HttpRequest, query: Behind, rows: QuerySet[Record]) -> dict[str, Any]:
    """A page of the list, for figure_records.html."""
    asked = request.GET.get("size", "")
    size = int(asked) if asked in map(str, SIZES) else SIZES[0]
    page = ListPage.of(request, Total(rows.order_by().count()), size)
    columns, extra = list_heads(query), []
    if query.versions:
        columns.append({"code": "counted", "title": "计入时", "kind": "text", "sort": None})
        extra.append(text_column("计入时", lambda row: _version(query, row)))
    return {
        "columns": columns,
        "rows": list_rows(query, rows_of(rows, page.start, size), extra),
        "pager": page.told(SIZES),
        "filters": _filters(query),
        "expression": query.expression,
        "keep": [{"name": name, "value": value} for name, value in _carried(request)],
        "reset": f"{request.path}?{urlencode(_carried(request))}",
        "unseen": query.out_of_sight,
    }


def _version(query: Behind, record: Row) -> str:
    counted = query.versions.get(record.pk, record.version)
    return f"第 {counted} 版" if record.version <= counted else f"第 {counted} 版，后来改到第 {record.version} 版"


def _carried(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.GET.dict().items() if name not in LIST_WORDS]


def _filters(query: Behind) -> list[dict[str, Any]]:
    states, state = query.opened.states, query.get("state")
    found: list[dict[str, Any]] = [
        {"name": "q", "title": "关键字", "widget": "find", "value": query.get("q"), "placeholder": "编号或内容"},
        {"name": "in_unit", "title": "责任单位", "widget": "unit", "value": query.unit_text},
    ]
    if states:
        options = [{"value": "", "title": "全部环节", "selected": not state}]
        options += [{"value": code, "title": title, "selected": code == state} for code, title in states.items()]
        found.append({"name": "state", "title": "环节", "widget": "select", "value": state, "options": options})
    return found


def behind(request: HttpRequest, opened: Opened, records: Sequence[tuple[int, int]]) -> Behind:
    """The list of the records that a value counted, each with the version that was counted."""
    return Behind(opened, request, tuple(pk for pk, _ in records), dict(records))
