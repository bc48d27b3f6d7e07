"""What a pack may declare of a duty: how often, who owes it, when it opens and is due, and what counts as reported."""

from datetime import date
from typing import Literal

from pydantic import Field

from bihuan.loop.spec import DayCount
from bihuan.org.models import UnitKind
from bihuan.pack.reading import Code, Spec

Every = Literal["day", "week", "month", "quarter", "half", "year", "event"]


class DaySpec(Spec):
    """A day counted from the first or the last day of the period; 0 is that day itself, a negative one before it.

    `shift`: where it falls on a day off, take the working day before or after it, by the published holidays.
    """

    of: Literal["start", "end"] = "start"
    days: int = Field(default=0, ge=-366, le=3_650)
    count: DayCount = "calendar"
    shift: Literal["none", "earlier", "later"] = "none"


class OwersSpec(Spec):
    """The units that owe the duty: those named, and those of a kind at or under a unit."""

    units: tuple[str, ...] = Field(default=(), description="单位代码")
    kind: tuple[UnitKind, ...] = ()
    below: str = Field(default="", description="单位代码；空：全县")


class RoundSpec(Spec):
    """Every object of a ledger once in each period; its own unit owes it."""

    ledger: str
    where: str = Field(default="", description="表达式：哪些对象")
    object_field: str = Field(description="本任务台账里写对象编号的文字字段")


class EventSpec(Spec):
    """A verb in a ledger. Each doing is a turn of its matter's unit; it opens and is due by days from that day."""

    ledger: str
    verb: str


class ReportSpec(Spec):
    """When a turn counts as reported, by expressions over its matter as it stood on the day asked."""

    when: str = Field(description="表达式：为真即已报")
    zero: str = Field(default="", description="表达式：为真即零报告（明确报告“没有”）")
    figure: str = Field(default="", description="要报的数：已报而此字段空白，另列为“未填数”")


class DutySpec(Spec):
    """A duty."""

    code: Code
    title: str = Field(min_length=1, max_length=60)
    every: Every
    interval: int = Field(default=1, ge=1, le=100, description="每几个周期一次，从 from 所在的周期数起")
    from_: date = Field(alias="from", description="从哪一天所在的周期开始")
    until: date | None = None
    workdays: bool = Field(default=False, description="every: day 时只在工作日")
    opens: DaySpec = DaySpec()
    due: DaySpec = DaySpec(of="end")
    owers: OwersSpec | None = None
    round: RoundSpec | None = None
    event: EventSpec | None = None
    ledger: str = Field(description="开到哪本台账（本包代码，或 包.台账）")
    set: dict[str, str] = Field(default_factory=dict, description="新事项的字段：文字，可用 {{ duty }} 等值")
    report: ReportSpec
