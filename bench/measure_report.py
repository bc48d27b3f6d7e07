"""A report with 5,000 numbers and a list of 2,000 rows, figures included; and Word files against docxtpl.

The report is about a town with 200 villages and 20,000 matters, and is measured from the question to the .docx on disk:
figures, lists, composing, writing. Where LibreOffice is installed its pages are counted, outside of the time. Against
docxtpl stand a template of 300 fields and 20 tables, filled by both, and the same content written in our own form.
`BIHUAN_MEASURE_SIZES=1000` makes so many matters.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import instance

if TYPE_CHECKING:
    from bihuan.report.document import Document, Number

SIZE = int(os.environ.get("BIHUAN_MEASURE_SIZES", "20000"))
FIGURES, CATEGORIES, TEXTS = 20, 10, 1_400
FIELDS, TABLES, LINES, COLUMNS = 300, 20, 10, 5
MOST_SECONDS, MOST_RATIO = 60.0, 1.5
BASE = "https://bihuan.example/"


def make() -> Any:
    """A ledger of matters, figures over it, and the report; gives what composes it."""
    from bihuan.figure.installing import install_figures
    from bihuan.figure.spec import FigureSpec
    from bihuan.ledger.append import Draft, append_many
    from bihuan.ledger.definitions import install_definition
    from bihuan.ledger.spec import LedgerSpec
    from bihuan.org.actor import system_actor
    from bihuan.report.definitions import install_report
    from bihuan.report.spec import ReportSpec

    units = instance.county()
    villages = [unit.pk for code, unit in units.items() if code.startswith("330999101") and len(code) > 9]
    choices = [{"code": f"c{n}", "title": f"类别{n}"} for n in range(CATEGORIES)]
    fields = [
        {"code": "title", "title": "摘要", "kind": "text"},
        {"code": "place", "title": "单位", "kind": "unit"},
        {"code": "category", "title": "类别", "kind": "choice", "choices": choices},
        {"code": "amount", "title": "金额", "kind": "money", "measure": "万元"},
        {"code": "found_on", "title": "日期", "kind": "date"},
    ]
    spec = LedgerSpec.model_validate({"code": "own", "title": "问题", "unit_field": "place", "fields": fields})
    ledger = install_definition(code="own.matter", spec=spec, owner=units["330999-SJ"], origin="pack")
    append_many(actor=system_actor(), ledger=ledger, drafts=(_draft(Draft, n, villages) for n in range(SIZE)))
    shape = {"of": "own.matter", "during": "found_on"}
    specs = {
        f"own.f{n}": FigureSpec.model_validate(
            {**shape, "title": f"指标{n}", "where": f"category = 'c{n % CATEGORIES}'", "unit": "个"}
            | ({"measure": "sum(amount)", "unit": "万元"} if n >= CATEGORIES else {})
        )
        for n in range(FIGURES)
    }
    install_figures(pack="own", specs=specs, owner=units["330999-SJ"], origin="pack")
    report = ReportSpec.model_validate(
        {"code": "all", "title": "{{ year() }}年报告", "kind": "special_report", "parts": _parts()}
    )
    version = install_report(code="own.all", spec=report, owner=units["330999-SJ"])
    return version, units["330999101"]


def _draft(kind: Any, number: int, villages: list[int]) -> Any:
    unit = villages[number % len(villages)]
    data = {"title": f"第{number}个问题，要求限期整改", "place": unit, "category": f"c{number * 7 % CATEGORIES}"}
    data |= {"amount": number % 9_999 / 100, "found_on": f"2026-{number % 11 + 1:02d}-{number % 28 + 1:02d}"}
    return kind("imported", None, data, {"number": f"W{number:07d}", "unit": unit})


def _parts() -> list[dict[str, str]]:
    """Sentences, a table by village and month for all figures, and the list: 5,000 numbers and 2,000 rows."""
    codes = [f"own.f{n}" for n in range(FIGURES)]
    said = [
        f"本年度第{n}项情况如下：共{{{{ n('{codes[n % FIGURES]}') }}}}，上年{{{{ n('{codes[n % FIGURES]}', "
        "period='previous year') }}，各项工作按计划推进，责任落实到人，逐项对账销号，达不到标准的一律退回。"
        for n in range(TEXTS)
    ]
    half = TEXTS // 2
    groups = [codes[start : start + 5] for start in range(0, FIGURES, 5)]
    by_unit = "".join(f"{{{{ table({group}, by='unit', caption='各村情况') }}}}" for group in groups)
    by_month = "".join(f"{{{{ table({group}, by='month') }}}}{{{{ chart('bar', {group[:2]}) }}}}" for group in groups)
    listed = "{{ records('own.matter', '', ['number', 'title', 'place', 'category', 'amount'], 2000) }}"
    texts = {
        "first": "\n\n".join(said[:half]),
        "second": "\n\n".join(said[half:]),
        "units": by_unit,
        "months": by_month,
        "list": listed,
    }
    return [{"code": code, "title": code, "body": body} for code, body in texts.items()]


def whole_report(home: Path) -> bool:
    """The time of the whole way; the first run finds nothing known and makes the lake."""
    from bihuan.org.actor import system_actor
    from bihuan.report.docx.package import write_docx
    from bihuan.report.queries import document_now

    version, town = make()
    path, took, worked = home / "report.docx", [], []
    for _ in range(5):
        began, cpu = time.perf_counter(), time.process_time()
        asked = {"unit": town, "period": "2026", "as_of": date(2026, 12, 31), "known_at": datetime.now(UTC)}
        document = document_now(system_actor(), version, **asked)
        write_docx(document, path, base=BASE)
        took.append(time.perf_counter() - began)
        worked.append(time.process_time() - cpu)
    pages = _pages(path)
    size = f"{SIZE:,} 个问题，{len(document.numbers):,} 个数，名单 2,000 行，{pages or '没有数'} 页"
    instance.tell("整份材料", size, took)
    instance.tell("整份材料，处理器", size, worked)
    listed = [block for block in document.blocks if len(getattr(block, "rows", ())) >= 2_000]
    return len(document.numbers) >= 5_000 and bool(listed) and (pages or 100) >= 100 and max(took) < MOST_SECONDS


def _pages(path: Path) -> int:
    office = shutil.which("soffice")
    if not office:
        return 0
    profile = f"-env:UserInstallation=file://{path.parent}/office"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    told = subprocess.run(["pdfinfo", str(path.with_suffix(".pdf"))], check=True, capture_output=True, text=True)
    return int(next(line.split()[1] for line in told.stdout.splitlines() if line.startswith("Pages")))


def template(path: Path) -> None:
    """An office's own template: fields in sentences and in the cells of tables."""
    import docx

    document, place = docx.Document(), 0
    in_text = FIELDS - TABLES * LINES
    for _ in range(in_text):
        document.add_paragraph(f"其中第{place}项{{{{ n('own.f{place}') }}}}个，按计划推进。")
        place += 1
    for _ in range(TABLES):
        table = document.add_table(LINES, 2)
        for row in table.rows:
            row.cells[0].text, row.cells[1].text = f"第{place}项", f"{{{{ n('own.f{place}') }}}}"
            place += 1
    document.save(str(path))


