"""When two people edit one record at once: what the second one typed, laid over what the first one saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bihuan.base.errors import Invalid
from bihuan.ledger.models import Record
from bihuan.ledger.queries import seen_history
from bihuan.ledger.sight import Sight
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.values import read_fields, shown


@dataclass(frozen=True)
class Merged:
    """What the form shows again: what was typed where it differs, and a word at each field that both changed."""

    typed: dict[str, Any]
    problems: dict[str, str]


def merge(
    sight: Sight, record: Record, fields: tuple[FieldSpec, ...], raw: Mapping[str, Any], version: int, lookup: Lookup
) -> Merged:
    """Lay what was typed over the record as it is now. `version` is the one that the form was opened on."""
    base, data = data_at(sight, record, version), sight.see(record, lookup).data
    who = record.events.order_by("-version").values_list("actor_name", flat=True).first()
    merged = Merged({}, {})
    for spec in fields:
        before, here = base.get(spec.code), data.get(spec.code)
        mine = _read(spec, raw, lookup)
        if spec.code not in raw or (here != before and mine == before):
            continue
        merged.typed[spec.code] = raw[spec.code]
        if here not in (before, mine):
            now = shown(spec, here, lookup) or "空"
            merged.problems[spec.code] = f"{who}刚改为“{now}”；再次保存，以您填的为准"
    return merged


def data_at(sight: Sight, record: Record, version: int) -> dict[str, Any]:
    """A record's fields as they were at a version, as the sight shows them."""
    data: dict[str, Any] = {}
    for step in seen_history(record, sight):
        if step.event.version > version:
            break
        data |= {code: new for code, _, new in step.changes}
    return {code: value for code, value in data.items() if value is not None}


def _read(spec: FieldSpec, raw: Mapping[str, Any], lookup: Lookup) -> Any:
    """The stored value that was typed; what cannot be read, as it was typed."""
    try:
        return read_fields([spec], raw, lookup, require=False).get(spec.code)
    except Invalid:
        return raw.get(spec.code)
