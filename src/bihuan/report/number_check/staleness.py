"""Dates up to which a text says it counts (截至), held against the day it is checked for."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from bihuan.report.number_check.blocks import Block
from bihuan.report.number_check.model import Finding, Place
from bihuan.report.number_check.periods import periods

_STALE_AFTER = timedelta(days=31)
"""A date up to which is counted may lie this far back: monthly figures are the rule."""


def check_dates(blocks: Iterable[Block], as_of: date) -> Iterator[Finding]:
    """Each 截至 date that lies more than a month before the day, or behind it. 截至本月底 may be said early."""
    for block in blocks:
        for spoken in periods(block.text, as_of):
            if not spoken.up_to:
                continue
            names_day = block.text[: spoken.end].endswith("日")
            place, last = Place(block.index, spoken.start, spoken.end), spoken.period.last
            if (last.year, last.month) > (as_of.year, as_of.month) or (last > as_of and names_day):
                yield Finding("future", place, f"截至日期 {last} 晚于 {as_of}")
            elif as_of - last > _STALE_AFTER:
                days = (as_of - last).days
                yield Finding("stale", place, f"截至日期 {last} 已过去 {days} 天，数字可能过时", is_error=False)
