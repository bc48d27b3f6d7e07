"""What each figure of the catalogue counts, as SQL written by hand over the records: no word of it comes from the packs.

`{x}` is the text of the field x in a record's data; `{x:n}` its number, `{x:b}` whether it is yes. `year` is the field,
or the column of the record, whose first four characters are the year; blank for what is counted as it stands.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A figure by SQL: over which ledger, what is counted or summed, of which records, by which date."""

    ledger: str
    where: str
    year: str
    value: str = "count(*)"


def _sum(field: str) -> str:
    """Of no record it is 0; of records that all leave the field blank it is not known."""
    return f"case when count(*) = 0 then 0 else sum({field}) end"


def _one(ledger: str, year: str, **wheres: str) -> dict[str, Case]:
    return {name.replace("__", "."): Case(ledger, where, year) for name, where in wheres.items()}


CITY = "{level} = 'city'"
WHITE = "closed_at is not null"
AUDIT = {
    "meeting.committee": Case("audit.meeting", "{meeting_type} = 'audit_committee' and {status} = 'held'", "held_on"),
    "report.major_matter": Case(
        "audit.report",
        "{report_type} = 'major_matter' and {addressee} in ('provincial_committee', 'provincial_committee_office', "
        "'provincial_audit_department')",
        "sent_on",
    ),
    "report.briefs": Case(
        "audit.report", "{report_type} = 'special_brief' and {addressee} = 'city_committee'", "sent_on"
    ),
    "report.leader_instructions": Case(
        "audit.report", "{addressee} = 'city_committee'", "sent_on", _sum("{instruction_count:n}")
    ),
    "project.planned": Case("audit.project", CITY, "plan_year"),
    "project.completed": Case(
        "audit.project", f"{CITY} and state = 'completed' and {{completed_date}} <= :today", "plan_year"
    ),
    "finding.total": Case("audit.finding", CITY, "found_on"),
    "finding.cleared": Case("audit.finding", f"{CITY} and {WHITE}", "found_on"),
    "finding.green": Case(
        "audit.finding", f"{CITY} and closed_at is null and (due_at is null or due_at > :soon)", "found_on"
    ),
    "finding.yellow": Case(
        "audit.finding", f"{CITY} and closed_at is null and due_at >= :now and due_at <= :soon", "found_on"
    ),
    "finding.red": Case("audit.finding", f"{CITY} and closed_at is null and due_at < :now", "found_on"),
    **_one(
        "audit.internal_programme",
        "year",
        internal_programme__base_items="{item_type} = 'base'",
        internal_programme__lift_actions="{item_type} = 'lift'",
        internal_programme__project_batches="{item_type} = 'project_batch'",
        internal_programme__rectification_batches="{item_type} = 'rectification_batch'",
        internal_programme__forcing_measures="{item_type} = 'forcing_measure'",
    ),
    "internal_programme.evaluation_systems": Case(
        "audit.internal_programme", "{item_type} = 'evaluation_system' and state = 'established'", ""
    ),
    "internal_project.total": Case("audit.internal_project", "1 = 1", "plan_year"),
    "internal_project.completed": Case(
        "audit.internal_project", "{status} = 'completed' and {completed_date} <= :today", "plan_year"
    ),
    "internal_project.rules_revised": Case("audit.internal_project", "1 = 1", "plan_year", _sum("{rules_revised:n}")),
    "internal_auditor.assigned": Case(
        "audit.internal_auditor",
        "{in_pool:b} and {assignment} = 'audit_project'",
        "occurred_on",
        "count(distinct {person_id})",
    ),
    "internal_auditor.trained": Case("audit.internal_auditor", "{attended:b}", "training_year"),
    **_one(
        "audit.staff_move",
        "moved_on",
        staff_move__rotated="{kind} = 'rotation'",
        staff_move__promoted="{kind} = 'promotion'",
        staff_move__temporary_posts="{kind} = 'temporary_post_at_enterprise'",
        staff_move__interns="{kind} = 'internship'",
    ),
    **_one(
        "audit.study_session",
        "held_on",
        study_session__collective="{kind} = 'collective_study'",
        study_session__theme_days="{kind} = 'theme_day'",
    ),
}
_LAW = "{group} = 'law_training'"
URBAN = {
    **_one(
        "urban.training",
        "held_on",
        training__leader_study="{type} = 'leading_team_study'",
        training__leader_law_training="{type} = 'leading_team_law_training'",
        training__law_session=_LAW,
        training__head_lecture=f"{_LAW} and {{type}} = 'head_lecture'",
        training__video_lecture=f"{_LAW} and {{type}} = 'video_lecture'",
        training__case_review=f"{_LAW} and {{type}} = 'case_review_meeting'",
    ),
    "training.attendance": Case("urban.training", _LAW, "held_on", _sum("{attendance:n}")),
    "essay.per_person": Case(
        "urban.essay",
        "1 = 1",
        "written_on",
        "count(*) * 1.0 / (select count(*) from ledger_record s join ledger_ledger k on k.id = s.ledger_id "
        "where k.code = 'urban.staff' and not s.deleted)",
    ),
    **_one(
        "urban.disclosure",
        "published_on",
        disclosure__total="1 = 1",
        disclosure__website="{channel} = 'website'",
        disclosure__official_account="{channel} = 'official_account'",
    ),
    "permit.handled": Case("urban.permit", "state = 'handled'", "decided_on"),
    "case.penalty": Case("urban.case", "{outcome} = 'penalty'", "decided_on"),
    **_one(
        "urban.complaint",
        "replied_on",
        complaint__replied="state = 'replied'",
        complaint__service_platform="{channel} = 'service_platform'",
        complaint__urban_hotline="{channel} = 'urban_hotline'",
        complaint__leader_mailbox="{channel} = 'leader_mailbox'",
        complaint__petition="{channel} = 'petition'",
    ),
    "publicity.material": Case("urban.publicity", "1 = 1", "held_on", _sum("{copies:n}")),
    "publicity.community_visit": Case(
        "urban.publicity",
        "{type} = 'community_visit' and {topic} in ('urban_law', 'electricity_fire_safety')",
        "held_on",
    ),
    "publicity.law_educated": Case(
        "urban.publicity",
        "{type} = 'law_education' and {campaign} = 'night_city_look'",
        "held_on",
        _sum("{person_times:n}"),
    ),
    **_one(
        "urban.violation",
        "fixed_on",
        violation__out_of_store="{category} = 'out_of_store_business' and state = 'rectified'",
        violation__mobile_stall="{category} = 'mobile_stall' and state = 'rectified'",
        violation__ac_unit="{category} = 'ac_outdoor_unit' and state = 'rectified'",
        violation__muck_spill="{category} = 'muck_truck_spill' and state = 'handled'",
        violation__ad_cleared="{category} in ('window_ad', 'wall_ad', 'banner') and state = 'cleared'",
    ),
    **_one(
        "urban.violation",
        "found_on",
        violation__leaflet_stopped="{category} = 'leaflet' and {disposal} = 'stopped' and {campaign} = 'street_order'",
        violation__leaflet_stopped_ad="{category} = 'leaflet' and {disposal} = 'stopped' and {campaign} = 'ad_cleaning'",
        violation__vehicle_towed="{category} = 'non_motor_vehicle' and {disposal} = 'towed'",
        violation__gas_hazard="{category} = 'gas_hazard'",
    ),
    "agreement.three_guarantees": Case(
        "urban.agreement", "{type} = 'door_front_three_guarantees' and {plate_hung:b}", "signed_on"
    ),
    **_one(
        "urban.campaign",
        "held_on",
        campaign__night="{type} = 'night_city_look'",
        campaign__traffic="{type} = 'traffic_order' and {partner} = 'traffic_police'",
    ),
    **_one(
        "urban.notice",
        "issued_on",
        notice__order_correct="{type} = 'order_to_correct'",
        notice__billboard_safety="{type} = 'safety_check_notice' and {object} = 'large_billboard'",
    ),
    "inspection.billboard": Case(
        "urban.inspection", "{object} = 'large_billboard' and {type} = 'safety_check'", "checked_on"
    ),
    "inspection.gas_stall": Case(
        "urban.inspection",
        "{object} = 'barbecue_catering_stall' and {type} = 'gas_safety_check'",
        "checked_on",
        "count(distinct {stall})",
    ),
    "illegal_building.site": Case("urban.illegal_building", "state = 'demolished'", "demolished_on"),
    "illegal_building.room": Case("urban.illegal_building", "state = 'demolished'", "demolished_on", _sum("{rooms:n}")),
    "illegal_building.area": Case(
        "urban.illegal_building", "state = 'demolished'", "demolished_on", _sum("{area_m2:n}")
    ),
}
CASES = {
    **{f"audit.{code}": case for code, case in AUDIT.items()},
    **{f"urban.{code}": case for code, case in URBAN.items()},
}
