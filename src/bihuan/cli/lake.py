"""`bihuan lake rebuild`: the figures' lake made anew from the events, or with --check only compared."""

from argparse import Namespace

from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json
from bihuan.cli.progress import Progress
from bihuan.figure.lake.beside import write_beside
from bihuan.figure.lake.checking import check_lake, rebuild_lake
from bihuan.figure.names import LedgerView
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger
from bihuan.loop.definitions import loop_of


def run(arguments: Namespace) -> int:
    """Check or rebuild every ledger's lake; status 1 if the check found a difference."""
    require_database()
    ledgers = list(Ledger.objects.filter(version__gt=0).order_by("code"))
    found = []
    with Progress("正在核对数据湖" if arguments.check else "正在重建数据湖", len(ledgers)) as progress:
        for done, ledger in enumerate(ledgers):
            progress(done)
            view = LedgerView(ledger.code, spec_of(ledger), loop_of(ledger))
            found.append(check_lake(ledger, view) if arguments.check else rebuild_lake(ledger, view))
    faults = [checked for checked in found if checked.fault]
    rows = sum(checked.rows for checked in found)
    if not arguments.check:
        write_beside()
    if arguments.json:
        listed = [{"ledger": checked.ledger, "rows": checked.rows, "fault": checked.fault} for checked in found]
        print_json({"ok": not faults, "ledgers": listed})
    else:
        for checked in faults:
            print(f"{checked.ledger}：{checked.fault}")
        what = "核对" if arguments.check else "重建"
        word = f"有 {len(faults)} 个不一致，可用 bihuan lake rebuild 重建" if faults else "与事件一致"
        print(f"{what}了 {len(found)} 个台账的数据湖，{rows:,} 行：{word}。")
    return 1 if faults else 0
