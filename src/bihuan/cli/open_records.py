"""`bihuan open`: the records behind a value."""

from argparse import Namespace

from bihuan.cli.asking import asked_clocks, asked_part, asked_period, asked_unit
from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json
from bihuan.figure.opening import open_value
from bihuan.figure.queries import ask_part
from bihuan.figure.value import shown
from bihuan.figure.wire import answer_as_json, opened_as_json, value_as_json
from bihuan.ledger.among import among
from bihuan.ledger.models import Record

_SHOWN = 50


def run(arguments: Namespace) -> int:
    """List them: for a ratio those of both sides."""
    require_database()
    at = asked_clocks(arguments)
    by, named = asked_part(arguments)
    period, unit = asked_period(arguments, at), asked_unit(arguments)
    found, cut = ask_part([arguments.code], [period], at, None, by, named)
    value = found.value(arguments.code, unit, period, cut)
    opened = open_value(found, arguments.code, unit, period, cut)
    every = sorted({pk for part in opened for pk in part.ids})
    numbers = dict(Record.objects.filter(among(every)).values_list("pk", "number"))
    if arguments.json:
        told = {"value": value_as_json(found, value), "opened": opened_as_json(opened, numbers)}
        print_json(answer_as_json(found, [period]) | told)
        return 0
    figure = found.figures[arguments.code]
    where = "，".join(filter(None, (figure.spec.title, period.title, found.titles[cut] if cut else "")))
    print(f"{where}：{shown(value.number, figure) or '不知道'} {figure.spec.unit}".rstrip())
    for part in opened:
        more = len(part.records) - _SHOWN
        named = "、".join(numbers.get(pk, f"#{pk}") for pk in part.ids[:_SHOWN]) + (
            f"，另有 {more:,} 条" if more > 0 else ""
        )
        print(f"{part.title}（{part.period.title}）{len(part.records):,} 条：{named}")
    return 0
