"""A form as its sender made it, with what fills each blank; and the source of one blank."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotFound
from bihuan.figure.models import Figure
from bihuan.form.actions import clear_blank, map_blank, read_form
from bihuan.form.models import Form
from bihuan.form.rules import get_form, works_for
from bihuan.form.sheet_form import Grid
from bihuan.form.spec import EVERY, Blank
from bihuan.org.actor import Actor
from bihuan.pack.reading import validated
from bihuan.web import showing
from bihuan.web.access import signed_in
from bihuan.web.form_sources import source_form, source_posted, source_told
from bihuan.web.pages.form_fill import periods
from bihuan.web.request_memory import my_ledgers

_LONGEST_LABEL = 60


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The form's sheets; each blank leads to its source. Below, the fillings and a new one."""
    form = get_form(actor, pk)
    ledgers = {ledger.code: ledger for ledger in my_ledgers(request, actor)}
    named = {item["source"].get("figure", "") for item in form.blanks} - {""}
    figures = dict(Figure.objects.filter(code__in=named).values_list("code", "title"))
    told = {item["place"]: source_told(item["source"], ledgers, figures) for item in form.blanks}
    context = {
        "title": form.title,
        "crumbs": [{"title": "上级的表", "url": reverse("forms")}, {"title": form.title}],
        "form": {"pk": pk, "title": form.title, "asked_by": form.asked_by, "every": EVERY.get(form.every, "")},
        "grids": [_grid(form, grid, told) for grid in read_form(form)],
        "mapped": len(form.blanks),
        "periods": periods(form.every, clock.today()),
        "one_record": any(item["source"]["kind"] == "value" for item in form.blanks),
        "can_fill": works_for(actor, form.owner_id),
        "fillings": [
            {
                "url": reverse("form_filling", args=[filling.pk]),
                "label": filling.label,
                "at": showing.moment(filling.created_at),
                "by": filling.person.name if filling.person else "",
            }
            for filling in form.fillings.select_related("person").order_by("-pk")[:20]
        ],
    }
    return render(request, "form.html", context)


def _grid(form: Form, grid: Grid, told: dict[str, str]) -> dict[str, Any]:
    url = reverse("form_blank", args=[form.pk])
    rows = [
        [
            {
                "text": told.get(place.place) or place.text,
                "across": place.across,
                "down": place.down,
                "mapped": place.place in told,
                "url": f"{url}?{urlencode({'at': place.place})}" if place.is_blank else "",
                "name": place.place.rpartition("!")[2],
            }
            for place in row
        ]
        for row in grid.rows
    ]
    return {"title": grid.title, "rows": rows, "cut": grid.cut}


@signed_in
def blank(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """What fills one place. Posting keeps it; clear=1 fills it by nothing; again=1 only asks for other inputs."""
    form, at, problem = get_form(actor, pk), request.GET.get("at", ""), ""
    label = _label(read_form(form), at)
    known = next((item for item in form.blanks if item["place"] == at), None)
    ledgers = my_ledgers(request, actor)
    data = dict(known["source"]) if known else {"kind": "count"}
    if request.method == "POST":
        try:
            data = source_posted(request.POST, actor, ledgers)
            if not request.POST.get("again"):
                _keep(request, actor, form, at, data)
                return redirect("form", pk=pk)
        except Invalid as error:
            problem = str(error)
    context = {
        "title": at,
        "crumbs": [{"title": form.title, "url": reverse("form", args=[pk])}, {"title": at}],
        "form": {"pk": pk, "title": form.title},
        "at": at,
        "label": request.POST.get("label") or (known["label"] if known else label),
        "inputs": source_form(data, actor, ledgers),
        "mapped": known is not None,
        "problem": problem,
    }
    return render(request, "form_blank.html", context, status=422 if problem else 200)


def _keep(request: HttpRequest, actor: Actor, form: Form, at: str, source: dict[str, Any]) -> None:
    if request.POST.get("clear"):
        clear_blank(actor=actor, form=form, place=at)
        return
    words = {"place": at, "label": request.POST.get("label", "").strip()[:_LONGEST_LABEL], "source": source}
    found, issues = validated(words, "", Blank)
    if not isinstance(found, Blank):
        raise Invalid("；".join(issue.message for issue in issues))
    map_blank(actor=actor, form=form, blank=found)


def _label(grids: list[Grid], at: str) -> str:
    """What the form calls a blank: the nearest text on its left, else the nearest above. Raises NotFound."""
    for grid in grids:
        for number, row in enumerate(grid.rows):
            for column, place in enumerate(row):
                if place.place == at and place.is_blank:
                    left = [item.text for item in row[:column] if item.text.strip()]
                    over = [line[column].text for line in grid.rows[:number] if column < len(line)]
                    above = [text for text in over if text]
                    return " ".join((left or above or [""])[-1].split())[:_LONGEST_LABEL]
    raise NotFound("表里没有这个空格")
