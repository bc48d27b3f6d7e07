"""From a definition to what it means: every name found, expressions checked, units of measure agreed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bihuan.base.errors import BihuanError, did_you_mean
from bihuan.expression import Checked, Column, ExpressionError, Kind, Name, compile_check
from bihuan.figure.measure import NUMERIC, Function, Measure, NotAMeasure, parse_measure
from bihuan.figure.names import LedgerView, asks_the_day, figure_names
from bihuan.figure.references import NotAReference, full_id, full_ledger, references
from bihuan.figure.resolved import Base, Derived, Doubled, External, Flow, Resolved, Stock, UnitCount
from bihuan.figure.spec import FigureSpec
from bihuan.figure.units_of_measure import UnitsClash, factor, measure_of, measures_of, quotient_factor

FORMULA_PLACES = 12
"""How many decimal places of a figure a formula computes with."""


@dataclass(frozen=True)
class Fault:
    """What is wrong in a definition, and at which of its keys."""

    message: str
    place: tuple[str | int, ...] = ()
    hint: str = ""


class Faulty(BihuanError):
    """A definition that means nothing as it stands; `faults` lists why."""

    def __init__(self, code: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"指标“{code}”的定义有问题：" + "；".join(fault.message for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Sources:
    """Where definitions are looked up; None for what is not there."""

    figure: Callable[[str], FigureSpec | None]
    ledger: Callable[[str], LedgerView | None]
    known: tuple[str, ...] = ()
    """Figures to name in a hint."""


def resolve(code: str, spec: FigureSpec, sources: Sources) -> Resolved:
    """The meaning of a figure whose definition has a sound shape. Raises Faulty with all that is wrong.

    Figures that it is made of are found but not resolved: each is resolved by itself.
    """
    faults: list[Fault] = []
    found = _RESOLVERS.get(spec.kind, _derived)(code, spec, sources, faults)
    if faults or found is None:
        raise Faulty(code, tuple(faults))
    return found


def with_parts(codes: Iterable[str], meaning: Callable[[str], Resolved]) -> dict[str, Resolved]:
    """Figures with all that they are made of, each before what is made of it."""
    found: dict[str, Resolved] = {}

    def visit(code: str) -> None:
        if code not in found:
            resolved = meaning(code)
            for part in resolved.parts if isinstance(resolved, Derived) else ():
                visit(part)
            found[code] = resolved

    for code in codes:
        visit(code)
    return found


def _base(code: str, spec: FigureSpec, sources: Sources, faults: list[Fault]) -> Base | None:
    view = _ledger(spec.of, code, sources, faults, ("of",))
    if view is None:
        return None
    names = figure_names(view)
    where = _expression(spec.where, names, Kind.BOOLEAN, ("where",), faults) if spec.where.strip() else None
    measure, operand = _measure(spec, names, faults)
    time = _time(spec, view, names, faults)
    if measure is None or faults:
        return None
    base = Base(code, spec, view, where, measure.function, operand, time)
    return Base(code, spec, view, where, measure.function, operand, time, _base_factor(base, faults))


def _ledger(
    reference: str, code: str, sources: Sources, faults: list[Fault], place: tuple[str | int, ...]
) -> LedgerView | None:
    view = sources.ledger(full_ledger(reference, code.split(".", 1)[0]))
    if view is None:
        faults.append(Fault(f"没有台账“{reference}”", place))
    return view


def _expression(
    text: str, names: Mapping[str, Name], expect: Kind | None, place: tuple[str | int, ...], faults: list[Fault]
) -> Checked | None:
    try:
        return compile_check(text, names, expect=expect)
    except ExpressionError as error:
        faults += [Fault(problem.message, place, problem.hint) for problem in error.problems]
        return None


def _measure(spec: FigureSpec, names: Mapping[str, Name], faults: list[Fault]) -> tuple[Measure | None, Checked | None]:
    try:
        measure = parse_measure(spec.measure)
    except NotAMeasure as error:
        faults.append(Fault(str(error), ("measure",)))
        return None, None
    if measure.function is Function.COUNT:
        return measure, None
    expect = Kind.DECIMAL if measure.function in NUMERIC else None
    expect = Kind.BOOLEAN if measure.function is Function.SHARE else expect
    operand = _expression(measure.operand, names, expect, ("measure",), faults)
    if operand and measure.function is Function.DISTINCT and operand.kind is Kind.TEXTS:
        faults.append(Fault("多选字段不能数不重复的值", ("measure",)))
    if operand and measure.function is Function.SHARE:
        where = _expression(spec.where, names, Kind.BOOLEAN, ("where",), []) if spec.where.strip() else None
        if any(checked and asks_the_day(checked) for checked in (operand, where)):
            message = "时间占比里不能用四色、today() 和 now()：它们自己就随时间变"
            faults.append(Fault(message, ("measure",), "请用环节或日期字段来写条件"))
        if spec.during:
            faults.append(Fault("时间占比看的是整个时期，不能再写 during", ("during",)))
    return measure, operand


def _time(spec: FigureSpec, view: LedgerView, names: Mapping[str, Name], faults: list[Fault]) -> Stock | Flow:
    if not spec.during:
        return Stock()
    name = names.get(spec.during)
    if name is None:
        known = [code for code, found in names.items() if found.kind in (Kind.DATE, Kind.DATETIME)]
        hint = did_you_mean(spec.during, known) or f"可用的日期字段：{'、'.join(known)}"
        faults.append(Fault(f"during 指向的字段“{spec.during}”不存在", ("during",), hint))
        return Stock()
    if name.kind not in (Kind.DATE, Kind.DATETIME, Kind.TEXT, Kind.INTEGER) or name.choices or _points(view, name):
        faults.append(Fault(f"during 要用日期、时间、月份或年份字段，“{name.title}”是{name.kind.label}", ("during",)))
    return Flow(name)


def _points(view: LedgerView, name: Name) -> bool:
    """Whether it holds the id of something else, which is a whole number but no year."""
    field = view.spec.by_code.get(name.code)
    return name.storage == Column("unit_id") or (field is not None and field.kind in ("unit", "person", "record"))


def _base_factor(base: Base, faults: list[Fault]) -> Fraction:
    """From what the operand is in to the figure's unit of measure."""
    if base.function not in NUMERIC or base.function is Function.OUTLIERS or base.operand is None:
        if base.function is Function.SHARE and base.spec.unit:
            return _or_fault(lambda: quotient_factor("", "", base.spec.unit), faults)
        return Fraction(1)
    measures = measures_of(base.view.spec)
    tree = base.operand.tree
    return _or_fault(lambda: factor(measure_of(tree, measures), base.spec.unit), faults)


