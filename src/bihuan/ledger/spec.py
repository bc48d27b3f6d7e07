"""What a pack, or a spreadsheet's own header row, may declare of a ledger."""

from collections import Counter
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from bihuan.pack.reading import Code, Spec

FieldCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

SYSTEM_NAMES = (
    "number",
    "state",
    "unit",
    "opened_at",
    "due_at",
    "closed_at",
    "created_at",
    "updated_at",
    "version",
)
"""Names that every record has, beside its ledger's fields."""


def full_code(pack: str, code: str) -> str:
    """A ledger's code with its pack: a bare one is of the pack in which it is written."""
    return code if "." in code else f"{pack}.{code}"


class ChoiceSpec(Spec):
    """One value of a choice field: the code that is stored and the word that is shown."""

    code: str = Field(min_length=1, max_length=60)
    title: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    was: tuple[str, ...] = Field(default=(), description="改定义时：由哪些原来的选项而来")
    when: str = Field(default="", description="改定义时：哪些记录归入这个选项；空：其余的")


class FieldSpec(Spec):
    """A field of a ledger."""

    code: FieldCode
    title: str = Field(min_length=1, max_length=120)
    kind: str = Field(description="字段类型，见 docs/ledgers.md")
    required: bool = False
    aliases: tuple[str, ...] = Field(default=(), description="表头里的其他写法")
    choices: tuple[ChoiceSpec, ...] = ()
    measure: str = Field(default="", description="计量单位，如 万元、亩")
    scale: int = Field(default=2, ge=0, le=8, description="小数位数")
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    max_length: int = Field(default=2_000, ge=1, le=100_000)
    date_order: Literal["mdy", "dmy"] | None = Field(
        default=None, description="来源用 03/01/2011 这种写法时，月日的先后"
    )
    whole_month: Literal["first", "last"] | None = Field(
        default=None, description="只写到月的日期算该月哪一天；空：不接受"
    )
    fraction: bool = Field(default=False, description="百分比：表格里的数 0.12 表示 12%")
    unreported: bool = Field(default=False, description="数：可以写明“未报”，与零、空白都不同")
    several: bool = Field(default=False, description="附件可放多个")
    of: str = Field(default="", description="关联哪个台账：本包的台账代码，或 包.台账")
    datum: Literal["cgcs2000", "wgs84"] = Field(default="cgcs2000", description="坐标来自哪个坐标系")
    formula: str = Field(default="", description="计算字段的表达式，只用本表其他字段")
    result: Literal["text", "integer", "number", "money", "percent", "date", "datetime", "yesno"] = Field(
        default="number", description="计算字段的结果是哪种类型"
    )
    personal: Literal["none", "name", "address", "all"] | None = Field(
        default=None, description="是不是个人信息、怎样遮盖；空：按类型"
    )
    encrypted: bool = Field(default=False, description="是否加密保存；加密的字段不能筛选、排序、计算")
    hint: str = ""
    group: str = ""
    was: str = Field(default="", description="改定义时：原来的字段代码，数据跟着走")
    fill: str = Field(default="", description="改定义时：没有填的记录按这个表达式补上")

    @cached_property
    def choice_titles(self) -> dict[str, str]:
        return {choice.code: choice.title for choice in self.choices}


class NumberSpec(Spec):
    """How records are numbered: prefix, the year if wanted, and a serial of so many digits. Never reused."""

    prefix: str = Field(default="", max_length=20)
    by_year: bool = True
    digits: int = Field(default=4, ge=1, le=9)


class CheckSpec(Spec):
    """A rule over a whole record: the expression must not be false. `level: warning` only points the record out."""

    when: str = Field(description="表达式：为假即不合要求")
    message: str
    level: Literal["error", "warning"] = "error"


class RightSpec(Spec):
    """What some roles may do with some fields, at some steps of the loop or, with none named, at every one."""

    fields: tuple[str, ...] = Field(min_length=1, description="字段代码")
    roles: tuple[str, ...] = Field(min_length=1, description="角色代码")
    states: tuple[str, ...] = Field(default=(), description="环节代码；空：所有环节")
    right: Literal["hidden", "masked", "read", "write"]


class LedgerSpec(Spec):
    """A ledger: its fields and which of them play a part in every ledger's life."""

    code: Code
    title: str = Field(min_length=1, max_length=120)
    description: str = ""
    fields: tuple[FieldSpec, ...] = Field(min_length=1, max_length=1_000)
    key: tuple[str, ...] = Field(default=(), description="合起来唯一确定一条记录的字段，导入时按它对应")
    number: NumberSpec = NumberSpec()
    loop: str = Field(default="", description="本包中的闭环代码；空：没有闭环")
    name_field: str = ""
    unit_field: str = Field(default="", description="责任单位")
    opened_field: str = Field(default="", description="发现（受理）日期")
    due_field: str = Field(default="", description="期限")
    closed_field: str = Field(default="", description="办结时间：只用于带历史的表格")
    status_field: str = Field(default="", description="原表的状态列：只用于带历史的表格")
    closed_values: tuple[str, ...] = ()
    columns: tuple[str, ...] = Field(default=(), description="列表默认显示的字段")
    checks: tuple[CheckSpec, ...] = ()
    rights: tuple[RightSpec, ...] = Field(default=(), description="字段权限：没有写到的，看得见记录就能看、能填")
    assignee_field: str = Field(default="", description="承办人：数据范围“仅本人”按它和录入人算")
    dropped: tuple[str, ...] = Field(default=(), description="改定义时：连同数据一起删去的字段代码")
    valid_from: date | None = Field(default=None, description="改定义时：生效日期；晚于今天的，到那天才启用")

    def in_pack(self, pack: str) -> "LedgerSpec":
        """The same definition as it is put in force: every linked ledger by its full code."""
        fields = tuple(
            field.model_copy(update={"of": full_code(pack, field.of)}) if field.of else field for field in self.fields
        )
        return self.model_copy(update={"fields": fields}) if fields != self.fields else self

    @cached_property
    def by_code(self) -> dict[str, FieldSpec]:
        return {field.code: field for field in self.fields}

    @cached_property
    def last_titles(self) -> Counter[str]:
        """How many fields have a title with this last part (审计查出问题/问题摘要)."""
        return Counter(field.title.rpartition("/")[2].strip() for field in self.fields)

    @cached_property
    def may_be_unreported(self) -> tuple[str, ...]:
        """The fields that may be not reported."""
        return tuple(field.code for field in self.fields if field.unreported)

    @cached_property
    def list_columns(self) -> tuple[FieldSpec, ...]:
        """The fields a list shows at first: the declared ones, else the first eight."""
        if self.columns:
            return tuple(self.by_code[code] for code in self.columns)
        return self.fields[:8]
