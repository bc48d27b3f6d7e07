"""A workbook goes out, is edited for a week on both sides, and comes back."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.canonical import dumps
from bihuan.ledger.cell_merge import Clash, Side
from bihuan.ledger.definitions import find_ledger, spec_of
from bihuan.ledger.excel import open_workbook
from bihuan.ledger.export_mark import SHEET, Mark, fits, mark_of, read_mark
from bihuan.ledger.exporting import Sheet, write_xlsx
from bihuan.ledger.importing import Back, Check
from bihuan.ledger.linked_records import pointing, with_records
from bihuan.ledger.models import Batch, Ledger, Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.undo import undo_batch
from bihuan.loop import intake
from bihuan.loop.actions import create_record, edit_record
from bihuan.loop.redefinition import redefine
from tests import outside
from tests.cast import Cast, examples, undone
from tests.ledger.making import TASK_FIELDS, events_of, findings, import_rows, make_ledger

ORDER = [field["code"] for field in TASK_FIELDS]


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    return make_ledger(cast.office, loop=None)


def make(cast: Cast, ledger: Ledger, no: str, **more: Any) -> Record:
    fields = {"no": no, "name": "修路", "amount": "12.5", "people": "3", "level": "高", "responsible": "青溪镇", **more}
    return create_record(actor=cast["office"], ledger=ledger, fields=fields)


def export(cast: Cast, ledger: Ledger, path: Path) -> None:
    spec, rows = spec_of(ledger), ledger.records.filter(deleted=False).order_by("pk")
    office = cast["office"]
    lookup = with_records(
        lookup_for(spec, office.tree), actor=office, ledger=ledger.code, spec=spec, data=pointing(rows, spec)
    )
    mark = mark_of(ledger, [field.code for field in spec.fields])
    write_xlsx(Sheet(ledger.title, spec.fields, lookup, prepared_by="沈审", mark=mark), rows, path)


def edit_file(path: Path, cells: dict[tuple[str, str], Any]) -> None:
    """Set cells, by record number and head, as a clerk does in a spreadsheet program that saves all anew."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    (head,) = [row[0].row for row in page.iter_rows() if row[0].value == "编号"]
    columns = {str(cell.value).partition("（")[0]: cell.column for cell in page[head]}
    rows = {page.cell(row, 1).value: row for row in range(head + 1, page.max_row + 1)}
    for (number, title), value in cells.items():
        row = rows.setdefault(number, page.max_row + 1)
        page.cell(row, columns[title]).value = value
    book.save(path)


def delete_row(path: Path, number: str) -> None:
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    page.delete_rows(next(row[0].row for row in page.iter_rows() if row[0].value == number))
    book.save(path)


def back(cast: Cast, ledger: Ledger, path: Path, side: Side | None = None) -> Check:
    book = open_workbook(path)
    mark = read_mark(book)
    assert mark is None or fits(mark, ledger)
    table = intake.open_table(intake.Source(path, path.name))
    columns = intake.match(table, spec_of(ledger), ledger)

    def chosen(record: int, code: str, clash: Clash) -> Side | None:
        return side

    return intake.check(
        actor=cast["office"],
        target=intake.existing(ledger),
        table=table,
        columns=columns,
        back=Back(mark, chosen),
    )


def write(cast: Cast, ledger: Ledger, path: Path, check: Check) -> Batch:
    source = intake.Source(path, path.name)
    return intake.import_checked(actor=cast["office"], source=source, target=intake.existing(ledger), found=check)


def test_only_what_was_edited_in_the_file_is_written(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    one, two = make(cast, ledger, "A1"), make(cast, ledger, "A2")
    export(cast, ledger, path := tmp_path / "出去.xlsx")
    edit_record(actor=cast["office"], record=two, fields={"amount": "99"})
    edit_file(path, {(one.number, "名称"): "架桥", (two.number, "人数"): 8})
    check = back(cast, ledger, path)
    assert (check.problems, len(check.updates), check.kept, check.removed) == ([], 2, 1, [])
    batch = write(cast, ledger, path, check)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.data["name"], two.data["people"], two.data["amount"]) == ("架桥", 8, 99.0)
    undo_batch(actor=cast["office"], batch=batch)
    two.refresh_from_db()
    assert (two.data["people"], two.data["amount"]) == (3, 99.0)
    assert findings(ledger) == []


