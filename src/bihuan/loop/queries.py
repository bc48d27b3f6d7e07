"""What the loop's pages ask: how many of each colour, for whom, what is near due, how well it closes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from django.db.models import Count, Q, QuerySet

from bihuan.base import clock
from bihuan.base.canonical import loads
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.projection import RecordState, apply
from bihuan.ledger.rules import owns, scope_everywhere, visible_ledgers, visible_records
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.colour import Bounds, Colour, bounds_at, colour_case, colour_of
from bihuan.loop.definitions import loop_of
from bihuan.loop.opening import instant
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor

Counts = dict[Colour, int]


def no_counts() -> Counts:
    """Nothing of any colour."""
    return dict.fromkeys(Colour, 0)


def colour_counts(rows: QuerySet[Record], bounds: Bounds) -> Counts:
    """How many of the rows have each colour at the bounds' instant: one scan."""
    counted = rows.order_by().annotate(colour=colour_case(bounds)).values("colour").annotate(n=Count("pk"))
    return no_counts() | {Colour(row["colour"]): row["n"] for row in counted}


@dataclass(frozen=True)
class BoardRow:
    """A unit's matters by colour, with those of the units under it."""

    unit: int | None
    name: str
    counts: Counts
    is_own: bool = False

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def board(
    actor: Actor, ledgers: Iterable[Ledger], *, under: int | None = None, at: datetime | None = None
) -> list[BoardRow]:
    """Units by colours over ledgers with loops: the children of a unit (the county's, at first), each rolled up."""
    at = at or clock.now()
    by_unit: dict[int | None, Counts] = {}
    for ledger in ledgers:
        loop = loop_of(ledger)
        if loop is None:
            continue
        rows = visible_records(actor, ledger).order_by()
        coloured = rows.annotate(colour=colour_case(bounds_at(loop, at)))
        for row in coloured.values("unit", "colour").annotate(n=Count("pk")):
            by_unit.setdefault(row["unit"], no_counts())[Colour(row["colour"])] += row["n"]
    return _roll_up(actor, by_unit, under)


def _roll_up(actor: Actor, by_unit: dict[int | None, Counts], under: int | None) -> list[BoardRow]:
    tree = actor.tree
    roots = [node for node in tree.nodes if node.depth == 0]
    top = tree.by_pk.get(under) if under else next(iter(roots), None)
    rows: list[BoardRow] = []
    if top:
        if top.pk in by_unit:
            rows.append(BoardRow(top.pk, f"{top.name}（本级）", by_unit[top.pk], is_own=True))
        children = [node for node in tree.below(top.pk) if node.parent == top.pk]
        rows += [
            BoardRow(child.pk, child.name, _summed(by_unit, [node.pk for node in tree.below(child.pk)]))
            for child in children
        ]
    if under is None:
        stray = [unit for unit in by_unit if unit is None or unit not in tree.by_pk]
        rows.append(BoardRow(None, "未定责任单位", _summed(by_unit, stray)))
    return [row for row in rows if row.total]


def _summed(by_unit: dict[int | None, Counts], units: Sequence[int | None]) -> Counts:
    total = no_counts()
    for unit in units:
        for colour, number in by_unit.get(unit, {}).items():
            total[colour] += number
    return total


def waiting_steps(actor: Actor, ledger: Ledger, loop: LoopSpec) -> Q:
    """The condition under which a matter of this ledger waits for the actor: someone of their role must move it on."""
    condition = Q(pk__in=[])
    works_for_owner = owns(actor, ledger) and not actor.reads_all
    for verb in loop.verbs:
        if not verb.to or not verb.from_:
            continue
        for who in verb.who:
            if not any(post.role in who.role for post in actor.posts):
                continue
            steps = Q(state__in=verb.from_)
            if who.unit == "responsible":
                mine = [node.pk for role in who.role for node in _under_role(actor, role)]
                condition |= steps & Q(unit__in=sorted(set(mine)))
            elif who.unit == "owner" and works_for_owner and _in_owner(actor, ledger, who.role):
                condition |= steps
    return condition & Q(closed_at__isnull=True)


def _under_role(actor: Actor, role: str) -> list[Any]:
    return [node for post in actor.posts if post.role == role for node in actor.tree.nodes if node.pk == post.unit]


def _in_owner(actor: Actor, ledger: Ledger, roles: Sequence[str]) -> bool:
    return any(post.role in roles and actor.tree.is_below(post.unit, ledger.owner_id) for post in actor.posts)


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
            word = str(data.get(spec.status_field, ""))
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
        status = data.get(self.spec.status_field)
        return bool(opened and closed < opened) or bool(
            self.spec.status_field and status not in self.spec.closed_values
        )

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


def state_on(record: Record, at: datetime) -> RecordState:
    """A record as it was at an instant, replayed from what had taken effect by then."""
    state = RecordState()
    events = Event.objects.filter(record=record, effective_at__lte=at).order_by("version")
    for payload in events.values_list("payload", flat=True):
        state = apply(state, loads(payload))
    return state


def loop_ledgers(actor: Actor) -> list[tuple[Ledger, LoopSpec]]:
    """The visible ledgers that have a loop."""
    found = ((ledger, loop_of(ledger)) for ledger in visible_ledgers(actor))
    return [(ledger, loop) for ledger, loop in found if loop]


def mine_everywhere(actor: Actor) -> QuerySet[Record]:
    """All records the actor may see, over all ledgers."""
    return Record.objects.filter(scope_everywhere(actor))


def history_colours(record: Record, loop: LoopSpec, days: Sequence[datetime]) -> list[Colour]:
    """The colour a matter had at each instant, replayed from its events and the rules in force then."""
    colours = []
    for at in days:
        state = state_on(record, at)
        colours.append(colour_of(state.due_at, state.closed_at, bounds_at(loop, at)))
    return colours
