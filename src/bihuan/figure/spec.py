"""What a pack, or a person on screen, may declare of a figure: one kind of figure each, and how it is told."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from bihuan.pack.reading import Spec

FIGURE_CODE = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,4}$"
FigureCode = Annotated[str, Field(pattern=FIGURE_CODE, max_length=80)]
"""A figure's code within its pack; dots group the figures of one subject."""

KINDS = {
    "of": "台账上的统计",
    "ratio": "比率",
    "difference": "差",
    "change": "增减变化",
    "rank": "排名",
    "share": "占比",
    "cumulative": "累计",
    "target": "完成率",
    "shift": "另一时期的值",
    "formula": "算式",
    "agree": "两数核对",
    "doubled": "重复统计",
    "units": "单位个数",
    "external": "外部数值",
}
"""The key that makes a figure what it is, and what it is called. A figure has exactly one of them."""

Against = Literal["previous year", "previous period", "same period two years ago"]


class FigureSpec(Spec):
    """A figure: a named number by unit and period. Values are exact; `scale` is how many places are shown."""

    title: str = Field(min_length=1, max_length=120)
    unit: str = Field(default="", max_length=20, description="计量单位，如 个、万元、亩、%")
    scale: int | None = Field(default=None, ge=0, le=8, description="显示几位小数；不写则按数据")
    description: str = Field(default="", max_length=2_000, description="口径的补充说明、依据")
    also: tuple[str, ...] = Field(default=(), max_length=20, description="又名：材料里还怎么称呼它，供数字体检认出")
    by: tuple[str, ...] = Field(default=(), description="常用的分组字段")
    quality: Literal["complete", "timely"] | None = Field(
        default=None, description="complete 填得全不全，timely 报得及时不及时：列在数据质量页"
    )
    expect: str = Field(default="", description="对 value 的要求，为假即数据质量有问题，如 value = 0")

    of: str = Field(default="", description="统计哪个台账：本包的台账代码，或 包.台账")
    where: str = Field(default="", description="表达式：统计哪些记录；空：全部")
    measure: str = Field(default="count()", description="count()、sum(字段)、avg、min、max、distinct、first、last …")
    at: Literal["end"] | None = Field(default=None, description="end：期末时点的状态（存量）")
    during: str = Field(default="", description="按哪个日期（或年份）字段归入时期（流量）")

    ratio: str = Field(default="", description="甲指标 / 乙指标")
    difference: str = Field(default="", description="甲指标 - 乙指标")
    change: str = Field(default="", description="哪个指标的变化；与谁比写在 against")
    shift: str = Field(default="", description="哪个指标在另一时期的值；哪一期写在 against")
    against: Against | None = Field(default=None, description="previous year 同比，previous period 环比")
    told_as: Literal["rate", "difference"] | None = Field(
        default=None, alias="as", description="rate 增减百分比，difference 增减量；只用于 change"
    )
    rank: str = Field(default="", description="哪个指标在同级单位中的名次")
    order: Literal["descending", "ascending"] | None = Field(default=None, description="名次从大到小还是从小到大")
    share: str = Field(default="", description="哪个指标占上级单位（或全部）的百分比")
    within: Literal["parent", "whole"] | None = None
    cumulative: str = Field(default="", description="哪个指标的累计")
    since: Literal["year", "beginning"] | None = Field(default=None, description="从年初还是从有记录起")
    target: str = Field(default="", description="实绩指标 / 目标指标；目标取全年")
    formula: str = Field(default="", description="算式，名称在 with 里对应指标")
    names: dict[str, str] = Field(default_factory=dict, alias="with", description="算式里的名称: 指标代码")
    agree: str = Field(default="", description="甲指标 = 乙指标：给出两数之差，应为 0")
    doubled: tuple[str, ...] = Field(default=(), description="台账.字段：同一值出现在两处以上的个数")
    units: str = Field(default="", description="哪一类单位的个数，如 town、village")
    external: bool = Field(default=False, description="没有台账可算，由人填报，注明来源和日期")

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The keys of KINDS that are given: of a sound figure exactly one."""
        return tuple(kind for kind in KINDS if getattr(self, kind))

    @property
    def kind(self) -> str:
        return self.kinds[0]
