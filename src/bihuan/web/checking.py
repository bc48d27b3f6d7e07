"""The check of a large file, made in the background and kept for its preview, its error sheet and its writing.

A check is kept in this process alone, for the person who asked and the choices it was made by. One that is lost is made
again; whatever changed since is found out when it is written.
"""

from collections import OrderedDict
from concurrent.futures import Future
from threading import Lock
from uuid import UUID

from django.db import connection

from bihuan.base.canonical import dumps
from bihuan.base.progress import Progress, forget, report
from bihuan.ledger.models import Batch
from bihuan.org.actor import Actor
from bihuan.web.importing import Import, open_import, worker

_LARGE = 1 * 1024**2
"""A file of fewer bytes is checked at once."""
_KEPT = 4

_Key = tuple[UUID, int | None, str]
_checks: "OrderedDict[_Key, Future[Import]]" = OrderedDict()
_lock = Lock()


def is_large(batch: Batch) -> bool:
    """Whether a batch's file is checked in the background."""
    return int(batch.plan.get("size") or 0) >= _LARGE


def checked(actor: Actor, batch: Batch) -> Import | None:
    """The import with its check made; None while that is under way. Raises what the check raised."""
    if not is_large(batch):
        return open_import(actor, batch)
    key = (batch.pk, actor.person, dumps(batch.plan))
    with _lock:
        under_way = _checks.get(key)
        if under_way is None:
            report(batch.pk, Progress("排队等待核对"))
            under_way = _checks[key] = worker.submit(_check, actor, batch)
            while len(_checks) > _KEPT:
                _checks.popitem(last=False)[1].cancel()
    if not under_way.done():
        return None
    if under_way.exception() or under_way.cancelled():
        drop(batch)
    found = under_way.result()
    found.actor = actor  # whose rights may have changed meanwhile
    return found


def drop(batch: Batch) -> None:
    """Forget a batch's checks: they are written, or no longer wanted."""
    with _lock:
        for key in [key for key in _checks if key[0] == batch.pk]:
            del _checks[key]


def _check(actor: Actor, batch: Batch) -> Import:
    try:
        found = open_import(actor, batch)
        if not found.problems():
            found.check()
        return found
    finally:
        forget(batch.pk)
        connection.close()
