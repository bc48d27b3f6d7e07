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
from bihuan.loop.definitions import every_version
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor


@dataclass
class UnitDays:
    """What one unit's matters went through between two instants; how many there were, and how many turned red.

    `paused` are days within those of the colours.
    """

    days: dict[Colour, float] = field(default_factory=lambda: dict.fromkeys(Colour, 0.0))
    paused: float = 0.0
    red_by_level: dict[str, float] = field(default_factory=dict)
    matters: int = 0
    turned: int = 0


@dataclass(frozen=True)
class ColourDays:
    """By the unit that owed the matters, and the red days by the unit whose turn it was."""

    by_unit: dict[int | None, UnitDays] = field(default_factory=dict)
    charged: dict[int | None, float] = field(default_factory=dict)

    def of(self, unit: int | None) -> UnitDays:
        """What a unit's matters went through, to be added to."""
        return self.by_unit.setdefault(unit, UnitDays())

    def charge(self, unit: int | None, level: str, charged: int | None, days: float) -> None:
        """Red days of a unit's matters, to the level and the unit whose turn it was."""
        by_level = self.of(unit).red_by_level
        by_level[level] = by_level.get(level, 0.0) + days
        self.charged[charged] = self.charged.get(charged, 0.0) + days


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
    found = ColourDays()
    open_in: set[tuple[int | None, int]] = set()
    turned_in: set[tuple[int | None, int]] = set()
    for record, stretches in _courses(actor, rows, ledger, loop, end):
        for stretch in (part for one in stretches if (part := _within(one, start, end))):
            if stretch.colour is Colour.WHITE:
                continue
            of = found.of(stretch.unit)
            open_in.add((stretch.unit, record))
            of.days[stretch.colour] += stretch.days
            of.paused += stretch.days if stretch.paused else 0.0
            if stretch.colour is Colour.RED:
                found.charge(stretch.unit, stretch.level, stretch.charged, stretch.days)
        turned_in |= {(one.unit, record) for one in turned_red(stretches) if start <= one.start < end}
    for unit, _ in open_in:
        found.of(unit).matters += 1
    for unit, _ in turned_in:
        found.of(unit).turned += 1
    return found


def ever_paused(ledger: Ledger, rows: QuerySet[Record]) -> QuerySet[Record]:
    """Those of the matters that somebody paused at any time: only they have pauses to replay."""
    pauses = {f"verb:{verb.code}" for loop in every_version(ledger) for verb in loop.verbs if verb.effect == "pause"}
    return rows.filter(pk__in=Event.objects.filter(ledger=ledger, kind__in=sorted(pauses)).values("record"))


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
