"""What a pack may declare of a loop: steps, verbs, who may, what they must bring, deadlines, colours, levels.

Every key is described in docs/loops.md.
"""

from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import Field

from bihuan.pack.reading import Code, Spec

DayCount = Literal["calendar", "working"]
Relation = Literal["responsible", "owner", "above", "top", "any"]
Seat = Literal["holder", "signer", "starter"]
EffectCode = Literal[
    "",
    "order",
    "receive",
    "urge",
    "save",
    "withdraw",
    "hold",
    "delegate",
    "hand_back",
    "copy",
    "countersign",
    "add_signers",
    "sign",
    "object",
    "ask_extension",
    "grant_extension",
    "deny_extension",
    "pause",
    "resume",
    "except",
    "end_exception",
    "cite",
    "date_evidence",
    "merge",
    "unmerge",
    "recur",
    "recheck_pass",
    "recheck_fail",
]


class StepSpec(Spec):
    """A step of the loop. The first is where a matter opens; `closed` ends it."""

    code: Code
    title: str
    closed: bool = False
    days: int | None = Field(default=None, ge=1, le=3_650, description="在这一环节最多几天；空：不限")
    count: DayCount = "calendar"
    level: str = Field(default="", description="在这一环节的拖延算哪一级调度的；空：按下一步由谁办推定")
    hint: str = ""


class WhoSpec(Spec):
    """Who may: any of the roles, held in the unit that one of these keys tells; or a person in a seat of the matter.

    responsible: the matter's own unit; owner: the unit that owns the ledger; above: the unit over the responsible one;
    top: the county; any: wherever. holder: whom the matter was given to; signer: who is asked to sign; starter: who
    brought it in.
    """

    role: tuple[str, ...] = ()
    unit: Relation | None = None
    post_in: str = Field(default="", description="指定岗位：单位代码")
    field: str = Field(default="", description="由记录的这个人员或单位字段指定")
    unit_code: str = Field(default="", description="表达式：算出单位代码")
    person: Seat | None = None
    when: str = Field(default="", description="表达式：为真时这一条才算")


class AskSpec(Spec):
    """A field that the verb's form asks for."""

    field: str
    required: bool = False


class CriterionSpec(Spec):
    """One point of an acceptance standard, with the rule it rests on."""

    code: Code
    title: str
    basis: str = ""


class VerbSpec(Spec):
    """Something a person does to a matter."""

    code: Code
    title: str
    from_: tuple[str, ...] = Field(alias="from", default=())
    to: str = Field(default="", description="到哪个环节；空：不变")
    who: tuple[WhoSpec, ...] = Field(min_length=1)
    asks: tuple[AskSpec, ...] = ()
    guard: str = Field(default="", description="表达式：为真才可以做")
    guard_message: str = ""
    reason: Literal["none", "optional", "required"] = "optional"
    reason_title: str = "意见"
    phrases: tuple[str, ...] = ()
    criteria: tuple[CriterionSpec, ...] = ()
    starts_clock: bool = False
    effect: EffectCode = ""
    level: str = Field(default="", description="order、receive：属于哪一级调度")
    to_choices: tuple[str, ...] = Field(default=(), description="由办理人从中选一个环节，如驳回到任一环节")
    need: Literal["all", "any"] | int = Field(default="all", description="会签：全部、任一，或至少几票")
    tone: Literal["primary", "danger", "plain"] = "plain"
    hint: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        """The steps that the verb may lead to; none where the step does not change."""
        return (*((self.to,) if self.to else ()), *self.to_choices)


class DeadlineSpec(Spec):
    """How long a matter may take, where no due date is given with it."""

    days: int = Field(ge=1, le=3_650)
    days_by: str = Field(default="", description="表达式：按记录算出天数，如法定时限按案件类型不同；算不出时用 days")
    count: DayCount = "calendar"
    start: Literal["opened", "verb", "field"] = "verb"
    field: str = Field(default="", description="start: field 时从哪个日期字段起算")
    source: str = Field(default="", description="依据；默认值要写明来源")


