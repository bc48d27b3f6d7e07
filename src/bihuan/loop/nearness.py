"""From which day on a due date is near, by a dated colour rule."""

from datetime import date, timedelta
from functools import lru_cache

from bihuan.loop.deadline import last_day_within
from bihuan.loop.spec import ColourSpec, DayCount


def near_from(rule: ColourSpec, due: date) -> date:
    """The first day on which a matter due then is near, by one colour rule."""
    return _near_from(rule.yellow_within, rule.count, due)


@lru_cache(maxsize=10_000)
def _near_from(within: int, count: DayCount, due: date) -> date:
    day = due - timedelta(days=within)
    if count == "calendar":
        return day
    while last_day_within(day - timedelta(days=1), within, count) >= due:
        day -= timedelta(days=1)
    return day
