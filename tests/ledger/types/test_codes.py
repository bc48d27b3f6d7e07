"""Codes by a standard, and what is shown of personal data to those who may not see it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bihuan.base import clock
from bihuan.ledger.types import BY_CODE, FIELD_TYPES, BadValue
from tests.ledger.types.fields import LOOKUP, read, spec

IDENTITY = "11010519491231002X"


@pytest.mark.parametrize(
    ("kind", "raw", "kept"),
    [
        ("phone", 13800138000.0, "13800138000"),
        ("phone", "+86 138-0013-8000", "13800138000"),
        ("phone", "（０２０）８７６５ ４３２１转12", "020-87654321-12"),
        ("identity", "１１０１０５１９４９１２３１００２ｘ", IDENTITY),
        ("identity", 110105491231002.0, IDENTITY),
        ("credit_code", "'91350100m000100y43", "91350100M000100Y43"),
        ("admin_code", 440106000000.0, "440106"),
        ("admin_code", "330999101000", "330999101"),
    ],
)
def test_one_form(kind: str, raw: Any, kept: str) -> None:
    assert read(kind, raw) == kept


@pytest.mark.parametrize(
    ("kind", "raw", "why"),
    [
        ("identity", 1.10105194912310e17, "超过 15 位的部分已经丢失"),
        ("identity", "1.10105E+17", "科学计数法"),
        ("identity", "110105194912310000", "只留了 15 位"),
        ("identity", "11010519491231", "现为 14 位"),
        ("phone", "1.38E+10", "科学计数法"),
        ("phone", "1380013800", "手机号码应为 11 位"),
        ("credit_code", 9.1350100000010e17, "超过 15 位的部分已经丢失"),
        ("credit_code", "91350100M000100Y44", "末位应为 3"),
        ("admin_code", "3.30999E+11", "科学计数法"),
        ("admin_code", "3309", "现为 4 位"),
    ],
)
def test_a_damaged_code_is_refused_with_the_reason(kind: str, raw: Any, why: str) -> None:
    with pytest.raises(BadValue) as caught:
        read(kind, raw)
    assert why in str(caught.value)


def test_nobody_is_born_tomorrow() -> None:
    with clock.fixed(datetime(1949, 12, 30, tzinfo=UTC)), pytest.raises(BadValue, match="晚于今天"):
        read("identity", IDENTITY)


@pytest.mark.parametrize(
    ("kind", "value", "personal", "masked"),
    [
        ("identity", IDENTITY, None, "110105********002X"),
        ("identity", IDENTITY, "all", "********"),
        ("phone", "13800138000", None, "138****8000"),
        ("phone", "020-87654321", None, "020-****4321"),
        ("text", "欧阳明", "name", "欧阳*"),
        ("text", "广东省广州市天河区体育西路1号", "address", "广东省广州市天河区****"),
        ("text", "秘密", "all", "**"),
        ("person", 7, "name", "张*"),
        ("person", 7, None, "张*"),
        ("choice", "water", "all", "*"),
        ("date", "2024-03-05", "all", "********"),
    ],
)
def test_what_is_masked(kind: str, value: Any, personal: Any, masked: str) -> None:
    assert BY_CODE[kind].mask(value, spec(kind, personal=personal), LOOKUP) == masked


def test_which_fields_are_personal() -> None:
    assert {kind.code for kind in FIELD_TYPES if kind.is_personal(spec(kind.code))} == {"phone", "identity"}
    assert BY_CODE["text"].is_personal(spec("text", personal="name"))
    assert not BY_CODE["phone"].is_personal(spec("phone", personal="none"))
