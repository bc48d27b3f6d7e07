"""A scorecard declared outside of a pack: read and checked by the same rules, tried, written as the pack's YAML."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml

from bihuan.base.errors import Level, did_you_mean
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import figure_codes
from bihuan.figure.models import Figure
from bihuan.figure.period import Period
from bihuan.org.actor import Actor
from bihuan.pack.kind import Definition
from bihuan.pack.reading import validated
from bihuan.pack.source import Source
from bihuan.scorecard.checks import check_scorecards
from bihuan.scorecard.evaluating import evaluate
from bihuan.scorecard.models import ScorecardVersion
from bihuan.scorecard.publishing import PublishedScore, published
from bihuan.scorecard.rules import may_rank_by, require
from bihuan.scorecard.spec import GivenSpec, GroupSpec, ItemSpec, ScorecardSpec
from bihuan.scorecard.values import basis_of

FIRST = ScorecardSpec(
    code="new",
    title="新考核",
    groups=(GroupSpec(code="town", title="乡镇", kinds=("town",)),),
    items=(ItemSpec(code="i1", title="工作质量", weight=Decimal(100), score=GivenSpec(kind="given")),),
)
"""What a scorecard begins as on screen."""
_HEAD = "# 由系统导出；放进业务包的 scorecards 文件夹，或在“改办法”里载入。\n"


def read_definition(declared: dict[str, Any] | bytes, shown: str = "页面") -> tuple[ScorecardSpec | None, list[str]]:
    """The definition of a form, or of a YAML file, and what is wrong with it in words."""
    if isinstance(declared, bytes):
        try:
            declared = yaml.safe_load(declared.decode())
        except (UnicodeDecodeError, yaml.YAMLError):
            return None, [f"“{shown}”不是 UTF-8 编码的 YAML"]
    spec, issues = validated(declared, shown, ScorecardSpec)
    if spec is None:
        return None, [f"{issue.message}{'；' + issue.hint if issue.hint else ''}" for issue in issues]
    return spec, list(faults(spec))


def faults(spec: ScorecardSpec) -> Iterator[str]:
    """What the rules of a scorecard, and the figures that there are, find wrong."""
    source = Source("页面", {}, {})
    for issue in check_scorecards([Definition(spec.code, "", spec, source)], {}):
        if issue.level == Level.ERROR:
            yield f"{issue.message}{'；' + issue.hint if issue.hint else ''}"
    known = figure_codes()
    for figure in spec.figures:
        if figure not in known:
            yield f"没有指标“{figure}”；{did_you_mean(figure, known)}"


def out_of_reach(actor: Actor, spec: ScorecardSpec) -> Iterator[str]:
    """The figures of units that the actor does not reach: a ranking by them would show their values."""
    owners = Figure.objects.filter(code__in=spec.figures).values_list("code", "title", "owner_id")
    for code, title, owner in owners:
        if not may_rank_by(actor, owner):
            yield f"指标“{title}”（{code}）不在您的查看范围内，不能用来排名"


def free_code() -> str:
    """A code for a scorecard of the county's own that none has."""
    number = 1
    while ScorecardVersion.objects.filter(code=f"own.s{number:04d}").exists():
        number += 1
    return f"own.s{number:04d}"


def ranked_by(
    actor: Actor, code: str, spec: ScorecardSpec, period: Period, clocks: Clocks
) -> tuple[PublishedScore, ...]:
    """The ranking that a definition gives, over figures that the actor reaches."""
    require(not list(out_of_reach(actor, spec)), "用查看范围以外的指标排名")
    basis = basis_of(code, spec, period, clocks)
    names = {unit: basis.tree.name(unit) for members in basis.groups.values() for unit in members}
    return published(evaluate(spec, basis.groups, basis.values, min(period.end, clocks.day)), names)


def to_yaml(spec: ScorecardSpec) -> str:
    """The definition as a pack holds it; what is the default is left out."""
    data = spec.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    return _HEAD + str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120))
