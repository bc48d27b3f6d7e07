"""The rules a figure's definition must keep, each a small function; faults carry file, line and a hint."""

import re
from collections.abc import Iterator, Sequence

from bihuan.base.errors import Issue, did_you_mean
from bihuan.expression import ExpressionError, Kind, Name, compile_check
from bihuan.expression.names import Column
from bihuan.figure.measure import Function, NotAMeasure, parse_measure
from bihuan.figure.names import LedgerView, figure_names
from bihuan.figure.references import NotAReference, full_id, full_ledger, references
from bihuan.figure.resolve import Faulty, Sources, resolve
from bihuan.figure.spec import FIGURE_CODE, KINDS, FigureSpec
from bihuan.figure.units_of_measure import UnitsClash, require_known
from bihuan.ledger.types import BY_CODE as FIELD_TYPES
from bihuan.org.models import UnitKind
from bihuan.pack.kind import Definition, Definitions, PackKind
from bihuan.pack.source import Source

_ONLY_FOR: dict[str, tuple[str, ...]] = {
    "where": ("of",),
    "measure": ("of",),
    "at": ("of",),
    "during": ("of",),
    "by": ("of", "ratio", "difference", "cumulative"),
    "against": ("change", "shift"),
    "told_as": ("change",),
    "order": ("rank",),
    "within": ("share",),
    "since": ("cumulative",),
    "names": ("formula",),
}
"""Keys that only some kinds of figures read."""
_WRITTEN = {"told_as": "as", "names": "with"}


def check_figures(figures: Sequence[Definition], everything: Definitions) -> list[Issue]:
    """All faults of a pack's figures, alone and against the ledgers that they count."""
    issues: list[Issue] = []
    sources = sources_of(everything)
    for figure in figures:
        shape = [issue for rule in _SHAPE_RULES for issue in rule(figure)]
        issues += shape
        if not shape:
            issues += _means_something(figure, sources, everything)
    if not issues:
        issues += _no_circles(figures)
    return issues


def sources_of(everything: Definitions) -> Sources:
    """Where the definitions of packs are looked up."""
    figures, ledgers = everything.get("figures", {}), everything.get("ledgers", {})

    def figure(code: str) -> FigureSpec | None:
        found = figures.get(code)
        return found.spec if found else None

    def ledger(code: str) -> LedgerView | None:
        found = ledgers.get(code)
        if found is None or any(field.kind not in FIELD_TYPES for field in found.spec.fields):
            return None
        loop = everything.get("loops", {}).get(f"{found.pack}.{found.spec.loop}")
        return LedgerView(code, found.spec, loop.spec if loop else None)

    return Sources(figure, ledger, tuple(figures))


def _code_is_plain(figure: Definition) -> Iterator[Issue]:
    code = figure.code.split(".", 1)[1]
    if not re.fullmatch(FIGURE_CODE, code) or len(code) > 80:
        message = f"指标代码“{code}”只能用小写字母、数字、下划线和点，如 finding.cleared"
        yield figure.source.issue(message)


def _one_kind(figure: Definition) -> Iterator[Issue]:
    spec: FigureSpec = figure.spec
    if not spec.kinds:
        yield figure.source.issue(f"没有写怎样算；要写其中一个：{'、'.join(KINDS)}")
    elif len(spec.kinds) > 1:
        both = "、".join(f"{kind}（{KINDS[kind]}）" for kind in spec.kinds)
        yield figure.source.issue(f"同时写了 {both}，只能写一个", spec.kinds[1])


def _keys_fit(figure: Definition) -> Iterator[Issue]:
    """A key that a kind would pass over was meant for another."""
    spec: FigureSpec = figure.spec
    for key, kinds in _ONLY_FOR.items():
        given = getattr(spec, key) != FigureSpec.model_fields[key].get_default(call_default_factory=True)
        if given and spec.kinds and spec.kind not in kinds:
            written = _WRITTEN.get(key, key)
            yield figure.source.issue(f"“{written}”只用于 {'、'.join(kinds)}，这里是 {spec.kind}", written)
    if spec.at and spec.during:
        yield figure.source.issue("at: end（存量）和 during（流量）只能写一个", "at")


def _needs_given(figure: Definition) -> Iterator[Issue]:
    spec: FigureSpec = figure.spec
    if spec.kinds and spec.kind in ("change", "shift") and spec.against is None:
        yield figure.source.issue(f"{spec.kind} 要写 against，如 previous year", spec.kind)
    if spec.formula and not spec.names:
        yield figure.source.issue("formula 要在 with 里写明每个名称对应哪个指标", "formula")
    if len(spec.doubled) == 1 and spec.doubled[0].count(".") > 2:
        yield figure.source.issue(f"“{spec.doubled[0]}”应写成 台账.字段 或 包.台账.字段", "doubled", 0)


