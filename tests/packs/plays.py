"""How a matter of each ledger goes from opening to close-out, once sent back: what is brought, by whom, in which order.

`@name` in a field is the record of `BASE` so called; `$file` is a file just uploaded; `$today` is the day of the verb.
"""

from dataclasses import dataclass, field
from typing import Any

Fields = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """A verb by a login, with what its form is given."""

    login: str
    verb: str
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True)
class Play:
    """A ledger's matter: how it opens, its acts in order, who of the unit asks for more time, and where it ends.

    A `variant` is another way through the same loop.
    """

    ledger: str
    opening: Fields
    acts: tuple[Act, ...]
    asker: str
    ends: str
    variant: str = ""

    @property
    def name(self) -> str:
        return f"{self.ledger} {self.variant}".strip()

    @property
    def office(self) -> str:
        """Who judges and dispatches in the owning bureau."""
        return "shenji" if self.ledger.startswith("audit.") else "chengguanshen"


BASE: dict[str, tuple[str, Fields]] = {
    "meeting": (
        "audit.meeting",
        {
            "title": "第一次会议",
            "meeting_type": "audit_committee",
            "year": "2026",
            "session": "1",
            "planned_on": "2026-01-10",
            "status": "held",
            "held_on": "2026-01-10",
        },
    ),
    "report": (
        "audit.report",
        {
            "title": "专报",
            "report_type": "special_brief",
            "addressee": "city_committee",
            "drafting_unit": "330999-SJ-CZ",
            "registered_on": "2026-01-12",
        },
    ),
    "internal_project": (
        "audit.internal_project",
        {
            "title": "内审",
            "responsible_unit": "330999-JY",
            "plan_year": "2026",
            "planned_on": "2026-01-12",
            "status": "running",
        },
    ),
    "power": (
        "urban.power",
        {
            "power_no": "CG1",
            "title": "市容处罚",
            "type": "penalty",
            "field_of_work": "city_look",
            "basis": "条例",
            "section": "330999-CG-FZ",
            "valid_from": "2020-01-01",
        },
    ),
    "coercion": (
        "urban.power",
        {
            "power_no": "CG2",
            "title": "规划强制",
            "type": "coercion",
            "field_of_work": "planning",
            "basis": "法",
            "section": "330999-CG-FZ",
            "valid_from": "2020-01-01",
        },
    ),
    "permission": (
        "urban.power",
        {
            "power_no": "CG3",
            "title": "广告许可",
            "type": "permit",
            "field_of_work": "outdoor_ad",
            "basis": "条例",
            "section": "330999-CG-CK",
            "valid_from": "2020-01-01",
        },
    ),
    "officer": (
        "urban.officer",
        {
            "certificate_no": "CGZF0001",
            "name": "石一",
            "section": "330999-CG-ZA",
            "issued_on": "2024-01-01",
            "valid_until": "2029-01-01",
            "fields_of_work": "市容环境卫生、户外广告",
            "authority": "ordinary",
        },
    ),
    "scope": (
        "urban.liability_scope",
        {"fault_class": "inaction", "title": "应查未查", "basis": "办法", "valid_from": "2020-01-01"},
    ),
    "matter_type": (
        "urban.matter_type",
        {"code_no": "S1", "title": "备案", "limit_days": "5", "materials": "申请表", "valid_from": "2020-01-01"},
    ),
}
_RESULT = {"result": "已办理", "evidence": "$file"}
_SHOP = "330999-CG-ZA"


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
_DECIDED = {"outcome": "penalty", "fine": "500", "decided_on": "$today"}
_CASE = {"facts": "事实", "proposal": "处罚", "evidence": "$file"}
_FIXED = {"measure": "已整改", "fixed_on": "$today"}
URBAN = (
    Play(
        "urban.popularise_item",
        {
            "title": "宣传周",
            "year": "2026",
            "is_focus": "是",
            "responsible_unit": "330999-CG-FZ",
            "planned_on": "2026-03-02",
        },
        (
            Act("chengguanke", "assign", {"responsible_unit": "330999-CG-FZ"}),
            Act("cgfz", "progress", {"progress": "40%"}),
            Act("cgfz", "submit", {"result": "完成", "reported_on": "$today"}),
            Act("chengguanshen", "send_back"),
            Act("cgfz", "submit", {"result": "完成", "reported_on": "$today"}),
            Act("chengguanshen", "accept"),
        ),
        "cgfz",
        "closed",
    ),
    Play(
        "urban.fault",
        {"title": "事由", "source": "review", "officer": "@officer", "section": _SHOP, "reported_on": "2026-03-02"},
        (
            Act("chengguanshen", "investigate"),
            Act("chengguanke", "propose", {"investigation": "查", "fault_class": "inaction", "scope": "@scope"}),
            Act("chengguanzhang", "send_back"),
            Act("chengguanke", "propose", {"investigation": "再查", "fault_class": "inaction", "scope": "@scope"}),
            Act("chengguanzhang", "decide", {"decision": "批评", "decided_on": "$today"}),
        ),
        "chengguanke",
        "closed",
    ),
    Play(
        "urban.request",
        {
            "title": "备案",
            "matter_type": "@matter_type",
            "limit_days": "5",
            "applicant": "居民",
            "received_on": "2026-03-02",
            "first_handler": "cgck",
            "section": "330999-CG-CK",
        },
        (
            Act("cgck", "notify", {"missing": "照片", "notified_on": "$today"}),
            Act("cgck", "accept_request"),
            Act("cgck", "submit", {"result": "已办"}),
            Act("chengguanshen", "send_back"),
            Act("cgck", "submit", {"result": "办好"}),
            Act("chengguanshen", "accept"),
        ),
        "cgck",
        "closed",
    ),
    Play(
        "urban.notice",
        {
            "document_no": "责改1号",
            "type": "order_to_correct",
            "object": "shop",
            "party": "商户",
            "section": _SHOP,
            "issued_on": "2026-03-02",
            "registrar": "chengguanke",
            "backup_no": "B1",
        },
        (
            Act("chengguanke", "follow"),
            Act("cgza", "submit", {"outcome": "已改"}),
            Act("chengguanshen", "send_back"),
            Act("cgza", "submit", {"outcome": "改好"}),
            Act("chengguanshen", "accept"),
        ),
        "cgza",
        "corrected",
    ),
    Play(
        "urban.permit",
        {
            "title": "广告",
            "permit_type": "outdoor_ad",
            "applicant": "公司",
            "applied_on": "2026-03-02",
            "section": "330999-CG-CK",
        },
        (
            Act("cgck", "notify", {"missing": "图纸", "notified_on": "$today"}),
            Act("cgck", "accept_application", {"accepted_on": "$today", "power": "@permission"}),
            Act("cgck", "submit", {"review": "符合"}),
            Act("chengguanshen", "send_back"),
            Act("cgck", "submit", {"review": "符合规划"}),
            Act("chengguanzhang", "decide", {"outcome": "granted", "decided_on": "$today"}),
        ),
        "cgck",
        "handled",
    ),
    Play(
        "urban.case",
        {
            "title": "占道案",
            "party": "商户",
            "power": "@power",
            "field_of_work": "city_look",
            "procedure": "ordinary",
            "filed_on": "2026-03-02",
            "section": _SHOP,
            "handler": "@officer",
        },
        (
            Act("cgza", "submit", _CASE),
            Act("chengguanshen", "legal_return"),
            Act("cgza", "submit", _CASE),
            Act("chengguanshen", "legal_pass", {"legal_opinion": "合法"}),
            Act("chengguanzhang", "meeting_pass", {"meeting_opinion": "同意", "reviewed_on": "$today"}),
            Act("chengguanzhang", "decide", _DECIDED),
            Act("chengguanshen", "close", {"executed_on": "$today"}),
        ),
        "cgza",
        "closed",
    ),
    Play(
        "urban.complaint",
        {"title": "占道", "channel": "petition", "topic": "street", "detail": "影响通行", "received_on": "2026-03-02"},
        (
            Act("chengguanke", "assign", {"section": _SHOP}),
            Act("cgza", "receive"),
            Act("cgza", "submit", {"handling": "处理", "reply": "答复"}),
            Act("chengguanshen", "send_back"),
            Act("cgza", "submit", {"handling": "处理", "reply": "再答复"}),
            Act("chengguanshen", "reply", {"replied_on": "$today"}),
        ),
        "cgza",
        "replied",
    ),
    Play(
        "urban.cooperation",
        {"title": "协作", "partner": "police", "kind": "joint_action", "requested_on": "2026-03-02", "section": _SHOP},
        (
            Act("cgza", "agree"),
            Act("cgza", "submit", {"result": "完成"}),
            Act("chengguanshen", "send_back"),
            Act("cgza", "submit", {"result": "都完成"}),
            Act("chengguanshen", "accept"),
        ),
        "cgza",
        "closed",
    ),
    Play(
        "urban.violation",
        {
            "title": "店外经营",
            "category": "out_of_store_business",
            "place": "人民路1号",
            "found_on": "2026-03-02",
            "campaign": "street_order",
            "section": _SHOP,
        },
        (
            Act("cgza", "order_correct", {"disposal": "corrected", "power": "@power"}),
            Act("cgza", "submit", _FIXED),
            Act("chengguanshen", "send_back"),
            Act("cgza", "submit", _FIXED),
            Act("chengguanshen", "accept"),
        ),
        "cgza",
        "rectified",
    ),
    Play(
        "urban.illegal_building",
        {
            "compound": "小区",
            "site": "1幢",
            "kind": "brick",
            "rooms": "2",
            "area_m2": "20.5",
            "surveyed_on": "2026-03-02",
            "section": _SHOP,
        },
        (
            Act("cgza", "notify", {"power": "@coercion"}),
            Act("cgza", "submit", {"demolished_on": "$today", "measure": "拆"}),
            Act("chengguanshen", "send_back"),
            Act("cgza", "submit", {"demolished_on": "$today", "measure": "拆清"}),
            Act("chengguanshen", "accept"),
        ),
        "cgza",
        "demolished",
    ),
)


