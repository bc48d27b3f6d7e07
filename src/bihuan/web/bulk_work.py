"""A bulk edit under way: a small one at once, a large one in the background with its progress told."""

import logging
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from bihuan.base.errors import BihuanError
from bihuan.base.progress import Progress, forget, report
from bihuan.ledger import search
from bihuan.ledger.actions import fail_batch
from bihuan.ledger.models import Batch
from bihuan.loop.bulk_edit import write_bulk
from bihuan.org.actor import Actor

_AT_ONCE = 2_000
_log = logging.getLogger("bihuan.bulk")
_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bulk")


def run_bulk(actor: Actor, batch: Batch) -> None:
    """Write a batch that was previewed, once."""
    taken = Batch.objects.filter(pk=batch.pk, state=Batch.State.CHECKED)
    if not taken.update(state=Batch.State.RUNNING):
        return
    count = len(batch.plan["records"])
    if count <= _AT_ONCE:
        _write(actor, batch)
    else:
        report(batch.pk, Progress("排队等待", 0, count))
        _worker.submit(_write_apart, actor, batch)


def _write_apart(actor: Actor, batch: Batch) -> None:
    try:
        _write(actor, batch)
    finally:
        connection.close()


def _write(actor: Actor, batch: Batch) -> None:
    count = len(batch.plan["records"])
    try:
        write_bulk(actor=actor, batch=batch, progress=lambda done: report(batch.pk, Progress("正在写入", done, count)))
        if batch.ledger:
            search.absorb(batch.ledger)
    except BihuanError as error:
        fail_batch(batch=batch, message=str(error))
    except Exception:  # noqa: BLE001 - a worker thread must say that it failed, whatever the reason
        _log.exception("bulk edit %s failed", batch.pk)
        fail_batch(batch=batch, message="程序出了意外，一条也没有写入；已记录，请联系管理员")
    finally:
        forget(batch.pk)
