"""A county's units from a table, as the page of the system administrator takes them: all of them, or none."""

from datetime import date
from pathlib import Path

from bihuan.base.errors import Invalid
from bihuan.ledger.roster.table import Roster, Verdict, open_roster, require_columns
from bihuan.ledger.roster.unit_rows import FIELDS, plan_units, write_units
from bihuan.org.actor import system_actor


def load_units(path: Path, valid_from: date) -> dict[Verdict, int]:
    """Add and change the units of a table as from a day; returns how many rows did what.

    Raises Invalid, naming each bad row, and then nothing is written.
    """
    roster = open_roster(path, path.name, FIELDS)
    require_columns(roster)
    rows = plan_units(roster, valid_from)
    if roster.failed:
        raise Invalid(f"{_faults(roster)}。一个单位也没有加入")
    write_units(actor=system_actor("命令行"), rows=rows, on=valid_from)
    return roster.counts


def _faults(roster: Roster) -> str:
    told = [f"第 {line.number} 行：{fault.message}" for line in roster.lines for fault in line.faults]
    return "；".join(told[:20]) + (f"；共 {len(told)} 处" if len(told) > 20 else "")