def _routine(ledger: str, unit: str, login: str, office: str, **more: str) -> Play:
    opening = {"title": "例行", "section": unit, "opened_on": "2026-03-02", "due_on": "2026-03-31", **more}
    acts = (
        Act(login, "submit", {"times": "1"}),
        Act(office, "send_back"),
        Act(login, "submit", {"times": "2"}),
        Act(office, "accept"),
    )
    return Play(ledger, opening, acts, login, "closed")


ROUTINE = (
    _routine("audit.routine", "330999-SJ-CZ", "sjcz", "shenji"),
    _routine("urban.routine", "330999-CG-FZ", "cgfz", "chengguanshen"),
    _routine("urban.random_check", "330999-CG-ZA", "cgza", "chengguanshen", object_no="TD-0001"),
)
PLAYS = (*AUDIT, *URBAN, *ROUTINE)


def _violation(variant: str, closing: str, ends: str, category: str, campaign: str, **more: str) -> Play:
    """A violation of a kind that has a close-out of its own."""
    opening = {
        "title": variant,
        "category": category,
        "place": "人民路9号",
        "found_on": "2026-03-02",
        "campaign": campaign,
        "section": _SHOP,
        **more,
    }
    acts = (
        Act("cgza", "order_correct", {"disposal": "corrected", "power": "@power"}),
        Act("cgza", "submit", _FIXED),
        Act("chengguanshen", "send_back"),
        Act("cgza", "submit", _FIXED),
        Act("chengguanshen", closing),
    )
    return Play("urban.violation", opening, acts, "cgza", ends, variant)


VARIANTS = (
    _violation("渣土抛洒", "accept_handled", "handled", "muck_truck_spill", "muck_truck", plate_no="浙A12345"),
    _violation("橱窗广告", "accept_cleared", "cleared", "window_ad", "ad_cleaning"),
    _violation("广告牌隐患", "accept", "rectified", "billboard_hazard", "ad_cleaning"),
    _violation("燃气隐患", "accept", "rectified", "gas_hazard", "gas_safety"),
)
