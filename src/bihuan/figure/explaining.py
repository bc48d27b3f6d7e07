"""A figure's definition in plain Chinese, as it is printed under its number; and how two definitions differ."""

from bihuan.expression import compile_check, explain
from bihuan.expression.names import Column, Kind, Name
from bihuan.figure.checks import EXPECTED_NAMES
from bihuan.figure.definitions import Catalogue
from bihuan.figure.measure import Function
from bihuan.figure.resolve import FORMULA_PLACES
from bihuan.figure.resolved import Base, Derived, Doubled, External, Flow, Resolved, UnitCount
from bihuan.figure.spec import FigureSpec
from bihuan.org.models import UnitKind

_AGAINST = {
    "previous year": "上年同期",
    "previous period": "上一期",
    "same period two years ago": "前年同期",
}


def explained(code: str, catalogue: Catalogue) -> str:
    """One or two sentences that say what the figure counts, and how."""
    figure = catalogue[code]
    sentence = _sentence(figure, catalogue)
    unit = f"单位：{figure.spec.unit}。" if figure.spec.unit else ""
    note = f"{figure.spec.description}" if figure.spec.description else ""
    return f"{sentence}。{unit}{note}"


def _sentence(figure: Resolved, catalogue: Catalogue) -> str:
    match figure:
        case Base():
            return _of_base(figure)
        case Doubled(_, _, places):
            where = "、".join(f"“{view.spec.title}”的“{name.title}”" for view, name in places)
            return f"{where}中，同一个值出现两次以上的有几个"
        case UnitCount(_, _, kind):
            return f"所属单位中有几个{UnitKind(kind).label}，按当日的单位树"
        case External():
            return "由人填报，注明来源和数据日期"
        case Derived():
            return _of_derived(figure, catalogue)


def _of_base(figure: Base) -> str:
    which = f"“{figure.view.spec.title}”中"
    which += f"{explain(figure.where)} 的记录" if figure.where else "的全部记录"
    time = "期末的状态（未到期末则为所问时点）"
    if isinstance(figure.time, Flow):
        time = f"所问时点的状态，按“{figure.time.field.title}”归入时期"
    if figure.function is Function.COUNT:
        return f"{which}有几条，{time}"
    operand = explain(figure.operand) if figure.operand else ""
    return f"{which}，{operand} 的{figure.function.words}，{time}"


def _of_derived(figure: Derived, catalogue: Catalogue) -> str:
    names = [f"“{catalogue[part].spec.title}”" for part in figure.parts]
    spec, against = figure.spec, _AGAINST.get(figure.spec.against or "", "")
    match figure.kind:
        case "ratio":
            return f"{names[0]}除以{names[1]}；上级单位的值是分子之和除以分母之和"
        case "target":
            return f"{names[0]}除以全年的{names[1]}"
        case "difference":
            return f"{names[0]}减去{names[1]}"
        case "agree":
            return f"{names[0]}与{names[1]}之差，应为 0"
        case "change":
            how = "的增减量" if spec.told_as == "difference" else "的增减百分比"
            return f"{names[0]}与{against}相比{how}"
        case "shift":
            return f"{names[0]}在{against}的值"
        case "rank":
            order = "从小到大" if spec.order == "ascending" else "从大到小"
            return f"{names[0]}在同级单位中{order}的名次，并列同名次"
        case "share":
            return f"{names[0]}占{'全部' if spec.within == 'whole' else '上级单位'}的百分比"
        case "cumulative":
            return f"{names[0]}从{'有记录' if spec.since == 'beginning' else '年初'}起到期末的累计"
        case _:
            return _of_formula(spec, names)


def _of_formula(spec: FigureSpec, titles: list[str]) -> str:
    """The formula with the figures' titles in place of their short names."""
    names = {
        code: Name(code, title, Kind.DECIMAL, Column("value"), scale=FORMULA_PLACES)
        for code, title in zip(spec.names, titles, strict=True)
    }
    return f"按算式 {explain(compile_check(spec.formula, names, expect=Kind.DECIMAL))}"


def facets(code: str, catalogue: Catalogue) -> dict[str, str]:
    """A definition part by part, each in words; what is not said is absent."""
    figure, spec = catalogue[code], catalogue[code].spec
    found = {"名称": spec.title}
    match figure:
        case Base():
            found["台账"] = figure.view.spec.title
            found["统计条件"] = explain(figure.where) if figure.where else "全部记录"
            operand = f"{explain(figure.operand)} 的" if figure.operand else ""
            found["统计方式"] = f"{operand}{figure.function.words}"
            is_flow = isinstance(figure.time, Flow)
            found["归入时期"] = f"按“{figure.time.field.title}”" if is_flow else "期末的状态"  # type: ignore[union-attr] # a flow has one
        case _:
            found["怎样算"] = _sentence(figure, catalogue)
    found["计量单位"] = spec.unit
    found["小数位数"] = "" if spec.scale is None else f"{spec.scale} 位"
    found["数据质量要求"] = explain(compile_check(spec.expect, EXPECTED_NAMES)) if spec.expect else ""
    found["常用分组"] = "、".join(spec.by)
    found["说明"] = spec.description
    return {name: text for name, text in found.items() if text}


def differences(code: str, before: Catalogue, after: Catalogue) -> list[str]:
    """What a new definition changes, a line for each part: 统计条件：原为“…”，改为“…”."""
    old, new = (facets(code, catalogue) for catalogue in (before, after))
    return [
        f"{name}：原为{_told(old.get(name))}，改为{_told(new.get(name))}"
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]


def _told(text: str | None) -> str:
    return f"“{text}”" if text else "空"
