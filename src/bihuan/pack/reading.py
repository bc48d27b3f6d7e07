"""Reads a pack's folder into definitions, or says what is wrong with it, all of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bihuan.base.errors import Issue, did_you_mean
from bihuan.pack.kind import Definition, Definitions, PackKind
from bihuan.pack.source import Place, Source, read_yaml

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Spec(BaseModel):
    """The base of everything a pack may declare: frozen, and with no keys but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class PackSpec(Spec):
    """A bureau's pack: what it is called and which unit owns its ledgers."""

    code: Code
    title: str
    owner: str = Field(description="代码：拥有本包台账的单位")
    version: str = "1"
    description: str = ""


@dataclass(frozen=True)
class Pack:
    """A pack that was read: its own spec, its definitions by kind, and the faults found."""

    spec: PackSpec | None
    definitions: Definitions
    issues: tuple[Issue, ...]
    folder: Path = field(default=Path())

    @property
    def is_sound(self) -> bool:
        return self.spec is not None and not any(issue.level == "error" for issue in self.issues)


def read_pack(folder: Path, kinds: Sequence[PackKind]) -> Pack:
    """Read and check one pack. It never raises for what the pack's files say: faults come back as issues."""
    issues: list[Issue] = []
    root, found = _read_spec(folder / "pack.yaml", "pack.yaml", PackSpec)
    issues += found
    definitions: Definitions = {kind.folder: {} for kind in kinds}
    if root is None:
        return Pack(None, definitions, tuple(issues), folder)
    spec: PackSpec = root[0]
    for kind in kinds:
        for path in sorted((folder / kind.folder).glob("*.yaml")):
            shown = f"{kind.folder}/{path.name}"
            result, found = _read_spec(path, shown, kind.model)
            issues += found
            if result:
                issues += _add(definitions[kind.folder], path, spec.code, *result)
    issues += _unknown_files(folder, kinds)
    for kind in kinds:
        issues += kind.check(tuple(definitions[kind.folder].values()), definitions)
    return Pack(spec, definitions, tuple(sorted(issues, key=lambda i: (i.file, i.line))), folder)


def _add(known: dict[str, Definition], path: Path, pack: str, spec: Any, source: Source) -> list[Issue]:
    code = f"{pack}.{spec.code}"
    if path.stem != spec.code:
        return [source.issue(f"文件名“{path.stem}”与 code“{spec.code}”不一致", "code")]
    known[code] = Definition(code, pack, spec, source)
    return []


def _read_spec(path: Path, shown: str, model: type[BaseModel]) -> tuple[tuple[Any, Source] | None, list[Issue]]:
    if not path.is_file():
        return None, [Issue("缺少这个文件", shown, 1)]
    source, issues = read_yaml(path, shown)
    if source is None or issues:
        return None, issues
    try:
        return (model.model_validate(source.data), source), []
    except ValidationError as error:
        return None, [_shape_issue(fault, source, model) for fault in error.errors()]


def _shape_issue(fault: Any, source: Source, model: type[BaseModel]) -> Issue:
    place: Place = tuple(part for part in fault["loc"] if (not isinstance(part, str)) or _is_key(part))
    key = str(place[-1]) if place else "文件"
    if fault["type"] == "extra_forbidden":
        known = known_keys(model)
        return source.issue(f"不认识的键“{key}”", *place, hint=did_you_mean(key, known))
    if fault["type"] == "missing":
        return source.issue(f"缺少“{key}”", *place[:-1])
    found = fault.get("input")
    shown = f"，写的是 {found!r}" if isinstance(found, str | int | float | bool | None) else ""
    allowed = fault.get("ctx", {}).get("expected") or fault.get("ctx", {}).get("pattern") or fault["msg"]
    hint = did_you_mean(found, _quoted(str(allowed))) if isinstance(found, str) else ""
    return source.issue(f"“{key}”的值不对{shown}；允许：{allowed}", *place, hint=hint)


def _quoted(text: str) -> list[str]:
    return text.split("'")[1::2]


def _is_key(part: str) -> bool:
    """Pydantic puts the names of union branches into a place; they hold brackets, dots or capitals."""
    return part.replace("_", "").isalnum() and part == part.lower()


def known_keys(model: type[BaseModel]) -> list[str]:
    """Every key that a model or a model inside it allows."""
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({key for part in parts for key in part.get("properties", {})})


def _unknown_files(folder: Path, kinds: Sequence[PackKind]) -> list[Issue]:
    known = [kind.folder for kind in kinds]
    return [
        Issue(f"不认识的文件夹“{path.name}”", path.name, 0, hint=did_you_mean(path.name, known))
        for path in sorted(folder.iterdir())
        if path.is_dir() and path.name not in known and not path.name.startswith((".", "__"))
    ]


def json_schema(kinds: Sequence[PackKind]) -> dict[str, Any]:
    """The published JSON Schema of a pack: one schema a kind, by folder."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Bihuan pack",
        "type": "object",
        "properties": {
            "pack": PackSpec.model_json_schema(),
            **{kind.folder: {"title": kind.title, **kind.model.model_json_schema()} for kind in kinds},
        },
    }
