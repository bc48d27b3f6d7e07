"""A ranking as pages show it: units best first, each with its arithmetic item by item, opened to its figures."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from bihuan.figure.clocks import Clocks
from bihuan.figure.period import Period
from bihuan.scorecard.publishing import PublishedAward, PublishedItem, PublishedScore
from bihuan.scorecard.scoring import plain, rounded
from bihuan.scorecard.spec import ScorecardSpec


def groups_of(
    card: ScorecardSpec,
    scores: Sequence[PublishedScore],
    period: Period,
    clocks: Clocks,
    codes: Mapping[int, str],
    moved: Mapping[int, int] | None = None,
    what_if: Callable[[int], str] = lambda _unit: "",
) -> list[dict[str, Any]]:
    """The ranking group by group. `codes` are the units' codes, `moved` the places that they went up, `what_if` gives
    the address of a unit's outlook, or nothing.
    """
    found = []
    for group in card.groups:
        rows = [score for score in scores if score.group == group.code]
        lines = [_row(score, period, clocks, codes, moved or {}) | {"what_if": what_if(score.unit)} for score in rows]
        found.append({"title": group.title, "rows": lines, "count": len(lines)})
    return found


def _row(
    score: PublishedScore, period: Period, clocks: Clocks, codes: Mapping[int, str], moved: Mapping[int, int]
) -> dict[str, Any]:
    up = moved.get(score.unit)
    return {
        "unit": score.unit,
        "name": score.name,
        "rank": score.rank or "—",
        "total": "—" if score.total is None else plain(score.total),
        "grade": score.grade,
        "held_by": "；".join(score.held_by),
        "moved": "" if not up else f"↑{up}" if up > 0 else f"↓{-up}",
        "awards": [_award(award) for award in score.awards],
        "items": [_item(item, codes.get(score.unit, ""), period, clocks) for item in score.items],
    }


def _award(award: PublishedAward) -> str:
    return f"{award.title} {'—' if award.amount is None else plain(award.amount)} {award.unit}".strip()


def _item(item: PublishedItem, unit: str, period: Period, clocks: Clocks) -> dict[str, Any]:
    asked = {"unit": unit, "period": period.code}
    asked |= {"as_of": clocks.as_of.isoformat(), "known_at": clocks.known_at.isoformat()}
    return {
        "code": item.code,
        "title": item.title,
        "value": "—" if item.value is None else plain(rounded(item.value)),
        "full": plain(item.full),
        "points": plain(item.points) if item.counted else "不计",
        "told": item.told,
        "url": f"/figures/{item.figure}/?{urlencode(asked)}" if item.figure else "",
    }


def compared(then: Sequence[PublishedScore], now: Sequence[PublishedScore]) -> list[dict[str, Any]]:
    """Two rankings side by side, a unit a row, in the order of the first and then of the second."""
    before, after = ({score.unit: score for score in scores} for scores in (then, now))
    return [_compared(before.get(unit), after.get(unit)) for unit in dict.fromkeys([*before, *after])]


def _compared(then: PublishedScore | None, now: PublishedScore | None) -> dict[str, Any]:
    known = then or now
    return {
        "name": known.name if known else "",
        "then": _result(then),
        "now": _result(now),
        "gap": _gap(then, now),
    }


def _gap(then: PublishedScore | None, now: PublishedScore | None) -> str:
    if then is None or now is None or then.total is None or now.total is None:
        return ""
    return f"{now.total - then.total:+}"


def _result(score: PublishedScore | None) -> dict[str, Any]:
    if score is None:
        return {"rank": "—", "total": "不考核", "grade": ""}
    return {
        "rank": score.rank or "—",
        "total": "—" if score.total is None else plain(score.total),
        "grade": score.grade,
    }
