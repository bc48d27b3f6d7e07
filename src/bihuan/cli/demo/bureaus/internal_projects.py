"""Internal audits of the county's units: projects, findings, scores, the contest."""

from collections.abc import Sequence
from datetime import date, timedelta

from bihuan.cli.demo.bureaus.audit_people import CLERK, OFFICE
from bihuan.cli.demo.bureaus.book import Book, Paper, Ref
from bihuan.cli.demo.bureaus.internal_programme import UNITS
from bihuan.cli.demo.county import BUREAUS, COUNTY
from bihuan.cli.demo.findings import Finding

_FAULTS = (
    ("funds", "专项资金滞留"),
    ("assets", "固定资产未及时入账"),
    ("procurement", "小额采购未比价"),
    ("control", "不相容岗位未分离"),
)


def projects(book: Book, batches: dict[int, Ref]) -> None:
    """Each unit's projects of the year, what they found, its yearly score and its entry in the contest."""
    for year in book.years:
        for number, letters in enumerate(UNITS * 2):
            rng = book.rng("internal", year, number)
            unit, fixed = f"{COUNTY}-{letters}", date(year, 2, 20)
            done = fixed + timedelta(days=rng.randint(60, 300))
            is_done = done < book.today - timedelta(days=2)
            title = f"{year} 年{('财务收支', '工程建设')[number // len(UNITS)]}内部审计"
            found = rng.randint(1, 6)
            more = (
                {
                    "completed_date": done,
                    "problems_found": found,
                    "problems_fixed": rng.randint(0, found),
                    "rules_revised": rng.randint(0, 3),
                }
                if is_done
                else {}
            )
            project = book.enter(
                "audit.internal_project",
                done + timedelta(days=1) if is_done else fixed,
                CLERK,
                at_once=True,
                title=title,
                responsible_unit=unit,
                plan_year=year,
                planned_on=fixed,
                batch=batches[year],
                status="completed" if is_done else "running",
                **more,
            )
            if is_done:
                _finding(book, project, number, unit, BUREAUS[letters][1], done)
                if number < len(UNITS):
                    _scored(book, project, year, unit, done)


def _finding(book: Book, project: Ref, number: int, unit: str, login: str, done: date) -> None:
    category, fault = _FAULTS[number % len(_FAULTS)]
    title = f"{done.year} 年内审第 {number + 1} 项：{fault}"
    thread = book.open(
        "audit.internal_finding",
        done + timedelta(days=3),
        CLERK,
        project=project,
        problem_no=1,
        title=title,
        category=category,
        found_on=done,
        responsible_unit=unit,
    )
    result = "已按规定整改到位，修订内部制度。"
    thread.then((1, 3), CLERK, "assign", "请按期整改", responsible_unit=unit)
    thread.then((12, 30), login, "submit", "请认定", result=result, rules_revised=1, evidence=Paper(title))
    if number % 3 == 0:
        thread.then((1, 3), OFFICE, "send_back", "佐证材料不足，请补充")
        thread.then((3, 8), login, "submit", "已补充", result=result, evidence=Paper(f"{title}补充"))
    thread.then((1, 5), OFFICE, "accept", "同意销号")
    if number == 6:
        thread.then((30, 60), OFFICE, "recur", "半年内同类问题再次发生")


def told_twice(book: Book, findings: Sequence[Finding]) -> None:
    """Write one of the audit office's findings down as an internal one too, word for word, as does happen."""
    for row in reversed(book.rows):
        if row.ref.ledger == "audit.internal_finding":
            own = [finding for finding in findings if finding.unit == row.values["responsible_unit"]]
            if own:
                row.values["title"] = own[-1].detail
                return


def _scored(book: Book, project: Ref, year: int, unit: str, done: date) -> None:
    rng = book.rng("score", year, unit)
    day = done + timedelta(days=20)
    if day >= book.today:
        return
    book.enter(
        "audit.internal_evaluation",
        day,
        CLERK,
        year=year,
        responsible_unit=unit,
        evaluated_on=day,
        planned=2,
        completed=rng.choice((1, 2, 2)),
        quality_score=rng.randint(720, 980) / 10,
    )
    book.enter(
        "audit.contest_entry",
        day,
        CLERK,
        year=year,
        project=project,
        responsible_unit=unit,
        judged_on=day,
        plan_score=rng.randint(15, 25),
        evidence_score=rng.randint(15, 25),
        result_score=rng.randint(18, 30),
        document_score=rng.randint(12, 20),
        award=rng.choice(("first", "second", "third", "none")),
    )
