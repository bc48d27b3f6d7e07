"""Names of units and persons as the pickers ask for them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bihuan.org.actor import Actor
from bihuan.web.access import signed_in

_SHOWN = 20


@signed_in
def options(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The units whose name or code holds the text that the named input has just sent."""
    field = request.GET.get("field", "")
    text = request.GET.get(field, "").strip()
    found = [
        {"value": node.pk, "title": node.name, "note": actor.tree.path(node.parent) if node.parent else ""}
        for node in actor.tree.nodes
        if not text or text in node.name or text in node.code
    ]
    return render(request, "parts/unit_options.html", {"options": found[:_SHOWN]})
