"""`bihuan draw --check FILE`: draw again from a published file and compare. It asks no database."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import orjson

from bihuan.base.errors import Invalid, NotFound
from bihuan.cli.listing import print_json
from bihuan.loop.draw.ranking import faults

_MOST_BYTES = 100 * 1024 * 1024


def run(arguments: Namespace) -> int:
    """0 where everybody would draw the same, 1 where something does not agree."""
    published = _read(arguments.check)
    found = faults(published)
    if arguments.json:
        print_json({"ok": not found, "faults": found, "drawn": len(published["result"])})
    elif found:
        print("\n".join(found))
    else:
        print(f"一致：承诺、种子、结果都对得上，抽中 {len(published['result'])} 个")
    return 1 if found else 0


def _read(path: Path) -> Any:
    if not path.is_file():
        raise NotFound(f"没有文件“{path}”")
    if path.stat().st_size > _MOST_BYTES:
        raise Invalid(f"“{path.name}”太大，不是抽取结果文件")
    try:
        return orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise Invalid(f"“{path.name}”不是 JSON 文件：{error}") from error
