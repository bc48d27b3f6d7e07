"""`bihuan reports`: every report that can be made."""

from argparse import Namespace

from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json, print_table
from bihuan.report.definitions import reports_in_force, spec_of
from bihuan.report.spec import KINDS


def run(arguments: Namespace) -> int:
    """List the reports."""
    require_database()
    rows = [(one.code, KINDS[spec_of(one).kind], spec_of(one).period, one.version) for one in reports_in_force()]
    if arguments.json:
        print_json([dict(zip(("code", "kind", "period", "version"), row, strict=True)) for row in rows])
    elif rows:
        print_table(("代码", "种类", "时期", "版本"), rows)
    else:
        print("还没有材料；业务包的 reports/ 里声明")
    return 0
