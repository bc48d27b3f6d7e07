"""Where figures are used: in which reports, scorecards and forms, and which of their numbers were given out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db.models import Q

from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.impact import GivenOut, approved_numbers
from bihuan.figure.period import parse_period
from bihuan.figure.resolved import Resolved
from bihuan.figure.value import places_of
from bihuan.form.models import Filling
from bihuan.form.rules import visible_forms
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.pack.versions import all_in_force
from bihuan.report.document import Number
from bihuan.report.keeping import restored
from bihuan.report.models import Issued, ReportVersion
from bihuan.report.rules import may_see
from bihuan.report.titles import without_period
from bihuan.scorecard.models import Publication, ScorecardVersion
from bihuan.scorecard.publishing import restored as restored_scores
from bihuan.standards.measures import convert

_NAMED = re.compile(r"""['"]([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+)['"]""")
_MOST = 500
"""So many reports and so many rankings are looked through, the newest first."""


@dataclass(frozen=True)
class Use:
    """A definition that names a figure: what kind of thing, its code and title."""

    kind: str
    code: str
    title: str


def uses(actor: Actor) -> dict[str, list[Use]]:
    """By figure: the scorecards in force that name it, and the reports and forms, as far as the actor may see them."""
    found: dict[str, list[Use]] = {}
    for report in (row for row in all_in_force(ReportVersion) if may_see(actor, row)):
        for name in sorted(set(_NAMED.findall(str(report.definition)))):
            found.setdefault(name, []).append(Use("材料", report.code, without_period(report.title)))
    for card in all_in_force(ScorecardVersion):
        for name in sorted({item.get("figure", "") for item in card.definition.get("items", ())}):
            found.setdefault(name, []).append(Use("考核", card.code, card.title))
    for form in visible_forms(actor):
        for name in sorted({str(blank["source"].get("figure") or "") for blank in form.blanks}):
            found.setdefault(name, []).append(Use("上级的表", str(form.pk), form.title))
    return found


def given_out(actor: Actor, codes: Sequence[str]) -> list[GivenOut]:
    """Every number of these figures that was approved, issued, published or filled in, as far as the actor may see."""
    return [*approved_numbers(codes), *_issued(actor, codes), *_published(codes), *_filled(actor, codes)]


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
            printed = restored(row.content).numbers
            numbers = {(n.figure, n.opens, n.measure): n for n in printed if n.figure in codes and not n.aspect}
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


def _filled(actor: Actor, codes: Sequence[str]) -> Iterator[GivenOut]:
    """The numbers of forms that were filled from figures, each in the form's own unit of measure."""
    catalogue, units = Catalogue(), dict(Unit.objects.values_list("code", "pk"))
    for form in visible_forms(actor):
        measures = {blank["place"]: str(blank["source"].get("measure") or "") for blank in form.blanks}
        for filling in Filling.objects.filter(form=form).order_by("-pk")[:_MOST]:
            for cell in filling.cells:
                code, _, asked = str(cell.get("opens", "")).partition("?")
                if code in codes:
                    printed = _printed_in(catalogue[code], measures.get(cell["place"], ""))
                    yield _cell(filling, cell["value"], (code, asked), units, printed)


def _printed_in(figure: Resolved, measure: str) -> tuple[Fraction, int]:
    """What a form makes of a figure's value: the factor into its unit of measure, and how many decimal places."""
    places = places_of(figure)
    if measure in ("", figure.spec.unit):
        return Fraction(1), places
    return convert(Fraction(1), figure.spec.unit, measure), max(places, 2)


def _cell(
    filling: Filling, value: Any, asked: tuple[str, str], units: dict[str, int], printed: tuple[Fraction, int]
) -> GivenOut:
    said = {name: values[0] for name, values in parse_qs(asked[1]).items()}
    clocks = Clocks(datetime.fromisoformat(said["as_of"]), datetime.fromisoformat(said["known_at"]))
    return GivenOut(
        asked[0],
        units.get(said.get("unit", "")),
        parse_period(said["period"], clocks.day),
        clocks,
        None if value is None else Fraction(str(value)),
        f"上级的表“{filling.form.title}”（{filling.label}）",
        filling.created_at,
        places=printed[1],
        page="form_filling",
        pk=filling.pk,
        factor=printed[0],
    )
