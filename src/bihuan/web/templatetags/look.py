"""What the templates draw with: icons, the four colours, proportions. Nothing here reads the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

ICONS = "bihuan/vendor/tabler-icons/icons.svg"
SHAPES = "bihuan/img/shapes.svg"
COLOUR_WORDS = {"green": "绿", "yellow": "黄", "red": "红", "white": "白"}
GAP = "…"


@dataclass(frozen=True)
class Segment:
    """One colour's stretch of a bar that is 100 wide."""

    code: str
    title: str
    count: int
    start: float
    width: float


@register.simple_tag
@cache
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite. Without a label it is decoration and is hidden from screen readers."""
    if label:
        return format_html(
            '<svg class="icn" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
            label,
            static(ICONS),
            name,
        )
    return format_html('<svg class="icn" aria-hidden="true"><use href="{}#{}"/></svg>', static(ICONS), name)


@register.simple_tag
@cache
def shape(code: str) -> SafeString:
    """The shape that stands for a colour, so that no one has to tell colours apart."""
    return format_html('<svg class="shape {}" aria-hidden="true"><use href="{}#{}"/></svg>', code, static(SHAPES), code)


@register.filter
def colour_word(code: str) -> str:
    """The one-character name of a colour: 绿 黄 红 白; a code that is none of the four is given back."""
    return COLOUR_WORDS.get(code, code)


@register.filter
def names_itself(light: Mapping[str, Any]) -> bool:
    """Whether the words of a light begin with its colour's name (红色督办), so that it need not be said twice."""
    return str(light["title"]).startswith(colour_word(light["code"]))


@register.filter
def sort_icon(way: str) -> SafeString:
    """Which way a column is sorted; blank for one that only can be."""
    return icon({"ascending": "sort-ascending", "descending": "sort-descending"}.get(way, "arrows-sort"))


@register.filter
def holds(shelf: Any, path: str) -> bool:
    """Whether one of a shelf's entries leads to the page that is open, or to a page under it."""
    return any(path.startswith(entry.url) for entry in shelf.entries)


@register.simple_tag
@cache
def lasting(name: str) -> SafeString:
    """A template that is given nothing and so is always the same: drawn once a process."""
    return render_to_string(name)


@register.simple_tag
@cache
def address(name: str) -> str:
    """The address of a page that needs nothing more to be named: looked up once a process, since every page has it."""
    return reverse(name)


@register.filter
def thousands(number: int | str) -> str:
    """A whole number with commas; what is no number, such as an em dash for the unknown, as it stands."""
    return f"{number:,}" if isinstance(number, int) else str(number)


@register.filter
def segments(counts: Sequence[Mapping[str, Any]]) -> list[Segment]:
    """The stretches of a proportion bar; a colour without matters takes no room."""
    total = sum(count["count"] for count in counts)
    drawn: list[Segment] = []
    before = 0
    for count in counts:
        if not count["count"]:
            continue
        start, width = before * 100 / total, count["count"] * 100 / total
        drawn.append(Segment(count["code"], count["title"], count["count"], round(start, 3), round(width, 3)))
        before += count["count"]
    return drawn


@register.filter
def page_numbers(current: int, last: int) -> list[int | str]:
    """Pages to offer: the first, the last, those about the current one, and a gap where some are left out."""
    shown = {1, last, *range(max(1, current - 1), min(last, current + 1) + 1)}
    numbers: list[int | str] = []
    for page in range(1, last + 1):
        if page in shown or (page - 1 in shown and page + 1 in shown):
            numbers.append(page)
        elif numbers[-1] != GAP:
            numbers.append(GAP)
    return numbers
