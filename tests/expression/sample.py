"""The fields that the tests speak of: each kind once in the JSON document and once as a real column."""

from datetime import UTC, date, datetime

from bihuan.expression import Checked, Choice, Column, JsonKey, Kind, Name, compile_check, evaluate

TODAY = date(2026, 2, 28)
NOW = datetime(2026, 2, 28, 1, 2, 3, 400, tzinfo=UTC)

STATES = (Choice("cleared", "已销号"), Choice("fixing", "整改中"), Choice("found", "已发现"))
TAGS = (Choice("law", "违法"), Choice("money", "资金"), Choice("late", "迟报"))


def _json(code: str, title: str, kind: Kind, **more) -> Name:
    return Name(code, title, kind, JsonKey(code), **more)


def _column(code: str, title: str, kind: Kind, **more) -> Name:
    return Name(code, title, kind, Column(code), **more)


NAMES = {
    name.code: name
    for name in (
        _json("state", "状态", Kind.TEXT, choices=STATES),
        _json("amount", "金额", Kind.DECIMAL, scale=2, unit="万元"),
        _json("rate", "比例", Kind.DECIMAL, scale=6),
        _json("score", "得分", Kind.DECIMAL),
        _json("days", "天数", Kind.INTEGER),
        _json("note", "备注", Kind.TEXT),
        _json("found", "发现日期", Kind.DATE),
        _json("reported", "上报时间", Kind.DATETIME),
        _json("major", "是否重大", Kind.BOOLEAN),
        _json("tags", "标签", Kind.TEXTS, choices=TAGS),
        _json("unit", "单位", Kind.INTEGER, choices=(Choice("7", "审计局"), Choice("12", "财政局"))),
        _column("number", "编号", Kind.INTEGER),
        _column("budget", "预算", Kind.DECIMAL, scale=2),
        _column("owner", "责任人", Kind.TEXT),
        _column("due", "期限", Kind.DATE),
        _column("opened_at", "立案时间", Kind.DATETIME),
        _column("closed", "已办结", Kind.BOOLEAN),
        _column("labels", "栏目", Kind.TEXTS, choices=TAGS),
    )
}

RECORD = {
    "state": "cleared",
    "amount": 150.5,
    "rate": 0.333333,
    "score": 88,
    "days": 30,
    "note": "县财政局 2024 年未按期拨付",
    "found": "2024-02-29",
    "reported": "2026-01-01T20:00:00Z",
    "major": True,
    "tags": ["law", "money"],
    "unit": 7,
    "number": 12,
    "owner": "王'五",
    "due": date(2026, 3, 1),
    "opened_at": datetime(2026, 1, 31, 16, 0, tzinfo=UTC),
    "closed": False,
    "labels": [],
}


def check(text: str) -> Checked:
    return compile_check(text, NAMES, expect=None)


def value(text: str, **values: object) -> object:
    """The value over RECORD, with these values instead of its own."""
    return evaluate(check(text), {**RECORD, **values}, today=TODAY, now=NOW)
