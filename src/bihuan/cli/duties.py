"""`bihuan duties`: open what is due, or tell who has reported and who has not on a day."""

from argparse import Namespace
from datetime import date, timedelta
from typing import Any

from bihuan.base import clock
from bihuan.cli.database import require_writable
from bihuan.cli.listing import print_json, print_table
from bihuan.loop.duty.actions import open_due
from bihuan.loop.duty.queries import WORDS, Standing, counted, standings_on
from bihuan.loop.duty.turns import duties_in_force, turns_opening

_RECENT = timedelta(days=35)


def run(arguments: Namespace) -> int:
    """Open, or list the turns of the last five weeks by duty."""
    require_writable()
    if arguments.open:
        done = open_due()
        if arguments.json:
            print_json({"opened": done.opened, "refused": done.refused})
        else:
            print(
                f"开启例行任务 {done.opened} 项"
                + (f"，未能开启 {done.refused} 项，见网页“例行任务”" if done.refused else "")
            )
        return 1 if done.refused else 0
    day = arguments.on or clock.today()
    rows = [row for duty in duties_in_force().values() for row in _rows(duty, day)]
    if arguments.json:
        print_json({"on": day, "duties": rows})
    else:
        heads = ("任务", "周期", *WORDS.values())
        print_table(heads, [(row["title"], row["period"], *(str(row[way]) for way in Standing)) for row in rows])
    return 0


def _rows(duty: Any, day: date) -> list[dict[str, Any]]:
    by_period: dict[str, list[Any]] = {}
    for turn in turns_opening(duty, day - _RECENT, day):
        by_period.setdefault(turn.period.title, []).append(turn)
    return [
        {"code": duty.code, "title": duty.spec.title, "period": period}
        | {way.value: count for way, count in counted(standings_on(duty, turns, day)).items()}
        for period, turns in by_period.items()
    ]
