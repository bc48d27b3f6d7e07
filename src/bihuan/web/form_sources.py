"""The inputs of a blank's source: what its kind asks for, with the fields of the ledger that was chosen; and back."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from bihuan.base.errors import Invalid
from bihuan.figure.queries import library
from bihuan.form.figure_source import WHOLE
from bihuan.form.spec import KINDS, PERIODS, WORDS
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger
from bihuan.ledger.sight import sight_of
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.org.actor import Actor

_FROM_LEDGER = ("count", "sum", "value", "table")
_NUMBERS = ("integer", "number", "money", "percent", "computed")
_COUNTY = "全县"
_SERIAL = ("#", "序号")
_PASSED_OVER = ("-", "—")


def source_form(data: dict[str, Any], actor: Actor, ledgers: list[Ledger]) -> list[dict[str, Any]]:
    """The inputs for a source of this kind; those about fields come once its ledger is chosen."""
    kind = data.get("kind", "count")
    found = [_select("kind", "来源", KINDS, kind)]
    if kind == "text":
        found.append(_text("text", "文字", data))
    if kind == "word":
        found.append(_select("word", "填什么", WORDS, data.get("word", "unit")))
    if kind == "figure":
        found += _from_figure(data, actor)
    if kind in _FROM_LEDGER:
        titles = {ledger.code: ledger.title for ledger in ledgers}
        found.append(_select("ledger", "台账", {"": "请选择", **titles}, data.get("ledger", "")))
        ledger = next((item for item in ledgers if item.code == data.get("ledger")), None)
        found += _from_ledger(kind, data, sight_of(actor, ledger).spec) if ledger else []
    return found


def _from_figure(data: dict[str, Any], actor: Actor) -> list[dict[str, Any]]:
    titles = {item.figure.code: f"{item.figure.title}{f'（{item.unit}）' if item.unit else ''}" for item in library()}
    hint = "空着：填报单位；也可以写别的单位的名称，或 全县"
    return [
        _select("figure", "指标", {"": "请选择", **titles}, data.get("figure", "")),
        _text("unit", "哪个单位", {"unit": _unit_told(data.get("unit", ""), actor)}, hint),
        _select("period", "哪一期", PERIODS, data.get("period", "")),
        _text("measure", "换算成", data, "表里的计量单位与指标不同时写，如 亿元；空着按指标的"),
    ]


def _unit_told(code: str, actor: Actor) -> str:
    if code == WHOLE:
        return _COUNTY
    node = actor.tree.by_code.get(code)
    return node.name if node else code


def _unit_of(word: str, actor: Actor) -> str:
    """The code of the unit that a person named. Raises Invalid."""
    if word in ("", _COUNTY):
        return WHOLE if word else ""
    node = actor.tree.by_code.get(word)
    known = (node,) if node else actor.tree.by_name.get(word, ())
    if len(known) != 1:
        raise Invalid(f"{'有几个单位都叫' if known else '没有单位'}“{word[:40]}”，请写单位代码")
    return known[0].code


def _from_ledger(kind: str, data: dict[str, Any], spec: LedgerSpec) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if kind in ("sum", "value"):
        fields = [field for field in spec.fields if kind == "value" or field.kind in _NUMBERS]
        found.append(_select("field", "哪个字段", {field.code: field.title for field in fields}, data.get("field", "")))
    if kind == "table":
        hint = "从左到右各列填什么，用顿号隔开；序号写 序号，不填的列写 -"
        found.append(_text("columns", "各列", {"columns": _columns_told(data.get("columns", ()), spec)}, hint))
        found.append({"name": "rows", "title": "表里留了几行", "widget": "number", "value": data.get("rows", 20)})
    if kind != "value":
        days = {field.code: field.title for field in spec.fields if field.kind in ("date", "datetime")}
        found.append(_select("during", "只算这个日期落在所属期里的", {"": "不限", **days}, data.get("during", "")))
        found.append(_text("where", "只算合条件的（条件式）", data, "如 环节 = '已销号' 且 涉及金额 > 100；空着是全部"))
    return found


def _select(name: str, title: str, options: dict[str, str], chosen: Any) -> dict[str, Any]:
    shown = [{"value": code, "title": word, "selected": code == chosen} for code, word in options.items()]
    return {"name": name, "title": title, "widget": "select", "options": shown}


def _text(name: str, title: str, data: dict[str, Any], hint: str = "") -> dict[str, Any]:
    return {"name": name, "title": title, "widget": "text", "value": data.get(name, ""), "hint": hint, "wide": True}


def _columns_told(columns: Any, spec: LedgerSpec) -> str:
    return "、".join(_column_told(code, spec) for code in columns)


def _column_told(code: str, spec: LedgerSpec) -> str:
    if code == "#":
        return _SERIAL[1]
    return spec.by_code[code].title if code in spec.by_code else code or _PASSED_OVER[0]


def source_posted(posted: QueryDict, actor: Actor, ledgers: list[Ledger]) -> dict[str, Any]:
    """A source as it was posted. Raises Invalid for a column that is no field."""
    names = ("kind", "text", "word", "ledger", "field", "during", "where", "figure", "period", "measure")
    found: dict[str, Any] = {name: text for name in names if (text := posted.get(name, "").strip())}
    if unit := _unit_of(posted.get("unit", "").strip(), actor):
        found["unit"] = unit
    if found.get("kind") == "figure" and not found.get("figure") and not posted.get("again"):
        raise Invalid("请选择是哪个指标")
    rows, columns = posted.get("rows", ""), posted.get("columns", "").strip()
    if rows.isdecimal():
        found["rows"] = int(rows[:6])
    ledger = next((item for item in ledgers if item.code == found.get("ledger")), None)
    if columns and ledger:
        words = [word.strip() for word in columns.replace("，", "、").split("、")]
        found["columns"] = [_column_of(word, sight_of(actor, ledger).spec) for word in words]
    return found


def _column_of(word: str, spec: LedgerSpec) -> str:
    if word in _SERIAL:
        return "#"
    if word in (*_PASSED_OVER, ""):
        return ""
    field: FieldSpec | None = next((item for item in spec.fields if word in (item.code, item.title)), None)
    if field is None:
        raise Invalid(f"“{spec.title}”没有字段“{word}”")
    return field.code


def source_told(source: dict[str, Any], ledgers: dict[str, Ledger], figures: Mapping[str, str]) -> str:
    """A source in a few words, for the cell that it fills."""
    kind = source["kind"]
    if kind in ("text", "word"):
        return str(source["text"]) if kind == "text" else WORDS.get(source["word"], "")
    if kind == "figure":
        return f"{KINDS[kind]}：{figures.get(source['figure'], source['figure'])}"
    ledger = ledgers.get(source["ledger"])
    spec = spec_of(ledger) if ledger else None
    field = spec.by_code.get(source["field"]) if spec else None
    return f"{KINDS[kind]}：{ledger.title if ledger else '看不到的台账'}{f'“{field.title}”' if field else ''}"
