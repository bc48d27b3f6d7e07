"""The condition that a record holds a word: where it may be says the index, whether it is says the record itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from bihuan.expression.tree import Node
from bihuan.ledger.models import Event, Ledger, Record, SearchMark
from bihuan.ledger.sealed import sealed_fields
from bihuan.ledger.search.grams import asked_grams, code_gram
from bihuan.ledger.search.hints import grams_asked
from bihuan.ledger.search.keeping import POINTING, is_whole, ledger_gram, whole_fields
from bihuan.ledger.search.tables import TABLE
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.org.actor import Actor
from bihuan.org.models import Person, UnitVersion

_TEXTS = frozenset({"text", "longtext", "phone", "identity", "credit_code", "admin_code", "date", "datetime", "month"})
_NUMBERS = frozenset({"integer", "number", "money", "percent"})
_MOST_POINTED = 300
"""A word that names more units or persons than this is no longer looked for among them."""


@dataclass(frozen=True)
class Searched:
    """The fields that an actor may search: those with text or numbers of their own, and those that point."""

    plain: tuple[str, ...]
    pointing: tuple[FieldSpec, ...] = ()
    is_all: bool = True
    """Whether no field is kept from the actor."""


def searched_fields(spec: LedgerSpec, allowed: Sequence[str] | None = None) -> Searched:
    """What can be searched of a ledger, or of those of its fields that are allowed."""
    fields = [item for item in spec.fields if allowed is None or item.code in allowed]
    kinds = {item.code: item.result if item.kind == "computed" else item.kind for item in fields}
    plain = tuple(item.code for item in fields if kinds[item.code] in _TEXTS | _NUMBERS)
    pointing = tuple(item for item in fields if item.kind in POINTING)
    return Searched(plain, pointing, len(fields) == len(spec.fields))


def containing(
    rows: QuerySet[Record], actor: Actor, ledger: Ledger, searched: Searched, words: Sequence[str]
) -> QuerySet[Record]:
    """The rows of which each word is held, as it is shown, by the number or by a field that may be searched."""
    pointed = [_pointed(actor, searched, word) for word in words]
    rows = _maybe(rows, ledger, list(zip(words, pointed, strict=True)))
    for word, ids in zip(words, pointed, strict=True):
        held = _holds_anywhere(word) if _is_plain(searched, word) else _holds(searched.plain, word)
        rows = rows.filter(Q(number__icontains=word) | held | _points(searched, ids))
    return rows


def holding(rows: QuerySet[Record], ledger: Ledger, spec: LedgerSpec, code: str, value: Any) -> QuerySet[Record]:
    """The rows of a ledger of which a field holds just this value, by the index where it holds such values whole.

    What the index gives is looked at: the answer is the same without it, only slower.
    """
    if code in whole_fields(spec) and code not in sealed_fields(spec):
        gram = code_gram(code, value)
        sqlite = connection.vendor != "postgresql"
        found, params = (f"{TABLE} MATCH %s", [f'"{gram}"']) if sqlite else ("grams @> %s", [[gram]])
        rows = _indexed(rows, ledger, found, params)
    return rows.filter(**{f"data__{code}": value})


def narrowed(rows: QuerySet[Record], ledger: Ledger, spec: LedgerSpec, condition: Node) -> QuerySet[Record]:
    """The rows of a ledger for which the index does not rule a checked condition out."""
    grams = sorted(grams_asked(spec, condition))
    if not grams:
        return rows
    if connection.vendor == "postgresql":
        return _indexed(rows, ledger, "grams @> %s", [[ledger_gram(ledger.pk), *grams]])
    match = " AND ".join(f'"{gram}"' for gram in (ledger_gram(ledger.pk), *grams))
    return _indexed(rows, ledger, f"{TABLE} MATCH %s", [match])


def newest_first(rows: QuerySet[Record]) -> Any:
    """The order of rows from the newest on; where the index walks that way, as it walks, so that nothing is sorted."""
    walked = TABLE in rows.query.extra_tables
    return RawSQL(f"{TABLE}.rowid", ()).desc() if walked else "-id"  # noqa: S611 - a constant


Pointed = dict[str, list[str] | list[int]]
"""By field: the codes of the choices, or the ids of the units or persons, whose names hold the word."""


def _pointed(actor: Actor, searched: Searched, word: str) -> Pointed:
    low, kinds = word.lower(), {item.kind for item in searched.pointing}
    units = _units(actor, low) if "unit" in kinds else []
    persons: list[int] = []
    if "person" in kinds:
        named = Person.objects.filter(name__icontains=word).values_list("pk", flat=True)
        persons = list(named[: _MOST_POINTED + 1])
    found: Pointed = {}
    for item in searched.pointing:
        if item.kind in ("choice", "choices"):
            found[item.code] = [code for code, title in item.choice_titles.items() if low in title.lower()]
        else:
            found[item.code] = units if item.kind == "unit" else persons
    return {code: values for code, values in found.items() if 0 < len(values) <= _MOST_POINTED}


def _units(actor: Actor, low: str) -> list[int]:
    standing = {node.pk: node.name for node in actor.tree.nodes}
    ended = UnitVersion.objects.filter(valid_to__isnull=False).order_by("valid_from").values_list("unit_id", "name")
    names = {**dict(ended), **standing}
    return [pk for pk, name in names.items() if low in name.lower()]


Wanted = list[tuple[str, Pointed]]


def _maybe(rows: QuerySet[Record], ledger: Ledger, wanted: Wanted) -> QuerySet[Record]:
    return _indexed(rows, ledger, *(_postgresql if connection.vendor == "postgresql" else _sqlite)(ledger, wanted))


def _indexed(rows: QuerySet[Record], ledger: Ledger, found: str, params: Sequence[Any]) -> QuerySet[Record]:
    """The rows that the index gives for a condition, and those that changed after the index was made."""
    sqlite = connection.vendor != "postgresql"
    table = Record._meta.db_table  # noqa: SLF001 - Django's documented model API
    if not is_whole(ledger):
        later = (
            f"SELECT record_id FROM {Event._meta.db_table} WHERE ledger_id = %s AND position > "  # noqa: SLF001 - same
            f"COALESCE((SELECT position FROM {SearchMark._meta.db_table} WHERE ledger_id = %s), 0)"  # noqa: SLF001 - same
        )
        ids = f"SELECT {'rowid' if sqlite else 'record_id'} FROM {TABLE} WHERE {found}"
        either = f"{table}.id IN ({ids} UNION ALL {later})"
        return rows.filter(RawSQL(either, [*params, ledger.pk, ledger.pk], output_field=BooleanField()))  # noqa: S611 - only placeholders are put together
    if sqlite:
        # The plus keeps the database from walking over the records and asking the index for each.
        joined = f"+{TABLE}.rowid = {table}.id"
        return rows.extra(tables=[TABLE], where=[joined, found], params=params)  # noqa: S610 - constants, and placeholders
    exists = f"EXISTS (SELECT 1 FROM {TABLE} WHERE record_id = {table}.id AND {found})"
    return rows.filter(RawSQL(exists, params, output_field=BooleanField()))  # noqa: S611 - only placeholders are put together


def _codes(pointed: Pointed) -> list[str]:
    return [code_gram(code, value) for code, values in pointed.items() for value in values]


def _sqlite(ledger: Ledger, wanted: Wanted) -> tuple[str, list[object]]:
    """In the full-text table's own query language."""
    match = [f'"{ledger_gram(ledger.pk)}"']
    for word, pointed in wanted:
        pairs = " AND ".join(f'"{gram}"' for gram in sorted(asked_grams(word)))
        match.append("(" + " OR ".join([f"({pairs})", *(f'"{gram}"' for gram in _codes(pointed))]) + ")")
    return f"{TABLE} MATCH %s", [" AND ".join(match)]


