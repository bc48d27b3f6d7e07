"""Notices in force over the tasks' ledger, for the tests of this folder."""

from typing import Any

from bihuan.ledger.models import Ledger, Record
from bihuan.loop.actions import create_record
from bihuan.loop.declared.definitions import InForce, install_declared
from bihuan.loop.notice.rules import notices_in_force
from bihuan.loop.notice.spec import NoticeSpec
from tests.cast import Cast
from tests.ledger.making import make_ledger

SLIP: dict[str, Any] = {
    "code": "slip",
    "title": "督办单",
    "kind": "supervision",
    "when": [{"ledger": "task", "colour": "red"}],
    "by_hand": [{"role": ["reviewer"], "unit": "owner"}],
    "to": [{"role": ["undertaker"], "unit": "responsible"}],
    "copy_to": [{"role": ["leader"], "unit": "top"}],
    "sign": "示审督",
    "receive": {"days": 3, "count": "working"},
    "subject": "关于督办“{{ title }}”的通知",
    "paragraphs": [
        "{{ unit }}承担的“{{ title }}”（{{ number }}）应于{{ due }}前办结，已超期 {{ days_overdue }} 天。",
        "{% if reason %}督办要求：{{ reason }}。{% endif %}",
        "请于{{ receive_by }}前签收。",
    ],
}


def declare(cast: Cast, *changed: dict[str, Any]) -> InForce[NoticeSpec]:
    """Put notices in force, each the slip with some keys changed; gives the first."""
    specs = {}
    for keys in changed or ({},):
        spec = NoticeSpec.model_validate(SLIP | keys)
        specs[f"demo.{spec.code}"] = spec
    install_declared(kind="notices", pack="demo", owner=cast.office, specs=specs)
    return notices_in_force()[next(iter(specs))]


def task(cast: Cast, ledger: Ledger, number: int = 1, *, due: str = "2026-03-10", unit: str = "青溪镇") -> Record:
    fields = {"no": f"T{number}", "name": f"任务{number}", "responsible": unit, "found_on": "2026-03-02", "due_on": due}
    return create_record(actor=cast["office"], ledger=ledger, fields=fields)


def tasks(cast: Cast) -> Ledger:
    return make_ledger(cast.office, name_field="name", key=["no"], unit_field="responsible", opened_field="found_on",
                       due_field="due_on", number={"prefix": "RW"})  # fmt: skip
