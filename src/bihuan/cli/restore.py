"""`bihuan restore`: the instance from a backup, wholly or not at all."""

from argparse import Namespace
from pathlib import Path

from bihuan.base import clock
from bihuan.cli.archive.restoring import Restored, restore_backup
from bihuan.cli.backup import contents
from bihuan.cli.progress import Progress

_SHOWN = 20


def run(arguments: Namespace) -> int:
    """Restore, and say what was proven; status 1 if ledgers do not hold and that was allowed."""
    with Progress("正在核对备份，KB：") as verified, Progress("正在写入，KB：") as loaded:
        restored = restore_backup(
            Path(arguments.file),
            replace=arguments.replace,
            allow_findings=arguments.allow_findings,
            verified=lambda done: verified(done // 1024),
            loaded=lambda done: loaded(done // 1024),
        )
    made = restored.manifest.made_at.astimezone(clock.COUNTY_TIME)
    print(f"已恢复 {made:%Y-%m-%d %H:%M} 的备份：{contents(restored.manifest)}。")
    _tell_proof(restored)
    print(f"原有的文件移到了 {restored.aside}。")
    if restored.schema:
        print(f"原有的表移到了 PostgreSQL 的模式 {restored.schema}。")
    return 1 if restored.findings else 0


def _tell_proof(restored: Restored) -> None:
    lost = [*restored.manifest.missing, *restored.manifest.damaged]
    for name in lost[:_SHOWN]:
        print(f"注意：备份时就已如此：{name}")
    if len(lost) > _SHOWN:
        print(f"注意：另有 {len(lost) - _SHOWN:,} 个文件，没有列出")
    for finding in restored.findings[:_SHOWN]:
        print(finding)
    if restored.unsigned:
        print(
            f"注意：备份里没有密钥，{len(restored.unsigned)} 本的链尾签名无法核验：{'、'.join(restored.unsigned)}。"
            "在写入任何新内容之前，把原实例的 keys/chain.key 放回 keys/，再用 bihuan verify 核对。"
        )
    if restored.closed:
        files = "、".join(f"field-{name}.json" for name in restored.closed)
        print(f"注意：备份里没有密钥，加密的字段和动态口令打不开，直到把原实例 keys/ 里的 {files} 放回 keys/。")
    if restored.findings:
        print(f"台账核对有 {len(restored.findings):,} 处不符。")
    else:
        print(f"{len(restored.manifest.ledgers)} 个台账的事件链和记录已全部重算，没有发现改动。")
