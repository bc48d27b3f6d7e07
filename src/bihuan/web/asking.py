"""What the address of a ledger's list asks for: the same for the page and for the file made of it."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import NotFound
from bihuan.expression import ExpressionError, compile_check, explain
from bihuan.ledger.grouping import groupings
from bihuan.ledger.models import Ledger, Record, SavedView
from bihuan.ledger.paging import COUNTED, Total, total_of
from bihuan.ledger.queries import Asked, list_records
from bihuan.ledger.rules import visible_records, whole_total
from bihuan.ledger.saved_views import ASKED, visible_views
from bihuan.ledger.sight import Sight, sight_of
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.loop.colour import Bounds, Colour, bounds_at, has_colour, word
from bihuan.loop.definitions import loop_of
from bihuan.loop.spec import LoopSpec
from bihuan.loop.summary import Summary, summary
from bihuan.loop.waiting import waiting_steps
from bihuan.loop.whole_counts import head_of, mark_of
from bihuan.org.actor import Actor
from bihuan.web.request_memory import my_ledgers
from bihuan.web.unit_names import unit_label, unit_of

_SUMMARY_LIMIT = 50_000
_REMEMBERED_FROM = 1_000
_REMEMBERED_FOR = 300
"""Seconds. A summary follows from the chain's head; only a closing dated in the future could change it by itself."""
_NARROWING = ("q", "unit", "state", "where", "colour", "mine", "no_unit", "exact", "doubtful")
_ASKS_THE_CLOCK = re.compile("now|现在|此刻|当前", re.IGNORECASE)
"""An expression that may answer otherwise a moment later; the day alone is part of what a summary is remembered by."""
_SUMMED = ("where", "q", "unit", "state", "mine", "no_unit", "exact", "doubtful")
_LONGEST_ID = 19
_LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class Opened:
    """A ledger opened by an actor, with all that its list needs. `spec` holds the fields that the actor sees."""

    actor: Actor
    ledger: Ledger
    spec: LedgerSpec
    loop: LoopSpec | None
    bounds: Bounds | None
    sight: Sight

    @property
    def states(self) -> dict[str, str]:
        return self.loop.states if self.loop else {}

    @cached_property
    def url(self) -> str:
        return _address(self.ledger.code)


@lru_cache(maxsize=512)
def _address(code: str) -> str:
    return reverse("ledger", args=[code])


def open_ledger(request: HttpRequest, actor: Actor, code: str) -> Opened:
    """A ledger in which the actor may see something; any other is answered as not there."""
    ledger = next((item for item in my_ledgers(request, actor) if item.code == code), None)
    if ledger is None:
        raise NotFound(f"没有台账“{code[:80]}”")
    loop = loop_of(ledger)
    sight = sight_of(actor, ledger)
    return Opened(actor, ledger, sight.spec, loop, bounds_at(loop, clock.now()) if loop else None, sight)


