"""Parts of a page that follow from what they are given alone, such as filters, tabs and heads: drawn once for the same.

A template spends ten times as long on drawing such a part as on knowing it again.
"""

import marshal
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import mark_safe

register = template.Library()

_REMEMBERED = 512
_LONGEST = 20_000
"""Bytes. A part that is given more than this is drawn each time."""
_PLAIN = 2
"""The format of marshal that writes equal values alike."""


@dataclass(frozen=True)
class Address:
    """As much of a request as such a part may know: nothing of who asks, and no token of theirs."""

    path: str
    query: str

    @property
    def GET(self) -> QueryDict:  # noqa: N802 - what templates ask of a request
        return QueryDict(self.query)


@dataclass(frozen=True)
class _Part:
    """A template with what it is given; two are the same if `key` is."""

    name: str
    address: Address
    key: bytes
    given: dict[str, Any] = field(compare=False)


@register.simple_tag(takes_context=True)
def drawn(context: Context, name: str, **given: Any) -> str:
    """A template with what it is given and the page's address. It sees nothing else of the page.

    What is given must be plain: texts, numbers, lists and dicts. Text that is marked safe is refused with ValueError,
    since it is told from the same text unmarked by nothing.
    """
    request = context["request"]
    part = _Part(name, Address(request.path, request.META.get("QUERY_STRING", "")), marshal.dumps(given, _PLAIN), given)
    return _draw(part) if len(part.key) > _LONGEST else _remembered(part)


@lru_cache(maxsize=_REMEMBERED)
def _remembered(part: _Part) -> str:
    return _draw(part)


def _draw(part: _Part) -> str:
    found: Any = get_template(part.name)
    context = Context({**part.given, "request": part.address})
    context.request = part.address  # type: ignore[attr-defined]  # {% querystring %} asks for it as an attribute
    html: str = mark_safe(found.template.render(context))  # noqa: S308 - drawn by a template that escapes
    return html
