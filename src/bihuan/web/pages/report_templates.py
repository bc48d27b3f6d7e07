"""Word templates of reports: uploaded and looked at, tried with today's numbers, adopted from a day on."""

from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Invalid, NotFound
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.report.definitions import report_in_force, reports_in_force, spec_of
from bihuan.report.html import html_of
from bihuan.report.models import WordTemplate
from bihuan.report.rules import may_adopt, may_try, may_write, require
from bihuan.report.spec import KINDS, ReportSpec
from bihuan.report.template.word_looking import MOST_BYTES, Mark
from bihuan.report.template_actions import adopt_template, drop_template, new_definition, require_size, try_template
from bihuan.report.templates import file_of, get_template
from bihuan.report.templating import Template, compose_word, looked_at, rebased
from bihuan.report.titles import without_period
from bihuan.report.trial import Trial, trial_of
from bihuan.web import showing
from bihuan.web.access import go, signed_in
from bihuan.web.importing import owner_of

_PERIODS = {"year": "年", "half": "半年", "quarter": "季度", "month": "月", "week": "周"}
_SHOWN = 100


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The templates, and a new one: a sound file is kept on trial, an unsound one is told mark by mark."""
    marks: list[Mark] = []
    problem = ""
    if request.method == "POST":
        try:
            kept, marks = _uploaded(request, actor)
            if kept:
                return redirect("report_template", pk=kept.pk)
            problem = "模板里有写得不对的标记，没有保存；请在 Word 里改好后再上传。"
        except Invalid as error:
            problem = str(error)
    context = {
        "title": "Word 模板",
        "crumbs": [{"title": "材料", "url": reverse("reports")}, {"title": "Word 模板"}],
        "problem": problem,
        "faults": [asdict(mark) for mark in marks if mark.fault],
        "reports": [_choice(report.code, report.title) for report in reports_in_force() if may_write(actor, report)],
        "kinds": [{"value": code, "title": title} for code, title in KINDS.items()],
        "periods": [{"value": code, "title": title} for code, title in _PERIODS.items()],
        "templates": [_line(row) for row in _mine(actor)],
        "limit": f".docx，不超过 {MOST_BYTES // 1024**2} MB",
    }
    return render(request, "report_templates.html", context, status=422 if problem else 200)


def _choice(code: str, title: str) -> dict[str, str]:
    return {"value": code, "title": without_period(title)}


def _mine(actor: Actor) -> list[WordTemplate]:
    rows = WordTemplate.objects.select_related("person").order_by("report", "-version", "-pk")
    return [row for row in rows[: 10 * _SHOWN] if may_try(actor, row.owner_id)][:_SHOWN]


def _line(row: WordTemplate) -> dict[str, Any]:
    return {
        "name": _name(row),
        "file": row.file_name,
        "standing": f"第 {row.version} 版，{row.valid_from} 起用" if row.version else "试填中",
        "by": f"{row.person.name if row.person else '系统'} {showing.day(row.created_at)}",
        "url": reverse("report_template", args=[row.pk]),
    }


def _name(row: WordTemplate) -> str:
    title = row.definition.get("title") or report_in_force(row.report).title
    return without_period(str(title))


def _uploaded(request: HttpRequest, actor: Actor) -> tuple[WordTemplate | None, list[Mark]]:
    """The template kept on trial, or the marks that tell what is wrong with it."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.name:
        raise Invalid("请先选择一个 Word 文件（.docx）")
    if (file.size or 0) > MOST_BYTES:
        raise Invalid(f"“{file.name}”超过 {MOST_BYTES // 1024**2} MB；请压缩里面的图片")
    template = Template(file.name, file.read())
    require_size(template.name, template.content)
    code, owner, spec, is_new = _meant(request, actor, template)
    trial = trial_of(actor, owner, spec)
    marks = looked_at(spec, trial.sources, template)
    if any(mark.fault for mark in marks):
        return None, marks
    _require_whole(spec, trial, template)
    kept = try_template(actor=actor, owner=owner, report=code, spec=spec if is_new else None, template=template)
    return kept, marks


