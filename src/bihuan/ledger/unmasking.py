"""Personal data shown whole: for a reason, and never without an entry in the access log."""

from collections.abc import Iterable
from datetime import timedelta

from bihuan.base.errors import Invalid, NotAllowed
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.rules import get_record
from bihuan.ledger.sight import sight_of
from bihuan.ledger.unmask_roles import roles_that_unmask
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor

UNMASKED_FOR = timedelta(minutes=15)
_SHORTEST_REASON = 4


def may_unmask(actor: Actor) -> bool:
    """Whether the actor works with records, or is the command line, and so may need the whole of personal data."""
    held = {post.role for post in actor.posts}
    return actor.is_system or bool(held and held & roles_that_unmask())


def unmask_record(*, actor: Actor, pk: int, reason: str, address: str = "") -> Record:
    """Let the actor see a record's personal data for a while. Raises NotAllowed, or Invalid without a reason."""
    record = get_record(actor, pk)
    _require(actor, reason, f"{record.ledger.code} {record.number}", address)
    return record


def unmask_export(*, actor: Actor, ledger: Ledger, reason: str, address: str = "") -> None:
    """Let one export hold personal data whole. Raises as `unmask_record` does."""
    _require(actor, reason, f"{ledger.code} 导出", address)


def _require(actor: Actor, reason: str, what: str, address: str) -> None:
    if not may_unmask(actor):
        raise NotAllowed("您的角色不能查看个人信息原文")
    if len(reason.strip()) < _SHORTEST_REASON:
        raise Invalid(f"请写明查看原文的事由，至少 {_SHORTEST_REASON} 个字", {"reason": "请写明事由"})
    log_access(Kind.UNMASK, what, by=actor, reason=reason.strip(), address=address)


def log_view(actor: Actor, records: Iterable[Record], address: str = "") -> None:
    """Note that personal data of these records were shown whole."""
    for record in records:
        if actor.bare and record.pk in actor.bare and sight_of(actor, record.ledger).personal:
            log_access(Kind.VIEW, f"{record.ledger.code} {record.number}", by=actor, address=address)
