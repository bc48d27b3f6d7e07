"""What is already known of the person, enterprise or parcel that a form is about, as values for its blank inputs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from bihuan.base.errors import Invalid
from bihuan.form.known_values import known_values, tells
from bihuan.ledger.references import lookup_for
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE, is_blank
from bihuan.ledger.values import read_fields
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.request_memory import my_ledgers

_POINTING = ("unit", "person", "record")


@dataclass(frozen=True)
class Offered:
    """A value for an input, and where it comes from."""

    typed: Any
    told: str


def may_be_known(fields: Iterable[FieldSpec]) -> bool:
    """Whether a form asks for something that tells the same thing in every ledger."""
    return any(tells(field) for field in fields)


def offered(request: HttpRequest, actor: Actor, spec: LedgerSpec, raw: Mapping[str, Any]) -> dict[str, Offered]:
    """Values for the inputs that were left blank, by field, to be looked at and saved or not."""
    lookup = lookup_for(spec, actor.tree)
    data: dict[str, Any] = {}
    for field in spec.fields:
        if not is_blank(raw.get(field.code)) and field.kind != "file":
            data[field.code] = _read(field, raw, lookup)
    known = known_values(actor, my_ledgers(request, actor), spec, data)
    found = {}
    for code, item in known.items():
        kind, field = BY_CODE[spec.by_code[code].kind], spec.by_code[code]
        typed = item.value if field.kind in _POINTING else kind.entry(item.value, field, lookup)
        day = showing.day(item.record.updated_at)
        found[code] = Offered(typed, f"带出自“{item.ledger.title}”{item.record.number}（{day}），请核对")
    return found


def _read(field: FieldSpec, raw: Mapping[str, Any], lookup: Any) -> Any:
    """The stored value of what was typed; what cannot be read is at least not blank."""
    try:
        return read_fields([field], raw, lookup, require=False).get(field.code)
    except Invalid:
        return raw[field.code]
