"""Requests and briefs sent up, and what leaders wrote on them."""

from datetime import date

from bihuan.cli.demo.bureaus.audit_people import CLERK, OFFICE, SECTIONS
from bihuan.cli.demo.bureaus.book import Book, Paper, Ref, that_day
from bihuan.cli.demo.county import AUDIT_BUREAU, COUNTY


def reports(book: Book) -> None:
    """Requests and briefs sent up, and what leaders wrote on them."""
    places = ("provincial_committee", "provincial_committee_office", "provincial_audit_department", "city_committee")
    for number, day in enumerate(book.days(25, start=12, about="reports")):
        is_brief = number % 2 == 1
        letters = tuple(SECTIONS)[number % 3]
        title = f"{day.year} 年第 {number + 1} 期{'要情专报' if is_brief else '重大事项请示报告'}"
        thread = book.open(
            "audit.report",
            day,
            CLERK,
            title=title,
            drafting_unit=f"{AUDIT_BUREAU}-{letters}",
            report_type="special_brief" if is_brief else "major_matter",
            addressee="city_committee" if is_brief else places[number % 3],
            registered_on=day,
        )
        login = SECTIONS[letters]
        thread.then((1, 3), login, "submit", summary="反映审计中发现的苗头性问题和建议。", document=Paper(title))
        if number % 6 == 2:
            thread.then(1, OFFICE, "send_back", "数据与台账不一致").then(
                (1, 2), login, "submit", summary="已核对数据。"
            )
        thread.then((1, 2), OFFICE, "approve", "同意报送")
        addressee = "city_committee" if is_brief else places[number % 3]
        thread.then((0, 2), CLERK, "send", addressee=addressee, sent_on=that_day)
        if is_brief:
            times = number % 3
            thread.then((3, 8), CLERK, "follow", instruction_count=times, follow_up="已分送落实" if times else "无批示")
            for serial in range(0 if thread.is_over else times):
                _instruction(book, thread.ref, number + serial, thread.day)
        thread.then((10, 25), OFFICE, "close", "已报送，批示已落实")


def _instruction(book: Book, report: Ref, number: int, day: date) -> None:
    bureau, login = (("JS", "zhujian"), ("NY", "nongye"), ("JY", "jiaoyu"))[number % 3]
    unit = f"{COUNTY}-{bureau}"
    leader = ("县委主要负责人", "县政府主要负责人", "分管副县长")[number % 3]
    thread = book.open(
        "audit.instruction",
        day,
        CLERK,
        report=report,
        leader=leader,
        title="请责任部门逐项整改并举一反三",
        decided_on=day,
        responsible_unit=unit,
    )
    thread.then((1, 2), CLERK, "assign", "请按批示落实", responsible_unit=unit)
    thread.then((8, 20), login, "submit", "已落实", result="已召开专题会议部署，完成排查整改。")
    thread.then((1, 4), OFFICE, "accept", "已落实，同意销号")
