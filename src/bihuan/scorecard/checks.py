"""The rules a scorecard must keep; faults carry file, line and a hint."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from bihuan.base.errors import Issue, Level, did_you_mean
from bihuan.expression import ExpressionError
from bihuan.org.models import UnitKind
from bihuan.pack.kind import Definition, Definitions, PackKind
from bihuan.scorecard.awards import compiled
from bihuan.scorecard.full_points import full_points, read_fraction
from bihuan.scorecard.spec import BandsSpec, CasesSpec, ScorecardSpec
from bihuan.scorecard.weighing import CONSISTENT_BELOW, ahp

_WHOLE = Decimal(100)
_NO_OUTCOME = re.compile("登[录陆]|点击|浏览量|打卡|签到|在线时长|上线率|活跃度|转发|点赞|留痕|日活|积分排名|使用时长")
"""What is done for its own sake: named by 关于防治“指尖上的形式主义”的若干意见, 中央网信委, 18 December 2023."""


def check_scorecards(cards: Sequence[Definition], everything: Definitions) -> list[Issue]:
    """All faults of a pack's scorecards, alone and against its figures."""
    issues = [issue for card in cards for rule in _RULES for issue in rule(card)]
    known = list(everything.get("figures", {}))
    for card in cards:
        issues += _figures_exist(card, known)
    return issues


def _codes_once(card: Definition) -> Iterator[Issue]:
    for place in ("items", "vetoes", "groups"):
        codes = [item.code for item in getattr(card.spec, place)]
        for index, code in enumerate(codes):
            if code in codes[:index]:
                yield card.source.issue(f"“{code}”写了两次", place, index, "code")


def _outcomes_only(card: Definition) -> Iterator[Issue]:
    """Log-ins, clicks and check-ins are not work (指尖上的形式主义, 中央网信委 2023): they cannot be scored."""
    for index, item in enumerate(card.spec.items):
        if item.ranked and (not item.outcome or _NO_OUTCOME.search(item.title)):
            yield card.source.issue(f"“{item.title}”不是工作结果，不能计分排名；改为 ranked: false", "items", index)


def _points_fit_the_part(card: Definition) -> Iterator[Issue]:
    for index, item in enumerate(card.spec.items):
        cases = item.score if isinstance(item.score, CasesSpec) else None
        if cases and (cases.points < 0) is (item.part == "bonus"):
            wanted = "正" if item.part == "bonus" else "负"
            yield card.source.issue(f"“{item.title}”每件的分应为{wanted}数", "items", index, "score", "points")


def _bands_in_order(card: Definition) -> Iterator[Issue]:
    for index, item in enumerate(card.spec.items):
        if isinstance(item.score, BandsSpec):
            starts = [band.from_ for band in item.score.bands]
            if starts != sorted(set(starts)):
                yield card.source.issue("分档要按起点从小到大写，且不重复", "items", index, "score", "bands")


def _grades_in_order(card: Definition) -> Iterator[Issue]:
    days = [grades.valid_from for grades in card.spec.grades]
    if days != sorted(set(days)):
        yield card.source.issue("等级要按生效日从早到晚写，且不重复", "grades")
    for index, grades in enumerate(card.spec.grades):
        starts = [level.from_ for level in grades.levels]
        if starts != sorted(set(starts), reverse=True):
            yield card.source.issue("等级要从高到低写，且不重复", "grades", index, "levels")


def _held_grades_exist(card: Definition) -> Iterator[Issue]:
    spec: ScorecardSpec = card.spec
    known = [level.code for grades in spec.grades for level in grades.levels]
    holds = [("caps", index, cap.grade) for index, cap in enumerate(spec.caps)]
    holds += [("vetoes", index, veto.grade) for index, veto in enumerate(spec.vetoes) if veto.effect == "grade"]
    for place, index, grade in holds:
        if grade not in known:
            yield card.source.issue(f"没有等级“{grade}”", place, index, "grade", hint=did_you_mean(grade, known))


