"""A large file is looked at and checked in the background: first its head, for the columns; then every row, once, for
its preview, its error sheet and its writing.

What was found is kept in this process alone, for the person who asked and the choices it was made by. What is lost is
made again; whatever changed since is found out when it is written.
"""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.canonical import dumps
from bihuan.base.progress import Progress, forget, report
from bihuan.base.progress import read as read_progress
from bihuan.ledger.models import Batch
from bihuan.org.actor import Actor
from bihuan.web.access import is_part
from bihuan.web.importing import Import, open_import, place, worker

_LARGE = 1 * 1024**2
"""A file of fewer bytes is looked at and checked at once."""
_KEPT = 4
_PREVIEW = 3

_Key = tuple[UUID, int | None, str, str]
_checks: "OrderedDict[_Key, Future[Import]]" = OrderedDict()
_lock = Lock()
_looker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="look")


def is_large(batch: Batch) -> bool:
    """Whether a batch's file is checked in the background."""
    return int(batch.plan.get("size") or 0) >= _LARGE


def looked(actor: Actor, batch: Batch) -> Import | None:
    """The import with its table found and its columns matched; None while that is under way. Raises what it raised."""
    return _found(actor, batch, _look, _looker)


def checked(actor: Actor, batch: Batch) -> Import | None:
    """The import with its check made; None while that is under way. Raises what the check raised."""
    return _found(actor, batch, _check, worker)


def _found(
    actor: Actor, batch: Batch, work: Callable[[Actor, Batch], Import], hand: ThreadPoolExecutor
) -> Import | None:
    if not is_large(batch):
        return open_import(actor, batch)
    key = (batch.pk, actor.person, dumps(batch.plan), work.__name__)
    with _lock:
        under_way = _checks.get(key)
        if under_way is None:
            report(batch.pk, Progress("正在打开表格" if work is _look else "排队等待核对"))
            under_way = _checks[key] = hand.submit(work, actor, batch)
            while len(_checks) > _KEPT:
                _checks.popitem(last=False)[1].cancel()
    if not under_way.done():
        return None
    if under_way.exception() or under_way.cancelled():
        drop(batch)
    found = under_way.result()
    found.actor = actor  # whose rights may have changed meanwhile
    return found


def checking(request: HttpRequest, batch: Batch, url: str, *, step: int) -> HttpResponse:
    """How far that has come, for a page that asks again at `url` until it is done. `step` is the step of importing."""
    told = {"progress": read_progress(batch.pk), "url": url}
    if is_part(request):
        return render(request, "components/progress.html", told)
    title = "正在核对" if step == _PREVIEW else "正在打开表格"
    context = {
        "title": title,
        "step": step,
        "crumbs": [{"title": "导入表格", "url": reverse("import_upload")}, {"title": title}],
        "batch": {"pk": batch.pk, "file": batch.file_name},
        **told,
    }
    return render(request, "import_checking.html", context)


def drop(batch: Batch) -> None:
    """Forget a batch's checks: they are written, or no longer wanted."""
    with _lock:
        for key in [key for key in _checks if key[0] == batch.pk]:
            del _checks[key]


def _look(actor: Actor, batch: Batch) -> Import:
    try:
        place(actor, batch)
        return open_import(actor, batch)
    finally:
        forget(batch.pk)
        connection.close()


def _check(actor: Actor, batch: Batch) -> Import:
    try:
        found = open_import(actor, batch)
        if not found.problems():
            found.check()
        return found
    finally:
        forget(batch.pk)
        connection.close()
