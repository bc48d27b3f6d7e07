"""What may be declared of a scorecard: who is scored, on what, how values become points, what a score is called."""

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from bihuan.pack.reading import Code, Spec

Points = Annotated[Decimal, Field(ge=-1_000, le=1_000, max_digits=9, decimal_places=4)]
Number = Annotated[Decimal, Field(max_digits=18, decimal_places=6)]


class LinearSpec(Spec):
    """No points at the floor, all at the target, in proportion between. A floor over the target: less is better."""

    kind: Literal["linear"]
    floor: Number
    target: Number


class BandSpec(Spec):
    """From this value on, so many per cent of the item's points."""

    from_: Number = Field(alias="from")
    percent: Points


class BandsSpec(Spec):
    """Steps: the last band whose start the value reaches. Below the first there are no points."""

    kind: Literal["bands"]
    bands: tuple[BandSpec, ...] = Field(min_length=1, max_length=50)


class RankSpec(Spec):
    """By place among the units of a group: the first gets `best` per cent, the last `worst`, even steps between."""

    kind: Literal["rank"]
    best: Points = Decimal(100)
    worst: Points = Decimal(60)
    less_is_better: bool = False


class DistanceSpec(Spec):
    """By nearness to the best of the group: value ÷ best (or best ÷ value where less is better)."""

    kind: Literal["distance"]
    less_is_better: bool = False


class CasesSpec(Spec):
    """So many points a case, added or taken off, at most `most` in all."""

    kind: Literal["cases"]
    points: Points
    most: Annotated[Decimal, Field(gt=0, le=1_000)]


class GivenSpec(Spec):
    """The value is the points: a score given by hand, from nothing to the item's weight."""

    kind: Literal["given"]


class MinMaxSpec(Spec):
    """Normalised within the group: (value - least) ÷ (greatest - least). All alike: full points."""

    kind: Literal["min_max"]
    less_is_better: bool = False


class ZScoreSpec(Spec):
    """Normalised within the group by the standard score z: 50 + 10 z per cent (a T score), held between 0 and 100."""

    kind: Literal["z_score"]
    less_is_better: bool = False


ScoringSpec = Annotated[
    LinearSpec | BandsSpec | RankSpec | DistanceSpec | CasesSpec | GivenSpec | MinMaxSpec | ZScoreSpec,
    Field(discriminator="kind"),
]
GROUP_KINDS = ("rank", "distance", "min_max", "z_score")
"""Scoring kinds whose points depend on the other units of the group."""


class ItemSpec(Spec):
    """One thing that is scored. Either a figure gives its value, or a person does, with evidence.

    `base` items add up to the full score, `bonus` items come on top, `deduction` items are taken off.
    """

    code: Code
    title: str = Field(min_length=1, max_length=120)
    figure: str = Field(default="", description="指标编号；空：人工评分")
    weight: Points = Field(default=Decimal(0), description="满分；加分、扣分项为其上限")
    score: ScoringSpec
    part: Literal["base", "bonus", "deduction"] = "base"
    unknown: Literal["exclude", "zero"] = Field(
        default="exclude", description="没有数值时：不计（满分按比例分给其他项）或记零分"
    )
    outcome: bool = Field(default=True, description="是不是工作结果；登录、点击、打卡不得计分")
    ranked: bool = Field(default=True, description="假：只展示，不计分不排名")
    groups: tuple[str, ...] = Field(default=(), description="只用于哪些类别；空：全部")
    basis: str = ""


class VetoSpec(Spec):
    """One such case, and the score is nothing or the grade is held down (一票否决). The figure counts the cases."""

    code: Code
    title: str
    figure: str
    effect: Literal["zero", "grade"] = "grade"
    grade: str = Field(default="", description="effect: grade 时最高只能评到哪一级")
    basis: str = ""


class CapSpec(Spec):
    """The grade is at most this while such matters are open: the worst open matter holds the grade."""

    title: str
    figure: str
    grade: str


