"""Teams working outside, with talk, check and return visit; what was found is put right."""

from datetime import date, timedelta

from bihuan.cli.demo.bureaus.audit_people import CLERK, HEAD, OFFICE, SECTIONS
from bihuan.cli.demo.bureaus.book import Book, Paper, Ref, that_day
from bihuan.cli.demo.county import AUDIT_BUREAU


def discipline(book: Book, audits: list[Ref]) -> None:
    """Teams working outside, with talk, check and return visit; what was found is put right."""
    for number, day in enumerate(book.days(90, start=40, about="teams")):
        letters = tuple(SECTIONS)[number % 3]
        title = f"驻外审计组 {day:%Y%m}"
        section, login = f"{AUDIT_BUREAU}-{letters}", SECTIONS[letters]
        thread = book.open(
            "audit.audit_team",
            day,
            CLERK,
            title=title,
            project=audits[number % 11],
            section=section,
            members=4,
            left_on=day + timedelta(days=4),
        )
        thread.then(0, OFFICE, "talk", talked_on=that_day, risk_control="外调取证两人同行，就餐交费留据。")
        thread.then((12, 18), OFFICE, "inspect", inspected_on=that_day, findings="食宿自理，未发现违纪。")
        if not thread.is_over and number % 3 == 0:
            _issue(book, thread.ref, number, section, login, thread.day)
        thread.then((8, 14), login, "leave", "现场结束", back_on=that_day)
        thread.then(
            (6, 12),
            OFFICE,
            "visit",
            visited_on=that_day,
            findings="被审计单位评价良好。",
            evidence=Paper(f"{title}回访记录"),
        )
        if number % 4 == 2:
            thread.then(1, HEAD, "send_back", "回访对象太少").then(
                (2, 4), OFFICE, "visit", visited_on=that_day, findings="已扩大回访范围。"
            )
        thread.then((1, 4), HEAD, "close", "同意销号")


def _issue(book: Book, team: Ref, number: int, section: str, login: str, day: date) -> None:
    thread = book.open(
        "audit.integrity_issue",
        day,
        CLERK,
        title=f"就餐交费凭据不全（{number}）",
        team=team,
        source="inspection",
        rule="no_1",
        found_on=day,
        section=section,
    )
    thread.then(1, OFFICE, "assign", "请查清处理", section=section)
    thread.then((3, 8), login, "submit", "已处理", result="已补交费用并谈话提醒。", evidence=Paper("交费凭据"))
    thread.then((1, 3), OFFICE, "accept", "同意销号")
