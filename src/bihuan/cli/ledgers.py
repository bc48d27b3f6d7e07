"""`bihuan ledgers`: every ledger with its colours; or one ledger's summary, now or as it was on a day."""

from argparse import Namespace
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bihuan.base import clock
from bihuan.cli.database import require_database
from bihuan.cli.import_file import ledger_named
from bihuan.cli.listing import print_json, print_table
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.queries import records_on
from bihuan.loop.colour import Colour, bounds_at, colour_of, word
from bihuan.loop.definitions import loop_of
from bihuan.loop.queries import colour_counts
from bihuan.loop.spec import LoopSpec
from bihuan.loop.summary import Summary, summary
from bihuan.loop.tally_counts import Counts, no_counts
from bihuan.org.tree import tree_on

_SHOWN_DOUBTFUL = 20


def run(arguments: Namespace) -> int:
    """List the ledgers, or tell how one stands."""
    require_database()
    if arguments.ledger:
        return _tell_one(ledger_named(arguments.ledger), arguments.as_of, as_json=arguments.json)
    at = _instant(arguments.as_of)
    lines = [_line(ledger, arguments.as_of, at) for ledger in Ledger.objects.select_related("owner").order_by("code")]
    if arguments.json:
        print_json({"as_of": arguments.as_of, "at": at, "ledgers": [line.as_json() for line in lines]})
    elif lines:
        heads = ("代码", "名称", "所属单位", "记录", "在办", "绿", "黄", "红", "白")
        print_table(heads, [line.as_row() for line in lines])
    else:
        print("还没有台账。导入一份表格就能建立：bihuan import 文件 --ledger 包.台账 --new 名称 --owner 单位")
    return 0


def _instant(day: date | None) -> datetime:
    return clock.end_of_day(day) if day else clock.now()


@dataclass(frozen=True)
class Line:
    """A ledger in the list: how many records, how many of them open, and their colours where it has a loop."""

    ledger: Ledger
    owner: str
    records: int
    open: int | None
    colours: Counts | None

    def as_row(self) -> tuple[object, ...]:
        colours = [self.colours[colour] for colour in Colour] if self.colours else ["—"] * len(Colour)
        open_ones = "—" if self.open is None else self.open
        return (self.ledger.code, self.ledger.title, self.owner, self.records, open_ones, *colours)

    def as_json(self) -> dict[str, object]:
        return {
            "code": self.ledger.code,
            "title": self.ledger.title,
            "owner": {"code": self.ledger.owner.code, "name": self.owner},
            "records": self.records,
            "open": self.open,
            "colours": self.colours,
        }


def _line(ledger: Ledger, as_of: date | None, at: datetime) -> Line:
    loop = loop_of(ledger)
    owner = _owner_name(ledger, at)
    if as_of:
        then = list(records_on(ledger, at))
        counts = no_counts()
        if loop:
            bounds = bounds_at(loop, at)
            for record in then:
                counts[colour_of(record.due_at, record.closed_at, bounds)] += 1
        total = len(then)
    else:
        rows = Record.objects.filter(ledger=ledger, deleted=False)
        total = rows.count()
        counts = colour_counts(rows, bounds_at(loop, at)) if loop else no_counts()
    if loop is None:
        return Line(ledger, owner, total, None, None)
    return Line(ledger, owner, total, total - counts[Colour.WHITE], counts)


def _owner_name(ledger: Ledger, at: datetime) -> str:
    return tree_on(clock.local_date(at)).name(ledger.owner_id) or ledger.owner.code


def _tell_one(ledger: Ledger, as_of: date | None, *, as_json: bool) -> int:
    at, spec, loop = _instant(as_of), spec_of(ledger), loop_of(ledger)
    rows = list(records_on(ledger, at)) if as_of else Record.objects.filter(ledger=ledger, deleted=False)
    head = {"as_of": as_of, "at": at, **_line(ledger, as_of, at).as_json()}
    if loop is None:
        if as_json:
            print_json(head)
        else:
            print(f"{ledger.title}（{ledger.code}）：{head['records']:,} 条记录，没有闭环")
        return 0
    found = summary(rows, spec, loop, at)
    if as_json:
        print_json(head | _as_json(found, loop))
    else:
        _print(ledger, found, loop, at)
    return 0


def _as_json(found: Summary, loop: LoopSpec) -> dict[str, Any]:
    return {
        "total": found.total,
        "states": loop.states,
        "by_state": found.by_state,
        "by_status": found.by_status,
        "closed": found.closed,
        "closure_rate": found.closure_rate,
        "overdue": found.overdue,
        "with_deadline": found.with_deadline,
        "on_time": found.on_time,
        "on_time_rate": found.on_time_rate,
        "median_hours": found.median_hours,
        "mean_hours": found.mean_hours,
        "doubtful": found.doubtful,
        "as_filed": found.as_filed,
    }


def _print(ledger: Ledger, found: Summary, loop: LoopSpec, at: datetime) -> None:
    print(f"{ledger.title}（{ledger.code}），截至 {at.astimezone(clock.COUNTY_TIME):%Y-%m-%d %H:%M}")
    print(f"共 {found.total:,} 项：" + "，".join(f"{word(loop, c)} {found.counts[c]:,}" for c in Colour))
    print("按环节：" + "，".join(f"{loop.states.get(code, code)} {n:,}" for code, n in found.by_state.items()))
    if found.by_status:
        print("按原表状态：" + "，".join(f"{status or '（空）'} {n:,}" for status, n in found.by_status.items()))
    print(f"已销号 {found.closed:,}，销号率 {_percent(found.closure_rate)}；曾超期和正超期 {found.overdue:,}")
    print(f"按期销号 {found.on_time:,} / {found.with_deadline:,}，按期率 {_percent(found.on_time_rate)}")
    print(f"从发现到销号：中位数 {_hours(found.median_hours)}，平均 {_hours(found.mean_hours)}")
    if found.doubtful:
        more = len(found.doubtful) - _SHOWN_DOUBTFUL
        shown = "、".join(found.doubtful[:_SHOWN_DOUBTFUL]) + (f"，另有 {more:,} 条" if more > 0 else "")
        print(f"日期存疑 {len(found.doubtful):,} 条，不计入时长和按期率：{shown}")
    if found.as_filed:
        filed = found.as_filed
        print(
            f"照原表日期计算（含存疑）：按期 {filed['on_time']:,} / {filed['with_deadline']:,}，"
            f"中位数 {_hours(filed['median_hours'])}，平均 {_hours(filed['mean_hours'])}"
        )


def _percent(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:.2f}%"


def _hours(hours: float | None) -> str:
    return "—" if hours is None else f"{hours:,.2f} 小时"
