"""A ledger that is made on screen."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.base.errors import NotAllowed
from bihuan.org.actor import Actor
from bihuan.web.access import may_make, signed_in
from bihuan.web.definition_drafts import Draft, keep_draft
from bihuan.web.importing import free_code


@signed_in
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A ledger that begins on screen: its name, then the editor."""
    if not may_make(actor):
        raise NotAllowed("您的岗位不建立台账；需要的话，请联系本单位的系统管理员调整岗位")
    title = request.POST.get("title", "").strip()[:120]
    if request.method == "POST" and title:
        code = free_code()
        first = {"code": "name", "title": "名称", "kind": "text", "required": True}
        data = {"code": code.partition(".")[2], "title": title, "fields": [first], "name_field": "name"}
        keep_draft(request, Draft(code, None, 0, data))
        return redirect("definition_edit", code=code)
    context = {"title": "新台账", "crumbs": [{"title": "全部台账", "url": reverse("ledgers")}, {"title": "新台账"}]}
    return render(request, "definition_new.html", context)
