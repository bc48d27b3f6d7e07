"""`bihuan import` and `bihuan export`: counts, problems by cell, nothing written by halves, a ledger as it once was."""

import csv
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from bihuan.base import clock
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.loop.actions import Said, perform
from tests.cast import MONDAY, Cast
from tests.cli.typing_in import Typing

HEADS = ("审计项目", "问题序号", "问题摘要", "审计类型", "涉及金额（万元）", "发现日期", "责任单位")
GOOD = (
    ("项目甲", "001", "设施闲置", "政策跟踪审计", "3.2万元", "2026年1月5日", "青溪镇"),
    ("项目甲", "002", "账实不符", "财政收支审计", "12", "2026.2.10", "330999-CZ"),
)


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows under the usual heads."""

    def write(*rows: tuple[str, ...], name: str = "清单.csv") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADS, *rows])
        return path

    return write


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_file_comes_in_once_however_often_it_is_sent(cast: Cast, type_in: Typing, sheet: Callable[..., Path]) -> None:
    path = sheet(*GOOD)
    answer = type_in("import", path, "--ledger", "audit.finding")
    assert (answer.status, answer.err) == (0, "")
    assert "新增 2，更新 0，未变 0，失败 0。已写入 audit.finding。" in answer.out
    assert sorted(record.data["amount"] for record in cast.finding.records.all()) == [3.2, 12]
    assert {event.actor_name for event in Event.objects.all()} == {"命令行"}
    again = type_in("import", path, "--ledger", "audit.finding")
    assert "新增 0，更新 0，未变 2，失败 0。与台账里的一样，没有改动。" in again.out
    changed = sheet(GOOD[0], (*GOOD[1][:4], "13", *GOOD[1][5:]))
    assert "新增 0，更新 1，未变 1，失败 0" in type_in("import", changed, "--ledger", "audit.finding").out


def test_a_bad_cell_is_named_and_nothing_is_written(cast: Cast, type_in: Typing, sheet: Callable[..., Path]) -> None:
    path = sheet(GOOD[0], ("项目甲", "003", "不行", "政策跟踪审计", "很多", "2026-02-30", "月亮镇"))
    answer = type_in("import", path, "--ledger", "audit.finding")
    assert answer.status == 1
    assert "错误：E3 涉及金额：“很多”不是数字" in answer.out
    assert "错误：F3 发现日期：“2026-02-30”" in answer.out
    assert "错误：G3 责任单位：没有叫“月亮镇”的单位" in answer.out
    assert "失败 1。有行不能导入，一行也没有写入。" in answer.out
    assert not cast.finding.records.exists()


def test_the_good_rows_come_in_and_the_bad_ones_are_marked(
    cast: Cast, type_in: Typing, sheet: Callable[..., Path], tmp_path: Path
) -> None:
    path, marked = (
        sheet(*GOOD, ("项目甲", "003", "不行", "政策跟踪审计", "很多", "2026-1-5", "青溪镇")),
        tmp_path / "标红.xlsx",
    )
    words = ("import", path, "--ledger", "audit.finding", "--good-rows", "--errors", marked)
    dry = type_in(*words, "--dry-run")
    assert (dry.status, cast.finding.records.count(), "这是核对，没有写入。" in dry.out) == (1, 0, True)
    answer = type_in(*words)
    assert (answer.status, cast.finding.records.count()) == (1, 2)
    assert "新增 2，更新 0，未变 0，失败 1。有行不能导入，其余的已写入 audit.finding。" in answer.out
    sheet_marked = openpyxl.load_workbook(marked).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet_marked.iter_rows()]
    place = next(number for number, row in enumerate(rows, start=1) if "很多" in row)
    assert "“很多”不是数字" in str(rows[place - 1][-1])
    assert sheet_marked.cell(place, 5).comment is not None
    again = type_in("import", marked, "--ledger", "audit.finding")
    assert "新增 0，更新 0，未变 2，失败 1。有行不能导入，一行也没有写入。" in again.out


def test_where_no_error_sheet_can_be_written_nothing_is_imported(
    cast: Cast, type_in: Typing, sheet: Callable[..., Path], tmp_path: Path
) -> None:
    path = sheet(*GOOD, ("项目甲", "003", "不行", "政策跟踪审计", "很多", "2026-1-5", "青溪镇"))
    (tmp_path / "占着.xlsx").mkdir()
    for errors in (path, tmp_path / "错.csv", tmp_path / "没有" / "错.xlsx", tmp_path / "占着.xlsx"):
        answer = type_in("import", path, "--ledger", "audit.finding", "--good-rows", "--errors", errors)
        assert (answer.status, "错误表“" in answer.err) == (1, True)
    assert not cast.finding.records.exists()
    assert path.read_text(encoding="utf-8").startswith("审计项目")


def test_a_dry_run_writes_nothing(cast: Cast, type_in: Typing, sheet: Callable[..., Path]) -> None:
    answer = type_in("import", sheet(*GOOD), "--ledger", "audit.finding", "--dry-run")
    assert (answer.status, cast.finding.records.count()) == (0, 0)
    assert "新增 2，更新 0，未变 0，失败 0。这是核对，没有写入。" in answer.out


def test_a_head_that_is_not_found_is_pointed_out(cast: Cast, type_in: Typing, tmp_path: Path) -> None:
    path = tmp_path / "栏次在上.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([range(1, len(HEADS) + 1), HEADS, *GOOD])
    into = ("import", path, "--ledger", "audit.finding")
    assert "没有找到表头" in type_in(*into).err
    assert "--header 写成一行或首尾两行" in type_in(*into, "--header", "第二行").err
    assert "表头不能是第 9 至 9 行" in type_in(*into, "--header", "9").err
    assert Record.objects.count() == 0
    assert "新增 2" in type_in(*into, "--header", "2").out


def test_a_new_ledger_is_made_from_the_head(cast: Cast, type_in: Typing, sheet: Callable[..., Path]) -> None:
    words = ("import", sheet(*GOOD), "--ledger", "audit.own", "--new", "自建台账", "--owner", "审计局")
    assert "新台账“自建台账”的字段：审计项目（" in type_in(*words, "--dry-run").out
    assert not Ledger.objects.filter(code="audit.own").exists()
    assert type_in(*words).status == 0
    ledger = Ledger.objects.get(code="audit.own")
    assert (ledger.title, ledger.owner, ledger.records.count()) == ("自建台账", cast.office, 2)
    assert set(ledger.records.values_list("state", flat=True)) == {"open"}
    again = type_in(*words)
    assert (again.status, "已有台账“audit.own”" in again.err) == (1, True)


def new_ledger(type_in: Typing, path: Path, content: str) -> str:
    """What is said when a file becomes the ledger city.cases."""
    path.write_text(content, encoding="utf-8")
    answer = type_in("import", path, "--ledger", "city.cases", "--new", "热线", "--owner", "330999-CZ")
    assert answer.status == 0
    return answer.out


def test_doubtful_rows_are_told_with_their_row(cast: Cast, type_in: Typing, tmp_path: Path) -> None:
    said = new_ledger(
        type_in,
        tmp_path / "cases.csv",
        "编号,事项,受理日期,办结时间,状态\n"
        "1,路灯不亮,2026-01-05,2026-01-07,已办结\n"
        "2,井盖缺失,2026-01-05,2026-01-01,已办结\n"
        "3,垃圾未清,2026-01-06,,办理中\n"
        "4,树枝折断,2026-01-07,2026-01-08,已办结\n",
    )
    assert "存疑：第 3 行：办结时间 2026-01-01" in said
    summary = type_in("ledgers", "city.cases", "--json").json
    assert (summary["total"], summary["closed"], len(summary["doubtful"])) == (4, 3, 1)
    assert summary["by_status"] == {"已办结": 3, "办理中": 1}
    assert (summary["median_hours"], summary["mean_hours"]) == (36, 36)
    assert (summary["as_filed"]["median_hours"], summary["as_filed"]["mean_hours"]) == (24, -8)


def test_a_tick_for_closed_out_closes(cast: Cast, type_in: Typing, tmp_path: Path) -> None:
    said = new_ledger(
        type_in,
        tmp_path / "销号.csv",
        "编号,问题,发现日期,整改期限,是否销号,销号日期\n"
        "1,路灯不亮,2026-01-05,2026-01-09,√,2026-01-07\n"
        "2,井盖缺失,2026-01-05,2026-01-09,×,\n"
        "3,垃圾未清,2026-01-06,2026-01-09,,\n"
        "4,树枝折断,2026-01-07,2026-01-09,是,\n"
        "5,墙面破损,2026-01-07,2026-01-09,否,2026-01-08\n",
    )
    assert "第 5 行：状态为已办结，却没有办结时间" in said
    assert "状态却是“否”，按未办结处理" in said
    closed = Record.objects.filter(ledger__code="city.cases").exclude(closed_at=None)
    assert sorted(record.key for record in closed) == ["1", "4"]
    summary = type_in("ledgers", "city.cases", "--json").json
    assert summary["by_status"] == {"是": 2, "否": 2, "": 1}
    assert (summary["closed"], summary["median_hours"]) == (2, 48)


@pytest.mark.parametrize("code, owner", [("audit.own", "330999-SJ"), ("city.own", "330999")])
def test_a_new_ledger_belongs_to_its_pack_s_owner_else_to_the_county(
    cast: Cast, type_in: Typing, sheet: Callable[..., Path], code: str, owner: str
) -> None:
    answer = type_in("import", sheet(*GOOD), "--ledger", code, "--new", "自建台账")
    assert answer.status == 0, answer.err
    assert Ledger.objects.get(code=code).owner == cast.units[owner]


@pytest.mark.parametrize(
    "words, said",
    [
        (["--ledger", "audit.findings"], "没有台账“audit.findings” 你是不是想写“audit.finding”？"),
        (["--ledger", "audit.finding", "--owner", "审计局"], "--owner 只与 --new 同用"),
        (["--ledger", "a.b", "--new", "新", "--owner", "审记局"], "没有单位“审记局” 你是不是想写“审计局”？"),
        (["--ledger", "a.b", "--new", "新", "--owner", "新民村"], "有 2 个单位叫“新民村”，请写代码"),
        (["--ledger", "AB", "--new", "新", "--owner", "审计局"], "台账代码“AB”要写成 包.台账"),
        (["--ledger", "audit.finding", "--sheet", "没有这张"], "没有这张"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_imported_is_refused_in_words(
    cast: Cast, type_in: Typing, sheet: Callable[..., Path], words: list[str], said: str
) -> None:
    answer = type_in("import", sheet(*GOOD), *words)
    assert answer.status == 1
    assert said in answer.err
    assert "意外" not in answer.err


def test_a_file_that_is_not_there_or_no_table(cast: Cast, type_in: Typing, tmp_path: Path) -> None:
    assert "没有文件“没有.xlsx”" in type_in("import", "没有.xlsx", "--ledger", "audit.finding").err
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    answer = type_in("import", broken, "--ledger", "audit.finding")
    assert (answer.status, "“坏.xlsx”读不出来" in answer.err) == (1, True)
    stranger = tmp_path / "b.csv"
    stranger.write_text("甲,乙\n1,2\n", encoding="utf-8")
    assert (
        "表头没有一列与“审计发现问题台账”的字段对得上" in type_in("import", stranger, "--ledger", "audit.finding").err
    )


def test_an_export_is_what_was_asked_for(
    cast: Cast, type_in: Typing, sheet: Callable[..., Path], tmp_path: Path
) -> None:
    type_in("import", sheet(*GOOD), "--ledger", "audit.finding")
    answer = type_in("export", "audit.finding", "-o", tmp_path / "全部.xlsx")
    assert (answer.status, f"已导出 2 条到 {tmp_path / '全部.xlsx'}" in answer.out) == (0, True)
    shown = [cell for row in openpyxl.load_workbook(tmp_path / "全部.xlsx").active.values for cell in row]
    assert {"设施闲置", "账实不符", 3.2, "青溪镇"} <= set(shown)
    type_in("export", "audit.finding", "-o", tmp_path / "大.csv", "--where", "涉及金额 > 10")
    assert [row["问题摘要"] for row in read_csv(tmp_path / "大.csv")] == ["账实不符"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["全部.xlsx", "大.csv", "清单.csv"]


def test_a_ledger_as_it_was(cast: Cast, type_in: Typing, sheet: Callable[..., Path], tmp_path: Path) -> None:
    type_in("import", sheet(*GOOD), "--ledger", "audit.finding")
    first = Record.objects.get(data__problem_no="001")
    with clock.fixed(MONDAY + timedelta(days=3)):
        perform(actor=cast["office"], pk=first.pk, verb="assign", said=Said({"responsible_unit": "白石镇"}))

    def on(day: str, *more: str) -> list[tuple[str, str, str]]:
        type_in("export", "audit.finding", "-o", tmp_path / "then.csv", "--as-of", day, *more)
        return [(row["问题序号"], row["环节"], row["责任单位"]) for row in read_csv(tmp_path / "then.csv")]

    assert on("2026-01-04") == []
    assert on("2026-01-05") == [("001", "待派发", "青溪镇")]
    assert on("2026-03-04") == [("001", "待派发", "青溪镇"), ("002", "待派发", "财政局")]
    assert on("2026-03-05") == [("001", "待签收", "白石镇"), ("002", "待派发", "财政局")]
    assert on("2026-03-05", "--where", "state = 'received'") == [("001", "待签收", "白石镇")]
    assert on("2026-03-04", "--where", "state = 'received'") == []


@pytest.mark.parametrize(
    "words, said",
    [
        (["-o", "{}/a.pdf"], "要以 .xlsx 或 .csv 或 .docx 结尾，写的是“a.pdf”"),
        (["-o", "{}/no/a.csv"], "没有目录"),
        (["-o", "{}/a.csv", "--where", "金额 大"], "条件式有误：第 1 行"),
        (["-o", "{}/a.csv", "--where", "金额 大", "--as-of", "2026-01-01"], "条件式有误：第 1 行"),
    ],
    ids=["suffix", "folder", "expression", "expression as of a day"],
)
def test_an_export_that_fails_leaves_what_was_there(
    cast: Cast, type_in: Typing, tmp_path: Path, words: list[str], said: str
) -> None:
    before = tmp_path / "a.csv"
    before.write_text("kept", encoding="utf-8")
    answer = type_in("export", "audit.finding", *(word.format(tmp_path) for word in words))
    assert (answer.status, said in answer.err) == (1, True)
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["kept"]
