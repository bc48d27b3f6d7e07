"""Reads of scorecards: a trial, what was published, what would be, last year under this year's rule."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from bihuan.base.errors import NotFound
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.period import Period
from bihuan.org.actor import Actor
from bihuan.scorecard.definitions import spec_of
from bihuan.scorecard.evaluating import UnitScore, Values, evaluate
from bihuan.scorecard.models import Publication, ScorecardVersion
from bihuan.scorecard.prospects import Firmness, firmness, what_if
from bihuan.scorecard.publishing import PublishedScore, published, restored
from bihuan.scorecard.rules import may_run, require
from bihuan.scorecard.spec import ScorecardSpec
from bihuan.scorecard.values import Basis, basis_of


@dataclass(frozen=True)
class Trial:
    """A scorecard run, not published: scores best first within each group, and what they rest on."""

    scorecard: ScorecardVersion
    period: Period
    clocks: Clocks
    basis: Basis
    scores: tuple[UnitScore, ...]

    @property
    def names(self) -> dict[int, str]:
        return {unit: self.basis.tree.name(unit) for members in self.basis.groups.values() for unit in members}

    def as_published(self) -> tuple[PublishedScore, ...]:
        return published(self.scores, self.names)

    def score_of(self, unit: int) -> UnitScore:
        """One unit's score, or NotFound."""
        found = next((score for score in self.scores if score.unit == unit), None)
        if found is None:
            raise NotFound(f"“{self.scorecard.title}”不考核这个单位")
        return found


def trial(actor: Actor, scorecard: ScorecardVersion, period: Period, clocks: Clocks) -> Trial:
    """Run a scorecard. The definition is the given version's, so that last year can be seen under this year's rule."""
    require(may_run(actor, scorecard), f"试算“{scorecard.title}”")
    card = spec_of(scorecard)
    basis = basis_of(scorecard.code, card, period, clocks)
    return Trial(scorecard, period, clocks, basis, evaluate(card, basis.groups, basis.values, _day(period, clocks)))


def trial_if(actor: Actor, found: Trial, changed: dict[int, Values]) -> Trial:
    """The same trial if some values were others."""
    require(may_run(actor, found.scorecard), f"试算“{found.scorecard.title}”")
    card = spec_of(found.scorecard)
    day = _day(found.period, found.clocks)
    scores = what_if(card, found.basis.groups, found.basis.values, day, changed)
    values = {unit: {**own, **changed.get(unit, {})} for unit, own in found.basis.values.items()}
    return replace(found, basis=replace(found.basis, values=values), scores=scores)


def firmness_of(found: Trial) -> dict[int, Firmness]:
    """How firm each unit's place is when the weights move."""
    card = spec_of(found.scorecard)
    return firmness(card, found.basis.groups, found.basis.values, _day(found.period, found.clocks))


def _day(period: Period, clocks: Clocks) -> date:
    return min(period.end, clocks.day)


def standing_publications() -> list[Publication]:
    """Publications that nothing has replaced, the newest first."""
    rows = Publication.objects.select_related("scorecard").filter(replaced_by__isnull=True)
    return list(rows.order_by("-published_at", "-pk")[:200])


def previous_publication(publication: Publication) -> Publication | None:
    """The standing publication of the same scorecard for the period before."""
    rows = Publication.objects.filter(
        scorecard__code=publication.scorecard.code, replaced_by__isnull=True, as_of__lt=publication.as_of
    ).exclude(period=publication.period)
    return rows.order_by("-as_of", "-pk").first()


def previous_scores(publication: Publication) -> dict[int, PublishedScore]:
    """Each unit's score in the publication before; nothing where there was none."""
    before = previous_publication(publication)
    return {score.unit: score for score in restored(before.content)} if before else {}


def rank_changes(publication: Publication) -> dict[int, int]:
    """How many places each unit has gone up (down: negative) since the publication before."""
    before = previous_scores(publication)
    scores = restored(publication.content)
    gone_up = {score.unit: places_gone_up(before.get(score.unit), score) for score in scores}
    return {unit: places for unit, places in gone_up.items() if places is not None}


def places_gone_up(then: PublishedScore | None, now: PublishedScore) -> int | None:
    """How many places better a unit stands than it did; None where one of the two places is unknown."""
    if then is None or then.rank is None or now.rank is None:
        return None
    return then.rank - now.rank


def units_of_measure(card: ScorecardSpec, clocks: Clocks) -> dict[str, str]:
    """The unit of each item's value by figure; none of one that is no longer declared, nor of points by hand."""
    catalogue, found = Catalogue(clocks.known_at), dict[str, str]()
    for item in card.items:
        with suppress(NotFound):
            found[item.figure] = catalogue.in_force(item.figure).spec.unit
    return found


def total_of(score: PublishedScore) -> Decimal:
    """A total to compare by; one that is unknown stands under all others."""
    return Decimal(-1) if score.total is None else score.total
