"""The programme of internal audit: base work and lifts, item by item."""

from datetime import date

from bihuan.cli.demo.bureaus.audit_people import CLERK, OFFICE
from bihuan.cli.demo.bureaus.book import Book, Paper, Ref, days_later
from bihuan.cli.demo.county import BUREAUS, COUNTY

UNITS = ("JY", "WJ", "NY", "JS", "CZ", "ZR")
_PROGRAMME = (
    ("base", "evaluation", "规范内审评价流程"),
    ("base", "projects", "统筹年度内审项目"),
    ("base", "rectification", "建立内审整改台账"),
    ("base", "forcing", "内审结果纳入履职评价"),
    ("lift", "staff", "内审人员素质提升行动"),
    ("lift", "quality", "内审项目质量提升行动"),
    ("lift", "standardisation", "内审工作规范化行动"),
    ("lift", "research", "内审理论研究行动"),
    ("evaluation_system", "evaluation", "内审评价体系"),
    ("project_batch", "projects", "内审项目第一批"),
    ("project_batch", "projects", "内审项目第二批"),
    ("rectification_batch", "rectification", "内审问题整改第一批"),
    ("forcing_measure", "forcing", "经济责任审计必审内审"),
)


def programme(book: Book) -> dict[int, Ref]:
    """The items of each year's programme; returns each year's first batch of projects."""
    batches: dict[int, Ref] = {}
    for year in book.years:
        for number, (item_type, area, title) in enumerate(_PROGRAMME):
            letters = UNITS[number % len(UNITS)]
            unit, login = f"{COUNTY}-{letters}", BUREAUS[letters][1]
            thread = book.open(
                "audit.internal_programme",
                date(year, 2, 5),
                CLERK,
                title=f"{title}（{year}）",
                item_type=item_type,
                area=area,
                year=year,
                task=f"按年度安排完成{title}。",
                responsible_unit=unit,
                planned_on=date(year, 2, 5),
            )
            if title.endswith("第一批") and item_type == "project_batch":
                batches[year] = thread.ref
            thread.then((2, 6), CLERK, "assign", "请按计划完成", responsible_unit=unit)
            if number == 3:
                thread.then(
                    (20, 30),
                    OFFICE,
                    "accept_exception",
                    "等待上级办法出台",
                    do_until=days_later(200),
                )
                thread.then((20, 40), OFFICE, "end_exception", "办法已出台")
            thread.then(
                (40, 90), login, "submit", "请验收", result=f"{title}已完成，成果见附件。", evidence=Paper(title)
            )
            if number % 4 == 1:
                thread.then((1, 4), OFFICE, "send_back", "成果不具体，请补充")
                thread.then((5, 10), login, "submit", "已补充", result=f"{title}已完成，逐项成果附后。")
            is_system = item_type == "evaluation_system"
            thread.then((2, 6), OFFICE, "establish" if is_system else "accept", "同意")
    return batches
