"""The records that matters of plays point at, by the names that plays call them."""

from tests.packs.play import Fields

_POWER: Fields = {
    "power_no": "CG1",
    "title": "市容处罚",
    "type": "penalty",
    "field_of_work": "city_look",
    "basis": "条例",
    "section": "330999-CG-FZ",
    "valid_from": "2020-01-01",
}
_PERMISSION: Fields = {
    "power_no": "CG3",
    "title": "广告许可",
    "type": "permit",
    "field_of_work": "outdoor_ad",
    "basis": "条例",
    "section": "330999-CG-CK",
    "valid_from": "2020-01-01",
}
_MEETING: Fields = {
    "title": "第一次会议",
    "meeting_type": "audit_committee",
    "year": "2026",
    "session": "1",
    "planned_on": "2026-01-10",
    "status": "held",
    "held_on": "2026-01-10",
}
BASE: dict[str, tuple[str, Fields]] = {
    "meeting": (
        "audit.meeting",
        _MEETING,
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
        _POWER,
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
        _PERMISSION,
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
    "staff": (
        "urban.staff",
        {
            "staff_no": "CG0901",
            "name": "季五",
            "section": "330999-CG-ZA",
            "post": "队员",
            "joined_on": "2020-01-01",
            "left_on": "2026-02-10",
        },
    ),
    "stall": (
        "urban.stall",
        {
            "stall_no": "TD-0901",
            "title": "小炉烧烤",
            "place": "人民路",
            "fuel": "bottled_gas",
            "section": "330999-CG-ZA",
            "listed_on": "2026-01-01",
        },
    ),
    "road": (
        "urban.road",
        {
            "road_no": "DL901",
            "title": "青年路",
            "grade": "first",
            "sweeps_a_day": "2",
            "section": "330999-CG-ZA",
            "listed_on": "2026-01-01",
        },
    ),
    "repealed": ("urban.power", {**_POWER, "power_no": "CG91", "title": "旧处罚", "valid_to": "2025-12-31"}),
    "repealed_permission": (
        "urban.power",
        {**_PERMISSION, "power_no": "CG93", "title": "旧许可", "valid_to": "2025-12-31"},
    ),
    "evaluation": (
        "audit.internal_evaluation",
        {
            "year": "2025",
            "responsible_unit": "330999-WJ",
            "evaluated_on": "2026-01-20",
            "planned": "2",
            "completed": "2",
            "quality_score": "80",
        },
    ),
    "planned_meeting": ("audit.meeting", {**_MEETING, "session": "8", "status": "planned", "held_on": ""}),
}
