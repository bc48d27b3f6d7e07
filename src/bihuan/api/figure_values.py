"""A value as other programs get it, with the address that opens exactly its records."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from bihuan.figure.answer import Answer
from bihuan.figure.slices import text_of
from bihuan.figure.value import Value
from bihuan.figure.wire import value_as_json


def told_value(found: Answer, value: Value) -> dict[str, Any]:
    """`opens` names the unit, the period, the part and both clocks, so it opens what was told, whatever came since."""
    at, node = found.question.clocks, found.tree(value.period).by_pk.get(value.unit or 0)
    asked = {"period": value.period.code, "as_of": at.as_of.isoformat(), "known_at": at.known_at.isoformat()}
    if node:
        asked["unit"] = node.code
    if value.slice is not None:
        asked |= {"by": value.slice.field, "value": text_of(value.slice)}
    opens = f"{reverse('api:figure_records', args=[value.code])}?{urlencode(asked)}"
    return value_as_json(found, value) | {"opens": opens}
