"""Reads a pack's folder into definitions, or says what is wrong with it, all of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.json_schema import models_json_schema

from bihuan.base.errors import Issue, Level, did_you_mean
from bihuan.pack.kind import Definition, Definitions, PackKind
from bihuan.pack.parameters import Parameters, ParameterSpec
from bihuan.pack.source import Place, Source, read_yaml

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

_WORDS = {
    "literal_error": "{expected}",
    "string_pattern_mismatch": "{pattern}",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "greater_than_equal": "不小于 {ge}",
    "less_than_equal": "不大于 {le}",
    "finite_number": "有限的数字",
    "string": "文字，必要时用引号括起来",
    "int": "整数",
    "float": "数字",
    "bool": "true 或 false",
    "date": "日期，如 2026-01-01",
    "tuple": "列表",
    "dict": "键和值",
    "model": "键和值",
}


class Spec(BaseModel):
    """The base of everything a pack may declare: frozen, and with no keys but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class SystemSpec(Spec):
    """A system of the bureau's catalogue, and the definitions of the pack that carry it, as `folder/code`."""

    title: str
    carried_by: tuple[str, ...] = Field(min_length=1)


class PackSpec(Spec):
    """A bureau's pack: what it is called and which unit owns its ledgers."""

    code: Code
    title: str
    owner: str = Field(description="代码：拥有本包台账的单位")
    version: str = "1"
    description: str = ""
    parameters: dict[Code, ParameterSpec] = Field(default_factory=dict, description="各地可改的值，用作 param.名称")
    systems: dict[str, SystemSpec] = Field(default_factory=dict, description="本包承载哪些系统，各由哪些定义承载")


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
    parameters = Parameters(spec.parameters)
    for kind in kinds:
        for path in sorted((folder / kind.folder).glob("*.yaml")):
            shown = f"{kind.folder}/{path.name}"
            if kind.holds_many:
                issues += _read_many(path, shown, kind.model, spec.code, definitions[kind.folder], parameters)
                continue
            result, found = _read_spec(path, shown, kind.model, parameters)
            issues += found
            if result:
                issues += _add(definitions[kind.folder], path, spec.code, *result)
    issues += _unused(root[1], parameters)
    issues += _systems_carried(root[1], spec, definitions)
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


def _unused(source: Source, parameters: Parameters) -> list[Issue]:
    """A parameter that nothing reads was meant for something."""
    return [
        source.issue(f"没有定义使用参数“{name}”", "parameters", name, level=Level.WARNING)
        for name in parameters.unused()
    ]


def _systems_carried(source: Source, spec: PackSpec, definitions: Definitions) -> list[Issue]:
    """What a system names must be in the pack."""
    known = {f"{kind}/{code.removeprefix(f'{spec.code}.')}" for kind, found in definitions.items() for code in found}
    return [
        source.issue(f"没有“{name}”", "systems", system, "carried_by", index, hint=did_you_mean(name, sorted(known)))
        for system, what in spec.systems.items()
        for index, name in enumerate(what.carried_by)
        if name not in known
    ]


def _read_many(
    path: Path, shown: str, model: type[BaseModel], pack: str, known: dict[str, Definition], fill: Parameters
) -> list[Issue]:
    """Add each definition of a file that is a mapping of them; a fault in one leaves the others."""
    source, issues = _read_filled(path, shown, fill)
    if source is None or issues:
        return issues
    if not isinstance(source.data, dict):
        return [source.issue("文件要写成 代码: {…} 的形式")]
    for key in source.data:
        part, code = source.within(key), f"{pack}.{key}"
        spec, found = _validated(part, model)
        issues += found
        if code in known:
            issues.append(part.issue(f"“{key}”已在 {known[code].source.file} 里定义"))
        elif spec is not None:
            known[code] = Definition(code, pack, spec, part)
    return issues


def _read_spec(
    path: Path, shown: str, model: type[BaseModel], fill: Parameters | None = None
) -> tuple[tuple[Any, Source] | None, list[Issue]]:
    if not path.is_file():
        return None, [Issue("缺少这个文件", shown, 1)]
    source, issues = _read_filled(path, shown, fill)
    if source is None or issues:
        return None, issues
    spec, issues = _validated(source, model)
    return (None if spec is None else (spec, source)), issues


