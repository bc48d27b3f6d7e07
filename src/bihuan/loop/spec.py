"""What a pack may declare of a loop: steps, verbs, who may, what they must bring, deadlines, colours, levels."""

from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import Field

from bihuan.pack.reading import Code, Spec

DayCount = Literal["calendar", "working"]
Relation = Literal["responsible", "owner", "top", "any"]


class StepSpec(Spec):
    """A step of the loop. The first is where a matter opens; `closed` ends it."""

    code: Code
    title: str
    closed: bool = False
    hint: str = ""


class WhoSpec(Spec):
    """Who may: any of the roles, held in a unit that stands in this relation to the matter.

    responsible: the matter's own unit; owner: the unit that owns the ledger; top: the county; any: wherever.
    """

    role: tuple[str, ...] = Field(min_length=1)
    unit: Relation


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
    effect: Literal["", "order", "receive"] = ""
    level: str = Field(default="", description="order、receive：属于哪一级调度")
    tone: Literal["primary", "danger", "plain"] = "plain"
    hint: str = ""


class DeadlineSpec(Spec):
    """How long a matter may take, where no due date is given with it."""

    days: int = Field(ge=1, le=3_650)
    count: DayCount = "calendar"
    start: Literal["opened", "verb"] = "verb"
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
    unit: Relation
    colour: Literal["green", "yellow", "red"]
    days_overdue: int = Field(default=0, ge=0)


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
