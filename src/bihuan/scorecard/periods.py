"""The periods of a scorecard: months, two months, quarters, halves or years of the calendar, and the latest of them."""

from datetime import date, timedelta

from bihuan.base.errors import Invalid
from bihuan.figure.period import Period, before, parse_period
from bihuan.scorecard.spec import ScorecardSpec

_MONTHS = {"month": 1, "two_months": 2, "quarter": 3, "half": 6, "year": 12}
TITLES = {"month": "每月", "two_months": "每双月", "quarter": "每季", "half": "每半年", "year": "每年"}
"""How often a scorecard is held, in words."""
_OFFERED = {"month": 12, "two_months": 7, "quarter": 6, "half": 4, "year": 3}


def period_with(card: ScorecardSpec, day: date) -> Period:
    """The calendar period of the scorecard's kind that a day is in: two months begin in odd months."""
    months = _MONTHS[card.period]
    first = (day.month - 1) // months * months + 1
    return parse_period(f"{day.year}-{first:02}..{day.year}-{first + months - 1:02}", day)


def is_held(card: ScorecardSpec, period: Period) -> bool:
    """Whether a ranking of just this period may be published."""
    return period == period_with(card, period.start) and (not card.months or period.end.month in card.months)


def require_held(card: ScorecardSpec, period: Period) -> None:
    """Raise Invalid with the periods that there are."""
    if not is_held(card, period):
        only = f"，只在 {'、'.join(str(month) for month in card.months)} 月" if card.months else ""
        raise Invalid(f"“{card.title}”{TITLES[card.period]}一次{only}，不能公布{period.title}的结果")


def asked_period(card: ScorecardSpec, typed: str, day: date) -> Period:
    """The period typed; if none was, the running year, or of a shorter kind the last that is over.

    A month that still runs has few of its returns in: its ranking would say little.
    """
    if typed.strip():
        return parse_period(typed, day)
    newest = period_with(card, day)
    return newest if card.period == "year" or newest.end == day else _held_before(card, newest)


def offered(card: ScorecardSpec, day: date) -> list[Period]:
    """The periods to choose from, the newest first: the one that runs, and some before."""
    found, period = list[Period](), period_with(card, day)
    while len(found) < _OFFERED[card.period]:
        if is_held(card, period):
            found.append(period)
        period = period_with(card, period.start - timedelta(days=1))
    return found


def _held_before(card: ScorecardSpec, period: Period) -> Period:
    period = before(period)
    while not is_held(card, period):
        period = before(period)
    return period
