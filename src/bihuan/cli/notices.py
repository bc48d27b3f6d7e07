"""`bihuan notices`: issue what is due and send what waits, or tell how the messages stand."""

import sys
from argparse import Namespace
from pathlib import Path

from django.db.models import Count

from bihuan.base.errors import Invalid
from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json, print_table
from bihuan.loop.notice.bounces import LARGEST, note_bounce, read_bounce
from bihuan.loop.notice.models import Message, Notice
from bihuan.loop.notice.own_template import LARGEST as LARGEST_TEMPLATE
from bihuan.loop.notice.own_template import try_template, use_template
from bihuan.loop.notice.sending import send_waiting
from bihuan.loop.notice.watching import issue_due
from bihuan.org.actor import system_actor


def run(arguments: Namespace) -> int:
    """Issue and send, or list. It may be called by a timer beside the running service: nothing is sent twice."""
    require_database()
    if arguments.template:
        return _put_template(*arguments.template)
    if arguments.bounces:
        return _note_bounces(arguments.bounces)
    if not arguments.send:
        return _list(as_json=arguments.json)
    swept = issue_due()
    posted = send_waiting()
    told = {
        "issued": swept.issued,
        "more": swept.left,
        "put_in": posted.put_in,
        "sent": posted.sent,
        "not_taken": posted.not_taken,
        "unsure": posted.unsure,
    }
    if arguments.json:
        print_json(told)
    else:
        more = "，还有，下次继续" if swept.left else ""
        print(f"发出文书 {swept.issued} 份{more}；新消息 {posted.put_in} 条")
        print(f"投递成功 {posted.sent} 条，未成功 {posted.not_taken} 条，是否送达不明 {posted.unsure} 条")
    return 0


def _put_template(code: str, file: str) -> int:
    """Put an office's own Word file in force; the page of the system administrator shows a sample first."""
    path = Path(file)
    row = try_template(actor=system_actor(), code=code, name=path.name, content=_read(path, LARGEST_TEMPLATE + 1))
    print(use_template(actor=system_actor(), pk=row.pk) + "；系统管理员可在“文书版式”页停用")
    return 0


def _note_bounces(files: list[Path]) -> int:
    """Read reports of non-delivery, each a letter in a file or the one on standard input."""
    unknown = 0
    for path in files:
        content = sys.stdin.buffer.read(LARGEST) if str(path) == "-" else _read(path)
        bounce = read_bounce(content)
        message = note_bounce(bounce) if bounce else None
        unknown += message is None
        why = "不是退信通知，或者没有说明是哪一封" if bounce is None else "不是近 30 天内由本系统发出的"
        print(f"{path}：{f'“{message.subject}”没有送到：{message.error}' if message else why}")
    return 1 if unknown else 0


def _read(path: Path, most: int = LARGEST) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise Invalid(f"读不了“{path}”：{error.strerror}") from error


def _list(*, as_json: bool) -> int:
    rows = Message.objects.order_by().values_list("state").annotate(n=Count("pk"))
    counts = dict.fromkeys(Message.State.values, 0) | dict(rows)
    if as_json:
        print_json({"notices": Notice.objects.count(), "messages": counts})
        return 0
    print_table(("投递情况", "条数"), [(Message.State(state).label, f"{count:,}") for state, count in counts.items()])
    print(f"共发出文书 {Notice.objects.count():,} 份")
    return 0
