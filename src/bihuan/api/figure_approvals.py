"""Approvals, changes of definitions, and data quality of figures, for other programs."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from bihuan.api.acting import acting
from bihuan.api.figures import Asked, named_figure, named_unit, read_asked
from bihuan.base.errors import NotFound
from bihuan.figure.actions import approve_period, approved_cells, unlock_cell
from bihuan.figure.clocks import clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.expectations import checked_cells, demand_in_words, expecting
from bihuan.figure.models import ApprovedValue, Figure
from bihuan.figure.period import parse_period
from bihuan.figure.proposals import decide_proposal, get_proposal, propose_definition, weigh_proposal
from bihuan.figure.queries import ask, frozen_value
from bihuan.figure.rules import Reach
from bihuan.ledger.append import moment
from bihuan.report.figure_uses import given_out

router = Router(tags=["审定和口径"])


class Approved(Schema):
    """A period of a unit to be approved; `despite` open data-quality violations, where that is said."""

    codes: list[str] = Field(min_length=1)
    period: str
    unit: str = ""
    despite: bool = False


class Reason(Schema):
    """Why something is done."""

    why: str


class Proposed(Schema):
    """Another definition of a figure, as a pack declares it, and why."""

    definition: dict[str, Any]
    why: str


class Decided(Schema):
    """The decision on a proposal."""

    approved: bool
    answer: str = ""


@router.get("/approvals", summary="一个时期审定了什么")
def approvals(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    """The approved values that stand, with how many records behind each have changed since."""
    at, period, unit = read_asked(asked)
    codes = tuple(Figure.objects.filter(retired=False).order_by("code").values_list("code", flat=True))
    standing = tuple(approved_cells(unit, period, codes))
    if not standing:
        acting(request)
        return {"period": period.code, "approved": []}
    found = ask(standing, [period], at, Reach(acting(request)))
    frozen = ((code, frozen_value(code, unit, period, found)) for code in standing)
    told = [
        {
            "cell": one.cell.pk,
            "figure": code,
            "value": None if one.number is None else str(one.number),
            "version": one.cell.version,
            "approved_at": moment(one.cell.approval.recorded_at),
            "approved_by": one.cell.approval.actor_name,
            "changes": one.changes,
        }
        for code, one in frozen
        if one is not None
    ]
    return {"period": period.code, "approved": told}


@router.post("/approvals", summary="审定一个时期")
def approve(request: HttpRequest, wanted: Approved) -> dict[str, Any]:
    """Freeze figures of a unit's period."""
    period = parse_period(wanted.period, clocks().day)
    approval = approve_period(
        actor=acting(request),
        codes=tuple(wanted.codes),
        unit=named_unit(wanted.unit),
        period=period,
        despite=wanted.despite,
    )
    return {"approval": approval.pk, "values": approval.values.count()}


@router.post("/approvals/{cell}/unlock", summary="解锁一个审定的数")
def unlock(request: HttpRequest, cell: int, reason: Reason) -> dict[str, Any]:
    """Let one cell follow the records again."""
    row = ApprovedValue.objects.select_related("figure").filter(pk=cell).first()
    if row is None:
        raise NotFound("没有这个审定的数")
    unlock_cell(actor=acting(request), cell=row, why=reason.why)
    return {"unlocked": cell}


@router.get("/quality", summary="数据质量要求符合不符合")
def quality(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    """Every demand on a figure in one period."""
    at, period, unit = read_asked(asked)
    codes = expecting(Catalogue(at.known_at))
    found = ask(codes, [period], at, Reach(acting(request)))
    cells = checked_cells(found, codes, [unit], period)
    told = [
        {
            "figure": one.code,
            "title": found.figures[one.code].spec.title,
            "demand": demand_in_words(found.figures[one.code].spec.expect),
            "value": None if one.number is None else str(one.number),
            "met": one.is_met,
            "partial": one.partial,
        }
        for one in cells
    ]
    return {"period": period.code, "demands": told}


@router.get("/proposals/{pk}", summary="一个口径修改")
def proposal(request: HttpRequest, pk: int) -> dict[str, Any]:
    """What it changes, and which numbers given out would be others."""
    actor = acting(request)
    found = get_proposal(actor, pk)
    weighed = weigh_proposal(found, partial(given_out, actor), Reach(actor))
    numbers = [
        {
            "figure": one.given.figure,
            "period": one.given.period.code,
            "where": one.given.where,
            "at": moment(one.given.at),
            "old": None if one.given.value is None else str(one.given.value),
            "new": None if one.new is None else str(one.new),
        }
        for one in weighed.impact.differing
    ]
    return {
        "figure": found.figure.code,
        "state": found.state,
        "why": found.why,
        "differences": weighed.lines,
        "differing": numbers,
        "same": weighed.impact.same,
        "unseen": weighed.impact.unseen,
        "left_out": weighed.impact.left_out,
    }


@router.post("/proposals/{pk}", summary="批准或不批准口径修改")
def decide(request: HttpRequest, pk: int, decided: Decided) -> dict[str, Any]:
    """Decide on a proposal; approved, it is in force at once."""
    actor = acting(request)
    found = decide_proposal(
        actor=actor, proposal=get_proposal(actor, pk), approved=decided.approved, answer=decided.answer
    )
    return {"state": found.state, "version": found.version}


@router.post("/{code}/proposals", summary="提出口径修改")
def propose(request: HttpRequest, code: str, proposed: Proposed) -> dict[str, Any]:
    """Propose another definition, which another person approves."""
    made = propose_definition(
        actor=acting(request), figure=named_figure(code), definition=proposed.definition, why=proposed.why
    )
    return {"proposal": made.pk}
