"""A report's numbers from the figures, asked all at once, and its lists from the ledgers, within the writer's reach."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotFound
from bihuan.expression import ExpressionError
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import figure_codes
from bihuan.figure.period import Period, before, parse_period, years_before
from bihuan.ledger.definitions import find_ledger
from bihuan.ledger.linked_records import with_records
from bihuan.ledger.models import Record
from bihuan.ledger.queries import Asked, list_records
from bihuan.ledger.references import lookup_for
from bihuan.ledger.sight import sight_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.values import shown
from bihuan.loop.definitions import loop_of
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.org.tree import Tree, tree_on
from bihuan.report.breakdowns import broken_down
from bihuan.report.document import Number, Run, Table
from bihuan.report.reading import Reading
from bihuan.report.sources import About, Breakdown

_NAMED = re.compile(r"""['"]([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+)['"]""")
_SYSTEM_TITLES = {"number": "编号", "state": "环节", "unit": "责任单位", "due_at": "期限", "opened_at": "发现时间"}


class FigureSources:
    """The sources of one report: the figures its templates name are read in one question when the first is asked for.

    `actor` limits what is counted; the machine's own actor counts all.
    """

    def __init__(self, actor: Actor, unit: Unit, period: Period, clocks: Clocks, named: Sequence[str]) -> None:
        self.actor, self.unit, self.period, self.clocks = actor, unit, period, clocks
        self.tree: Tree = tree_on(min(period.end, clocks.day))
        name = self.tree.name(unit.pk) or unit.code
        self.about = About(unit.code, name, period.code, period.title, min(period.end, clocks.day))
        self.reading = Reading(actor, self.tree, clocks, named)

    def number(self, figure: str, *, unit: str = "", period: str = "") -> Number:
        """See `sources.Sources`."""
        asked = self._period(period)
        found = self.reading.answer((figure,), (asked,))
        return self.reading.number(found, found.value(figure, self._unit(unit), asked))

    def breakdown(self, figures: Sequence[str], by: str, *, unit: str = "", period: str = "") -> Breakdown:
        """See `sources.Sources`. Rows in which every figure is unknown or zero are left out."""
        return broken_down(self.reading, figures, by, self._unit(unit), self._period(period))

    def units(self, kind: str) -> list[str]:
        """See `sources.Sources`."""
        return [node.code for node in self.tree.below(self.unit.pk) if node.kind == kind]

    def name(self, unit: str) -> str:
        """See `sources.Sources`."""
        node = self.tree.by_code.get(unit)
        if node is None:
            raise NotFound(f"没有单位“{unit}”")
        return node.name

    def records(self, ledger: str, where: str, columns: Sequence[str], most: int) -> Table:
        """See `sources.Sources`."""
        found = find_ledger(ledger)
        sight, loop = sight_of(self.actor, found), loop_of(found)
        spec = sight.spec
        try:
            rows = list_records(self.actor, found, spec, loop.states if loop else {}, Asked(where=where))
        except ExpressionError as error:
            raise Invalid(f"材料里的条件式有误：{error}") from error
        chosen = list(columns) or [field.code for field in spec.list_columns]
        taken = list(rows[:most])
        data = [record.data for record in taken]
        lookup = with_records(
            lookup_for(spec, self.actor.tree), actor=self.actor, ledger=found.code, spec=spec, data=data
        )
        listed = [sight.see(record, lookup) for record in taken]
        cells = [tuple((Run(_cell(record, code, spec, lookup)),) for code in chosen) for record in listed]
        left = rows.count() - len(listed)
        if left:
            cells.append(tuple((Run(f"另有 {left:,} 条" if place == 0 else ""),) for place in range(len(chosen))))
        return Table(tuple(_title(code, spec) for code in chosen), tuple(cells), found.title)

    def _period(self, word: str) -> Period:
        if not word:
            return self.period
        if word == "previous year":
            return years_before(self.period, 1)
        if word == "previous period":
            return before(self.period)
        return parse_period(word, self.clocks.day)

    def _unit(self, code: str) -> int:
        if not code:
            return self.unit.pk
        node = self.tree.by_code.get(code)
        if node is None:
            raise NotFound(f"没有单位“{code}”")
        return node.pk


def figure_sources(
    actor: Actor, *, unit: Unit, period: str, as_of: date, known_at: datetime, texts: Iterable[str] = ()
) -> FigureSources:
    """Sources for a report: as of the end of a day, as known at an instant."""
    known = set(figure_codes())
    named = [name for text in texts for name in _NAMED.findall(text) if name in known]
    clocks = Clocks(min(clock.end_of_day(as_of), known_at), known_at)
    return FigureSources(actor, unit, parse_period(period, as_of), clocks, named)


def _title(code: str, spec: LedgerSpec) -> str:
    return spec.by_code[code].title if code in spec.by_code else _SYSTEM_TITLES.get(code, code)


def _cell(record: Record, code: str, spec: LedgerSpec, lookup: Lookup) -> str:
    """What a list shows of a record as the writer sees it."""
    if code in spec.by_code:
        return shown(spec.by_code[code], record.data.get(code), lookup)
    if code == "due_at":
        return f"{clock.local_date(record.due_at)}" if record.due_at else ""
    if code == "unit":
        return lookup.unit_names.get(record.unit_id or 0, "")
    return str(getattr(record, code, "") or "") if code in _SYSTEM_TITLES else ""