class ColourSpec(Spec):
    """From which day on, how near to its deadline a matter turns yellow. Past it, it is red."""

    valid_from: date
    yellow_within: int = Field(ge=0, le=3_650)
    count: DayCount = "calendar"
    source: str = ""


class LevelSpec(Spec):
    """A level of dispatch, and the colour and days overdue from which on it is called upon."""

    code: Code
    title: str
    unit: Relation = "responsible"
    field: str = Field(default="", description="由记录的这个单位字段指定这一级，如主管部门")
    colour: Literal["green", "yellow", "red"]
    days_overdue: int = Field(default=0, ge=0)
    answer_days: int | None = Field(default=None, ge=1, le=365, description="调度后几天内要签收；空：不限")
    count: DayCount = "calendar"


class ExtensionSpec(Spec):
    """How far and how often a deadline may be extended."""

    times: int | None = Field(default=None, ge=1, le=99, description="最多几次；空：不限")
    days: int | None = Field(default=None, ge=1, le=3_650, description="每次最多延长几天（自然日）；空：不限")
    before_due: bool = Field(default=False, description="只能在到期前申请")
    source: str = ""


class ExceptionSpec(Spec):
    """How long the acceptance of a matter as an exception may stand."""

    days: int = Field(ge=1, le=3_650)
    source: str = ""


class LookBackSpec(Spec):
    """回头看: for so long after its close-out, the same problem again is a recurrence of the closed matter."""

    days: int = Field(ge=1, le=3_650)
    match: tuple[str, ...] = Field(default=(), description="这些字段都相同就是同一问题；空：只按唯一键或由人指定")
    copy_: tuple[str, ...] = Field(alias="copy", default=(), description="再开时抄到新事项的字段；空：附件和日期以外的")
    source: str = ""


class AcrossSpec(Spec):
    """Another ledger in which the same matter may stand: by which of its fields each of ours is known again."""

    ledger: str = Field(description="本包的台账代码，或 包.台账")
    match: dict[str, str] = Field(min_length=1, description="本台账的字段: 那本台账的字段")


class DoublesSpec(Spec):
    """When two matters are one: by these fields. `sources` names the list of lists in which it stands."""

    match: tuple[str, ...] = Field(min_length=1)
    sources: str = Field(default="", description="来源字段（多选）：合并后两边的来源都算")
    across: tuple[AcrossSpec, ...] = Field(default=(), description="还可能出现在哪些台账里")
    closes_in: str = Field(default="", description="并入别的台账的，随那一件销号时到哪个环节；空：第一个销号的环节")


class RecheckSpec(Spec):
    """抽查复核: how many of the matters closed out are looked at again."""

    percent: int = Field(ge=1, le=100)
    least: int = Field(default=1, ge=1, description="至少几件")
    source: str = ""


class LoopSpec(Spec):
    """A loop."""

    code: Code
    title: str
    steps: tuple[StepSpec, ...] = Field(min_length=2, max_length=50)
    verbs: tuple[VerbSpec, ...] = Field(min_length=1, max_length=100)
    deadline: DeadlineSpec | None = None
    colours: tuple[ColourSpec, ...] = Field(min_length=1)
    levels: tuple[LevelSpec, ...] = ()
    words: dict[Literal["green", "yellow", "red", "white"], str] = Field(default_factory=dict)
    extension: ExtensionSpec = ExtensionSpec()
    exception: ExceptionSpec | None = None
    still: str = Field(default="", description="表达式：为真说明问题还在，拒绝销号")
    still_message: str = ""
    look_back: LookBackSpec | None = None
    doubles: DoublesSpec | None = None
    recheck: RecheckSpec | None = None

    @cached_property
    def step(self) -> dict[str, StepSpec]:
        return {step.code: step for step in self.steps}

    @cached_property
    def verb(self) -> dict[str, VerbSpec]:
        return {verb.code: verb for verb in self.verbs}

    @cached_property
    def states(self) -> dict[str, str]:
        """Step code to title."""
        return {step.code: step.title for step in self.steps}

    @cached_property
    def closed_steps(self) -> tuple[str, ...]:
        return tuple(step.code for step in self.steps if step.closed)
