"""`bihuan notices`: issue what is due and send what waits, or tell how the messages stand."""

from argparse import Namespace

from django.db.models import Count

from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json, print_table
from bihuan.loop.notice.models import Message, Notice
from bihuan.loop.notice.sending import send_waiting
from bihuan.loop.notice.watching import issue_due


def run(arguments: Namespace) -> int:
    """Issue and send, or list. It may be called by a timer beside the running service: nothing is sent twice."""
    require_database()
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


def _list(*, as_json: bool) -> int:
    rows = Message.objects.order_by().values_list("state").annotate(n=Count("pk"))
    counts = dict.fromkeys(Message.State.values, 0) | dict(rows)
    if as_json:
        print_json({"notices": Notice.objects.count(), "messages": counts})
        return 0
    print_table(("投递情况", "条数"), [(Message.State(state).label, f"{count:,}") for state, count in counts.items()])
    print(f"共发出文书 {Notice.objects.count():,} 份")
    return 0
