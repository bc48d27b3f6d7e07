"""For every check of every ledger of the two packs a row that it refuses, beside a row that is taken.

A row of a ledger with a loop is that of its play; the changes make it wrong. `@name` is a record of `BASE`.
"""

from typing import Any

from tests.packs.base_records import BASE

Row = dict[str, Any]
LATER, PAST = "2026-03-09", "2026-01-01"

ROWS: dict[str, Row] = {
    "audit.committee_member": {"name": "王一", "position": "市长", "duty": "chair", "joined_on": "2024-01-01"},
    "audit.cooperation": {
        "title": "共建基地",
        "university": "示范大学",
        "field": "training_base",
        "agreed_on": "2026-02-01",
        "status": "planned",
    },
    "audit.guide": {"title": "内审指南", "edition": "一", "kind": "guide", "issued_on": "2026-02-01"},
    "audit.internal_auditor": {
        "person_id": "NS0901",
        "name": "陈二",
        "responsible_unit": "330999-JY",
        "entry": "assigned",
        "occurred_on": "2026-02-20",
        "in_pool": "是",
        "assignment": "audit_project",
    },
    "audit.internal_evaluation": {**BASE["evaluation"][1], "year": "2024"},
    "audit.internal_project": {**BASE["internal_project"][1], "title": "另一项"},
    "audit.meeting": {**BASE["meeting"][1], "session": "9"},
    "audit.recognition_standard": {
        "point": "资金已归还",
        "aspect": "criterion",
        "requirement": "有凭证",
        "basis": "办法",
        "valid_from": "2026-01-01",
    },
    "audit.staff_move": {
        "person_id": "SJ0901",
        "name": "李三",
        "kind": "promotion",
        "moved_on": "2026-02-01",
        "appraisal": "excellent",
    },
    "audit.study_session": {"kind": "theme_day", "held_on": "2026-03-01", "topic": "主题党日", "attended": "20"},
    "urban.agreement": {
        "type": "door_front_three_guarantees",
        "shop": "人民路9号小店",
        "street": "人民路",
        "agreement_no": "9",
        "signed_on": "2026-03-01",
        "plate_hung": "是",
        "section": "330999-CG-ZA",
    },
    "urban.campaign": {"title": "夜间整治", "type": "night_city_look", "held_on": "2026-03-01", "place": "人民路"},
    "urban.disclosure": {
        "title": "年度报告",
        "channel": "website",
        "kind": "decision",
        "published_on": "2026-03-01",
    },
    "urban.duty_item": {"title": "出勤", "part": "duty", "points": "10", "valid_from": "2026-01-01"},
    "urban.exam": {"staff": "@staff", "year": "2026", "quarter": "1", "taken_on": "2026-02-02", "score": "80"},
    "urban.inspection": {
        "object": "barbecue_catering_stall",
        "type": "gas_safety_check",
        "object_no": "TD-0901",
        "stall": "@stall",
        "checked_on": "2026-03-01",
        "result": "sound",
        "hazards": "0",
        "officer": "@officer",
        "section": "330999-CG-ZA",
    },
    "urban.law_column": {"law": "城市管理办法", "kind": "text", "channel": "website", "published_on": "2026-03-01"},
    "urban.must_know_law": {
        "law": "行政处罚法",
        "article": "第三十三条",
        "level": "law",
        "listed_on": "2026-01-01",
    },
    "urban.officer": {**BASE["officer"][1], "certificate_no": "CGZF0901"},
    "urban.popularise_group": {
        "name": "赵六",
        "position": "局长",
        "duty": "head",
        "joined_on": "2024-01-01",
    },
    "urban.power": {**BASE["power"][1], "power_no": "CG901"},
    "urban.publicity": {
        "type": "street",
        "channel": "on_site",
        "topic": "urban_law",
        "held_on": "2026-03-01",
        "place": "广场",
    },
    "urban.staff": {**BASE["staff"][1], "staff_no": "CG0902"},
    "urban.sweeping": {
        "road": "@road",
        "section": "330999-CG-ZA",
        "swept_on": "2026-03-01",
        "required_times": "2",
        "times": "2",
    },
    "urban.training": {
        "group": "leader_study",
        "type": "before_meeting",
        "held_on": "2026-03-01",
        "law": "宪法",
        "attendance": "9",
    },
}
"""A sound row of each register, that is of a ledger without a loop."""

