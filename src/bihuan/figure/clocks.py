"""The two clocks of every question: as of when it was so, and known at when we knew it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.figure.lake.columns import microseconds
from bihuan.figure.period import Period


@dataclass(frozen=True)
class Clocks:
    """Instants in UTC. A day stands for its end: all that was so, or known, by the close of it."""

    as_of: datetime
    known_at: datetime

    @property
    def day(self) -> date:
        """The county's day of `as_of`: what today() means in a figure."""
        return clock.local_date(self.as_of)

    @cached_property
    def instants(self) -> tuple[int, int]:
        """Both in microseconds, as the lake keeps them."""
        return microseconds(self.as_of), microseconds(self.known_at)

    def at_end(self, period: Period) -> "Clocks":
        """As of the period's end, or as asked where that is earlier."""
        return replace(self, as_of=min(self.as_of, clock.end_of_day(period.end)))


def clocks(as_of: str = "", known_at: str = "") -> Clocks:
    """The clocks as typed: a day or an instant each, now where nothing is. Raises Invalid."""
    now = clock.now()
    return Clocks(_instant(as_of, "as-of", now), _instant(known_at, "known-at", now))


def _instant(text: str, what: str, now: datetime) -> datetime:
    written = text.strip().replace(" ", "T")
    if not written:
        return now
    try:
        if "T" not in written:
            return clock.end_of_day(date.fromisoformat(written))
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise Invalid(f"{what}“{text}”不是日期或时间，应形如 2026-01-31 或 2026-01-31 08:30") from error
    return found if found.tzinfo else found.replace(tzinfo=clock.COUNTY_TIME)
