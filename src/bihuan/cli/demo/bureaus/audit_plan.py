"""The yearly plan of audit projects, from the plan to the report."""

from datetime import date, timedelta
from typing import Any

from bihuan.cli.demo.bureaus.audit_people import CLERK, OFFICE, SECTIONS
from bihuan.cli.demo.bureaus.book import Book, Paper, Ref, that_day
from bihuan.cli.demo.county import AUDIT_BUREAU, COUNTY


def plan(book: Book, approved_at: dict[int, Ref]) -> list[Ref]:
    """The yearly plan of audit projects, from the plan to the report."""
    projects: list[Ref] = []
    kinds = ("public_finance", "policy_follow_up", "economic_responsibility")
    topics = ("部门预算执行审计", "重点政策落实跟踪审计", "主要负责人任期经济责任审计")
    bureaus = ("JY", "NY", "JS", "HB", "ZR", "WJ", "FG", "YJ", "QX", "ZF", "JY", "NY")
    for year in book.years:
        for number, bureau in enumerate(bureaus):
            rng = book.rng("project", year, number)
            letters = tuple(SECTIONS)[number % 3]
            start = date(year, 1 + number * 10 // 12, 20)
            thread = book.open(
                "audit.project",
                date(year, 1, 15),
                CLERK,
                title=f"{year} 年第 {number + 1} 号{topics[number % 3]}",
                audit_type=kinds[number % 3],
                level="county" if number % 4 == 3 else "city",
                plan_year=year,
                section=f"{AUDIT_BUREAU}-{letters}",
                audited_unit=f"{COUNTY}-{bureau}",
                planned_start=start,
                planned_end=start + timedelta(days=rng.randint(80, 130)),
            )
            projects.append(thread.ref)
            if number == len(bureaus) - 1:
                thread.on(date(year, 2, 12), OFFICE, "cancel", "按上级统一部署调出计划")
                continue
            login = SECTIONS[letters]
            thread.on(date(year, 2, 12), OFFICE, "approve", "审计委员会审定", approved_at=approved_at[year])
            thread.on(start, login, "start", "进点", team_leader="罗审计")
            if number == 4:
                thread.then((10, 15), OFFICE, "pause", "被审计单位正在接受专案调查").then(
                    (15, 20), OFFICE, "resume", "调查结束"
                )
            thread.then((15, 25), login, "progress", stage_report="已完成现场取证，正在汇总底稿。")
            opinion = "内部审计机构健全，年度项目按期完成。" if number % 3 == 2 else None
            more: dict[str, Any] = {"internal_opinion": opinion, "internal_open": 1} if opinion else {}
            thread.then(
                (15, 25), login, "submit", stage_report="审计报告已征求意见。", audit_report=Paper("审计报告"), **more
            )
            if number % 5 == 1:
                thread.then((2, 4), OFFICE, "send_back", "定性依据不准确")
                thread.then((4, 8), login, "submit", stage_report="已补充定性依据。", **more)
            thread.then((2, 6), OFFICE, "complete", "审计报告审定，项目完成", completed_date=that_day)
    return projects
