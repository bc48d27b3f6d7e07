"""The names that an expression over a ledger may use: its fields, and what every record has."""

from collections.abc import Mapping
from dataclasses import replace

from bihuan.expression import Choice, Column, Kind, Name
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import BY_CODE
from bihuan.ledger.unreported import names_of_flags

_NONE: Mapping[str, str] = {}


def names_of(spec: LedgerSpec, states: dict[str, str], refused: Mapping[str, str] = _NONE) -> dict[str, Name]:
    """Name by code. `states` are the loop's steps, code to title; empty where the ledger has no loop.

    `refused` says of some fields why they may not be asked about; `sight.Sight.names` gives what a person may ask.
    """
    fields = (BY_CODE[field.kind].name(field) for field in spec.fields)
    names = {name.code: name for name in fields if name is not None}
    names |= names_of_flags(spec)
    names |= {code: replace(names[code], refused=why) for code, why in refused.items() if code in names}
    steps = tuple(Choice(code, title) for code, title in states.items())
    fixed = (
        Name("number", "编号", Kind.TEXT, Column("number")),
        Name("state", "环节", Kind.TEXT, Column("state"), choices=steps),
        Name("unit", "责任单位", Kind.INTEGER, Column("unit_id")),
        Name("opened_at", "发现时间", Kind.DATETIME, Column("opened_at")),
        Name("due_at", "期限", Kind.DATETIME, Column("due_at")),
        Name("closed_at", "销号时间", Kind.DATETIME, Column("closed_at")),
        Name("created_at", "录入时间", Kind.DATETIME, Column("created_at")),
        Name("updated_at", "更新时间", Kind.DATETIME, Column("updated_at")),
    )
    return {name.code: name for name in fixed} | names
