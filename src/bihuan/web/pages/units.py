"""Names of units and persons as the pickers ask for them."""

from collections.abc import Iterator
from itertools import islice

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bihuan.org.actor import Actor
from bihuan.org.tree import Node
from bihuan.web.access import signed_in
from bihuan.web.unit_names import unit_label

_SHOWN = 20


@signed_in
def options(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The units whose name or code holds the text that the named input has just sent."""
    field = request.GET.get("field", "")
    text = request.GET.get(field, "").strip()
    found = [
        {
            "value": node.pk,
            "title": unit_label(actor.tree, node.pk),
            "note": actor.tree.path(node.parent) if node.parent else "",
        }
        for node in islice(_matching(actor, text), _SHOWN)
    ]
    return render(request, "parts/unit_options.html", {"options": found})


def _matching(actor: Actor, text: str) -> Iterator[Node]:
    """The units whose label or code holds the text; those whose name starts with it first."""
    nodes = [
        node
        for node in actor.tree.nodes
        if text in node.name or text in node.code or text in unit_label(actor.tree, node.pk)
    ]
    yield from sorted(nodes, key=lambda node: (not node.name.startswith(text), node.order))
