"""The only writes to reports: a draft is begun, its parts are written, it is approved and issued, and then stands."""

import base64
import hashlib
from datetime import date

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotFound
from bihuan.figure.period import parse_period
from bihuan.ledger.models import Record
from bihuan.loop.notice.numbering import next_number
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.report.definitions import spec_of
from bihuan.report.keeping import kept
from bihuan.report.models import Comment, Draft, DraftPart, Issued, ReportVersion
from bihuan.report.queries import draft_now
from bihuan.report.rules import get_draft, may_approve, may_resolve, may_write, may_write_part, require
from bihuan.report.template.functions import NAMES
from bihuan.report.template.language import check

_LONGEST_TEXT = 100_000
_LONGEST_COMMENT = 2_000


@transaction.atomic
def start_draft(
    *, actor: Actor, report: ReportVersion, unit: Unit, period: str, as_of: date, record: Record | None = None
) -> Draft:
    """Begin a report for a unit and a period; its parts start as the definition has them."""
    require(may_write(actor, report), f"编写“{report.title}”")
    draft = Draft.objects.create(
        report=report,
        unit=unit,
        period=parse_period(period, as_of).code,
        as_of=as_of,
        record=record,
        person_id=actor.person,
        created_at=clock.now(),
    )
    for part in spec_of(report).parts:
        writer = Unit.objects.filter(code=part.unit).first() if part.unit else report.owner
        if writer is None:
            raise NotFound(f"“{part.title or part.code}”的编写单位“{part.unit}”不存在")
        DraftPart.objects.create(draft=draft, code=part.code, text=part.body, writer=writer, updated_at=clock.now())
    return draft


@transaction.atomic
def write_part(*, actor: Actor, draft: int, code: str, text: str, version: int, is_done: bool = False) -> DraftPart:
    """Put a part's text in place of the one that the writer saw. Raises Conflict when somebody was faster."""
    part = _part(actor, draft, code)
    require(may_write_part(actor, part), "编写这一部分")
    _require_state(part.draft, Draft.State.WRITING)
    if len(text) > _LONGEST_TEXT:
        raise Invalid(f"这一部分有 {len(text):,} 个字，最多 {_LONGEST_TEXT:,} 个字")
    check(text, dict.fromkeys(NAMES, str))
    changed = DraftPart.objects.filter(pk=part.pk, version=version).update(
        text=text, version=version + 1, is_done=is_done, updated_by=actor.person, updated_at=clock.now()
    )
    if not changed:
        raise Conflict("这一部分刚刚被别人改过，您的修改没有写入。请刷新后再改。")
    part.refresh_from_db()
    return part


@transaction.atomic
def add_comment(*, actor: Actor, draft: int, part: str, text: str) -> Comment:
    """Say something of a draft, or of one of its parts by its code."""
    found = get_draft(actor, draft)
    if part and not found.parts.filter(code=part).exists():
        raise NotFound("没有这一部分")
    if not text.strip() or len(text) > _LONGEST_COMMENT:
        raise Invalid(f"意见有 {len(text)} 个字，应为 1 到 {_LONGEST_COMMENT} 个字")
    return Comment.objects.create(
        draft=found, part=part, text=text.strip(), person_id=actor.person, created_at=clock.now()
    )


@transaction.atomic
def resolve_comment(*, actor: Actor, comment: int) -> Comment:
    """Say that a comment was seen to: who writes the part, who writes the report, or who made it."""
    found = Comment.objects.select_related("draft__report").filter(pk=comment).first()
    if found is None:
        raise NotFound("没有这条意见")
    draft = get_draft(actor, found.draft_id)
    require(may_resolve(actor, found), "处理这条意见")
    if draft.state == Draft.State.ISSUED:
        raise Conflict("这份材料已经印发，意见不再变动")
    changed = Comment.objects.filter(pk=comment, resolved_at__isnull=True).update(
        resolved_by=actor.person, resolved_at=clock.now()
    )
    if not changed:
        raise Conflict("这条意见已经有人处理了")
    found.refresh_from_db()
    return found


