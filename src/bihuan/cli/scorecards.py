"""`bihuan scorecards`: every scorecard; `bihuan score`: its ranking, tried out and not published."""

from argparse import Namespace
from typing import Any

from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json, print_table
from bihuan.figure.clocks import clocks
from bihuan.org.actor import system_actor
from bihuan.scorecard.definitions import scorecard_in_force, scorecards_in_force, spec_of
from bihuan.scorecard.periods import TITLES, asked_period
from bihuan.scorecard.publishing import PublishedScore
from bihuan.scorecard.queries import trial
from bihuan.scorecard.scoring import plain


def run(arguments: Namespace) -> int:
    """List the scorecards, or run one."""
    require_database()
    if arguments.command == "score":
        return _score(arguments)
    found = scorecards_in_force()
    rows = [(one.code, one.title, spec_of(one).period, one.version) for one in found]
    if arguments.json:
        print_json([dict(zip(("code", "title", "period", "version"), row, strict=True)) for row in rows])
    elif rows:
        print_table(("代码", "名称", "多久一次", "版本"), [(*row[:2], TITLES[row[2]], row[3]) for row in rows])
    else:
        print("还没有考核；业务包的 scorecards/ 里声明")
    return 0


def _score(arguments: Namespace) -> int:
    scorecard = scorecard_in_force(arguments.scorecard)
    asked = clocks(arguments.as_of or "", arguments.known_at or "")
    period = asked_period(spec_of(scorecard), arguments.period or "", asked.day)
    found = trial(system_actor("命令行"), scorecard, period, asked)
    scores = found.as_published()
    if arguments.json:
        head = {"code": scorecard.code, "version": scorecard.version, "period": period.code}
        head |= {"start": period.start, "end": period.end}
        clocked = {"as_of": asked.as_of, "known_at": asked.known_at}
        codes = {node.pk: node.code for node in found.basis.tree.nodes}
        print_json({**head, **clocked, "scores": [_as_json(score, codes[score.unit]) for score in scores]})
        return 0
    print(f"{scorecard.title} · {period.title} · 试算")
    groups = {group.code: group.title for group in spec_of(scorecard).groups}
    heads = ("名次", "单位", "类别", "得分", "等级")
    print_table(
        heads,
        [
            (
                score.rank or "—",
                score.name,
                groups[score.group],
                "—" if score.total is None else f"{score.total:f}",
                score.grade,
            )
            for score in scores
        ],
    )
    return 0


def _as_json(score: PublishedScore, unit: str) -> dict[str, Any]:
    items = [
        {
            "code": item.code,
            "title": item.title,
            "figure": item.figure,
            "value": None if item.value is None else plain(item.value),
            "full": f"{item.full:f}",
            "points": f"{item.points:f}",
            "counted": item.counted,
            "told": item.told,
        }
        for item in score.items
    ]
    return {
        "unit": unit,
        "name": score.name,
        "group": score.group,
        "total": None if score.total is None else f"{score.total:f}",
        "rank": score.rank,
        "grade": score.grade,
        "held_by": score.held_by,
        "items": items,
        "awards": [
            {"title": one.title, "amount": None if one.amount is None else f"{one.amount:f}", "unit": one.unit}
            for one in score.awards
        ],
    }