def _unit_kind_known(figure: Definition) -> Iterator[Issue]:
    known = [str(kind) for kind in UnitKind.values]
    if figure.spec.units and figure.spec.units not in known:
        hint = did_you_mean(figure.spec.units, known) or f"可用：{'、'.join(known)}"
        yield figure.source.issue(f"没有单位类别“{figure.spec.units}”", "units", hint=hint)


def _measure_known(figure: Definition) -> Iterator[Issue]:
    try:
        function = parse_measure(figure.spec.measure).function
    except NotAMeasure as error:
        yield figure.source.issue(str(error), "measure")
        return
    if function is Function.OUTLIERS and not figure.spec.of:
        yield figure.source.issue("离群个数要写 of", "measure")


def _unit_is_whole(figure: Definition) -> Iterator[Issue]:
    try:
        require_known(figure.spec.unit)
    except UnitsClash as error:
        yield figure.source.issue(str(error), "unit")


def _references_read(figure: Definition) -> Iterator[Issue]:
    if not figure.spec.kinds:
        return
    try:
        references(figure.spec)
    except NotAReference as error:
        yield figure.source.issue(str(error), figure.spec.kind)


def _expectation_compiles(figure: Definition) -> Iterator[Issue]:
    """A demand on the value itself speaks of `value` and nothing else."""
    if not figure.spec.expect:
        return
    try:
        compile_check(figure.spec.expect, EXPECTED_NAMES)
    except ExpressionError as error:
        for problem in error.problems:
            yield figure.source.issue(problem.message, "expect", hint=problem.hint)


EXPECTED_NAMES = {"value": Name("value", "数值", Kind.DECIMAL, Column("value"), scale=6)}

_SHAPE_RULES = (
    _code_is_plain,
    _one_kind,
    _keys_fit,
    _needs_given,
    _unit_kind_known,
    _measure_known,
    _unit_is_whole,
    _references_read,
    _expectation_compiles,
)


def shape_faults(code: str, spec: FigureSpec) -> list[str]:
    """What is wrong with a definition by itself that was not read from a file, each in words."""
    figure = Definition(code, code.split(".", 1)[0], spec, Source("", {}, {}))
    return [f"{issue.message}{issue.hint}" for rule in _SHAPE_RULES for issue in rule(figure)]


def _means_something(figure: Definition, sources: Sources, everything: Definitions) -> Iterator[Issue]:
    """Every name is found. What stands in another pack is looked for when the figure is asked for."""
    if _reaches_out(figure, everything):
        return
    try:
        found = resolve(figure.code, figure.spec, sources)
    except Faulty as error:
        for fault in error.faults:
            yield figure.source.issue(fault.message, *fault.place, hint=fault.hint)
        return
    view = getattr(found, "view", None)
    for index, code in enumerate(figure.spec.by):
        if view is not None and code not in figure_names(view):
            hint = did_you_mean(code, list(figure_names(view)))
            yield figure.source.issue(f"by 指向的字段“{code}”不存在", "by", index, hint=hint)


def _reaches_out(figure: Definition, everything: Definitions) -> bool:
    spec: FigureSpec = figure.spec
    places = [spec.of] if spec.of else [text.rpartition(".")[0] for text in spec.doubled]
    ledgers = [full_ledger(place, figure.pack) for place in places]
    known = everything.get("figures", {})
    elsewhere = [
        part
        for part in references(spec)
        if full_id(part, figure.pack, known) not in known and _names_another_pack(part, figure.pack)
    ]
    return bool(elsewhere) or any(not ledger.startswith(f"{figure.pack}.") for ledger in ledgers)


def _names_another_pack(code: str, pack: str) -> bool:
    return code.count(".") >= 2 and not code.startswith(f"{pack}.")


def _no_circles(figures: Sequence[Definition]) -> Iterator[Issue]:
    """No figure is made of itself, be it by way of others."""
    known = {figure.code: figure for figure in figures}
    made_of = {
        code: [full_id(reference, figure.pack, known) for reference in references(figure.spec)]
        for code, figure in known.items()
    }
    for code, figure in known.items():
        seen: set[str] = set()
        waiting = list(made_of[code])
        while waiting:
            part = waiting.pop()
            if part == code:
                yield figure.source.issue(f"“{code}”绕了一圈又用到自己", figure.spec.kind)
                break
            if part not in seen:
                seen.add(part)
                waiting += made_of.get(part, [])


FIGURES = PackKind("figures", "指标", FigureSpec, check_figures, holds_many=True)
