"""A ranking as pages show it: units best first, each with its arithmetic item by item, opened to its figures."""

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from bihuan.figure.clocks import Clocks
from bihuan.figure.period import Period
from bihuan.scorecard.amendments import Amendment
from bihuan.scorecard.publishing import PublishedAward, PublishedItem, PublishedScore
from bihuan.scorecard.queries import places_gone_up, units_of_measure
from bihuan.scorecard.scoring import plain, rounded
from bihuan.scorecard.spec import ScorecardSpec


def groups_of(
    card: ScorecardSpec,
    scores: Sequence[PublishedScore],
    period: Period,
    clocks: Clocks,
    codes: Mapping[int, str],
    before: Mapping[int, PublishedScore] | None = None,
    what_if: Callable[[int], str] = lambda _unit: "",
) -> list[dict[str, Any]]:
    """The ranking group by group. `codes` are the units' codes, `before` their scores of last time, `what_if` gives
    the address of a unit's outlook, or nothing.
    """
    found, units = [], units_of_measure(card, clocks)
    lights = {level.code: level.light for grades in card.grades for level in grades.levels}
    for group in card.groups:
        mine = [score for score in scores if score.group == group.code]
        rows = [
            _row(score)
            | _since(before or {}, score)
            | {
                "light": lights.get(score.grade, ""),
                "what_if": what_if(score.unit),
                "items": [_item(item, codes.get(score.unit, ""), period, clocks, units) for item in score.items],
            }
            for score in mine
            if score.total is not None
        ]
        unranked = [score.name for score in mine if score.total is None]
        found.append({"title": group.title, "rows": rows, "unranked": unranked, "count": len(mine)})
    return found


def _since(before: Mapping[int, PublishedScore], score: PublishedScore) -> dict[str, str]:
    """The change of place and of grade since last time."""
    then = before.get(score.unit)
    up = places_gone_up(then, score)
    return {
        "moved": "" if not up else f"↑{up}" if up > 0 else f"↓{-up}",
        "grade_before": then.grade if then and then.grade != score.grade else "",
    }


def _row(score: PublishedScore) -> dict[str, Any]:
    return {
        "unit": score.unit,
        "name": score.name,
        "rank": score.rank or "—",
        "total": _total(score),
        "grade": score.grade,
        "held_by": "；".join(score.held_by),
        "awards": [_award(award) for award in score.awards],
    }


def _total(score: PublishedScore) -> str:
    """To two places, so that totals stand under each other."""
    return "—" if score.total is None else f"{score.total:.2f}"


def _award(award: PublishedAward) -> str:
    return f"{award.title} {'—' if award.amount is None else plain(award.amount)} {award.unit}".strip()


def measured(value: Decimal | None, unit: str) -> str:
    """A value to two places with its unit of measure: 87.5%, 3 件."""
    if value is None:
        return "—"
    return f"{plain(rounded(value))}{unit if unit in ('', '%') else f' {unit}'}"


def _item(
    item: PublishedItem, unit: str, period: Period, clocks: Clocks, measures: Mapping[str, str]
) -> dict[str, Any]:
    asked = {"unit": unit, "period": period.code}
    asked |= {"as_of": clocks.as_of.isoformat(), "known_at": clocks.known_at.isoformat()}
    return {
        "code": item.code,
        "title": item.title,
        "value": measured(item.value, measures.get(item.figure, "")),
        "full": plain(item.full),
        "points": plain(item.points) if item.counted else "不计",
        "told": item.told,
        "url": f"/figures/{item.figure}/?{urlencode(asked)}" if item.figure else "",
    }


def compared(then: Sequence[PublishedScore], now: Sequence[PublishedScore]) -> list[dict[str, Any]]:
    """Two rankings side by side, a unit a row, in the order of the first and then of the second."""
    before, after = ({score.unit: score for score in scores} for scores in (then, now))
    return [_compared(before.get(unit), after.get(unit)) for unit in dict.fromkeys([*before, *after])]


def amended(changes: Sequence[Amendment], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Granted appeals, each with what it changed for the unit that made it. `titles` are those of the items."""
    return [
        {
            "name": change.after.name,
            "item": titles.get(change.appeal.item, change.appeal.item),
            "answer": change.appeal.answer,
            "value": [_value(score, change.appeal.item) for score in (change.before, change.after)],
            "result": [_result(score) for score in (change.before, change.after)],
        }
        for change in changes
    ]


def _value(score: PublishedScore, code: str) -> str:
    item = score.item.get(code)
    return "—" if item is None or item.value is None else plain(rounded(item.value))


def moved_by(then: Sequence[PublishedScore], now: Sequence[PublishedScore]) -> list[dict[str, Any]]:
    """The units whose score, place or grade is another than it was, in the order of now."""
    before = {score.unit: score for score in then}
    return [_compared(before[one.unit], one) for one in now if _result(before[one.unit]) != _result(one)]


def marked(
    groups: list[dict[str, Any]], rows: Sequence[Mapping[str, Any]], own: Collection[int]
) -> list[dict[str, Any]]:
    """The ranking with one's own units marked, and with what a unit that an appeal moved had before.

    `rows` are those of `moved_by`.
    """
    before = {row["unit"]: row["then"] for row in rows}
    return [
        {
            **group,
            "rows": [
                {**row, "corrected": before.get(row["unit"]), "is_own": row["unit"] in own} for row in group["rows"]
            ],
        }
        for group in groups
    ]


def _compared(then: PublishedScore | None, now: PublishedScore | None) -> dict[str, Any]:
    known = then or now
    return {
        "unit": known.unit if known else 0,
        "name": known.name if known else "",
        "then": _result(then),
        "now": _result(now),
        "gap": _gap(then, now),
    }


def _gap(then: PublishedScore | None, now: PublishedScore | None) -> str:
    if then is None or now is None or then.total is None or now.total is None:
        return ""
    return f"{now.total - then.total:+.2f}" if now.total != then.total else ""


def _result(score: PublishedScore | None) -> dict[str, Any]:
    if score is None:
        return {"rank": "—", "total": "不考核", "grade": ""}
    return {
        "rank": score.rank or "—",
        "total": _total(score),
        "grade": score.grade,
    }
