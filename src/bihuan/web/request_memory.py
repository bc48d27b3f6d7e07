"""What one request reads once and several parts of its page need: the ledgers the person may see, and their loops."""

from django.http import HttpRequest

from bihuan.ledger.models import Ledger
from bihuan.ledger.rules import visible_ledgers
from bihuan.loop.definitions import loops_of
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor

_LEDGERS, _LOOPS = "_visible_ledgers", "_visible_loops"


def my_ledgers(request: HttpRequest, actor: Actor) -> list[Ledger]:
    """The ledgers in which the actor may see something."""
    if not hasattr(request, _LEDGERS):
        setattr(request, _LEDGERS, visible_ledgers(actor))
    found: list[Ledger] = getattr(request, _LEDGERS)
    return found


def my_codes(request: HttpRequest, actor: Actor) -> set[str]:
    """Their codes: a way into any other ledger leads to a refusal."""
    return {ledger.code for ledger in my_ledgers(request, actor)}


def my_loops(request: HttpRequest, actor: Actor) -> list[tuple[Ledger, LoopSpec]]:
    """Those of them that have a loop, each with it."""
    if not hasattr(request, _LOOPS):
        setattr(request, _LOOPS, loops_of(my_ledgers(request, actor)))
    loops: dict[int, LoopSpec] = getattr(request, _LOOPS)
    return [(ledger, loops[ledger.pk]) for ledger in my_ledgers(request, actor) if ledger.pk in loops]
