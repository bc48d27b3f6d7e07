"""`bihuan reports`: every report that can be made."""

from argparse import Namespace

from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json, print_table
from bihuan.report.definitions import reports_in_force, spec_of
from bihuan.report.models import ReportVersion
from bihuan.report.spec import KINDS
from bihuan.report.titles import without_period


def run(arguments: Namespace) -> int:
    """List the reports."""
    require_database()
    rows = [_row(one) for one in reports_in_force()]
    if arguments.json:
        print_json(
            [dict(zip(("code", "title", "kind", "period", "record_of", "version"), row, strict=True)) for row in rows]
        )
    elif rows:
        print_table(("代码", "名称", "种类", "时期", "关于哪个台账的一条记录", "版本"), rows)
    else:
        print("还没有材料；业务包的 reports/ 里声明")
    return 0


def _row(report: ReportVersion) -> tuple[str, str, str, str, str, int]:
    spec = spec_of(report)
    return report.code, without_period(spec.title), KINDS[spec.kind], spec.period, spec.subject or "", report.version
