"""What a person holds by name, line by line: matters, report drafts, deputyships, saved views, unfinished batches.

What waits for a post is not here: it goes with the post, which the system administrator gives (`posts.py`).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q

from bihuan.base import clock
from bihuan.base.canonical import dumps
from bihuan.handover.matters import matters_held
from bihuan.ledger.models import Batch, SavedView
from bihuan.ledger.rules import may_import, visible_ledgers, visible_records
from bihuan.org.actor import Actor
from bihuan.org.models import Absence, Person
from bihuan.report.models import Draft
from bihuan.report.rules import may_see

KINDS = {
    "matter": "事项",
    "draft": "材料草稿",
    "deputy": "代别人办",
    "absence": "自己的代办安排",
    "view": "保存的视图",
    "batch": "未完成的导入和批量修改",
}


@dataclass(frozen=True)
class Line:
    """One thing held. `obstacle` says why the receiver cannot take it over as things stand."""

    kind: str
    pk: str
    what: str
    part: str = ""
    ledger: str = ""
    obstacle: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.pk, self.part


def holdings_of(giver: Person, receiver: Actor) -> list[Line]:
    """Everything that the giver holds by name today, in a fixed order, seen from who is to take it over."""
    return [
        *_matters(giver, receiver),
        *_drafts(giver, receiver),
        *_deputyships(giver, receiver),
        *_absences(giver),
        *_views(giver, receiver),
        *_batches(giver, receiver),
    ]


def digest_of(lines: Iterable[Line]) -> str:
    """What a signature is put under: which things are handed over, whatever they are called."""
    return hashlib.sha256(dumps([line.key for line in lines]).encode()).hexdigest()


def obstacles(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.obstacle]


def _matters(giver: Person, receiver: Actor) -> Iterator[Line]:
    held = matters_held(giver)
    seen: set[int] = set()
    for ledger in {record.ledger.pk: record.ledger for record, _ in held}.values():
        ids = [record.pk for record, _ in held if record.ledger_id == ledger.pk]
        for start in range(0, len(ids), 500):
            some = visible_records(receiver, ledger).filter(pk__in=ids[start : start + 500])
            seen |= set(some.values_list("pk", flat=True))
    for record, parts in held:
        obstacle = "" if record.pk in seen else "不在接收人的查看范围内，请先由系统管理员给接收人相应的岗位"
        yield Line("matter", str(record.pk), record.number, "、".join(parts), record.ledger.title, obstacle)


def _drafts(giver: Person, receiver: Actor) -> Iterator[Line]:
    """The giver's drafts of reports that the receiver sees; the others stay with the unit that writes them."""
    rows = Draft.objects.filter(person=giver).exclude(state=Draft.State.ISSUED).select_related("report")
    for draft in rows.order_by("pk"):
        if not may_see(receiver, draft.report):
            continue
        yield Line("draft", str(draft.pk), f"{draft.report.title}（{draft.period}）", Draft.State(draft.state).label)


def _deputyships(giver: Person, receiver: Actor) -> Iterator[Line]:
    """Those for whom the giver stands in, now or later; nobody stands in for themselves."""
    rows = Absence.objects.filter(deputy=giver, valid_to__gt=clock.today()).select_related("person")
    for row in rows.order_by("pk"):
        obstacle = "接收人不能代自己办，请本人另选代办人" if row.person_id == receiver.person else ""
        yield Line("deputy", str(row.pk), f"{row.person.name} {row.valid_from} 起", obstacle=obstacle)


def _absences(giver: Person) -> Iterator[Line]:
    rows = Absence.objects.filter(person=giver, valid_to__gt=clock.today()).select_related("deputy")
    for row in rows.order_by("pk"):
        yield Line("absence", str(row.pk), f"{row.deputy.name} {row.valid_from} 起", "交接后结束")


def _views(giver: Person, receiver: Actor) -> Iterator[Line]:
    """The giver's views of ledgers that the receiver sees; one of another ledger would be of no use."""
    known = [ledger.pk for ledger in visible_ledgers(receiver)]
    rows = SavedView.objects.filter(person=giver, ledger__in=known).select_related("ledger")
    for view in rows.order_by("pk"):
        yield Line("view", str(view.pk), view.title, SavedView.Audience(view.audience).label, view.ledger.title)


def _batches(giver: Person, receiver: Actor) -> Iterator[Line]:
    """What the giver has uploaded or previewed and not written, to ledgers that the receiver may write to."""
    waiting = Q(state__in=(Batch.State.UPLOADED, Batch.State.CHECKED))
    for batch in Batch.objects.filter(waiting, person=giver).select_related("ledger").order_by("pk"):
        if batch.ledger and may_import(receiver, batch.ledger):
            what, state = batch.file_name or batch.kind, Batch.State(batch.state).label
            yield Line("batch", str(batch.pk), what, state, batch.ledger.title)
