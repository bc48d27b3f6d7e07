"""One field of a definition on its way."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from bihuan.ledger.types import BY_CODE
from bihuan.org.actor import Actor
from bihuan.web.access import signed_in
from bihuan.web.definition_drafts import Draft, keep_draft, open_draft
from bihuan.web.definition_field_form import FORMED, field_form, field_posted
from bihuan.web.pages.definition_versions import crumbs


@signed_in
def field(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """One field of the draft, `?code=`; without it a new one. Another kind asks for other inputs."""
    draft = open_draft(request, actor, code)
    known = draft.field(request.GET.get("code", ""))
    data = known or {"code": draft.free_code(), "title": "", "kind": "text"}
    if request.method == "POST":
        data = {"code": data["code"], **field_posted(request.POST)}
        if not request.POST.get("kind_only"):
            if not data.get("title"):
                messages.error(request, "请填写字段的名称")
            else:
                _put(draft, data)
                keep_draft(request, draft)
                return redirect("definition_edit", code=code)
    named = known["title"] if known else "新字段"
    context = {
        "title": named,
        "crumbs": crumbs(code, f"{draft.title}：改定义", named),
        "ledger": {"code": code, "title": draft.title},
        "field_title": named,
        "field_code": data["code"],
        "kind": BY_CODE[data["kind"]].title if data["kind"] in BY_CODE else data["kind"],
        "inputs": field_form(data),
    }
    return render(request, "definition_field.html", context)


def _put(draft: Draft, data: dict[str, Any]) -> None:
    """A field in the place of the one that has its code, or at the end; what the form does not ask stays with it."""
    places = [place for place, item in enumerate(draft.fields) if item["code"] == data["code"]]
    if places:
        kept = {key: value for key, value in draft.fields[places[0]].items() if key == "code" or key not in FORMED}
        draft.fields[places[0]] = kept | data
    else:
        draft.fields.append(data)
