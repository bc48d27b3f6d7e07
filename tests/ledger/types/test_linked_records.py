"""Records of another ledger, found by number or key: only what the actor may see, with a fixed number of queries."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.ledger.linked_records import known_records
from bihuan.ledger.models import Record
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE, BadValue, KnownRecords, Lookup
from bihuan.loop.actions import create_record
from tests.cast import Cast

LINKED = LedgerSpec(
    code="visit",
    title="走访",
    fields=(
        FieldSpec(code="about", title="关于问题", kind="record", of="finding"),
        FieldSpec(code="also", title="又关于", kind="record", of="audit.finding"),
        FieldSpec(code="gone", title="不在的台账", kind="record", of="nowhere.ledger"),
    ),
)


def finding(cast: Cast, number: str, unit: int) -> Record:
    fields: dict[str, Any] = {
        "project": "甲项目",
        "problem_no": number,
        "title": "账实不符",
        "audit_type": "财政审计",
        "found_on": "2026-01-05",
        "responsible_unit": unit,
    }
    return create_record(actor=cast["office"], ledger=cast.finding, fields=fields)


def known(cast: Cast, login: str, words: list[object], stored: tuple[int, ...] = ()) -> dict[str, KnownRecords]:
    return known_records(actor=cast[login], pack="audit", spec=LINKED, raw={"about": words}, stored={"about": stored})


def read(found: dict[str, KnownRecords], raw: object) -> Any:
    return BY_CODE["record"].reader(LINKED.fields[0], Lookup(records=found))(raw)


def test_a_record_is_found_by_number_key_and_id(cast: Cast) -> None:
    record = finding(cast, "1", cast.town.pk)
    words = [record.number, record.key, f"#{record.pk}", "没有", 5.0, "", None, float("nan")]
    found = known(cast, "office", words)
    assert {read(found, word) for word in words[:3]} == {record.pk}
    assert found["finding"].title == cast.finding.title
    assert BY_CODE["record"].show(record.pk, LINKED.fields[0], Lookup(records=found)) == record.number
    with pytest.raises(BadValue, match="没有叫“没有”的"):
        read(found, "没有")
    assert found["nowhere.ledger"] == KnownRecords()


def test_words_find_only_what_the_actor_may_see(cast: Cast) -> None:
    theirs = finding(cast, "1", cast.other_town.pk)
    for word in (theirs.number, theirs.key, f"#{theirs.pk}"):
        with pytest.raises(BadValue):
            read(known(cast, "town", [word]), word)
        assert read(known(cast, "other_town", [word]), word) == theirs.pk


def test_what_is_already_pointed_at_is_told_by_its_number_to_anyone(cast: Cast) -> None:
    theirs = finding(cast, "1", cast.other_town.pk)
    found = known(cast, "town", [], (theirs.pk,))
    assert found["finding"].numbers == {theirs.pk: theirs.number}
    assert found["finding"].ids == {}


def test_a_word_that_names_two_records_is_refused(cast: Cast) -> None:
    first, second = finding(cast, "1", cast.town.pk), finding(cast, "2", cast.town.pk)
    Record.objects.filter(pk=second.pk).update(key=first.number)
    with pytest.raises(BadValue, match="有多个"):
        read(known(cast, "office", [first.number]), first.number)


def test_the_number_of_queries_does_not_grow_with_the_rows(cast: Cast) -> None:
    numbers = [finding(cast, str(at), cast.town.pk).number for at in range(3)]

    def queries(words: list[object]) -> int:
        with CaptureQueriesContext(connection) as captured:
            known(cast, "office", words)
        return len(captured)

    assert queries(numbers[:1]) == queries([*numbers, *range(300)])
