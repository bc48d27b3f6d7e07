"""A figure's definition as inputs, and back: what its kind reads, each under its own name."""

from collections.abc import Mapping
from typing import Any

from bihuan.figure.spec import KINDS, FigureSpec

_COMMON = ("title", "unit", "scale", "expect", "description")
_OF_KIND = {
    "of": ("of", "where", "measure", "at", "during", "by"),
    "change": ("change", "against", "as"),
    "shift": ("shift", "against"),
    "rank": ("rank", "order"),
    "share": ("share", "within"),
    "cumulative": ("cumulative", "since"),
    "formula": ("formula", "with"),
}
_TITLES = {
    "title": "名称",
    "unit": "计量单位",
    "scale": "显示几位小数",
    "expect": "数据质量要求（如 value = 0）",
    "description": "说明",
    "of": "台账",
    "where": "统计条件",
    "measure": "统计方式",
    "at": "存量",
    "during": "归入时期的字段",
    "by": "常用分组（空格隔开）",
    "against": "与谁比",
    "as": "增减怎样说",
    "order": "名次次序",
    "within": "占谁的",
    "since": "从何时累计",
    "with": "算式里的名称（每行一个：名称 指标代码）",
}
_CHOICES: dict[str, dict[str, str]] = {
    "at": {"": "按字段归入时期，或期末", "end": "期末的状态"},
    "against": {
        "previous year": "上年同期",
        "previous period": "上一期",
        "same period two years ago": "前年同期",
    },
    "as": {"": "百分比", "rate": "百分比", "difference": "增减量"},
    "order": {"": "从大到小", "descending": "从大到小", "ascending": "从小到大"},
    "within": {"": "上级单位", "parent": "上级单位", "whole": "全部"},
    "since": {"": "年初", "year": "年初", "beginning": "有记录起"},
}
_LONG = ("where", "description", "with", "formula")


def _keys(spec: FigureSpec) -> tuple[str, ...]:
    return (*_COMMON[:1], *_OF_KIND.get(spec.kind, (spec.kind,)), *_COMMON[1:])


def inputs_of(spec: FigureSpec, typed: Mapping[str, str] | None) -> list[dict[str, Any]]:
    """The inputs, with what was typed or else what is in force."""
    current = spec.model_dump(mode="json", by_alias=True)
    fields = []
    for key in _keys(spec):
        value = typed.get(key, "") if typed is not None else _text(current[key])
        one: dict[str, Any] = {"name": key, "title": _TITLES.get(key, KINDS.get(key, key)), "value": value}
        if key in _CHOICES:
            options = _CHOICES[key].items()
            one["widget"] = "select"
            one["options"] = [{"value": code, "title": title, "selected": code == value} for code, title in options]
        else:
            one["widget"] = "textarea" if key in _LONG else "text"
            one["wide"] = key in _LONG
            one["rows"] = 3
        fields.append(one)
    return fields


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{name} {code}" for name, code in value.items())
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)


def definition_of(spec: FigureSpec, typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed as a definition of the same kind; what the form does not ask stays as it is."""
    made = spec.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    for key in _keys(spec):
        text = typed.get(key, "").strip()
        made.pop(key, None)
        if not text:
            continue
        made[key] = _VALUES[key](text) if key in _VALUES else text
    return made


def _scale(text: str) -> int | str:
    return int(text) if text.isdecimal() and len(text) == 1 else text


def _names(text: str) -> dict[str, str]:
    pairs = (line.split() for line in text.splitlines() if line.strip())
    return {pair[0]: pair[-1] for pair in pairs}


_VALUES: dict[str, Any] = {
    "scale": _scale,
    "by": lambda text: text.split(),
    "doubled": lambda text: text.split(),
    "with": _names,
    "external": lambda _text: True,
}
