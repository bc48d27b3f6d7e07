"""Computed fields follow what they are computed from, whichever way it changes; rules hold of the whole record."""

from pathlib import Path

import pytest

from bihuan.base.errors import Invalid
from bihuan.ledger.definitions import install_definition
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.spec import CheckSpec, FieldSpec, LedgerSpec
from bihuan.ledger.verification import check_projection
from bihuan.loop import intake
from bihuan.loop.actions import create_record, edit_record
from tests.cast import Cast

SPEC = LedgerSpec(
    code="grants",
    title="补助",
    key=("name",),
    fields=(
        FieldSpec(code="name", title="名称", kind="text", required=True),
        FieldSpec(code="given", title="拨付", kind="number"),
        FieldSpec(code="spent", title="支出", kind="number"),
        FieldSpec(code="rest", title="结余", kind="computed", formula="given - spent", result="number"),
    ),
    checks=(
        CheckSpec(when="spent <= given", message="支出大于拨付"),
        CheckSpec(when="rest < 500", message="结余偏大", level="warning"),
    ),
)


@pytest.fixture
def grants(cast: Cast) -> Ledger:
    return install_definition(code="audit.grants", spec=SPEC, owner=cast.office, origin="screen")


def test_a_computed_field_is_there_from_the_start_and_follows_edits(cast: Cast, grants: Ledger) -> None:
    office = cast["office"]
    record = create_record(actor=office, ledger=grants, fields={"name": "甲", "given": "100.5", "spent": "40"})
    assert record.data["rest"] == 60.5
    record = edit_record(actor=office, record=record, fields={"spent": "100.5"})
    assert record.data["rest"] == 0.0
    record = edit_record(actor=office, record=record, fields={"spent": ""})
    assert "rest" not in record.data
    assert not list(check_projection(grants))


def test_a_rule_that_breaks_writes_nothing(cast: Cast, grants: Ledger) -> None:
    office = cast["office"]
    with pytest.raises(Invalid, match="支出大于拨付"):
        create_record(actor=office, ledger=grants, fields={"name": "甲", "given": "1", "spent": "2"})
    assert not Record.objects.filter(ledger=grants).exists()
    record = create_record(actor=office, ledger=grants, fields={"name": "甲", "given": "3", "spent": "2"})
    with pytest.raises(Invalid, match="支出大于拨付"):
        edit_record(actor=office, record=record, fields={"given": "1"})
    record.refresh_from_db()
    assert (record.data["given"], record.version) == (3.0, 1)


def import_text(cast: Cast, grants: Ledger, path: Path, text: str) -> intake.Check:
    path.write_text(text, encoding="utf-8")
    source, target = intake.Source(path, path.name), intake.existing(grants)
    table = intake.open_table(source)
    columns = intake.match(table, target.spec)
    return intake.import_file(actor=cast["office"], source=source, target=target, table=table, columns=columns)[0]


def test_a_file_brings_computed_fields_along_and_is_held_to_the_rules(
    cast: Cast, grants: Ledger, tmp_path: Path
) -> None:
    found = import_text(cast, grants, tmp_path / "a.csv", "名称,拨付,支出,结余\n甲,100,40,999\n乙,2000,5,\n")
    assert found.problems == []
    assert [words for _, words in found.doubts] == ["结余偏大"]
    rests = dict(Record.objects.filter(ledger=grants).values_list("data__name", "data__rest"))
    assert rests == {"甲": 60.0, "乙": 1995.0}
    found = import_text(cast, grants, tmp_path / "b.csv", "名称,支出\n甲,41\n乙,2001\n")
    assert [problem.message for problem in found.problems] == ["支出大于拨付"]
    found = import_text(cast, grants, tmp_path / "c.csv", "名称,支出\n甲,41\n")
    assert Record.objects.get(ledger=grants, key="甲").data["rest"] == 59.0
    found = import_text(cast, grants, tmp_path / "d.csv", "名称,支出\n甲,41\n")
    assert (found.unchanged, len(found.updates)) == (1, 0)