def number(place: int) -> "Number":
    from bihuan.report.document import Number

    known_at = datetime(2026, 12, 31, tzinfo=UTC)
    opens = f"/figures/own.f{place}/?period=2026&as_of=2026-12-31"
    about = ("330999", "示范县", "2026年", date(2026, 12, 31), known_at, 1)
    return Number(f"own.f{place}", f"指标{place}", *about, Decimal(place), "个", "", 1, opens)


def same_template(home: Path) -> float:
    """One template filled by us, with content controls, and by docxtpl, as plain text."""
    from docxtpl import DocxTemplate

    from bihuan.report.template.marks import Marks
    from bihuan.report.template.word import fill

    source, ours, theirs = home / "template.docx", home / "ours.docx", home / "theirs.docx"
    template(source)
    numbers = {f"own.f{place}": number(place) for place in range(FIELDS)}

    def by_us() -> None:
        marks = Marks(around="")
        functions = {"n": lambda code: marks.number(numbers[code], f"{numbers[code].value}")}
        fill(source, "模板.docx", functions, {}, marks, ours, BASE)

    def by_docxtpl() -> None:
        made = DocxTemplate(str(source))
        made.render({"n": lambda code: f"{numbers[code].value}"})
        made.save(str(theirs))

    ratio = compared(f"同一模板 · {FIELDS} 个字段 {TABLES} 个表", by_us, by_docxtpl)
    if _texts(ours) != _texts(theirs):
        raise SystemExit("两边填出来的文字不一样")
    return ratio


