"""Where a figure is used, and which of its numbers that were given out another definition would change."""

from datetime import date
from fractions import Fraction

import pytest

from bihuan.figure.clocks import clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.impact import impact_of
from bihuan.figure.period import parse_period
from bihuan.figure.rules import Reach
from bihuan.form.actions import fill_form
from bihuan.form.spec import period_of
from bihuan.org.actor import system_actor
from bihuan.report.actions import issue_draft
from bihuan.report.figure_uses import given_out, uses
from bihuan.report.models import ReportVersion
from bihuan.scorecard.actions import publish
from bihuan.scorecard.definitions import install_scorecard
from bihuan.scorecard.spec import ScorecardSpec
from tests.cast import Cast
from tests.form.forms import fill_in, keep
from tests.report.test_reports import approved, report
from tests.scorecard.test_publishing import CARD

__all__ = ["report"]
TOTAL = "own.total"
MARCH = period_of("year", date(2026, 3, 2))


@pytest.fixture
def everywhere(cast: Cast, report: ReportVersion) -> None:
    """The number of findings in an issued report, in a published ranking and in a form of a superior."""
    issue_draft(actor=cast["office"], draft=approved(cast, report).pk)
    shape = {**CARD, "items": [{**CARD["items"][0], "figure": TOTAL}, CARD["items"][1]]}
    card = install_scorecard(code="audit.towns", spec=ScorecardSpec.model_validate(shape), owner=cast.office)
    publish(actor=cast["office"], scorecard=card, period=parse_period("2026", date(2026, 3, 2)), clocks=clocks())
    form = keep(cast, None)
    fill_in(cast, form, "整改情况!B2", "问题数", kind="figure", figure=TOTAL, unit="*")
    fill_form(actor=cast["office"], form=form, period=MARCH)


@pytest.mark.usefixtures("everywhere")
def test_a_figure_knows_where_it_is_used(cast: Cast) -> None:
    office = [(use.kind, use.title) for use in uses(cast["office"])[TOTAL]]
    assert office == [("材料", "审计简报"), ("考核", "乡镇整改考核"), ("上级的表", "整改月报")]
    assert [use.kind for use in uses(cast["outsider"])[TOTAL]] == ["考核"]


@pytest.mark.usefixtures("everywhere")
def test_another_definition_tells_every_number_that_it_would_change(cast: Cast) -> None:
    given = given_out(cast["office"], [TOTAL])
    spec = Catalogue().in_force(TOTAL).spec
    same = impact_of(TOTAL, spec, given, Reach(cast["office"]))
    assert (same.differing, same.same, same.unseen) == ((), len(given), 0)
    none = impact_of(TOTAL, spec.model_copy(update={"where": "title is null"}), given, Reach(cast["office"]))
    told = {(one.given.where[:3], one.given.value, one.new) for one in none.differing}
    assert {("材料“", Fraction(3), 0), ("考核“", Fraction(3), 0), ("上级的", Fraction(3), 0)} <= told
    assert none.same == len([number for number in given if number.value == 0])


@pytest.mark.usefixtures("everywhere")
def test_nobody_is_told_of_numbers_that_they_may_not_see(cast: Cast) -> None:
    spec = Catalogue().in_force(TOTAL).spec.model_copy(update={"where": "title is null"})
    town = impact_of(TOTAL, spec, given_out(cast["town"], [TOTAL]), Reach(cast["town"]))
    assert {one.given.unit for one in town.differing} <= {cast.town.pk}
    assert town.unseen
    every = impact_of(TOTAL, spec, given_out(system_actor(), [TOTAL]), None)
    assert every.unseen == 0
