"""Where the records behind figures lie: their places, and each unit's value in the middle of its records."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse

from bihuan.figure.opening import open_value
from bihuan.figure.resolved import Base
from bihuan.figure.value import Value
from bihuan.ledger.among import among
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.rules import visible_records
from bihuan.ledger.sight import sight_of
from bihuan.org.actor import Actor
from bihuan.web.exploring import Explored
from bihuan.web.figure_asking import Wanted, cell
from bihuan.web.figure_drawing import Centre, Map, Spot, drawn_map

MOST_PLACES = 3_000
_KINDS = ("point", "polygon")


def map_of(explored: Explored, actor: Actor) -> tuple[Map | None, str]:
    """The map of the first column, and what has to be said of it."""
    asked = explored.asked
    figure = explored.found.figures[explored.columns[0].code]
    if not isinstance(figure, Base):
        return None, "地图只画直接统计台账的指标；比率等请换成它的分子或分母。"
    ledger = explored.found.catalogue.ledgers[figure.view.code]
    field = _place_field(actor, ledger)
    if field is None:
        return None, f"“{ledger.title}”没有您能看的位置字段，画不出地图。"
    unit = asked.units[0] if len(asked.units) == 1 else None
    opened = open_value(explored.found, figure.code, unit, asked.periods[0])[0]
    rows = visible_records(actor, ledger).filter(among(opened.ids)).exclude(**{f"data__{field}": None})
    shown = list(rows.order_by("-pk").only("pk", "number", "unit_id", "data", "ledger_id")[: MOST_PLACES + 1])
    spots = [spot for record in shown[:MOST_PLACES] if (spot := _spot(record, field))]
    told = [f"{len(opened.ids) - len(spots):,} 条记录没有位置，没有画出。"] if len(spots) < len(opened.ids) else []
    if len(shown) > MOST_PLACES:
        told = [f"只画出最近的 {MOST_PLACES:,} 条有位置的记录，其余没有画。"]
    return drawn_map(spots, list(_centres(explored, shown[:MOST_PLACES], field))), "".join(told)


def _place_field(actor: Actor, ledger: Ledger) -> str | None:
    """The ledger's first point or area that the person sees."""
    spec = sight_of(actor, ledger).spec
    return next((field.code for field in spec.fields if field.kind in _KINDS and not field.personal), None)


def _rings(shape: Mapping[str, Any]) -> tuple[tuple[tuple[float, float], ...], ...]:
    if shape.get("type") == "Point":
        longitude, latitude = shape["coordinates"]
        return (((longitude, latitude),),)
    return tuple(tuple((place[0], place[1]) for place in ring) for ring in shape["coordinates"])


def _spot(record: Record, field: str) -> Spot | None:
    shape = record.data.get(field)
    if not isinstance(shape, dict):
        return None
    return Spot(_rings(shape), record.number, reverse("record", args=[record.pk]))


def _centres(explored: Explored, records: Iterable[Record], field: str) -> Iterable[Centre]:
    """The middle of the records of each unit among the rows."""
    asked, tree = explored.asked, explored.found.tree(explored.asked.periods[0])
    plain = Wanted(asked.codes, asked.periods[0], None, asked.clocks, asked.by)
    known = list(records)
    for row, values in explored.rows:
        value = values[0]
        if row.unit is None or not isinstance(value, Value) or value.number is None:
            continue
        members = {node.pk for node in tree.below(row.unit)}
        spots = [spot for record in known if record.unit_id in members and (spot := _spot(record, field))]
        places = [place for spot in spots for ring in spot.rings for place in ring]
        if places:
            told = cell(explored.found, plain, value)
            middle = [sum(place[side] for place in places) / len(places) for side in (0, 1)]
            yield Centre(middle[0], middle[1], float(value.number), row.title, told["text"], told.get("url", ""))