def _meant(request: HttpRequest, actor: Actor, template: Template) -> tuple[str, Unit, ReportSpec, bool]:
    """Which report the template is for: its code, its unit, its definition, and whether it is a new one."""
    code = request.POST.get("report", "")
    if code:
        report = report_in_force(code)
        require(may_write(actor, report), f"给“{without_period(report.title)}”传模板")
        return code, report.owner, spec_of(report), False
    words = {name: request.POST.get(name, "").strip() for name in ("title", "kind", "period", "signed_by")}
    spec = new_definition(template=template, **words)
    return f"own.{spec.code}", Unit.objects.get(pk=owner_of(actor)), spec, True


def _require_whole(spec: ReportSpec, trial: Trial, template: Template) -> None:
    """Marks that are sound one by one may still not make a whole, as a loop without its end."""
    try:
        compose_word(spec, trial.sources, template)
    except BihuanError as error:
        raise Invalid(f"“{template.name}”填不出来：{error}") from error


def _trial(actor: Actor, row: WordTemplate) -> tuple[ReportSpec, Trial]:
    spec = ReportSpec.model_validate(row.definition) if row.definition else spec_of(report_in_force(row.report))
    return spec, trial_of(actor, row.owner, spec)


@signed_in
def trial(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A template with every mark and what it comes to today, and the whole as it would read."""
    row = get_template(actor, pk)
    spec, tried = _trial(actor, row)
    file = file_of(row)
    problem, content, marks = "", "", looked_at(spec, tried.sources, file)
    try:
        content = html_of(compose_word(spec, tried.sources, file, signed_on=clock.today()).document)
    except BihuanError as error:
        problem = str(error)
    context = {
        "title": _name(row),
        "crumbs": [
            {"title": "材料", "url": reverse("reports")},
            {"title": "Word 模板", "url": reverse("report_templates")},
            {"title": _name(row)},
        ],
        "template": {"pk": pk, **_line(row), "hash": row.hash[:16], "is_trial": row.version is None},
        "about": f"{tried.unit_name} · {tried.period_name} · 截至 {clock.today()}",
        "today": clock.today().isoformat(),
        "can_adopt": row.version is None and may_adopt(actor, row.owner_id),
        "problem": problem,
        "marks": [asdict(mark) for mark in marks],
        "content": mark_safe(content),  # noqa: S308 - html_of escapes every text
    }
    return render(request, "report_template.html", context)


@signed_in
def act(request: HttpRequest, actor: Actor, pk: int, code: str) -> HttpResponse:
    """Adopt a template from a day on, or drop it."""
    if code == "drop":
        drop_template(actor=actor, template=pk)
        messages.success(request, "已删除")
        return go(request, reverse("report_templates"))
    if code != "adopt":
        raise NotFound("没有这个操作")
    text = request.POST.get("valid_from", "")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"启用日期“{text}”不是日期，应形如 2026-12-31") from error
    adopted = adopt_template(actor=actor, template=pk, valid_from=day)
    messages.success(request, f"第 {adopted.version} 版从 {day} 起用")
    return go(request, reverse("report_template", args=[pk]))


@signed_in
def download(request: HttpRequest, actor: Actor, pk: int, form: str) -> HttpResponseBase:
    """The template as it was uploaded, or filled with today's numbers."""
    row = get_template(actor, pk)
    file = file_of(row)
    if form == "filled":
        spec, tried = _trial(actor, row)
        word = compose_word(spec, tried.sources, file, signed_on=clock.today())
        file = replace(file, name=f"试填-{file.name}", content=rebased(word.content, request.build_absolute_uri("/")))
    elif form != "source":
        raise NotFound("没有这种文件")
    answer = FileResponse([file.content], as_attachment=True, filename=file.name)
    answer["Content-Type"] = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return answer
