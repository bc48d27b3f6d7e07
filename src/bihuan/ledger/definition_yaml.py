"""A ledger's definition as the YAML of a pack, and back: what was made on screen is the same definition."""

import tempfile
from pathlib import Path
from typing import Any

import yaml

from bihuan.base.errors import Issue
from bihuan.ledger.spec import LedgerSpec
from bihuan.pack.reading import read_file

_LISTS = ("fields", "checks")
_HEAD = "# 由系统导出；放进业务包的 ledgers 文件夹，或用 bihuan define 载入。\n"


def to_yaml(spec: LedgerSpec) -> str:
    """The definition in YAML, a field a line; what is the default is left out."""
    data = spec.model_dump(mode="json", exclude_defaults=True)
    return _HEAD + "".join(_entry(key, data[key]) for key in LedgerSpec.model_fields if key in data)


def _entry(key: str, value: Any) -> str:
    if key in _LISTS:
        return f"{key}:\n" + "".join(f"  - {_flow(item)}\n" for item in value)
    return _dumped({key: value}, flow=False) if isinstance(value, str) else f"{key}: {_flow(value)}\n"


def _flow(value: Any) -> str:
    return _dumped(value, flow=True).strip().removesuffix("...").strip()


def _dumped(value: Any, *, flow: bool) -> str:
    # Lines are not folded: a field is found on its line.
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, default_flow_style=flow, width=100_000)
    return str(text)


def from_yaml(path: Path, shown: str) -> tuple[LedgerSpec | None, list[Issue]]:
    """The definition that a file holds, or what is wrong with its shape; `shown` is what issues call the file."""
    spec, issues = read_file(path, shown, LedgerSpec)
    return spec if isinstance(spec, LedgerSpec) else None, issues


def from_yaml_text(content: bytes, shown: str) -> tuple[LedgerSpec | None, list[Issue]]:
    """The same for a file that was sent to us."""
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        file.write(content)
        file.flush()
        return from_yaml(Path(file.name), shown)
