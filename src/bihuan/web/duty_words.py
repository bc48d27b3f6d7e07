"""Duties in words: how often, and in which tone a standing is told."""

from bihuan.loop.duty.queries import Standing
from bihuan.loop.duty.spec import DutySpec

TONES = {
    Standing.REPORTED: "green",
    Standing.ZERO: "green",
    Standing.BLANK: "yellow",
    Standing.WAITING: "white",
    Standing.MISSING: "red",
}
_ONE = {"day": "每天", "week": "每周", "month": "每月", "quarter": "每季度", "half": "每半年", "year": "每年"}
_SEVERAL = {"day": "天", "week": "周", "month": "个月", "quarter": "个季度", "half": "个半年", "year": "年"}


def how_often(duty: DutySpec) -> str:
    """每周; 每 3 年; 每个工作日; 每次发生."""
    if duty.every == "event":
        return "每次发生"
    if duty.interval > 1:
        often = f"每 {duty.interval} {_SEVERAL[duty.every]}"
    else:
        often = "每个工作日" if duty.workdays else _ONE[duty.every]
    return f"{often}，全覆盖" if duty.round else often
