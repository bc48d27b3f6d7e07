"""The audit committee's two years: its members, its meetings and what they decided."""

from datetime import date, timedelta

from bihuan.cli.demo.bureaus.audit_people import CLERK, OFFICE
from bihuan.cli.demo.bureaus.book import Book, Paper, Ref, days_later
from bihuan.cli.demo.county import COUNTY

_MEMBERS = (
    ("chair", "县委主要负责人", "章启明"),
    ("vice_chair", "县政府主要负责人", "夏云舟"),
    ("member", "县纪委主要负责人", "凌向北"),
    ("member", "县委组织部主要负责人", "周望山"),
    ("member", "县财政局主要负责人", "苏见深"),
    ("office_head", "县审计局主要负责人", "方致远"),
)
_ITEMS = (
    ("yearly_summary", "年度审计工作总结和来年要点", "approved"),
    ("project_plan", "年度审计项目计划", "approved"),
    ("budget_result", "上年度预算执行和其他财政收支审计结果", "approved_with_changes"),
    ("rectification", "审计发现问题整改情况", "approved"),
    ("passed_on", "上级审计委员会会议精神", "noted"),
    ("member_change", "委员会成员调整", "approved"),
)
_DAYS = ((2, 10), (5, 18), (8, 21), (11, 12))
_POINTS = (
    ("criterion", "问题本身已纠正", "审计报告所列问题逐项对照"),
    ("criterion", "已建立防止再犯的制度或措施", "举一反三要求"),
    ("basis", "佐证材料真实、完整、与问题对应", "凭证、照片或文件原件"),
    ("procedure", "经责任单位集体研究并由主要负责人签字", "整改认定程序"),
)


def committee(book: Book) -> dict[int, Ref]:
    """Members, standards and meetings; returns the first meeting of each year, which approves the plan."""
    for duty, position, name in _MEMBERS:
        book.enter(
            "audit.committee_member",
            book.since,
            CLERK,
            name=name,
            position=position,
            duty=duty,
            joined_on=book.since,
            change_basis="示委审发〔示例〕1号",
        )
    for aspect, point, basis in _POINTS:
        book.enter(
            "audit.recognition_standard",
            book.since,
            CLERK,
            point=point,
            aspect=aspect,
            basis=basis,
            requirement=f"{point}，由审计机关逐条确认。",
            valid_from=book.since,
        )
    first: dict[int, Ref] = {}
    for year in book.years:
        for session, (month, day) in enumerate(_DAYS, start=1):
            meeting = _meeting(book, year, session, date(year, month, day))
            if session == 1:
                first[year] = meeting
    return first


def _meeting(book: Book, year: int, session: int, day: date) -> Ref:
    is_held = day < book.today - timedelta(days=1)
    title = f"审计委员会 {year} 年第 {session} 次会议"
    known = {"title": title, "meeting_type": "audit_committee", "year": year, "session": session, "planned_on": day}
    if not is_held:
        return book.enter("audit.meeting", date(year, 1, 8), CLERK, at_once=True, status="planned", **known)
    meeting = book.enter(
        "audit.meeting",
        day + timedelta(days=1),
        CLERK,
        at_once=True,
        status="held",
        held_on=day,
        attended=18 + session,
        chaired_by="委员会主任",
        **known,
    )
    for number in range(3):
        item_type, topic, outcome = _ITEMS[(session * 2 + number) % len(_ITEMS)]
        _decision(book, meeting, number + 1, f"{year} 年{topic}", item_type, outcome, day)
    return meeting


def _decision(book: Book, meeting: Ref, number: int, title: str, item_type: str, outcome: str, day: date) -> None:
    bureau, login = (("CZ", "caizheng"), ("FG", "fagai"), ("WJ", "weijian"))[number % 3]
    unit = f"{COUNTY}-{bureau}"
    thread = book.open(
        "audit.meeting_item",
        day + timedelta(days=2),
        CLERK,
        meeting=meeting,
        item_no=number,
        title=title,
        item_type=item_type,
        outcome=outcome,
        decided_on=day,
        responsible_unit=unit,
    )
    result = "已专题研究，制定分工方案并逐项落实。"
    thread.then((1, 3), CLERK, "assign", "请按决定抓好落实", responsible_unit=unit)
    if number == 2:
        thread.then((8, 12), login, "ask_extension", "需与部门会商", do_until=days_later(80))
        thread.then((1, 2), OFFICE, "grant_extension", "同意")
    thread.then((10, 20), login, "submit", "已落实，请核实", result=result)
    if number == 3:
        thread.then((1, 3), OFFICE, "send_back", "没有逐项说明落实情况")
        thread.then(
            (3, 6), login, "submit", "已补充", result=result + "逐项说明附后。", evidence=Paper(f"{title}落实情况")
        )
    thread.then((2, 4), OFFICE, "accept", "已落实，同意销号")
