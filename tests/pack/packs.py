"""Writes small packs for the tests: the text of each file as it stands, so that lines can be counted."""

from pathlib import Path
from textwrap import dedent

from bihuan.base.errors import Issue
from bihuan.installed import KINDS
from bihuan.pack.reading import Pack, read_pack

PACK = """\
code: demo
title: 示例
owner: "330999-SJ"
"""

LEDGER = """\
code: task
title: 任务台账
key: [name]
unit_field: responsible
due_field: due_on
fields:
  - {code: name, title: 名称, kind: text, required: true}
  - {code: responsible, title: 责任单位, kind: unit}
  - {code: due_on, title: 期限, kind: date}
  - {code: level, title: 等级, kind: choice, choices: [{code: high, title: 高}, {code: low, title: 低}]}
"""

LOOP = """\
code: simple
title: 简单
steps:
  - {code: open, title: 待办}
  - {code: closed, title: 已销号, closed: true}
colours:
  - {valid_from: 2020-01-01, yellow_within: 3}
levels:
  - {code: unit, title: 责任单位, unit: responsible, colour: green}
verbs:
  - code: finish
    title: 销号
    from: [open]
    to: closed
    who: [{role: [reviewer], unit: owner}]
"""


def write_pack(folder: Path, *, pack: str = PACK, ledger: str = LEDGER, loop: str = LOOP, figures: str = "") -> Path:
    """A pack with one ledger `task` and one loop `simple`; a file whose text is empty is left out."""
    files = {"pack.yaml": pack, "ledgers/task.yaml": ledger, "loops/simple.yaml": loop, "figures/task.yaml": figures}
    for place, text in files.items():
        if text:
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
    return folder


def read(folder: Path, **files: str) -> Pack:
    return read_pack(write_pack(folder, **files), KINDS)


def only_issue(pack: Pack) -> Issue:
    """The one fault that the pack has."""
    assert len(pack.issues) == 1, "\n".join(map(str, pack.issues))
    return pack.issues[0]
