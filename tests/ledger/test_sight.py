"""What a person sees of fields: hidden by role and step, masked where personal, sealed at rest, refused in questions."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import sealing
from bihuan.base.errors import BihuanError, Invalid, NotAllowed
from bihuan.base.sealing import begin_key, known_keys, seal, unseal
from bihuan.expression import ExpressionError, compile_check
from bihuan.ledger.definitions import install_definition, spec_of
from bihuan.ledger.exporting import Sheet, write_xlsx
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.queries import Asked, list_records, seen_history
from bihuan.ledger.references import lookup_for
from bihuan.ledger.sight import sight_of
from bihuan.ledger.types import Masked
from bihuan.loop.actions import create_record, edit_record
from bihuan.org.actor import system_actor
from tests.cast import Cast
from tests.ledger.making import findings, import_rows, make_ledger

PHONE, ACCOUNT, SECRET = "13812345678", "6222-0000-1111-2222", "内部意见甲"
FIELDS: tuple[dict[str, Any], ...] = (
    {"code": "no", "title": "序号代码", "kind": "text", "required": True},
    {"code": "responsible", "title": "责任单位", "kind": "unit"},
    {"code": "phone", "title": "手机", "kind": "phone"},
    {"code": "owner_name", "title": "户主", "kind": "text", "personal": "name"},
    {"code": "account", "title": "账号", "kind": "text", "encrypted": True},
    {"code": "note", "title": "内部意见", "kind": "text"},
    {"code": "amount", "title": "金额", "kind": "money"},
    {"code": "twice", "title": "两倍", "kind": "computed", "result": "money", "formula": "amount * 2"},
)
RIGHTS = [
    {"fields": ["note"], "roles": ["undertaker", "leader"], "right": "hidden"},
    {"fields": ["amount"], "roles": ["undertaker"], "states": ["doing"], "right": "hidden"},
    {"fields": ["owner_name"], "roles": ["reviewer", "supervisor"], "right": "read"},
]
PARTS: dict[str, Any] = {"key": ["no"], "unit_field": "responsible", "rights": RIGHTS}
RAW = {
    "no": "1",
    "responsible": "青溪镇",
    "phone": PHONE,
    "owner_name": "张小三",
    "account": ACCOUNT,
    "note": SECRET,
    "amount": "12",
}


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    return make_ledger(cast.office, fields=FIELDS, **PARTS)


@pytest.fixture
def record(cast: Cast, ledger: Ledger) -> Record:
    return create_record(actor=cast["colleague"], ledger=ledger, fields=RAW)


def seen_by(cast: Cast, login: str, record: Record) -> dict[str, Any]:
    return sight_of(cast[login], record.ledger).see(record).data


def test_what_is_stored_is_sealed_and_replays(record: Record) -> None:
    stored = Record.objects.get(pk=record.pk).data["account"]
    payload = Event.objects.get(record=record, version=1).payload
    assert sealing.is_sealed(stored)
    assert ACCOUNT not in payload
    assert stored in payload.encode().decode("unicode_escape") or stored in payload
    assert findings(record.ledger) == []


def test_each_sees_what_is_theirs(cast: Cast, record: Record) -> None:
    office, town = seen_by(cast, "colleague", record), seen_by(cast, "town", record)
    assert (office["account"], office["note"], office["twice"]) == (ACCOUNT, SECRET, 24)
    assert office["phone"] == "138****5678"
    assert office["owner_name"] == "张**"
    assert isinstance(office["phone"], Masked)
    assert "note" not in town
    assert town["amount"] == 12


def test_a_step_hides_a_field_and_what_is_computed_from_it(cast: Cast, record: Record) -> None:
    record.state = "doing"
    assert not {"amount", "twice"} & set(seen_by(cast, "town", record))
    assert seen_by(cast, "colleague", record)["twice"] == 24


def test_what_was_unmasked_is_whole(cast: Cast, record: Record) -> None:
    bare = replace(cast["colleague"], bare=frozenset({record.pk}))
    assert sight_of(bare, record.ledger).see(record).data["phone"] == PHONE
    other = replace(cast["colleague"], bare=frozenset({record.pk + 1}))
    assert sight_of(other, record.ledger).see(record).data["phone"] != PHONE
    assert sight_of(system_actor(), record.ledger).see(record).data["phone"] == PHONE


@pytest.mark.parametrize(
    "login, where",
    [
        ("town", "note = '内部意见甲'"),
        ("town", "内部意见 LIKE '内部%'"),
        ("town", "amount > 1"),
        ("town", "twice > 1"),
        ("colleague", "phone LIKE '138%'"),
        ("colleague", "owner_name = '张小三'"),
        ("colleague", "account is not null"),
    ],
)
def test_a_condition_that_would_tell_is_refused_in_words(cast: Cast, record: Record, login: str, where: str) -> None:
    with pytest.raises(ExpressionError, match=r"看不到|已遮盖|加密保存"):
        list_records(cast[login], record.ledger, spec_of(record.ledger), {}, Asked(where=where))


@pytest.mark.parametrize(
    "login, code", [("town", "note"), ("town", "-twice"), ("colleague", "phone"), ("leader", "account")]
)
def test_an_order_that_would_tell_is_refused(cast: Cast, record: Record, login: str, code: str) -> None:
    with pytest.raises(Invalid, match="不能用作条件或排序"):
        list_records(cast[login], record.ledger, spec_of(record.ledger), {}, Asked(order=code))


def found(cast: Cast, login: str, record: Record, words: str) -> int:
    return list_records(cast[login], record.ledger, spec_of(record.ledger), {}, Asked(words=words)).count()


def test_search_finds_only_what_is_seen(cast: Cast, record: Record) -> None:
    assert found(cast, "colleague", record, "内部意见甲") == 1
    assert found(cast, "town", record, "内部意见甲") == 0
    assert found(cast, "colleague", record, "12345678") == 0
    assert found(cast, "colleague", record, "张小三") == 0
    assert found(cast, "colleague", record, "6222") == 0


def test_the_definition_leaves_out_what_is_never_seen(cast: Cast, ledger: Ledger) -> None:
    codes = {field.code for field in sight_of(cast["town"], ledger).spec.fields}
    assert "note" not in codes
    assert "amount" in codes
    assert sight_of(cast["colleague"], ledger).spec is spec_of(ledger)


def test_history_is_told_by_the_same_rights(cast: Cast, record: Record) -> None:
    edit_record(actor=cast["colleague"], record=record, fields={"note": "改过的意见", "phone": "13900001111"})
    for login, expected in (("town", {"phone"}), ("colleague", {"note", "phone"})):
        last = seen_history(record, sight_of(cast[login], record.ledger))[-1]
        assert {code for code, _, _ in last.changes} == expected
        assert {"138****5678", "139****1111"} <= {str(value) for _, old, new in last.changes for value in (old, new)}


def test_what_may_not_be_filled_in_is_refused(cast: Cast, ledger: Ledger) -> None:
    with pytest.raises(NotAllowed, match="户主"):
        create_record(actor=cast["office"], ledger=ledger, fields=RAW)
    made = create_record(actor=cast["office"], ledger=ledger, fields={**RAW, "owner_name": ""})
    with pytest.raises(NotAllowed, match="户主"):
        edit_record(actor=cast["office"], record=made, fields={"owner_name": "李四"})


def test_a_masked_field_left_alone_stays(cast: Cast, record: Record) -> None:
    edit_record(actor=cast["colleague"], record=record, fields={"phone": "", "owner_name": "张**", "amount": "13"})
    now = Record.objects.get(pk=record.pk)
    assert (now.data["phone"], now.data["owner_name"], now.data["amount"]) == (PHONE, "张小三", 13)
    edit_record(actor=cast["colleague"], record=now, fields={"phone": "13900001111", "account": ACCOUNT})
    after = Record.objects.get(pk=record.pk)
    assert after.data["phone"] == "13900001111"
    assert after.data["account"] == now.data["account"]


def test_an_export_shows_no_more_and_comes_back_without_harm(cast: Cast, record: Record, tmp_path: Path) -> None:
    ledger, path = record.ledger, tmp_path / "出.xlsx"
    sight = sight_of(cast["colleague"], ledger)
    lookup = lookup_for(sight.spec, cast["colleague"].tree)
    sheet = Sheet("表", sight.spec.fields, lookup, see=lambda step, data: sight.see_data(step, data, lookup))
    write_xlsx(sheet, Record.objects.filter(pk=record.pk), path)
    text = str([[cell.value for cell in row] for row in openpyxl.load_workbook(path).active.rows])  # type: ignore[union-attr]
    assert PHONE not in text
    assert "138****5678" in text
    assert "张小三" not in text
    rows = [["序号代码", "手机", "户主", "内部意见"], ["1", "138****5678", "张**", "新意见"]]
    import_rows(cast["colleague"], ledger, tmp_path / "回.csv", rows)
    now = Record.objects.get(pk=record.pk)
    assert (now.data["phone"], now.data["owner_name"], now.data["note"]) == (PHONE, "张小三", "新意见")


def test_an_encrypted_key_is_found_again(cast: Cast, tmp_path: Path) -> None:
    fields = [
        {"code": "card", "title": "卡号", "kind": "text", "encrypted": True},
        {"code": "n", "title": "数", "kind": "integer"},
    ]
    ledger = make_ledger(cast.office, fields=fields, loop=None, key=["card"])
    for number in (1, 2):
        check, _ = import_rows(
            cast["colleague"], ledger, tmp_path / f"{number}.csv", [["卡号", "数"], ["甲-100", number]]
        )
        assert not check.problems
    made = Record.objects.get(ledger=ledger)
    assert made.data["n"] == 2
    assert "甲-100" not in str(made.key)
    check, _ = import_rows(cast["colleague"], ledger, tmp_path / "3.csv", [["卡号", "数"], ["甲-100", 2]])
    assert check.unchanged == 1


def test_rights_may_be_narrowed_by_a_new_version(cast: Cast, record: Record) -> None:
    spec = spec_of(record.ledger).model_copy(update={"rights": ()})
    install_definition(code="demo.task", spec=spec, owner=cast.office, origin="pack")
    record.ledger.refresh_from_db()
    assert seen_by(cast, "town", record)["note"] == SECRET


@given(st.text(max_size=40), st.text(max_size=10))
def test_what_is_sealed_opens_in_its_place_only(text: str, context: str) -> None:
    sealed = seal(context, text)
    assert unseal(context, sealed) == text
    assert sealed != seal(context, text)
    with pytest.raises(BihuanError, match="打不开"):
        unseal(context + "x", sealed)
    with pytest.raises(BihuanError, match="打不开"):
        unseal(context, sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:])


def test_an_old_key_still_opens_after_rotating() -> None:
    before = seal("a", "旧")
    begin_key()
    after = seal("a", "新")
    assert before.partition(":")[0] != after.partition(":")[0]
    assert (unseal("a", before), unseal("a", after)) == ("旧", "新")
    assert sum(current for _, _, current in known_keys()) == 1
    with pytest.raises(BihuanError, match="field-k999"):
        unseal("a", before.replace(before[1:].partition(":")[0], "k999", 1))


def test_names_of_a_person_hold_a_word_for_each_refusal(cast: Cast, ledger: Ledger) -> None:
    names = sight_of(cast["town"], ledger).names({})
    assert {code for code, name in names.items() if name.refused} == {
        "note",
        "phone",
        "owner_name",
        "account",
        "amount",
        "twice",
    }
    assert compile_check("no = '1'", names)
