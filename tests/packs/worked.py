"""A worked example of scorecards: what was typed in, and the total and grade of each unit worked out by hand."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bihuan.cli.demo.county import COUNTY, INSTITUTIONS

D = Decimal
TOWN, OTHER, THIRD = f"{COUNTY}101", f"{COUNTY}901", f"{COUNTY}902"
FIRM, SECOND_FIRM, THIRD_FIRM = f"{COUNTY}101-Q01", f"{COUNTY}901-Q01", f"{COUNTY}901-Q02"
HOSPITAL, SECOND_HOSPITAL = list(INSTITUTIONS)[:2]

Rows = tuple[tuple[str, dict[str, Any]], ...]
"""Ledger and what was typed in."""


@dataclass(frozen=True)
class Worked:
    """A scorecard, its period, what was typed in, and the total and grade of each unit that has a score.

    `also` are other scorecards over the same rows.
    """

    card: str
    period: str
    rows: Rows
    expected: dict[str, tuple[Decimal, str]]
    also: tuple["Worked", ...] = ()
