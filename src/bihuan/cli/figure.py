"""`bihuan figure`: values of figures, by unit, by month or by a field; and why one has changed."""

from argparse import Namespace

from bihuan.base.errors import BihuanError, Invalid
from bihuan.cli.asking import asked_clocks, asked_part, asked_period, asked_unit
from bihuan.cli.counties import named_counties, print_counties
from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json, print_table
from bihuan.figure.answer import Answer, Runner
from bihuan.figure.change import split_change
from bihuan.figure.clocks import Clocks, clocks
from bihuan.figure.cutting import named_slice
from bihuan.figure.definitions import Catalogue
from bihuan.figure.engine.postgres import postgres_runner
from bihuan.figure.period import Period, months_of
from bihuan.figure.queries import ask
from bihuan.figure.spark.session import local_session
from bihuan.figure.value import Value, shown
from bihuan.figure.wire import answer_as_json, change_as_json, value_as_json


def run(arguments: Namespace) -> int:
    """Work out the values, or with --why-since the reasons of a change."""
    require_database()
    at = asked_clocks(arguments)
    if arguments.why_since:
        return _why(arguments, at)
    if arguments.part is not None:
        raise Invalid("--part 要和 --why-since 一起写；一部分的值用 --by 列出，它的记录用 bihuan open 打开")
    period, unit = asked_period(arguments, at), asked_unit(arguments)
    periods = months_of(period) if arguments.by == "month" else [period]
    if arguments.county:
        return _of_counties(arguments, periods, at)
    by = arguments.by if arguments.by not in ("", "month", "unit") else ""
    found = ask(arguments.codes, periods, at, None, by, _runner(arguments.engine))
    units = _units_below(found, unit, period) if arguments.by == "unit" else [unit]
    values = found.table(units)
    if arguments.json:
        print_json(answer_as_json(found, periods) | {"values": [value_as_json(found, value) for value in values]})
    else:
        _print(found, values)
    return 0


def _runner(engine: str) -> Runner | None:
    if engine == "postgres":
        return postgres_runner()
    if engine == "spark":
        session = local_session()
        from bihuan.figure.spark.engine import spark_runner

        return spark_runner(session)
    return None


def _of_counties(arguments: Namespace, periods: list[Period], at: Clocks) -> int:
    """Over the lakes of several counties, by the definitions of this one."""
    if arguments.unit or arguments.by not in ("", "month"):
        raise Invalid("--county 给出各县和合计，不能再写 --unit，也只能按月分组")
    if arguments.engine == "postgres":
        raise Invalid("--county 由 Spark 读各县的数据湖，不能和 --engine postgres 一起写")
    session = local_session()
    from bihuan.figure.spark.counties import ask_counties

    figures = Catalogue(at.known_at).with_parts(arguments.codes)
    found = ask_counties(session, arguments.codes, periods, at, figures, named_counties(arguments.county))
    print_counties(found, arguments.codes, periods, as_json=arguments.json)
    return 0


def _units_below(found: Answer, unit: int | None, period: Period) -> list[int | None]:
    """The unit itself and those just under it."""
    tree = found.tree(period)
    top = unit or next((node.pk for node in tree.nodes if node.depth == 0), None)
    return [unit, *(node.pk for node in tree.nodes if node.parent == top and top is not None)]


def _print(found: Answer, values: list[Value]) -> None:
    rows = []
    for value in values:
        figure = found.figures[value.code]
        tree = found.tree(value.period)
        where = tree.name(value.unit) or "全部"
        cut = found.titles[value.slice] if value.slice else ""
        number = shown(value.number, figure) or "—"
        rows.append((figure.spec.title, where, value.period.title, cut, number, figure.spec.unit, value.records))
    print_table(("指标", "单位", "时期", "分组", "值", "计量单位", "记录"), rows)


def _why(arguments: Namespace, now: Clocks) -> int:
    if len(arguments.codes) != 1:
        raise BihuanError("--why-since 一次只看一个指标")
    by, part = asked_part(arguments)
    period, unit, known = asked_period(arguments, now), asked_unit(arguments), clocks(known_at=arguments.why_since)
    cut = None if part is None else named_slice(arguments.codes, by, part, [period], now)
    change = split_change(arguments.codes[0], unit, period, now.as_of, (known.known_at, now.known_at), None, cut)
    if arguments.json:
        print_json(change_as_json(change, Catalogue(now.known_at)[arguments.codes[0]]))
        return 0
    print(f"当时 {_told(change.before)}，现在 {_told(change.after)}")
    if change.reasons:
        print_table(("原因", "影响", "记录"), [(why.title, _told(why.amount), why.records) for why in change.reasons])
    else:
        print("没有变化" if change.before == change.after else "前后有一个值不知道，不能分解")
    return 0


def _told(number: object) -> str:
    return "不知道" if number is None else str(number)
