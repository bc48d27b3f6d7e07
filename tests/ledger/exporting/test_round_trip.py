"""Out and in again: what is exported reads back as what is stored, whatever the fields and whatever they hold."""

import string
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.excel import open_workbook, read_table
from bihuan.ledger.exporting import Sheet, write_csv, write_xlsx
from bihuan.ledger.row_reading import read_rows
from bihuan.ledger.spec import ChoiceSpec, FieldSpec, LedgerSpec
from bihuan.ledger.types import FIELD_TYPES, BadValue, KnownRecords, Lookup
from bihuan.ledger.unreported import marked, reader_of
from bihuan.loop.intake import match
from tests.ledger.exporting.samples import LIGHT, record

# A cell cannot hold a file, and nobody fills in a computed field.
KINDS = [kind.code for kind in FIELD_TYPES if kind.code != "file" and kind.is_input]
TITLES = "责任地点经办环境排查归口牵头治理隐患巡视来源渠道去向"
CHOICES = tuple(
    ChoiceSpec(code=f"c{place}", title=title) for place, title in enumerate(["甲类", "乙 类", "=丙", "#N/A"])
)
LOOKUP = Lookup(
    units={"青溪镇": 1, "1001": 1, "新民村": 3, "1002": 2, "1003": 3},
    unit_names={1: "青溪镇", 2: "新民村", 3: "新民村"},
    persons={"沈审": 7, "shen": 7},
    person_names={7: "沈审"},
    ambiguous=frozenset({"新民村"}),
    records={"other": KnownRecords("别的", {"N-1": 11, "N-2": 12}, {11: "N-1", 12: "N-2"})},
)

# Anything that may be typed in, with what is known to be tricky made likely.
tricky = st.sampled_from(
    [
        "未报",
        0,
        "0",
        "1.5公顷",
        "3.2万元",
        "0.15万亩",
        "12公里",
        "=1+1",
        "+86",
        "-",
        "-1",
        "@a",
        "'=1",
        "#N/A",
        "007",
        "1e5",
        "_x0041_",
        "_x0041_x0042_",
        "合计",
        "注：无",
        "TRUE",
    ]
)
marks = st.text("甲乙 ab01,;\t\n\r\"'<>&=+-@#_x\u3000\u200b𠮷é", max_size=12)
numbers = st.integers(-(10**14), 10**14) | st.decimals(-(10**9), 10**9, places=2).map(float)
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
moments = st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30)).map(lambda at: at.replace(microsecond=0))
KNOWN = [
    "是",
    "否",
    "青溪镇",
    "1002",
    "1003",
    "沈审",
    "N-1",
    "13800138000",
    "020-87654321",
    "11010519491231002X",
    "91350100M000100Y43",
    "440106",
    "12%",
    "0.5%",
    "2024年3月",
    "120.123,30.456",
    "LINESTRING (120.1 30.2, 120.3 30.4)",
    "POLYGON ((120 30, 121 30, 121 31, 120 30))",
    "甲类",
    "乙 类、=丙",
    "#N/A",
]
raws = st.one_of(
    tricky, marks, numbers, days, moments, st.sampled_from(KNOWN), days.map(lambda day: day.isoformat()[:7])
)


AREAS, LENGTHS, AMOUNTS = ["亩", "公顷", "平方米", "万亩"], ["公里", "米"], ["元", "万元", "亿元"]
MEASURES = {"number": [*AREAS, *LENGTHS, *AMOUNTS, "户", ""], "integer": ["户", "人", "件", ""], "money": AMOUNTS}
"""Units of measure by kind: those that convert among themselves, and counts that do not."""


def settings_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """What a field of a kind may be set to that changes how its values are told and read."""
    found: dict[str, st.SearchStrategy[Any]] = {}
    if kind in MEASURES:
        found["measure"] = st.sampled_from(MEASURES[kind])
    if kind in ("number", "money", "percent"):
        found["scale"] = st.integers(0, 6)
    if kind in ("integer", "number", "money", "percent"):
        found["unreported"] = st.booleans()
    if kind == "percent":
        found["fraction"] = st.booleans()
    if kind in ("point", "line", "polygon"):
        found["datum"] = st.sampled_from(["cgcs2000", "wgs84"])
    return st.fixed_dictionaries({}, optional=found)


def field_of(kind: str, place: int, title: str, **settings: Any) -> FieldSpec:
    more: dict[str, Any] = {"choices": CHOICES} if kind in ("choice", "choices") else settings
    if kind == "record":
        more = {"of": "other"}
    return FieldSpec(code=f"f{place}", title=title, kind=kind, group="一组" if place % 3 else "", **more)


