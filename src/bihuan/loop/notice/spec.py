"""What a pack may declare of a notice: when, to whom, in which words, with which number, how soon received."""

from typing import Literal

from pydantic import Field

from bihuan.loop.spec import DayCount, Relation
from bihuan.pack.reading import Code, Spec

NoticeKind = Literal["reminder", "warning", "supervision", "handover", "correction", "urging", "message"]

KIND_TITLES: dict[str, str] = {
    "reminder": "提示单",
    "warning": "预警单",
    "supervision": "督办单",
    "handover": "交办函",
    "correction": "责令改正通知书",
    "urging": "催办函",
    "message": "消息",
}


class AddressSpec(Spec):
    """Whom it reaches: the people who hold one of the roles in a unit that stands in this relation to the matter."""

    role: tuple[str, ...] = Field(min_length=1)
    unit: Relation


class WhenSpec(Spec):
    """A cause in a ledger, one of three: a colour is reached, a level of dispatch called upon, or a verb done."""

    ledger: str = Field(description="本包的台账代码，或 包.台账")
    colour: Literal["", "green", "yellow", "red"] = ""
    level: str = ""
    verb: str = ""

    @property
    def causes(self) -> tuple[tuple[str, str], ...]:
        """The causes that are written, by name; sound with exactly one."""
        written = (("colour", self.colour), ("level", self.level), ("verb", self.verb))
        return tuple((name, value) for name, value in written if value)


class ReceiptSpec(Spec):
    """By when the unit must say that it has received the notice (签收), counted from the day of issue."""

    days: int = Field(ge=0, le=365)
    count: DayCount = "working"


class NoticeSpec(Spec):
    """A notice."""

    code: Code
    title: str = Field(min_length=1, max_length=60)
    kind: NoticeKind
    when: tuple[WhenSpec, ...] = ()
    by_hand: tuple[AddressSpec, ...] = Field(default=(), description="谁可以在事项页面上手工发出")
    ledgers: tuple[str, ...] = Field(default=(), description="可以手工发出的台账；when 里的台账不必重复写")
    to: tuple[AddressSpec, ...] = Field(min_length=1)
    to_unit: Relation = Field(default="responsible", description="主送单位")
    copy_to: tuple[AddressSpec, ...] = Field(default=(), description="抄送")
    urgent: bool = Field(default=False, description="立即发出，不等每日汇总；红色事项总是立即")
    sign: str = Field(default="", max_length=20, description="文号的机关代字，如 示审督；空：没有文号")
    organ: str = Field(default="", max_length=60, description="发文机关；空：本包所属单位")
    subject: str = Field(min_length=1, max_length=200)
    paragraphs: tuple[str, ...] = Field(min_length=1, max_length=40)
    receive: ReceiptSpec | None = None

    @property
    def named_ledgers(self) -> tuple[str, ...]:
        """Every ledger about whose matters it may be, once each, as written."""
        return tuple(dict.fromkeys((*self.ledgers, *(cause.ledger for cause in self.when))))
