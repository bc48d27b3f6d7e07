"""A list's records in groups by one field: how many each holds, and the sums of its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import CharField, Count, F, IntegerField, QuerySet, Sum, TextField
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KeyTextTransform

from bihuan.ledger.models import Record
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE

MOST_GROUPS = 200
_SYSTEM = {"state": "环节", "unit": "责任单位"}
_BY_VALUE = frozenset({"text", "choice", "yesno", "unit", "person", "integer", "admin_code", "month"})
_BY_MONTH = frozenset({"date", "datetime"})
_SUMMED = frozenset({"integer", "number", "money"})


@dataclass(frozen=True)
class Group:
    """One group: the stored value that its records share (None for a blank), how many they are, and their sums."""

    value: Any
    count: int
    sums: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class Grouped:
    """The groups, largest first; with `left_out`, so many more with fewer records were not listed."""

    groups: tuple[Group, ...]
    left_out: int = 0


def groupings(spec: LedgerSpec, *, has_loop: bool) -> dict[str, str]:
    """By what the records of a ledger can be grouped: code and title; dates go by month."""
    found = dict(_SYSTEM) if has_loop else {"unit": "责任单位"} if spec.unit_field else {}
    for item in spec.fields:
        if item.kind in _BY_VALUE or item.kind in _BY_MONTH:
            found[item.code] = f"{item.title}（按月）" if item.kind in _BY_MONTH else item.title
    return found


def summed_fields(fields: Sequence[FieldSpec]) -> tuple[FieldSpec, ...]:
    """Those fields of which a sum says something."""
    return tuple(item for item in fields if item.kind in _SUMMED)


def grouped(rows: QuerySet[Record], spec: LedgerSpec, code: str, fields: Sequence[FieldSpec]) -> Grouped:
    """The groups of the rows by a field or column, with the exact sums of some fields: one scan."""
    by = _value_of(spec, code)
    sums = {f"sum{place}": Sum(_scaled(item), output_field=IntegerField()) for place, item in enumerate(fields)}
    found = rows.order_by().annotate(group=by).values("group").annotate(n=Count("pk"), **sums).order_by("-n", "group")
    listed: list[Any] = list(found[: MOST_GROUPS + 1])
    left_out = found.count() - MOST_GROUPS if len(listed) > MOST_GROUPS else 0
    of = [f"sum{place}" for place in range(len(fields))]
    groups = tuple(
        Group(row["group"], row["n"], tuple(_exact(row[name], item) for name, item in zip(of, fields, strict=True)))
        for row in listed[:MOST_GROUPS]
    )
    return Grouped(groups, left_out)


def in_groups(rows: QuerySet[Record], spec: LedgerSpec, code: str) -> QuerySet[Record]:
    """The rows group by group, blank ones last, within a group in the order they have."""
    return rows.order_by(_value_of(spec, code).asc(nulls_last=True), *rows.query.order_by)


def _value_of(spec: LedgerSpec, code: str) -> Any:
    if code in ("state", "unit"):
        return F("unit_id" if code == "unit" else "state")
    item = spec.by_code[code]
    if item.kind not in _BY_MONTH:
        return KeyTextTransform(code, "data", output_field=TextField())
    table, month = Record._meta.db_table, "%Y-%m"  # noqa: SLF001 - Django's documented model API
    if connection.vendor == "postgresql":
        at = f"({table}.data->>%s)"
        local = f"to_char({at}::timestamptz AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"
        sql, params = (f"substr({at}, 1, 7)", [code]) if item.kind == "date" else (local, [code])
    else:
        at = f"json_extract({table}.data, %s)"
        place = f'$."{code}"'
        sql, params = f"substr({at}, 1, 7)", [place]
        if item.kind == "datetime":
            sql, params = f"strftime(%s, {at}, '+8 hours')", [month, place]
    return RawSQL(sql, params, output_field=CharField())  # noqa: S611 - only placeholders are put together


def _scaled(item: FieldSpec) -> RawSQL:
    """The number of a field in units of its last place, which are whole and add up exactly."""
    table, shift = Record._meta.db_table, 10 ** BY_CODE[item.kind].places(item)  # noqa: SLF001 - Django's documented model API
    if connection.vendor == "postgresql":
        sql = f"round(({table}.data->>%s)::numeric * {shift})::bigint"
        return RawSQL(sql, [item.code], output_field=IntegerField())  # noqa: S611 - a number and a placeholder
    sql = f"CAST(ROUND(json_extract({table}.data, %s) * {shift}) AS INTEGER)"
    return RawSQL(sql, [f'$."{item.code}"'], output_field=IntegerField())  # noqa: S611 - same


def _exact(total: int | None, item: FieldSpec) -> Decimal | None:
    """None where no record of the group has the number: unknown is not zero."""
    return None if total is None else Decimal(int(total)).scaleb(-BY_CODE[item.kind].places(item))
