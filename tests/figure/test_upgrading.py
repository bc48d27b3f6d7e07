"""A pack that defines a known figure anew: nothing changes before a person has seen the difference and approved it."""

from datetime import timedelta
from typing import Any

import pytest

from bihuan.base import clock
from bihuan.base.errors import NotAllowed
from bihuan.figure.actions import approve_period
from bihuan.figure.models import Figure, FigureVersion, Proposal
from bihuan.figure.period import parse_period
from bihuan.figure.proposals import decide_proposal, get_proposal, open_proposals, weigh_proposal
from bihuan.org.actor import system_actor
from bihuan.report.figure_uses import given_out
from tests.cast import MONDAY, Cast
from tests.figure.county import FIGURES, install, some_findings

CODE = "demo.large"


def upgrade(cast: Cast, where: str) -> Proposal | None:
    """The pack as it comes with another condition; what waits for a word after it."""
    install(cast, **{CODE: {**FIGURES[CODE], "where": where}})
    return next(iter(open_proposals(None)), None)


@pytest.fixture
def figures(cast: Cast) -> Any:
    install(cast)
    some_findings(cast)
    with clock.fixed(MONDAY + timedelta(days=1)):
        yield cast


def test_a_new_definition_waits_and_shows_what_it_would_change(figures: Cast) -> None:
    january = parse_period("2026-01", MONDAY.date())
    approve_period(actor=figures["office"], codes=(CODE, "demo.rate"), unit=None, period=january)
    assert not open_proposals(None)
    made = upgrade(figures, "amount >= 10")
    assert made is not None and Figure.objects.get(code=CODE).version == 1
    assert made == get_proposal(figures["office"], made.pk) and not open_proposals(figures["town"])
    weighed = weigh_proposal(made, lambda codes: given_out(figures["office"], codes), None)
    assert weighed.lines == ["统计条件：原为“涉及金额 大于等于 100”，改为“涉及金额 大于等于 10”"]
    told = {one.given.figure: (one.given.value, one.new) for one in weighed.impact.differing}
    assert told == {CODE: (1, 2), "demo.rate": (50, 100)}


def test_a_person_approves_and_the_pack_moves_on(figures: Cast) -> None:
    made = upgrade(figures, "amount >= 10")
    assert made is not None and upgrade(figures, "amount >= 10") == made
    with pytest.raises(NotAllowed, match="由人批准"):
        decide_proposal(actor=system_actor(), proposal=made, approved=True)
    decide_proposal(actor=figures["office"], proposal=made, approved=True)
    row = FigureVersion.objects.get(figure__code=CODE, version=2)
    assert (row.origin, row.approved_by) == ("pack", figures["office"].name)
    assert upgrade(figures, "amount >= 10") is None
    other = upgrade(figures, "amount >= 5")
    newest = upgrade(figures, "amount >= 4")
    assert other is not None and newest is not None and other != newest
    other.refresh_from_db()
    assert other.state == Proposal.State.DENIED and "又变了" in other.answer


def test_what_a_person_denied_is_not_asked_again(figures: Cast) -> None:
    made = upgrade(figures, "amount >= 10")
    assert made is not None
    decide_proposal(actor=figures["office"], proposal=made, approved=False, answer="口径不能放宽")
    assert upgrade(figures, "amount >= 10") is None
    assert upgrade(figures, "amount >= 20") is not None
    assert upgrade(figures, "amount >= 100") is None  # the pack has come back to what is in force
