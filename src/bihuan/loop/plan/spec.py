"""What a pack may declare of a plan: its levels, each a ledger whose rows name the row over them."""

from pydantic import Field

from bihuan.pack.reading import Code, Spec


class PlanLevelSpec(Spec):
    """A level: 目标, 项目, 清单, 节点. The last one is what is done and closed."""

    title: str = Field(min_length=1, max_length=20)
    ledger: str
    parent: str = Field(default="", description="指向上一级的字段：record 类型，或写上一级编号的文字字段；第一级不写")
    weight: str = Field(default="", description="权重的数字字段；空：都为 1")
    start: str = Field(default="", description="开始日期字段；空：发现日期")
    progress: str = Field(default="", description="完成百分比字段，只用于最后一级")


class PlanSpec(Spec):
    """A plan."""

    code: Code
    title: str = Field(min_length=1, max_length=60)
    levels: tuple[PlanLevelSpec, ...] = Field(min_length=1, max_length=6)