class GroupSpec(Spec):
    """Units that are compared with each other and with no others (分类考核)."""

    code: Code
    title: str
    kinds: tuple[str, ...] = Field(default=(), description="单位类别，如 town、bureau")
    units: tuple[str, ...] = Field(default=(), description="单位代码；写了就只有这些")
    where: str = Field(default="", description="指标编号：该指标大于零的单位才属于这一类，如“Ⅰ类企业登记数”")


class AwardSpec(Spec):
    """What a result brings, as an amount: pay, a subsidy, an allotment. Told beside the score, never part of it.

    The formula may use `score` (the total), `rank` and `grade`, and the names that `with` gives to figures.
    """

    code: Code
    title: str = Field(min_length=1, max_length=120)
    unit: str = Field(default="", max_length=20, description="计量单位，如 万元")
    scale: int = Field(default=2, ge=0, le=6)
    formula: str = Field(min_length=1, description="算式：score 总分、rank 名次、grade 等级，和 with 里的名称")
    names: dict[str, str] = Field(default_factory=dict, alias="with", description="算式里的名称: 指标编号")
    groups: tuple[str, ...] = Field(default=(), description="只用于哪些类别；空：全部")
    basis: str = ""


class WeightsSpec(Spec):
    """Where the weights of the base items come from. By hand unless a matrix or reference values say otherwise.

    ahp: a pairwise comparison matrix over the base items in order, by rows, Saaty's scale 1/9 to 9, fractions as text.
    entropy: reference values by unit over the base items in order, so that weights stay put while the year runs.
    """

    method: Literal["hand", "ahp", "entropy"] = "hand"
    matrix: tuple[tuple[str, ...], ...] = ()
    reference: tuple[tuple[Number, ...], ...] = ()
    source: str = ""


class LevelSpec(Spec):
    """A grade and the score from which on it is given."""

    code: str = Field(min_length=1, max_length=20)
    title: str = ""
    from_: Number = Field(alias="from")
    light: Literal["", "green", "yellow", "red"] = ""


class GradesSpec(Spec):
    """Grades in force from a day on, best first."""

    valid_from: date
    levels: tuple[LevelSpec, ...] = Field(min_length=1, max_length=20)
    source: str = ""


class ScorecardSpec(Spec):
    """A scorecard."""

    code: Code
    title: str = Field(min_length=1, max_length=120)
    description: str = ""
    period: Literal["month", "two_months", "quarter", "half", "year"] = "year"
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field(
        default=(), description="每月一次的考核只在这几个月进行，如单月；空：每个月"
    )
    groups: tuple[GroupSpec, ...] = Field(min_length=1)
    items: tuple[ItemSpec, ...] = Field(min_length=1, max_length=200)
    vetoes: tuple[VetoSpec, ...] = ()
    caps: tuple[CapSpec, ...] = ()
    weights: WeightsSpec = WeightsSpec()
    bonus_most: Points = Field(default=Decimal(10), description="加分合计的上限")
    grades: tuple[GradesSpec, ...] = ()
    awards: tuple[AwardSpec, ...] = Field(default=(), max_length=20, description="结果兑现：绩效年薪、奖补等")
    source: str = ""

    @cached_property
    def item(self) -> dict[str, ItemSpec]:
        return {item.code: item for item in self.items}

    @cached_property
    def base_items(self) -> tuple[ItemSpec, ...]:
        return tuple(item for item in self.items if item.part == "base" and item.ranked)

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """Every figure that the scorecard asks for, once."""
        asked = [item.figure for item in self.items] + [veto.figure for veto in self.vetoes]
        asked += [cap.figure for cap in self.caps] + [group.where for group in self.groups]
        asked += [figure for award in self.awards for figure in award.names.values()]
        return tuple(dict.fromkeys(filter(None, asked)))

    def grades_on(self, day: date) -> GradesSpec | None:
        """The grades in force on a day; before the first, the first; None where none are declared."""
        past = [grades for grades in self.grades if grades.valid_from <= day]
        return past[-1] if past else next(iter(self.grades), None)
