"""Zero, blank and 未报 are three things, in forms, lists, files, conditions and sums."""

from pathlib import Path
from typing import Any

import pytest

from bihuan.ledger.definitions import spec_of
from bihuan.ledger.export_mark import mark_of
from bihuan.ledger.exporting import Sheet, write_xlsx
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.queries import Asked, list_records, seen_history
from bihuan.ledger.references import lookup_for
from bihuan.ledger.sight import sight_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.unreported import UNREPORTED
from bihuan.ledger.values import shown
from bihuan.loop.actions import create_record, edit_record
from bihuan.loop.redefinition import redefine
from tests.cast import Cast
from tests.ledger.making import findings, import_rows, make_ledger
from tests.ledger.test_coming_back import back, edit_file

FIELDS = (
    {"code": "no", "title": "代号", "kind": "text", "required": True},
    {"code": "amount", "title": "产值", "kind": "money", "unreported": True, "required": True},
    {"code": "people", "title": "人数", "kind": "integer", "unreported": True},
    {"code": "each", "title": "人均", "kind": "computed", "formula": "amount / people"},
)


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    return make_ledger(cast.office, code="demo.output", fields=FIELDS, loop=None, key=["no"])


def make(cast: Cast, ledger: Ledger, no: str, amount: str, people: str = "4") -> Record:
    return create_record(actor=cast["office"], ledger=ledger, fields={"no": no, "amount": amount, "people": people})


def numbers(cast: Cast, ledger: Ledger, where: str) -> list[str]:
    rows = list_records(cast["office"], ledger, spec_of(ledger), {}, Asked(where=where, order="number"))
    return [row.data["no"] for row in rows]


def test_it_is_kept_beside_the_field_and_shown_in_its_place(cast: Cast, ledger: Ledger) -> None:
    record = make(cast, ledger, "甲", "未报")
    assert record.data == {"no": "甲", "amount_unreported": True, "people": 4}
    seen = sight_of(cast["office"], ledger).see(record).data
    assert (seen["amount"], "amount_unreported" in seen) == (UNREPORTED, False)
    assert shown(spec_of(ledger).by_code["amount"], seen["amount"], Lookup()) == "未报"
    edit_record(actor=cast["office"], record=record, fields={"amount": "0"})
    record.refresh_from_db()
    assert record.data == {"no": "甲", "amount": 0.0, "people": 4, "each": 0.0}
    edit_record(actor=cast["office"], record=record, fields={"amount": "未上报"})
    before = record.events.count()
    edit_record(actor=cast["office"], record=record, fields={"amount": "未报"})
    assert record.events.count() == before
    changes = [step.changes for step in seen_history(record, sight_of(cast["office"], ledger))]
    assert [(old, new) for code, old, new in changes[-1] if code == "amount"] == [(0.0, UNREPORTED)]
    assert findings(ledger) == []


def test_conditions_tell_the_three_apart(cast: Cast, ledger: Ledger) -> None:
    make(cast, ledger, "零", "0")
    make(cast, ledger, "未报", "未报")
    make(cast, ledger, "空", "1", "")
    make(cast, ledger, "人未报", "1", "未报")
    assert numbers(cast, ledger, "产值 = 0") == ["零"]
    assert numbers(cast, ledger, "产值未报") == ["未报"]
    assert numbers(cast, ledger, "人数 is null and not coalesce(人数未报, false)") == ["空"]
    assert numbers(cast, ledger, "people_unreported") == ["人未报"]
    assert numbers(cast, ledger, "产值 >= 0") == ["零", "空", "人未报"]


def test_it_comes_in_goes_out_and_comes_back(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    office, spec = cast["office"], spec_of(ledger)
    rows: list[list[Any]] = [["代号", "产值", "人数"], ["甲", "未报", 3], ["乙", 0, "未填报"], ["丙", 2.5, None]]
    check, _ = import_rows(office, ledger, tmp_path / "来.xlsx", rows)
    assert (check.problems, len(check.creates)) == ([], 3)
    again, _ = import_rows(office, ledger, tmp_path / "来.xlsx", rows)
    assert (again.unchanged, again.updates) == (3, [])
    sight = sight_of(office, ledger)
    mark = mark_of(ledger, [field.code for field in spec.fields])
    lookup = lookup_for(spec, office.tree)
    sheet = Sheet("产值", spec.fields, lookup, mark=mark, see=lambda step, data: sight.see_data(step, data, lookup))
    write_xlsx(sheet, ledger.records.order_by("pk"), path := tmp_path / "出.xlsx")
    check = back(cast, ledger, path)
    assert (check.problems, check.updates, check.unchanged) == ([], [], 3)
    one, two, three = (record.number for record in ledger.records.order_by("pk"))
    edit_file(path, {(one, "产值"): 8, (two, "产值"): "未报", (three, "人数"): 1})
    changes = {change.record.number: change.changes for change in back(cast, ledger, path).updates}
    assert changes[one] == {"amount": 8.0, "amount_unreported": None, "each": 2.67}
    assert changes[two] == {"amount": None, "amount_unreported": True}
    assert changes[three]["people"] == 1


def test_a_field_that_does_not_say_so_refuses_it(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    plain = make_ledger(
        cast.office, code="demo.plain", fields=[FIELDS[0], {**FIELDS[2], "unreported": False}], loop=None
    )
    check, _ = import_rows(cast["office"], plain, tmp_path / "来.csv", [["代号", "人数"], ["甲", "未报"]])
    assert "不是数字" in check.problems[0].message


def test_it_follows_its_field_to_another_code(cast: Cast, ledger: Ledger) -> None:
    make(cast, ledger, "甲", "未报")
    data = spec_of(ledger).model_dump(mode="json", exclude_defaults=True)
    data["fields"][1] |= {"code": "output", "was": "amount"}
    data["fields"][3]["formula"] = "output / people"
    redefine(actor=cast["office"], ledger=ledger, spec=LedgerSpec.model_validate(data), origin="screen")
    assert ledger.records.get().data == {"no": "甲", "output_unreported": True, "people": 4}
    assert findings(ledger) == []
