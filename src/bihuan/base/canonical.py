"""Canonical JSON: the same content is always the same bytes, so that it can be hashed."""

from typing import Any

import orjson


def dumps(value: Any) -> str:
    """JSON with sorted keys and no spaces."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def loads(text: str) -> Any:
    return orjson.loads(text)