def _texts(path: Path) -> str:
    from lxml import etree

    root = etree.fromstring(zipfile.ZipFile(path).read("word/document.xml"))
    return "".join(node.text or "" for node in root.iter("{*}t"))


def document() -> "Document":
    from bihuan.report.document import Document, Paragraph, Run, Table

    said = [
        Paragraph((Run(f"其中第{place}项"), Run(f"{place}", number(place)), Run("个。"))) for place in range(FIELDS)
    ]
    rows = tuple(tuple((Run(f"{line * COLUMNS + n}"),) for n in range(COLUMNS)) for line in range(LINES))
    heads = tuple(f"第{n}列" for n in range(COLUMNS))
    return Document("报告", (*said, *(Table(heads, rows) for _ in range(TABLES))), annex=False)


def own_form(home: Path) -> float:
    """The same fields and tables in the form of the standard, and by docxtpl from a template with loops over rows."""
    import docx
    from docxtpl import DocxTemplate

    from bihuan.report.docx.package import write_docx

    made, source = document(), home / "loops.docx"
    blank = docx.Document()
    for place in range(FIELDS):
        blank.add_paragraph(f"其中第{place}项{{{{ f[{place}] }}}}个。")
    for place in range(TABLES):
        table = blank.add_table(4, COLUMNS)
        for n in range(COLUMNS):
            table.rows[0].cells[n].text = f"第{n}列"
            table.rows[2].cells[n].text = f"{{{{ row[{n}] }}}}"
        table.rows[1].cells[0].text = f"{{%tr for row in t[{place}] %}}"
        table.rows[3].cells[0].text = "{%tr endfor %}"
    blank.save(str(source))
    rows = [[f"{line * COLUMNS + n}" for n in range(COLUMNS)] for line in range(LINES)]
    values = {"f": [f"{place}" for place in range(FIELDS)], "t": [rows] * TABLES}

    def by_docxtpl() -> None:
        filled = DocxTemplate(str(source))
        filled.render(values)
        filled.save(str(home / "theirs.docx"))

    return compared(
        f"本系统版式 · {FIELDS} 个字段 {TABLES} 个表",
        lambda: write_docx(made, home / "ours.docx", base=BASE),
        by_docxtpl,
    )


def compared(subject: str, ours: Callable[[], None], theirs: Callable[[], None]) -> float:
    """Both ways in turn, so that a busy machine is busy for both; the ratio of processor time, and of the clock."""
    ours(), theirs()
    taken: dict[str, list[tuple[float, float]]] = {"ours": [], "docxtpl": []}
    for _ in range(9):
        for name, way in (("ours", ours), ("docxtpl", theirs)):
            began, cpu = time.perf_counter(), time.process_time()
            way()
            taken[name].append((time.perf_counter() - began, time.process_time() - cpu))
    middle = {name: [statistics.median(run[which] for run in runs) for which in (0, 1)] for name, runs in taken.items()}
    by_clock, by_processor = (middle["ours"][which] / middle["docxtpl"][which] for which in (0, 1))
    for name, (clock, cpu) in middle.items():
        print(f"{subject} · {name} · 中位 {clock:.3f} s，处理器 {cpu:.3f} s")
    print(f"{subject} · 是 docxtpl 的 {by_processor:.2f} 倍（处理器），{by_clock:.2f} 倍（时钟）", flush=True)
    return by_processor


def main() -> int:
    home = instance.start()
    try:
        ratios = [same_template(home), own_form(home)]
        is_quick = whole_report(home)
    finally:
        shutil.rmtree(home)
    return 0 if is_quick and max(ratios) <= MOST_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
