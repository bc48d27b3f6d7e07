"""Raw values to stored ones, for one record: the same reading for a form, an interface and a cell."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bihuan.base.errors import Invalid
from bihuan.ledger.sealed import key_part
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE, BadValue, Lookup, Masked, is_blank
from bihuan.ledger.unreported import reader_of

_SEPARATOR = "\u241f"
_LONGEST_KEY = 300


def read_fields(
    fields: Iterable[FieldSpec], raw: Mapping[str, Any], lookup: Lookup, *, require: bool
) -> dict[str, Any]:
    """Stored values of the fields that are not blank. Raises Invalid with a problem for each bad field."""
    data: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for field in fields:
        value = raw.get(field.code)
        if is_blank(value):
            if require and field.required:
                problems[field.code] = f"“{field.title}”必须填写"
            continue
        try:
            stored = reader_of(field, lookup)(value)
        except BadValue as error:
            problems[field.code] = f"“{field.title}”：{error}"
            continue
        if stored != "":
            data[field.code] = stored
        elif require and field.required:
            problems[field.code] = f"“{field.title}”必须填写"
    if problems:
        raise Invalid("有内容需要修改", problems)
    return data


def file_ids(spec: LedgerSpec, raw: Mapping[str, Any]) -> list[int]:
    """The attachments that raw values name."""
    lists = (raw.get(field.code) for field in spec.fields if field.kind == "file")
    return [item for value in lists if isinstance(value, list) for item in value if isinstance(item, int)]


def key_of(spec: LedgerSpec, data: Mapping[str, Any]) -> str | None:
    """What identifies a record when a file comes in again; None where the ledger names no key or all of it is blank."""
    parts = [key_part(spec, spec.by_code[code], data.get(code)) for code in spec.key]
    return key_text(parts) if any(part is not None for part in parts) else None


def key_text(parts: Sequence[Any]) -> str:
    """Key values as one text; a long one ends in its hash, so that two keys with one beginning stay two."""
    text = _SEPARATOR.join("" if part is None else str(part) for part in parts)
    if len(text) <= _LONGEST_KEY:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return text[: _LONGEST_KEY - len(digest)] + digest


def key_texts(columns: Sequence[Sequence[Any]]) -> list[str | None]:
    """The keys of many records, from the columns of their key fields; None where all of them are blank."""
    if len(columns) == 1 and set(map(type, columns[0])) == {str} and max(map(len, columns[0])) <= _LONGEST_KEY:
        return list(columns[0])
    rows = zip(*columns, strict=True)
    return [key_text(row) if any(part is not None for part in row) else None for row in rows]


def status_word(spec: LedgerSpec, data: Mapping[str, Any]) -> str:
    """The status that a record brought from its file: the code of a choice, or 是 and 否; blank for none."""
    status = data.get(spec.status_field)
    if isinstance(status, bool):
        return "是" if status else "否"
    return "" if status is None else str(status)


def shown(field: FieldSpec, value: Any, lookup: Lookup) -> str:
    """A stored value, or the mask that stands for one, as a page shows it; blank for an absent one."""
    if value.__class__ is Masked:
        return str(value)
    return "" if value is None else BY_CODE[field.kind].show(value, field, lookup)


def texts(field: FieldSpec, values: Iterable[Any], lookup: Lookup) -> list[str]:
    """`shown` for a whole column."""
    show = BY_CODE[field.kind].shower(field, lookup)
    return ["" if value is None else str(value) if value.__class__ is Masked else show(value) for value in values]
