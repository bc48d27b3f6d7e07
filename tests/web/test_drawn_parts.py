"""Parts of a page that are drawn once for the same: alike for alike, apart for anything else, and nobody's own."""

from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.safestring import SafeString

TABS = '{% load drawing %}{% drawn "components/tabs.html" tabs=tabs %}'
PAGER = '{% load drawing %}{% drawn "components/pager.html" pager=pager %}'


def drawn(source: str, address: str = "/a/", **given: Any) -> str:
    return Template(source).render(Context({"request": RequestFactory().get(address), **given}))


def tab(title: str) -> dict[str, Any]:
    return {"title": title, "url": "/", "active": False}


def test_text_is_escaped_each_time_and_text_that_is_marked_safe_is_refused() -> None:
    for _ in range(2):
        assert "&lt;b&gt;x" in drawn(TABS, tabs=[tab("<b>x")])
    with pytest.raises(ValueError, match="unmarshallable"):
        drawn(TABS, tabs=[tab(SafeString("<b>x"))])


def test_what_is_drawn_follows_what_is_given_and_the_address() -> None:
    assert drawn(TABS, tabs=[tab("一")]) != drawn(TABS, tabs=[tab("二")])
    pager = {"number": 2, "pages": 3, "total": 30, "size": 10, "sizes": [10]}
    first, second = drawn(PAGER, "/a/?q=1&page=2", pager=pager), drawn(PAGER, "/a/?q=2&page=2", pager=pager)
    assert "?q=1&amp;page=3" in first
    assert "?q=2&amp;page=3" in second
    assert first == drawn(PAGER, "/a/?q=1&page=2", pager=pager)


def test_a_part_cannot_hold_what_belongs_to_one_visitor() -> None:
    request = RequestFactory().get("/a/")
    request.user, request.session = "somebody", {"secret": 1}  # type: ignore[assignment]
    names = "{{ request.user }}{{ request.session.secret }}{{ request.META }}{{ shell }}{{ csrf_token }}"
    from bihuan.web.templatetags import drawing

    part = drawing._Part("x", drawing.Address("/a/", ""), b"", {})
    context = Context({**part.given, "request": part.address})
    assert Template(names).render(context) == ""
    assert not hasattr(part.address, "user")
