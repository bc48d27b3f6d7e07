"""Files that mean harm, or are simply broken: each is refused in words, quickly, and nothing else is raised."""

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.excel import Limits, UnreadableFile, open_workbook, read_table
from tests.ledger.excel.sheets import (
    cells,
    raw_compound,
    raw_ods,
    raw_xlsx,
    record,
    sheet_xml,
    table_of,
    write_book,
)

BOOK = "a.xlsx"
TEXT = '<c r="{0}" t="inlineStr"><is><t>{1}</t></is></c>'
TWO_HEADS = f'<row r="1">{TEXT.format("A1", "单位")}{TEXT.format("B1", "问题")}</row>'


def refused(path: Path, words: str, **options: object) -> UnreadableFile:
    with pytest.raises(UnreadableFile, match=words) as caught:
        for _ in read_table(open_workbook(path, **options)).rows():  # type: ignore[arg-type] - any options
            pass
    assert caught.value.message and "Traceback" not in str(caught.value)
    return caught.value


def test_a_zip_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    path = raw_xlsx(tmp_path / BOOK, sheet_xml(TWO_HEADS) + " " * 40_000_000)
    assert path.stat().st_size < 100_000
    refused(path, "压缩炸弹")


def test_a_package_that_unpacks_too_large_is_refused(tmp_path: Path) -> None:
    path = write_book(tmp_path / BOOK, [["单位", "问题"]])
    refused(path, "展开后有 .*最多", limits=Limits(unpacked_bytes=1000))


def lie_about_size(path: Path, part: str, size: int) -> None:
    """Write another unpacked size into the directory and the local header of a part."""
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(part)
        start = archive.start_dir
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02", start)
    while data[entry + 46 : entry + 46 + len(part)] != part.encode():
        entry = data.index(b"PK\x01\x02", entry + 4)
    struct.pack_into("<I", data, entry + 24, size)
    struct.pack_into("<I", data, info.header_offset + 22, size)
    path.write_bytes(data)


@pytest.mark.parametrize("size", [10, 10_000_000])
def test_a_directory_that_lies_about_a_size_is_refused(tmp_path: Path, size: int) -> None:
    path = raw_xlsx(tmp_path / BOOK, sheet_xml(TWO_HEADS))
    lie_about_size(path, "xl/worksheets/sheet1.xml", size)
    refused(path, "比目录里写的大|不完整")


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1/secret">]>',
        "<!DOCTYPE worksheet>",
    ],
)
def test_entities_are_refused(tmp_path: Path, declaration: str) -> None:
    refused(raw_xlsx(tmp_path / BOOK, sheet_xml(TWO_HEADS, before=declaration)), "DOCTYPE")
    shared = f"{declaration}<sst><si><t>a</t></si></sst>"
    refused(raw_xlsx(tmp_path / BOOK, sheet_xml(TWO_HEADS), strings=shared), "DOCTYPE")


FAR = [
    '<c r="XFD1048576"><v>2</v></c>',
    "<c r = 'XFD1048576'><v>2</v></c>",
    '<c s="1" r="XFD1048576"><v>2</v></c>',
    '<c r="xfd1048576"><v>2</v></c>',
    '<x:c xmlns:x="a" r="XFD1048576"><v>2</v></x:c>',
    '<c r="XFD5"><v>1</v></c><c r="A999999"><v>2</v></c>',
    '<c r="A4000000000"><v>1</v></c>',
    '<c r="ZZZZZZZ1"><v>1</v></c>',
]


@pytest.mark.parametrize("cell", FAR)
def test_cells_in_far_corners_are_refused_however_written(tmp_path: Path, cell: str) -> None:
    refused(raw_xlsx(tmp_path / BOOK, sheet_xml(f'{TWO_HEADS}<row r="9">{cell}</row>')), "散得太开|边界")


def test_unaddressed_cells_in_a_far_row_are_counted(tmp_path: Path) -> None:
    row = f'<row r="1048576">{"<c><v>1</v></c>" * 900}</row>'
    refused(raw_xlsx(tmp_path / BOOK, sheet_xml(TWO_HEADS + row)), "散得太开")


