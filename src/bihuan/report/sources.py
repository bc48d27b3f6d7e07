"""What a report asks for its numbers and lists. It says nothing of how they are computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bihuan.report.document import Number, Table


@dataclass(frozen=True)
class About:
    """What a report is about: whose, which period in words, and as of which day."""

    unit: str
    unit_name: str
    period: str
    period_name: str
    as_of: date

    @property
    def year(self) -> int:
        return int(self.period[:4])


@dataclass(frozen=True)
class Breakdown:
    """Figures side by side over one dimension: a number for each row and figure.

    `heading` is what the dimension is called; `total` holds the figures themselves, whatever their rows add up to.
    """

    categories: tuple[str, ...]
    rows: tuple[tuple[Number, ...], ...]
    total: tuple[Number, ...] = ()
    heading: str = ""


class Sources(Protocol):
    """Where numbers and lists come from, for one report, within what its writer may see."""

    about: About

    def number(self, figure: str, *, unit: str = "", period: str = "", of: str = "") -> Number:
        """A figure of a unit (the report's own if empty) in a period: empty, `previous year`, `previous period`, or
        one that is named, as 2025 or 2026-03. With `of` only the records whose field of that code points at the
        record that the report is about are counted. Raises NotFound for a figure that is not there.
        """
        ...

    def breakdown(self, figures: Sequence[str], by: str, *, unit: str = "", period: str = "") -> Breakdown:
        """Figures by `unit` (the units just below), `month`, or a field that all of their ledgers have.

        A field may be a choice, a unit, a person, yes or no, another record, a text of few values. Raises Invalid for
        what does not cut.
        """
        ...

    def units(self, kind: str) -> list[str]:
        """The codes of the units of a kind below the report's."""
        ...

    def name(self, unit: str) -> str:
        """What a unit is called."""
        ...

    def records(self, ledger: str, where: str, columns: Sequence[str], most: int, *, linked: str = "") -> Table:
        """Records of a ledger as a table; what is left out is counted in its last row.

        With `linked` only those whose field of that code points at the record that the report is about.
        """
        ...

    def behind(self, figure: str, columns: Sequence[str], most: int, *, unit: str = "", period: str = "") -> Table:
        """Exactly the records that a figure counts, those that are due first at the top."""
        ...

    def field(self, code: str) -> str:
        """A field of the record that the report is about."""
        ...

    def rankings(self, scorecard: str) -> tuple[Table, ...]:
        """The standing publication of a scorecard for the period, a table for each group; none if there is none."""
        ...
