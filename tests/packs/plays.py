"""How a matter of each ledger goes from opening to close-out, once sent back: what is brought, by whom, in which order.

`@name` in a field is the record of `BASE` so called; `$file` is a file just uploaded; `$today` is the day of the verb.
"""

from tests.packs.base_records import BASE
from tests.packs.play import Act, Play
from tests.packs.plays_audit import AUDIT
from tests.packs.plays_urban import URBAN, VARIANTS


def _routine(ledger: str, unit: str, login: str, office: str, **more: str) -> Play:
    opening = {"title": "例行", "section": unit, "opened_on": "2026-03-02", "due_on": "2026-03-31", **more}
    acts = (
        Act(login, "submit", {"times": "1"}),
        Act(office, "send_back"),
        Act(login, "submit", {"times": "2"}),
        Act(office, "accept"),
    )
    return Play(ledger, opening, acts, login, "closed")


ROUTINE = (
    _routine("audit.routine", "330999-SJ-CZ", "sjcz", "shenji"),
    _routine("urban.routine", "330999-CG-FZ", "cgfz", "chengguanshen"),
    _routine("urban.random_check", "330999-CG-ZA", "cgza", "chengguanshen", object_no="TD-0001"),
)
PLAYS = (*AUDIT, *URBAN, *ROUTINE)

__all__ = ["AUDIT", "BASE", "PLAYS", "ROUTINE", "URBAN", "VARIANTS", "Act", "Play"]
