"""Which plays show that a system of the catalogue truly closes."""

from pathlib import Path

PLAYED = {
    "audit.major_report": ("audit.report", "audit.instruction"),
    "audit.project_plan": ("audit.project",),
    "audit.three_level_dispatch": ("audit.finding",),
    "audit.rectification": ("audit.finding",),
    "audit.internal_programme": ("audit.internal_programme",),
    "audit.integrity_check": ("audit.audit_team", "audit.integrity_issue"),
    "urban.popularise_plan": ("urban.popularise_item",),
    "urban.fault_accountability": ("urban.fault",),
    "urban.document_track": ("urban.notice",),
    "urban.permit": ("urban.permit",),
    "urban.case_review": ("urban.case",),
    "urban.complaint": ("urban.complaint",),
    "urban.department_coop": ("urban.cooperation",),
    "urban.street_order": ("urban.violation",),
    "urban.muck_truck": ("urban.violation 渣土抛洒",),
    "urban.ad_safety": ("urban.violation 橱窗广告", "urban.violation 广告牌隐患"),
    "urban.gas_safety": ("urban.violation 燃气隐患",),
}


def kinds_of_systems() -> dict[str, str]:
    """Every system of the catalogue with its kind: register, loop, rule, transaction, monitor, score or report."""
    lines = (Path(__file__).parent / "catalogue.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if line)
