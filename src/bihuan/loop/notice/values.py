"""What a notice's template is handed about a matter: texts as a page shows them, personal data masked."""

from datetime import date
from typing import Any

from bihuan.base import clock
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE, Lookup
from bihuan.ledger.values import file_ids
from bihuan.loop.colour import bounds_at, colour_of, word
from bihuan.loop.definitions import loop_for
from bihuan.org.tree import Tree

NAMES = {
    "number": "事项编号",
    "title": "事项名称",
    "ledger": "台账名称",
    "unit": "责任单位",
    "owner": "主管单位",
    "step": "环节",
    "due": "期限，如 2026年3月31日；没有期限为空",
    "days_left": "距期限的自然日数，超期为负；没有期限为空",
    "days_overdue": "超期的自然日数，未超期为 0",
    "colour": "颜色在本闭环里的叫法，如 黄色预警",
    "reason": "引发文书的操作所写的意见，或手工发出时填写的事由",
    "by": "引发文书的人；自动发出的为空",
    "today": "发出日期，如 2026年3月2日",
    "organ": "发文机关",
    "document_number": "文号",
    "to_unit": "主送单位",
    "receive_by": "签收期限，如 2026年3月5日；不要求签收为空",
}
"""Every value beside `fields.CODE`, each with its meaning for the documentation."""


def chinese_day(day: date | None) -> str:
    """A day as documents write it: 2026年3月2日 (GB/T 9704-2012, 7.3.5.4: no leading zeros)."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def matter_values(record: Record, tree: Tree) -> dict[str, Any]:
    """The values that follow from the matter alone, as it stands now."""
    spec, loop = spec_of(record.ledger), loop_for(record)
    lookup = lookup_for(spec, tree, files=file_ids(spec, record.data))
    due = clock.local_date(record.due_at) if record.due_at else None
    left = (due - clock.today()).days if due else None
    coloured = word(loop, colour_of(record.due_at, record.closed_at, bounds_at(loop, clock.now()))) if loop else ""
    return {
        "number": record.number,
        "title": name_shown(record, spec, lookup),
        "ledger": record.ledger.title,
        "unit": tree.name(record.unit_id),
        "owner": tree.name(record.ledger.owner_id),
        "step": loop.states.get(record.state, record.state) if loop else "",
        "due": chinese_day(due),
        "days_left": left,
        "days_overdue": max(0, -left) if left is not None else 0,
        "colour": coloured,
        "fields": {field.code: masked(field, record.data.get(field.code), lookup) for field in spec.fields},
    }


def name_shown(record: Record, spec: LedgerSpec, lookup: Lookup) -> str:
    """What a record is called outside: its naming field, masked if that is personal, else its number."""
    field = spec.by_code.get(spec.name_field)
    return (masked(field, record.data.get(field.code), lookup) if field else "") or record.number


def masked(field: FieldSpec, value: Any, lookup: Lookup) -> str:
    """A value as a notice may carry it, for a notice leaves the house; blank for an absent one."""
    if value is None:
        return ""
    kind = BY_CODE[field.kind]
    return kind.mask(value, field, lookup) if kind.is_personal(field) else kind.show(value, field, lookup)
