"""The forms that superiors ask for: the list, a new one, and who asks what of whom."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.base.errors import Invalid
from bihuan.form.actions import MOST_BYTES, keep_form
from bihuan.form.models import Filling, Form
from bihuan.form.queries import MINUTES_A_CELL, Burden, burdens
from bihuan.form.rules import visible_forms
from bihuan.form.spec import EVERY
from bihuan.org.actor import Actor
from bihuan.web.access import may_make, signed_in
from bihuan.web.importing import owner_of

_REPEATS = 8


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The forms of the person's bureau; posting keeps a new one and goes on to map it."""
    problem = ""
    if request.method == "POST":
        try:
            return redirect("form", pk=_keep(request, actor).pk)
        except Invalid as error:
            problem = str(error)
    context = {
        "title": "上级的表",
        "crumbs": [{"title": "上级的表"}],
        "forms": _lines(visible_forms(actor)),
        "can_add": may_make(actor),
        "every": [{"value": code, "title": word} for code, word in EVERY.items()],
        "problem": problem,
        "limit": f".xlsx 或 .docx，不超过 {MOST_BYTES // 1024**2} MB",
    }
    return render(request, "forms.html", context, status=422 if problem else 200)


def _keep(request: HttpRequest, actor: Actor) -> Form:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.name:
        raise Invalid("请先选择一个文件")
    if (file.size or 0) > MOST_BYTES:
        raise Invalid(f"“{file.name}”超过 {MOST_BYTES // 1024**2} MB，空白的表不该这么大")
    words = {name: request.POST.get(name, "").strip() for name in ("title", "asked_by", "every")}
    return keep_form(actor=actor, owner=owner_of(actor), name=file.name, content=file.read(), **words)


def _lines(forms: list[Form]) -> list[dict[str, Any]]:
    labels = Filling.objects.filter(form__in=forms).order_by("pk").values_list("form", "label")
    last: dict[int, str] = dict(labels)
    return [
        {
            "title": form.title,
            "url": reverse("form", args=[form.pk]),
            "asked_by": form.asked_by,
            "every": EVERY.get(form.every, form.every),
            "mapped": len(form.blanks),
            "last": last.get(form.pk, ""),
        }
        for form in forms
    ]


def _repeated(found: list[Burden]) -> int:
    """How many names are asked more than once, each unit's counted by itself."""
    return len({(item.owner, name) for item in found for name, _ in item.repeats})


@signed_in
def burden(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who asks what of whom, as far as the person's own forms say."""
    found = burdens(Form.objects.filter(pk__in=[form.pk for form in visible_forms(actor)]))
    lines = [
        {
            "asked_by": item.asked_by,
            "owner": actor.tree.name(item.owner),
            "forms": item.forms,
            "blanks": item.blanks,
            "a_year": item.a_year,
            "mapped": item.mapped,
            "filled": item.filled,
            "by_itself": item.by_itself,
            "hours": f"{item.hours:,.1f}",
            "hours_left": f"{item.hours_left:,.1f}",
            "repeats": [{"name": name, "times": times} for name, times in item.repeats[:_REPEATS]],
            "more": max(0, len(item.repeats) - _REPEATS),
        }
        for item in found
    ]
    context = {
        "title": "谁向谁要什么",
        "crumbs": [{"title": "上级的表", "url": reverse("forms")}, {"title": "谁向谁要什么"}],
        "lines": lines,
        "minutes": MINUTES_A_CELL,
        "repeated": _repeated(found),
    }
    return render(request, "form_burden.html", context)
