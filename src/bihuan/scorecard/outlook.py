"""One unit's outlook: what its score would be with other values, and what would lift its grade."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from bihuan.base import clock
from bihuan.base.errors import NotFound
from bihuan.figure.clocks import Clocks
from bihuan.figure.period import Period, parse_period
from bihuan.org.actor import Actor
from bihuan.scorecard.definitions import scorecard_in_force, spec_of
from bihuan.scorecard.evaluating import UnitScore, evaluate
from bihuan.scorecard.models import Publication
from bihuan.scorecard.prospects import NextGrade, next_grade, what_if
from bihuan.scorecard.publishing import PublishedScore, published, restored
from bihuan.scorecard.queries import Trial
from bihuan.scorecard.rules import may_appeal, may_run, require
from bihuan.scorecard.spec import ScorecardSpec
from bihuan.scorecard.values import Basis, basis_of
from bihuan.scorecard.ways_up import Way, ways_up


@dataclass(frozen=True)
class Standing:
    """A ranking that can be asked about: its rule, what it rests on, and the day of its thresholds."""

    card: ScorecardSpec
    basis: Basis
    period: Period
    day: date
    clocks: Clocks


@dataclass(frozen=True)
class Outlook:
    """A unit as it stands, and as it would with the values changed; None where none was."""

    before: UnitScore
    after: UnitScore | None
    near: NextGrade | None
    then_near: NextGrade | None
    ways: tuple[Way, ...]


def standing_of(found: Trial) -> Standing:
    """What a trial rests on."""
    return Standing(
        spec_of(found.scorecard), found.basis, found.period, min(found.period.end, found.clocks.day), found.clocks
    )


def standing_behind(publication: Publication) -> Standing:
    """What a publication rests on: its records at both clocks, and the values that appeals put right."""
    card, clocks = spec_of(publication.scorecard), Clocks(publication.as_of, publication.known_at)
    period = parse_period(publication.period, clocks.day)
    basis = basis_of(publication.scorecard.code, card, period, clocks)
    kept = {score.unit: _values(score) for score in restored(publication.content)}
    values = {unit: {**known, **kept.get(unit, {})} for unit, known in basis.values.items()}
    return Standing(card, replace(basis, values=values), period, min(period.end, clocks.day), clocks)


def _values(score: PublishedScore) -> dict[str, Decimal]:
    return {item.figure or item.code: item.value for item in score.items if item.value is not None}


def outlook(standing: Standing, unit: int, changed: Mapping[str, Decimal]) -> Outlook:
    """How a unit stands and what would change it. Raises NotFound for a unit that is not scored."""
    card, basis, day = standing.card, standing.basis, standing.day
    before = _score(evaluate(card, basis.groups, basis.values, day), unit)
    after = None
    if changed:
        after = _score(what_if(card, basis.groups, basis.values, day, {unit: dict(changed)}), unit)
    ways = ways_up(card, basis.groups, basis.values, day, before)
    near, then_near = (next_grade(card, score, day) if score else None for score in (before, after))
    return Outlook(before, after, near, then_near, ways)


def _score(scores: tuple[UnitScore, ...], unit: int) -> UnitScore:
    found = next((score for score in scores if score.unit == unit), None)
    if found is None:
        raise NotFound("这项考核不考核这个单位")
    return found


def require_outlook(actor: Actor, publication: Publication, unit: int) -> None:
    """Who runs the scorecard may ask about every unit; who works in a unit, about their own."""
    allowed = may_run(actor, publication.scorecard) or may_appeal(actor, unit)
    require(allowed, "推演这个单位的得分；只能推演自己单位的")


def by_the_rule_in_force(actor: Actor, publication: Publication) -> tuple[PublishedScore, ...]:
    """What was published, by today's rule over the same records: last year under this year's rule.

    The thresholds are those in force today, not those of the day of publication.
    """
    rule = scorecard_in_force(publication.scorecard.code)
    require(may_run(actor, rule), f"试算“{rule.title}”")
    card, clocks = spec_of(rule), Clocks(publication.as_of, publication.known_at)
    period = parse_period(publication.period, clocks.day)
    basis = basis_of(rule.code, card, period, clocks)
    names = {unit: basis.tree.name(unit) for members in basis.groups.values() for unit in members}
    return published(evaluate(card, basis.groups, basis.values, clock.today()), names)
