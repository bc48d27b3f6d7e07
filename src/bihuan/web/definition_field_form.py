"""The inputs of a field's definition: only those that its kind reads; and back as plain data."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from bihuan.ledger.checks import NEVER_SEALED, ONLY_FOR
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import BY_CODE, FIELD_TYPES
from bihuan.ledger.types.computed import RESULTS
from bihuan.web.definition_lines import choice_line, choice_of, number_of, words_of, words_told

_NUMBERS = ("integer", "number", "money", "percent", "computed")
_TEXTS = ("text", "longtext", "computed")
_INPUTS = tuple(kind.code for kind in FIELD_TYPES if kind.is_input)
_FOR = {
    **ONLY_FOR,
    "scale": ("number", "money", "percent", "computed"),
    "minimum": _NUMBERS[:4],
    "maximum": _NUMBERS[:4],
    "max_length": _TEXTS,
    "required": _INPUTS,
    "encrypted": tuple(code for code in _INPUTS if code not in NEVER_SEALED),
    "fill": tuple(code for code in _INPUTS if code != "file"),
}
# Key, title, widget, hint.
_FIELD_INPUTS = (
    ("title", "名称", "text", "列表、表单和表头里的名字"),
    ("kind", "类型", "select", ""),
    ("required", "必填", "tick", ""),
    ("aliases", "表头的其他写法", "text", "用顿号隔开"),
    ("choices", "选项", "textarea", "一行一个：代码 | 名称 | 其他写法 | 由哪些原选项而来 | 条件；后三项可以不写"),
    ("measure", "计量单位", "text", "如 万元、亩、公里；改了单位，已有的数一起换算"),
    ("scale", "小数位数", "number", ""),
    ("minimum", "最小值", "number", ""),
    ("maximum", "最大值", "number", ""),
    ("pattern", "格式（正则表达式）", "text", r"整个值要合，如 \d{6}"),
    ("max_length", "最多字数", "number", ""),
    ("date_order", "来源写 03/04/2024 时", "select", ""),
    ("whole_month", "只写到月时", "select", ""),
    ("fraction", "单元格里 0.12 表示 12%", "tick", ""),
    ("unreported", "可以写明“未报”（与 0、空白不同）", "tick", ""),
    ("several", "可放多个附件", "tick", ""),
    ("of", "关联哪个台账", "text", "台账代码，如 audit.finding"),
    ("datum", "坐标来自", "select", ""),
    ("formula", "公式", "textarea", "由本表其他字段算出，如 amount - coalesce(amount_fixed, 0)"),
    ("result", "公式的结果", "select", ""),
    ("personal", "个人信息", "select", ""),
    ("encrypted", "加密保存（不能再筛选、排序、计算）", "tick", ""),
    ("group", "分组", "text", "表单和记录页上归到哪一组"),
    ("hint", "填写提示", "text", ""),
    ("fill", "已有记录没有内容的，补上", "text", "表达式，如 0、'未定'、amount * 2；只在这一次改定义时用"),
)
FORMED = frozenset(row[0] for row in _FIELD_INPUTS)
"""The keys that the form asks for; others, such as `was`, are left as they are."""
_OPTIONS: dict[str, dict[str, str]] = {
    "date_order": {"": "不收", "mdy": "先月", "dmy": "先日"},
    "whole_month": {"": "不收", "first": "算 1 日", "last": "算月末"},
    "datum": {"cgcs2000": "CGCS2000", "wgs84": "WGS84"},
    "personal": {"": "按类型", "none": "不是", "name": "姓名（留姓）", "address": "地址（留到县）", "all": "全遮"},
    "result": {code: kind.title for code, kind in RESULTS.items()},
    "kind": {kind.code: kind.title for kind in FIELD_TYPES},
}
_DEFAULTS = {name: field.default for name, field in FieldSpec.model_fields.items()}


def field_form(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The inputs of a field; only those that its kind reads."""
    return [_input(row, data) for row in _FIELD_INPUTS if _reads(str(data.get("kind", "text")), row[0])]


def _reads(kind: str, key: str) -> bool:
    return key not in _FOR or kind in _FOR[key]


def _input(row: tuple[str, str, str, str], data: Mapping[str, Any]) -> dict[str, Any]:
    key, title, widget, hint = row
    value = data.get(key, _DEFAULTS[key])
    if widget == "text" and "\n" in str(value):
        widget = "textarea"
    found = {"name": key, "title": title, "widget": widget, "hint": hint, "value": _shown(key, value)}
    if key in _OPTIONS:
        chosen = str(value or "")
        options = _OPTIONS[key].items()
        found["options"] = [{"value": code, "title": word, "selected": code == chosen} for code, word in options]
    return found | {
        "required": key == "title",
        "wide": widget == "textarea",
        "rows": 6 if widget == "textarea" else None,
    }


def _shown(key: str, value: Any) -> Any:
    if key == "choices":
        return "\n".join(choice_line(choice) for choice in value)
    if isinstance(value, list | tuple):
        return words_told(value)
    if isinstance(value, float):
        short = f"{value:.15g}"
        return short if float(short) == value else repr(value)
    return "" if value is None else value


def field_posted(posted: QueryDict) -> dict[str, Any]:
    """A field as it was posted: what is blank or the default is left out, what its kind does not read as well."""
    kind = posted.get("kind", "text") if posted.get("kind") in BY_CODE else "text"
    found: dict[str, Any] = {}
    for key, _, widget, _ in _FIELD_INPUTS:
        if not _reads(kind, key):
            continue
        text = posted.get(key, "").replace("\r\n", "\n").strip()
        value = _value(key, widget, text)
        if value not in (None, "", [], ()) and value != _DEFAULTS[key]:
            found[key] = value
    return found | {"kind": kind}


def _value(key: str, widget: str, text: str) -> Any:
    if key == "choices":
        return [choice_of(line) for line in text.splitlines() if line.strip()]
    if key == "aliases":
        return words_of(text)
    if widget == "tick":
        return bool(text)
    if widget == "number":
        return number_of(text)
    return text