def stored(field: FieldSpec, raw: Any) -> Any:
    """What the ledger would store of a raw value; None for one that the field refuses."""
    try:
        value = reader_of(field, LOOKUP)(raw)
    except BadValue:
        return None
    return None if value == "" else value


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[LedgerSpec, list[dict[str, Any]]]:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=7))
    title = st.text(TITLES, min_size=3, max_size=6)
    titles = draw(st.lists(title, min_size=len(kinds), max_size=len(kinds), unique=True))
    fields = tuple(field_of(kind, place, titles[place], **draw(settings_of(kind))) for place, kind in enumerate(kinds))
    rows = []
    for _ in range(draw(st.integers(1, 6))):
        found = ((field.code, stored(field, draw(raws))) for field in fields)
        rows.append({code: value for code, value in found if value is not None})
    return LedgerSpec(code="any", title="任意台账", fields=fields), rows


def read_back(spec: LedgerSpec, path: Path) -> list[dict[str, Any]]:
    table = read_table(open_workbook(path, name=path.name))
    readings = list(read_rows(spec, table, match(table, spec), LOOKUP, lambda _: None))
    assert [problem for reading in readings for problem in reading.problems] == []
    return [dict(marked(spec, row.data)) for reading in readings for row in reading.rows]


def exported(spec: LedgerSpec, rows: list[dict[str, Any]], path: Path, **more: Any) -> Path:
    write = write_csv if path.suffix == ".csv" else write_xlsx
    sheet = Sheet(spec.title, spec.fields, LOOKUP, "沈审", grouped=True, extras=(LIGHT,), with_total=True)
    write(sheet, [record(place, **row) for place, row in enumerate(rows, start=1)], path, **more)
    return path


@given(ledgers())
def test_a_workbook_reads_back_as_it_is_stored(ledger: tuple[LedgerSpec, list[dict[str, Any]]]) -> None:
    with TemporaryDirectory() as folder:
        assert read_back(ledger[0], exported(*ledger, Path(folder) / "a.xlsx")) == ledger[1]


@given(ledgers(), st.sampled_from(["utf-8", "gb18030"]))
def test_text_reads_back_as_it_is_stored(ledger: tuple[LedgerSpec, list[dict[str, Any]]], encoding: str) -> None:
    with TemporaryDirectory() as folder:
        assert read_back(ledger[0], exported(*ledger, Path(folder) / "a.csv", encoding=encoding)) == ledger[1]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
@pytest.mark.parametrize(("kind", "measure"), [(kind, measure) for kind in MEASURES for measure in MEASURES[kind]])
def test_every_unit_of_measure_comes_back(tmp_path: Path, kind: str, measure: str, suffix: str) -> None:
    """Each digit of a quantity, zero and 未报, whatever unit stands in the head."""
    scale = {} if kind == "integer" else {"scale": 4}
    spec = LedgerSpec(
        code="any", title="任意台账", fields=(field_of(kind, 0, "牵头治理", measure=measure, unreported=True, **scale),)
    )
    tried = [0, 7, -3, 99_000, *([] if kind == "integer" else [0.0001, 12.5, 9999.9999]), "未报"]
    rows = [{"f0": value} for raw in tried if (value := stored(spec.fields[0], raw)) is not None]
    assert len(rows) == len(tried)
    assert read_back(spec, exported(spec, rows, tmp_path / f"a{suffix}")) == rows


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_every_kind_of_field_has_values_that_come_back(tmp_path: Path, kind: str, suffix: str) -> None:
    """The random ledgers above may miss a kind; here each has at least one value, or the test is of no use."""
    spec = LedgerSpec(code="any", title="任意台账", fields=(field_of(kind, 0, "牵头治理"),))
    tried = ["甲类", "=1+1", 12.5, 3, -7, date(2024, 3, 1), datetime(2024, 3, 1, 23, 59, 59), "2024-03", *KNOWN]
    rows = [{"f0": value} for raw in tried if (value := stored(spec.fields[0], raw)) is not None]
    assert rows, f"no sample of the kind {kind}"
    assert read_back(spec, exported(spec, rows, tmp_path / f"a{suffix}")) == rows


def test_every_second_of_a_day_comes_back(tmp_path: Path) -> None:
    spec = LedgerSpec(code="any", title="任意台账", fields=(field_of("datetime", 0, "牵头治理"),))
    start = datetime(2026, 3, 2)
    seconds = range(0, 86_400, 97)
    rows = [{"f0": stored(spec.fields[0], start + timedelta(seconds=second))} for second in seconds]
    assert read_back(spec, exported(spec, rows, tmp_path / "a.xlsx")) == rows


def test_every_printable_character_comes_back(tmp_path: Path) -> None:
    spec = LedgerSpec(code="any", title="任意台账", fields=(field_of("longtext", 0, "牵头治理"),))
    texts = [f"x{character}x" for character in string.printable] + [f"x{chr(code)}x" for code in range(0x80, 0x3000, 7)]
    rows = [{"f0": value} for text in texts if (value := stored(spec.fields[0], text)) is not None]
    for suffix in (".xlsx", ".csv"):
        assert read_back(spec, exported(spec, rows, tmp_path / f"a{suffix}")) == rows
