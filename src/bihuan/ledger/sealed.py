"""Fields that are encrypted at rest. `append.py` seals what it writes; `sight.py` opens what a person may see.

Between the two, in the record and in its events, a value is sealed text: whoever forgets to open it shows nothing.
"""

from collections.abc import Mapping
from typing import Any

from bihuan.base.canonical import dumps, loads
from bihuan.base.sealing import MARK, blind, is_sealed, seal, unseal
from bihuan.ledger.spec import FieldSpec, LedgerSpec


def sealed_fields(spec: LedgerSpec) -> frozenset[str]:
    """The codes of the fields that are encrypted."""
    return frozenset(field.code for field in spec.fields if field.encrypted)


def seal_data(ledger: str, encrypted: frozenset[str], data: Mapping[str, Any]) -> dict[str, Any]:
    """Data with the values of encrypted fields sealed; what is sealed already or blank stays as it is."""
    return {
        code: value if code not in encrypted or value is None or is_sealed(value) else _seal(ledger, code, value)
        for code, value in data.items()
    }


def _seal(ledger: str, code: str, value: Any) -> str:
    return seal(f"{ledger}.{code}", dumps(value))


def open_data(ledger: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Data as the fields read it, every sealed value opened. For actions and for `sight`, never for a page."""
    return {code: open_value(ledger, code, value) for code, value in data.items()}


def open_value(ledger: str, code: str, value: Any) -> Any:
    """A stored value, opened if it is sealed. Raises KeyMissing without its key."""
    if value.__class__ is str and value[:1] == MARK:
        return loads(unseal(f"{ledger}.{code}", value))
    return value


def key_part(spec: LedgerSpec, field: FieldSpec, value: Any) -> Any:
    """A field's part of a record's key: of an encrypted one its blind index, which tells only whether two are equal."""
    return blind(f"{spec.code}.{field.code}", str(value)) if field.encrypted and value is not None else value
