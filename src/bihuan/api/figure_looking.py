"""The explorer's table, and the figures that count a record, for other programs."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from bihuan.api.acting import acting
from bihuan.api.figure_values import told_value
from bihuan.base.errors import Invalid
from bihuan.figure.clocks import clocks
from bihuan.figure.counting import counted_by
from bihuan.figure.rules import Reach
from bihuan.figure.value import Value
from bihuan.figure.wire import answer_as_json
from bihuan.ledger.rules import get_record
from bihuan.web.exploring import explored, exploring

router = Router(tags=["指标"])


@router.get("/explore", summary="几个指标的一张表")
def explore(request: HttpRequest) -> dict[str, Any]:
    """What the explorer's page shows for the same address."""
    actor = acting(request)
    asked = exploring(request.GET, actor)
    if not asked.codes:
        raise Invalid("请用 f=指标 选至少一个指标")
    found = explored(asked, actor)
    rows = [
        {
            "title": row.title,
            "values": [
                told_value(found.found, value) if isinstance(value, Value) else {"refused": value} for value in values
            ],
        }
        for row, values in found.rows
    ]
    told = answer_as_json(found.found, asked.periods)
    return told | {"columns": [column.title for column in found.columns], "rows": rows, "left_out": found.rest}


@router.get("/counting/{record}", summary="引用一条记录的指标")
def counting(request: HttpRequest, record: int) -> dict[str, Any]:
    """The figures that count a record as it stands, each with its period and value."""
    actor = acting(request)
    found = counted_by(get_record(actor, record), clocks(), Reach(actor))
    told = [
        {
            "figure": one.figure.code,
            "title": one.figure.spec.title,
            "period": one.period.code,
            "value": None if one.value is None or one.value.number is None else str(one.value.number),
            "measure": one.figure.spec.unit,
            "known": one.value is not None,
            "used_in": list(one.above),
        }
        for one in found
    ]
    return {"record": record, "figures": told}