def test_format_without_content_reaches_nowhere(tmp_path: Path) -> None:
    empty = '<row r="1048576"><c r="A1048576" s="1"/><c r="XFD1048576" s="0"/></row>'
    body = f'{TWO_HEADS}<row r="2">{TEXT.format("A2", "水利局")}</row>{empty}'
    table = read_table(open_workbook(raw_xlsx(tmp_path / BOOK, sheet_xml(body))))
    assert cells(table) == [["水利局", ""]]


@pytest.mark.parametrize(
    "row",
    [
        '<row r="2"><c><v>1</v></c><c t="e"><v>#N/A</v></c></row>',
        "<row r='2'><c r='A2'><v>1</v></c><c t='e' r='B2'><v>#N/A</v></c></row>",
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2" s="1" t="e"><f>NA()</f><v>#N/A</v></c></row>',
        (
            '<x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="2">'
            '<x:c r="A2"><x:v>1</x:v></x:c><x:c r="B2" t="e"><x:v>#N/A</x:v></x:c></x:row>'
        ),
    ],
)
def test_unusual_writing_is_read_all_the_same(tmp_path: Path, row: str) -> None:
    table = read_table(open_workbook(raw_xlsx(tmp_path / BOOK, sheet_xml(TWO_HEADS + row))))
    assert [[str(cell) for cell in row] for row in cells(table)] == [["1.0", "#N/A"]]


def test_a_huge_count_of_strings_is_refused(tmp_path: Path) -> None:
    shared = '<sst count="99999999999999" uniqueCount="99999999999999"><si><t>a</t></si></sst>'
    refused(raw_xlsx(tmp_path / BOOK, sheet_xml(TWO_HEADS), strings=shared), "条数大得不合理")


def test_other_encodings_of_the_parts_are_refused(tmp_path: Path) -> None:
    xml = '<?xml version="1.0" encoding="utf-16"?>' + sheet_xml(TWO_HEADS)
    refused(raw_xlsx(tmp_path / BOOK, xml.encode("utf-16")), "UTF-8")


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    path = raw_xlsx(tmp_path / BOOK, sheet_xml(TWO_HEADS), more={"XL/worksheets/sheet1.xml": b"<a/>"})
    refused(path, "前后不一致")


def test_a_sheet_under_another_name_is_looked_through_too(tmp_path: Path) -> None:
    path = raw_xlsx(tmp_path / BOOK, sheet_xml(f'{TWO_HEADS}<row r="9">{FAR[0]}</row>'))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    links = "xl/_rels/workbook.xml.rels"
    parts[links] = parts[links].replace(b"sheet1.xml", b"sheet1.png")
    parts["xl/worksheets/sheet1.png"] = parts.pop("xl/worksheets/sheet1.xml")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    refused(path, "散得太开")


def test_pictures_are_no_obstacle(tmp_path: Path) -> None:
    more = {"xl/media/image1.png": bytes(range(256)) * 9, "xl/drawings/d.vml": b"<xml><br><c r=></xml>"}
    body = f'{TWO_HEADS}<row r="2">{TEXT.format("A2", "水利局")}</row>'
    table = read_table(open_workbook(raw_xlsx(tmp_path / BOOK, sheet_xml(body), more=more)))
    assert cells(table) == [["水利局", ""]]


def test_too_many_columns(tmp_path: Path) -> None:
    row = [f"列{number}" for number in range(10_000)]
    refused(write_book(tmp_path / BOOK, [row]), "有 10000 列，最多 1000 列")
    path = tmp_path / "a.csv"
    path.write_text(",".join(row), encoding="utf-8")
    refused(path, "有 10000 列，最多 1000 列")


