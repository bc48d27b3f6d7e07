"""Proof that nothing was altered: every chain recomputed, every projection replayed."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, models, transaction

from bihuan.base import chain
from bihuan.base.canonical import loads
from bihuan.ledger.append import event_content
from bihuan.ledger.derived import derive, kept, refill
from bihuan.ledger.models import Chain, Event, Ledger, Record
from bihuan.ledger.projection import RecordState, apply, state_of
from bihuan.ledger.rows import OfAll, insert_records, record_rows, update_records


@dataclass(frozen=True)
class Finding:
    """Something that does not hold: in which ledger, at which event or record, and what."""

    ledger: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.ledger} {self.place}：{self.message}" if self.place else f"{self.ledger}：{self.message}"


def verify_chain(ledger: Ledger) -> Iterator[Finding]:
    """Recompute a ledger's chain from its first event and report each event that does not fit.

    A changed event is named by position; missing events and a recomputed or shortened chain are found by the
    positions and the signed head.
    """
    previous, position = chain.GENESIS, 0
    for event in Event.objects.filter(ledger=ledger).order_by("position").iterator(2_000):
        if event.position != position + 1:
            yield Finding(ledger.code, f"事件 {position + 1}", f"缺失，其后是事件 {event.position}")
        if chain.link(previous, event_content(event, ledger.code)) != event.hash:
            yield Finding(ledger.code, f"事件 {event.position}", f"内容与哈希不符，被改动过（记录 {event.record_id}）")
        previous, position = event.hash, event.position
    head = Chain.objects.filter(ledger=ledger).first()
    if head is None:
        yield Finding(ledger.code, "链尾", "没有了，无法证明事件完整")
    elif (head.position, head.head) != (position, previous):
        yield Finding(ledger.code, "链尾", f"应有 {head.position} 个事件，现有 {position} 个")
    elif head.signature != chain.sign(ledger.code, position, previous):
        yield Finding(ledger.code, "链尾", "签名不符：链被整体重算过，或密钥不是本机的")


def replay(ledger: Ledger) -> Iterator[tuple[int, RecordState]]:
    """Each record's state as its events give it, in order of record."""
    record, state = 0, RecordState()
    events = Event.objects.filter(ledger=ledger).order_by("record_id", "version")
    for record_id, payload in events.values_list("record_id", "payload").iterator(2_000):
        if record_id != record:
            if record:
                yield record, state
            record, state = record_id, RecordState()
        state = apply(state, loads(payload))
    if record:
        yield record, state


def check_projection(ledger: Ledger) -> Iterator[Finding]:
    """Compare every record's row with the replay of its events."""
    replayed = replay(ledger)
    known = next(replayed, None)
    for row in Record.objects.filter(ledger=ledger).order_by("pk").iterator(2_000):
        while known is not None and known[0] < row.pk:
            yield _lost(ledger, known)
            known = next(replayed, None)
        if known is None or known[0] != row.pk:
            yield Finding(ledger.code, f"记录 {row.number}", "没有任何事件")
            continue
        if known[1] != state_of(row):
            yield Finding(ledger.code, f"记录 {row.number}", f"与事件不符：{_differences(known[1], state_of(row))}")
        known = next(replayed, None)
    while known is not None:
        yield _lost(ledger, known)
        known = next(replayed, None)


def check_records(ledger: Ledger) -> Iterator[Finding]:
    """Every record against its events; and, where all records are right, what follows from them."""
    sound = True
    for finding in check_projection(ledger):
        sound = False
        yield finding
    if sound:
        yield from check_derived(ledger)


def check_derived(ledger: Ledger) -> Iterator[Finding]:
    """Compare the counts and links kept for a ledger with what its records amount to."""
    wanted, found = derive(ledger.pk), kept(ledger.pk)
    for name, title in (("due", "期限计数"), ("steps", "环节计数"), ("parts", "参与人"), ("ties", "关联")):
        if getattr(wanted, name) != getattr(found, name):
            yield Finding(ledger.code, title, "与记录不符")


def _lost(ledger: Ledger, replayed: tuple[int, RecordState]) -> Finding:
    return Finding(ledger.code, f"记录 {replayed[1].number or replayed[0]}", "事件还在，记录没了")


def _differences(replayed: RecordState, stored: RecordState) -> str:
    names = [name for name in replayed.__dict__ if getattr(replayed, name) != getattr(stored, name)]
    return "、".join(names)


@transaction.atomic
def rebuild(ledger: Ledger) -> int:
    """Write every record anew from its events; returns how many rows differed or were gone."""
    for pk, _, row in _differing(ledger):
        if row is not None:
            # Out of the way first: what is wrong in one row may be what belongs in another.
            Record.objects.filter(pk=pk).update(number=f"?{pk}", key=None)
    mended = 0
    for pk, state, row in _differing(ledger):
        mended += 1
        if row is not None:
            update_records({pk: state}, row.updated_at)
        else:
            told = Event.objects.filter(record_id=pk).aggregate(first=models.Min("recorded_at"))
            with connection.cursor() as cursor:
                of_all = OfAll(ledger.pk, None, "", None, None, told["first"])
                insert_records(cursor, record_rows(of_all, [(pk, state)]))
    refill(ledger.pk)
    return mended


def _differing(ledger: Ledger) -> Iterator[tuple[int, RecordState, Record | None]]:
    for pk, state in replay(ledger):
        row = Record.objects.filter(pk=pk).first()
        if row is None or state_of(row) != state:
            yield pk, state, row


def counts() -> models.QuerySet[Ledger]:
    """Ledgers with how many events each holds."""
    return Ledger.objects.annotate(events_count=models.Count("events")).order_by("code")
