"""Two versions of a ledger's definition, and what differs between them in plain Chinese."""

from collections.abc import Iterator
from typing import Any

from bihuan.ledger.spec import ChoiceSpec, FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE

_SHOWN = 60
_FIELD_WORDS = {
    "title": "名称",
    "required": "必填",
    "aliases": "表头的其他写法",
    "measure": "计量单位",
    "scale": "小数位数",
    "minimum": "最小值",
    "maximum": "最大值",
    "pattern": "格式",
    "max_length": "最多字数",
    "date_order": "月日先后",
    "whole_month": "只写到月时",
    "fraction": "小数表示百分比",
    "unreported": "可写未报",
    "several": "可放多个",
    "of": "关联的台账",
    "datum": "坐标系",
    "formula": "公式",
    "result": "公式的结果",
    "personal": "个人信息",
    "encrypted": "加密保存",
    "hint": "填写提示",
    "group": "分组",
}
_LEDGER_WORDS = {
    "title": "台账名称",
    "description": "说明",
    "loop": "闭环",
    "name_field": "称呼记录的字段",
    "unit_field": "责任单位字段",
    "opened_field": "发现日期字段",
    "due_field": "期限字段",
    "closed_field": "办结时间字段",
    "status_field": "状态字段",
    "closed_values": "算已办结的状态",
    "key": "唯一键",
    "columns": "列表显示的字段",
    "assignee_field": "承办人字段",
}
_FIELDS_NAMED = frozenset(_LEDGER_WORDS) - {"title", "description", "loop", "closed_values"}


def differences(old: LedgerSpec, new: LedgerSpec) -> list[str]:
    """What a new version changes, a sentence each; none if a reader would see no difference."""
    return [*_ledger(old, new), *_fields(old, new), *_checks(old, new)]


def source_of(field: FieldSpec, old: LedgerSpec) -> FieldSpec | None:
    """The field of the old definition whose data a new one takes over; None for a field that begins empty."""
    return old.by_code.get(field.code) or old.by_code.get(field.was)


def _ledger(old: LedgerSpec, new: LedgerSpec) -> Iterator[str]:
    for key, word in _LEDGER_WORDS.items():
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            told = [_named(value, spec, key) for value, spec in ((before, old), (after, new))]
            yield f"{word}：{told[0]} → {told[1]}"
    if old.rights != new.rights:
        yield f"字段权限：{len(old.rights)} 条 → {len(new.rights)} 条，有变动"
    if old.number != new.number:
        yield f"编号：{_numbering(old)} → {_numbering(new)}（已给的编号不变）"


def _named(value: Any, spec: LedgerSpec, key: str) -> str:
    values = value if isinstance(value, tuple) else (value,)
    titles = [spec.by_code[code].title if code in spec.by_code else str(code) for code in values if code]
    return "、".join(titles if key in _FIELDS_NAMED else [str(item) for item in values if item])[:_SHOWN] or "无"


def _numbering(spec: LedgerSpec) -> str:
    parts = [spec.number.prefix, "年份" if spec.number.by_year else "", f"{spec.number.digits} 位序号"]
    return "-".join(part for part in parts if part)


def _fields(old: LedgerSpec, new: LedgerSpec) -> Iterator[str]:
    taken: set[str] = set()
    for field in new.fields:
        source = source_of(field, old)
        if source is None:
            must = "，必填" if field.required else ""
            yield f"新增字段“{field.title}”（{_kind(field)}{must}）"
            continue
        taken.add(source.code)
        if source.code != field.code:
            yield f"字段“{field.title}”的代码：{source.code} → {field.code}，数据跟着走"
        yield from _field(source, field)
    for field in old.fields:
        if field.code not in taken:
            with_data = "，连同数据" if field.code in new.dropped else ""
            yield f"删去字段“{field.title}”{with_data}"
    order = [field.code for field in old.fields if field.code in new.by_code]
    if order != [field.code for field in new.fields if field.code in old.by_code]:
        yield "字段的先后有变动"


def _kind(field: FieldSpec) -> str:
    kind = BY_CODE.get(field.kind)
    return kind.title if kind else field.kind


def _field(old: FieldSpec, new: FieldSpec) -> Iterator[str]:
    name = f"“{new.title}”"
    if old.kind != new.kind:
        yield f"{name}的类型：{_kind(old)} → {_kind(new)}"
    for key, word in _FIELD_WORDS.items():
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            yield f"{name}的{word}：{_told(before)} → {_told(after)}"
    yield from _choices(name, old, new)


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        value = "、".join(map(str, value))
    text = f"{value:g}" if isinstance(value, float) else str("" if value is None else value)
    return f"“{text[:_SHOWN]}”" if text else "无"


def _choices(name: str, old: FieldSpec, new: FieldSpec) -> Iterator[str]:
    before = {choice.code: choice for choice in old.choices}
    after = {choice.code: choice for choice in new.choices}
    for code, choice in after.items():
        if code not in before:
            yield f"{name}新增选项“{choice.title}”{_from(choice, before)}"
        elif before[code].title != choice.title:
            yield f"{name}的选项“{before[code].title}”改称“{choice.title}”"
        elif before[code].aliases != choice.aliases:
            yield f"{name}的选项“{choice.title}”的其他写法：{_told(before[code].aliases)} → {_told(choice.aliases)}"
    for code, choice in before.items():
        if code not in after:
            yield f"{name}删去选项“{choice.title}”"


def _from(choice: ChoiceSpec, before: dict[str, ChoiceSpec]) -> str:
    titles = "、".join(f"“{before[code].title}”" for code in choice.was if code in before)
    if not titles:
        return ""
    return f"，由{titles}中合乎“{choice.when}”的记录而来" if choice.when else f"，由{titles}而来"


def _checks(old: LedgerSpec, new: LedgerSpec) -> Iterator[str]:
    before, after = set(old.checks), set(new.checks)
    for check in new.checks:
        if check not in before:
            yield f"新增规则“{check.message}”：{check.when}"
    for check in old.checks:
        if check not in after:
            yield f"取消规则“{check.message}”"
