"""Matters that may be one and the same: open ones that agree in every field by which the loop tells doubles."""

from django.db.models import Count, Q

from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.rules import visible_records
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor


def find_doubles(actor: Actor, ledger: Ledger, loop: LoopSpec, most: int) -> tuple[list[list[Record]], int]:
    """The first groups of open matters that agree, each in order of number, and how many groups there are in all."""
    if loop.doubles is None:
        return [], 0
    fields = [f"data__{code}" for code in loop.doubles.match]
    rows = visible_records(actor, ledger).filter(closed_at__isnull=True)
    for field in fields:
        rows = rows.filter(**{f"{field}__isnull": False})
    alike = rows.order_by().values(*fields).annotate(n=Count("pk")).filter(n__gt=1).order_by("-n", *fields)
    groups = []
    for group in alike[:most]:
        same = Q(**{field: group[field] for field in fields})
        groups.append(list(rows.filter(same).order_by("number")))
    return groups, int(alike.count())
