"""Exactly these records, however many: a database takes only so many parameters, but one long text."""

from collections.abc import Sequence

import orjson
from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

_FEW = 500
_MANY = {
    "sqlite": "SELECT value FROM json_each(%s)",
    "postgresql": "SELECT jsonb_array_elements_text(%s::jsonb)::bigint",
}


def among(ids: Sequence[int]) -> Q:
    """The condition that a record is one of these."""
    if len(ids) <= _FEW:
        return Q(pk__in=list(ids))
    return Q(pk__in=RawSQL(_MANY[connection.vendor], [orjson.dumps(list(ids)).decode()]))  # noqa: S611 - a constant statement, the ids as its parameter