@transaction.atomic
def submit_draft(*, actor: Actor, draft: int) -> Draft:
    """Hand a draft over for approval. Every part must have been said to be done."""
    found = _locked(actor, draft)
    require(may_write(actor, found.report), "提交这份材料")
    _require_state(found, Draft.State.WRITING)
    left = [part.code for part in found.parts.filter(is_done=False).order_by("pk")]
    if left:
        titles = {part.code: part.title or part.code for part in spec_of(found.report).parts}
        raise Invalid("还有没写完的部分：" + "、".join(titles.get(code, code) for code in left))
    return _moved(found, Draft.State.REVIEW)


@transaction.atomic
def return_draft(*, actor: Actor, draft: int, reason: str) -> Draft:
    """Send a draft back to its writers, with a reason."""
    found = _locked(actor, draft)
    require(may_approve(actor, found.report), "退回这份材料")
    if found.state not in (Draft.State.REVIEW, Draft.State.APPROVED):
        raise Conflict("这份材料现在不能退回。请刷新后再看。")
    add_comment(actor=actor, draft=draft, part="", text=reason)
    found.parts.update(is_done=False)
    return _moved(found, Draft.State.WRITING)


@transaction.atomic
def approve_draft(*, actor: Actor, draft: int) -> Draft:
    """Approve a draft. Nobody approves what they began themselves."""
    found = _locked(actor, draft)
    require(may_approve(actor, found.report), "审定这份材料")
    require(actor.is_system or found.person_id != actor.person, "审定自己起草的材料")
    _require_state(found, Draft.State.REVIEW)
    Draft.objects.filter(pk=found.pk).update(approved_by=actor.person)
    return _moved(found, Draft.State.APPROVED)


@transaction.atomic
def issue_draft(*, actor: Actor, draft: int) -> Issued:
    """Issue an approved draft: number it, compute it once more, and keep it as it is for ever."""
    found = _locked(actor, draft)
    require(may_approve(actor, found.report), "印发这份材料")
    _require_state(found, Draft.State.APPROVED)
    issued = _issue(actor, found)
    _moved(found, Draft.State.ISSUED)
    return issued


def _issue(actor: Actor, draft: Draft) -> Issued:
    report, known_at, today = draft.report, clock.now(), clock.today()
    spec = spec_of(report)
    word = spec.red_head.word if spec.red_head else ""
    number = next_number(word, today) if word else ""
    made, template = draft_now(actor, draft, known_at, number=number, signed_on=today)
    content, file = kept(made.document), made.word or b""
    return Issued.objects.create(
        report=report,
        draft=draft,
        unit=draft.unit,
        period=draft.period,
        number=number,
        title=made.document.title,
        as_of=draft.as_of,
        record=draft.record,
        known_at=known_at,
        content=content,
        hash=hashlib.sha256(content.encode()).hexdigest(),
        template=template,
        word=base64.b64encode(file).decode(),
        word_hash=hashlib.sha256(file).hexdigest() if file else "",
        person_id=actor.person,
        issued_at=known_at,
    )


def _part(actor: Actor, draft: int, code: str) -> DraftPart:
    part = get_draft(actor, draft).parts.select_related("draft__report").filter(code=code).first()
    if part is None:
        raise NotFound("没有这一部分")
    return part


def _locked(actor: Actor, draft: int) -> Draft:
    get_draft(actor, draft)
    return (
        Draft.objects.select_for_update(of=("self",)).select_related("report", "unit", "record__ledger").get(pk=draft)
    )


def _require_state(draft: Draft, state: Draft.State) -> None:
    if draft.state != state:
        raise Conflict(f"这份材料现在是“{draft.get_state_display()}”，不能这样做。请刷新后再看。")


def _moved(draft: Draft, state: Draft.State) -> Draft:
    draft.state = state
    draft.save(update_fields=["state"])
    return draft
