"""Figures of many counties by Spark, over the lakes that their own instances wrote: each county's, and the total.

The definitions are one set for all. A total is put together from the counties' states, never from their values: ratios
as ratio of sums, distinct values counted anew, an average by what was counted. Ids of units, persons and records are a
county's own: the same id in two counties is two units.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from bihuan.base.errors import Invalid
from bihuan.expression.tree import Field, Node, parts_of
from bihuan.figure.clocks import Clocks
from bihuan.figure.derived import combined, rank_among, share_of
from bihuan.figure.engine.scan import Counted, count_scan
from bihuan.figure.engine.tally import State, measured, state_of
from bihuan.figure.lake.absorbing import fits
from bihuan.figure.lake.beside import NAME, BadBeside, Beside, parsed_beside
from bihuan.figure.lake.columns import lake_columns
from bihuan.figure.lake.files import DamagedLake
from bihuan.figure.lake.manifest import MANIFEST, BadManifest, LakeFile, parsed_manifest
from bihuan.figure.lake.reading import Part, Snapshot
from bihuan.figure.measure import Function
from bihuan.figure.names import LedgerView, figure_names
from bihuan.figure.period import Period
from bihuan.figure.plan import Plan, Scan, clocks_for, make_plan, part_codes, part_periods, placed
from bihuan.figure.resolved import Base, Derived, External, Resolved, Stock, UnitCount
from bihuan.figure.spark.reading import SparkRows
from bihuan.figure.value import Value

_AT_ONCE = 8
_MOST_RECORDS = 2**40
_OWN_KINDS = ("unit", "person", "record")


@dataclass(frozen=True)
class County:
    """A county and where its lakes lie: a folder with one folder a ledger, as a path or as Spark reads it (hdfs://…)."""

    name: str
    address: str

    def folder(self, ledger: str) -> str:
        """The folder of one ledger's lake, as Spark finds it."""
        own = self.address.rstrip("/")
        return f"{own if '://' in own else Path(own).resolve().as_uri()}/{ledger}"


@dataclass
class CountiesAnswer:
    """The values of figures by county and in total, worked out as they are asked for."""

    figures: Mapping[str, Resolved]
    clocks: Clocks
    counties: Sequence[County]
    counted: Mapping[tuple[int, str, Clocks], Counted]
    beside: Sequence[Beside] = ()
    _values: dict[tuple[str, Period, int | None], Value] = field(default_factory=dict)

    def value(self, code: str, period: Period, county: int | None) -> Value:
        """The figure of one county, by its place in the list, or of all together."""
        key = (code, period, county)
        if key not in self._values:
            figure = self.figures[code]
            found = self._base(figure, *key) if isinstance(figure, Base) else self._derived(figure, *key)
            self._values[key] = found
        return self._values[key]

    def _base(self, figure: Base, code: str, period: Period, county: int | None) -> Value:
        own = clocks_for(figure, period, self.clocks)
        is_at_once = isinstance(figure.time, Stock) and figure.function is not Function.SHARE
        states = []
        for index in range(len(self.counties)) if county is None else (county,):
            counted = self.counted[index, figure.view.code, own]
            parts = range(1) if is_at_once else counted.cuts.span(placed(figure, period))
            states.append(_of_county(state_of(counted.tallies[code, None], None, parts), figure, index))
        state = _together(states)
        return Value(code, None, period, measured(figure, state), state.records)

    def _derived(self, figure: Resolved, code: str, period: Period, county: int | None) -> Value:
        if not isinstance(figure, Derived):
            return Value(code, None, period, self._from_beside(figure, period, county))
        if figure.kind in ("rank", "share"):
            return Value(code, None, period, self._beside(figure, period, county))
        parts = [
            self.value(part, own, county)
            for part, own in zip(part_codes(figure), part_periods(figure, period, self.clocks), strict=True)
        ]
        records = [part.records for part in parts if part.records is not None]
        return Value(
            code, None, period, combined(figure, [part.number for part in parts]), records[0] if records else None
        )

    def _from_beside(self, figure: Resolved, period: Period, county: int | None) -> Fraction | None:
        """What is not counted from records. Values from outside have no sum: a rank, a mark or a rate is each county's.

        Raises Invalid for values that occur twice: that is found within a county, whose numbers are its own.
        """
        if isinstance(figure, External):
            return None if county is None else self.beside[county].external(figure.code, period, self.clocks)
        if isinstance(figure, UnitCount):
            day = min(period.end, self.clocks.day)
            own = self.beside if county is None else (self.beside[county],)
            return Fraction(sum(one.units(figure.unit_kind, day) for one in own))
        raise Invalid(
            f"“{figure.spec.title}”找的是一个县里登记了两次的值，县与县之间编号各编各的，"
            "不能由各县的数据湖合起来算，请在各县分别查看"
        )

    def _beside(self, figure: Derived, period: Period, county: int | None) -> Fraction | None:
        """Here the counties are each other's siblings, and all together are the whole."""
        own = self.value(figure.parts[0], period, county).number
        if figure.kind == "share":
            return share_of(figure, own, self.value(figure.parts[0], period, None).number)
        if county is None:
            return None
        others = [self.value(figure.parts[0], period, index).number for index in range(len(self.counties))]
        return rank_among(own, others, ascending=figure.spec.order == "ascending")


def ask_counties(
    session: Any,
    codes: Sequence[str],
    periods: Sequence[Period],
    clocks: Clocks,
    figures: Mapping[str, Resolved],
    counties: Sequence[County],
) -> CountiesAnswer:
    """Run every scan of a question over every county's lakes, several at once. Raises DamagedLake, Invalid.

    `figures` are the definitions of the codes with all that they are made of.
    """
    plan = make_plan(codes, periods, figures, clocks)
    views = {figure.view.code: figure.view for figure in figures.values() if isinstance(figure, Base)}
    work = [(index, scan) for index in range(len(counties)) for scan in plan.scans]

    def run(item: tuple[int, Scan]) -> Counted:
        index, scan = item
        return _counted(session, counties[index], scan, views[scan.ledger], plan)

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = list(threads.map(run, work))
    keyed = {(index, scan.ledger, scan.clocks): one for (index, scan), one in zip(work, found, strict=True)}
    needs_beside = any(isinstance(figure, External | UnitCount) for figure in figures.values())
    beside = tuple(_read_beside(session, county) for county in counties) if needs_beside else ()
    return CountiesAnswer(figures, clocks, counties, keyed, beside)


def _read_beside(session: Any, county: County) -> Beside:
    address = county.folder(NAME)
    try:
        return parsed_beside(bytes(_read_whole(session, [address], "content", county)[NAME]))
    except (DamagedLake, BadBeside) as error:
        told = f"{county.name}：没有读到数据湖旁的 {NAME}，或它不完整；请在该县运行 bihuan lake update"
        raise DamagedLake(told) from error


def _counted(session: Any, county: County, scan: Scan, view: LedgerView, plan: Plan) -> Counted:
    address = county.folder(view.code)
    snapshot = _snapshot(session, county, address, view)
    as_of, known_at = scan.clocks.instants
    is_timed = any(_is_timed(plan.figures[code]) for code, _ in scan.wanted)
    parts = snapshot.chosen_at(as_of, known_at), snapshot.chosen_known(known_at) if is_timed else []
    _require_whole(session, county, address, [*parts[0], *parts[1]])
    rows = SparkRows(session, address, snapshot, parts, scan, view)
    return count_scan(scan, plan.figures, rows.cuts, rows)


def _is_timed(figure: Resolved) -> bool:
    return isinstance(figure, Base) and figure.function is Function.SHARE


def _snapshot(session: Any, county: County, address: str, view: LedgerView) -> Snapshot:
    columns = lake_columns(figure_names(view))
    contents = _read_whole(session, [f"{address}/{MANIFEST}"], "content", county)
    try:
        manifest = parsed_manifest(bytes(contents[MANIFEST]))
    except BadManifest as error:
        raise DamagedLake(f"{county.name}：“{view.spec.title}”的数据湖目录读不出来，请在该县重建") from error
    if manifest.ledger != view.code or not fits(manifest, columns):
        raise Invalid(f"{county.name}：“{view.spec.title}”的数据湖与这里的台账定义不是同一个版本，请先统一业务包")
    return Snapshot(Path(), manifest, columns)


def _require_whole(session: Any, county: County, address: str, parts: Sequence[Part]) -> None:
    """Raise DamagedLake unless every file has the content that its county wrote. Spark's workers hash them."""
    files: dict[str, LakeFile] = {file.name: file for part in parts for file in part.files}
    if not files:
        return
    found = _read_whole(session, [f"{address}/{name}" for name in files], "sha2(content, 256)", county)
    for name, file in files.items():
        if found.get(name) != file.sha256:
            raise DamagedLake(f"{county.name}：数据湖文件 {name} 缺失、不完整或被改动过，请在该县重建")


def _read_whole(session: Any, paths: Sequence[str], what: str, county: County) -> dict[str, Any]:
    """Something of the content of files, by name."""
    from pyspark.errors import AnalysisException

    try:
        files = session.read.format("binaryFile").load(list(paths))
        return {path.rsplit("/", 1)[-1]: told for path, told in files.selectExpr("path", what).collect()}
    except AnalysisException as error:
        raise DamagedLake(f"{county.name}：在 {paths[0].rsplit('/', 1)[0]} 没有找到数据湖或其中的文件") from error


def _of_county(state: State, figure: Base, county: int) -> State:
    """The state with what is the county's own told apart from that of others."""
    if state.listed is None or state.everywhere is None:
        return state
    listed = state.listed
    if figure.function is Function.DISTINCT and figure.operand and _is_own(figure.operand.tree, figure.view):
        listed = listed.with_columns(pl.format(f"{county}:{{}}", pl.col("value")).alias("value"))
    if "record" in listed.columns:
        listed = listed.with_columns(pl.col("record") + county * _MOST_RECORDS)
    return State(state.records, state.known, state.total, listed, listed)


def _is_own(node: Node, view: LedgerView) -> bool:
    """Whether it speaks of a unit, person, record or number, which mean something only within their county."""
    if isinstance(node, Field):
        own = view.spec.by_code.get(node.name.code)
        return own.kind in _OWN_KINDS if own else node.name.code in ("unit", "number")
    return any(_is_own(part, view) for part in parts_of(node))


def _together(states: Sequence[State]) -> State:
    """The state of all counties; of one it is its own."""
    frames = [state.listed for state in states if state.listed is not None and not state.listed.is_empty()]
    listed = pl.concat(frames, how="vertical_relaxed") if frames else states[0].listed if states else None
    add: Callable[[str], int] = lambda name: sum(getattr(state, name) for state in states)  # noqa: E731
    return State(add("records"), add("known"), add("total"), listed, listed)
