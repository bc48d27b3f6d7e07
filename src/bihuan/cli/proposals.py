"""`bihuan proposals`: definitions of figures that wait for a person's word; one with all that it would change."""

from argparse import Namespace
from functools import partial

from bihuan.base.errors import NotFound
from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json, print_table
from bihuan.figure.models import Proposal
from bihuan.figure.proposals import Weighed, open_proposals, weigh_proposal
from bihuan.figure.value import shown
from bihuan.ledger.append import moment
from bihuan.org.actor import system_actor
from bihuan.report.figure_uses import given_out


def run(arguments: Namespace) -> int:
    """List what waits, or set one beside the definition in force. A person approves it, on the page."""
    require_database()
    waiting = open_proposals(None)
    if arguments.number is not None:
        found = next((row for row in waiting if row.pk == arguments.number), None)
        if found is None:
            raise NotFound(f"没有等批准的口径修改 {arguments.number}")
        return _one(found, as_json=arguments.json)
    if arguments.json:
        print_json({"proposals": [_as_json(row) for row in waiting]})
    elif waiting:
        print_table(
            ("编号", "指标", "名称", "提出", "原因"),
            [(row.pk, row.figure.code, row.figure.title, row.actor_name, row.why) for row in waiting],
        )
        print("看一个改了什么、影响哪些已发出的数：bihuan proposals 编号。批准在页面上由人办。")
    else:
        print("没有等批准的口径修改")
    return 0


def _as_json(row: Proposal) -> dict[str, object]:
    return {
        "proposal": row.pk,
        "figure": row.figure.code,
        "title": row.figure.title,
        "by": row.actor_name,
        "at": moment(row.proposed_at),
        "why": row.why,
    }


def _one(found: Proposal, *, as_json: bool) -> int:
    weighed = weigh_proposal(found, partial(given_out, system_actor("命令行")), None)
    rows = _numbers(weighed)
    if as_json:
        told = {"differences": weighed.lines, "above": weighed.above, "differing": rows, "same": weighed.impact.same}
        print_json(_as_json(found) | told)
        return 0
    print(f"{found.figure.title}（{found.figure.code}）：{found.why}")
    for line in weighed.lines:
        print(f"  {line}")
    print(f"已发出的数：{len(rows)} 个会不一样，{weighed.impact.same} 个不变", end="")
    print(f"，另有更早的 {weighed.impact.left_out} 个没有比" if weighed.impact.left_out else "")
    if rows:
        heads = {
            "where": "在哪里",
            "at": "何时",
            "figure": "指标",
            "period": "时期",
            "old": "发出的",
            "new": "按新口径",
        }
        print_table(tuple(heads.values()), [tuple(row[name] for name in heads) for row in rows])
    return 0


def _numbers(weighed: Weighed) -> list[dict[str, str | None]]:
    return [
        {
            "where": one.given.where,
            "at": moment(one.given.at),
            "figure": one.given.figure,
            "period": one.given.period.code,
            "old": shown(one.given.value, weighed.after[one.given.figure]) or "不知道",
            "new": shown(one.new, weighed.after[one.given.figure]) or "不知道",
        }
        for one in weighed.impact.differing
    ]
