"""A definition changes: the records follow in one batch, or nothing moves and what is in the way is told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.errors import Conflict, NotAllowed
from bihuan.base.sealing import is_sealed
from bihuan.installed import KINDS, install_pack, packs_folder
from bihuan.ledger.definition_diff import differences
from bihuan.ledger.definition_yaml import from_yaml, from_yaml_text, to_yaml
from bihuan.ledger.definitions import find_ledger, spec_of
from bihuan.ledger.models import Event, Ledger, LedgerVersion, Record
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.undo import may_undo
from bihuan.loop.actions import create_record
from bihuan.loop.redefinition import Plan, Refused, plan_redefinition, redefine
from bihuan.pack.reading import read_pack
from tests.cast import Cast, undone
from tests.ledger.making import TASK_FIELDS, TASK_PARTS, findings, make_ledger

Change = Callable[[dict[str, Any]], None]


def shape(ledger: Ledger) -> dict[str, Any]:
    return spec_of(ledger).model_dump(mode="json", exclude_defaults=True)


def field(data: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in data["fields"] if item["code"] == code)
    return found


def changed(ledger: Ledger, *changes: Change) -> LedgerSpec:
    data = shape(ledger)
    for change in changes:
        change(data)
    return LedgerSpec.model_validate(data)


def put(of: str, /, **keys: Any) -> Change:
    return lambda data: field(data, of).update(keys)


def add(**keys: Any) -> Change:
    return lambda data: data["fields"].append(keys)


def remove(code: str) -> Change:
    return lambda data: data["fields"].remove(field(data, code))


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    ledger = make_ledger(cast.office, loop=None)
    for no, name, amount, people in (("A1", "修路", "12.5", "3"), ("A2", "架桥", "0.0001", "40"), ("A3", "", "", "")):
        fields = {"no": no, "name": name, "amount": amount, "people": people, "level": "高", "responsible": "青溪镇"}
        create_record(actor=cast["office"], ledger=ledger, fields=fields)
    return ledger


def data_of(ledger: Ledger) -> list[dict[str, Any]]:
    return [record.data for record in ledger.records.order_by("pk")]


def go(cast: Cast, ledger: Ledger, *changes: Change) -> Plan:
    plan, _ = redefine(actor=cast["office"], ledger=ledger, spec=changed(ledger, *changes), origin="screen")
    ledger.refresh_from_db()
    assert findings(ledger) == []
    return plan


def told(cast: Cast, ledger: Ledger, *changes: Change) -> list[tuple[str, int]]:
    plan = plan_redefinition(actor=cast["office"], ledger=ledger, spec=changed(ledger, *changes))
    with pytest.raises(Refused):
        redefine(actor=cast["office"], ledger=ledger, spec=changed(ledger, *changes), origin="screen")
    ledger.refresh_from_db()
    assert ledger.version == 1
    return [(item.fault.message, item.count) for item in plan.obstacles]


def test_a_renamed_field_keeps_its_data(cast: Cast, ledger: Ledger) -> None:
    plan = go(cast, ledger, put("name", code="what", title="内容", was="name"))
    assert (plan.changed, plan.total) == (2, 3)
    assert [data.get("what") for data in data_of(ledger)] == ["修路", "架桥", None]
    assert not any("name" in data for data in data_of(ledger))
    event = Event.objects.filter(ledger=ledger, kind="redefined").first()
    assert event
    assert event.batch
    assert not may_undo(cast["office"], event.batch)


def test_a_type_is_widened_and_a_measure_converts(cast: Cast, ledger: Ledger) -> None:
    go(cast, ledger, put("people", kind="number", scale=1), put("amount", measure="元"))
    assert [(data.get("people"), data.get("amount")) for data in data_of(ledger)] == [
        (3.0, 125000.0),
        (40.0, 1.0),
        (None, None),
    ]


def test_what_would_be_lost_is_refused(cast: Cast, ledger: Ledger) -> None:
    ((message, count),) = told(cast, ledger, put("amount", kind="number", measure="亿元", scale=6))
    assert "丢掉" in message or "小数" in message
    assert count == 1


def test_a_narrower_bound_names_how_many_are_in_the_way(cast: Cast, ledger: Ledger) -> None:
    assert told(cast, ledger, put("people", maximum=10)) == [("“人数”：40 大于允许的最大值 10", 1)]


def test_a_removed_field_with_data_is_refused_unless_it_is_dropped(cast: Cast, ledger: Ledger) -> None:
    assert told(cast, ledger, remove("people")) == [("要删去的字段“人数”填有内容", 2)]
    go(cast, ledger, remove("people"), lambda data: data.update(dropped=["people"]))
    assert not any("people" in data for data in data_of(ledger))


def test_a_new_required_field_needs_a_value_for_every_record(cast: Cast, ledger: Ledger) -> None:
    new = {"code": "source", "title": "来源", "kind": "text", "required": True}
    assert told(cast, ledger, add(**new)) == [("新的必填字段“来源”没有内容", 3)]
    go(cast, ledger, add(**new, fill="case when amount > 1 then '上级' else '本级' end"))
    assert [data["source"] for data in data_of(ledger)] == ["上级", "本级", "本级"]


def test_a_choice_is_split_by_a_rule_and_others_are_joined(cast: Cast, ledger: Ledger) -> None:
    split = [
        {"code": "top", "title": "特高", "was": ["high"], "when": "people > 10"},
        {"code": "mid", "title": "较高", "was": ["high", "low"]},
    ]
    assert told(cast, ledger, put("level", choices=[{"code": "low", "title": "低"}])) == [
        ("“等级”：选项“高”要删去，没有说明改成哪一个", 3)
    ]
    go(cast, ledger, put("level", choices=split))
    assert [data["level"] for data in data_of(ledger)] == ["mid", "top", "mid"]


def test_a_new_key_must_tell_records_apart(cast: Cast, ledger: Ledger) -> None:
    assert told(cast, ledger, lambda data: data.update(key=["level"])) == [("唯一键“等级”有重复", 2)]
    go(cast, ledger, lambda data: data.update(key=["no", "level"]))
    assert {record.key for record in ledger.records.all()} == {"A1\u241fhigh", "A2\u241fhigh", "A3\u241fhigh"}


def test_a_new_rule_must_hold_of_all(cast: Cast, ledger: Ledger) -> None:
    rule = {"when": "people < 30", "message": "人数太多"}
    assert told(cast, ledger, lambda data: data.update(checks=[rule])) == [("不合规则“人数太多”", 1)]


def test_a_formula_is_worked_out_for_every_record(cast: Cast, ledger: Ledger) -> None:
    go(cast, ledger, add(code="each", title="人均", kind="computed", formula="amount / people", scale=4))
    assert [data.get("each") for data in data_of(ledger)] == [4.1667, 0.0, None]


def test_a_field_is_encrypted_from_now_on_and_opened_again(cast: Cast, ledger: Ledger) -> None:
    plan = go(cast, ledger, put("name", encrypted=True))
    assert plan.changed == 2
    assert all(is_sealed(data["name"]) for data in data_of(ledger) if "name" in data)
    go(cast, ledger, put("name", title="事由", code="why", was="name"))
    assert all(is_sealed(data["why"]) for data in data_of(ledger) if "why" in data)
    go(cast, ledger, put("why", encrypted=False))
    assert [data.get("why") for data in data_of(ledger)] == ["修路", "架桥", None]


def test_what_is_personal_is_quoted_to_nobody(cast: Cast, ledger: Ledger) -> None:
    ((message, _),) = told(cast, ledger, put("name", pattern="[a-z]+", personal="name"), lambda data: None)
    assert message == "“名称”有不合新要求的内容"


def test_a_loop_s_fields_stay(cast: Cast) -> None:
    spec = changed(cast.finding, remove("measures"))
    plan = plan_redefinition(actor=cast["office"], ledger=cast.finding, spec=spec)
    assert not plan.may_go
    assert any("measures" in issue.message for issue in plan.issues)


def test_only_its_keepers_redefine_a_ledger_and_only_from_what_they_saw(cast: Cast, ledger: Ledger) -> None:
    spec = changed(ledger, put("name", title="事由"))
    with pytest.raises(NotAllowed):
        redefine(actor=cast["neighbour"], ledger=ledger, spec=spec, origin="screen")
    redefine(actor=cast["office"], ledger=ledger, spec=spec, origin="screen", base=1)
    with pytest.raises(Conflict):
        redefine(actor=cast["office"], ledger=ledger, spec=spec, origin="screen", base=1)


def test_the_differences_are_told_in_chinese(cast: Cast, ledger: Ledger) -> None:
    new = changed(
        ledger,
        put("name", title="事由", required=True),
        put("level", choices=[{"code": "high", "title": "甲"}, {"code": "low", "title": "低"}]),
        remove("people"),
        add(code="source", title="来源", kind="text"),
        lambda data: data.update(key=["no", "name"]),
    )
    assert differences(spec_of(ledger), new) == [
        "唯一键：编号代码 → 编号代码、事由",
        "“事由”的名称：“名称” → “事由”",
        "“事由”的必填：否 → 是",
        "“等级”的选项“高”改称“甲”",
        "新增字段“来源”（文字）",
        "删去字段“人数”",
    ]
    assert differences(spec_of(ledger), spec_of(ledger)) == []


# The same definition as YAML.

WORDS = st.text("甲乙丙 abc:#'\"{}[]，、-?&*!|>%@\n", min_size=1, max_size=8).map(str.strip).filter(bool)
FIELDS = st.lists(
    st.fixed_dictionaries(
        {"title": WORDS, "kind": st.sampled_from(["text", "money", "date", "choice"])},
        optional={
            "required": st.booleans(),
            "hint": WORDS,
            "aliases": st.lists(WORDS, max_size=2),
            "minimum": st.floats(-1e6, 1e6),
            "scale": st.integers(0, 8),
            "pattern": st.sampled_from([r"\d+", "[a-z]{2}", "a|b"]),
            "choices": st.lists(st.fixed_dictionaries({"code": WORDS, "title": WORDS}), max_size=3),
        },
    ),
    min_size=1,
    max_size=4,
)


@given(FIELDS, WORDS, st.lists(st.fixed_dictionaries({"when": WORDS, "message": WORDS}), max_size=2))
def test_a_definition_goes_out_as_yaml_and_comes_back(fields: Any, title: str, checks: Any) -> None:
    for number, item in enumerate(fields):
        item["code"] = f"f{number}"
    spec = LedgerSpec.model_validate({"code": "made", "title": title, "fields": fields, "checks": checks})
    assert from_yaml_text(to_yaml(spec).encode(), "made.yaml") == (spec, [])


@pytest.mark.parametrize("pack", ["audit", "urban"])
def test_every_pack_s_ledger_goes_out_and_comes_back(pack: str, tmp_path: Path) -> None:
    found = read_pack(packs_folder() / pack, KINDS)
    assert found.definitions["ledgers"]
    for definition in found.definitions["ledgers"].values():
        (path := tmp_path / "out.yaml").write_text(to_yaml(definition.spec), encoding="utf-8")
        assert from_yaml(path, "out.yaml") == (definition.spec, [])


# A pack and what was changed here.


def pack_of(folder: Path, **more: Any) -> Path:
    spec = LedgerSpec.model_validate({"code": "task", "title": "任务", "fields": TASK_FIELDS, **TASK_PARTS, **more})
    (folder / "ledgers").mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text("code: home\ntitle: 家\nowner: 330999-SJ\n", encoding="utf-8")
    (folder / "ledgers" / "task.yaml").write_text(to_yaml(spec), encoding="utf-8")
    return folder


def test_a_pack_does_not_overwrite_what_the_county_changed(cast: Cast, tmp_path: Path) -> None:
    said: list[str] = []
    install_pack(read_pack(pack_of(tmp_path), KINDS), said.append)
    ledger = find_ledger("home.task")
    redefine(
        actor=cast["office"], ledger=ledger, spec=changed(ledger, put("name", title="县里的叫法")), origin="screen"
    )
    install_pack(read_pack(pack_of(tmp_path), KINDS), said.append)
    assert said == []
    install_pack(read_pack(pack_of(tmp_path, description="新版"), KINDS), said.append)
    assert "没有覆盖" in said[0]
    assert spec_of(find_ledger("home.task")).by_code["name"].title == "县里的叫法"


def test_a_pack_s_new_version_takes_its_records_along_or_stays_out(cast: Cast, tmp_path: Path) -> None:
    said: list[str] = []
    install_pack(read_pack(pack_of(tmp_path), KINDS), said.append)
    ledger = find_ledger("home.task")
    create_record(actor=cast["office"], ledger=ledger, fields={"no": "1", "people": "40"})
    fields = [{**item, "kind": "number"} if item["code"] == "people" else item for item in TASK_FIELDS]
    install_pack(read_pack(pack_of(tmp_path, fields=fields), KINDS), said.append)
    assert Record.objects.get(ledger=ledger).data["people"] == 40.0
    fields = [{**item, "maximum": 10} if item["code"] == "people" else item for item in fields]
    install_pack(read_pack(pack_of(tmp_path, fields=fields), KINDS), said.append)
    assert "没有启用" in said[0]
    assert LedgerVersion.objects.filter(ledger=ledger).count() == 2


def test_undone_examples_leave_nothing(cast: Cast, ledger: Ledger) -> None:
    """A refused change leaves no version, no batch and no event."""
    before = Event.objects.count()
    with undone(), pytest.raises(Refused):
        redefine(actor=cast["office"], ledger=ledger, spec=changed(ledger, put("people", maximum=1)), origin="screen")
    assert (Event.objects.count(), LedgerVersion.objects.filter(ledger=ledger).count()) == (before, 1)
