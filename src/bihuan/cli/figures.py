"""`bihuan figures`: the library of figures, perhaps with their values in one period."""

from argparse import Namespace

from bihuan.cli.asking import asked_clocks, asked_period, asked_unit
from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json, print_table
from bihuan.figure.queries import Listed, ask, library
from bihuan.figure.spec import KINDS
from bihuan.figure.value import shown
from bihuan.figure.wire import answer_as_json, value_as_json


def run(arguments: Namespace) -> int:
    """List the figures; their values are worked out together."""
    require_database()
    listed = library(pack=arguments.pack)
    if arguments.values:
        return _values(listed, arguments)
    if arguments.json:
        print_json({"figures": [_as_json(line) for line in listed]})
    elif listed:
        rows = [
            (line.figure.code, line.figure.title, line.unit, KINDS[line.kind], line.figure.version) for line in listed
        ]
        print_table(("代码", "名称", "单位", "类别", "版本"), rows)
    else:
        print("还没有指标。指标写在业务包的 figures/ 里，见 docs/figures.md")
    return 0


def _as_json(line: Listed) -> dict[str, object]:
    figure = line.figure
    return {
        "code": figure.code,
        "title": figure.title,
        "unit": line.unit,
        "kind": line.kind,
        "version": figure.version,
        "owner": figure.owner.code,
        "explanation": line.explanation,
    }


def _values(listed: list[Listed], arguments: Namespace) -> int:
    clocks = asked_clocks(arguments)
    period, unit = asked_period(arguments, clocks), asked_unit(arguments)
    codes = [line.figure.code for line in listed]
    found = ask(codes, [period], clocks, None)
    if arguments.json:
        cells = [value_as_json(found, found.value(code, unit, period)) for code in codes]
        print_json(answer_as_json(found, [period]) | {"values": cells})
        return 0
    rows = []
    for line in listed:
        value = found.value(line.figure.code, unit, period)
        rows.append(
            (line.figure.code, line.figure.title, shown(value.number, found.figures[value.code]) or "—", line.unit)
        )
    print_table(("代码", "名称", period.title, "单位"), rows)
    return 0
