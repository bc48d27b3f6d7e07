"""A scorecard declared on screen: its groups, items, vetoes and grades as lines, tried against the one in force."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Invalid, NotAllowed
from bihuan.figure.clocks import clocks
from bihuan.figure.models import Figure
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.scorecard.actions import declare
from bihuan.scorecard.declaring import FIRST, free_code, out_of_reach, ranked_by, read_definition, to_yaml
from bihuan.scorecard.definitions import scorecard_in_force, spec_of
from bihuan.scorecard.models import ScorecardVersion
from bihuan.scorecard.periods import asked_period
from bihuan.scorecard.rules import may_declare, require
from bihuan.scorecard.spec import ScorecardSpec
from bihuan.web.access import go, signed_in
from bihuan.web.ranking import compared
from bihuan.web.scorecard_form import choices, declared, lines_of, posted_lines, with_empty_lines

_LONGEST_YAML = 1_000_000


@signed_in
def edit(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Change the scorecard in force."""
    scorecard = scorecard_in_force(code)
    require(may_declare(actor, scorecard.owner_id), f"修改“{scorecard.title}”")
    if request.GET.get("format") == "yaml":
        answer = HttpResponse(to_yaml(spec_of(scorecard)), content_type="application/yaml; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{code.rpartition(".")[2]}.yaml"'
        return answer
    return _page(request, actor, spec_of(scorecard), scorecard)


@signed_in
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Begin a scorecard of one's own unit."""
    if _owner(actor) is None:
        raise NotAllowed("您不能新建考核；要由督办、审核或领导岗位来建")
    return _page(request, actor, FIRST, None)


def _owner(actor: Actor) -> Unit | None:
    unit = next((post.unit for post in actor.posts if may_declare(actor, post.unit)), None)
    return Unit.objects.get(pk=unit) if unit else None


def _page(request: HttpRequest, actor: Actor, old: ScorecardSpec, scorecard: ScorecardVersion | None) -> HttpResponse:
    posted, problems, spec = request.POST, list[str](), None
    if request.method == "POST":
        try:
            spec, problems = _read(request, old)
            problems += out_of_reach(actor, spec) if spec else []
        except Invalid as error:
            problems = [str(error)]
        if spec and not problems and posted.get("do") == "adopt":
            return _adopt(request, actor, spec, scorecard)
    shown = spec or old
    tables = posted_lines(posted) if request.method == "POST" and spec is None and posted else lines_of(shown)
    title = scorecard.title if scorecard else "新考核"
    context = {
        "title": f"改办法：{title}" if scorecard else title,
        "crumbs": [{"title": "考核晾晒", "url": reverse("scorecards")}, {"title": title}],
        "code": scorecard.code if scorecard else "",
        "version": scorecard.version if scorecard else 0,
        "heads": _heads(shown, posted, spec is None),
        "tables": with_empty_lines(tables),
        "matrix": posted.get("matrix") or _matrix(shown),
        "choices": choices(),
        "figures": Figure.objects.filter(retired=False).order_by("code").values("code", "title"),
        "problems": problems,
        "preview": _preview(actor, spec, scorecard, posted) if spec and not problems else [],
    }
    return render(request, "scorecard_edit.html", context, status=422 if problems else 200)


def _read(request: HttpRequest, old: ScorecardSpec) -> tuple[ScorecardSpec | None, list[str]]:
    """The definition that was posted, or sent as a file, and what is wrong with it."""
    if request.POST.get("do") != "load":
        return read_definition(declared(old, request.POST))
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > _LONGEST_YAML:
        raise Invalid("请选择一个不超过 1 MB 的 YAML 文件")
    return read_definition(file.read(), str(file.name))


def _heads(spec: ScorecardSpec, posted: QueryDict | MultiValueDict[str, str], is_typed: bool) -> dict[str, str]:
    """What stands above the tables: as typed where it could not be read, else as it is."""
    typed: Mapping[str, Any] = posted if is_typed else {}
    day = spec.grades[-1].valid_from.isoformat() if spec.grades else clock.today().isoformat()
    known = {"title": spec.title, "description": spec.description, "period": spec.period, "source": spec.source}
    known |= {"method": spec.weights.method, "valid_from": day}
    return {name: str(typed.get(name, value)) for name, value in known.items()}


def _matrix(spec: ScorecardSpec) -> str:
    rows = spec.weights.matrix or [[f"{value:f}" for value in row] for row in spec.weights.reference]
    return "\n".join(" ".join(row) for row in rows)


def _preview(
    actor: Actor, spec: ScorecardSpec, scorecard: ScorecardVersion | None, posted: Any
) -> list[dict[str, Any]]:
    """This period's ranking as it is and as it would be."""
    period = asked_period(spec, posted.get("try_period", ""), clock.today())
    code = scorecard.code if scorecard else f"own.{spec.code}"
    now = ranked_by(actor, code, spec, period, clocks())
    then = ranked_by(actor, code, spec_of(scorecard), period, clocks()) if scorecard else ()
    return compared(then, now)


def _adopt(request: HttpRequest, actor: Actor, spec: ScorecardSpec, scorecard: ScorecardVersion | None) -> HttpResponse:
    owner = scorecard.owner if scorecard else _owner(actor)
    if owner is None:
        raise BihuanError("没有可以归口的单位")
    code = scorecard.code if scorecard else free_code()
    made = declare(actor=actor, code=code, spec=spec, owner=owner)
    messages.success(request, f"已启用第 {made.version} 版；已公布的结果不变")
    return go(request, reverse("scorecard", args=[made.code]))
