"""Every check of every ledger of both packs refuses what it is there to refuse, and lets a sound row pass."""

import pytest

from bihuan.base.errors import Invalid
from bihuan.ledger.definitions import find_ledger, spec_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.record_checks import checker
from bihuan.loop.actions import edit_record
from tests.packs.conftest import Bureaus
from tests.packs.plays import PLAYS
from tests.packs.refusals import ELSEWHERE, REFUSALS, ROWS

SOUND = {play.ledger: play.opening for play in reversed(PLAYS)} | ROWS


def test_no_check_is_left_out(bureaus: Bureaus) -> None:
    ledgers = {ledger.code: spec_of(ledger) for ledger in Ledger.objects.filter(code__regex=r"^(audit|urban)\.")}
    checks = {(code, check.message) for code, spec in ledgers.items() for check in spec.checks}
    left = {
        (code, message)
        for code, message in checks - ELSEWHERE
        if not any(words in message for _, words in REFUSALS.get(code, ()))
    }
    assert left == set()
    assert len(checks) > 100


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_what_is_wrong_is_refused_in_words(bureaus: Bureaus, code: str) -> None:
    row, ledger = SOUND[code], find_ledger(code)
    spec, record = spec_of(ledger), bureaus.create(code, row)
    assert checker(spec)(record.data) == [], "a sound row is taken as it is"
    errors = [check.message for check in spec.checks if check.level == "error"]
    for changes, words in REFUSALS[code]:
        bureaus.typed(changes, "jingban", code)  # the records that it names are there
        before = Record.objects.filter(ledger=ledger).count()
        if any(words in message for message in errors):
            with pytest.raises(Invalid, match=words):
                bureaus.create(code, {**row, **changes})
            assert Record.objects.filter(ledger=ledger).count() == before
        else:
            points_it_out(bureaus, record, changes, words)


def points_it_out(bureaus: Bureaus, record: Record, changes: dict[str, str], words: str) -> None:
    """What is doubtful is taken, and the record says so."""
    login = "jingban" if record.ledger.code.startswith("audit.") else "chengguanke"
    changed = edit_record(actor=bureaus[login], record=Record.objects.get(pk=record.pk), fields=changes)
    told = checker(spec_of(record.ledger))(changed.data)
    assert [breach.is_error for breach in told if words in breach.message] == [False]
