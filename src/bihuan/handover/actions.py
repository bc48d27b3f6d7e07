"""The only writes of a hand-over: it is begun, signed by both, carried out with the second signature, or withdrawn."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound
from bihuan.handover.holdings import Line, digest_of, holdings_of, obstacles
from bihuan.handover.matters import draft_of
from bihuan.handover.models import Handover
from bihuan.handover.posts import posts_of
from bihuan.handover.rules import get_handover, may_order, signs_as
from bihuan.ledger.append import append_many, hold
from bihuan.ledger.models import Batch, Ledger, Record, SavedView
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor, actor_of
from bihuan.org.models import Absence, Person
from bihuan.org.roles import BY_CODE
from bihuan.report.models import Draft as ReportDraft

_TOLD = 5


@transaction.atomic
def begin_handover(*, actor: Actor, giver: Person, receiver: Person, reason: str, address: str = "") -> Handover:
    """Begin to hand over what a person holds: their own, or, by a leader over them, another's.

    Raises NotAllowed, Invalid by field, or Conflict where one of the giver's is open already.
    """
    own = actor.person == giver.pk
    if not own and not may_order(actor, giver):
        raise NotAllowed("只能交接自己的事项，或由移交人单位的领导布置")
    if receiver.pk == giver.pk or not receiver.is_active or not _acts(actor_of(receiver)):
        raise Invalid("接收人不对", {"receiver": "请选另一位在用、有办事岗位的人员"})
    if not reason.strip():
        raise Invalid("请写明事由", {"reason": "请写明事由，如“调任”"})
    Person.objects.select_for_update().get(pk=giver.pk)
    if Handover.objects.filter(giver=giver, state=Handover.State.OPEN).exists():
        raise Conflict(f"{giver.name} 已有一份交接待签字，请先完成或撤回它")
    made = Handover.objects.create(
        giver=giver,
        receiver=receiver,
        ordered_by_id=None if own else actor.person,
        reason=reason.strip()[:200],
        created_at=clock.now(),
    )
    log_access(Kind.ADMIN, f"交接：{giver.name} → {receiver.name}", by=actor, reason=made.reason, address=address)
    return made


def _acts(receiver: Actor) -> bool:
    return any(BY_CODE[post.role].acts and post.of is None for post in receiver.posts)


@transaction.atomic
def sign_handover(*, actor: Actor, pk: int, digest: str, address: str = "") -> Handover:
    """Sign for the list whose digest was shown. With the second signature everything passes, or nothing does.

    Raises Conflict where the list has changed since it was shown, or since the other signed; then both sign again.
    """
    get_handover(actor, pk)
    handover = Handover.objects.select_for_update(of=("self",)).select_related("giver", "receiver").get(pk=pk)
    side = signs_as(actor, handover)
    if not side:
        raise NotAllowed("这份交接现在不由您签字")
    _hold_ledgers()
    receiver = actor_of(handover.receiver)
    lines = holdings_of(handover.giver, receiver)
    _require_whole(handover, receiver, lines)
    if digest_of(lines) != digest:
        raise Conflict("清单刚刚有了变化，请看过新的清单再签字")
    _sign(handover, actor, side, digest)
    log_access(Kind.ADMIN, f"交接签字：{handover.giver.name} → {handover.receiver.name}", by=actor, address=address)
    if handover.giver_signed_at and handover.receiver_signed_at:
        _carry_out(actor, handover, lines)
    handover.save()
    return handover


def _hold_ledgers() -> None:
    """Hold every ledger, in one order, so that the list is still the list when it is carried out."""
    for ledger in Ledger.objects.filter(version__gt=0).order_by("pk"):
        hold(ledger)


def _require_whole(handover: Handover, receiver: Actor, lines: Sequence[Line]) -> None:
    if not handover.receiver.is_active or not _acts(receiver):
        raise Conflict(f"{handover.receiver.name} 已停用或没有办事岗位，不能接收；请撤回后另选")
    stuck = obstacles(lines)
    if stuck:
        told = "；".join(f"{line.what}（{line.obstacle}）" for line in stuck[:_TOLD])
        more = f"；另有 {len(stuck) - _TOLD} 项" if len(stuck) > _TOLD else ""
        raise Conflict(f"有 {len(stuck)} 项还不能交接，不能只交一部分：{told}{more}")


def _sign(handover: Handover, actor: Actor, side: str, digest: str) -> None:
    """Put a signature; one that was given for another list is void."""
    if side == "giver":
        handover.giver_signed_at, handover.giver_digest = clock.now(), digest
        handover.giver_signed_by_id = actor.person
        if handover.receiver_digest != digest:
            handover.receiver_signed_at, handover.receiver_digest = None, ""
    else:
        handover.receiver_signed_at, handover.receiver_digest = clock.now(), digest
        if handover.giver_digest != digest:
            handover.giver_signed_at, handover.giver_digest, handover.giver_signed_by = None, "", None


def _carry_out(actor: Actor, handover: Handover, lines: Sequence[Line]) -> None:
    handover.posts = [asdict(post) for post in posts_of(handover.giver, actor_of(handover.receiver))]
    _pass_matters(actor, handover, [int(line.pk) for line in lines if line.kind == "matter"])
    for kind, carry in _CARRY.items():
        carry(handover, [line.pk for line in lines if line.kind == kind])
    handover.lines = [asdict(line) for line in lines]
    handover.state, handover.done_at = Handover.State.DONE, clock.now()


def _pass_matters(actor: Actor, handover: Handover, ids: Sequence[int]) -> None:
    giver, receiver = handover.giver, handover.receiver
    reason = f"交接：{giver.name} → {receiver.name}，{handover.reason}"
    by_ledger: dict[int, list[Record]] = {}
    for record in Record.objects.filter(pk__in=ids).select_related("ledger").order_by("ledger", "pk"):
        by_ledger.setdefault(record.ledger_id, []).append(record)
    for records in by_ledger.values():
        drafts = (draft_of(record, giver, receiver, reason, handover.pk) for record in records)
        append_many(actor=actor, ledger=records[0].ledger, drafts=drafts)


def _pass_drafts(handover: Handover, ids: Sequence[str]) -> None:
    ReportDraft.objects.filter(pk__in=ids).update(person=handover.receiver)


def _pass_deputyships(handover: Handover, ids: Sequence[str]) -> None:
    """From today on the receiver stands in; the days before stay as they were."""
    today = clock.today()
    for row in Absence.objects.filter(pk__in=ids):
        if row.valid_from < today:
            Absence.objects.create(
                person_id=row.person_id,
                deputy=handover.receiver,
                valid_from=today,
                valid_to=row.valid_to,
                reason=row.reason,
            )
            Absence.objects.filter(pk=row.pk).update(valid_to=today)
        else:
            Absence.objects.filter(pk=row.pk).update(deputy=handover.receiver)


def _end_absences(_handover: Handover, ids: Sequence[str]) -> None:
    today = clock.today()
    rows = Absence.objects.filter(pk__in=ids)
    rows.filter(valid_from__gte=today).delete()
    rows.filter(valid_from__lt=today).update(valid_to=today)


def _pass_views(handover: Handover, ids: Sequence[str]) -> None:
    """The receiver's own choice of what a ledger opens with stays theirs."""
    own = SavedView.objects.filter(pk__in=ids, audience=SavedView.Audience.PERSON)
    own.update(person=handover.receiver, is_default=False)
    SavedView.objects.filter(pk__in=ids).update(person=handover.receiver)


def _pass_batches(handover: Handover, ids: Sequence[str]) -> None:
    Batch.objects.filter(pk__in=ids).update(person=handover.receiver)


_CARRY: dict[str, Callable[[Handover, Sequence[str]], None]] = {
    "draft": _pass_drafts,
    "deputy": _pass_deputyships,
    "absence": _end_absences,
    "view": _pass_views,
    "batch": _pass_batches,
}


@transaction.atomic
def withdraw_handover(*, actor: Actor, pk: int, address: str = "") -> None:
    """Take an open hand-over back: the giver, the leader who ordered it, or the receiver who declines."""
    get_handover(actor, pk)
    found = Handover.objects.select_for_update(of=("self",)).filter(pk=pk, state=Handover.State.OPEN).first()
    if found is None:
        raise NotFound("这份交接已经完成或撤回了")
    found.state, found.done_at = Handover.State.WITHDRAWN, clock.now()
    found.save(update_fields=["state", "done_at"])
    log_access(Kind.ADMIN, f"撤回交接 {pk}", by=actor, address=address)
