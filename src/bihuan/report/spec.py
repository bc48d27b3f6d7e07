"""What may be declared of a report: what kind of document, whose, over which period, and its template in parts."""

from typing import Literal

from pydantic import Field

from bihuan.pack.reading import Code, Spec

KINDS = {
    "year_summary": "年度工作总结和下一年工作计划",
    "weekly_brief": "周报",
    "monthly_brief": "月报",
    "special_report": "专题报告",
    "bulletin": "通报",
    "problem_list": "问题清单",
    "one_file": "一企一档",
    "meeting_material": "会议材料",
}
"""Kinds of reports, and what they are called."""

Period = Literal["day", "week", "month", "quarter", "half", "year"]


class RedHeadSpec(Spec):
    """The head of an issued document: the mark, and the word before the year in its number (示审〔2026〕3号)."""

    mark: str = Field(min_length=1, max_length=40)
    word: str = Field(default="", max_length=20)


class PartSpec(Spec):
    """A part of a report, its template in Markdown, and who writes it: a unit's code, or a role in the owning unit."""

    code: Code
    title: str = Field(default="", max_length=120)
    unit: str = Field(default="", description="由哪个单位写；空：本包的所属单位")
    body: str = Field(min_length=1, max_length=100_000, description="模板，写法见 docs/reports.md")


class ReportSpec(Spec):
    """A report."""

    code: Code
    title: str = Field(min_length=1, max_length=120, description="标题，可以用模板的函数")
    kind: Literal[
        "year_summary",
        "weekly_brief",
        "monthly_brief",
        "special_report",
        "bulletin",
        "problem_list",
        "one_file",
        "meeting_material",
    ]
    period: Period = "year"
    description: str = ""
    unit: str = Field(default="", description="关于哪个单位：单位代码；空：全县")
    subject: str = Field(default="", description="一企一档：写的是哪个台账的一条记录，包.台账")
    red_head: RedHeadSpec | None = None
    signed_by: str = Field(default="", max_length=60)
    annex: bool = Field(default=True, description="附上本材料数字一览")
    parts: tuple[PartSpec, ...] = Field(
        default=(), max_length=50, description="业务包里至少一个；Word 模板的材料可以没有"
    )
