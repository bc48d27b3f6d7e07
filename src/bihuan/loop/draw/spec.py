"""What a pack may declare of a draw: from what, by whom, how many, whom an inspector must avoid, what becomes of it."""

from pydantic import Field

from bihuan.pack.reading import Code, Spec


class ObjectsSpec(Spec):
    """What is drawn from: the records of a ledger for which the expression is true."""

    ledger: str
    where: str = ""
    once_a_year: bool = Field(default=False, description="本年度已被本项抽查抽中的不再抽")


class InspectorsSpec(Spec):
    """Who is drawn to inspect: the records of a ledger of inspectors (执法检查人员名录库)."""

    ledger: str
    where: str = ""
    avoid_own_unit: bool = Field(default=True, description="不检查自己单位的对象")
    avoid_field: str = Field(default="", description="文字字段：要回避的对象编号，用顿号、逗号或空格隔开")


class DrawSpec(Spec):
    """A draw."""

    code: Code
    title: str = Field(min_length=1, max_length=60)
    objects: ObjectsSpec
    inspectors: InspectorsSpec
    percent: int = Field(default=0, ge=0, le=100, description="抽取比例，不足一个按一个；与 count 写一个")
    count: int = Field(default=0, ge=0, le=10_000)
    team: int = Field(default=2, ge=1, le=20, description="每个对象几名检查人员")
    quota: int = Field(default=0, ge=0, le=1_000, description="每人最多几个对象；0：不限")
    manage: tuple[str, ...] = Field(min_length=1, description="本包所属单位里，哪些角色组织抽取")
    ledger: str = Field(description="抽中的成为哪本台账的事项")
    object_field: str = Field(description="该台账里写对象编号的文字字段")
    team_field: str = Field(description="该台账里写检查人员的文字字段")
    set: dict[str, str] = Field(
        default_factory=dict, description="新事项的其他字段，可用 draw、object、object_number、team"
    )