def test_too_many_rows_sheets_and_bytes(tmp_path: Path) -> None:
    path = write_book(tmp_path / BOOK, [["单位", "问题"], *[["a", "b"]] * 20])
    refused(path, "有 21 行，最多 5 行", limits=Limits(rows=5))
    refused(path, "有 1 张工作表，最多 0 张", limits=Limits(sheets=0))
    refused(path, "MB，最多 0 MB", limits=Limits(file_bytes=10))
    (tmp_path / "a.csv").write_text("单位,问题\n" + "a,b\n" * 20, encoding="utf-8")
    refused(tmp_path / "a.csv", "超过 5 行", limits=Limits(rows=5))


@pytest.mark.parametrize(
    "name, content, words",
    [
        (
            "a.xls",
            b"<html><body><table><tr><td>a</td></tr></table></body></html>",
            "这是网页另存的 .xls，请另存为 .xlsx",
        ),
        ("a.xls", b"\xef\xbb\xbf \n<!DOCTYPE html><table>", "这是网页另存的 .xls"),
        ("a.xls", '<html xmlns:o="urn:schemas-microsoft-com:office:office">'.encode("utf-16"), "网页另存"),
        ("a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML 表格"),
        ("a.xls", b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", "网页另存的单个文件"),
        ("a.xlsx", b"%PDF-1.7 ...", "PDF"),
        ("a.xlsx", b"Rar!\x1a\x07", "RAR"),
        ("a.xlsx", b"", "空文件"),
        ("a.xlsx", b"PK\x03\x04 and then nothing", "损坏"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "损坏"),
        ("a.csv", bytes(range(256)) * 20, "不是文本文件"),
        ("a.csv", b"\xff\x80\xff\x81,\xff\n", "编码认不出来"),
    ],
)
def test_other_files_are_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refused(path, words).hint


@pytest.mark.parametrize(
    "part, words",
    [("word/document.xml", "Word"), ("ppt/x.xml", "演示"), ("a.txt", "压缩包"), ("xl/workbook.bin", "xlsb")],
)
def test_other_archives_are_named(tmp_path: Path, part: str, words: str) -> None:
    path = tmp_path / BOOK
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, "x")
    refused(path, words)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    refused(tmp_path / "none.xlsx", "打不开")
    refused(tmp_path, "打不开|损坏")


def test_folders_are_stripped_from_the_name(tmp_path: Path) -> None:
    path = write_book(tmp_path / BOOK, [["单位", "问题"]])
    for sent in ("../../etc/台账.xlsx", "C:\\用户\\台账.xlsx", "/tmp/台账.xlsx"):
        assert open_workbook(path, name=sent).name == "台账.xlsx"


def test_content_decides_and_not_the_extension(tmp_path: Path) -> None:
    path = write_book(tmp_path / BOOK, [["单位", "问题"], ["a", "b"]])
    workbook = open_workbook(path.rename(tmp_path / "a.xls"))
    assert cells(read_table(workbook)) == [["a", "b"]]
    assert workbook.notes == ["文件扩展名是“.xls”，内容是.xlsx 工作簿，已按内容读取。"]
    (tmp_path / "b.xls").write_text("单位\t问题\na\tb\n", encoding="gb18030")
    assert cells(read_table(open_workbook(tmp_path / "b.xls"))) == [["a", "b"]]


WIDE = 'table:number-columns-repeated="999"'
CELL = '<table:table-cell {} office:value-type="string"><text:p>a</text:p></table:table-cell>'


@pytest.mark.parametrize(
    "rows",
    [
        (f'<table:table-row table:number-rows-repeated="1048576">{CELL.format(WIDE)}</table:table-row>'),
        (
            f'<table:table-row><table:table-cell table:number-columns-repeated="16000"/>{CELL.format("")}</table:table-row>'
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>'
            f"<table:table-row>{CELL.format('')}</table:table-row>"
        ),
    ],
)
def test_repeats_of_an_ods_that_reach_too_far_are_refused(tmp_path: Path, rows: str) -> None:
    refused(raw_ods(tmp_path / "a.ods", rows), "散得太开")


