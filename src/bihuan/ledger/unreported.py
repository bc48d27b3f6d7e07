"""未报: a number that was asked for and expressly not given. It is neither zero nor blank.

In a record's data it stands beside the field, as `CODE_unreported: true`, and the field itself is absent: so nothing
that adds up or compares can take it for a number. Read, shown and exported it is UNREPORTED in the field's place.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from bihuan.expression import JsonKey, Kind, Name
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE, Lookup, Masked
from bihuan.ledger.types.base import Reader

UNREPORTED = Masked("未报")
WORDS = frozenset({"未报", "未上报", "未填报", "没有报"})
_ENDING = "_unreported"


def flag_of(code: str) -> str:
    """The key under which the data say that a field was not reported."""
    return f"{code}{_ENDING}"


def reader_of(field: FieldSpec, lookup: Lookup) -> Reader:
    """The field's reader, which also takes 未报 where the field allows it."""
    read = BY_CODE[field.kind].reader(field, lookup)
    if not field.unreported:
        return read
    return lambda raw: UNREPORTED if isinstance(raw, str) and raw.strip() in WORDS else read(raw)


def marked(spec: LedgerSpec, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Stored data with UNREPORTED in the place of each field that was not reported."""
    codes = [code for code in spec.may_be_unreported if data.get(flag_of(code))]
    if not codes:
        return data
    flags = {flag_of(code) for code in codes}
    return {code: value for code, value in data.items() if code not in flags} | dict.fromkeys(codes, UNREPORTED)


def stored(spec: LedgerSpec, data: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes as they are written: UNREPORTED becomes its flag, and any other value takes the flag away."""
    found = dict(changes)
    for code in spec.may_be_unreported:
        if code not in found:
            continue
        if found[code] is UNREPORTED:
            found |= {flag_of(code): True}
            if data.get(code) is None:
                del found[code]
            else:
                found[code] = None
        elif data.get(flag_of(code)):
            found[flag_of(code)] = None
    return found


def told(codes: Iterable[str], changes: Iterable[tuple[str, Any, Any]]) -> list[tuple[str, Any, Any]]:
    """Changes of a record (field, before, after) with UNREPORTED told in the field's place."""
    flags = {flag_of(code): code for code in codes}
    found = {code: (old, new) for code, old, new in changes}
    for flag, code in flags.items():
        if flag in found:
            was, is_now = found.pop(flag)
            old, new = found.get(code, (None, None))
            found[code] = (UNREPORTED if was else old, UNREPORTED if is_now else new)
    return [(code, old, new) for code, (old, new) in found.items()]


def names_of_flags(spec: LedgerSpec) -> dict[str, Name]:
    """What expressions call it: 涉及金额未报, or amount_unreported."""
    fields = (field for field in spec.fields if field.unreported)
    return {
        flag_of(field.code): Name(flag_of(field.code), f"{field.title}未报", Kind.BOOLEAN, JsonKey(flag_of(field.code)))
        for field in fields
    }
