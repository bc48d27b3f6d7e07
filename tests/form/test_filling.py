"""A superior's form: kept, mapped once, filled each period, every cell with its source and nothing else changed."""

import zipfile
from datetime import date
from io import BytesIO
from typing import Any

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.errors import Invalid, NotAllowed, NotFound
from bihuan.form.actions import fill_form, filled_file, map_blank
from bihuan.form.models import Form
from bihuan.form.queries import burdens
from bihuan.form.rules import get_form, visible_forms
from bihuan.form.sheet_form import read_grids
from bihuan.form.sources import Asking, answer, beside
from bihuan.form.spec import EVERY, Blank, period_before, period_of
from bihuan.form.workbook_parts import Package
from bihuan.loop.actions import create_record
from tests.cast import EVERYBODY, Cast
from tests.form.forms import LEDGER, blank_document, blank_workbook, fill_in, keep, three_findings
from tests.ledger.making import make_finding, make_ledger

FEBRUARY = period_of("month", date(2026, 2, 1))


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(content))


def mapped(cast: Cast) -> Form:
    form = keep(cast)
    fill_in(cast, form, "整改情况!B2", "填报单位", kind="word", word="unit")
    fill_in(cast, form, "整改情况!D2", "所属期", kind="word", word="period")
    fill_in(cast, form, "整改情况!B3", "发现问题数", kind="count", ledger=LEDGER, during="found_on")
    fill_in(cast, form, "整改情况!D3", "涉及金额", kind="sum", ledger=LEDGER, field="amount", during="found_on")
    columns = ["#", "title", "amount"]
    fill_in(cast, form, "整改情况!A7", "明细", kind="table", ledger=LEDGER, columns=columns, during="found_on", rows=3)
    return form


def test_a_form_fills_itself_with_sources(cast: Cast) -> None:
    three_findings(cast)
    filling = fill_form(actor=cast["office"], form=mapped(cast), period=FEBRUARY)
    book = opened(filled_file(filling))
    page = book["整改情况"]
    assert [page[place].value for place in ("B2", "D2", "B3", "D3")] == ["审计局", "2026年2月", 2, 12.6]
    assert [[page.cell(row, column).value for column in (1, 2, 3)] for row in (7, 8, 9)] == [
        [1, "账实不符", 12.5],
        [2, "房产闲置", 0.1],
        [None, None, None],
    ]
    told = {row[0].value: [cell.value for cell in row] for row in book["数据来源"].iter_rows(min_row=2)}
    assert told["整改情况!B3"][4] == "2"
    assert "发现日期" in told["整改情况!B3"][3]
    assert all(line[3] for line in told.values())


def test_the_sender_s_layout_stays(cast: Cast) -> None:
    three_findings(cast)
    filled = filled_file(fill_form(actor=cast["office"], form=mapped(cast), period=FEBRUARY))
    before, after = Package(blank_workbook()), Package(filled)
    touched = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"}
    same = [part for part in before.parts if part not in touched and not part.startswith("docProps/")]
    assert same
    assert all(before.parts[part] == after.parts[part] for part in same)
    page = opened(filled)["整改情况"]
    assert (page["B4"].value, page["A1"].font.size, str(page.merged_cells)) == ("=D3/B3", 16, "A1:D1")
    assert page["B3"].fill.fgColor.rgb.endswith("FFFFCC")


def test_what_has_no_room_or_no_value_says_so(cast: Cast) -> None:
    three_findings(cast)
    form = keep(cast)
    fill_in(cast, form, "整改情况!A7", kind="table", ledger=LEDGER, columns=["title"], rows=2)
    fill_in(cast, form, "整改情况!B3", kind="sum", ledger=LEDGER, field="amount_fixed")
    fill_in(cast, form, "整改情况!D3", kind="count", ledger=LEDGER, where="金额 >")
    cells = {cell["place"]: cell for cell in fill_form(actor=cast["office"], form=form, period=FEBRUARY).cells}
    assert (cells["整改情况!B3"]["value"], cells["整改情况!B3"]["note"]) == (None, "没有可以合计的数")
    assert "条件式有误" in cells["整改情况!D3"]["note"]
    notes = [cell["note"] for cell in fill_form(actor=cast["office"], form=form, period=FEBRUARY).cells]
    assert "表里只留了 2 行，共有 3 条，另有 1 条没有填上" in notes


def test_a_form_about_one_record(cast: Cast) -> None:
    three_findings(cast)
    form = keep(cast)
    fill_in(cast, form, "整改情况!B2", kind="value", ledger=LEDGER, field="title")
    (cell,) = fill_form(actor=cast["office"], form=form, period=FEBRUARY, record="SJ-2026-0002").cells
    assert cell["value"] == "房产闲置"
    (cell,) = fill_form(actor=cast["office"], form=form, period=FEBRUARY).cells
    assert "编号" in cell["note"]


def test_a_word_form_keeps_its_letters(cast: Cast) -> None:
    three_findings(cast)
    form = keep(cast, blank_document(), "情况表.docx")
    fill_in(cast, form, "表1!R1C2", "发现问题数", kind="count", ledger=LEDGER)
    fill_in(cast, form, "表1!R2C2", "单位", kind="word", word="unit")
    document = docx.Document(BytesIO(filled_file(fill_form(actor=cast["office"], form=form, period=FEBRUARY))))
    table, annex = document.tables
    assert [table.cell(0, 1).text, table.cell(1, 1).text] == ["3", "审计局"]
    assert table.cell(1, 1).paragraphs[0].runs[0].bold
    assert annex.cell(1, 1).text == "发现问题数"


