"""Packs as a whole: shapes, places of faults, the schema, and putting one in force."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bihuan.base.errors import NotFound
from bihuan.installed import KINDS, PackNotSound, install_pack, install_packs, packs_folder
from bihuan.ledger.definitions import find_ledger, spec_of
from bihuan.ledger.models import LedgerVersion
from bihuan.loop.definitions import loop_of
from bihuan.loop.models import LoopVersion
from bihuan.org.actions import add_unit
from bihuan.org.models import Unit
from bihuan.pack.reading import json_schema, read_pack
from tests.cast import FOUNDED, Cast
from tests.outside import REPOSITORY
from tests.pack.packs import LEDGER, LOOP, PACK, only_issue, read

PACKS = sorted(path.parent for path in (REPOSITORY / "packs").glob("*/pack.yaml"))


@pytest.mark.parametrize("folder", PACKS, ids=lambda path: path.name)
def test_a_pack_that_comes_with_the_program_has_no_fault(folder: Path) -> None:
    pack = read_pack(folder, KINDS)
    assert pack.issues == ()
    assert pack.is_sound
    assert pack.spec is not None
    assert pack.spec.code == folder.name


def test_there_are_packs() -> None:
    assert "audit" in [folder.name for folder in PACKS]
    assert packs_folder() == REPOSITORY / "packs"


def test_a_sound_pack_gives_its_definitions(tmp_path: Path) -> None:
    pack = read(tmp_path)
    assert pack.issues == ()
    assert list(pack.definitions["ledgers"]) == ["demo.task"]
    assert list(pack.definitions["loops"]) == ["demo.simple"]
    assert pack.definitions["ledgers"]["demo.task"].spec.by_code["due_on"].title == "期限"


@pytest.mark.parametrize(
    ("files", "place", "words", "hint"),
    [
        ({"ledger": LEDGER + "keys: [name]\n"}, "ledgers/task.yaml:11", "不认识的键“keys”", "“key”"),
        ({"ledger": LEDGER.replace("required: true", "requird: true")}, "ledgers/task.yaml:7", "requird", "“required”"),
        ({"ledger": LEDGER.replace("title: 任务台账\n", "")}, "ledgers/task.yaml:1", "缺少“title”", ""),
        ({"ledger": LEDGER.replace(", title: 名称", "")}, "ledgers/task.yaml:7", "缺少“title”", ""),
        ({"ledger": LEDGER.replace("code: name", "code: 名")}, "ledgers/task.yaml:7", "“code”的值不对，写的是 '名'", ""),
        ({"loop": LOOP.replace("colour: green", "colour: greeen")}, "loops/simple.yaml:9", "'greeen'", "“green”"),
        ({"loop": LOOP.replace("unit: owner", "unit: owned")}, "loops/simple.yaml:15", "'owned'", "“owner”"),
        ({"loop": LOOP.replace("2020-01-01", "soon")}, "loops/simple.yaml:7", "“valid_from”", ""),
        ({"loop": LOOP.replace("yellow_within: 3", "yellow_within: -3")}, "loops/simple.yaml:7", "-3", ""),
        ({"pack": PACK.replace("code: demo", "code: Demo")}, "pack.yaml:1", "Demo", ""),
        ({"pack": "- 1\n"}, "pack.yaml:1", "文件", ""),
        ({"pack": ""}, "pack.yaml:1", "缺少这个文件", ""),
        ({"ledger": LEDGER.replace("code: task", "code: tusk")}, "ledgers/task.yaml:1", "文件名“task”与 code“tusk”不一致", ""),
    ],
)  # fmt: skip
def test_a_fault_has_a_file_a_line_and_a_hint(
    tmp_path: Path, files: dict[str, str], place: str, words: str, hint: str
) -> None:
    issue = only_issue(read(tmp_path, **files))
    assert f"{issue.file}:{issue.line}" == place
    assert words in issue.message
    assert hint in issue.hint


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("yellow_within: 3", "yellow_within: soon", "整数"),
        ("yellow_within: 3", "yellow_within: -3", "不小于 0"),
        ("2020-01-01", "soon", "日期，如 2026-01-01"),
        ("closed: true", "closed: perhaps", "true 或 false"),
        ("title: 待办", "title: 1", "文字，必要时用引号括起来"),
        ("role: [reviewer]", "role: reviewer", "列表"),
        ("who: [{role: [reviewer], unit: owner}]", "who: []", "至少 1 项"),
        ("{code: open, title: 待办}", "open", "键和值"),
        ("unit: owner", "unit: owned", "'responsible', 'owner', 'above', 'top' 或 'any'"),
    ],
)
def test_what_is_allowed_is_said_in_chinese(tmp_path: Path, before: str, after: str, allowed: str) -> None:
    assert before in LOOP
    assert only_issue(read(tmp_path, loop=LOOP.replace(before, after))).message.endswith(f"允许：{allowed}")


def test_all_faults_come_at_once_in_order(tmp_path: Path) -> None:
    ledger = LEDGER.replace("kind: unit", "kind: unti").replace("kind: date}", "kind: dat}")
    issues = read(tmp_path, ledger=ledger, loop=LOOP.replace("to: closed", "to: close")).issues
    places = [(issue.file, issue.line) for issue in issues]
    assert places == sorted(places)
    assert {file for file, _ in places} == {"ledgers/task.yaml", "loops/simple.yaml"}
    assert {8, 9} <= {line for file, line in places if file == "ledgers/task.yaml"}


def test_an_unknown_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    issue = only_issue(read(tmp_path))
    assert "不认识的文件夹“ledger”" in issue.message
    assert "ledgers" in issue.hint


def test_a_file_that_would_be_passed_over_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledgers").mkdir()
    (tmp_path / "ledgers" / "other.yml").write_text(LEDGER, encoding="utf-8")
    issue = only_issue(read(tmp_path))
    assert issue.file == "ledgers/other.yml"
    assert ".yaml" in issue.hint


def test_a_pack_with_faults_is_not_installed(cast: Cast, tmp_path: Path) -> None:
    before = LedgerVersion.objects.count()
    with pytest.raises(PackNotSound, match=r"ledgers/task\.yaml:11") as caught:
        install_pack(read(tmp_path, ledger=LEDGER + "keys: [name]\n"))
    assert len(caught.value.issues) == 1
    assert LedgerVersion.objects.count() == before


def test_the_owner_of_a_pack_must_be_there(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="330999-XX"):
        install_pack(read(tmp_path, pack=PACK.replace("330999-SJ", "330999-XX")))


def test_the_same_pack_again_changes_nothing(cast: Cast) -> None:
    owners = {pack.spec.owner for folder in packs_folder().glob("*/") if (pack := read_pack(folder, KINDS)).spec}
    for code in owners - set(Unit.objects.values_list("code", flat=True)):
        add_unit(code=code, name=f"单位{code}", kind="bureau", parent=cast.county, valid_from=FOUNDED)
    assert {"audit.finding", "urban.case"} <= set(install_packs())
    versions, loops = LedgerVersion.objects.count(), LoopVersion.objects.count()
    assert {"audit.finding", "urban.case"} <= set(install_packs())
    assert (LedgerVersion.objects.count(), LoopVersion.objects.count()) == (versions, loops)


def test_a_changed_pack_is_the_next_version_and_in_force_at_once(cast: Cast, tmp_path: Path) -> None:
    with_loop = LEDGER + "loop: simple\n"
    install_pack(read(tmp_path, ledger=with_loop))
    assert spec_of(find_ledger("demo.task")).by_code["name"].title == "名称"
    install_pack(
        read(
            tmp_path,
            ledger=with_loop.replace("title: 名称", "title: 任务名称"),
            loop=LOOP.replace("title: 待办", "title: 待处理"),
        )
    )
    ledger = find_ledger("demo.task")
    assert ledger.version == 2
    assert spec_of(ledger).by_code["name"].title == "任务名称"
    loop = loop_of(ledger)
    assert loop is not None
    assert loop.states["open"] == "待处理"


def resolve(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The part itself, or what its `$ref` points at in the whole schema."""
    while "$ref" in part:
        found: Any = schema
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def misfits(schema: dict[str, Any], part: dict[str, Any], value: Any, place: str = "") -> list[str]:
    """A small reading of JSON Schema: types, properties, required and items, with every reference resolved."""
    part = resolve(schema, part)
    if "anyOf" in part:
        answers = [misfits(schema, option, value, place) for option in part["anyOf"]]
        return min(answers, key=len)
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    wanted = part.get("type")
    if wanted == "null":
        return [] if value is None else [f"{place}: not null"]
    if wanted and not isinstance(value, kinds[wanted]):
        return [f"{place}: {value!r} is no {wanted}"]
    if "enum" in part and value not in part["enum"]:
        return [f"{place}: {value!r} is not one of {part['enum']}"]
    found: list[str] = []
    if isinstance(value, dict):
        known = part.get("properties", {})
        found += [f"{place}: {key} is missing" for key in part.get("required", []) if key not in value]
        for key, inner in value.items():
            if key in known:
                found += misfits(schema, known[key], inner, f"{place}/{key}")
            elif part.get("additionalProperties") is False:
                found.append(f"{place}: {key} is unknown")
            elif isinstance(part.get("additionalProperties"), dict):
                found += misfits(schema, part["additionalProperties"], inner, f"{place}/{key}")
    if isinstance(value, list):
        for index, inner in enumerate(value):
            found += misfits(schema, part.get("items", {}), inner, f"{place}/{index}")
    return found


@pytest.mark.parametrize("folder", PACKS, ids=lambda path: path.name)
def test_the_published_schema_takes_the_packs(folder: Path) -> None:
    schema = json.loads(json.dumps(json_schema(KINDS)))
    checked = 0
    for kind in KINDS:
        for path in (folder / kind.folder).glob("*.yaml"):
            value = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))
            assert misfits(schema, schema["properties"][kind.folder], value) == []
            known = next(iter(value.values())) if kind.holds_many else value
            known["surprise"] = 1
            [found] = misfits(schema, schema["properties"][kind.folder], value)
            assert found.endswith(": surprise is unknown")
            checked += 1
    assert checked
