"""A spreadsheet becomes a ledger with a loop: what it is called, whose it is, and how its matters then go on."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed
from bihuan.ledger.actions import start_batch
from bihuan.ledger.definitions import find_ledger, nearest_code, spec_of
from bihuan.ledger.excel import Table
from bihuan.ledger.models import Batch, Ledger, Record
from bihuan.loop import intake
from bihuan.loop.actions import Said, create_record, perform
from bihuan.loop.definitions import loop_of
from tests.cast import Cast
from tests.ledger.making import data_by_key, findings, import_path, make_ledger, write_table

ROWS = [
    ["序号", "编号", "事项名称", "责任单位", "金额（万元）", "发现日期", "办理期限"],
    [1, "B-1", "修路", "青溪镇", 12.5, date(2026, 2, 2), date(2026, 4, 1)],
    [2, "B-2", "架桥", "白石镇", 3, date(2026, 2, 3), date(2026, 4, 2)],
    [3, "B-3", "植树", "上河村", "", date(2026, 2, 4), None],
]


@pytest.fixture
def source(tmp_path: Path) -> intake.Source:
    return intake.Source(write_table(tmp_path / "任务.xlsx", ROWS), "任务.xlsx")


def plan(
    cast: Cast, table: Table, code: str = "demo.jobs", login: str = "office"
) -> tuple[intake.Target, dict[int, str]]:
    return intake.planned(actor=cast[login], code=code, title="任务", table=table, owner=cast.office)


def take(cast: Cast, source: intake.Source, login: str = "office") -> Ledger:
    table = intake.open_table(source)
    target, columns = plan(cast, table, login=login)
    check, batch = intake.import_file(actor=cast[login], source=source, target=target, table=table, columns=columns)
    assert check.problems == []
    assert batch is not None
    return find_ledger("demo.jobs")


def test_the_table_s_own_head_makes_the_ledger(cast: Cast, source: intake.Source) -> None:
    ledger = take(cast, source)
    spec = spec_of(ledger)
    titles = {field.title: field for field in spec.fields}
    assert "序号" not in titles
    assert spec.by_code[spec.unit_field].title == "责任单位"
    assert spec.by_code[spec.due_field].title == "办理期限"
    assert [spec.by_code[code].title for code in spec.key] == ["编号"]
    amount = next(field for title, field in titles.items() if title.startswith("金额"))
    assert amount.measure == "万元"
    one = Record.objects.get(ledger=ledger, key="B-1")
    assert (one.unit_id, one.state) == (cast.town.pk, "open")
    assert one.due_at == clock.end_of_day(date(2026, 4, 1))
    assert findings(ledger) == []


def test_the_same_file_again_changes_nothing(cast: Cast, source: intake.Source) -> None:
    ledger = take(cast, source)
    again, _ = import_path(cast["office"], ledger, source.path)
    assert (again.unchanged, again.creates, again.updates) == (3, [], [])


def test_its_matters_go_all_the_way(cast: Cast, source: intake.Source) -> None:
    ledger = take(cast, source)
    spec = spec_of(ledger)
    record = Record.objects.get(ledger=ledger, key="B-3")
    assert record.due_at is None
    said = Said({spec.unit_field: "青溪镇"})
    record = perform(actor=cast["office"], pk=record.pk, verb="assign", said=said)
    assert record.due_at is not None
    record = perform(actor=cast["town"], pk=record.pk, verb="submit", said=Said({"outcome": "已植树"}))
    with pytest.raises(NotAllowed):
        perform(actor=cast["town"], pk=record.pk, verb="accept", said=Said())
    record = perform(actor=cast["office"], pk=record.pk, verb="send_back", said=Said(reason="缺照片"))
    record = perform(actor=cast["town"], pk=record.pk, verb="submit", said=Said({"outcome": "已补照片"}))
    record = perform(actor=cast["office"], pk=record.pk, verb="accept", said=Said())
    assert (record.state, record.closed_at) == ("closed", clock.now())
    assert findings(ledger) == []


def test_every_verb_asks_only_for_fields_that_are_there(cast: Cast, source: intake.Source) -> None:
    ledger = take(cast, source)
    loop = loop_of(ledger)
    assert loop is not None
    assert {ask.field for verb in loop.verbs for ask in verb.asks} <= set(spec_of(ledger).by_code)


@pytest.mark.parametrize(
    "code", ["jobs", "Demo.jobs", "demo.", ".jobs", "demo.a-b", "demo.jobs.more", "任务.甲", "demo." + "a" * 41]
)
def test_a_code_that_is_none_is_refused(cast: Cast, source: intake.Source, code: str) -> None:
    with pytest.raises(Invalid, match=r"包\.台账"):
        plan(cast, intake.open_table(source), code)


def test_a_code_that_is_taken_is_refused(cast: Cast, source: intake.Source) -> None:
    with pytest.raises(Conflict, match=r"已有台账“audit\.finding”"):
        plan(cast, intake.open_table(source), "audit.finding")


def test_a_code_that_was_taken_after_the_preview_is_refused(cast: Cast, source: intake.Source) -> None:
    table = intake.open_table(source)
    target, columns = plan(cast, table)
    found = intake.check(actor=cast["office"], target=target, table=table, columns=columns)
    other = make_ledger(cast.units["330999-CZ"], code="demo.jobs")
    create_record(actor=cast["neighbour"], ledger=other, fields={"no": "Z1"})
    with pytest.raises(Conflict, match="预览之后"):
        intake.import_checked(actor=cast["office"], source=source, target=target, found=found)
    other.refresh_from_db()
    assert (other.owner_id, other.version) == (cast.units["330999-CZ"].pk, 1)
    assert list(data_by_key(other)) == ["Z1"]


@pytest.mark.parametrize("login", ["town", "leader", "auditor", "outsider"])
def test_nobody_makes_a_ledger_for_a_unit_they_do_not_work_in(cast: Cast, source: intake.Source, login: str) -> None:
    with pytest.raises(NotAllowed):
        take(cast, source, login)
    assert not Ledger.objects.filter(code="demo.jobs").exists()
    assert not Batch.objects.exists()


def test_a_ledger_whose_first_import_fails_is_not_made(
    cast: Cast, source: intake.Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError("磁盘满了")

    monkeypatch.setattr("bihuan.ledger.rows.insert_events", fail)
    with pytest.raises(OSError, match="磁盘满了"):
        take(cast, source)
    assert not Ledger.objects.filter(code="demo.jobs").exists()


def test_what_was_undone_is_not_remembered(cast: Cast, source: intake.Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """A definition that was read inside of a transaction that failed is not taken for the next one of its id."""
    with monkeypatch.context() as broken:
        broken.setattr("bihuan.ledger.rows.OfAll", lambda *_: spec_of(find_ledger("demo.jobs")) and 1 / 0)
        with pytest.raises(ZeroDivisionError):
            take(cast, source)
    ledger = make_ledger(cast.office, code="demo.other")
    assert "no" in spec_of(ledger).by_code


def test_columns_that_make_no_sense_are_refused(cast: Cast, source: intake.Source) -> None:
    table = intake.open_table(source)
    target, columns = plan(cast, table)
    first, second, *_ = columns
    for wrong, words in (
        ({**columns, first: "nothing"}, "没有字段“nothing”"),
        ({**columns, first: columns[second]}, "两列对应到同一个字段"),
        ({index: code for index, code in columns.items() if code not in target.spec.key}, "用来识别记录的列：编号"),
    ):
        with pytest.raises(Invalid, match=words):
            intake.check(actor=cast["office"], target=target, table=table, columns=wrong)


def test_a_planned_ledger_needs_an_owner(cast: Cast, source: intake.Source) -> None:
    table = intake.open_table(source)
    target, columns = plan(cast, table)
    found = intake.check(actor=cast["office"], target=target, table=table, columns=columns)
    homeless = intake.Target(target.spec, target.loop, None, target.code, None)
    batch = start_batch(actor=cast["office"], ledger=None, kind="import", file_name="", file_hash="", plan={})
    with pytest.raises(Invalid, match="所属单位"):
        intake.write(actor=cast["office"], target=homeless, found=found, batch=batch)


def test_a_file_that_cannot_be_read_is_told_in_words(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "坏.xlsx"
    path.write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(Invalid, match=r"“坏\.xlsx”读不出来"):
        intake.open_table(intake.Source(path, "坏.xlsx"))


def test_the_nearest_ledger_is_named_to_those_who_may_know(cast: Cast) -> None:
    assert "audit.finding" in nearest_code("audit.findings")
    assert nearest_code("zzz") == ""