REFUSALS: dict[str, tuple[tuple[Row, str], ...]] = {
    "audit.audit_team": (
        ({"talked_on": LATER}, "任前廉政谈话要在进驻以前"),
        ({"back_on": PAST}, "撤离日期早于进驻日期"),
        ({"inspected_on": PAST}, "廉政检查早于进驻日期"),
        ({"back_on": "2026-04-01", "visited_on": "2026-03-20"}, "回访早于撤离日期"),
    ),
    "audit.committee_member": (({"left_on": "2023-01-01"}, "离任日期早于任职日期"),),
    "audit.cooperation": (
        ({"status": "done"}, "已完成的事项要填完成日期"),
        ({"status": "done", "done_on": PAST}, "完成日期早于商定日期"),
    ),
    "audit.finding": (
        ({"due_on": PAST}, "整改期限早于发现日期"),
        ({"amount": "10", "amount_fixed": "11"}, "整改金额大于涉及金额"),
    ),
    "audit.guide": (({"withdrawn_on": PAST}, "停用日期早于发布日期"),),
    "audit.instruction": (({"due_on": PAST}, "落实期限早于批示日期"),),
    "audit.integrity_issue": (({"due_on": PAST}, "处理期限早于发现日期"),),
    "audit.internal_auditor": (
        ({"assignment": ""}, "抽调要填去向"),
        ({"in_pool": "否"}, "抽调的人要在培育库里"),
        ({"entry": "trained", "training_year": "2026"}, "培训要填培训年度和是否到训"),
        ({"entry": "trained", "training_year": "2025", "attended": "是"}, "培训年度与日期不符"),
    ),
    "audit.internal_evaluation": (({"completed": "3"}, "完成项目数多于计划项目数"),),
    "audit.internal_finding": (({"due_on": PAST}, "整改期限早于发现日期"),),
    "audit.internal_programme": (
        ({"due_on": PAST}, "完成期限早于列入日期"),
        ({"item_type": "base"}, "基础工作的方面是评价、项目、整改、倒逼之一"),
        ({"area": "projects"}, "提升行动的方面是"),
    ),
    "audit.internal_project": (
        ({"status": "completed"}, "已完成的项目要填完成日期"),
        ({"completed_date": "2026-02-01"}, "填了完成日期，进展却不是“已完成”"),
        ({"status": "completed", "completed_date": PAST}, "完成日期早于确定日期"),
        ({"problems_found": "1", "problems_fixed": "2"}, "已整改问题数多于发现问题数"),
    ),
    "audit.meeting": (
        ({"held_on": ""}, "已召开的会议要填召开日期"),
        ({"status": "planned"}, "填了召开日期，召开情况却不是“已召开”"),
        ({"held_on": LATER}, "召开日期在今天以后"),
    ),
    "audit.meeting_item": (({"due_on": PAST}, "落实期限早于决定日期"),),
    "audit.project": (
        ({"planned_end": PAST}, "计划完成早于计划开始"),
        ({"planned_start": "2025-03-02", "planned_end": "2025-06-30"}, "计划完成日期早于计划年度"),
        ({"completed_date": PAST}, "完成日期早于计划开始"),
        ({"audited_unit": ""}, "经济责任审计要填被审计单位"),
        ({"approved_at": "@planned_meeting"}, "已召开的审计委员会会议"),
        ({"internal_evaluation": "@evaluation"}, "所选内审评价不是被审计单位的"),
    ),
    "audit.recognition_standard": (({"valid_to": "2025-01-01"}, "停用日期早于启用日期"),),
    "audit.report": (
        ({"sent_on": PAST}, "报送日期早于登记日期"),
        ({"report_type": "special_brief"}, "要情专报是报市委的"),
    ),
    "audit.research_topic": (({"due_on": PAST}, "结题期限早于立项日期"),),
    "audit.routine": (({"due_on": PAST}, "截止日期早于开启日期"),),
    "audit.staff_move": (
        ({"appraisal": "basic"}, "晋升以考核为依据"),
        ({"kind": "internship"}, "实习要填学校"),
        ({"ended_on": PAST}, "结束日期早于开始日期"),
    ),
    "audit.study_session": (({"held_on": LATER}, "还没有到这一天"),),
    "urban.agreement": (
        ({"signed_on": LATER}, "签订日期在今天以后"),
        ({"ended_on": PAST}, "终止日期早于签订日期"),
    ),
    "urban.campaign": (
        ({"held_on": LATER}, "还没有到这一天"),
        ({"type": "traffic_order"}, "交通秩序集中整治是联合执法，要填联合部门"),
    ),
    "urban.case": (
        ({"outcome": "dismissed", "fine": "5"}, "只有行政处罚才有罚款"),
        ({"outcome": "penalty", "decided_on": PAST}, "决定日期早于立案日期"),
        ({"executed_on": LATER}, "还没有决定就执行了"),
        ({"second_handler": "@officer"}, "承办人和协办人是同一个人"),
        ({"filed_on": "2023-05-01"}, "承办人在立案当日没有有效的执法证"),
        ({"field_of_work": "gas"}, "不在承办人的办案范围内"),
        ({"procedure": "major"}, "超出承办人的办案权限"),
        ({"power": "@coercion"}, "不是这一类案件的处罚权"),
        ({"power": "@repealed"}, "立案当日这项权力不在清单上"),
    ),
    "urban.complaint": (
        ({"replied_on": PAST}, "答复日期早于收到日期"),
        ({"due_on": PAST}, "答复期限早于收到日期"),
    ),
    "urban.disclosure": (({"published_on": LATER}, "公开日期在今天以后"),),
    "urban.duty_item": (({"valid_to": "2025-01-01"}, "停用日期早于启用日期"),),
    "urban.exam": (
        ({"quarter": "2"}, "考试日期不在所填的年度和季度里"),
        ({"taken_on": "2026-02-20"}, "这个人考试前已离岗"),
    ),
    "urban.fault": (({"fault_class": "exempt", "scope": "@scope"}, "适用情形不属于所认定的类别"),),
    "urban.illegal_building": (
        ({"demolished_on": PAST}, "拆除日期早于摸排日期"),
        ({"due_on": PAST}, "拆除期限早于摸排日期"),
        ({"power": "@permission"}, "限期拆除要有处罚或强制类的权力事项"),
    ),
    "urban.inspection": (
        ({"result": "hazard"}, "结果是有隐患，隐患处数要大于 0"),
        ({"hazards": "2"}, "隐患处数大于 0，结果要选“有隐患”"),
        ({"stall": ""}, "检查烧烤餐饮摊点要选摊点"),
        ({"object": "large_billboard", "type": "safety_check"}, "检查大型广告牌要选广告牌"),
        ({"checked_on": LATER}, "检查日期在今天以后"),
        ({"checked_on": "2023-03-01"}, "检查人在检查当日没有有效的执法证"),
    ),
    "urban.law_column": (({"kind": "explanation"}, "解读要写解读内容"),),
    "urban.must_know_law": (({"withdrawn_on": "2025-01-01"}, "移出日期早于列入日期"),),
    "urban.notice": (
        ({"type": "penalty_decision", "facts": "事实"}, "处罚决定书要说理"),
        ({"due_on": PAST}, "改正期限早于发出日期"),
    ),
    "urban.officer": (
        ({"valid_until": "2023-01-01"}, "有效期早于发证日期"),
        ({"valid_until": "2026-03-01"}, "执法证已过有效期，不得从事执法岗位"),
    ),
    "urban.permit": (
        ({"notified_on": "2026-03-02"}, "一次性告知要列全需补正的材料"),
        ({"outcome": "refused"}, "不予许可要写明理由"),
        ({"accepted_on": PAST}, "受理日期早于申请日期"),
        ({"decided_on": PAST}, "决定日期早于申请日期"),
        ({"power": "@power"}, "权力事项不是行政许可"),
        ({"power": "@repealed_permission"}, "申请当日这项权力不在清单上"),
    ),
    "urban.popularise_group": (({"left_on": "2023-01-01"}, "离任日期早于加入日期"),),
    "urban.popularise_item": (({"due_on": PAST}, "完成期限早于列入日期"),),
    "urban.power": (({"valid_to": "2019-01-01"}, "取消日期早于列入日期"),),
    "urban.publicity": (
        ({"held_on": LATER}, "还没有到这一天"),
        ({"type": "community_visit"}, "进社区、进乡村要填“法律八进”"),
    ),
    "urban.request": (
        ({"notified_on": "2026-03-02"}, "一次性告知要列全需补正的材料"),
        ({"notified_on": PAST, "missing": "照片"}, "告知日期早于收到日期"),
        ({"limit_days": "9"}, "承诺时限与事项类型公布的时限不同"),
        ({"received_on": "2019-05-01"}, "收到当日没有这类服务事项"),
    ),
    "urban.routine": (({"due_on": PAST}, "截止日期早于开启日期"),),
    "urban.staff": (({"left_on": "2019-01-01"}, "离岗日期早于到岗日期"),),
    "urban.sweeping": (({"swept_on": LATER}, "还没有到这一天"),),
    "urban.training": (
        ({"held_on": LATER}, "还没有到这一天"),
        ({"type": "video_lecture"}, "这种形式不属于领导干部学法"),
        ({"group": "law_training"}, "这种形式不属于法制培训"),
    ),
    "urban.violation": (
        ({"category": "muck_truck_spill"}, "渣土车抛洒要填车牌号"),
        ({"due_on": PAST}, "整改期限早于发现日期"),
        ({"fixed_on": PAST}, "整改日期早于发现日期"),
        ({"disposal": "corrected"}, "清单之外无权力"),
        ({"disposal": "corrected", "power": "@repealed"}, "发现当日这项权力不在清单上"),
        ({"disposal": "towed", "power": "@power"}, "拖移是行政强制"),
    ),
}
ELSEWHERE = {
    ("urban.case", "承办人的执法证已过有效期，请换有证的人承办"),
    ("urban.case", "承办人的执法证已暂扣，不能承办"),
}
"""Checks that turn wrong with time or by another record; `test_rules.py` plays them."""
