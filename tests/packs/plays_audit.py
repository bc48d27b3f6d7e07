"""How a matter of each ledger of the audit pack goes from opening to close-out, once sent back."""

from tests.packs.play import Act, Fields, Play

_RESULT = {"result": "已办理", "evidence": "$file"}


def _simple(ledger: str, opening: Fields, unit: str, given: Fields, *, ends: str = "closed") -> Play:
    """Sent out, reported, sent back, reported again, accepted."""
    office = "shenji"
    return Play(
        ledger,
        opening,
        (
            Act(office, "assign", given),
            Act(unit, "submit", _RESULT),
            Act(office, "send_back"),
            Act(unit, "submit", _RESULT),
            Act(office, "accept"),
        ),
        unit,
        ends,
    )


AUDIT = (
    _simple(
        "audit.meeting_item",
        {
            "meeting": "@meeting",
            "item_no": "1",
            "title": "议题",
            "item_type": "rectification",
            "outcome": "approved",
            "decided_on": "2026-02-20",
            "responsible_unit": "330999-JY",
        },
        "jiaoyu",
        {"responsible_unit": "330999-JY"},
    ),
    _simple(
        "audit.instruction",
        {
            "report": "@report",
            "leader": "分管领导",
            "title": "要点",
            "decided_on": "2026-02-20",
            "responsible_unit": "330999-JY",
        },
        "jiaoyu",
        {"responsible_unit": "330999-JY"},
    ),
    Play(
        "audit.report",
        {
            "title": "请示",
            "report_type": "major_matter",
            "addressee": "provincial_committee",
            "drafting_unit": "330999-SJ-CZ",
            "registered_on": "2026-03-02",
        },
        (
            Act("sjcz", "submit", {"summary": "摘要", "document": "$file"}),
            Act("shenji", "send_back"),
            Act("sjcz", "submit", {"summary": "摘要二"}),
            Act("shenji", "approve"),
            Act("jingban", "send", {"addressee": "provincial_committee", "sent_on": "$today"}),
            Act("jingban", "follow", {"instruction_count": "1", "follow_up": "已落实"}),
            Act("shenji", "close"),
        ),
        "sjcz",
        "closed",
    ),
    Play(
        "audit.project",
        {
            "title": "经济责任审计",
            "audit_type": "economic_responsibility",
            "level": "city",
            "plan_year": "2026",
            "section": "330999-SJ-JZ",
            "audited_unit": "330999-JY",
            "planned_start": "2026-03-02",
            "planned_end": "2026-06-30",
        },
        (
            Act("shenji", "approve", {"approved_at": "@meeting"}),
            Act("sjjz", "start", {"team_leader": "罗"}),
            Act("sjjz", "submit", {"stage_report": "初稿", "internal_opinion": "健全"}),
            Act("shenji", "send_back"),
            Act("sjjz", "submit", {"stage_report": "定稿"}),
            Act("shenji", "complete", {"completed_date": "$today"}),
        ),
        "sjjz",
        "completed",
    ),
    _simple(
        "audit.internal_programme",
        {
            "title": "提升",
            "item_type": "lift",
            "area": "quality",
            "year": "2026",
            "task": "做",
            "responsible_unit": "330999-JY",
            "planned_on": "2026-03-02",
        },
        "jiaoyu",
        {"responsible_unit": "330999-JY"},
        ends="done",
    ),
    _simple(
        "audit.internal_finding",
        {
            "project": "@internal_project",
            "problem_no": "1",
            "title": "滞留",
            "category": "funds",
            "found_on": "2026-03-02",
            "responsible_unit": "330999-JY",
        },
        "jiaoyu",
        {"responsible_unit": "330999-JY"},
    ),
    Play(
        "audit.research_topic",
        {"title": "课题", "university": "示范大学", "responsible_unit": "330999-JY", "started_on": "2026-03-02"},
        (
            Act("jiaoyu", "submit", _RESULT),
            Act("shenji", "send_back"),
            Act("jiaoyu", "submit", _RESULT),
            Act("shenji", "conclude"),
            Act("jiaoyu", "use", {"use_of_result": "制度"}),
            Act("shenji", "return_use"),
            Act("jiaoyu", "use", {"use_of_result": "两项制度"}),
            Act("shenji", "accept"),
        ),
        "jiaoyu",
        "closed",
    ),
    Play(
        "audit.audit_team",
        {"title": "一组", "section": "330999-SJ-CZ", "members": "4", "left_on": "2026-03-05"},
        (
            Act("shenji", "talk", {"talked_on": "2026-03-03"}),
            Act("shenji", "inspect", {"inspected_on": "2026-03-20", "findings": "无"}),
            Act("sjcz", "leave", {"back_on": "2026-04-01"}),
            Act("shenji", "visit", {"visited_on": "2026-04-10", "findings": "好"}),
            Act("shenjizhang", "send_back"),
            Act("shenji", "visit", {"visited_on": "2026-04-12", "findings": "更好"}),
            Act("shenjizhang", "close"),
        ),
        "sjcz",
        "closed",
    ),
    _simple(
        "audit.integrity_issue",
        {
            "title": "凭据不全",
            "source": "inspection",
            "rule": "no_1",
            "found_on": "2026-03-02",
            "section": "330999-SJ-CZ",
        },
        "sjcz",
        {"section": "330999-SJ-CZ"},
    ),
    Play(
        "audit.finding",
        {
            "project": "项目",
            "problem_no": "1",
            "title": "问题",
            "audit_type": "public_finance",
            "found_on": "2026-03-02",
            "responsible_unit": "330999-JY",
        },
        (
            Act("shenji", "assign", {"responsible_unit": "330999-JY"}),
            Act("jiaoyu", "receive"),
            Act("jiaoyu", "submit", {"measures": "已改", "evidence": "$file"}),
            Act("shenji", "send_back"),
            Act("jiaoyu", "submit", {"measures": "改好", "evidence": "$file"}),
            Act("shenji", "accept"),
        ),
        "jiaoyu",
        "cleared",
    ),
)