@dataclass(frozen=True)
class Query:
    """An address, read: which records of an opened ledger are meant."""

    opened: Opened
    request: HttpRequest

    def get(self, name: str) -> str:
        """What the address says, else what the view says that it names."""
        said = self.request.GET.get(name)
        if said is None:
            said = str(self.view.asked.get(name, "")) if self.view and name in ASKED else ""
        return said[:_LONGEST_TEXT]

    @cached_property
    def views(self) -> list[SavedView]:
        return visible_views(self.opened.actor, self.opened.ledger)

    @cached_property
    def view(self) -> SavedView | None:
        """The saved view that the address names, if the actor may use it."""
        named = self.request.GET.get("view", "")
        return next((view for view in self.views if str(view.pk) == named), None) if named else None

    @property
    def first_view(self) -> SavedView | None:
        """The view that a bare address opens with: one's own, else the unit's, else that for all."""
        return None if self.request.GET else next((view for view in self.views if view.is_default), None)

    @cached_property
    def fields(self) -> tuple[FieldSpec, ...]:
        """The fields that are columns, in order: as asked for, else as the ledger declares."""
        known = self.opened.spec.by_code
        chosen = tuple(known[code] for code in dict.fromkeys(self.get("columns").split(",")) if code in known)
        return chosen or self.opened.spec.list_columns

    @cached_property
    def group(self) -> str:
        """By what the list is grouped; empty if it is not."""
        code = self.get("group")
        return code if code in self.groupings else ""

    @cached_property
    def groupings(self) -> dict[str, str]:
        """By what the person may group the list: what may not be asked about is not counted either."""
        found = groupings(self.opened.spec, has_loop=self.opened.loop is not None)
        return {code: title for code, title in found.items() if code not in self.opened.sight.refused}

    @property
    def colour(self) -> Colour | None:
        text = self.get("colour")
        return Colour(text) if self.opened.bounds and text in set(Colour) else None

    @cached_property
    def unit(self) -> int | None:
        """The unit asked for, by code, label or id; -1 for one that is not known, which finds nothing."""
        text, tree = self.get("unit"), self.opened.actor.tree
        if not text:
            return None
        node = unit_of(tree, text)
        if node is None and text.isdecimal() and len(text) < _LONGEST_ID:
            node = tree.by_pk.get(int(text))
        return node.pk if node else -1

    @property
    def unit_text(self) -> str:
        """The unit as the filter shows it."""
        return unit_label(self.opened.actor.tree, self.unit) or self.get("unit")

    def rows(self, *, coloured: bool = True) -> QuerySet[Record]:
        """The records asked for; without `coloured`, those of all colours. Raises ExpressionError."""
        opened = self.opened
        return list_records(opened.actor, opened.ledger, opened.spec, opened.states, self.asked(coloured=coloured))

    def asked(self, *, coloured: bool) -> Asked:
        """The same as the ledger takes it."""
        return Asked(
            words=self.get("q"),
            unit=self.unit,
            state=self.get("state"),
            where=self.get("where"),
            order=self.get("sort"),
            also=self._also(coloured=coloured),
        )

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for beside the whole ledger."""
        return any(self.get(name) for name in _NARROWING)

    @property
    def narrows_beside_colour(self) -> bool:
        return any(self.get(name) for name in _NARROWING if name != "colour")

    @property
    def counts_all(self) -> bool:
        """Whether to count to the end, however long that takes."""
        return self.get("count") == "all"

    def total(self) -> Total:
        """How many records are asked for; only the whole ledger is counted to the end. Raises ExpressionError."""
        if self.narrows:
            return total_of(self.rows(), None if self.counts_all else COUNTED)
        return Total(whole_total(self.opened.actor, self.opened.ledger))

    def told(self) -> list[str]:
        """The conditions in words, for a page that does not show the filter."""
        parts = [
            f"关键字“{self.get('q')}”" if self.get("q") else "",
            self.unit_text,
            self.opened.states.get(self.get("state"), self.get("state")),
            word(self.opened.loop, self.colour) if self.colour and self.opened.loop else "",
            self.expression.get("told", ""),
            *(item["title"] for item in self.also_only()),
        ]
        return [part for part in parts if part]

    def _also(self, *, coloured: bool) -> Q:
        opened, also = self.opened, Q()
        if coloured and self.colour and opened.bounds:
            also &= has_colour(self.colour, opened.bounds)
        if opened.loop and self.get("mine"):
            also &= waiting_steps(opened.actor, opened.ledger, opened.loop)
        if self.get("no_unit"):
            also &= Q(unit__isnull=True) | ~Q(unit__in=[node.pk for node in opened.actor.tree.nodes])
        if self.unit and self.get("exact"):
            also &= Q(unit=self.unit)
        if self.get("doubtful"):
            found = self.whole_summary
            also &= Q(number__in=found.doubtful if found else [])
        return also

    @cached_property
    def whole_summary(self) -> Summary | None:
        """The summary of all that the actor may see of the ledger."""
        rows = visible_records(self.opened.actor, self.opened.ledger)
        return self.summary_of(rows, rows.count())

    def summary_of(self, rows: QuerySet[Record], count: int) -> Summary | None:
        """How so many rows stand and close; None without a loop, and for more than a page can wait for."""
        loop, spec = self.opened.loop, self.opened.spec
        if loop is None or count > _SUMMARY_LIMIT:
            return None
        if count <= _REMEMBERED_FROM or _ASKS_THE_CLOCK.search(self.get("where")):
            return summary(rows, spec, loop, clock.now())
        opened, asked = self.opened, [self.get(name) for name in _SUMMED]
        mark = mark_of(opened.actor, opened.ledger, self.head, "summary", asked, count, clock.today())
        found: Summary | None = cache.get_or_set(mark, lambda: summary(rows, spec, loop, clock.now()), _REMEMBERED_FOR)
        return found

    @cached_property
    def head(self) -> str:
        """The head of the ledger's chain, by which is known whether anything was written since."""
        return head_of(self.opened.ledger)

    @cached_property
    def expression(self) -> dict[str, Any]:
        """The box of the expression: what was typed, and what it means or what is wrong with it."""
        where = self.get("where")
        found: dict[str, Any] = {"value": where, "example": _example(self.opened.spec)}
        if where.strip():
            try:
                found["told"] = explain(compile_check(where, self.opened.sight.names(self.opened.states)))
            except ExpressionError as error:
                first = error.problems[0]
                found["error"] = {
                    "message": first.message,
                    "hint": first.hint,
                    "before": where[: first.start],
                    "at": where[first.start : first.end],
                    "after": where[first.end :],
                }
        return found

    def url(self, **changes: str | None) -> str:
        """The address with some of its words changed or, with None, taken away; always from the first page.

        A blank one is said only where the view would say something else.
        """
        kept = [pair for name, pair in self._pairs.items() if name not in changes]
        said = [_pair(name, value) for name, value in changes.items() if value or (value == "" and self.view)]
        query = "&".join(kept + said)
        return f"{self.opened.url}?{query}" if query else self.opened.url

    @cached_property
    def _pairs(self) -> dict[str, str]:
        """The words of the address as they are written, without the page."""
        return {name: urlencode({name: value}) for name, value in self.request.GET.items() if name != "page"}

    def also_only(self) -> list[dict[str, str]]:
        """The conditions that no input of the filter shows, each with the address of the list without it."""
        words = {"mine": "待我办理", "no_unit": "未定责任单位", "exact": "只看本级", "doubtful": "存疑"}
        return [
            {"name": name, "value": self.get(name), "title": title, "url": self.url(**{name: None})}
            for name, title in words.items()
            if self.get(name)
        ]


@lru_cache(maxsize=1_024)
def _pair(name: str, value: str) -> str:
    """A word of an address as it is written."""
    return urlencode({name: value})


def _example(spec: LedgerSpec) -> str:
    numbers = (field for field in spec.fields if field.kind in ("money", "number", "integer"))
    return next((f"{field.title} > 100" for field in numbers), "编号 LIKE '%2026%'")
