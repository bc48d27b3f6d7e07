"""What may be one and the same, for a loop's page: by stored fields of a small ledger, by the lake of a large one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from bihuan.figure.alike import alike_groups, alike_pairs
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.paging import COUNTED, total_of
from bihuan.loop.doubles import find_across, find_doubles, may_be_doubles
from bihuan.loop.effects.merging import code_across
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor


@dataclass(frozen=True)
class Doubles:
    """The first groups of matters that agree, and how many groups there are in all."""

    groups: list[list[Record]]
    total: int


def doubles_shown(actor: Actor, ledger: Ledger, loop: LoopSpec, most: int, stored: int = COUNTED) -> dict[str, Any]:
    """The groups here and across ledgers for parts/loop_days.html; up to `stored` matters are looked up as stored."""
    found = [_doubles(actor, ledger, loop, most, stored), _across(actor, ledger, loop, most, stored)]
    rows = [
        [{"number": _numbered(record, ledger), "url": reverse("record", args=[record.pk])} for record in group]
        for part in found
        for group in part.groups
    ]
    return {"groups": rows, "total": sum(part.total for part in found), "ruled": loop.doubles is not None}


def _numbered(record: Record, ledger: Ledger) -> str:
    return record.number if record.ledger_id == ledger.pk else f"{record.number}（{record.ledger.title}）"


def _doubles(actor: Actor, ledger: Ledger, loop: LoopSpec, most: int, stored: int) -> Doubles:
    rows = may_be_doubles(actor, ledger)
    if loop.doubles and total_of(rows, stored).more:
        groups = alike_groups(ledger, list(rows.values_list("pk", flat=True)), loop.doubles.match)
        if groups is not None:
            by_number = [sorted(group, key=lambda record: record.number) for group in _read(groups[:most])]
            return Doubles(by_number, len(groups))
    return Doubles(*find_doubles(actor, ledger, loop, most))


def _across(actor: Actor, ledger: Ledger, loop: LoopSpec, most: int, stored: int) -> Doubles:
    rows = may_be_doubles(actor, ledger)
    if loop.doubles and loop.doubles.across and total_of(rows, stored).more:
        parts = list(_pairs(actor, ledger, loop))
        if None not in parts:
            pairs = [list(pair) for part in parts for pair in part or ()]
            return Doubles(_read(pairs[:most]), len(pairs))
    pairs_found, total = find_across(actor, ledger, loop, most)
    return Doubles([list(pair) for pair in pairs_found], total)


def _pairs(actor: Actor, ledger: Ledger, loop: LoopSpec) -> Iterator[list[tuple[int, int]] | None]:
    """The pairs with each other ledger; None where the lake cannot tell them."""
    mine = list(may_be_doubles(actor, ledger).values_list("pk", flat=True))
    for across in loop.doubles.across if loop.doubles else ():
        other = Ledger.objects.filter(code=code_across(ledger, across)).first()
        if other is not None:
            theirs = list(may_be_doubles(actor, other).values_list("pk", flat=True))
            yield alike_pairs(ledger, mine, list(across.match), other, theirs, list(across.match.values()))


def _read(groups: list[list[int]]) -> list[list[Record]]:
    known = Record.objects.select_related("ledger").in_bulk([pk for group in groups for pk in group])
    return [[known[pk] for pk in group] for group in groups]
