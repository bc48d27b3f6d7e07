"""The only ways a notice comes to be and is answered: issued, read, received; and where a person gets mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed
from bihuan.ledger.attachments import keep_file
from bihuan.ledger.models import Attachment, Record
from bihuan.ledger.rules import get_record
from bihuan.loop.colour import Colour, bounds_at, colour_of
from bihuan.loop.deadline import due_after
from bihuan.loop.declared.definitions import InForce
from bihuan.loop.definitions import loop_for
from bihuan.loop.notice.addressing import people_of, unit_meant
from bihuan.loop.notice.document import Letter, as_docx
from bihuan.loop.notice.models import Addressee, MailAddress, Message, Notice
from bihuan.loop.notice.numbering import next_number
from bihuan.loop.notice.own_template import set_in_own_form
from bihuan.loop.notice.phrasing import phrased
from bihuan.loop.notice.rules import get_notice, issuable, may_receive
from bihuan.loop.notice.spec import NoticeSpec
from bihuan.loop.notice.values import chinese_day, matter_values
from bihuan.org.actor import Actor, system_actor

_LONGEST_SUBJECT = 300
_LONGEST_REASON = 500


@dataclass(frozen=True)
class Cause:
    """Why a notice is issued. `key` names it once and for all; `by` and `reason` are told in the notice.

    `mark` is the colour or the level that was reached, `position` that of the event in its ledger's chain.
    """

    key: str
    reason: str = ""
    by: str = ""
    mark: str = ""
    position: int = 0


@transaction.atomic
def issue_notice(*, actor: Actor, notice: InForce[NoticeSpec], record: Record, cause: Cause) -> Notice | None:
    """Issue a notice about a record; None where this cause has had it already.

    Words, number, document and addressees are made in one transaction, and none of them changes later.
    """
    if Notice.objects.filter(cause=cause.key).exists():
        return None
    issued = _worded(actor, notice, record, cause)
    issued.urgent = notice.spec.urgent or _colour_now(record) is Colour.RED
    issued.mark, issued.due_at = cause.mark, record.due_at
    issued.document = _printed(actor, issued, record, cause)
    issued.save()
    _address(issued, notice.spec, record, actor)
    return issued


def _colour_now(record: Record) -> Colour | None:
    loop = loop_for(record)
    return colour_of(record.due_at, record.closed_at, bounds_at(loop, clock.now())) if loop else None


def _worded(actor: Actor, notice: InForce[NoticeSpec], record: Record, cause: Cause) -> Notice:
    """The notice in its final words, with its number. Nothing is written but the number's series."""
    spec, now, tree = notice.spec, clock.now(), actor.tree
    organ = spec.organ or tree.name(notice.owner)
    to_unit = unit_meant(spec.to_unit, record, tree)
    due = due_after(clock.today(), spec.receive.days, spec.receive.count) if spec.receive and to_unit else None
    number = next_number(spec.sign, clock.today()) if spec.sign else None
    values = matter_values(record, tree) | {
        "reason": cause.reason,
        "by": cause.by,
        "today": chinese_day(clock.today()),
        "organ": organ,
        "document_number": number or "",
        "to_unit": tree.name(to_unit),
        "receive_by": chinese_day(due.day) if due else "",
    }
    return Notice(
        code=notice.code,
        cause=cause.key,
        kind=spec.kind,
        title=spec.title,
        number=number,
        organ=organ,
        subject=_one_line(phrased(spec.subject, values))[:_LONGEST_SUBJECT],
        paragraphs=_paragraphs(spec, values),
        record=record,
        ledger=record.ledger,
        from_unit_id=notice.owner,
        to_unit_id=to_unit,
        issued_at=now,
        issued_by_id=actor.person,
        receive_by=due.at if due else None,
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _paragraphs(spec: NoticeSpec, values: Mapping[str, Any]) -> list[str]:
    """The paragraphs that have something to say; a condition may leave one empty."""
    said = (_one_line(phrased(text, values)) for text in spec.paragraphs)
    return [text for text in said if text]


def _printed(actor: Actor, notice: Notice, record: Record, cause: Cause) -> Attachment:
    """The paper: in the office's own form where it has put one in, else in that of the standard."""
    letter = Letter(
        organ=notice.organ,
        number=notice.number or "",
        subject=notice.subject,
        to=actor.tree.name(notice.to_unit_id),
        paragraphs=tuple(notice.paragraphs),
        date=chinese_day(clock.local_date(notice.issued_at)),
    )
    name = f"{notice.title} {notice.number or record.number}.docx"
    receive_by = chinese_day(clock.local_date(notice.receive_by)) if notice.receive_by else ""
    told = {"reason": cause.reason, "by": cause.by, "document_number": letter.number, "receive_by": receive_by}
    told |= {"today": letter.date, "to_unit": letter.to, "organ": letter.organ, "subject": letter.subject}
    told |= {"to": letter.to, "date": letter.date}
    values = matter_values(record, actor.tree) | told | {"paragraphs": letter.paragraphs}
    content = set_in_own_form(notice.code, values) or as_docx(letter)
    file = keep_file(actor=actor, ledger=record.ledger, upload=ContentFile(content, name=name))
    Attachment.objects.filter(pk=file.pk).update(record=record)
    return file


def _address(notice: Notice, spec: NoticeSpec, record: Record, actor: Actor) -> None:
    main = people_of(spec.to, record, actor.tree)
    copies = [person for person in people_of(spec.copy_to, record, actor.tree) if person not in main]
    Addressee.objects.bulk_create(
        [
            *(Addressee(notice=notice, person_id=person) for person in main),
            *(Addressee(notice=notice, person_id=person, copy=True) for person in copies),
        ]
    )


def issue_by_hand(*, actor: Actor, record: Record, code: str, reason: str, form: str) -> Notice:
    """Issue a notice as a person decides. `form` is the mark of the opened form, so that sending it twice gives one."""
    record = get_record(actor, record.pk)
    notice = next((item for item in issuable(actor, record) if item.code == code), None)
    if notice is None:
        raise NotAllowed(f"您不能对“{record.number}”发出这种文书")
    reason = reason.strip()
    if len(reason) > _LONGEST_REASON:
        raise Invalid("还不能发出", {"reason": f"事由有 {len(reason)} 个字，最多 {_LONGEST_REASON} 个字"})
    cause = Cause(f"{code}|hand|{record.pk}|{form[:32]}", reason, actor.name)
    try:
        issued = issue_notice(actor=actor, notice=notice, record=record, cause=cause)
    except IntegrityError as error:
        raise Conflict("这份文书刚才已经发出，没有重复发出") from error
    if issued is None:
        raise Conflict("这份文书刚才已经发出，没有重复发出")
    return issued


def read_notice(*, actor: Actor, pk: int) -> None:
    """Note that the person has read what was addressed to them; a second reading changes nothing."""
    notice = get_notice(actor, pk)
    mine = Addressee.objects.filter(notice=notice, person=actor.person or 0, read_at__isnull=True)
    mine.update(read_at=clock.now())


@transaction.atomic
def receive_notice(*, actor: Actor, pk: int) -> Notice:
    """Say for the addressed unit that the notice has arrived (签收). Once for the unit."""
    get_notice(actor, pk)
    notice = Notice.objects.select_for_update().get(pk=pk)
    if notice.received_at is not None:
        raise Conflict("这份文书已经签收过了")
    if not may_receive(actor, notice):
        raise NotAllowed("只有主送单位的人员可以签收这份文书")
    notice.received_at, notice.received_by_id = clock.now(), actor.person
    notice.save(update_fields=["received_at", "received_by"])
    read_notice(actor=actor, pk=pk)
    return notice


def set_mail_address(*, actor: Actor, email: str) -> None:
    """Where the person gets mail; blank for nowhere."""
    email = email.strip()
    if not email:
        MailAddress.objects.filter(person=actor.person or 0).delete()
        return
    try:
        MailAddress(email=email).clean_fields(exclude=["person"])
    except ValidationError as error:
        raise Invalid("没有保存", {"email": f"“{email[:60]}”不是电子邮箱地址，应像 name@example.gov.cn"}) from error
    if actor.person is not None:
        MailAddress.objects.update_or_create(person_id=actor.person, defaults={"email": email})


def send_again(*, actor: Actor, pk: int) -> None:
    """Put a message back into the outbox that was sent back or lost; the person has looked at why."""
    from bihuan.loop.notice.queries import undelivered

    message = undelivered(actor).filter(pk=pk).first()
    if message is None:
        raise NotAllowed("没有这条需要重发的消息，或者它不在您的查看范围内")
    states = (Message.State.REFUSED, Message.State.UNSURE, Message.State.WAITING)
    again = Message.objects.filter(pk=pk, state__in=states)
    again.update(state=Message.State.WAITING, attempts=0, next_at=clock.now(), error="")


def by_itself() -> Actor:
    """Who issues what nobody issues by hand."""
    return system_actor("系统提醒")
