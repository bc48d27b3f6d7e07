"""Faults of notices, duties, public pages, draws and plans are told with file, line and hint; what goes is retired."""

import json
from pathlib import Path
from typing import Any

import pytest

from bihuan.installed import KINDS
from bihuan.loop.declared.definitions import install_declared
from bihuan.loop.declared.models import Declared
from bihuan.loop.notice.rules import notices_in_force
from bihuan.loop.notice.spec import NoticeSpec
from bihuan.pack.reading import read_pack
from tests.cast import Cast
from tests.loop.draw.test_draws import DRAW
from tests.loop.duty.test_duties import WEEKLY
from tests.loop.notice.issuing import SLIP
from tests.loop.petition.test_petitions import FIELDS, LOOP, PAGE

GOOD: dict[str, dict[str, Any]] = {
    "notices": SLIP | {"when": [{"ledger": "voice", "colour": "red"}], "paragraphs": ["{{ fields.content }}"]},
    "duties": WEEKLY
    | {"ledger": "voice", "set": {"content": "{{ duty }} {{ period }}"}, "report": {"when": "state <> 'open'"}},
    "petitions": PAGE,
    "draws": DRAW
    | {
        "objects": {"ledger": "voice", "where": "is_blank(reply)"},
        "inspectors": {"ledger": "voice", "avoid_field": "place"},
        "ledger": "voice",
        "object_field": "place",
        "team_field": "reply",
        "set": {"content": "{{ object }}"},
    },
    "plans": {
        "code": "yearly",
        "title": "计划",
        "levels": [{"title": "目标", "ledger": "voice"}, {"title": "节点", "ledger": "voice", "parent": "place"}],
    },
}


def pack(folder: Path, kind: str, **changed: Any) -> list[str]:
    """A pack with one ledger, its loop, and one definition of a kind; gives the faults told."""
    definition = GOOD[kind] | changed
    files = {
        "pack.yaml": {"code": "demo", "title": "示范", "owner": "1"},
        "ledgers/voice.yaml": {"code": "voice", "title": "诉求", "fields": FIELDS, "loop": "short"},
        "loops/short.yaml": LOOP | {"code": "short"},
        f"{kind}/{definition['code']}.yaml": definition,
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            json.dumps(content, ensure_ascii=False, indent=1, default=str)
        )  # JSON is YAML, without aliases.
    return [str(issue) for issue in read_pack(folder, KINDS).issues]


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_a_sound_definition_has_no_fault(kind: str, tmp_path: Path) -> None:
    assert pack(tmp_path, kind) == []


