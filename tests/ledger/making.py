"""Makes ledgers, records and files for the tests of the ledger and of the loop."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bihuan.ledger.definitions import find_ledger, install_definition, spec_of
from bihuan.ledger.importing import Check
from bihuan.ledger.models import Batch, Event, Ledger, Record
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.verification import Finding, check_records, verify_chain
from bihuan.loop import intake
from bihuan.loop.actions import create_record
from bihuan.loop.definitions import install_loop
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from tests.cast import Cast
from tests.ledger.excel.sheets import write_book

SHORT_LOOP: dict[str, Any] = {
    "code": "short",
    "title": "三步",
    "steps": [
        {"code": "open", "title": "待办"},
        {"code": "doing", "title": "办理中"},
        {"code": "closed", "title": "已销号", "closed": True},
    ],
    "deadline": {"days": 10, "count": "working", "start": "verb"},
    "colours": [{"valid_from": date(2000, 1, 1), "yellow_within": 3}],
    "levels": [
        {"code": "unit", "title": "责任单位", "unit": "responsible", "colour": "green"},
        {"code": "office", "title": "主管部门", "unit": "owner", "colour": "yellow"},
        {"code": "government", "title": "政府", "unit": "top", "colour": "red"},
    ],
    "verbs": [
        {
            "code": "start",
            "title": "开始",
            "from": ["open"],
            "to": "doing",
            "starts_clock": True,
            "who": [{"role": ["reviewer"], "unit": "owner"}],
        },
        {
            "code": "press",
            "title": "督办",
            "from": ["doing"],
            "effect": "order",
            "level": "office",
            "reason": "required",
            "who": [{"role": ["reviewer"], "unit": "owner"}],
        },
        {
            "code": "back",
            "title": "退回",
            "from": ["doing"],
            "to": "open",
            "who": [{"role": ["reviewer"], "unit": "owner"}],
        },
        {
            "code": "finish",
            "title": "销号",
            "from": ["doing"],
            "to": "closed",
            "who": [{"role": ["reviewer"], "unit": "owner"}],
        },
    ],
}

TASK_FIELDS: tuple[dict[str, Any], ...] = (
    {"code": "no", "title": "编号代码", "kind": "text", "required": True},
    {"code": "name", "title": "名称", "kind": "text"},
    {"code": "amount", "title": "金额", "kind": "money", "measure": "万元"},
    {"code": "people", "title": "人数", "kind": "integer"},
    {"code": "level", "title": "等级", "kind": "choice", "choices": [{"code": "high", "title": "高"}, {"code": "low", "title": "低"}]},
    {"code": "responsible", "title": "责任单位", "kind": "unit"},
    {"code": "found_on", "title": "发现日期", "kind": "date"},
    {"code": "due_on", "title": "期限", "kind": "date"},
)  # fmt: skip
TASK_PARTS: dict[str, Any] = {
    "key": ["no"],
    "unit_field": "responsible",
    "opened_field": "found_on",
    "due_field": "due_on",
    "number": {"prefix": "RW", "by_year": True, "digits": 3},
}


def make_ledger(
    owner: Unit,
    *,
    code: str = "demo.task",
    fields: Sequence[Mapping[str, Any]] = TASK_FIELDS,
    loop: Mapping[str, Any] | None = SHORT_LOOP,
    **parts: Any,
) -> Ledger:
    """A ledger of tasks, with the short loop unless another or none is named."""
    shape = {"code": code.partition(".")[2], "title": "任务台账", "fields": fields, **(parts or TASK_PARTS)}
    ledger = install_definition(code=code, spec=LedgerSpec.model_validate(shape), owner=owner, origin="pack")
    if loop:
        install_loop(ledger=ledger, spec=LoopSpec.model_validate(loop))
    return find_ledger(code)


def finding_fields(cast: Cast, number: int = 1, **changed: Any) -> dict[str, Any]:
    """Raw values of a sound audit finding of the town."""
    return {
        "project": "2025 年度预算执行审计",
        "problem_no": str(number),
        "title": "资金平均分配",
        "audit_type": "财政收支审计",
        "amount": "12.5",
        "found_on": "2026-02-02",
        "responsible_unit": "青溪镇",
        **changed,
    }


def make_finding(cast: Cast, number: int = 1, **changed: Any) -> Record:
    return create_record(
        actor=cast["office"], ledger=cast.finding, fields=finding_fields(cast, number, **changed), reason="录入"
    )


def write_csv(path: Path, rows: Iterable[Sequence[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(["" if cell is None else cell for cell in row] for row in rows)
    return path


def write_table(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """The rows as a file, .xlsx or .csv by its name."""
    return write_book(path, rows) if path.suffix == ".xlsx" else write_csv(path, rows)


def check_file(actor: Actor, ledger: Ledger, path: Path) -> Check:
    """What importing the file would do."""
    table = intake.open_table(intake.Source(path, path.name))
    columns = intake.match(table, spec_of(ledger))
    return intake.check(actor=actor, target=intake.existing(ledger), table=table, columns=columns)


def import_path(actor: Actor, ledger: Ledger, path: Path) -> tuple[Check, Batch | None]:
    source = intake.Source(path, path.name)
    table = intake.open_table(source)
    return intake.import_file(
        actor=actor,
        source=source,
        target=intake.existing(ledger),
        table=table,
        columns=intake.match(table, spec_of(ledger)),
    )


def import_rows(actor: Actor, ledger: Ledger, path: Path, rows: Sequence[Sequence[Any]]) -> tuple[Check, Batch | None]:
    """Write the rows to a file and import it; the first row is the head."""
    return import_path(actor, ledger, write_table(path, rows))


def findings(ledger: Ledger) -> list[Finding]:
    """All that verification finds wrong with a ledger."""
    return [*verify_chain(ledger), *check_records(ledger)]


def events_of(ledger: Ledger) -> int:
    return Event.objects.filter(ledger=ledger).count()


def data_by_key(ledger: Ledger) -> dict[str | None, dict[str, Any]]:
    return {record.key: record.data for record in Record.objects.filter(ledger=ledger, deleted=False)}
