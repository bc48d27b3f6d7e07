"""`bihuan verify`: recompute every hash chain, the access log's too, and name each entry that was altered."""

from argparse import Namespace

from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json
from bihuan.cli.progress import Progress
from bihuan.ledger.verification import Finding, counts, verify_chain
from bihuan.org.access_log import LOG, verify_log
from bihuan.org.models import AccessEntry


def run(arguments: Namespace) -> int:
    """Verify all ledgers and the access log; status 1 if anything does not hold."""
    require_database()
    ledgers = list(counts())
    events = [int(getattr(ledger, "events_count", 0)) for ledger in ledgers]
    findings: list[Finding] = []
    done = 0
    with Progress("正在核对事件", sum(events)) as progress:
        for ledger, count in zip(ledgers, events, strict=True):
            progress(done)
            findings += verify_chain(ledger)
            done += count
    entries = AccessEntry.objects.count()
    findings += [Finding(LOG, "", message) for message in verify_log()]
    if arguments.json:
        listed = [{"code": ledger.code, "events": n} for ledger, n in zip(ledgers, events, strict=True)]
        told = [_as_json(finding) for finding in findings]
        print_json({"ok": not findings, "ledgers": listed, "access_log": entries, "findings": told})
    else:
        for finding in findings:
            print(finding)
        word = f"发现 {len(findings):,} 处改动" if findings else "没有发现改动"
        print(f"核对了 {len(ledgers)} 个台账、{sum(events):,} 个事件、{entries:,} 条访问日志：{word}。")
    return 1 if findings else 0


def _as_json(finding: Finding) -> dict[str, str]:
    return {"ledger": finding.ledger, "place": finding.place, "message": finding.message}
