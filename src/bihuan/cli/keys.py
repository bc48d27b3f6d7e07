"""`bihuan keys`: by which keys encrypted fields are sealed; begin a new one, seal anew, put an old one away."""

from argparse import Namespace

from bihuan.base.sealing import known_keys, tighten
from bihuan.cli.database import require_database
from bihuan.cli.listing import print_json, print_table
from bihuan.cli.progress import Progress
from bihuan.ledger.resealing import KeyUse, key_uses, reseal, retire_key, rotate_key
from bihuan.org.actor import system_actor

_METHODS = {"sm4": "SM4-GCM", "aes": "AES-256-GCM"}


def run(arguments: Namespace) -> int:
    """Do what was asked, in the order of a change of keys; list the keys where nothing was."""
    require_database()
    actor, asked = system_actor("命令行"), arguments.rotate or arguments.reseal or arguments.retire
    for name in tighten():
        print(f"{name} 原来别人也能读，已改为只有本人可读写（0600）")
    if arguments.rotate:
        print(f"已启用新密钥 {rotate_key(actor=actor)}；旧密钥保留，用来打开以前的内容")
    if arguments.reseal:
        with Progress("正在换用新密钥，条：") as progress:
            done = reseal(actor=actor, told=progress)
        print(f"已改由新密钥加密：{done.records:,} 条记录、{done.factors:,} 个动态口令")
    if arguments.retire:
        place = retire_key(actor=actor, name=arguments.retire, with_history=arguments.with_history)
        print(f"{arguments.retire} 已退役，移到 {place}；请离线保管，要看旧值时放回 keys/")
    if not asked:
        _list(as_json=arguments.json)
    return 0


def _list(*, as_json: bool) -> None:
    uses, known = key_uses(), {name: (method, current) for name, method, current in known_keys()}
    if as_json:
        print_json({"keys": [_as_json(name, use, known) for name, use in uses.items()]})
        return
    rows = [
        (name, *_standing(name, known), f"{use.records:,}", f"{use.events:,}", f"{use.factors:,}")
        for name, use in uses.items()
    ]
    print_table(("密钥", "算法", "状态", "记录里的值", "历史里的值", "动态口令"), rows)


def _standing(name: str, known: dict[str, tuple[str, bool]]) -> tuple[str, str]:
    if name not in known:
        return "—", "不在 keys/ 里"
    method, current = known[name]
    return _METHODS[method], "在用" if current else "只用来打开"


def _as_json(name: str, use: KeyUse, known: dict[str, tuple[str, bool]]) -> dict[str, object]:
    method, current = known.get(name, ("", False))
    return {
        "key": name,
        "method": method,
        "present": name in known,
        "in_use": current,
        "records": use.records,
        "events": use.events,
        "factors": use.factors,
    }