def _or_fault(work: Callable[[], Fraction], faults: list[Fault]) -> Fraction:
    try:
        return work()
    except UnitsClash as error:
        faults.append(Fault(str(error), ("unit",)))
        return Fraction(1)


def _doubled(code: str, spec: FigureSpec, sources: Sources, faults: list[Fault]) -> Doubled | None:
    places: list[tuple[LedgerView, Name]] = []
    for index, text in enumerate(spec.doubled):
        reference, dot, field = text.rpartition(".")
        if not dot:
            faults.append(Fault(f"“{text}”应写成 台账.字段", ("doubled", index)))
            continue
        view = _ledger(reference, code, sources, faults, ("doubled", index))
        name = figure_names(view).get(field) if view else None
        if view and (name is None or name.kind is Kind.TEXTS):
            hint = did_you_mean(field, list(figure_names(view)))
            faults.append(Fault(f"台账“{reference}”没有可以核对的字段“{field}”", ("doubled", index), hint))
        elif view and name and field in view.spec.by_code and view.spec.by_code[field].encrypted:
            faults.append(Fault(f"“{name.title}”加密保存，不能用在指标里", ("doubled", index)))
        elif view and name:
            places.append((view, name))
    if len({name.kind for _, name in places}) > 1:
        faults.append(Fault("核对重复的几个字段要是同一种类型", ("doubled",)))
    measures = sorted({measures_of(view.spec).get(name.code, "") for view, name in places} - {""})
    if len(measures) > 1:
        faults.append(
            Fault(f"核对重复的几个字段要用同一个计量单位，“{measures[0]}”和“{measures[1]}”不能核对", ("doubled",))
        )
    return Doubled(code, spec, tuple(places))


def _unit_count(code: str, spec: FigureSpec, _: Sources, __: list[Fault]) -> UnitCount:
    return UnitCount(code, spec, spec.units)


def _external(code: str, spec: FigureSpec, _: Sources, __: list[Fault]) -> External:
    return External(code, spec)


def _derived(code: str, spec: FigureSpec, sources: Sources, faults: list[Fault]) -> Derived | None:
    try:
        written = references(spec)
    except NotAReference as error:
        faults.append(Fault(str(error), (spec.kind,)))
        return None
    parts = tuple(_part(reference, code, sources) for reference in written)
    specs = [sources.figure(part) for part in parts]
    for reference, found in zip(written, specs, strict=True):
        if found is None:
            hint = did_you_mean(reference, [known.split(".", 1)[-1] for known in sources.known])
            faults.append(Fault(f"没有指标“{reference}”", (spec.kind,), hint))
    if faults:
        return None
    units = [found.unit for found in specs if found is not None]
    factors = tuple(_factors(spec, units, faults))
    formula = _formula(spec, faults) if spec.kind == "formula" else None
    return Derived(code, spec, spec.kind, parts, factors, formula)


def _part(reference: str, code: str, sources: Sources) -> str:
    pack = code.split(".", 1)[0]
    known = {name for name in (f"{pack}.{reference}", reference) if sources.figure(name) is not None}
    return full_id(reference, pack, known)


def _factors(spec: FigureSpec, units: list[str], faults: list[Fault]) -> Iterator[Fraction]:
    """Into the figure's unit: of the quotient for a ratio, of each part for what adds, of the part for the rest."""
    match spec.kind:
        case "ratio" | "target":
            yield _or_fault(lambda: quotient_factor(units[0], units[1], spec.unit), faults)
        case "difference" | "agree" | "cumulative" | "shift":
            for unit in units:
                yield _or_fault(lambda unit=unit: factor(unit, spec.unit), faults)  # type: ignore[misc]
        case "change" if spec.told_as == "difference":
            both_percent = units[0] == "%" and spec.unit in ("百分点", "个百分点")
            yield Fraction(1) if both_percent else _or_fault(lambda: factor(units[0], spec.unit), faults)
        case "change" | "share":
            yield _or_fault(lambda: quotient_factor("", "", spec.unit), faults)
        case _:
            yield Fraction(1)


def _formula(spec: FigureSpec, faults: list[Fault]) -> Checked | None:
    names = {code: Name(code, code, Kind.DECIMAL, Column("value"), scale=FORMULA_PLACES) for code in spec.names}
    return _expression(spec.formula, names, Kind.DECIMAL, ("formula",), faults)


_RESOLVERS: dict[str, Callable[[str, FigureSpec, Sources, list[Fault]], Resolved | None]] = {
    "of": _base,
    "doubled": _doubled,
    "units": _unit_count,
    "external": _external,
}
