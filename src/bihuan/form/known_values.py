"""What is already known of the same person, enterprise or parcel: a thing asked once need not be typed again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bihuan.ledger import search
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.rules import visible_records
from bihuan.ledger.sight import sight_of
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE, Masked
from bihuan.org.actor import Actor

KEYS = ("identity", "credit_code")
"""Kinds of fields that tell a person or an enterprise whatever ledger they stand in."""

_LOOKED_AT = 3


@dataclass(frozen=True)
class Known:
    """A value that another record has for a field of the same name and kind."""

    field: str
    value: Any
    record: Record
    ledger: Ledger


def tells(field: FieldSpec) -> bool:
    """Whether a field tells the same thing in every ledger."""
    return field.kind in KEYS or field.title in search.PARCEL_TITLES


def known_values(actor: Actor, ledgers: list[Ledger], spec: LedgerSpec, data: Mapping[str, Any]) -> dict[str, Known]:
    """The last known values of the fields that `data` leaves blank, by field, as far as the actor may see them.

    Personal data is not brought along: it is typed anew, or looked up where its viewing is logged.
    """
    wanted = {
        (field.title, field.kind): field
        for field in spec.fields
        if field.code not in data and BY_CODE[field.kind].is_input and not BY_CODE[field.kind].is_personal(field)
    }
    found: dict[str, Known] = {}
    for key in (field for field in spec.fields if tells(field) and field.code in data):
        for ledger in ledgers:
            _take(found, wanted, actor, ledger, key, data[key.code])
    return found


def _take(
    found: dict[str, Known],
    wanted: Mapping[tuple[str, str], FieldSpec],
    actor: Actor,
    ledger: Ledger,
    key: FieldSpec,
    value: Any,
) -> None:
    sight = sight_of(actor, ledger)
    other = sight.spec
    same = {
        field.code: wanted[field.title, field.kind]
        for field in other.fields
        if (field.title, field.kind) in wanted and _alike(field, wanted[field.title, field.kind])
    }
    for theirs in (field for field in other.fields if field.kind == key.kind and tells(field)) if same else ():
        rows = search.holding(visible_records(actor, ledger), ledger, other, theirs.code, value)
        for record in rows.order_by("-updated_at", "-pk")[:_LOOKED_AT]:
            for code, ours in same.items():
                before = found.get(ours.code)
                is_newer = before is None or record.updated_at > before.record.updated_at
                seen = sight.see_data(record.state, record.data, record=record.pk).get(code)
                if seen is not None and seen.__class__ is not Masked and is_newer:
                    found[ours.code] = Known(ours.code, seen, record, ledger)


def _alike(one: FieldSpec, other: FieldSpec) -> bool:
    """Whether a stored value means the same in both."""
    keys = ("choices", "measure", "of", "scale")
    return one.kind != "file" and all(getattr(one, key) == getattr(other, key) for key in keys)
