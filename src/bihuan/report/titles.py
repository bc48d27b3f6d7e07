"""What a report is called before an issue of it has its year, period or name."""

import re

_UNFILLED = (
    (re.compile(r"（\{\{[^{}]*\}\}）"), ""),
    (re.compile(r"\{\{\s*year\(\)\s*\}\}年"), "年度"),
    (re.compile(r"\{\{\s*year\(1\)\s*\}\}年"), "下年"),
    (re.compile(r"\{\{\s*(period_name|field)\([^{}]*\)\s*\}\}"), ""),
    (re.compile(r"\{\{.*?\}\}"), "某"),
)
"""What stands in a report's title where an issue of it has a year, a period or a name."""


def without_period(title: str) -> str:
    """A report's title without the year, period or name that only an issue of it has."""
    for filled, instead in _UNFILLED:
        title = filled.sub(instead, title)
    return title