def _postgresql(ledger: Ledger, wanted: Wanted) -> tuple[str, list[object]]:
    """By sets of pairs."""
    parts: list[str] = ["grams @> %s"]
    params: list[object] = [[ledger_gram(ledger.pk)]]
    for word, pointed in wanted:
        parts.append("(grams @> %s OR grams && %s)" if _codes(pointed) else "grams @> %s")
        params += [sorted(asked_grams(word)), *([_codes(pointed)] if _codes(pointed) else [])]
    return " AND ".join(parts), params


_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")


def _is_plain(searched: Searched, word: str) -> bool:
    """Whether a record's whole document holds the word just if a field that may be searched does: field codes are
    not Chinese, and nothing else is kept there that is."""
    codes = (choice.code for item in searched.pointing for choice in item.choices)
    return searched.is_all and bool(_CHINESE.fullmatch(word)) and not any(_CHINESE.search(code) for code in codes)


def _holds_anywhere(word: str) -> RawSQL:
    table = Record._meta.db_table  # noqa: SLF001 - Django's documented model API
    sql = f"strpos({table}.data::text, %s) > 0" if connection.vendor == "postgresql" else f"instr({table}.data, %s) > 0"
    return RawSQL(sql, [word], output_field=BooleanField())  # noqa: S611 - only placeholders are put together


def _holds(fields: Sequence[str], word: str) -> RawSQL:
    """The value of one of the fields holds the word, whatever its case."""
    table = Record._meta.db_table  # noqa: SLF001 - Django's documented model API
    if connection.vendor == "postgresql":
        each, holds = f"jsonb_each_text({table}.data)", "strpos(upper(each.value), upper(%s)) > 0"
    else:
        each, holds = f"json_each({table}.data)", "instr(lower(each.value), lower(%s)) > 0"
    places = ", ".join(["%s"] * len(fields)) or "NULL"
    sql = f"EXISTS (SELECT 1 FROM {each} AS each WHERE each.key IN ({places}) AND {holds})"
    return RawSQL(sql, [*fields, word], output_field=BooleanField())  # noqa: S611 - only placeholders are put together


def _points(searched: Searched, pointed: Pointed) -> Q:
    """One of the fields points at something whose name holds the word."""
    condition = Q(pk__in=[])
    for item in searched.pointing:
        values = pointed.get(item.code, [])
        if item.kind == "choices":
            for value in values:
                condition |= Q(**{f"data__{item.code}__icontains": f'"{value}"'})
        elif values:
            condition |= Q(**{f"data__{item.code}__in": values})
    return condition
