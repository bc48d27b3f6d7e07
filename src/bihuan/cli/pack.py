"""`bihuan pack`: check a pack while it is written, and the JSON Schema that an editor checks it by."""

from argparse import Namespace
from pathlib import Path

from bihuan.base.errors import Issue, Level, NotFound
from bihuan.cli.listing import print_json
from bihuan.installed import KINDS
from bihuan.pack.reading import json_schema, read_pack


def run(arguments: Namespace) -> int:
    """Check a folder, or print the schema."""
    if arguments.action == "schema":
        print_json(json_schema(KINDS))
        return 0
    folder = Path(arguments.folder)
    if not folder.is_dir():
        raise NotFound(f"没有目录“{folder}”")
    pack = read_pack(folder, KINDS)
    errors = [issue for issue in pack.issues if issue.level is Level.ERROR]
    if arguments.json:
        print_json({"ok": pack.is_sound, "issues": [_as_json(issue) for issue in pack.issues]})
    else:
        for issue in pack.issues:
            print(issue)
        found = sum(len(definitions) for definitions in pack.definitions.values())
        print(f"{folder.name}：{found} 个定义，{len(errors)} 个错误，{len(pack.issues) - len(errors)} 个提醒")
    return 0 if pack.is_sound else 1


def _as_json(issue: Issue) -> dict[str, object]:
    return {
        "file": issue.file,
        "line": issue.line,
        "level": issue.level.value,
        "message": issue.message,
        "hint": issue.hint,
    }
