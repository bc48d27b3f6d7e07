"""抽查复核: closed matters drawn by a seed, so that anybody can draw them again and find the same ones."""

import hashlib
from collections.abc import Iterable
from datetime import date
from math import ceil

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed
from bihuan.ledger.append import Draft, append, moment
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.rules import may_import
from bihuan.loop.definitions import loop_of
from bihuan.org.actor import Actor

_LONGEST_SEED = 60


def drawn(numbers: Iterable[str], seed: str, how_many: int) -> list[str]:
    """The numbers with the smallest SHA-256 of seed and number: neither order nor any hidden state matters."""

    def rank(number: str) -> str:
        return hashlib.sha256(f"{seed}\n{number}".encode()).hexdigest()

    return sorted(sorted(set(numbers), key=rank)[:how_many])


def sample_size(closed: int, percent: int, least: int) -> int:
    """So many of a hundred, rounded up, at least a few, and never more than there are."""
    return min(closed, max(least, ceil(closed * percent / 100)))


@transaction.atomic
def draw_recheck(*, actor: Actor, ledger: Ledger, start: date, end: date, seed: str) -> list[Record]:
    """Draw from the matters closed between two days, both included, by the loop's rule, and mark those drawn.

    A matter that was drawn before is not drawn again, nor does it count among those to draw from.
    """
    loop = loop_of(ledger)
    if loop is None or loop.recheck is None:
        raise Invalid(f"“{ledger.title}”的闭环没有写抽查复核的规则")
    if not (
        actor.is_system or (may_import(actor, ledger) and (actor.has_role("reviewer") or actor.has_role("supervisor")))
    ):
        raise NotAllowed("只有台账所属单位的审核、督办人员可以抽查")
    if not seed.strip() or len(seed) > _LONGEST_SEED:
        raise Invalid("种子不对", {"seed": f"写 1 至 {_LONGEST_SEED} 个字，如当天的公告号"})
    closed = Record.objects.filter(
        ledger=ledger,
        deleted=False,
        closed_at__gte=clock.start_of_day(start),
        closed_at__lte=clock.end_of_day(end),
    ).exclude(loop__has_key="recheck")
    known = {record.number: record for record in closed.order_by("number")}
    if not known:
        raise Conflict("这段时间没有可以抽查的销号事项")
    picked = drawn(known, seed, sample_size(len(known), loop.recheck.percent, loop.recheck.least))
    mark = {"seed": seed, "at": moment(clock.now()), "by": actor.name, "among": len(known)}
    drafts = [
        Draft(
            "recheck_drawn",
            known[number].pk,
            {},
            {"loop": {**known[number].loop, "recheck": mark}},
            {"seed": seed, "among": len(known)},
            expects=known[number].version,
        )
        for number in picked
    ]
    return append(actor=actor, ledger=ledger, drafts=drafts)
