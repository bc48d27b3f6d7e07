"""How a matter of each ledger of the urban pack goes from opening to close-out, once sent back; and its other ways."""

from tests.packs.play import Act, Play

SHOP = "330999-CG-ZA"
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
        {"title": "事由", "source": "review", "officer": "@officer", "section": SHOP, "reported_on": "2026-03-02"},
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
            "section": SHOP,
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
            "section": SHOP,
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
            Act("chengguanke", "assign", {"section": SHOP}),
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
        {"title": "协作", "partner": "police", "kind": "joint_action", "requested_on": "2026-03-02", "section": SHOP},
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
            "section": SHOP,
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
            "section": SHOP,
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


def _violation(variant: str, closing: str, ends: str, category: str, campaign: str, **more: str) -> Play:
    """A violation of a kind that has a close-out of its own."""
    opening = {
        "title": variant,
        "category": category,
        "place": "人民路9号",
        "found_on": "2026-03-02",
        "campaign": campaign,
        "section": SHOP,
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