def test_a_cell_edited_on_both_sides_waits_for_a_choice(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    one = make(cast, ledger, "A1")
    export(cast, ledger, path := tmp_path / "出去.xlsx")
    edit_record(actor=cast["office"], record=one, fields={"name": "挖渠"})
    edit_file(path, {(one.number, "名称"): "架桥"})
    check = back(cast, ledger, path)
    (conflict,) = check.conflicts
    assert conflict.clash == Clash("修路", "架桥", "挖渠")
    assert check.failed_rows
    ours = back(cast, ledger, path, "ours")
    assert (ours.failed_rows, ours.updates, ours.unchanged) == (set(), [], 1)
    theirs = back(cast, ledger, path, "theirs")
    assert [change.changes for change in theirs.updates] == [{"name": "架桥"}]


def test_a_blanked_cell_clears_and_a_required_one_is_refused(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    one = make(cast, ledger, "A1")
    export(cast, ledger, path := tmp_path / "出去.xlsx")
    edit_file(path, {(one.number, "金额"): None})
    assert [change.changes for change in back(cast, ledger, path).updates] == [{"amount": None}]
    edit_file(path, {(one.number, "编号代码"): None})
    check = back(cast, ledger, path)
    assert [problem.message for problem in check.problems] == ["“编号代码”必须填写"]


def test_added_rows_are_new_and_deleted_rows_are_listed(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    one, two = make(cast, ledger, "A1"), make(cast, ledger, "A2")
    export(cast, ledger, path := tmp_path / "出去.xlsx")
    delete_row(path, two.number)
    edit_file(path, {("", "编号代码"): "A3"})
    edit_file(path, {(one.number, "编号代码"): "A9"})
    check = back(cast, ledger, path)
    assert [record.number for record in check.removed] == [two.number]
    assert [row.data["no"] for row, _ in check.creates] == ["A3"]
    assert [change.opening.system.get("key") for change in check.updates] == ["A9"]
    write(cast, ledger, path, check)
    assert ledger.records.filter(deleted=False, key__in=["A9", "A2", "A3"]).count() == 3


def test_a_new_key_may_not_be_anothers(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    one, _ = make(cast, ledger, "A1"), make(cast, ledger, "A2")
    export(cast, ledger, path := tmp_path / "出去.xlsx")
    edit_file(path, {(one.number, "编号代码"): "A2"})
    check = back(cast, ledger, path)
    assert (check.updates, [problem.message for problem in check.problems]) == ([], ["已有一条编号代码相同的记录"])


def test_numbers_of_nobody_and_twice_the_same_are_refused(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    one, two = make(cast, ledger, "A1"), make(cast, ledger, "A2")
    export(cast, ledger, path := tmp_path / "出去.xlsx")
    edit_file(path, {(two.number, "编号"): one.number})
    assert "相同" in back(cast, ledger, path).problems[0].message
    edit_file(path, {(one.number, "编号"): "RW-1999-1"})
    assert any("没有编号为“RW-1999-1”" in problem.message for problem in back(cast, ledger, path).problems)


def test_without_the_mark_the_numbers_still_find_the_records(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    one = make(cast, ledger, "A1")
    export(cast, ledger, path := tmp_path / "出去.xlsx")
    book = openpyxl.load_workbook(path)
    del book[SHEET]
    book.save(path)
    edit_file(path, {(one.number, "编号代码"): "A7"})
    check = back(cast, ledger, path)
    assert [change.record.pk for change in check.updates] == [one.pk]


@pytest.mark.outside
def test_another_spreadsheet_program_keeps_the_mark(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    """The workbook is opened and saved again by LibreOffice."""
    program = outside.require_soffice()
    one, two = make(cast, ledger, "A1"), make(cast, ledger, "A2", name="架桥", amount="0.3")
    export(cast, ledger, path := tmp_path / "出去.xlsx")
    saved = tmp_path / "另存"
    where = f"-env:UserInstallation=file://{tmp_path}/profile"
    words = [program, where, "--headless", "--convert-to", "xlsx", "--outdir", str(saved), str(path)]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    path = saved / path.name
    mark = read_mark(open_workbook(path))
    assert mark
    assert fits(mark, ledger)
    assert mark.records == {one.pk, two.pk}
    check = back(cast, ledger, path)
    assert (check.problems, check.updates, check.unchanged) == ([], [], 2)
    edit_record(actor=cast["office"], record=two, fields={"name": "挖渠"})
    edit_file(path, {(two.number, "名称"): "修路"})
    assert [item.clash for item in back(cast, ledger, path).conflicts] == [Clash("架桥", "修路", "挖渠")]


def test_a_mark_of_another_history_is_none(cast: Cast, ledger: Ledger) -> None:
    make(cast, ledger, "A1")
    mark = mark_of(ledger, ORDER)
    assert fits(mark, ledger)
    assert not fits(Mark(mark.ledger, mark.position, "0" * 64, ()), ledger)
    assert not fits(mark, cast.finding)


EDITS = st.dictionaries(
    st.tuples(st.integers(0, 2), st.sampled_from(["name", "people", "level"])),
    st.sampled_from(["甲", "乙"]),
    max_size=4,
)


@examples(12)
@given(EDITS, EDITS)
def test_the_way_out_and_back_is_the_merge(
    cast: Cast, tmp_path_factory: pytest.TempPathFactory, here: dict[Any, str], there: dict[Any, str]
) -> None:
    """Against a fold by hand: what only the file changed is written, what only we changed stays, the rest clashes."""
    path = tmp_path_factory.getbasetemp() / "往返.xlsx"
    words: dict[str, dict[str, Any]] = {"people": {"甲": 7, "乙": 9}, "level": {"甲": "低", "乙": "高"}}
    titles = {"name": "名称", "people": "人数", "level": "等级"}
    with undone():
        ledger = make_ledger(cast.office, loop=None)
        made = [make(cast, ledger, f"A{place}") for place in range(3)]
        export(cast, ledger, path)
        for (place, code), word in here.items():
            value = str(words.get(code, {}).get(word, word))
            edit_record(actor=cast["office"], record=made[place], fields={code: value})
        now = {record.pk: record.data for record in ledger.records.all()}
        edit_file(
            path,
            {
                (made[place].number, titles[code]): words.get(code, {}).get(word, word)
                for (place, code), word in there.items()
            },
        )
        check = back(cast, ledger, path)
        stored: dict[str, dict[str, Any]] = {"people": {"甲": 7, "乙": 9}, "level": {"甲": "low", "乙": "high"}}
        clashes, written = set(), set()
        for (place, code), word in there.items():
            base, value = made[place].data[code], stored.get(code, {}).get(word, word)
            ours = now[made[place].pk][code]
            if value not in (base, ours):
                (written if ours == base else clashes).add((made[place].pk, code))
        assert {(item.record.pk, item.field.code) for item in check.conflicts} == clashes
        waiting = {pk for pk, _ in clashes}
        expected = {place for place in written if place[0] not in waiting}
        assert {(change.record.pk, code) for change in check.updates for code in change.changes} == expected
        before = events_of(ledger)
        if not check.failed_rows and check.updates:
            write(cast, ledger, path, check)
            assert events_of(ledger) == before + len(check.updates)
        assert findings(ledger) == []


def redefined(cast: Cast, ledger: Ledger, change: Callable[[dict[str, dict[str, Any]]], None]) -> Ledger:
    """The ledger after its definition was changed by a function of its fields."""
    data = spec_of(ledger).model_dump(mode="json", exclude_defaults=True)
    change({field["code"]: field for field in data["fields"]})
    redefine(actor=cast["office"], ledger=ledger, spec=LedgerSpec.model_validate(data), origin="screen")
    return find_ledger(ledger.code)


def renamed_and_widened(fields: dict[str, dict[str, Any]]) -> None:
    fields["people"].update(code="heads", was="people", kind="number", scale=1)
    fields["amount"].update(measure="元")
    fields["level"].update(
        choices=[{"code": "top", "title": "高", "was": ["high"]}, {"code": "low", "title": "低", "was": ["low"]}]
    )


def test_a_definition_that_changed_in_between_neither_loses_nor_asks_needlessly(
    cast: Cast, ledger: Ledger, tmp_path: Path
) -> None:
    """A field has another code, a quantity another unit, a choice another code: what was exported is told in the
    present terms, so that what was edited here stays, and what was edited in the file is taken."""
    here, there, both, none = (make(cast, ledger, f"A{number}") for number in range(4))
    export(cast, ledger, path := tmp_path / "出去.xlsx")
    edit_record(actor=cast["office"], record=here, fields={"people": "9"})
    ledger = redefined(cast, ledger, renamed_and_widened)
    here.refresh_from_db()
    edit_record(actor=cast["office"], record=here, fields={"amount": "130000", "level": "低"})
    both.refresh_from_db()
    edit_record(actor=cast["office"], record=both, fields={"heads": "7"})
    edit_file(path, {(there.number, "人数"): 8, (there.number, "等级"): "低", (both.number, "人数"): 6})
    check = back(cast, ledger, path)
    assert [(problem.row, problem.column) for problem in check.problems if problem.row not in check.failed_rows] == []
    assert {change.record.number: change.changes for change in check.updates} == {
        there.number: {"heads": 8.0, "level": "low"}
    }
    ((clash, named),) = [(conflict.clash, conflict.field.code) for conflict in check.conflicts]
    assert (named, clash.base, clash.theirs, clash.ours) == ("heads", 3.0, 6.0, 7.0)
    assert (check.kept, check.unchanged) == (3, 2)
    assert none.number not in str(check.updates)


def test_a_file_sent_again_does_not_take_back_what_was_edited_under_another_code(
    cast: Cast, ledger: Ledger, tmp_path: Path
) -> None:
    rows = [["编号代码", "名称", "人数"], ["A1", "修路", 3]]
    import_rows(cast["office"], ledger, tmp_path / "来.xlsx", rows)
    ledger = redefined(cast, ledger, renamed_and_widened)
    edit_record(actor=cast["office"], record=ledger.records.get(), fields={"heads": "9"})
    check, _ = import_rows(cast["office"], ledger, tmp_path / "来.xlsx", rows)
    assert (check.updates, check.conflicts, check.unchanged, check.kept) == ([], [], 1, 1)
    assert ledger.records.get().data["heads"] == 9.0


def test_what_cannot_be_told_in_the_present_terms_is_asked_about(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    """What was exported is no value of the field any more: no side is taken without a person."""
    one = make(cast, ledger, "A1", people="30", name="修路")
    export(cast, ledger, path := tmp_path / "出去.xlsx")
    edit_record(actor=cast["office"], record=one, fields={"people": "2"})
    ledger = redefined(cast, ledger, lambda fields: fields["people"].update(code="heads", was="people", maximum=9))
    edit_file(path, {(one.number, "人数"): 4, (one.number, "名称"): "架桥"})
    (conflict,) = back(cast, ledger, path).conflicts
    clash = conflict.clash
    assert (conflict.field.code, clash.theirs, clash.ours) == ("heads", 4, 2)
    assert dumps([clash.base, clash.theirs, clash.ours]) == '["定义改过，换算不了",4,2]'
    (change,) = back(cast, ledger, path, "theirs").updates
    assert change.changes == {"heads": 4, "name": "架桥"}
