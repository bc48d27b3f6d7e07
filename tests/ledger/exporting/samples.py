"""A small ledger with something of everything, its records without a database, and the raw parts of what is written."""

import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bihuan.ledger.exporting import Extra, Sheet
from bihuan.ledger.models import Record
from bihuan.ledger.spec import ChoiceSpec, FieldSpec
from bihuan.ledger.types import Lookup

LOOKUP = Lookup(
    units={"青溪镇": 1, "330999101": 1, "白石镇": 2, "330999102": 2},
    unit_names={1: "青溪镇", 2: "白石镇"},
    persons={"沈审": 7, "shen": 7},
    person_names={7: "沈审"},
)

FIELDS = (
    FieldSpec(code="title", title="问题摘要", kind="text", group="问题"),
    FieldSpec(code="detail", title="问题描述", kind="longtext", group="问题"),
    FieldSpec(
        code="level",
        title="层级",
        kind="choice",
        group="问题",
        choices=(ChoiceSpec(code="county", title="县级"), ChoiceSpec(code="city", title="市级")),
    ),
    FieldSpec(code="unit_", title="责任单位", kind="unit"),
    FieldSpec(code="amount", title="涉及金额", kind="money", group="整改"),
    FieldSpec(code="fixed", title="整改金额", kind="money", measure="万元", group="整改"),
    FieldSpec(code="area", title="面积", kind="number", measure="亩"),
    FieldSpec(code="households", title="户数", kind="integer"),
    FieldSpec(code="found_on", title="发现日期", kind="date"),
    FieldSpec(code="at", title="登记时间", kind="datetime"),
    FieldSpec(code="card", title="身份证号", kind="text"),
    FieldSpec(code="proof", title="佐证", kind="file", several=True),
)
FULL = {
    "title": "账实不符",
    "detail": "第一行\n第二行",
    "level": "county",
    "unit_": 1,
    "amount": 1234.5,
    "fixed": 200.0,
    "area": 12.25,
    "households": 38,
    "found_on": "2026-01-05",
    "at": "2026-01-05T01:30:09Z",
    "card": "330102190001011234",
    "proof": [3, 4],
}


def fields(*codes: str) -> tuple[FieldSpec, ...]:
    known = {field.code: field for field in FIELDS}
    return tuple(known[code] for code in codes)


def record(number: int = 1, **data: Any) -> Record:
    due = datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC)
    return Record(number=f"SJ2026-{number:04}", state="open", due_at=due, data=data)


def sheet_of(some: Sequence[FieldSpec] = FIELDS, **more: Any) -> Sheet:
    return Sheet("审计发现问题台账", some, LOOKUP, prepared_by="沈审", **more)


LIGHT = Extra("状态", lambda standing: "绿 在办" if standing.closed_at is None else "白 已销号")


def part(path: Path, name: str) -> str:
    """A part of a written package, as it stands there."""
    with zipfile.ZipFile(path) as package:
        return package.read(name).decode()
