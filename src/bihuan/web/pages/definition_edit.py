"""The editor of a definition: its fields in order, its parts, numbering and rules."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.base.errors import Invalid
from bihuan.ledger.definition_yaml import from_yaml_text
from bihuan.ledger.spec import LedgerSpec
from bihuan.org.actor import Actor
from bihuan.web.access import signed_in
from bihuan.web.definition_drafts import Draft, drop_draft, keep_draft, open_draft
from bihuan.web.definition_parts_form import parts_form, parts_posted
from bihuan.web.pages.definition_versions import field_line

_LONGEST_YAML = 1_000_000
_MOVES = {"up": -1, "down": 1}


@signed_in
def edit(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The whole definition; each button keeps what was changed in the draft."""
    draft, problem = open_draft(request, actor, code), ""
    if request.method == "POST":
        try:
            return _do(request, draft)
        except Invalid as error:
            problem = str(error)
    spec, _ = draft.checked()
    context = {
        "title": "改定义",
        "crumbs": [*_way(draft), {"title": "改定义"}],
        "ledger": {"code": code, "title": draft.title, "is_new": draft.ledger is None},
        "fields": [field_line(item, spec) for item in spec.fields] if spec else _plain_lines(draft),
        "inputs": parts_form(draft.data),
        "errors": draft.errors(),
        "problem": problem,
        "changed": draft.is_changed,
    }
    return render(request, "definition_edit.html", context, status=422 if problem else 200)


def _way(draft: Draft) -> list[dict[str, str]]:
    if draft.ledger is None:
        return [{"title": "全部台账", "url": reverse("ledgers")}]
    return [
        {"title": draft.title, "url": reverse("ledger", args=[draft.code])},
        {"title": "定义", "url": reverse("definition", args=[draft.code])},
    ]


def _plain_lines(draft: Draft) -> list[dict[str, Any]]:
    """The fields of a draft that has no shape yet."""
    return [
        {"code": item["code"], "title": item["title"], "kind": item["kind"], "required": bool(item.get("required"))}
        for item in draft.fields
    ]


def _do(request: HttpRequest, draft: Draft) -> HttpResponse:
    posted = request.POST
    if posted.get("do") == "discard":
        drop_draft(request, draft.code)
        return redirect("definition", code=draft.code) if draft.ledger else redirect("ledgers")
    if posted.get("do") == "load":
        draft.data = _loaded(request, draft)
    elif posted.get("remove"):
        draft.remove(posted["remove"])
    elif any(posted.get(way) for way in _MOVES):
        way = next(way for way in _MOVES if posted.get(way))
        draft.move(posted[way], _MOVES[way])
    else:
        draft.data = parts_posted(posted, draft.data)
    keep_draft(request, draft)
    if posted.get("do") == "preview" and not draft.errors():
        return redirect("definition_preview", code=draft.code)
    return redirect("definition_edit", code=draft.code)


def _loaded(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    """The definition of an uploaded YAML file, in the draft's place."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.name or (file.size or 0) > _LONGEST_YAML:
        raise Invalid("请选择一个 YAML 文件（不超过 1 MB）")
    spec, issues = from_yaml_text(file.read(), file.name)
    if spec is None:
        raise Invalid("；".join(str(issue) for issue in issues))
    return LedgerSpec.model_dump(
        spec.model_copy(update={"code": draft.data["code"]}), mode="json", exclude_defaults=True
    )
