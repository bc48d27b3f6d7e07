"""`bihuan lake update`: every ledger's lake brought up to the last event, as it is handed to who counts counties."""

from argparse import Namespace

from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json
from bihuan.cli.progress import Progress
from bihuan.figure.lake.absorbing import fresh_snapshot
from bihuan.figure.lake.beside import write_beside
from bihuan.figure.names import LedgerView
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger
from bihuan.loop.definitions import loop_of


def run(arguments: Namespace) -> int:
    """Absorb what is new, and write what no record holds beside the lakes."""
    require_database()
    ledgers = list(Ledger.objects.filter(version__gt=0).order_by("code"))
    rows = 0
    with Progress("正在更新数据湖", len(ledgers)) as progress:
        for done, ledger in enumerate(ledgers):
            progress(done)
            view = LedgerView(ledger.code, spec_of(ledger), loop_of(ledger))
            rows += fresh_snapshot(ledger, view).manifest.rows
    write_beside()
    if arguments.json:
        print_json({"ledgers": len(ledgers), "rows": rows})
    else:
        print(f"{len(ledgers)} 个台账的数据湖已写到最新，{rows:,} 行。")
    return 0
