"""Who has reported and who has not, on any day: turns by the declaration, beside what their matters then said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from bihuan.base import clock
from bihuan.base.canonical import loads
from bihuan.expression import Checked, compile_check, evaluate
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.names import names_of
from bihuan.ledger.projection import RecordState, apply
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.declared.definitions import InForce
from bihuan.loop.definitions import loop_of
from bihuan.loop.duty.models import DutySweep, DutyTurn
from bihuan.loop.duty.spec import DutySpec
from bihuan.loop.duty.turns import Turn, instant_of
from bihuan.loop.rules import values_of


class Standing(StrEnum):
    """How a turn stands on a day. Reporting 0 or nothing is reporting; a blank figure is not a 0."""

    REPORTED = "reported"
    ZERO = "zero"
    BLANK = "blank"
    WAITING = "waiting"
    MISSING = "missing"


WORDS = {
    Standing.REPORTED: "已报",
    Standing.ZERO: "零报告",
    Standing.BLANK: "已报未填数",
    Standing.WAITING: "待报",
    Standing.MISSING: "未报",
}


@dataclass(frozen=True)
class TurnStanding:
    """A turn with how it stands; `reported_at` is when it was first reported, `late` whether that was after its day."""

    turn: Turn
    standing: Standing
    record: Record | None
    reported_at: datetime | None
    figure: Any = None

    @property
    def late(self) -> bool:
        return self.reported_at is not None and clock.local_date(self.reported_at) > self.turn.due_on


def standings_on(duty: InForce[DutySpec], turns: Iterable[Turn], day: date) -> list[TurnStanding]:
    """How each turn stood at the end of a day, replayed from its matter's events. It costs two queries and a replay."""
    asked = list(turns)
    opened = _matters(duty.code, asked)
    judge = _Judge.of(duty)
    at = instant_of(day)
    first = judge.first_reports([record.pk for record in opened.values()], at)
    return [_standing(turn, opened.get((turn.period.key, turn.subject)), first, day) for turn in asked]


def _matters(code: str, turns: list[Turn]) -> dict[tuple[str, str], Record]:
    keys = {turn.period.key for turn in turns}
    rows = DutyTurn.objects.filter(code=code, period__in=keys).select_related("record")
    return {(row.period, row.subject): row.record for row in rows}


@dataclass(frozen=True)
class _Report:
    """What a matter said: when it was first reported, and what it says on the day asked."""

    at: datetime
    zero: bool
    blank: bool
    figure: Any


def _standing(turn: Turn, record: Record | None, reports: dict[int, _Report], day: date) -> TurnStanding:
    report = reports.get(record.pk) if record else None
    if report is None:
        waiting = day <= turn.due_on
        return TurnStanding(turn, Standing.WAITING if waiting else Standing.MISSING, record, None)
    standing = Standing.ZERO if report.zero else Standing.BLANK if report.blank else Standing.REPORTED
    return TurnStanding(turn, standing, record, report.at, report.figure)


@dataclass(frozen=True)
class _Judge:
    """A duty's expressions over its ledger, checked."""

    ledger: Ledger
    spec: LedgerSpec
    when: Checked
    zero: Checked | None
    figure: str

    @classmethod
    def of(cls, duty: InForce[DutySpec]) -> "_Judge":
        ledger = duty.ledger(duty.spec.ledger)
        spec, loop = spec_of(ledger), loop_of(ledger)
        names = names_of(spec, loop.states if loop else {})
        report = duty.spec.report
        zero = compile_check(report.zero, names) if report.zero else None
        return cls(ledger, spec, compile_check(report.when, names), zero, report.figure)

    def first_reports(self, records: list[int], at: datetime) -> dict[int, _Report]:
        """By record: since when it has been reported without a break, and what it says at the instant."""
        events = Event.objects.filter(record__in=records, recorded_at__lte=at).order_by("record", "version")
        found: dict[int, _Report] = {}
        for pk, some in groupby(events.values_list("record", "payload", "recorded_at"), key=lambda event: event[0]):
            state, since = RecordState(), None
            record = Record(pk=pk, ledger=self.ledger)
            for _, payload, recorded_at in some:
                state = apply(state, loads(payload))
                record = _as_record(pk, self.ledger, state, recorded_at)
                since = (since or recorded_at) if self._holds(self.when, record) else None
            if since is not None and not state.deleted:
                figure = state.data.get(self.figure)
                zero = self.zero is not None and self._holds(self.zero, record)
                found[pk] = _Report(since, zero, bool(self.figure) and figure is None and not zero, figure)
        return found

    def _holds(self, checked: Checked, record: Record) -> bool:
        at = record.updated_at
        return evaluate(checked, values_of(record, self.spec), today=clock.local_date(at), now=at) is True


def _as_record(pk: int, ledger: Ledger, state: RecordState, at: datetime) -> Record:
    columns = {**vars(state), "unit_id": state.unit, "created_at": at, "updated_at": at}
    del columns["unit"]
    return Record(pk=pk, ledger=ledger, **columns)


def counted(standings: Iterable[TurnStanding]) -> dict[Standing, int]:
    """How many stand in each way; late ones are among the reported."""
    found = dict.fromkeys(Standing, 0)
    for item in standings:
        found[item.standing] += 1
    return found


def is_swept(day: date) -> bool:
    """Whether all duties of a day have been opened already."""
    return DutySweep.objects.filter(day__gte=day).exists()
