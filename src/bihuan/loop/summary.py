"""How a ledger's matters stand and close: counts, rates and times, with what is doubtful told apart."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from django.db.models import QuerySet

from bihuan.ledger.models import Record
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.values import status_word
from bihuan.loop.colour import bounds_at, colour_of
from bihuan.loop.opening import instant
from bihuan.loop.spec import LoopSpec
from bihuan.loop.tally_counts import Counts, no_counts


@dataclass(frozen=True)
class Summary:
    """How a ledger's matters stand and close at an instant.

    `counted` figures leave out doubtful rows; `as_filed` figures take the file's own columns as they are.
    Rates are in per cent, times in hours; None where there is nothing to divide.
    """

    total: int
    by_state: dict[str, int]
    by_status: dict[str, int]
    counts: Counts
    closed: int
    overdue: int
    on_time: int
    with_deadline: int
    median_hours: float | None
    mean_hours: float | None
    doubtful: tuple[str, ...] = ()
    as_filed: dict[str, Any] = field(default_factory=dict)

    @property
    def closure_rate(self) -> float | None:
        return 100 * self.closed / self.total if self.total else None

    @property
    def on_time_rate(self) -> float | None:
        return 100 * self.on_time / self.with_deadline if self.with_deadline else None


def is_overdue(due_at: datetime | None, closed_at: datetime | None, at: datetime) -> bool:
    """Late: there is a deadline, and the closing (or, while open, the instant asked) is after it."""
    return due_at is not None and (closed_at if closed_at and closed_at <= at else at) > due_at


def summary(rows: Iterable[Record], spec: LedgerSpec, loop: LoopSpec, at: datetime) -> Summary:
    """The summary of rows at an instant: one read. `rows` may be a query, or records as they once were."""
    bounds = bounds_at(loop, at)
    counts, by_state, by_status = no_counts(), dict.fromkeys(loop.states, 0), dict[str, int]()
    overdue = on_time = with_deadline = closed = total = 0
    hours: list[float] = []
    doubtful: list[str] = []
    filed = _Filed(spec)
    for number, state, opened, due, closing, progress, data in _standing(rows):
        total += 1
        doubt = filed.add(data)
        is_closed = closing is not None and closing <= at
        counts[colour_of(due, closing, bounds)] += 1
        by_state[state] = by_state.get(state, 0) + 1
        if spec.status_field:
            word = status_word(spec, data)
            by_status[word] = by_status.get(word, 0) + 1
        overdue += is_overdue(due, closing, at)
        if doubt or progress.get("doubtful"):
            doubtful.append(number)
        closed += is_closed
        if is_closed and not progress.get("doubtful"):
            if opened:
                hours.append((closing - opened).total_seconds() / 3600)
            if due:
                with_deadline += 1
                on_time += closing <= due
    return Summary(
        total,
        by_state,
        by_status,
        counts,
        closed,
        overdue,
        on_time,
        with_deadline,
        median(hours) if hours else None,
        sum(hours) / len(hours) if hours else None,
        tuple(doubtful),
        filed.figures(),
    )


def _standing(rows: Iterable[Record]) -> Iterator[tuple[Any, ...]]:
    columns = ("number", "state", "opened_at", "due_at", "closed_at", "loop", "data")
    if isinstance(rows, QuerySet):
        yield from rows.order_by("pk").values_list(*columns).iterator(5_000)
    else:
        yield from (tuple(getattr(row, column) for column in columns) for row in rows)


class _Filed:
    """The same figures by the file's own columns, doubtful rows and all, so that both can be told."""

    def __init__(self, spec: LedgerSpec) -> None:
        self.spec = spec
        self.hours: list[float] = []
        self.with_deadline = self.on_time = 0

    def add(self, data: dict[str, Any]) -> bool:
        """Take a row in; True if its dates contradict each other or its status."""
        closed = instant(data.get(self.spec.closed_field))
        if closed is None:
            return False
        opened, due = (
            instant(data.get(self.spec.opened_field)),
            instant(data.get(self.spec.due_field), end=True),
        )
        if opened:
            self.hours.append((closed - opened).total_seconds() / 3600)
        if due:
            self.with_deadline += 1
            self.on_time += closed <= due
        is_open = bool(self.spec.status_field) and status_word(self.spec, data) not in self.spec.closed_values
        return bool(opened and closed < opened) or is_open

    def figures(self) -> dict[str, Any]:
        if not self.hours:
            return {}
        return {
            "closed_times": len(self.hours),
            "median_hours": round(median(self.hours), 4),
            "mean_hours": round(sum(self.hours) / len(self.hours), 4),
            "with_deadline": self.with_deadline,
            "on_time": self.on_time,
            "on_time_rate": round(100 * self.on_time / self.with_deadline, 2) if self.with_deadline else None,
        }
