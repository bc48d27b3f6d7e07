"""The only writes of figures beside their definitions: values from outside, approvals, and their unlocking."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound
from bihuan.figure.answer import Answer, Question, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.expectations import open_violations
from bihuan.figure.models import Approval, ApprovedValue, ExternalValue, Figure
from bihuan.figure.opening import open_value
from bihuan.figure.period import Period
from bihuan.figure.rules import Reach, may_approve
from bihuan.org.actor import Actor
from bihuan.org.models import Unit

_LONGEST_WHY = 500


@dataclass(frozen=True)
class Entered:
    """A value from outside as it is entered: how much, as of which day, and who says so."""

    value: Decimal
    source: str
    effective_on: date


@transaction.atomic
def enter_external(
    *, actor: Actor, figure: Figure, unit: Unit | None, period: Period, entered: Entered
) -> ExternalValue:
    """Enter a value that no record of ours gives; a second one for the same cell corrects the first, which stays."""
    if not may_approve(actor, figure):
        raise NotAllowed(f"只有“{actor.tree.name(figure.owner_id)}”的人员可以填报“{figure.title}”")
    if not Catalogue().in_force(figure.code).spec.external:
        raise Invalid(f"“{figure.title}”由记录算出，不能填报")
    if not entered.source.strip():
        raise Invalid("填报没有完成", {"source": "来源必须填写"})
    if entered.effective_on > clock.today():
        raise Invalid("填报没有完成", {"effective_on": f"数据日期 {entered.effective_on} 在今天之后"})
    return ExternalValue.objects.create(
        figure=figure,
        unit=unit,
        start=period.start,
        end=period.end,
        value=entered.value,
        source=entered.source.strip(),
        effective_on=entered.effective_on,
        recorded_at=clock.now(),
        person_id=actor.person,
        actor_name=actor.name,
    )


class OpenViolations(Conflict):
    """There are data-quality demands that are not met; who approves all the same says so."""


@transaction.atomic
def approve_period(
    *, actor: Actor, codes: tuple[str, ...], unit: Unit | None, period: Period, despite: bool = False
) -> Approval:
    """Freeze figures of a unit's period as they are now, with the versions of the records behind them.

    Raises OpenViolations where the same ledgers fall short of a demand, unless it is done `despite` that; and
    NotAllowed for a number of which the person sees only a part.
    """
    if not codes:
        raise Invalid("请选择要审定的指标")
    figures = _to_approve(actor, codes)
    if period.end >= clock.today():
        raise Invalid(f"{period.title}还没有结束，不能审定")
    # One approval at a time for a figure, so that no cell is approved twice.
    list(Figure.objects.select_for_update().filter(code__in=codes).order_by("pk"))
    frozen = approved_cells(unit.pk if unit else None, period, codes)
    if frozen:
        titles = "、".join(figures[code].title for code in frozen)
        raise Conflict(f"{period.title}的 {titles} 已经审定过；要改先解锁")
    now = clock.now()
    clocks, reach = Clocks(now, now), None if actor.is_system else Reach(actor)
    if not despite:
        _require_sound(codes, unit, period, clocks, reach)
    found = answer(Question(codes, (period,), clocks), reach=reach)
    return _freeze(actor, found, figures, unit, period)


def _to_approve(actor: Actor, codes: tuple[str, ...]) -> dict[str, Figure]:
    figures = {figure.code: figure for figure in Figure.objects.filter(code__in=codes, retired=False)}
    for code in codes:
        if code not in figures:
            raise NotFound(f"没有指标“{code}”")
        if not may_approve(actor, figures[code]):
            raise NotAllowed(
                f"只有“{actor.tree.name(figures[code].owner_id)}”的审核或领导可以审定“{figures[code].title}”"
            )
    return figures


def _require_sound(
    codes: tuple[str, ...], unit: Unit | None, period: Period, clocks: Clocks, reach: Reach | None
) -> None:
    violations = open_violations(codes, unit.pk if unit else None, period, clocks, reach)
    if violations:
        catalogue = Catalogue()
        titles = "、".join(catalogue.in_force(cell.code).spec.title for cell in violations)
        hint = "先改好记录；确认无误也可以注明“仍然审定”"
        raise OpenViolations(f"{period.title}有 {len(violations)} 项数据质量问题没有解决：{titles}", hint=hint)


def _freeze(actor: Actor, found: Answer, figures: dict[str, Figure], unit: Unit | None, period: Period) -> Approval:
    now = found.question.clocks.known_at
    approval = Approval.objects.create(
        unit=unit,
        start=period.start,
        end=period.end,
        as_of=now,
        known_at=now,
        recorded_at=now,
        person_id=actor.person,
        actor_name=actor.name,
    )
    for code in found.question.codes:
        value = found.value(code, unit.pk if unit else None, period)
        if value.partial:
            raise NotAllowed(f"“{figures[code].title}”您只看得到一部分，不能审定")
        opened = open_value(found, code, unit.pk if unit else None, period)
        ApprovedValue.objects.create(
            approval=approval,
            figure=figures[code],
            version=found.catalogue.in_force(code).version,
            value=None if value.number is None else str(value.number),
            count=value.records,
            records=[{"figure": part.code, "ledger": part.ledger, "records": part.records} for part in opened],
        )
    return approval


@transaction.atomic
def unlock_cell(*, actor: Actor, cell: ApprovedValue, why: str) -> None:
    """Let one approved cell follow the records again; the approval of all others stands."""
    if not may_approve(actor, cell.figure):
        raise NotAllowed(f"您不能解锁“{cell.figure.title}”")
    if not why.strip() or len(why) > _LONGEST_WHY:
        raise Invalid("没有解锁", {"why": f"请写明解锁的原因，最多 {_LONGEST_WHY} 个字"})
    now = clock.now()
    done = ApprovedValue.objects.filter(pk=cell.pk, unlocked_at=None).update(
        unlocked_at=now, unlocked_by=actor.name, unlocked_why=why.strip()
    )
    if not done:
        raise Conflict("这个数已经解锁了")


def approved_cells(unit: int | None, period: Period, codes: tuple[str, ...]) -> dict[str, ApprovedValue]:
    """The approved values of a unit's period that stand, by figure."""
    cells = ApprovedValue.objects.filter(
        figure__code__in=codes,
        approval__unit=unit,
        approval__start=period.start,
        approval__end=period.end,
        unlocked_at=None,
    )
    return {cell.figure.code: cell for cell in cells.select_related("figure", "approval").order_by("pk")}