def read_file(path: Path, shown: str, model: type[BaseModel]) -> tuple[Any, list[Issue]]:
    """One definition from a file of its own, outside of any pack: the spec, or None with what is wrong."""
    found, issues = _read_spec(path, shown, model)
    return (found[0] if found else None), issues


def validated(data: Any, shown: str, model: type[BaseModel]) -> tuple[Any, list[Issue]]:
    """The same for data that did not come from a file."""
    return _validated(Source(shown, data, {}), model)


def _read_filled(path: Path, shown: str, fill: Parameters | None) -> tuple[Source | None, list[Issue]]:
    """A file's data, with the values of the pack's parameters where it names them."""
    source, issues = read_yaml(path, shown)
    return (source, issues) if source is None or issues or fill is None else fill.into(source)


def _validated(source: Source, model: type[BaseModel]) -> tuple[Any, list[Issue]]:
    try:
        return model.model_validate(source.data), []
    except ValidationError as error:
        return None, [_shape_issue(fault, source, model) for fault in _first_causes(error.errors())]


def _first_causes(faults: Sequence[Any]) -> list[Any]:
    """The faults without those that only follow from another: a list is not too short because its item is bad."""
    places = [fault["loc"] for fault in faults]
    return [
        fault
        for fault in faults
        if fault["type"] != "too_short"
        or not any(place[: len(fault["loc"])] == fault["loc"] and place != fault["loc"] for place in places)
    ]


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
    allowed = _allowed(fault)
    hint = did_you_mean(found, _quoted(allowed)) if isinstance(found, str) else ""
    return source.issue(f"“{key}”的值不对{shown}；允许：{allowed}", *place, hint=hint)


def _allowed(fault: Any) -> str:
    """What a value must be, in words, by Pydantic's type of the fault or by its family (int_type, int_parsing, ...)."""
    kind = fault["type"]
    words = _WORDS.get(kind) or _WORDS.get(kind.partition("_")[0])
    return words.format(**fault.get("ctx", {})).replace(" or ", " 或 ") if words else str(fault["msg"])


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
    """What lies in the folder and would be passed over without a word."""
    known = [kind.folder for kind in kinds]
    shown = [path for path in sorted(folder.iterdir()) if not path.name.startswith((".", "__"))]
    issues = [
        Issue(f"不认识的文件夹“{path.name}”", path.name, 0, hint=did_you_mean(path.name, known))
        for path in shown
        if path.is_dir() and path.name not in known
    ]
    for name in known:
        passed_over = sorted((folder / name).glob("*.yml"))
        issues += [
            Issue("这个文件不会被读取", f"{name}/{path.name}", 1, hint="扩展名要写成 .yaml") for path in passed_over
        ]
    return issues


def json_schema(kinds: Sequence[PackKind]) -> dict[str, Any]:
    """The published JSON Schema of a pack: one schema a kind, by folder. A number may be a parameter's name."""
    models: dict[str, type[BaseModel]] = {"pack": PackSpec, **{kind.folder: kind.model for kind in kinds}}
    places, shared = models_json_schema([(model, "validation") for model in models.values()])
    files = {name: places[model, "validation"] for name, model in models.items()}
    files |= {
        kind.folder: {"type": "object", "additionalProperties": files[kind.folder]} for kind in kinds if kind.holds_many
    }
    for name, part in shared["$defs"].items():
        if name not in _WITHOUT_PARAMETERS:
            _allow_parameters(part)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Bihuan pack",
        "type": "object",
        "properties": files,
        "$defs": shared["$defs"],
    }


_WITHOUT_PARAMETERS = (PackSpec.__name__, ParameterSpec.__name__, SystemSpec.__name__)
_PARAMETER = {"type": "string", "pattern": r"^param\.[a-z][a-z0-9_]*$"}


def _allow_parameters(part: dict[str, Any]) -> None:
    """Let each number of a schema be the name of a parameter as well."""
    for key, inner in part.get("properties", {}).items():
        if inner.get("type") in ("integer", "number"):
            rest = {name: inner.pop(name) for name in ("description", "default", "title") if name in inner}
            part["properties"][key] = {"anyOf": [inner, _PARAMETER], **rest}
        elif "anyOf" in inner and any(option.get("type") in ("integer", "number") for option in inner["anyOf"]):
            inner["anyOf"].append(_PARAMETER)
