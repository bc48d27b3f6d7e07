"""`bihuan numbers`: the number check of a draft."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotFound
from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json, print_table
from bihuan.figure.clocks import clocks
from bihuan.org.models import Unit
from bihuan.org.tree import tree_on
from bihuan.report.number_marks import marked_docx
from bihuan.report.proofreading import JUDGEMENTS, Checked, proofread, read_draft, told


def run(arguments: Namespace) -> int:
    """Check the file; exit status 1 where a number is wrong or the text contradicts itself."""
    require_database()
    path = Path(arguments.file)
    if not path.is_file():
        raise NotFound(f"没有文件“{path}”")
    roots = [node.code for node in tree_on(clock.today()).nodes if node.depth == 0]
    unit = Unit.objects.filter(code__in=roots[:1]).first()
    if unit is None:
        raise NotFound("还没有单位，无法核对")
    asked = clocks(arguments.as_of or "", arguments.known_at or "")
    checked = proofread(read_draft(path, path.name), unit=unit, clocks=asked)
    if arguments.output:
        _write_marked(path, Path(arguments.output), checked)
    rows = told(checked)
    bad = [row for row in rows if row["judgement"] not in ("right", "unknown")]
    if arguments.json:
        print_json({"file": path.name, "numbers": rows})
    elif rows:
        lines = [
            (
                row["at"],
                row.get("text", ""),
                JUDGEMENTS[row["judgement"]],
                row.get("message") or _right(row),
            )
            for row in rows
        ]
        print_table(("位置", "数字", "结论", "应为"), lines)
    else:
        print("没有找到数字")
    return 1 if bad else 0


def _right(row: dict[str, Any]) -> str:
    """The value that should stand there; nothing beside a right number."""
    if row["judgement"] in ("right", "unknown") or not row["right_value"]:
        return ""
    return f"{row['right_value']}{row['right_unit'] or ''}{'；' + row['why'] if row['why'] else ''}"


def _write_marked(source: Path, target: Path, checked: Checked) -> None:
    if source.suffix.lower() != ".docx" or target.suffix.lower() != ".docx":
        raise Invalid("只有 .docx 的草稿能标注，写出的文件也须是 .docx")
    target.write_bytes(marked_docx(source, source.name, checked, clock.now()))
