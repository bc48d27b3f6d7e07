"""What the kinds of events are called."""

from bihuan.loop.spec import LoopSpec

_TITLES = {
    "created": "新建",
    "edited": "修改",
    "imported": "导入",
    "updated_by_file": "按表格更新",
    "closed_in_file": "随表格办结",
    "undone": "撤销批次",
    "redefined": "随台账定义变动",
    "recurred": "再犯另开",
    "recurrence_seen": "再次出现",
    "merged_in": "并入另一件",
    "unmerged": "拆出并入的一件",
    "closed_with": "随并办的事项销号",
    "recheck_drawn": "抽中复核",
    "version_moved": "换用新版闭环",
    "resealed": "换密钥重新加密",
    "handed_over": "交接",
}


def event_title(kind: str, loop: LoopSpec | None) -> str:
    """What an event is called: the verb's own word, or the ledger's."""
    if kind.startswith("verb:") and loop:
        verb = loop.verb.get(kind.removeprefix("verb:"))
        return verb.title if verb else kind
    return _TITLES.get(kind, kind)