def test_blank_repeats_of_an_ods_reach_nowhere(tmp_path: Path) -> None:
    blank = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>'
    row = f"<table:table-row>{CELL.format('') * 2}</table:table-row>"
    table = read_table(open_workbook(raw_ods(tmp_path / "a.ods", row * 2 + blank)), header=1)
    assert (table.header_rows, table.columns[1].title) == ((1, 1), "a（2）")


def test_entities_in_an_ods_are_refused(tmp_path: Path) -> None:
    refused(raw_ods(tmp_path / "a.ods", "", before='<!DOCTYPE x [<!ENTITY a "b">]>'), "DOCTYPE")


BOF = record(0x0809, struct.pack("<HHHH", 0x0600, 5, 0, 0) + bytes(8))
EOF = record(0x000A)


def one_sheet(*cell_records: bytes) -> bytes:
    start = len(BOF) + 4 + 8 + 1 + len(EOF)
    listed = record(0x0085, struct.pack("<IHBB", start, 0, 1, 0) + b"S")
    return BOF + listed + EOF + BOF + b"".join(cell_records) + EOF


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx"])
@pytest.mark.parametrize(
    "streams", [{"EncryptedPackage": b"x", "EncryptionInfo": b"x"}, {"Workbook": BOF + record(0x002F, bytes(6))}]
)
def test_passwords_are_named(tmp_path: Path, name: str, streams: dict[str, bytes]) -> None:
    assert "去掉密码" in refused(raw_compound(tmp_path / name, streams), "密码").hint


def test_a_word_document_under_the_name_of_a_table(tmp_path: Path) -> None:
    refused(raw_compound(tmp_path / "a.xls", {"WordDocument": b""}), "Word 文档")
    refused(raw_compound(tmp_path / "a.xls", {"Other": b""}), "没有工作簿")


def test_cells_of_an_xls_in_far_corners_are_refused(tmp_path: Path) -> None:
    number = record(0x0203, struct.pack("<HHHd", 65535, 65000, 0, 1.0))
    refused(raw_compound(tmp_path / "a.xls", {"Workbook": one_sheet(number)}), "散得太开|边界")


@pytest.mark.parametrize("claim", [(0, 0xFFFFFFFF, 0, 5), (9, 3, 0, 5), (0, 3, 0, 257)])
def test_a_used_range_beyond_the_format_is_refused(tmp_path: Path, claim: tuple[int, int, int, int]) -> None:
    dimensions = record(0x0200, struct.pack("<IIHHH", *claim, 0))
    refused(raw_compound(tmp_path / "a.xls", {"Workbook": one_sheet(dimensions)}), "行列数不合理")


def test_a_part_without_a_name_is_refused(tmp_path: Path) -> None:
    path = raw_xlsx(tmp_path / BOOK, sheet_xml(TWO_HEADS))
    path.write_bytes(path.read_bytes().replace(b"xl/worksheets/sheet1.xml", b"\0l/worksheets/sheet1.xml"))
    refused(path, "前后不一致")


def test_a_table_of_strings_that_claims_too_many_is_refused(tmp_path: Path) -> None:
    strings = record(0x00FC, struct.pack("<II", 1, 0xFFFFFFF))
    refused(raw_compound(tmp_path / "a.xls", {"Workbook": BOF + strings + EOF}), "条数大得不合理")


@given(cut=st.integers(0, 6000))
def test_a_file_cut_short_is_refused(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("cut") / BOOK
    write_book(path, [["单位", "问题"], *[["水利局", str(number)] for number in range(30)]])
    whole = path.read_bytes()
    path.write_bytes(whole[: min(cut, len(whole) - 1)])
    with pytest.raises(UnreadableFile):
        open_workbook(path)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=8))
def test_damage_anywhere_never_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("damage") / BOOK
    table_of(path, [["单位", "问题"], *[["水利局", number] for number in range(30)]])
    data = bytearray(path.read_bytes())
    for place, value in damage:
        data[place % len(data)] = value
    path.write_bytes(data)
    try:
        table = read_table(open_workbook(path))
        assert table.row_count >= 0
    except UnreadableFile as refusal:
        assert refusal.message
