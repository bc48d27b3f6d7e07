"""Values as JSON, alike for the command line and the interface: numbers as exact decimal text, unknown as null."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from bihuan.figure.answer import Answer
from bihuan.figure.change import Change
from bihuan.figure.change_words import sentence
from bihuan.figure.opening import Opened
from bihuan.figure.period import Period
from bihuan.figure.resolved import Resolved
from bihuan.figure.value import Value, places_of, rounded
from bihuan.ledger.append import moment


def answer_as_json(found: Answer, periods: Sequence[Period]) -> dict[str, Any]:
    """What all the values of an answer have in common."""
    clocks = found.question.clocks
    return {
        "as_of": moment(clocks.as_of),
        "known_at": moment(clocks.known_at),
        "periods": [{"code": period.code, "title": period.title} for period in periods],
    }


def value_as_json(found: Answer, value: Value) -> dict[str, Any]:
    """One value with what it rests on. `exact` is the fraction where the decimal text is rounded."""
    figure = found.figures[value.code]
    shown = None if value.number is None else rounded(value.number, places_of(figure))
    tree = found.tree(value.period)
    node = tree.by_pk.get(value.unit or 0)
    told: dict[str, Any] = {
        "figure": value.code,
        "title": figure.spec.title,
        "version": found.catalogue.in_force(value.code).version,
        "unit": node.code if node else None,
        "unit_name": node.name if node else "全部",
        "period": value.period.code,
        "value": None if shown is None else str(shown),
        "measure": figure.spec.unit,
        "records": value.records,
    }
    if value.number is not None and shown is not None and value.number != Fraction(shown):
        told["exact"] = str(value.number)
    if value.partial:
        told["partial"] = True
    if value.slice is not None:
        told["by"] = {"field": value.slice.field, "value": value.slice.value}
        told["by"]["title"] = found.titles[value.slice]
    return told


def change_as_json(change: Change, figure: Resolved) -> dict[str, Any]:
    """Why a value changed: the amounts add up to after - before; null where one end is unknown."""
    before, after = (None if number is None else str(number) for number in (change.before, change.after))
    reasons = [
        {
            "kind": why.kind,
            "title": why.title,
            "amount": None if why.amount is None else str(why.amount),
            "records": why.records,
            "sentence": sentence(why, figure),
            "touched": [{"ledger": ledger, "id": pk} for ledger, pk in why.touched],
        }
        for why in change.reasons
    ]
    return {"before": before, "after": after, "reasons": reasons}


def opened_as_json(
    opened: Sequence[Opened], numbers: dict[int, str], some: slice = slice(None)
) -> list[dict[str, Any]]:
    """The records behind a value: number, id and version of each, all of them or a stretch; `count` is of all."""
    return [
        {
            "figure": part.code,
            "title": part.title,
            "ledger": part.ledger,
            "period": part.period.code,
            "count": len(part.records),
            "records": [
                {"id": pk, "number": numbers.get(pk), "version": version} for pk, version in part.records[some]
            ],
        }
        for part in opened
    ]
