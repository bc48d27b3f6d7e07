"""The workbooks of the demo county: those that its audits came in by, and an untidy one for a newcomer to try."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from bihuan.cli.demo.county import County
from bihuan.cli.demo.dice import dice
from bihuan.cli.demo.findings import Finding, Project, draw_finding
from bihuan.cli.demo.texts import CATEGORIES
from bihuan.standards.chinese_numerals import to_counting, to_positional

SAMPLE_FOLDER, SAMPLE_NAME = "示例表格", "审计发现问题汇总表（待导入）.xlsx"
SAMPLE_ROWS = 30
_HEADS = (
    "审计项目",
    "问题序号",
    "问题摘要",
    "问题描述",
    "审计类型",
    "问题类型",
    "审计层级",
    "涉及金额（万元）",
    "发现日期",
    "责任单位",
    "整改要求",
)


def write_project(project: Project, findings: tuple[Finding, ...], path: Path) -> None:
    """The tidy workbook in which a project's findings came in."""
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("问题清单")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page.merge_range(0, 0, 0, len(_HEADS) - 1, f"{project.title}发现问题清单")
        page.write_row(1, 0, _HEADS)
        for row, finding in enumerate(findings, start=2):
            for column, value in enumerate(_cells(finding)):
                if isinstance(value, date):
                    page.write_datetime(row, column, value, day)
                elif value is not None:
                    page.write(row, column, float(value) if isinstance(value, Decimal) else value)


def _cells(finding: Finding) -> tuple[Any, ...]:
    fault = finding.fault
    return (
        finding.project.title,
        finding.number,
        finding.title,
        finding.detail,
        finding.project.audit_type,
        CATEGORIES[fault.category],
        finding.level,
        finding.amount,
        finding.found_on,
        finding.unit_name,
        fault.requirement,
    )


def write_sample(county: County, *, seed: int, today: date, folder: Path) -> Path:
    """An untidy workbook of new findings, of the sort that offices send round; every row of it can be imported."""
    rng = dice("示例表格", seed)
    project = Project(f"{today.year}年民生实事项目资金审计", "财政收支审计")
    findings = [draw_finding(county, project, number, today, rng) for number in range(1, SAMPLE_ROWS + 1)]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / SAMPLE_NAME
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("汇总")
        _write_top(book, page, project, today)
        day = book.add_format({"num_format": "yyyy/m/d"})
        for number, finding in enumerate(findings):
            _write_row(page, number + 4, finding, day)
        total = sum((finding.amount or Decimal(0) for finding in findings), Decimal(0))
        page.write(SAMPLE_ROWS + 4, 0, "合计")
        page.write(SAMPLE_ROWS + 4, 6, float(total))
        page.write(SAMPLE_ROWS + 5, 0, "填表人：王某某    审核人：李某某")
    return path


def _write_top(book: Any, page: Any, project: Project, today: date) -> None:
    """A title, a line of labels, and a head of two rows with merged cells and a line break."""
    bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1})
    page.merge_range(0, 0, 0, 9, f"示范县{project.title}\n发现问题汇总表", bold)
    page.merge_range(1, 0, 1, 3, "填报单位：示范县审计局")
    page.merge_range(1, 4, 1, 6, f"填报日期：{today:%Y.%m.%d}")
    page.merge_range(1, 7, 1, 9, "金额单位：万元")
    upright = ((0, "序号"), (1, "审计\n项目"), (2, "审计类型"), (9, "责 任\n单 位"))
    for column, word in upright:
        page.merge_range(2, column, 3, column, word, bold)
    page.merge_range(2, 3, 2, 8, "审计发现问题", bold)
    for column, word in enumerate(("问题\n编号", "问题摘要", "问题类型", "涉及金额", "发现日期", "问题描述"), start=3):
        page.write(3, column, word, bold)
    page.set_column(4, 4, 32)
    page.set_column(8, 8, 48)


def _write_row(page: Any, row: int, finding: Finding, day: Any) -> None:
    number = row - 3
    page.write_number(row, 0, number)
    page.write_string(row, 1, finding.project.title + ("  " if number % 5 == 0 else ""))
    page.write_string(row, 2, ("财政收支审计", "财政审计", "财政收支")[number % 3])
    page.write_string(row, 3, finding.number)
    page.write_string(row, 4, finding.title)
    page.write_string(row, 5, CATEGORIES[finding.fault.category])
    _write_amount(page, row, finding.amount, number % 5)
    _write_day(page, row, finding.found_on, number % 5, day)
    page.write_string(row, 8, finding.detail)
    page.write_string(row, 9, finding.unit_name)


def _write_amount(page: Any, row: int, amount: Decimal | None, style: int) -> None:
    """The same sort of amount in five ways: 3.2万元, 32000元, 1,234.50 as text, a number, or a dash for none."""
    if amount is None:
        page.write_string(row, 6, "/")
    elif style == 0:
        page.write_string(row, 6, f"{amount}万元")
    elif style == 1:
        page.write_string(row, 6, f"{int(amount * 10_000)}元")
    elif style == 2:
        page.write_string(row, 6, f"{amount:,}")
    else:
        page.write_number(row, 6, float(amount))


def _write_day(page: Any, row: int, found_on: date, style: int, look: Any) -> None:
    """The same sort of date in five ways."""
    texts = (
        f"{found_on.year}年{found_on.month}月{found_on.day}日",
        f"{found_on.year}.{found_on.month}.{found_on.day}",
        f"{to_positional(found_on.year)}年{to_counting(found_on.month)}月{to_counting(found_on.day)}日",
        f"{found_on:%Y%m%d}",
    )
    if style < len(texts):
        page.write_string(row, 7, texts[style])
    else:
        page.write_number(row, 7, (found_on - date(1899, 12, 30)) / timedelta(days=1), look)
