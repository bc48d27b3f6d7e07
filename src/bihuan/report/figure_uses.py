"""Where figures are used: in which reports and scorecards, and which of their numbers were given out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from urllib.parse import parse_qs, urlsplit

from django.db.models import Q

from bihuan.figure.clocks import Clocks
from bihuan.figure.impact import GivenOut, approved_numbers
from bihuan.figure.period import parse_period
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.pack.versions import all_in_force
from bihuan.report.document import Number
from bihuan.report.keeping import restored
from bihuan.report.models import Issued, ReportVersion
from bihuan.report.rules import may_see
from bihuan.scorecard.models import Publication, ScorecardVersion
from bihuan.scorecard.publishing import restored as restored_scores

_NAMED = re.compile(r"""['"]([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+)['"]""")
_FILLED = re.compile(r"\{\{.*?\}\}")
_MOST = 500
"""So many reports and so many rankings are looked through, the newest first."""


@dataclass(frozen=True)
class Use:
    """A definition that names a figure: what kind of thing, its code and title."""

    kind: str
    code: str
    title: str


def uses(actor: Actor) -> dict[str, list[Use]]:
    """By figure: the scorecards in force that name it, and the reports, as far as the actor may see them."""
    found: dict[str, list[Use]] = {}
    for report in (row for row in all_in_force(ReportVersion) if may_see(actor, row)):
        for name in sorted(set(_NAMED.findall(str(report.definition)))):
            found.setdefault(name, []).append(Use("材料", report.code, _plain(report.title)))
    for card in all_in_force(ScorecardVersion):
        for name in sorted({item.get("figure", "") for item in card.definition.get("items", ())}):
            found.setdefault(name, []).append(Use("考核", card.code, card.title))
    return found


def _plain(title: str) -> str:
    """A report's title without the year and period that only an issue of it has."""
    return _FILLED.sub("某", title)


def given_out(actor: Actor, codes: Sequence[str]) -> list[GivenOut]:
    """Every number of these figures that was approved, issued or published, as far as the actor may see where."""
    return [*approved_numbers(codes), *_issued(actor, codes), *_published(codes)]


def _naming(codes: Sequence[str]) -> Q:
    """Kept documents that name one of the figures: they are canonical JSON, without blanks."""
    found = Q(pk__in=())
    for code in codes:
        found |= Q(content__contains=f'"figure":"{code}"')
    return found


def _issued(actor: Actor, codes: Sequence[str]) -> Iterator[GivenOut]:
    units = dict(Unit.objects.values_list("code", "pk"))
    rows = Issued.objects.filter(_naming(codes)).select_related("report").order_by("-issued_at", "-pk")
    for row in rows[:_MOST]:
        if may_see(actor, row.report) or actor.is_system:
            numbers = {(n.figure, n.opens): n for n in restored(row.content).numbers if n.figure in codes}
            yield from (_number(row, number, units) for number in numbers.values())


def _number(row: Issued, number: Number, units: dict[str, int]) -> GivenOut:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(number.opens).query).items()}
    clocks = Clocks(datetime.fromisoformat(asked["as_of"]), datetime.fromisoformat(asked["known_at"]))
    value = number.value
    return GivenOut(
        number.figure,
        units.get(number.unit),
        parse_period(asked["period"], clocks.day),
        clocks,
        None if value is None else Fraction(value),
        f"材料“{row.title}”",
        row.issued_at,
        places=None if value is None else max(0, -int(value.as_tuple().exponent)),
        page="report_issued",
        pk=row.pk,
    )


def _published(codes: Sequence[str]) -> Iterator[GivenOut]:
    """The numbers of rankings that stand; they were kept with six decimal places."""
    rows = Publication.objects.filter(_naming(codes), replaced_by__isnull=True).select_related("scorecard")
    for row in rows.order_by("-published_at", "-pk")[:_MOST]:
        clocks = Clocks(row.as_of, row.known_at)
        period = parse_period(row.period, clocks.day)
        for score in restored_scores(row.content):
            for item in score.items:
                if item.figure in codes:
                    value = None if item.value is None else Fraction(item.value)
                    where = f"考核“{row.scorecard.title}”"
                    yield GivenOut(
                        item.figure,
                        score.unit,
                        period,
                        clocks,
                        value,
                        where,
                        row.published_at,
                        6,
                        "publication",
                        row.pk,
                    )
