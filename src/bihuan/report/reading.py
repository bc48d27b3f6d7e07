"""The figures of one report, read: all that its templates name in one question, each value told as a number."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from bihuan.figure.answer import Answer, Question, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.period import Period
from bihuan.figure.rules import Reach
from bihuan.figure.slices import Slice, text_of
from bihuan.figure.value import Value, places_of, rounded
from bihuan.org.actor import Actor
from bihuan.org.tree import Tree
from bihuan.report.document import Number


class Reading:
    """Asks figures at one pair of clocks. What is `named` is read along with the first of them.

    `actor` limits what is counted; the machine's own actor counts all.
    """

    def __init__(self, actor: Actor, tree: Tree, clocks: Clocks, named: Sequence[str]) -> None:
        self.actor, self.tree, self.clocks = actor, tree, clocks
        self._reach = None if actor.is_system else Reach(actor)
        self._named = tuple(dict.fromkeys(named))
        self._answers: dict[tuple[Period, ...], Answer] = {}
        self._cut: dict[tuple[Sequence[str], Period, tuple[Slice, ...]], Answer] = {}
        self._versions: dict[str, int] = {}

    def answer(self, figures: Iterable[str], periods: tuple[Period, ...]) -> Answer:
        """An answer that knows the figures in the periods, and all that is named with them."""
        wanted = tuple(figures)
        known = self._answers.get(periods)
        if known is None or not set(wanted) <= set(known.question.codes):
            codes = tuple(dict.fromkeys((*(known.question.codes if known else self._named), *wanted)))
            known = self._answers[periods] = answer(Question(codes, periods, self.clocks), reach=self._reach)
        return known

    def answer_cut(self, figures: Sequence[str], period: Period, cuts: tuple[Slice, ...]) -> Answer:
        """An answer that knows the figures over slices of their records."""
        key = (tuple(figures), period, cuts)
        if key not in self._cut:
            question = Question(tuple(figures), (period,), self.clocks, cuts)
            self._cut[key] = answer(question, reach=self._reach)
        return self._cut[key]

    def number(self, found: Answer, value: Value, said: str = "") -> Number:
        """A value with all that makes it repeatable; `said` tells its slice in words."""
        figure, cut = found.figures[value.code], value.slice
        node = self.tree.by_pk.get(value.unit or 0)
        asked = {"unit": node.code if node else "", "period": value.period.code}
        asked |= {"as_of": self.clocks.as_of.isoformat(), "known_at": self.clocks.known_at.isoformat()}
        page, aspect = f"/figures/{value.code}/", ""
        if cut is not None:
            aspect = text_of(cut)
            asked |= {"by": cut.field, "value": aspect}
            page, aspect = f"{page}records/", f"{cut.field}={aspect}"
        return Number(
            figure=value.code,
            title=f"{figure.spec.title}（{said}）" if said else figure.spec.title,
            unit=node.code if node else "",
            unit_name=node.name if node else "",
            period=value.period.title,
            as_of=min(value.period.end, self.clocks.day),
            known_at=self.clocks.known_at,
            version=self._version(found, value.code),
            value=None if value.number is None else rounded(value.number, places_of(figure)),
            measure=figure.spec.unit,
            definition=figure.spec.description,
            records=value.records or 0,
            opens=f"{page}?{urlencode(asked)}",
            aspect=aspect,
        )

    def _version(self, found: Answer, code: str) -> int:
        if code not in self._versions:
            self._versions[code] = found.catalogue.in_force(code).version
        return self._versions[code]
