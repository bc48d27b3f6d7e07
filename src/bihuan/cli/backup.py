"""`bihuan backup`: the whole instance into one file, while it runs."""

from argparse import Namespace
from pathlib import Path

from bihuan.cli.archive.manifest import Manifest
from bihuan.cli.archive.writing import make_backup
from bihuan.cli.database import require_database
from bihuan.cli.progress import Progress

_SHOWN = 20


def run(arguments: Namespace) -> int:
    """Write the file, and say what is in it and what is not."""
    require_database()
    target = Path(arguments.file)
    with Progress("正在备份，KB：") as progress:
        manifest = make_backup(
            target,
            with_keys=not arguments.without_keys,
            allow_missing=arguments.allow_missing,
            told=lambda done: progress(done // 1024),
        )
    lost = [*manifest.missing, *manifest.damaged]
    for name in lost[:_SHOWN]:
        print(f"注意：{name}")
    if len(lost) > _SHOWN:
        print(f"注意：另有 {len(lost) - _SHOWN:,} 个文件，没有列出；清单里都有")
    print(f"已备份并逐项核对：{contents(manifest)}，{target.stat().st_size / 2**20:,.1f} MB，见 {target}")
    print(_about_keys(with_keys=manifest.with_keys))
    return 0


def contents(manifest: Manifest) -> str:
    """What an archive holds, in words."""
    return (
        f"{manifest.rows_of('ledger.ledger'):,} 个台账、{manifest.rows_of('ledger.record'):,} 条记录、"
        f"{manifest.rows_of('ledger.event'):,} 个事件、{len(manifest.files):,} 个文件"
    )


def _about_keys(*, with_keys: bool) -> str:
    if with_keys:
        return "备份里有密钥和密码的哈希，请像密码一样保管。"
    return "备份里没有密钥：恢复到没有原密钥的机器上，事件链照样重算，但链尾签名无法核验，要另外保管 keys/。"
