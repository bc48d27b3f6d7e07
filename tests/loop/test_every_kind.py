"""A ledger with a field of every kind: made by the form's raw values, listed, exported, imported back unchanged."""

from pathlib import Path
from typing import Any

from bihuan.ledger.definitions import spec_of
from bihuan.ledger.export_mark import mark_of
from bihuan.ledger.exporting import Sheet, write_xlsx
from bihuan.ledger.linked_records import pointing, with_records
from bihuan.ledger.references import lookup_for
from bihuan.ledger.types import FIELD_TYPES
from bihuan.loop.actions import create_record
from tests.cast import Cast
from tests.ledger.making import findings, make_finding, make_ledger
from tests.ledger.test_coming_back import back
from tests.web.conftest import signed_in

CHOICES = [{"code": "water", "title": "水"}, {"code": "air", "title": "大气"}]
MORE: dict[str, dict[str, Any]] = {
    "choice": {"choices": CHOICES},
    "choices": {"choices": CHOICES},
    "record": {"of": "audit.finding"},
    "computed": {"formula": "f_integer + 1", "result": "integer"},
    "number": {"measure": "亩"},
}


def raw_values(number: str) -> dict[str, str]:
    """What a person types for each kind."""
    return {
        "text": "=1+1",
        "longtext": "两行\n文字",
        "integer": "1,234",
        "number": "0.5公顷",
        "money": "3.2万元",
        "percent": "12%",
        "date": "二〇二六年三月五日",
        "datetime": "2026-03-05 14:30",
        "month": "2026年3月",
        "choice": "水",
        "choices": "水、大气",
        "yesno": "√",
        "unit": "青溪镇",
        "person": "office",
        "record": number,
        "phone": "13800138000",
        "identity": "11010519491231002X",
        "credit_code": "91350100M000100Y43",
        "admin_code": "330999",
        "point": "120.123,30.456",
        "line": "LINESTRING (120 30, 121 31)",
        "polygon": "POLYGON ((120 30, 121 30, 121 31, 120 30))",
    }


def test_every_kind_goes_all_the_way(cast: Cast, tmp_path: Path) -> None:
    fields = [
        {"code": f"f_{kind.code}", "title": f"甲{kind.title}", "kind": kind.code, **MORE.get(kind.code, {})}
        for kind in FIELD_TYPES
    ]
    ledger = make_ledger(cast.office, code="demo.every", fields=fields, loop=None, number={"prefix": "QB"})
    words = {f"f_{kind}": raw for kind, raw in raw_values(make_finding(cast, 1).number).items()}
    assert {field["code"] for field in fields} - set(words) == {"f_file", "f_computed"}
    record = create_record(actor=cast["office"], ledger=ledger, fields=words)
    assert set(record.data) == {field["code"] for field in fields} - {"f_file"}

    client = signed_in(cast.people["office"])
    for url in (
        f"/records/{record.pk}/",
        f"/records/{record.pk}/edit/",
        "/ledgers/demo.every/",
        "/ledgers/demo.every/new/",
    ):
        assert client.get(url).status_code == 200, url
    where = "f_integer = 1234 and f_number > 7 and f_choice = 'water' and f_yesno and f_month >= '2026-01'"
    listed: Any = client.get("/ledgers/demo.every/", {"where": where})
    assert record.number in listed.content.decode()

    spec, rows, office = spec_of(ledger), ledger.records.all(), cast["office"]
    data = pointing(rows, spec)
    lookup = with_records(lookup_for(spec, office.tree), actor=office, ledger=ledger.code, spec=spec, data=data)
    mark = mark_of(ledger, [field.code for field in spec.fields])
    write_xlsx(Sheet(ledger.title, spec.fields, lookup, mark=mark), rows, path := tmp_path / "全部类型.xlsx")
    check = back(cast, ledger, path)
    assert (check.problems, check.updates, check.unchanged) == ([], [], 1)
    assert findings(ledger) == []
