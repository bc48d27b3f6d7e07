"""The functions that a template may call: numbers, changes in words, tables, charts and lists."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from bihuan.base.errors import Invalid
from bihuan.figure.units_of_measure import UnitsClash, factor
from bihuan.report.document import Chart, Number, Run, Runs, Series, Table
from bihuan.report.sources import Breakdown, Sources
from bihuan.report.template.marks import Marks, unmarked
from bihuan.report.template.wording import change, shown

_AGAINST = {"previous year": "上年", "previous period": "上期"}
_KINDS = ("bar", "line", "pie")
NAMES = (
    "n",
    "v",
    "known",
    "change",
    "table",
    "chart",
    "records",
    "listed",
    "field",
    "ranking",
    "ranked",
    "units",
    "name",
    "unit_name",
    "period_name",
    "year",
    "day",
)
"""The functions that templates may call."""

MOST_RECORDS = 2_000
"""The longest list of records in a report."""


class Unknown:
    """The value of what is not known: it is not zero, and no comparison with it is true."""

    def _never(self, _: object) -> bool:
        return False

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _never
    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return "—"


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Language:
    """The functions over one report's sources; what they print leaves marks."""

    sources: Sources
    marks: Marks

    def functions(self) -> dict[str, Callable[..., Any]]:
        """By the names that templates use, in the order of NAMES."""
        about = self.sources.about
        found: tuple[Callable[..., Any], ...] = (
            self.printed,
            self.value,
            lambda figure, unit="", period="": self.value(figure, unit, period) is not UNKNOWN,
            self.changed,
            self.table,
            self.chart,
            self.records,
            self.listed,
            lambda code: unmarked(self.sources.field(code)),
            self.ranking,
            lambda scorecard: bool(self.sources.rankings(scorecard)),
            self.sources.units,
            lambda unit: unmarked(self.sources.name(unit)),
            lambda: unmarked(about.unit_name),
            lambda: about.period_name,
            lambda more=0: about.year + int(more),
            lambda: f"{about.as_of.year}年{about.as_of.month}月{about.as_of.day}日",
        )
        return dict(zip(NAMES, found, strict=True))

    def printed(
        self,
        figure: str,
        unit: str = "",
        period: str = "",
        places: int | None = None,
        measure: str = "",
        of: str = "",
    ) -> str:
        """A figure in digits, in another unit of measure if asked: `n('audit.amount', measure='亿元', places=2)`."""
        number = _measured(self.sources.number(figure, unit=unit, period=period, of=of), measure)
        return self.marks.number(number, shown(number.value, places=places))

    def value(self, figure: str, unit: str = "", period: str = "") -> Decimal | Unknown:
        """A figure's bare value, for choosing what to say. It is not printed."""
        found = self.sources.number(figure, unit=unit, period=period).value
        return UNKNOWN if found is None else found

    def changed(self, figure: str, against: str = "previous year", unit: str = "", places: int = 1) -> str:
        """How a figure changed, in words that begin at the comparison; nothing where a side is unknown."""
        if against not in _AGAINST:
            raise Invalid(f"模板里的“{against}”不能比较，可用：{'、'.join(_AGAINST)}")
        now = self.sources.number(figure, unit=unit)
        before = self.sources.number(figure, unit=unit, period=against)
        said = change(
            now.value, before.value, is_percent=now.measure == "%", against=_AGAINST[against], places=int(places)
        )
        if not said.amount:
            return said.text
        digits = shown(said.amount)
        before_amount, _, after = said.text.partition(digits)
        title = f"{now.title}（比{_AGAINST[against]}）"
        measure = said.measure or now.measure
        number = replace(now, title=title, value=said.amount, measure=measure, aspect="change")
        return before_amount + self.marks.number(number, digits) + after

    def table(
        self,
        figures: Sequence[str],
        by: str = "unit",
        caption: str = "",
        period: str = "",
        places: int | None = None,
        unit: str = "",
        total: bool = True,
    ) -> str:
        """A table of figures by units, months or a field, a column each; its last line is the figures themselves."""
        found = self.sources.breakdown(list(figures), by, unit=unit, period=period)
        columns = found.total or (found.rows[0] if found.rows else ())
        heads = [_titled(number) for number in columns] or list(figures)
        rows = [_table_row(category, numbers, places) for category, numbers in _lines(found)]
        if total and found.total:
            rows.append(tuple(_bold(cell) for cell in _table_row("合计", found.total, places)))
        return self.marks.block(Table((found.heading, *heads), tuple(rows), str(caption)))

    def chart(
        self,
        kind: str,
        figures: Sequence[str],
        by: str = "month",
        title: str = "",
        period: str = "",
        unit: str = "",
    ) -> str:
        """A native chart of figures by units, months or a field; a pie shows one figure."""
        if kind not in _KINDS:
            raise Invalid(f"没有“{kind}”这种图，可用：{'、'.join(_KINDS)}")
        if kind == "pie" and len(figures) != 1:
            raise Invalid(f"饼图只能画 1 个指标，写了 {len(figures)} 个")
        found = self.sources.breakdown(list(figures), by, unit=unit, period=period)
        columns = found.total or (found.rows[0] if found.rows else ())
        series = [
            Series(name, tuple(row[place].value for row in found.rows), tuple(row[place] for row in found.rows))
            for place, name in enumerate([number.title for number in columns] or figures)
        ]
        measures = {number.measure for number in columns}
        shape: Literal["bar", "line", "pie"] = kind  # type: ignore[assignment] # checked above
        measure = measures.pop() if len(measures) == 1 else ""
        name = str(title) or "、".join(one.name for one in series)
        return self.marks.block(Chart(shape, name, found.categories, tuple(series), measure))

    def records(
        self,
        ledger: str,
        where: str = "",
        columns: Sequence[str] = (),
        most: int = 100,
        caption: str = "",
        linked: str = "",
    ) -> str:
        """A list of records; the rest is counted where there are more than `most`."""
        table = self.sources.records(ledger, where, list(columns), min(int(most), MOST_RECORDS), linked=linked)
        return self.marks.block(replace(table, caption=str(caption) or table.caption))

    def listed(
        self,
        figure: str,
        columns: Sequence[str] = (),
        most: int = 100,
        caption: str = "",
        unit: str = "",
        period: str = "",
    ) -> str:
        """The records that a figure counts, so that the list and the number always agree."""
        table = self.sources.behind(figure, list(columns), min(int(most), MOST_RECORDS), unit=unit, period=period)
        return self.marks.block(replace(table, caption=str(caption) or table.caption))

    def ranking(self, scorecard: str) -> str:
        """The published ranking of a scorecard, a table for each group; nothing where none was published."""
        return "".join(self.marks.block(table) for table in self.sources.rankings(scorecard))


def _measured(number: Number, measure: str) -> Number:
    if not measure or measure == number.measure or number.value is None:
        return number
    try:
        times = factor(number.measure, measure)
        return replace(number, value=number.value * times.numerator / times.denominator, measure=measure)
    except UnitsClash as error:
        raise Invalid(f"“{number.title}”的单位是“{number.measure}”，不能换算成“{measure}”") from error


def _titled(number: Number) -> str:
    return f"{number.title}（{number.measure}）" if number.measure else number.title


def _lines(found: Breakdown) -> list[tuple[str, tuple[Number, ...]]]:
    return list(zip(found.categories, found.rows, strict=True))


def _bold(cell: Runs) -> Runs:
    return tuple(replace(run, bold=True) for run in cell)


def _table_row(category: str, numbers: Sequence[Number], places: int | None) -> tuple[Runs, ...]:
    return ((Run(unmarked(category)),), *((Run(shown(number.value, places=places), number),) for number in numbers))
