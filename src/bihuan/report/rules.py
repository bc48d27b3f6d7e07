"""Who may see, write, approve and issue a report. Its numbers are besides held to what the person may see."""

from bihuan.base.errors import NotAllowed, NotFound
from bihuan.org.actor import Actor
from bihuan.report.models import Comment, Draft, DraftPart, Issued, ReportVersion

_WRITES = ("handler", "undertaker", "supervisor", "reviewer", "leader")
_APPROVES = ("reviewer", "supervisor", "leader")


def may_see(actor: Actor, report: ReportVersion) -> bool:
    """Those who work in or over the unit that owns the report, and who reads all."""
    return actor.reads_all or report.owner_id in actor.reach() or _works_for(actor, report.owner_id)


def may_write(actor: Actor, report: ReportVersion) -> bool:
    """Those who work in the owning unit."""
    return actor.is_system or _works_for(actor, report.owner_id, _WRITES)


def may_write_part(actor: Actor, part: DraftPart) -> bool:
    """Those who work in the unit that writes the part, or in the owning unit."""
    return _works_for(actor, part.writer_id, _WRITES) or may_write(actor, part.draft.report)


def may_resolve(actor: Actor, comment: Comment) -> bool:
    """Who writes the part that a comment is about, who writes the report, or who made it."""
    draft = comment.draft
    parts = draft.parts.filter(code=comment.part) if comment.part else ()
    is_own = actor.person is not None and comment.person_id == actor.person
    return is_own or may_write(actor, draft.report) or any(may_write_part(actor, part) for part in parts)


def may_approve(actor: Actor, report: ReportVersion) -> bool:
    """Who judges, supervises or leads in the owning unit."""
    return actor.is_system or _works_for(actor, report.owner_id, _APPROVES)


def may_try(actor: Actor, owner: int) -> bool:
    """Who works in the unit that owns a report may try a Word template for it."""
    return actor.is_system or _works_for(actor, owner, _WRITES)


def may_adopt(actor: Actor, owner: int) -> bool:
    """Who judges, supervises or leads in the unit says from when a template holds."""
    return actor.is_system or _works_for(actor, owner, _APPROVES)


def _works_for(actor: Actor, unit: int, roles: tuple[str, ...] = _WRITES) -> bool:
    return any(post.role in roles and actor.tree.works_in(post.unit, unit) for post in actor.posts)


def get_draft(actor: Actor, pk: int) -> Draft:
    """A draft that the actor may see: of a report of theirs, or one of which their unit writes a part."""
    draft = Draft.objects.select_related("report", "report__owner", "unit", "record__ledger").filter(pk=pk).first()
    if draft is None or not (
        may_see(actor, draft.report) or any(may_write_part(actor, part) for part in draft.parts.all())
    ):
        raise NotFound("没有这份材料，或者它不在您的查看范围内")
    return draft


def get_issued(actor: Actor, pk: int) -> Issued:
    """An issued report that the actor may see."""
    issued = Issued.objects.select_related("report", "report__owner", "unit", "record__ledger").filter(pk=pk).first()
    if issued is None or not may_see(actor, issued.report):
        raise NotFound("没有这份材料，或者它不在您的查看范围内")
    return issued


def require(allowed: bool, doing: str) -> None:
    """Raise NotAllowed with what may not be done."""
    if not allowed:
        raise NotAllowed(f"您不能{doing}")