@pytest.mark.parametrize(
    "kind, changed, told",
    [
        ("notices", {"when": []}, None),
        ("notices", {"when": [], "by_hand": []}, "永远不会发出"),
        ("notices", {"when": [{"ledger": "voice"}]}, "要写一个，也只能写一个"),
        ("notices", {"when": [{"ledger": "voise", "colour": "red"}]}, "没有台账“voise”"),
        ("notices", {"when": [{"ledger": "voice", "verb": "anwser"}]}, "你是不是想写“answer”"),
        ("notices", {"when": [{"ledger": "voice", "level": "county"}]}, "没有调度级别"),
        ("notices", {"to": [{"role": ["undertakr"], "unit": "responsible"}]}, "你是不是想写“undertaker”"),
        ("notices", {"to": [{"role": ["leader"], "unit": "top"}]}, "要签收的文书"),
        ("notices", {"paragraphs": ["{{ fields.contnt }}"]}, "你是不是想写“fields.content”"),
        ("notices", {"paragraphs": ["{{ titel }}"]}, "你是不是想写“title”"),
        ("notices", {"paragraphs": ["{{ title.__class__ }}"]}, "没有"),
        ("notices", {"subject": "{% for a in x %}"}, "有问题"),
        ("duties", {"owers": None}, "要写一个，也只能写一个"),
        ("duties", {"owers": {"below": "1"}}, "没有写哪些单位"),
        ("duties", {"every": "event"}, "要一起写"),
        ("duties", {"ledger": "voise"}, "没有台账"),
        ("duties", {"set": {}}, "没有给出必填字段：诉求内容"),
        ("duties", {"set": {"content": "{{ periode }}"}}, "你是不是想写“period”"),
        ("duties", {"set": {"contents": "a", "content": "b"}}, "你是不是想写“content”"),
        ("duties", {"report": {"when": "stat = 'open'"}}, "stat"),
        ("duties", {"report": {"when": "state = 'open'", "figure": "number_of"}}, "没有字段"),
        ("duties", {"workdays": True}, "只用于 every: day"),
        ("petitions", {"ledger": "voise"}, "没有台账"),
        ("petitions", {"fields": ["content", "plase"]}, "你是不是想写“place”"),
        ("petitions", {"fields": ["content", "place", "town"]}, "公众不能填"),
        ("petitions", {"fields": ["place"]}, "要写进 fields"),
        ("petitions", {"dispatch": "send"}, "没有操作“send”"),
        ("petitions", {"reject": "dispatch"}, "要到结束环节"),
        ("petitions", {"dispatch": "answer"}, "不能从第一个环节做"),
        ("petitions", {"desk": ["handlr"]}, "你是不是想写“handler”"),
        ("draws", {"percent": 5}, "也只能写一个"),
        ("draws", {"object_field": "plase"}, "你是不是想写“place”"),
        ("draws", {"objects": {"ledger": "voice", "where": "nothing = 1"}}, "nothing"),
        ("draws", {"inspectors": {"ledger": "voise"}}, "没有台账"),
        ("draws", {"set": {"content": "{{ objekt }}"}}, "你是不是想写“object”"),
        ("plans", {"levels": [{"title": "目标", "ledger": "voice", "parent": "place"}]}, "没有上一级"),
        (
            "plans",
            {"levels": [{"title": "目标", "ledger": "voice"}, {"title": "节点", "ledger": "voice"}]},
            "要写 parent",
        ),
        ("plans", {"levels": [{"title": "目标", "ledger": "voice", "weight": "content"}]}, "允许：integer"),
        ("plans", {"levels": [{"title": "目标", "ledger": "voice", "weight": "wait"}]}, "没有字段“wait”"),
    ],
)
def test_a_fault_is_told(kind: str, changed: dict[str, Any], told: str | None, tmp_path: Path) -> None:
    found = pack(tmp_path, kind, **changed)
    if told is None:
        assert any("没有写 ledgers" in issue for issue in found)
        return
    assert any(told in issue for issue in found), found
    assert all(issue.startswith(f"{kind}/") for issue in found)


def test_the_same_again_is_no_new_version_and_what_goes_is_retired(cast: Cast) -> None:
    one, other = NoticeSpec.model_validate(SLIP), NoticeSpec.model_validate(SLIP | {"code": "other"})
    changed = NoticeSpec.model_validate(SLIP | {"urgent": True})

    def install(**specs: NoticeSpec) -> list[str]:
        named = {f"demo.{code}": spec for code, spec in specs.items()}
        install_declared(kind="notices", pack="demo", owner=cast.office, specs=named)
        return sorted(code for code in notices_in_force() if code.startswith("demo."))

    def versions() -> int:
        return Declared.objects.filter(pack="demo").count()

    assert install(slip=one, other=other) == ["demo.other", "demo.slip"]
    assert (install(slip=one, other=other), versions()) == (["demo.other", "demo.slip"], 2)
    assert (install(slip=changed), versions()) == (["demo.slip"], 4)
    assert notices_in_force()["demo.slip"].spec.urgent
    assert (install(slip=changed), versions()) == (["demo.slip"], 4)
    assert (install(slip=changed, other=other), versions()) == (["demo.other", "demo.slip"], 5)
