"""A county in the middle of its work, for what is to be looked at: more units, and a bureau's own workbook of findings."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import xlsxwriter

from bihuan.org.actions import add_person, add_unit, give_post
from bihuan.org.models import Unit
from bihuan.org.passwords import set_password
from tests.cast import FOUNDED, Cast

PASSWORD = "qing-xi-liu-shui"
PROJECT = "2025年度县级预算执行和其他财政收支审计"

_MORE_UNITS = (
    ("330999-JY", "教育局", "bureau"),
    ("330999-JS", "住房和城乡建设局", "bureau"),
    ("330999-NY", "农业农村局", "bureau"),
    ("330999-WJ", "卫生健康局", "bureau"),
    ("330999103", "松溪镇", "town"),
    ("330999104", "梅岭乡", "town"),
)


@dataclass(frozen=True)
class Finding:
    """A line of the workbook; a blank `due` leaves the term to the loop."""

    number: str
    title: str
    detail: str
    kind: str
    category: str
    amount: str | float
    found: str | date
    unit: str
    due: str | date | None


_LINES = (
    ("农村公益性公墓建成两年未投入使用", "政策跟踪审计", "设施利用率低", 186.5, "2026年3月5日", "青溪镇", None),
    ("乡镇集贸市场摊位长期空置", "政策跟踪审计", "设施利用率低", "3.2万元", "2026.3.5", "青溪镇", "2026-04-10"),
    ("义务教育薄弱环节补助按人头平均分配", "财政审计", "资金平均分配", 240, "2026/3/2", "教育局", "2026年4月30日"),
    ("校舍维修专项预算执行率不足三成", "财政审计", "预算执行率低", 412.6, "二〇二六年三月三日", "教育局", "2026-03-20"),
    ("投标保证金逾期未退还中标单位", "财政审计", "投标保证金应退未退", 57.8, "2026-02-11", "住房和城乡建设局", "2026-03-06"),
    ("小区改造工程拆分发包规避公开招标", "经责审计", "招投标不规范", 168, "2026-02-11", "住房和城乡建设局", "2026-03-15"),
    ("保障性住房闲置房源未及时配租", "政策跟踪审计", "房产闲置", 96.4, "2026-02-12", "住房和城乡建设局", "2026-04-15"),
    ("高标准农田管护资金未按进度拨付", "财政审计", "预算执行率低", 305.2, "2026年2月9日", "农业农村局", "2026-03-08"),
    ("农机购置补贴档案与实物不一致", "财政审计", "账实不符", 21.35, "2026年2月9日", "农业农村局", "2026-04-20"),
    ("乡村振兴衔接资金结余未及时清理", "财政收支", "预算执行率偏低", 118, "2026年2月10日", "农业农村局", "2026-05-10"),
    ("卫生院固定资产账面与盘点不符", "经济责任", "账实不符", 33.7, "2026.2.5", "卫生健康局", "2026-03-18"),
    ("医疗设备采购后闲置满一年", "政策跟踪", "设施利用率低", 268.9, "2026.2.5", "卫生健康局", "2026-05-06"),
    ("河道保洁外包合同未履行询价程序", "经责审计", "招标不规范", 18.6, "2026-02-24", "白石镇", "2026-03-05"),
    ("集体资产租金收入未入账", "经责审计", "账实不符", 7.42, "2026-02-24", "白石镇", "2026-03-19"),
    ("村级光伏电站并网后停运", "政策跟踪审计", "设施利用率低", 64, "2026-02-26", "松溪镇", "2026-03-22"),
    ("闲置办公用房未纳入统一管理", "政策跟踪审计", "房产闲置", 45.1, "2026-02-26", "松溪镇", "2026-04-28"),
    ("避灾安置点建成后挪作仓库", "政策跟踪审计", "其他", 12.8, "2026-02-27", "梅岭乡", "2026-05-15"),
    ("财政专户利息未及时缴入国库", "财政审计", "其他", 9.06, "2026-02-28", "财政局", "2026-04-03"),
)  # fmt: skip

FINDINGS = tuple(
    Finding(f"{number:03d}", title, f"审计发现：{title}，涉及资金未达到预期效益，应查明原因并限期整改。",
            kind, category, amount, found, unit, due)
    for number, (title, kind, category, amount, found, unit, due) in enumerate(_LINES, start=1)
)  # fmt: skip
TOTAL = round(sum(3.2 if isinstance(line.amount, str) else line.amount for line in FINDINGS), 2)


def add_people(cast: Cast) -> dict[str, Unit]:
    """More bureaus and towns under the cast's county, and a password for everybody who will sign in."""
    more = {
        name: add_unit(code=code, name=name, kind=kind, parent=cast.county, valid_from=FOUNDED)
        for code, name, kind in _MORE_UNITS
    }
    for number, unit in enumerate(more.values()):
        person = add_person(username=f"worker{number}", name="周卫方丁吴孟"[number] + "办", password=None)
        give_post(person=person, unit=unit, role="undertaker", valid_from=FOUNDED)
    for login in ("office", "town", "leader"):
        set_password(person=cast.people[login], password=PASSWORD)
    return more


def write_workbook(path: Path, findings: tuple[Finding, ...] = FINDINGS, *, total: float = TOTAL) -> Path:
    """The workbook as an audit office sends it: a title, a unit line, a head on two rows, and a total at the foot."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("问题清单")
    bold = book.add_format({"bold": True, "align": "center", "border": 1})
    page.merge_range(0, 0, 0, 10, f"示范县{PROJECT}查出问题整改台账", bold)
    page.write(1, 0, "填报单位：审计局        填报日期：2026年3月9日")
    for first, last, words in ((3, 7, "审计查出问题"), (8, 10, "整改责任")):
        page.merge_range(2, first, 2, last, words, bold)
    for column, words in enumerate(("序号", "审计项目", "问题编号")):
        page.merge_range(2, column, 3, column, words, bold)
    heads = ("问题摘要", "问题描述", "项目类型", "问题类型", "涉及金额（万元）", "发现日期", "整改单位", "整改时限")
    for column, words in enumerate(heads, start=3):
        page.write(3, column, words, bold)
    for row, line in enumerate(findings, start=4):
        cells = (row - 3, PROJECT, line.number, line.title, line.detail, line.kind, line.category,
                 line.amount, line.found, line.unit, line.due or "")  # fmt: skip
        for column, cell in enumerate(cells):
            page.write(row, column, cell)
    page.write(len(findings) + 4, 0, "合计")
    page.write(len(findings) + 4, 7, total)
    book.close()
    return path
