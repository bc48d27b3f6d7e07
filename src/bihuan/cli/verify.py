"""`bihuan verify`: recompute every hash chain, and name each event that was altered."""

from argparse import Namespace

from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json
from bihuan.cli.progress import Progress
from bihuan.ledger.verification import Finding, counts, verify_chain


def run(arguments: Namespace) -> int:
    """Verify all ledgers; status 1 if anything does not hold."""
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
    if arguments.json:
        listed = [{"code": ledger.code, "events": n} for ledger, n in zip(ledgers, events, strict=True)]
        print_json({"ok": not findings, "ledgers": listed, "findings": [_as_json(finding) for finding in findings]})
    else:
        for finding in findings:
            print(finding)
        word = f"发现 {len(findings):,} 处改动" if findings else "没有发现改动"
        print(f"核对了 {len(ledgers)} 个台账、{sum(events):,} 个事件：{word}。")
    return 1 if findings else 0


def _as_json(finding: Finding) -> dict[str, str]:
    return {"ledger": finding.ledger, "place": finding.place, "message": finding.message}
