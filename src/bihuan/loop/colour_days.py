"""Days spent in each colour by each unit, how much of the red is charged to which level, and who let it turn red."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from django.db.models import Q, QuerySet

from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.rules import visible_records
from bihuan.loop.colour import Colour
from bihuan.loop.course import Stretch, course, moments_of, turned_red
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor


@dataclass
class UnitDays:
    """What one unit's matters went through between two instants. `paused` is a part of the green days."""

    days: dict[Colour, float] = field(default_factory=lambda: dict.fromkeys(Colour, 0.0))
    paused: float = 0.0
    red_by_level: dict[str, float] = field(default_factory=dict)
    matters: set[int] = field(default_factory=set)
    turned: set[int] = field(default_factory=set)

    def add(self, record: int, stretch: Stretch) -> None:
        self.matters.add(record)
        self.days[stretch.colour] += stretch.days
        if stretch.paused:
            self.paused += stretch.days
        if stretch.colour is Colour.RED:
            self.red_by_level[stretch.level] = self.red_by_level.get(stretch.level, 0.0) + stretch.days


@dataclass(frozen=True)
class ColourDays:
    """By the unit that owed the matters, and the red days by the unit whose turn it was."""

    by_unit: dict[int | None, UnitDays]
    charged: dict[int | None, float]


def to_replay(actor: Actor, ledger: Ledger, start: datetime, units: Collection[int] | None = None) -> QuerySet[Record]:
    """The matters in sight that were still open at an instant or since, of some units or of all."""
    rows = visible_records(actor, ledger).filter(Q(closed_at__isnull=True) | Q(closed_at__gte=start))
    return rows if units is None else rows.filter(unit__in=units)


def colour_days(
    actor: Actor, rows: QuerySet[Record], ledger: Ledger, loop: LoopSpec, start: datetime, end: datetime
) -> ColourDays:
    """Replay matters (`to_replay`) between two instants: one read of their events.

    Time after the close-out is not counted: white is where a matter stops.
    """
    by_unit: dict[int | None, UnitDays] = {}
    charged: dict[int | None, float] = {}
    for record, stretches in _courses(actor, rows, ledger, loop, end):
        within = [part for stretch in stretches if (part := _within(stretch, start, end))]
        for stretch in within:
            if stretch.colour is Colour.WHITE:
                continue
            by_unit.setdefault(stretch.unit, UnitDays()).add(record, stretch)
            if stretch.colour is Colour.RED:
                charged[stretch.charged] = charged.get(stretch.charged, 0.0) + stretch.days
        for stretch in turned_red(stretches):
            if start <= stretch.start < end:
                by_unit.setdefault(stretch.unit, UnitDays()).turned.add(record)
    return ColourDays(by_unit, charged)


def _courses(
    actor: Actor, rows: QuerySet[Record], ledger: Ledger, loop: LoopSpec, until: datetime
) -> Iterator[tuple[int, list[Stretch]]]:
    events = Event.objects.filter(record__in=rows.order_by().values("pk"), effective_at__lte=until)
    columns = ("record_id", "effective_at", "payload")
    told = events.order_by("record_id", "version").values_list(*columns).iterator(5_000)
    for record, some in groupby(told, key=itemgetter(0)):
        moments = moments_of((effective, payload) for _, effective, payload in some)
        yield record, course(moments, ledger, loop, actor.tree, until)


def _within(stretch: Stretch, start: datetime, end: datetime) -> Stretch | None:
    """The part of a stretch that lies between two instants."""
    begin, finish = max(stretch.start, start), min(stretch.end, end)
    if finish - begin <= timedelta(0):
        return None
    return Stretch(**{**vars(stretch), "start": begin, "end": finish})
