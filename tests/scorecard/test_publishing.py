"""A scorecard over real findings: tried out, scored by hand, published, appealed against."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound
from bihuan.figure.clocks import clocks
from bihuan.figure.installing import install_figures
from bihuan.figure.period import parse_period
from bihuan.figure.spec import FigureSpec
from bihuan.scorecard.actions import answer_appeal, give_score, make_appeal, publish
from bihuan.scorecard.amendments import amendments, lineage, standing_now
from bihuan.scorecard.definitions import install_scorecard
from bihuan.scorecard.models import Appeal, Publication, ScorecardVersion
from bihuan.scorecard.outlook import by_the_rule_in_force
from bihuan.scorecard.publishing import PublishedScore, restored
from bihuan.scorecard.queries import rank_changes, trial, trial_if
from bihuan.scorecard.rules import get_publication
from bihuan.scorecard.spec import ScorecardSpec
from tests.cast import Cast
from tests.ledger.making import make_finding

CARD: dict[str, Any] = {
    "code": "towns",
    "title": "乡镇整改考核",
    "groups": [{"code": "town", "title": "乡镇", "kinds": ["town"]}],
    "items": [
        {
            "code": "few",
            "title": "问题少",
            "figure": "audit.problems",
            "weight": 60,
            "score": {"kind": "linear", "floor": 4, "target": 0},
            "unknown": "zero",
        },
        {"code": "quality", "title": "质量", "weight": 40, "score": {"kind": "given"}},
    ],
    "grades": [{"valid_from": "2024-01-01", "levels": [{"code": "A", "from": 90}, {"code": "B", "from": 0}]}],
}


@pytest.fixture
def towns(cast: Cast) -> ScorecardVersion:
    spec = {"title": "审计发现问题数", "of": "audit.finding", "unit": "个", "during": "found_on"}
    specs = {"audit.problems": FigureSpec.model_validate(spec)}
    install_figures(pack="audit", specs=specs, owner=cast.office, origin="pack")
    for number in (1, 2):
        make_finding(cast, number)
    make_finding(cast, 3, responsible_unit="白石镇")
    return install_scorecard(code="audit.towns", spec=ScorecardSpec.model_validate(CARD), owner=cast.office)


def period() -> Any:
    return parse_period("2026", clock.today())


def score(cast: Cast, card: ScorecardVersion, unit: Any, points: str, login: str = "office") -> None:
    give_score(
        actor=cast[login],
        scorecard=card,
        period=period(),
        unit=unit,
        item="quality",
        points=Decimal(points),
        evidence="抽查记录",
    )


def published(cast: Cast, card: ScorecardVersion) -> Publication:
    return publish(actor=cast["office"], scorecard=card, period=period(), clocks=clocks())


def by_unit(publication: Publication) -> dict[int, PublishedScore]:
    return {one.unit: one for one in restored(publication.content)}


def test_a_trial_counts_the_records_and_the_points_by_hand(cast: Cast, towns: ScorecardVersion) -> None:
    score(cast, towns, cast.town, "30")
    score(cast, towns, cast.town, "40")
    score(cast, towns, cast.other_town, "20")
    scores = {one.unit: one for one in trial(cast["office"], towns, period(), clocks()).as_published()}
    # Two findings: (2 - 4) / (0 - 4) = half of 60; one: three quarters. The later points by hand count.
    assert scores[cast.town.pk].total == Decimal(70)
    assert scores[cast.other_town.pk].total == Decimal(65)
    assert scores[cast.town.pk].rank == 1


def test_a_publication_stands_through_later_records(cast: Cast, towns: ScorecardVersion) -> None:
    score(cast, towns, cast.town, "40")
    first = published(cast, towns)
    make_finding(cast, 4)
    assert by_unit(Publication.objects.get(pk=first.pk))[cast.town.pk].item["few"].value == 2
    with pytest.raises(Conflict, match="已经公布"):
        published(cast, towns)


def test_a_granted_appeal_changes_the_ranking_visibly(cast: Cast, towns: ScorecardVersion) -> None:
    score(cast, towns, cast.town, "30")
    score(cast, towns, cast.other_town, "20")
    old = published(cast, towns)
    assert by_unit(old)[cast.other_town.pk].rank == 1
    appeal = make_appeal(
        actor=cast["town"], publication=old.pk, unit=cast.town.pk, item="few", reason="其中一个问题不属于本镇"
    )
    fresh = answer_appeal(actor=cast["office"], appeal=appeal.pk, answer="属实", values={"audit.problems": Decimal(1)})
    assert fresh is not None
    assert (fresh.replaces_id, by_unit(fresh)[cast.town.pk].rank) == (old.pk, 1)
    assert by_unit(fresh)[cast.town.pk].item["few"].value == 1
    assert "问题少" in fresh.reason
    assert by_unit(Publication.objects.get(pk=old.pk))[cast.other_town.pk].rank == 1
    with pytest.raises(Conflict, match="已被新的结果代替"):
        make_appeal(actor=cast["town"], publication=old.pk, unit=cast.town.pk, item="few", reason="再来")
    assert rank_changes(fresh) == {}


def test_each_granted_appeal_says_whose_and_from_what_to_what(cast: Cast, towns: ScorecardVersion) -> None:
    """Two towns appeal against one ranking: the second answer is on what the first has put in its place."""
    score(cast, towns, cast.town, "30")
    score(cast, towns, cast.other_town, "20")
    old = published(cast, towns)
    first, second = (
        make_appeal(actor=cast["town"], publication=old.pk, unit=cast.town.pk, item=item, reason="有异议")
        for item in ("few", "quality")
    )
    once = answer_appeal(actor=cast["office"], appeal=first.pk, answer="属实", values={"audit.problems": Decimal(1)})
    twice = answer_appeal(actor=cast["office"], appeal=second.pk, answer="补分", values={"quality": Decimal(40)})
    assert once is not None
    assert twice is not None
    assert (twice.replaces, standing_now(old), lineage(twice)) == (once, twice, [old, once, twice])
    assert amendments(old) == ()
    told = [
        (one.appeal, one.after.name, (one.before.total, one.after.total), (one.before.rank, one.after.rank))
        for one in amendments(twice)
    ]
    # Half of 60 and 30; three quarters and 30; three quarters and 40. The other town stands at 45 + 20.
    assert told == [
        (first, "青溪镇", (Decimal(60), Decimal(75)), (2, 1)),
        (second, "青溪镇", (Decimal(75), Decimal(85)), (1, 1)),
    ]


def test_an_appeal_rests_on_the_records_and_the_rule_of_its_publication(cast: Cast, towns: ScorecardVersion) -> None:
    """Later records and a later rule change nothing of what was appealed against, nor of what takes its place."""
    score(cast, towns, cast.town, "30")
    old = published(cast, towns)
    appeal = make_appeal(
        actor=cast["town"], publication=old.pk, unit=cast.town.pk, item="few", reason="有一个不属于本镇"
    )
    harder = {**CARD, "items": [{**CARD["items"][0], "weight": 10}, {**CARD["items"][1], "weight": 90}]}
    with clock.fixed(clock.now() + timedelta(days=1)):
        make_finding(cast, 5)
        make_finding(cast, 6, responsible_unit="白石镇")
        install_scorecard(code=towns.code, spec=ScorecardSpec.model_validate(harder), owner=cast.office)
        fresh = answer_appeal(
            actor=cast["office"], appeal=appeal.pk, answer="属实", values={"audit.problems": Decimal(1)}
        )
    assert fresh is not None
    assert (fresh.scorecard_id, fresh.as_of, fresh.known_at) == (towns.pk, old.as_of, old.known_at)
    assert by_unit(fresh)[cast.town.pk].total == Decimal(75)  # three quarters of 60, and the 30 by hand
    same = by_unit(old)[cast.other_town.pk]
    assert by_unit(fresh)[cast.other_town.pk] == replace(same, rank=by_unit(fresh)[cast.other_town.pk].rank)


def test_last_year_under_this_years_rule_takes_the_thresholds_of_today(cast: Cast, towns: ScorecardVersion) -> None:
    score(cast, towns, cast.town, "40")  # 30 + 40
    old = published(cast, towns)
    assert by_unit(old)[cast.town.pk].grade == "B"
    later = {"valid_from": "2027-01-01", "levels": [{"code": "A", "from": 70}, {"code": "B", "from": 0}]}
    rule = {**CARD, "grades": [*CARD["grades"], later]}
    install_scorecard(code=towns.code, spec=ScorecardSpec.model_validate(rule), owner=cast.office)
    for day, grade in ((datetime(2026, 12, 30, 1, tzinfo=UTC), "B"), (datetime(2027, 1, 2, 1, tzinfo=UTC), "A")):
        with clock.fixed(day):
            again = {one.unit: one for one in by_the_rule_in_force(cast["office"], old)}
        assert (again[cast.town.pk].total, again[cast.town.pk].grade) == (Decimal(70), grade)


def test_a_denied_appeal_changes_nothing(cast: Cast, towns: ScorecardVersion) -> None:
    old = published(cast, towns)
    appeal = make_appeal(actor=cast["town"], publication=old.pk, unit=cast.town.pk, item="few", reason="不服")
    assert answer_appeal(actor=cast["office"], appeal=appeal.pk, answer="核对无误") is None
    assert Appeal.objects.get().state == Appeal.State.DENIED
    with pytest.raises(Conflict, match="已经答复"):
        answer_appeal(actor=cast["office"], appeal=appeal.pk, answer="再答")


def test_the_what_if_is_what_then_happens(cast: Cast, towns: ScorecardVersion) -> None:
    found = trial(cast["office"], towns, period(), clocks())
    guess = trial_if(cast["office"], found, {cast.town.pk: {"audit.problems": Decimal(3)}})
    make_finding(cast, 4)
    then = trial(cast["office"], towns, period(), clocks())
    assert guess.score_of(cast.town.pk).total == then.score_of(cast.town.pk).total


@pytest.mark.parametrize("login", ["neighbour", "town", "village", "outsider", "security_admin"])
def test_others_neither_try_nor_score_nor_publish(cast: Cast, towns: ScorecardVersion, login: str) -> None:
    with pytest.raises(NotAllowed):
        trial(cast[login], towns, period(), clocks())
    with pytest.raises(NotAllowed):
        score(cast, towns, cast.town, "40", login)
    with pytest.raises(NotAllowed):
        publish(actor=cast[login], scorecard=towns, period=period(), clocks=clocks())


def test_what_is_published_is_for_those_who_hold_a_post(cast: Cast, towns: ScorecardVersion) -> None:
    found = published(cast, towns)
    assert get_publication(cast["neighbour"], found.pk) == found
    for login in ("outsider", "audit_admin"):
        with pytest.raises(NotFound):
            get_publication(cast[login], found.pk)
    with pytest.raises(NotAllowed):
        make_appeal(actor=cast["neighbour"], publication=found.pk, unit=cast.town.pk, item="few", reason="代申诉")


@pytest.mark.parametrize("points", ["-1", "40.5", "NaN"])
def test_points_by_hand_keep_their_bounds(cast: Cast, towns: ScorecardVersion, points: str) -> None:
    with pytest.raises(Invalid):
        score(cast, towns, cast.town, points)
