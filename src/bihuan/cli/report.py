"""`bihuan report`: a report as a Word file, a page or a PDF, now or as it was known at an instant."""

import tempfile
from argparse import Namespace
from pathlib import Path

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.cli.database import require_database
from bihuan.cli.units import named
from bihuan.figure.clocks import clocks
from bihuan.ledger.definitions import find_ledger
from bihuan.org.actor import system_actor
from bihuan.report.definitions import report_in_force, spec_of
from bihuan.report.docx.package import write_docx
from bihuan.report.html import page_of
from bihuan.report.pdf import write_pdf
from bihuan.report.queries import Made, record_of, report_now, subject_of
from bihuan.report.templates import template_in_force
from bihuan.report.templating import rebased

_BASE = "http://127.0.0.1:8000/"


def run(arguments: Namespace) -> int:
    """Write the report; the file's ending says in which form."""
    require_database()
    path = Path(arguments.output)
    if path.suffix not in (".docx", ".html", ".pdf"):
        raise Invalid(f"材料的文件要以 .docx、.html 或 .pdf 结尾，写的是“{path.name}”")
    if not path.parent.is_dir():
        raise Invalid(f"没有目录“{path.parent}”，请先建立")
    report = report_in_force(arguments.report)
    subject = spec_of(report).subject
    if subject and not arguments.record:
        raise Invalid(f"“{report.code}”是关于“{find_ledger(subject).title}”里一条记录的，请加 --record 编号")
    asked = clocks(arguments.as_of or "", arguments.known_at or "")
    period = arguments.period or f"{asked.day.year}"
    actor = system_actor("命令行")
    made = report_now(
        actor,
        report,
        unit=named(arguments.unit) if arguments.unit else subject_of(report),
        period=period,
        as_of=asked.day,
        known_at=asked.known_at,
        record=record_of(actor, report, arguments.record or ""),
        template=template_in_force(report.code, clock.today()),
    )
    _write(made, path)
    print(f"已生成“{made.document.title}”：{path}，{len(made.document.numbers)} 个数字")
    return 0


def _write(made: Made, path: Path) -> None:
    match path.suffix:
        case ".docx":
            _write_word(made, path)
        case ".html":
            path.write_text(page_of(made.document, _BASE), encoding="utf-8")
        case ".pdf":
            with tempfile.TemporaryDirectory() as folder:
                source = Path(folder) / "report.docx"
                _write_word(made, source)
                write_pdf(source, path)


def _write_word(made: Made, path: Path) -> None:
    if made.word is None:
        write_docx(made.document, path, base=_BASE)
    else:
        path.write_bytes(rebased(made.word, _BASE))
