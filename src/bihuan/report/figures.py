"""A report's numbers from the figures, asked all at once, and its lists from the ledgers, within the writer's reach."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotFound
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import figure_codes
from bihuan.figure.opening import open_value
from bihuan.figure.period import Period, before, parse_period, year_of, years_before
from bihuan.figure.slices import Slice
from bihuan.ledger.models import Record
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.org.tree import Tree, tree_on
from bihuan.report.breakdowns import broken_down
from bihuan.report.document import Number, Table
from bihuan.report.listing import listed_behind, listed_by, told_of
from bihuan.report.rankings import ranking_tables
from bihuan.report.reading import Reading
from bihuan.report.sources import About, Breakdown

_NAMED = re.compile(r"""['"]([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+)['"]""")


class FigureSources:
    """The sources of one report: the figures its templates name are read in one question when the first is asked for.

    `actor` limits what is counted; the machine's own actor counts all.
    """

    def __init__(
        self,
        actor: Actor,
        unit: Unit,
        period: Period,
        clocks: Clocks,
        named: Sequence[str],
        subject: Record | None = None,
    ) -> None:
        self.subject = subject
        self.actor, self.unit, self.period, self.clocks = actor, unit, period, clocks
        self.tree: Tree = tree_on(min(period.end, clocks.day))
        name = self.tree.name(unit.pk) or unit.code
        self.about = About(unit.code, name, period.code, period.title, min(period.end, clocks.day))
        self.reading = Reading(actor, self.tree, clocks, named)

    def number(self, figure: str, *, unit: str = "", period: str = "", of: str = "") -> Number:
        """See `sources.Sources`."""
        asked, node = self._period(period), self._unit(unit)
        if of:
            return self._number_of_subject(figure, node, asked, of)
        found = self.reading.answer((figure,), (asked,))
        return self.reading.number(found, found.value(figure, node, asked))

    def _number_of_subject(self, figure: str, node: int, asked: Period, of: str) -> Number:
        if self.subject is None:
            raise Invalid("这份材料没有写明是关于哪一条记录的：材料的定义里要有 subject")
        cut = Slice(of, self.subject.pk)
        found = self.reading.answer_cut((figure,), asked, (cut,))
        return self.reading.number(found, found.value(figure, node, asked, cut), self.subject.number)

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

    def records(self, ledger: str, where: str, columns: Sequence[str], most: int, *, linked: str = "") -> Table:
        """See `sources.Sources`."""
        return listed_by(self.actor, ledger, where, columns, most, subject=self.subject, linked=linked)

    def behind(self, figure: str, columns: Sequence[str], most: int, *, unit: str = "", period: str = "") -> Table:
        """See `sources.Sources`."""
        asked, node = self._period(period), self._unit(unit)
        found = self.reading.answer((figure,), (asked,))
        opened = open_value(found, figure, node, asked)
        if len(opened) != 1:
            raise Invalid(f"“{found.figures[figure].spec.title}”由几个指标算成，不能列名单；请写其中一个指标")
        return listed_behind(self.actor, opened[0].ledger, opened[0].ids, columns, most)

    def field(self, code: str) -> str:
        """See `sources.Sources`."""
        return told_of(self.actor, self.subject, code)

    def rankings(self, scorecard: str) -> tuple[Table, ...]:
        """See `sources.Sources`."""
        return ranking_tables(self.actor, scorecard, self.period, self.clocks, self.tree)

    def _period(self, word: str) -> Period:
        if not word:
            return self.period
        if word == "this year":
            return year_of(self.period)
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
    actor: Actor,
    *,
    unit: Unit,
    period: str,
    as_of: date,
    known_at: datetime,
    texts: Iterable[str] = (),
    subject: Record | None = None,
) -> FigureSources:
    """Sources for a report: as of the end of a day, as known at an instant."""
    known = set(figure_codes())
    named = [name for text in texts for name in _NAMED.findall(text) if name in known]
    clocks = Clocks(min(clock.end_of_day(as_of), known_at), known_at)
    return FigureSources(actor, unit, parse_period(period, as_of), clocks, named, subject)