def _groups_exist(card: Definition) -> Iterator[Issue]:
    known = [group.code for group in card.spec.groups]
    for index, item in enumerate(card.spec.items):
        for code in item.groups:
            if code not in known:
                hint = did_you_mean(code, known)
                yield card.source.issue(f"没有类别“{code}”", "items", index, "groups", hint=hint)
    for index, award in enumerate(card.spec.awards):
        for code in set(award.groups) - set(known):
            hint = did_you_mean(code, known)
            yield card.source.issue(f"没有类别“{code}”", "awards", index, "groups", hint=hint)
    for index, group in enumerate(card.spec.groups):
        for kind in group.kinds:
            if kind not in UnitKind.values:
                hint = did_you_mean(kind, UnitKind.values)
                yield card.source.issue(f"没有单位类别“{kind}”", "groups", index, "kinds", hint=hint)
        if not group.kinds and not group.units:
            yield card.source.issue(f"“{group.title}”没有写包括哪些单位", "groups", index)


def _months_of_a_monthly_card(card: Definition) -> Iterator[Issue]:
    spec: ScorecardSpec = card.spec
    if spec.months and spec.period != "month":
        yield card.source.issue("months 只用于每月一次的考核", "months")


def _awards_work(card: Definition) -> Iterator[Issue]:
    spec: ScorecardSpec = card.spec
    for index, award in enumerate(spec.awards):
        clash = {"score", "rank", "grade"} & set(award.names)
        if clash:
            yield card.source.issue(f"“{'、'.join(sorted(clash))}”是结果的名称，不能另给", "awards", index, "with")
            continue
        try:
            compiled(award)
        except ExpressionError as error:
            for problem in error.problems:
                yield card.source.issue(problem.message, "awards", index, "formula", hint=problem.hint)


def _weights_work(card: Definition) -> Iterator[Issue]:
    spec: ScorecardSpec = card.spec
    try:
        full = full_points(spec)
    except ValueError as error:
        yield card.source.issue(str(error), "weights")
        return
    if spec.weights.method == "ahp":
        ratio = ahp([[read_fraction(cell) for cell in row] for row in spec.weights.matrix]).ratio
        if ratio >= CONSISTENT_BELOW:
            yield card.source.issue(f"判断矩阵的一致性比率 {ratio:.3f}，应小于 0.1", "weights", "matrix")
    for group in spec.groups:
        items = [item for item in spec.base_items if not item.groups or group.code in item.groups]
        total = sum((full[item.code] for item in items), Decimal(0))
        if total != _WHOLE:
            message = f"类别“{group.title}”各基本项满分合计 {total:f}，通常为 100"
            yield card.source.issue(message, "items", level=Level.WARNING)


_RULES = (
    _codes_once,
    _outcomes_only,
    _points_fit_the_part,
    _bands_in_order,
    _grades_in_order,
    _held_grades_exist,
    _groups_exist,
    _weights_work,
    _awards_work,
    _months_of_a_monthly_card,
)


def _figures_exist(card: Definition, known: Sequence[str]) -> Iterator[Issue]:
    """Figures of the same pack must be there; those of another cannot be seen from here."""
    spec: ScorecardSpec = card.spec
    places = [("items", index, item.figure) for index, item in enumerate(spec.items) if item.figure]
    places += [("vetoes", index, veto.figure) for index, veto in enumerate(spec.vetoes)]
    places += [("caps", index, cap.figure) for index, cap in enumerate(spec.caps)]
    places += [("groups", index, group.where) for index, group in enumerate(spec.groups) if group.where]
    places += [("awards", index, figure) for index, award in enumerate(spec.awards) for figure in award.names.values()]
    for place, index, figure in places:
        if figure.startswith(f"{card.pack}.") and figure not in known:
            hint = did_you_mean(figure, list(known))
            yield card.source.issue(f"没有指标“{figure}”", place, index, "figure", hint=hint)


SCORECARDS = PackKind("scorecards", "考核", ScorecardSpec, check_scorecards)
