"""One change for many records: as many questions to the database for many as for few, and only what moves is written."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.ledger.append import Draft, append
from bihuan.ledger.definitions import install_definition
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.spec import CheckSpec, FieldSpec, LedgerSpec
from bihuan.ledger.verification import check_derived, check_projection, verify_chain
from bihuan.loop.bulk_edit import prepare_bulk, write_bulk
from tests.cast import Cast

OFFICERS = LedgerSpec(
    code="officers", title="人员", fields=(FieldSpec(code="until", title="有效期至", kind="date"),), unit_field=""
)
CASES = LedgerSpec(
    code="cases",
    title="案件",
    key=("number",),
    fields=(
        FieldSpec(code="number", title="案号", kind="text"),
        FieldSpec(code="filed_on", title="立案日期", kind="date"),
        FieldSpec(code="fine", title="罚款", kind="number"),
        FieldSpec(code="paid", title="已缴", kind="number"),
        FieldSpec(code="rest", title="未缴", kind="computed", formula="fine - paid", result="number"),
        FieldSpec(code="officer", title="承办人", kind="record", of="own.officers"),
    ),
    checks=(CheckSpec(when='"officer.until" >= filed_on', message="证件已过期"),),
)


@pytest.fixture
def cases(cast: Cast) -> Ledger:
    officers = install_definition(code="own.officers", spec=OFFICERS, owner=cast.office, origin="screen")
    ledger = install_definition(code="own.cases", spec=CASES, owner=cast.office, origin="screen")
    office = cast["office"]
    people = append(
        actor=office,
        ledger=officers,
        drafts=[Draft("created", None, {"until": f"20{n:02d}-12-31"}, {"number": f"R{n}"}) for n in range(10, 50)],
    )
    made = [
        {"number": f"A{n}", "filed_on": "2009-01-01", "fine": 10, "paid": n, "rest": 10.0 - n, "officer": person.pk}
        for n, person in enumerate(people)
    ]
    drafts = [Draft("created", None, data, {"number": data["number"], "key": data["number"]}) for data in made]
    append(actor=office, ledger=ledger, drafts=drafts)
    return ledger


def written(cast: Cast, ledger: Ledger, records: list[int], raw: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What a bulk edit came to, and its statements."""
    batch = prepare_bulk(actor=cast["office"], ledger=ledger, records=records, raw=raw, told="")
    with CaptureQueriesContext(connection) as queries:
        result = write_bulk(actor=cast["office"], batch=batch)
    return result, [query["sql"] for query in queries]


def test_many_records_ask_no_more_than_few(cast: Cast, cases: Ledger) -> None:
    every = list(cases.records.order_by("pk").values_list("pk", flat=True))
    written(cast, cases, every[:1], {"fine": "5"})
    few, asked_for_few = written(cast, cases, every[:2], {"fine": "20"})
    many, asked_for_many = written(cast, cases, every, {"fine": "30"})
    assert (few["updated"], many["updated"]) == (2, 40)
    assert len(asked_for_many) == len(asked_for_few)
    assert {record.data["rest"] + record.data["paid"] for record in cases.records.all()} == {30.0}


def test_rules_over_linked_records_hold_for_each(cast: Cast, cases: Ledger) -> None:
    every = list(cases.records.order_by("pk").values_list("pk", flat=True))
    result, _ = written(cast, cases, every, {"filed_on": "2030-06-01"})
    assert (result["updated"], result["failed"]) == (20, 20)
    assert result["refused"][0] == ["A0", "证件已过期"]
    assert cases.records.filter(data__filed_on="2030-06-01").count() == 20


def test_only_the_columns_that_move_are_written(cast: Cast, cases: Ledger) -> None:
    """Naming the others would have every index over them changed, for nothing."""
    every = list(cases.records.order_by("pk").values_list("pk", flat=True))
    _, asked = written(cast, cases, every, {"fine": "30"})
    (update,) = (sql for sql in asked if 'UPDATE "ledger_record"' in sql)
    assert {name for name in ("data", "version", "updated_at", "key", "unit_id", "state") if f'"{name}"' in update} == {
        "data",
        "version",
        "updated_at",
    }
    assert not [*verify_chain(cases), *check_projection(cases), *check_derived(cases)]


def test_a_key_may_pass_from_one_record_to_the_next(cast: Cast, cases: Ledger) -> None:
    """Records are written in the order of their drafts, whatever moves in each: a key is free before it is taken."""
    first, second, third = cases.records.order_by("pk")[:3]
    closed = datetime(2026, 1, 1, tzinfo=UTC)
    drafts = [
        Draft("edited", first.pk, {"fine": 1}, {"key": "B"}),
        Draft("edited", second.pk, {"fine": 1}, {"key": "A0", "closed_at": closed.isoformat()}),
        Draft("edited", third.pk, {"fine": 1}, {"key": "A1"}),
    ]
    append(actor=cast["office"], ledger=cases, drafts=drafts)
    keys = Record.objects.filter(pk__in=[first.pk, second.pk, third.pk]).order_by("pk").values_list("key", flat=True)
    assert list(keys) == ["B", "A0", "A1"]
    assert not [*check_projection(cases)]
