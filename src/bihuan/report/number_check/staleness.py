"""Dates up to which a text says it counts (截至), held against the day it is checked for."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from bihuan.report.number_check.blocks import Block
from bihuan.report.number_check.model import Finding, Place
from bihuan.report.number_check.periods import periods

_UP_TO = re.compile("截[至止](?:到)?$")
_STALE_AFTER = timedelta(days=31)
"""A date up to which is counted may lie this far back: monthly figures are the rule."""


def check_dates(blocks: Iterable[Block], as_of: date) -> Iterator[Finding]:
    """Each 截至 date that lies more than a month before the day, or behind it."""
    for block in blocks:
        for start, end, period in periods(block.text, as_of):
            if not _UP_TO.search(block.text[:start]):
                continue
            place = Place(block.index, start, end)
            if period.last > as_of:
                yield Finding("future", place, f"截至日期 {period.last} 晚于 {as_of}")
            elif as_of - period.last > _STALE_AFTER:
                days = (as_of - period.last).days
                yield Finding("stale", place, f"截至日期 {period.last} 已过去 {days} 天，数字可能过时", is_error=False)
