"""The inputs of the ledger itself: what it is called, what tells records apart, what is shown, numbering, rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict

from bihuan.web.definition_lines import check_line, check_of, number_of

_PARTS = (
    ("name_field", "称呼记录的字段", None),
    ("unit_field", "责任单位", ("unit",)),
    ("opened_field", "发现（受理）日期", ("date", "datetime")),
    ("due_field", "期限", ("date", "datetime")),
    ("assignee_field", "承办人", ("person",)),
)
NO_KEY = frozenset({"longtext", "choices", "file", "computed", "point", "line", "polygon"})


def parts_form(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The inputs of the ledger itself: what it is called, what tells records apart, what is shown, numbering, rules."""
    number = data.get("number", {})
    keys = [field for field in data["fields"] if field["kind"] not in NO_KEY]
    return [
        {"name": "title", "title": "台账名称", "widget": "text", "value": data.get("title", ""), "required": True},
        {
            "name": "description",
            "title": "说明",
            "widget": "textarea",
            "wide": True,
            "rows": 2,
            "value": data.get("description", ""),
        },
        *(_part(name, title, kinds, data) for name, title, kinds in _PARTS),
        _ticks("key", "唯一键（再次导入时按它认出同一条记录）", keys, data.get("key", ())),
        _ticks("columns", "列表默认显示", data["fields"], data.get("columns", ())),
        {"name": "prefix", "title": "编号前缀", "widget": "text", "value": number.get("prefix", "")},
        {"name": "digits", "title": "序号位数", "widget": "number", "value": number.get("digits", 4)},
        {"name": "by_year", "title": "编号里带年份", "widget": "tick", "value": number.get("by_year", True)},
        {
            "name": "checks",
            "title": "规则",
            "widget": "textarea",
            "wide": True,
            "rows": 4,
            "hint": "一行一条：条件 | 不合时说什么；只提醒的再写 | 提醒。如 due_on >= found_on | 期限早于发现日期",
            "value": "\n".join(check_line(check) for check in data.get("checks", ())),
        },
    ]


def _part(name: str, title: str, kinds: tuple[str, ...] | None, data: Mapping[str, Any]) -> dict[str, Any]:
    fields = [field for field in data["fields"] if kinds is None or field["kind"] in kinds]
    chosen = data.get(name, "")
    options = [{"value": "", "title": "没有", "selected": not chosen}]
    options += [{"value": item["code"], "title": item["title"], "selected": item["code"] == chosen} for item in fields]
    return {"name": name, "title": title, "widget": "select", "options": options}


def _ticks(name: str, title: str, fields: list[dict[str, Any]], chosen: Any) -> dict[str, Any]:
    options = [{"value": item["code"], "title": item["title"], "selected": item["code"] in chosen} for item in fields]
    return {"name": name, "title": title, "widget": "ticks", "wide": True, "options": options}


def _in_order(ticked: list[str], before: Sequence[str]) -> list[str]:
    """What is ticked, in the order that it had; what is new comes behind, in that of the fields."""
    return [code for code in before if code in ticked] + [code for code in ticked if code not in before]


def parts_posted(posted: QueryDict, data: Mapping[str, Any]) -> dict[str, Any]:
    """The draft's data with the ledger's own parts as they were posted."""
    number: dict[str, Any] = {"prefix": posted.get("prefix", "").strip()} if posted.get("prefix", "").strip() else {}
    number |= {} if posted.get("by_year") else {"by_year": False}
    digits = number_of(posted.get("digits", "").strip())
    number |= {"digits": digits} if digits not in (None, 4) else {}
    parts: dict[str, Any] = {name: posted.get(name, "") for name, _, _ in _PARTS}
    parts |= {"title": posted.get("title", "").strip()}
    parts |= {"description": posted.get("description", "").replace("\r\n", "\n").strip()}
    parts |= {name: _in_order(posted.getlist(name), data.get(name, ())) for name in ("key", "columns")}
    parts["number"] = number
    parts["checks"] = [check_of(line) for line in posted.get("checks", "").splitlines() if line.strip()]
    kept = {name: value for name, value in data.items() if name not in parts}
    return kept | {name: value for name, value in parts.items() if value not in ("", [], {})}
