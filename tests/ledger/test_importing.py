"""A file comes in: by key, all or nothing, and what was edited here is not lost."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed
from bihuan.ledger.actions import fail_batch, fail_interrupted, start_batch
from bihuan.ledger.definitions import install_definition, spec_of
from bihuan.ledger.importing import Check
from bihuan.ledger.models import Batch, Event, Ledger, Record
from bihuan.loop import intake
from bihuan.loop.actions import Said, create_record, edit_record, perform
from tests.cast import MONDAY, Cast, examples, undone
from tests.ledger.making import (
    TASK_FIELDS,
    TASK_PARTS,
    check_file,
    data_by_key,
    events_of,
    findings,
    import_path,
    import_rows,
    make_finding,
    make_ledger,
    write_table,
)

HEADS = [field["title"] for field in TASK_FIELDS]


def row(no: str, name: Any = "修路", amount: Any = 12.5, people: Any = 3, **more: Any) -> list[Any]:
    return [
        no,
        name,
        amount,
        people,
        more.get("level", "高"),
        more.get("unit", "青溪镇"),
        more.get("found", date(2026, 2, 2)),
        more.get("due", date(2026, 4, 1)),
    ]


def told(check: Check) -> list[tuple[str, str]]:
    return [(problem.cell, problem.message) for problem in check.problems]


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    return make_ledger(cast.office)


@pytest.fixture(params=["tasks.xlsx", "tasks.csv"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def test_a_file_becomes_records_in_the_order_of_its_rows(cast: Cast, ledger: Ledger, path: Path) -> None:
    check, batch = import_rows(cast["office"], ledger, path, [HEADS, row("A1"), row("A2", "植树", None, "")])
    assert (len(check.creates), check.problems) == (2, [])
    one, two = Record.objects.filter(ledger=ledger).order_by("pk")
    assert (one.number, two.number) == ("RW-2026-001", "RW-2026-002")
    assert one.data == {
        "no": "A1",
        "name": "修路",
        "amount": 12.5,
        "people": 3,
        "level": "high",
        "responsible": cast.town.pk,
        "found_on": "2026-02-02",
        "due_on": "2026-04-01",
    }
    assert "amount" not in two.data
    assert (one.key, one.unit_id, one.state) == ("A1", cast.town.pk, "open")
    assert one.opened_at == clock.start_of_day(date(2026, 2, 2))
    assert one.due_at == clock.end_of_day(date(2026, 4, 1))
    assert batch is not None
    assert (batch.state, batch.result["created"]) == (Batch.State.DONE, 2)
    assert Event.objects.filter(batch=batch).count() == 2
    assert findings(ledger) == []


CELLS = {
    "no": st.text("甲乙丙0123456789", min_size=1, max_size=8),
    "name": st.none() | st.text("路桥 ，（）'\"\\%_=<>&\n", max_size=8),
    "amount": st.none() | st.decimals(0, 10**9, places=2).map(float),
    "people": st.none() | st.integers(-(10**6), 10**6),
    "level": st.none() | st.sampled_from(["高", "低", "high", " 低 "]),
    "responsible": st.none() | st.sampled_from(["青溪镇", "330999102", "财政局"]),
    "found_on": st.none() | st.dates(date(2020, 1, 1), date(2026, 12, 31)),
    "due_on": st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
}


@examples(20)
@given(st.lists(st.tuples(*CELLS.values()), min_size=1, max_size=5), st.sampled_from(["xlsx", "csv"]))
def test_the_same_file_a_second_time_changes_nothing(
    cast: Cast, tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]], kind: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"twice.{kind}"
    # A number that begins with 0 would lose it in no file of ours, but it may not look like another row's.
    table = [HEADS, *({str(cells[0]).lstrip("0") or "0": [*cells] for cells in rows}).values()]
    with undone():
        ledger = make_ledger(cast.office)
        first, _ = import_rows(cast["office"], ledger, path, table)
        if first.failed_rows:
            assert not Record.objects.filter(ledger=ledger).exists()
            return
        before, data = events_of(ledger), data_by_key(ledger)
        with clock.fixed(MONDAY + timedelta(days=3)):
            again, _ = import_path(cast["office"], ledger, path)
        assert (again.unchanged, again.creates, again.updates, again.problems) == (len(table) - 1, [], [], [])
        assert events_of(ledger) == before
        assert data_by_key(ledger) == data
        assert findings(ledger) == []


@examples(10)
@given(st.lists(st.sampled_from(["甲", "乙", "丙"]), min_size=1, max_size=6))
def test_without_a_key_equal_rows_are_told_apart_by_their_count(
    cast: Cast, tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "keyless.csv"
    table = [["名称", "等级"], *([name, "高"] for name in names)]
    fields = [TASK_FIELDS[1], TASK_FIELDS[4]]
    with undone():
        ledger = make_ledger(cast.office, fields=fields, loop=None, key=[])
        import_rows(cast["office"], ledger, path, table)
        assert sorted(record.data["name"] for record in ledger.records.all()) == sorted(names)
        again, _ = import_rows(cast["office"], ledger, path, [*table, ["丁", "低"]])
        assert (again.unchanged, len(again.creates)) == (len(names), 1)


def test_a_new_file_changes_what_it_says_and_leaves_the_rest(cast: Cast, ledger: Ledger, path: Path) -> None:
    import_rows(cast["office"], ledger, path, [HEADS, row("A1"), row("A2")])
    check, _ = import_rows(cast["office"], ledger, path, [["编号代码", "名称"], ["A2", "架桥"], ["A3", "新的"]])
    assert (len(check.creates), len(check.updates), check.unchanged) == (1, 1, 0)
    data = data_by_key(ledger)
    assert data["A2"]["name"] == "架桥"
    assert data["A2"]["amount"] == 12.5
    assert data["A1"]["name"] == "修路"
    assert findings(ledger) == []


def test_a_blank_cell_takes_nothing_away(cast: Cast, ledger: Ledger, path: Path) -> None:
    import_rows(cast["office"], ledger, path, [HEADS, row("A1")])
    check, _ = import_rows(cast["office"], ledger, path, [["编号代码", "名称", "金额"], ["A1", None, None]])
    assert check.unchanged == 1
    assert data_by_key(ledger)["A1"]["amount"] == 12.5


def test_a_moved_deadline_and_unit_move_the_matter(cast: Cast, ledger: Ledger, path: Path) -> None:
    import_rows(cast["office"], ledger, path, [HEADS, row("A1")])
    import_rows(cast["office"], ledger, path, [HEADS, row("A1", due=date(2026, 5, 1), unit="白石镇")])
    record = Record.objects.get(ledger=ledger)
    assert record.due_at == clock.end_of_day(date(2026, 5, 1))
    assert record.unit_id == cast.other_town.pk
    assert (record.number, record.version) == ("RW-2026-001", 2)


def test_what_was_edited_here_survives_the_same_file(cast: Cast, ledger: Ledger, path: Path) -> None:
    import_rows(cast["office"], ledger, path, [HEADS, row("A1"), row("A2")])
    edit_record(actor=cast["office"], record=Record.objects.get(key="A1"), fields={"name": "修桥", "amount": ""})
    again, _ = import_path(cast["office"], ledger, path)
    assert (again.unchanged, again.problems) == (2, [])
    assert data_by_key(ledger)["A1"]["name"] == "修桥"
    assert "amount" not in data_by_key(ledger)["A1"]


def test_a_cell_that_says_otherwise_than_the_edit_is_refused_in_words(cast: Cast, ledger: Ledger, path: Path) -> None:
    import_rows(cast["office"], ledger, path, [HEADS, row("A1"), row("A2")])
    edit_record(actor=cast["office"], record=Record.objects.get(key="A1"), fields={"name": "修桥"})
    before = events_of(ledger)
    check, batch = import_rows(cast["office"], ledger, path, [HEADS, row("A1", "挖渠"), row("A2", "栽树")])
    assert batch is None
    assert told(check) == [("第 2 行", "“名称”在系统里已改为“修桥”，表里是“挖渠”，请先核对")]
    assert events_of(ledger) == before
    agreed, _ = import_rows(cast["office"], ledger, path, [HEADS, row("A1", "修桥"), row("A2", "栽树")])
    assert (agreed.unchanged, len(agreed.updates)) == (1, 1)


def test_a_field_that_no_file_has_said_yet_may_be_filled(cast: Cast, ledger: Ledger, path: Path) -> None:
    create_record(actor=cast["office"], ledger=ledger, fields={"no": "A1", "name": "修路"})
    check, _ = import_rows(cast["office"], ledger, path, [HEADS, row("A1")])
    assert len(check.updates) == 1
    assert data_by_key(ledger)["A1"]["amount"] == 12.5


def test_one_bad_cell_and_nothing_is_written(cast: Cast, ledger: Ledger, path: Path) -> None:
    table = [HEADS, row("A1"), row("A2", people="很多"), row("A3", level="中")]
    check, batch = import_rows(cast["office"], ledger, path, table)
    assert batch is None
    assert check.failed_rows == {3, 4}
    assert [cell for cell, _ in told(check)] == ["D3", "E4"]
    assert "可选：高、低" in told(check)[1][1]
    assert (Record.objects.filter(ledger=ledger).count(), events_of(ledger)) == (0, 0)
    assert not Batch.objects.filter(ledger=ledger).exists()


def test_the_good_rows_alone_are_written_only_when_asked_for(cast: Cast, ledger: Ledger, path: Path) -> None:
    check = check_file(cast["office"], ledger, write_table(path, [HEADS, row("A1"), row("A2", people="很多")]))
    target = intake.existing(ledger)
    batch = start_batch(actor=cast["office"], ledger=ledger, kind="import", file_name="a.csv", file_hash="", plan={})
    with pytest.raises(Invalid, match="有 1 行不能导入"):
        intake.write(actor=cast["office"], target=target, found=check, batch=batch)
    intake.write(actor=cast["office"], target=target, found=check, batch=batch, good_rows_only=True)
    assert list(data_by_key(ledger)) == ["A1"]
    batch.refresh_from_db()
    assert (batch.result["created"], batch.result["failed"]) == (1, 1)


def test_required_columns_that_are_absent_are_named(cast: Cast, ledger: Ledger, path: Path) -> None:
    fields = [*TASK_FIELDS[:1], {**TASK_FIELDS[1], "required": True}]
    other = make_ledger(cast.office, code="demo.other", fields=fields, loop=None, key=["no"])
    check, _ = import_rows(cast["office"], other, path, [["编号代码", "备注"], ["A1", "x"], ["A2", "y"]])
    assert told(check) == [("第 2 行", "表中没有必填的列：名称"), ("第 3 行", "表中没有必填的列：名称")]
    blank, _ = import_rows(cast["office"], other, path, [["编号代码", "名称"], ["A1", None], ["A2", "有"]])
    assert told(blank) == [("B2", "“名称”必须填写")]


def test_a_table_without_the_key_s_column_is_refused_at_once(cast: Cast, ledger: Ledger, path: Path) -> None:
    with pytest.raises(Invalid, match="缺少用来识别记录的列：编号代码"):
        import_rows(cast["office"], ledger, path, [["名称", "金额"], ["修路", 1]])


def test_a_key_twice_in_one_file_is_named(cast: Cast, ledger: Ledger, path: Path) -> None:
    check, batch = import_rows(cast["office"], ledger, path, [HEADS, row("A1"), row("A2"), row("A1", "另一个")])
    assert batch is None
    assert told(check) == [("第 4 行", "与第 2 行的编号代码相同，一条记录只能出现一次")]


@pytest.mark.parametrize("length", [299, 300, 301, 2_000])
def test_two_long_keys_with_one_beginning_are_two_records(
    cast: Cast, ledger: Ledger, tmp_path: Path, length: int
) -> None:
    path = tmp_path / "long.csv"
    table = [HEADS, row("甲" * (length - 1) + "一"), row("甲" * (length - 1) + "二")]
    check, _ = import_rows(cast["office"], ledger, path, table)
    assert (len(check.creates), check.problems) == (2, [])
    again, _ = import_path(cast["office"], ledger, path)
    assert again.unchanged == 2


def test_rows_whose_whole_key_is_blank_do_not_meet(cast: Cast, path: Path) -> None:
    fields = [{**field, "required": False} for field in TASK_FIELDS]
    ledger = make_ledger(cast.office, fields=fields, **{**TASK_PARTS, "key": ["no", "name"]})
    check, _ = import_rows(cast["office"], ledger, path, [HEADS, row("", None, 1), row("", None, 2)])
    assert (len(check.creates), check.problems) == (2, [])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("新民村", "有多个单位叫“新民村”"),
        ("青溪真", "你是不是想写“青溪镇”？"),
        ("月球", "没有叫“月球”的单位"),
    ],
)
def test_a_unit_that_is_not_clear_is_refused(cast: Cast, ledger: Ledger, path: Path, name: str, words: str) -> None:
    check, _ = import_rows(cast["office"], ledger, path, [HEADS, row("A1", unit=name)])
    ((cell, message),) = told(check)
    assert cell == "F2"
    assert words in message


def test_a_unit_may_be_named_by_its_code(cast: Cast, ledger: Ledger, path: Path) -> None:
    import_rows(cast["office"], ledger, path, [HEADS, row("A1", unit="330999102201")])
    assert Record.objects.get(ledger=ledger).unit_id == cast.units["330999102201"].pk


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("3.2万元", 3.2),
        ("32000元", 3.2),
        ("1,234.5", 1234.5),
        (" 12.50 ", 12.5),
        ("0", 0.0),
        ("三万元", 3.0),
    ],
)
def test_amounts_as_people_write_them(cast: Cast, ledger: Ledger, path: Path, written: str, stored: float) -> None:
    check, _ = import_rows(cast["office"], ledger, path, [HEADS, row("A1", amount=written)])
    assert check.problems == []
    assert data_by_key(ledger)["A1"]["amount"] == stored


@pytest.mark.parametrize("written", ["3.2万亩", "若干", "1.2.3", "1e400", "１２３４５６７８９０１２３４５６"])
def test_what_is_no_amount_is_refused(cast: Cast, ledger: Ledger, path: Path, written: str) -> None:
    check, _ = import_rows(cast["office"], ledger, path, [HEADS, row("A1", amount=written)])
    assert [cell for cell, _ in told(check)] == ["C2"]


@pytest.mark.parametrize(
    "written",
    ["2026年2月2日", "2026.2.2", "2026/2/2", "2026-02-02", "20260202", "二〇二六年二月二日", date(2026, 2, 2)],
)
def test_dates_as_people_write_them(cast: Cast, ledger: Ledger, path: Path, written: Any) -> None:
    check, _ = import_rows(cast["office"], ledger, path, [HEADS, row("A1", found=written)])
    assert check.problems == []
    assert data_by_key(ledger)["A1"]["found_on"] == "2026-02-02"


@pytest.mark.parametrize("written", ["2026-02-30", "2月2日", "昨天", "99999999"])
def test_what_is_no_date_is_refused(cast: Cast, ledger: Ledger, path: Path, written: str) -> None:
    check, _ = import_rows(cast["office"], ledger, path, [HEADS, row("A1", found=written)])
    assert [cell for cell, _ in told(check)] == ["G2"]


@pytest.mark.parametrize("mark", ["--", "/", "—", "无数据"])
def test_a_mark_for_nothing_is_blank_but_in_text(cast: Cast, ledger: Ledger, path: Path, mark: str) -> None:
    check, _ = import_rows(cast["office"], ledger, path, [HEADS, row("A1", mark, mark, mark, due=mark)])
    assert check.problems == []
    data = data_by_key(ledger)["A1"]
    assert data["name"] == mark
    assert not {"amount", "people", "due_on"} & set(data)


def numbers_ever_given(ledger: Ledger) -> list[str]:
    return [
        event.payload.partition('"number":"')[2].partition('"')[0]
        for event in Event.objects.filter(ledger=ledger, version=1)
    ]


def test_no_number_is_given_twice(cast: Cast, ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_rows(cast["office"], ledger, path, [HEADS, row("A1")])
    import_rows(cast["office"], ledger, path, [HEADS, row("A2", people="坏")])

    def fail(*_: object) -> None:
        raise OSError("磁盘满了")

    with monkeypatch.context() as broken:
        broken.setattr("bihuan.ledger.rows.insert_events", fail)
        with pytest.raises(OSError, match="磁盘满了"):
            import_rows(cast["office"], ledger, path, [HEADS, row("A3"), row("A4")])
    assert Record.objects.filter(ledger=ledger).count() == 1
    import_rows(cast["office"], ledger, path, [HEADS, row("A5"), row("A6", found=date(2025, 5, 5))])
    create_record(actor=cast["office"], ledger=ledger, fields={"no": "A7"})
    given = numbers_ever_given(ledger)
    assert len(set(given)) == len(given) == 4
    assert "RW-2025-001" in given
    assert findings(ledger) == []


def test_numbers_without_a_year_and_prefix_are_plain_serials(cast: Cast, path: Path) -> None:
    ledger = make_ledger(cast.office, **{**TASK_PARTS, "number": {"by_year": False, "digits": 2}})
    import_rows(cast["office"], ledger, path, [HEADS, *(row(f"A{number}") for number in range(101))])
    given = numbers_ever_given(ledger)
    assert (given[0], given[98], given[100]) == ("01", "99", "101")


def test_a_closed_matter_is_not_changed_by_a_file(cast: Cast, ledger: Ledger, path: Path) -> None:
    import_rows(cast["office"], ledger, path, [HEADS, row("A1")])
    pk = Record.objects.get(ledger=ledger).pk
    for verb in ("start", "finish"):
        perform(actor=cast["office"], pk=pk, verb=verb, said=Said())
    check, batch = import_rows(cast["office"], ledger, path, [HEADS, row("A1", "挖渠")])
    assert batch is None
    assert "已销号，不能再从表格修改" in told(check)[0][1]
    same, _ = import_rows(cast["office"], ledger, path, [HEADS, row("A1")])
    assert (same.unchanged, same.problems) == (1, [])


def test_a_rule_of_the_ledger_holds_for_files_too(cast: Cast, tmp_path: Path) -> None:
    heads = ["审计项目", "问题序号", "问题摘要", "审计类型", "发现日期", "责任单位", "整改期限", "涉及金额", "整改金额"]
    good = ["甲项目", "1", "问题", "财政收支审计", "2026-02-02", "青溪镇"]
    path = tmp_path / "findings.csv"
    check, _ = import_rows(cast["office"], cast.finding, path, [heads, [*good, "2026-01-01", 5, 1]])
    assert told(check) == [("第 2 行", "整改期限早于发现日期")]
    doubtful, batch = import_rows(cast["office"], cast.finding, path, [heads, [*good, "2026-03-01", 5, 9]])
    assert doubtful.doubts == [(2, "整改金额大于涉及金额，请核对")]
    assert batch is not None
    later, _ = import_rows(cast["office"], cast.finding, path, [heads, [*good, "2026-01-31", 5, 9]])
    assert told(later) == [("第 2 行", "整改期限早于发现日期")]


@pytest.mark.parametrize("login", ["town", "neighbour", "leader", "auditor", "system_admin", "outsider"])
def test_only_those_who_work_in_the_owning_unit_import(cast: Cast, ledger: Ledger, path: Path, login: str) -> None:
    with pytest.raises(NotAllowed):
        import_rows(cast[login], ledger, path, [HEADS, row("A1")])
    assert events_of(ledger) == 0
    assert not Batch.objects.filter(ledger=ledger).exists()


@pytest.mark.parametrize("login", ["office", "colleague"])
def test_a_section_works_in_its_bureau(cast: Cast, ledger: Ledger, path: Path, login: str) -> None:
    check, batch = import_rows(cast[login], ledger, path, [HEADS, row("A1")])
    assert batch is not None
    assert len(check.creates) == 1


def test_a_record_that_came_in_between_is_a_conflict(cast: Cast, ledger: Ledger, path: Path) -> None:
    target = intake.existing(ledger)
    source = intake.Source(write_table(path, [HEADS, row("A1"), row("A2")]), path.name)
    found = check_file(cast["office"], ledger, path)
    create_record(actor=cast["office"], ledger=ledger, fields={"no": "A2"})
    with pytest.raises(Conflict, match="重新预览"):
        intake.import_checked(actor=cast["office"], source=source, target=target, found=found)
    assert list(data_by_key(ledger)) == ["A2"]


def test_a_record_that_was_changed_in_between_is_a_conflict(cast: Cast, ledger: Ledger, path: Path) -> None:
    import_rows(cast["office"], ledger, path, [HEADS, row("A1")])
    source = intake.Source(write_table(path, [HEADS, row("A1", "挖渠")]), path.name)
    found = check_file(cast["office"], ledger, path)
    edit_record(actor=cast["office"], record=Record.objects.get(key="A1"), fields={"people": "9"})
    before = events_of(ledger)
    with pytest.raises(Conflict, match="别人改过"):
        intake.import_checked(actor=cast["office"], source=source, target=intake.existing(ledger), found=found)
    assert events_of(ledger) == before


def test_two_records_may_not_come_to_have_one_key(cast: Cast) -> None:
    one, _ = make_finding(cast, 1), make_finding(cast, 2)
    with pytest.raises(Conflict, match="审计项目、问题序号相同"):
        make_finding(cast, 2)
    with pytest.raises(Conflict, match="审计项目、问题序号相同"):
        edit_record(actor=cast["office"], record=one, fields={"problem_no": "2"})
    assert events_of(cast.finding) == 2
    edit_record(actor=cast["office"], record=one, fields={"problem_no": "3"})
    make_finding(cast, 1)
    assert findings(cast.finding) == []


def test_a_new_definition_is_in_force_for_the_next_file(cast: Cast, ledger: Ledger, path: Path) -> None:
    import_rows(cast["office"], ledger, path, [HEADS, row("A1")])
    spec = spec_of(ledger)
    wider = spec.model_copy(
        update={"fields": (*spec.fields, spec.by_code["name"].model_copy(update={"code": "more", "title": "补充"}))}
    )
    again = install_definition(code=ledger.code, spec=wider, owner=cast.office, origin="screen")
    assert again.version == 2
    check, _ = import_rows(cast["office"], again, path, [["编号代码", "补充"], ["A1", "新写的"]])
    assert len(check.updates) == 1
    assert data_by_key(ledger)["A1"]["more"] == "新写的"
    assert findings(again) == []


def test_a_batch_says_when_it_wrote_nothing(cast: Cast, ledger: Ledger) -> None:
    made = [
        start_batch(actor=cast["office"], ledger=ledger, kind="import", file_name=f"{n}.csv", file_hash="", plan={})
        for n in range(3)
    ]
    fail_batch(batch=made[0], message="表头不对")
    Batch.objects.filter(pk=made[1].pk).update(state=Batch.State.RUNNING)
    assert fail_interrupted() == 1
    states = {batch.pk: batch for batch in Batch.objects.all()}
    assert states[made[0].pk].result == {"error": "表头不对"}
    assert "一行也没有写入" in states[made[1].pk].result["error"]
    assert states[made[2].pk].state == Batch.State.UPLOADED
