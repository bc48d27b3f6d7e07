"""A figure as the source of a blank, within the filler's reach: all of a form's figures in one question a period."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from urllib.parse import urlencode

from bihuan.base.errors import Invalid, NotFound
from bihuan.figure.answer import Answer, Question, answer
from bihuan.figure.clocks import Clocks, clocks
from bihuan.figure.definitions import figure_codes
from bihuan.figure.explaining import explained
from bihuan.figure.period import Period, before, to_end, years_before
from bihuan.figure.rules import Reach
from bihuan.figure.value import Value, places_of, rounded
from bihuan.form.spec import Blank
from bihuan.form.spec import Period as Asked
from bihuan.org.actor import Actor
from bihuan.org.tree import tree_on
from bihuan.standards.measures import convert, is_unit
from bihuan.standards.problem import Refused

WHOLE = "*"
"""In place of a unit's code: all of the county."""


@dataclass(frozen=True)
class Told:
    """A figure's value for a blank: the number as it is filled in, its source in words, how to open it."""

    number: int | float | None
    words: str
    opens: str
    records: int | None
    note: str
    measure: str


@dataclass
class FigureAsking:
    """The figures of one filling: each period is asked once, for all figures that the form needs in it."""

    actor: Actor
    own_unit: int
    period: Asked
    blanks: tuple[Blank, ...]
    clocks: Clocks = field(default_factory=clocks)
    _answers: dict[Period, Answer] = field(default_factory=dict)

    def value(self, blank: Blank) -> Told:
        """What a blank is filled with. Raises BihuanError in words."""
        source, period = blank.source, self._period(blank)
        if source.figure not in figure_codes():
            raise NotFound(f"指标库里没有“{source.figure}”，或已停用")
        unit = self._unit(source.unit)
        found = self._answer(period)
        return self._told(blank, found, found.value(source.figure, unit, period))

    def _period(self, blank: Blank) -> Period:
        own = Period(self.period.first, self.period.last)
        match blank.source.period:
            case "previous":
                return before(own)
            case "previous year":
                return years_before(own, 1)
            case "year to date":
                return to_end(own, of_year=True)
        return own

    def _unit(self, code: str) -> int | None:
        """The unit meant: the one that fills the form if none is named, None for the whole county."""
        if code == WHOLE:
            return None
        if not code:
            return self.own_unit
        node = tree_on(min(self.period.last, self.clocks.day)).by_code.get(code)
        if node is None:
            raise NotFound(f"没有单位“{code}”")
        return node.pk

    def _answer(self, period: Period) -> Answer:
        if period not in self._answers:
            known = set(figure_codes())
            codes = _in_order(
                blank.source.figure
                for blank in self.blanks
                if blank.source.figure in known and self._period(blank) == period
            )
            reach = None if self.actor.is_system else Reach(self.actor)
            self._answers[period] = answer(Question(codes, (period,), self.clocks), reach=reach)
        return self._answers[period]

    def _told(self, blank: Blank, found: Answer, value: Value) -> Told:
        figure = found.figures[value.code]
        spec, version = figure.spec, found.catalogue.in_force(value.code).version
        tree = tree_on(min(value.period.end, self.clocks.day))
        node = tree.by_pk.get(value.unit or 0)
        measure = blank.source.measure or spec.unit
        number = None if value.number is None else _number(value.number, spec.unit, measure, places_of(figure))
        at = f"{self.clocks.as_of:%Y-%m-%dT%H:%M:%S.%f}Z"
        asked = {"unit": node.code if node else "", "period": value.period.code, "as_of": at, "known_at": at}
        who = node.name if node else "全县"
        words = f"指标“{spec.title}”第 {version} 版，{who}，{value.period.title}" + (f"，{measure}" if measure else "")
        note = "只算了您能看到的记录" if value.partial else ""
        if number is None:
            note = "这一期没有数（不是 0）"
        return Told(
            number,
            f"{words}：{explained(value.code, found.catalogue)}",
            f"{value.code}?{urlencode(asked)}",
            value.records,
            note,
            measure,
        )


def _in_order(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


def _number(number: Fraction, own: str, measure: str, places: int) -> int | float:
    """The number in the form's unit of measure, rounded once; converted to a larger unit it keeps its digits."""
    if measure != own:
        number, places = _converted(number, own, measure), max(places, 2)
    exact = rounded(number, places)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _converted(number: Fraction, own: str, measure: str) -> Fraction:
    if not is_unit(measure) or not is_unit(own):
        raise Invalid(f"指标的单位是“{own or '没有写'}”，不能换算成“{measure}”")
    try:
        return convert(number, own, measure)
    except Refused as refused:
        raise Invalid(str(refused)) from refused
