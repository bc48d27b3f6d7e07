"""Says, when files have been handed in, that one of them is used for another matter too."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from bihuan.ledger.attachments import twins, visible_files
from bihuan.ledger.models import Record
from bihuan.ledger.rules import scope_everywhere
from bihuan.ledger.sight import sight_of
from bihuan.org.actor import Actor
from bihuan.web.showing import reused


def point_out_twins(request: HttpRequest, actor: Actor, record: Record, sent: Iterable[Any]) -> None:
    """A warning for each of the files just sent that other records have, of those that the actor may see."""
    ids = {pk for pk in sent if isinstance(pk, int)}
    if not ids:
        return
    files = [file for file in visible_files(sight_of(actor, record.ledger), record) if file.pk in ids]
    same = twins(files, Record.objects.filter(scope_everywhere(actor)))
    for file in files:
        if file.pk in same:
            messages.warning(request, f"“{file.name}”：{reused(same[file.pk])}，请核对是不是传错了")
