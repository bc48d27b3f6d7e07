"""The offices' own Word forms of notices, for the system administrator: tried on a sample, put in force, ended."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import BihuanError, Invalid
from bihuan.loop.notice.models import OwnTemplate
from bihuan.loop.notice.own_template import LARGEST, end_template, sample_of, try_template, use_template
from bihuan.loop.notice.rules import notices_in_force
from bihuan.org.actor import Actor
from bihuan.org.roles import SYSTEM_ADMIN
from bihuan.org.separation import require_administrator
from bihuan.web import admin_inputs as inputs
from bihuan.web import showing
from bihuan.web.access import address_of, go, signed_in
from bihuan.web.administering import Change, ask_or_make, status, told

_HEADS = ("文件", "文书", "情况", "放入", "放入的人")


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The forms there are, each with its sample, and a place to put in another."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    problem: BihuanError | None = None
    if request.method == "POST":
        try:
            return _do(request, actor)
        except BihuanError as error:
            problem = error
    shown = told(problem)
    context = {
        "title": "文书版式",
        "crumbs": [{"title": "文书版式"}],
        "lead": "督办单、预警单等可以用单位自己的 Word 版式。放入后先试填看样，再启用；点文件名下载试填的样稿。",
        "problem": shown["problem"],
        "forms": [_form(request, shown["problems"])],
        "tables": [_table()],
    }
    return render(request, "admin_subject.html", context, status=status(problem))


def _form(request: HttpRequest, problems: dict[str, str]) -> dict[str, Any]:
    kinds = [(code, f"{notice.spec.title}（{code}）") for code, notice in sorted(notices_in_force().items())]
    fields = [
        inputs.choice("code", "哪种文书", kinds, request.POST.get("code", "")),
        {
            "name": "file",
            "title": "Word 文件",
            "widget": "file",
            "accept": ".docx",
            "limit": f"不超过 {LARGEST // 1_000_000} MB",
            "required": True,
        },
    ]
    return {
        "do": "try",
        "title": "放入一个版式",
        "hint": "可用的标记见使用说明“文书”一页",
        "inputs": inputs.with_problems(fields, problems),
        "button": "放入并试填",
        "files": True,
    }


def _table() -> dict[str, Any]:
    notices = notices_in_force()
    rows = []
    for row in (
        OwnTemplate.objects.filter(ended_at__isnull=True)
        .select_related("person")
        .defer("content")
        .order_by("code", "pk")
    ):
        title = notices[row.code].spec.title if row.code in notices else row.code
        standing = f"{showing.moment(row.since)} 起在用" if row.since else "待启用"
        person = row.person.name if row.person else "命令行"
        cells = (row.name, title, standing, showing.moment(row.put_at), person)
        acts = [] if row.since else [{"do": "use", "of": row.pk, "title": "启用"}]
        acts.append({"do": "end", "of": row.pk, "title": "停用" if row.since else "不用"})
        url = reverse("admin_notice_sample", args=[row.pk])
        rows.append({"cells": list(zip(_HEADS, cells, strict=True)), "url": url, "acts": acts})
    return {
        "title": "自备的版式",
        "heads": _HEADS,
        "rows": rows,
        "acts": "操作",
        "empty": "还没有，文书都用自带的版式（GB/T 9704）",
    }


def _do(request: HttpRequest, actor: Actor) -> HttpResponse:
    do, text, back = request.POST.get("do"), request.POST.get("of", ""), reverse("admin_notices")
    pk = int(text) if text.isdecimal() and len(text) < 19 else 0
    address = address_of(request)
    if do == "try":
        return _try(request, actor, back)
    if do == "use":
        return ask_or_make(request, Change("启用版式", lambda: use_template(actor=actor, pk=pk, address=address)), back)
    if do == "end":
        return ask_or_make(request, Change("停用版式", lambda: end_template(actor=actor, pk=pk, address=address)), back)
    raise Invalid("没有这样的操作")


def _try(request: HttpRequest, actor: Actor, back: str) -> HttpResponse:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.name:
        raise Invalid("请先选择一个文件", {"file": "请选择 .docx 文件"})
    code, content = request.POST.get("code", ""), file.read(LARGEST + 1)
    try_template(actor=actor, code=code, name=file.name, content=content, address=address_of(request))
    return go(request, back)


@signed_in
def sample(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A form filled in for a matter that there is not, as a Word file."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    answer = HttpResponse(
        sample_of(actor=actor, pk=pk),
        content_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    )
    answer["Content-Disposition"] = f'attachment; filename="sample-{pk}.docx"'
    return answer
