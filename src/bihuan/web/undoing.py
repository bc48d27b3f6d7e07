"""Taking a large batch back in the background: its page tells how far it has come.

All of it is one transaction. A process that stops meanwhile has taken nothing back, and the batch can be undone again.
"""

import logging
from concurrent.futures import Future
from uuid import UUID

from django.db import DatabaseError, connection

from bihuan.base.errors import BihuanError, NotAllowed
from bihuan.base.progress import Progress, forget, report
from bihuan.ledger.models import Batch
from bihuan.ledger.undo import may_undo, undo_batch
from bihuan.org.actor import Actor
from bihuan.web.importing import told_of_trouble, worker

SMALL = 2_000
"""A batch of so many rows is taken back while its page waits."""
_log = logging.getLogger("bihuan.import")
_under_way: dict[UUID, Future[str]] = {}


def take_back(actor: Actor, batch: Batch) -> bool:
    """Take a batch back, or begin to; whether it is done. Raises what forbids it."""
    if is_under_way(batch):
        return False
    if batch.result.get("created", 0) + batch.result.get("updated", 0) <= SMALL:
        undo_batch(actor=actor, batch=batch)
        return True
    if not may_undo(actor, batch):
        raise NotAllowed("这一批不能撤销：没有完成、已经撤销，或您没有这个权限")
    report(batch.pk, Progress("排队等待撤销"))
    _under_way[batch.pk] = worker.submit(_undo, actor, batch)
    return False


def is_under_way(batch: Batch) -> bool:
    """Whether a batch is being taken back."""
    future = _under_way.get(batch.pk)
    return future is not None and not future.done()


def outcome(batch: Batch) -> str | None:
    """How the taking back of a batch ended, once: blank if well, else why not; None if nothing has ended."""
    future = _under_way.get(batch.pk)
    return _under_way.pop(batch.pk).result() if future is not None and future.done() else None


def _undo(actor: Actor, batch: Batch) -> str:
    def progress(done: int, of_all: int) -> None:
        report(batch.pk, Progress("正在撤销", done, of_all))

    try:
        undo_batch(actor=actor, batch=batch, progress=progress)
    except BihuanError as error:
        return str(error)
    except (DatabaseError, OSError) as error:
        _log.exception("undoing %s failed", batch.pk)
        return f"{told_of_trouble(error)}，没有撤销，请联系系统管理员"
    finally:
        forget(batch.pk)
        connection.close()
    return ""
