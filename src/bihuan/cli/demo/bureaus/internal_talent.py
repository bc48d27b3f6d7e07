"""The pool of internal auditors, the guides and the research topics."""

from datetime import date, timedelta
from typing import Any

from bihuan.cli.demo.bureaus.audit_people import CLERK, OFFICE
from bihuan.cli.demo.bureaus.book import Book, Paper, Ref
from bihuan.cli.demo.bureaus.internal_programme import UNITS
from bihuan.cli.demo.county import COUNTY


def talent(book: Book, audits: list[Ref]) -> None:
    """Auditors of the units: into the pool, drawn for projects, trained."""
    for number in range(18):
        letters = UNITS[number % len(UNITS)]
        who: dict[str, Any] = {
            "person_id": f"NS{1000 + number}",
            "name": f"许内审{number + 1}",
            "responsible_unit": f"{COUNTY}-{letters}",
        }
        book.enter(
            "audit.internal_auditor", book.since, CLERK, entry="pool", occurred_on=book.since, in_pool=True, **who
        )
        for year in book.years:
            rng = book.rng("auditor", year, number)
            trained, drawn = date(year, 4, 16), date(year, 3, 1) + timedelta(days=rng.randint(0, 180))
            if trained < book.today:
                book.enter(
                    "audit.internal_auditor",
                    trained,
                    CLERK,
                    entry="trained",
                    occurred_on=trained,
                    in_pool=True,
                    training=f"{year} 年内审人员培训班",
                    training_year=year,
                    attended=rng.random() < 0.9,
                    **who,
                )
            if number % 2 == 0 and drawn < book.today:
                book.enter(
                    "audit.internal_auditor",
                    drawn,
                    CLERK,
                    entry="assigned",
                    occurred_on=drawn,
                    in_pool=True,
                    assignment="audit_project",
                    project=audits[number % 11],
                    **who,
                )


def knowledge(book: Book) -> None:
    """Each year's guide and research topic."""
    for edition, year in enumerate(book.years, start=1):
        book.enter(
            "audit.guide",
            date(year, 1, 25),
            CLERK,
            title="内部审计工作指南",
            edition=f"第{edition}版",
            kind="guide",
            issued_on=date(year, 1, 25),
        )
        thread = book.open(
            "audit.research_topic",
            date(year, 3, 3),
            CLERK,
            title=f"{year} 年县域内部审计质量控制研究",
            university="示范大学",
            responsible_unit=f"{COUNTY}-JY",
            started_on=date(year, 3, 3),
        )
        thread.then((60, 80), "jiaoyu", "submit", "申请结题", result="形成研究报告一份。", evidence=Paper("研究报告"))
        thread.then((5, 9), OFFICE, "conclude", "同意结题")
        thread.then((20, 30), "jiaoyu", "use", "已转化", use_of_result="转化为内审项目质量控制办法")
        thread.then((2, 6), OFFICE, "accept", "成果已转化，同意销号")
