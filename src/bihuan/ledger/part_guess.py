"""Which column opens, is due, closes, names and identifies a matter: by the words of its head, and by its kind."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bihuan.ledger.spec import FieldSpec

_OPENED = (
    "发现日期",
    "发现时间",
    "受理日期",
    "受理时间",
    "交办日期",
    "问题发现日期",
    "created date",
    "open_dt",
    "opened",
)
_DUE = (
    "整改期限",
    "完成时限",
    "整改时限",
    "办理期限",
    "期限",
    "截止日期",
    "due date",
    "target_dt",
    "deadline",
)
_CLOSED = (
    "销号日期",
    "销号时间",
    "办结日期",
    "办结时间",
    "完成日期",
    "closed date",
    "closed_dt",
    "closed at",
)
_STATUS = ("办理状态", "整改状态", "状态", "销号情况", "status", "case_status")
_UNIT = ("责任单位", "整改单位", "牵头单位", "承办单位", "主办单位", "单位")
_NAME = (
    "问题摘要",
    "问题名称",
    "问题标题",
    "事项摘要",
    "问题描述",
    "问题内容",
    "问题",
    "事项名称",
    "事项",
    "标题",
    "名称",
    "complaint type",
    "case_title",
    "title",
)
_DONE = re.compile("(是否)?已?(全部)?(销号|办结|完成|完成整改|整改|整改完成|整改到位|解决|闭环)")
_CLOSED_VALUES = ("closed", "已销号", "已办结", "办结", "已完成", "完成", "已整改", "销号", "resolved")
_KEY_LIKE = re.compile(r"编号|编码|代码|^序号$|(^|[ _])(id|key)$", re.IGNORECASE)


@dataclass(frozen=True)
class Guess:
    """A column's likely field, and what it was judged by."""

    index: int
    field: FieldSpec
    values: int
    distinct: int


def guess_parts(guesses: Sequence[Guess], rows: int, wished: int | None) -> dict[str, Any]:
    """Which field opens, is due, closes, names, and identifies a matter, by its title and kind."""
    parts: dict[str, Any] = {
        "opened_field": _find(guesses, _OPENED, ("date", "datetime")),
        "due_field": _find(guesses, _DUE, ("date", "datetime")),
        "closed_field": _find(guesses, _CLOSED, ("date", "datetime")),
        "unit_field": _find(guesses, _UNIT, ("unit",)),
        "name_field": _find(guesses, _NAME, ("text", "longtext", "choice")),
    }
    status = next((guess.field for guess in guesses if guess.field.code == _find(guesses, _STATUS, ("choice",))), None)
    if status:
        closed = tuple(choice.code for choice in status.choices if choice.code.casefold() in _CLOSED_VALUES)
        if closed:
            parts |= {"status_field": status.code, "closed_values": closed}
    done = next((g.field for g in guesses if g.field.kind == "yesno" and _DONE.fullmatch(g.field.title.strip())), None)
    if done and "status_field" not in parts:
        parts |= {"status_field": done.code, "closed_values": ("是",)}
    key = next((g for g in guesses if g.index == wished), None)
    if wished is None:
        unique = (g for g in guesses if g.values == g.distinct == rows)
        key = next((g for g in unique if _KEY_LIKE.search(g.field.title)), None)
    if key:
        parts["key"] = (key.field.code,)
    return parts


def _find(guesses: Sequence[Guess], words: tuple[str, ...], kinds: tuple[str, ...]) -> str:
    for match in (_same, _within):
        for word in words:
            for guess in guesses:
                if guess.field.kind in kinds and match(guess.field.title, word):
                    return guess.field.code
    return ""


def _same(title: str, word: str) -> bool:
    return title.strip().casefold() == word


def _within(title: str, word: str) -> bool:
    return len(word) > 1 and word in title.casefold()
