"""Matters that may be one and the same: open ones that agree in every field by which the loop tells doubles."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from bihuan.ledger.models import Ledger, Record, Tie
from bihuan.ledger.rules import visible_records
from bihuan.loop.effects.merging import JOINED, code_across
from bihuan.loop.spec import AcrossSpec, LoopSpec
from bihuan.org.actor import Actor

Pair = tuple[Record, Record]
"""A matter of the ledger asked, and the one of another ledger that it may be."""


def may_be_doubles(actor: Actor, ledger: Ledger) -> QuerySet[Record]:
    """The open matters in sight that are not handled with one of another ledger."""
    rows = visible_records(actor, ledger).filter(closed_at__isnull=True)
    joined = Tie.objects.filter(kind=JOINED, record__ledger=ledger)
    return rows.exclude(pk__in=joined.values("record")) if joined.exists() else rows


def find_doubles(actor: Actor, ledger: Ledger, loop: LoopSpec, most: int) -> tuple[list[list[Record]], int]:
    """The first groups of open matters that agree, each in order of number, and how many groups there are in all."""
    if loop.doubles is None:
        return [], 0
    fields = [f"data__{code}" for code in loop.doubles.match]
    rows = may_be_doubles(actor, ledger)
    for field in fields:
        rows = rows.filter(**{f"{field}__isnull": False})
    alike = rows.order_by().values(*fields).annotate(n=Count("pk")).filter(n__gt=1).order_by("-n", *fields)
    groups = []
    for group in alike[:most]:
        same = Q(**{field: group[field] for field in fields})
        groups.append(list(rows.filter(same).order_by("number")))
    return groups, int(alike.count())


def find_across(actor: Actor, ledger: Ledger, loop: LoopSpec, most: int) -> tuple[list[Pair], int]:
    """The first pairs of open matters of this and of other ledgers that agree, and how many pairs there are in all."""
    found: list[tuple[int, int]] = []
    for across in loop.doubles.across if loop.doubles else ():
        other = Ledger.objects.filter(code=code_across(ledger, across)).first()
        found += _agreeing(actor, ledger, other, across) if other else ()
    known = Record.objects.select_related("ledger").in_bulk([pk for pair in found[:most] for pk in pair])
    return [(known[mine], known[theirs]) for mine, theirs in found[:most]], len(found)


def _agreeing(actor: Actor, ledger: Ledger, other: Ledger, across: AcrossSpec) -> Iterator[tuple[int, int]]:
    """Each matter of ours with the first of theirs that agrees; a blank field agrees with nothing."""
    theirs: dict[tuple[str, ...], int] = {}
    for pk, key in _keyed(actor, other, list(across.match.values())):
        theirs.setdefault(key, pk)
    for pk, key in _keyed(actor, ledger, list(across.match)):
        if key in theirs:
            yield pk, theirs[key]


def _keyed(actor: Actor, ledger: Ledger, codes: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    rows = may_be_doubles(actor, ledger).order_by("pk")
    data: dict[str, Any]
    for pk, data in rows.values_list("pk", "data").iterator(5_000):
        values = [data.get(code) for code in codes]
        if None not in values:
            yield pk, tuple(str(value) for value in values)
