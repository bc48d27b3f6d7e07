"""A ledger's list as the template takes it: heads with how they sort, rows with their cells, groups with their sums."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from bihuan.ledger.conditions import Condition, write_conditions
from bihuan.ledger.exporting import Standing as ExportedRow
from bihuan.ledger.grouping import Group, summed_fields
from bihuan.ledger.linked_records import with_records
from bihuan.ledger.models import Attachment
from bihuan.ledger.paging import Row
from bihuan.ledger.queries import order_words
from bihuan.ledger.references import lookup_for
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.values import shown
from bihuan.web import showing
from bihuan.web.asking import Query
from bihuan.web.list_cells import Column, rows_html
from bihuan.web.list_page import Standing

_BLANK = "（空）"


def list_heads(query: Query) -> list[dict[str, Any]]:
    """The heads; the first column that the list is ordered by shows which way."""
    words = order_words(query.get("sort"))
    sort = words[0] if words else ""

    def column(code: str, title: str, kind: str) -> dict[str, Any]:
        if code in query.opened.sight.refused:
            return {"code": code, "title": title, "kind": kind, "sort": None}
        way = "ascending" if sort == code else "descending" if sort == f"-{code}" else ""
        url = query.url(sort=f"-{code}" if way == "ascending" else code)
        return {"code": code, "title": title, "kind": kind, "sort": way, "url": url}

    found = [column("number", "编号", "text")]
    if query.opened.loop:
        found += [
            {**column("due", "状态", "light"), "sort": None},
            column("state", "环节", "choice"),
            column("due", "期限", "date"),
        ]
    spec = query.opened.spec
    return found + [column(field.code, head_title(field, spec), showing.look_of(field)) for field in query.fields]


def head_title(field: FieldSpec, spec: LedgerSpec) -> str:
    """A field's title with the unit of its numbers."""
    title = showing.title_of(field, spec)
    return f"{title}（{field.measure}）" if field.measure and field.measure not in title else title


def list_rows(query: Query, records: list[Row], extra: Sequence[Column] = ()) -> SafeString:
    """The rows of a page, as HTML; `extra` are columns behind those of the ledger."""
    opened = query.opened
    plain, data = lookup_for(opened.spec, opened.actor.tree), [record.data for record in records]
    lookup = with_records(plain, actor=opened.actor, ledger=opened.ledger.code, spec=opened.spec, data=data)
    return rows_html(opened, query.fields, records, lookup, extra, files_of(query.fields, data))


def files_of(fields: Sequence[FieldSpec], data: Sequence[Mapping[str, Any]]) -> dict[int, Attachment]:
    """The files that these fields of the records hold, by id: one query, none where no field holds any."""
    codes = [field.code for field in fields if field.kind == "file"]
    ids = {pk for held in data for code in codes for pk in held.get(code) or ()} if codes else set()
    return Attachment.objects.in_bulk(ids) if ids else {}


def list_groups(query: Query, standing: Standing) -> dict[str, Any] | None:
    """The groups of all that was asked for, each with the address of its records; None for a list without groups."""
    code, spec = query.group, query.opened.spec
    if not code:
        return None
    fields = summed_fields([field for field in query.fields if field.code in query.opened.sight.searched])
    found = standing.groups(code, fields)
    titles = _GroupTitles(query, code)
    return {
        "title": query.groupings[code],
        "heads": [head_title(field, spec) for field in fields],
        "rows": [
            {"title": titles.of(group), "count": group.count, "url": titles.url(group), "sums": _sums(group, fields)}
            for group in found.groups
        ],
        "left_out": found.left_out,
    }


def _sums(group: Group, fields: Sequence[FieldSpec]) -> list[str]:
    sums = zip(group.sums, fields, strict=True)
    return ["—" if total is None else _told(total, field) for total, field in sums]


def _told(total: Decimal, field: FieldSpec) -> str:
    """A sum with the field's own places, and more only where there are more."""
    least = 0 if field.kind == "integer" else field.scale
    places = max(least, -int(total.normalize().as_tuple().exponent))
    return f"{total:,.{places}f}"


def part_of(query: Query, lookup: Lookup) -> Callable[[ExportedRow], str] | None:
    """What the group of an exported record is called; None for a list without groups."""
    code, titles = query.group, query.opened.states
    field = query.opened.spec.by_code.get(code)
    if not code:
        return None
    if code == "unit":
        return lambda standing: lookup.unit_names.get(standing.unit or 0, _BLANK)
    if field is None:
        return lambda standing: titles.get(standing.state, standing.state) or _BLANK
    if field.kind == "date":
        return lambda standing: str(standing.data.get(code, _BLANK))[:7]
    if field.kind == "datetime":
        return lambda standing: (shown(field, standing.data.get(code), lookup) or _BLANK)[:7]
    return lambda standing: shown(field, standing.data.get(code), lookup) or _BLANK


class _GroupTitles:
    """What the groups by one field are called, and the addresses of their records."""

    def __init__(self, query: Query, code: str) -> None:
        self.query, self.code, self.spec = query, code, query.opened.spec
        self.field = self.spec.by_code.get(code)
        self.lookup = lookup_for(self.spec, query.opened.actor.tree)
        self.names = query.opened.sight.names(query.opened.states)

    def of(self, group: Group) -> str:
        value = group.value
        if value in (None, ""):
            return _BLANK
        if self.code == "unit":
            return self.lookup.unit_names.get(value, str(value))
        if self.field is None:
            return self.query.opened.states.get(value, str(value))
        return shown(self.field, self._stored(value), self.lookup) if self._is_exact() else str(value)

    def _is_exact(self) -> bool:
        return self.field is not None and self.field.kind not in ("date", "datetime")

    def _stored(self, value: str) -> Any:
        """The value as it is stored; the database gives it as text."""
        if self.field and self.field.kind == "yesno":
            return value in ("true", "1")
        return int(value) if self.field and self.field.kind in ("unit", "person", "integer") else value

    def url(self, group: Group) -> str:
        value = group.value
        if self.code == "unit":
            return self.query.url(unit=str(value), exact="1") if value else self.query.url(no_unit="1")
        if self.field is None:
            return self.query.url(state=str(value), group="")
        narrowed = self._expression(value)
        where = self.query.get("where").strip()
        return self.query.url(where=f"({where}) and {narrowed}" if where else narrowed, group="")

    def _expression(self, value: Any) -> str:
        """The condition that a record is of the group."""
        if self.field is None or value is None:
            return write_conditions([Condition(self.code, "blank")], self.names)
        stored = self._stored(value)
        if not self._is_exact():
            return f"year({self.code}) = {value[:4]} and month({self.code}) = {int(value[5:7])}"
        if self.field.kind == "yesno":
            return write_conditions([Condition(self.code, "yes" if stored else "no")], self.names)
        return write_conditions([Condition(self.code, "is", (str(stored),))], self.names)
