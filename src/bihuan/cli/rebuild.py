"""`bihuan rebuild`: write every record anew from its events, or with --check only say which differ."""

from argparse import Namespace

from django.db import transaction

from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json
from bihuan.cli.progress import Progress
from bihuan.ledger import search
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.verification import Finding, check_records, rebuild


def run(arguments: Namespace) -> int:
    """Check or rebuild; status 1 if the check found a difference."""
    require_database()
    ledgers = list(Ledger.objects.order_by("code"))
    records = Record.objects.count()
    findings: list[Finding] = []
    mended = 0
    with Progress("正在核对台账" if arguments.check else "正在重建台账", len(ledgers)) as progress:
        for done, ledger in enumerate(ledgers):
            progress(done)
            if arguments.check:
                findings += check_records(ledger)
            else:
                mended += _rebuild(ledger)
                search.forget(ledger)
                search.absorb(ledger)
    if arguments.json:
        listed = [{"ledger": found.ledger, "place": found.place, "message": found.message} for found in findings]
        print_json({"ok": not findings, "records": records, "mended": mended, "findings": listed})
    else:
        for found in findings:
            print(found)
        print(_outcome(len(ledgers), records, len(findings), mended, check=arguments.check))
    return 1 if findings else 0


@transaction.atomic
def _rebuild(ledger: Ledger) -> int:
    return rebuild(ledger)


def _outcome(ledgers: int, records: int, differ: int, mended: int, *, check: bool) -> str:
    if not check:
        return f"重建了 {ledgers} 个台账、{records:,} 条记录：改正 {mended:,} 条。"
    word = f"有 {differ:,} 处不一致，可用 bihuan rebuild 重建" if differ else "与事件完全一致"
    return f"核对了 {ledgers} 个台账、{records:,} 条记录：{word}。"
