"""What a pack may declare of public intake: which ledger, what is filled in, who sorts, by when it is answered."""

from pydantic import Field

from bihuan.loop.spec import DayCount
from bihuan.pack.reading import Code, Spec


class ReplySpec(Spec):
    """By when a petition must be answered, counted from the day on which it came in."""

    days: int = Field(ge=1, le=365)
    count: DayCount = "working"
    source: str = ""


class PetitionSpec(Spec):
    """One public page."""

    code: Code
    title: str = Field(min_length=1, max_length=60)
    intro: str = Field(default="", max_length=500)
    ledger: str = Field(description="写入哪本台账（本包代码，或 包.台账）")
    fields: tuple[str, ...] = Field(min_length=1, description="公众填写的字段")
    text_field: str = Field(description="诉求内容：找重复时比较")
    place_field: str = Field(default="", description="地点")
    point_field: str = Field(default="", description="位置（经纬度字段）：手机可以自动填；找重复时按距离比较")
    area_field: str = Field(default="", description="所在乡镇、街道（单位字段）：公众从县里的名单中选一个")
    photo_field: str = Field(default="", description="照片（附件字段）")
    set: dict[str, str] = Field(default_factory=dict, description="固定写入的字段值，如渠道")
    desk: tuple[str, ...] = Field(min_length=1, description="台账所属单位里，哪些角色分办")
    dispatch: str = Field(description="派发用的操作")
    reject: str = Field(description="不予受理、并入重复用的操作；要到结束环节")
    answer: tuple[str, ...] = Field(default=(), description="办结后让提交人看到的字段")
    reply: ReplySpec
