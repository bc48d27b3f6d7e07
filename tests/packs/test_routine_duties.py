"""What both packs owe again and again: it opens by itself, what was not done is seen the same day, and 0 is a report."""

from datetime import date, timedelta

import pytest

from bihuan.base import clock
from bihuan.loop.duty.actions import open_due
from bihuan.loop.duty.models import DutyTurn
from bihuan.loop.duty.queries import Standing, standings_on
from bihuan.loop.duty.turns import duties_in_force, turns_opening
from tests.packs.conftest import Bureaus
from tests.packs.plays import Act

# By duty: who reports, and on which day after the packs came into force (2 March 2026) it next opens and is due.
OWED = {
    "audit.collective_study": ("sjzg", date(2026, 3, 2), date(2026, 3, 31)),
    "audit.committee_meeting": ("sjzg", date(2026, 4, 1), date(2026, 6, 30)),
    "audit.internal_appraisal": ("sjzg", date(2029, 1, 1), date(2031, 12, 31)),
    "audit.internal_contest": ("sjzg", date(2027, 1, 1), date(2027, 12, 31)),
    "urban.friday_study": ("cgfz", date(2026, 3, 2), date(2026, 3, 6)),
    "urban.half_year_lecture": ("cgfz", date(2026, 7, 1), date(2026, 12, 31)),
    "urban.law_column_update": ("cgfz", date(2026, 3, 2), date(2026, 3, 31)),
    "urban.monthly_law": ("cgfz", date(2026, 3, 2), date(2026, 3, 31)),
    "urban.popularise_report": ("cgfz", date(2027, 1, 1), date(2027, 12, 31)),
    "urban.quarterly_class": ("cgfz", date(2026, 4, 1), date(2026, 6, 30)),
    "urban.quarterly_exam": ("cgfz", date(2026, 4, 1), date(2026, 6, 30)),
}


def test_all_duties_are_here(bureaus: Bureaus) -> None:
    declared = {code for code in duties_in_force() if code.startswith(("audit.", "urban."))}
    assert declared == set(OWED) | {"urban.road_sweeping"}, "the last is played in test_rules.py"


@pytest.mark.parametrize("code", sorted(OWED))
def test_it_opens_is_missed_and_is_reported(bureaus: Bureaus, code: str) -> None:
    login, opens, due = OWED[code]
    duty = duties_in_force()[code]
    turn = next(turns_opening(duty, date(2026, 3, 2), date(2030, 1, 1)))
    assert (turn.opens_on, turn.due_on) == (opens, due)

    def stands(day: date) -> Standing:
        return standings_on(duty, [turn], day)[0].standing

    with clock.fixed(clock.start_of_day(opens) + timedelta(hours=9)):
        open_due()
        matter = DutyTurn.objects.select_related("record").get(code=code, period=turn.period.key).record
        assert clock.local_date(matter.due_at) == due and stands(opens) is Standing.WAITING
    with clock.fixed(clock.start_of_day(due + timedelta(days=1))):
        assert stands(clock.today()) is Standing.MISSING
        bureaus.do(matter, Act(login, "submit", {"times": "0"}))
        assert stands(clock.today()) is Standing.ZERO, "late, and said to be none"
        assert stands(due) is Standing.WAITING, "the day itself stays as it was"
