"""A message about a ledger itself, of no matter: to who asked for it, the handlers of its owner, and the administrator.

It goes to the inbox and by the same ways out as any other. It names no record: an administrator reads no ledger.
"""

from collections.abc import Sequence

from django.db.models import Q

from bihuan.base import clock
from bihuan.ledger.models import Ledger
from bihuan.loop.notice.models import Addressee, Notice
from bihuan.org.models import Post
from bihuan.org.roles import HANDLER, SYSTEM_ADMIN
from bihuan.org.tree import tree_on

CODE = "house.definition"


def tell(*, cause: str, ledger: Ledger, person: int | None, subject: str, paragraphs: Sequence[str]) -> None:
    """Send a message about a ledger once for its cause."""
    if Notice.objects.filter(cause=cause).exists():
        return
    issued = Notice.objects.create(
        code=CODE,
        cause=cause,
        kind="message",
        title="系统消息",
        organ="系统",
        subject=subject[:300],
        paragraphs=list(paragraphs),
        ledger=ledger,
        from_unit=ledger.owner,
        to_unit=ledger.owner,
        issued_at=clock.now(),
    )
    Addressee.objects.bulk_create([Addressee(notice=issued, person_id=pk) for pk in _keepers(ledger, person)])


def _keepers(ledger: Ledger, person: int | None) -> list[int]:
    """Who asked for it, those who keep the owner's ledgers, and the system administrators over or in the owner."""
    today = clock.today()
    above = _with_those_above(ledger.owner_id)
    held = Post.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)
    mine = Q(unit=ledger.owner_id, role=HANDLER.code) | Q(unit__in=above, role=SYSTEM_ADMIN.code)
    found = set(held.filter(mine, person__is_active=True).values_list("person", flat=True))
    return sorted(found | ({person} if person else set()))


def _with_those_above(unit: int) -> list[int]:
    """A unit and the units over it, as the tree stands today."""
    tree, found = tree_on(clock.today()), [unit]
    while (node := tree.by_pk.get(found[-1])) is not None and node.parent:
        found.append(node.parent)
    return found