def test_a_filling_stays_as_it_was(cast: Cast) -> None:
    three_findings(cast)
    filling = fill_form(actor=cast["office"], form=mapped(cast), period=FEBRUARY)
    before = Package(filled_file(filling)).parts["xl/worksheets/sheet1.xml"]
    make_finding(cast, 9, title="又一个", found_on="2026-02-05")
    filling.refresh_from_db()
    assert Package(filled_file(filling)).parts["xl/worksheets/sheet1.xml"] == before


def test_a_form_is_its_bureau_s(cast: Cast) -> None:
    form = keep(cast)
    seen = {login for login in EVERYBODY if form in visible_forms(cast[login])}
    assert seen == {"office", "colleague", "auditor"}
    with pytest.raises(NotFound):
        get_form(cast["neighbour"], form.pk)
    with pytest.raises(NotAllowed):
        fill_form(actor=cast["auditor"], form=form, period=FEBRUARY)
    blank = Blank.model_validate({"place": "整改情况!B2", "source": {"kind": "text", "text": "甲"}})
    with pytest.raises(NotAllowed):
        map_blank(actor=cast["town"], form=form, blank=blank)


def test_numbers_are_asked_through_the_filler_s_own_scope(cast: Cast) -> None:
    """What a person may not see is in no number of theirs."""
    three_findings(cast)
    blank = Blank.model_validate({"place": "a!B2", "source": {"kind": "count", "ledger": LEDGER}})
    (office,) = answer(blank, Asking(cast["office"], cast.office.pk, FEBRUARY))
    (other,) = answer(blank, Asking(cast["other_town"], cast.other_town.pk, FEBRUARY))
    assert office.value == 3
    assert (other.value, "看不到" in other.note) == (None, True)


def test_what_a_person_does_not_see_of_a_field_is_in_no_cell(cast: Cast) -> None:
    fields = (
        {"code": "who", "title": "姓名", "kind": "text", "personal": "name"},
        {"code": "pay", "title": "工资", "kind": "money", "personal": "all"},
        {"code": "secret", "title": "底数", "kind": "money"},
    )
    rights = [{"fields": ["secret"], "roles": ["handler"], "right": "hidden"}]
    ledger = make_ledger(cast.office, code="demo.pay", fields=fields, loop=None, rights=rights)
    create_record(actor=cast["office"], ledger=ledger, fields={"who": "陈青青", "pay": "8", "secret": "5"})
    sources: list[dict[str, Any]] = [
        {"kind": "sum", "ledger": "demo.pay", "field": "pay"},
        {"kind": "sum", "ledger": "demo.pay", "field": "secret"},
        {"kind": "count", "ledger": "demo.pay", "where": "secret > 1"},
        {"kind": "table", "ledger": "demo.pay", "columns": ["who", "pay"], "rows": 1},
    ]
    asking = Asking(cast["colleague"], cast.office.pk, FEBRUARY)
    blanks = [Blank.model_validate({"place": "a!B2", "source": source}) for source in sources]
    found = [cell.value for blank in blanks for cell in answer(blank, asking)]
    assert found[:3] == [None, None, None]
    assert "陈青青" not in str(found)
    assert 8 not in found


@pytest.mark.parametrize(
    "name, content, said",
    [
        ("表.pdf", b"%PDF-1.4", "只收"),
        ("表.xlsx", b"PK\x03\x04 broken", "读不出来"),
        ("表.docx", blank_workbook(), "不是 Word"),
        ("表.xlsx", b"x" * (2 * 1024 * 1024 + 1), "超过"),
    ],
    ids=["pdf", "broken", "workbook as Word", "large"],
)
def test_what_is_no_form_is_refused(cast: Cast, name: str, content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        keep(cast, content, name)


def test_entities_are_not_resolved(cast: Cast) -> None:
    """An outside file named in the XML is not read."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(blank_workbook())) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                text = content.decode().removeprefix('<?xml version="1.0"?>')
                content = f'<!DOCTYPE w [<!ENTITY e SYSTEM "file:/etc/hostname">]>{text}'.encode()
            target.writestr(info.filename, content)
    with pytest.raises(Invalid):
        keep(cast, out.getvalue())
    assert not Form.objects.exists()


def test_who_asks_what_of_whom(cast: Cast) -> None:
    three_findings(cast)
    one, two = mapped(cast), keep(cast, asked_by="省审计厅", every="quarter")
    fill_in(cast, two, "整改情况!B3", "发现 问题数：", kind="count", ledger=LEDGER)
    fill_form(actor=cast["office"], form=one, period=FEBRUARY)
    heavy, light = burdens([one, two])
    assert (heavy.asked_by, heavy.forms, light.a_year * 3) == ("市审计局", 1, heavy.a_year)
    assert heavy.repeats == (("发现问题数", 2),)
    assert (heavy.filled, heavy.by_itself) == (10, 10)


@given(st.sampled_from(list(EVERY)[:-1]), st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_periods_follow_each_other_without_a_gap(every: str, day: date) -> None:
    here, before = period_of(every, day), period_before(every, day)
    assert here.first <= day <= here.last
    assert (here.first - before.last).days == 1
    assert period_of(every, before.first) == before


@given(st.integers(0, 30), st.integers(0, 30))
def test_places_beside_a_place(right: int, down: int) -> None:
    assert beside("表!B5", right, down) == f"表!{openpyxl.utils.get_column_letter(2 + right)}{5 + down}"
    assert beside("表1!R5C2", right, down) == f"表1!R{5 + down}C{2 + right}"


def test_blank_cells_are_told_apart() -> None:
    first, second = read_grids(blank_workbook())
    places = {place.place: place for row in first.rows for place in row}
    assert (places["整改情况!A1"].across, places["整改情况!B4"].is_blank, places["整改情况!B3"].is_blank) == (
        4,
        False,
        True,
    )
    assert "整改情况!B1" not in places
    assert second.title == "说明"
