"""The demo county's two bureaus: every ledger of both packs has its two years, done by the right people, and it all holds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from bihuan.base import clock
from bihuan.cli.demo.build import load
from bihuan.cli.demo.bureaus.acting import acts_of
from bihuan.cli.demo.bureaus.history import history
from bihuan.cli.demo.county import Size
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.rules import visible_records
from bihuan.ledger.verification import check_projection, verify_chain
from bihuan.loop.definitions import loops_of
from bihuan.org.actor import actor_of
from bihuan.org.models import Person
from tests.cast import MONDAY
from tests.cli.demo.test_plan import TODAY
from tests.cli.typing_in import Typing

SLOW = Size(towns=1, villages=1, enterprises=1, projects=6, findings=6, pace=6)
EFFECTS = {"ask_extension", "grant_extension", "pause", "resume", "except", "recur", "order", "receive"}


@pytest.fixture(scope="module")
def bureaus(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Loaded once, and undone when the tests of the module are over."""
    with django_db_blocker.unblock(), clock.fixed(MONDAY), transaction.atomic():
        load(SLOW, seed=1, today=TODAY)
        yield
        transaction.set_rollback(True)


def test_the_same_seed_tells_the_same_history() -> None:
    one, other = history(TODAY, 1), history(TODAY, 1)
    assert (one.rows, one.deeds) == (other.rows, other.deeds)
    assert history(TODAY, 2).deeds != one.deeds


def test_nothing_happens_before_its_time() -> None:
    acts = acts_of(history(TODAY, 1))
    assert max(act.at for act in acts) < clock.start_of_day(TODAY)
    assert min(act.at for act in acts).year == TODAY.year - 1


@pytest.mark.usefixtures("bureaus", "db")
def test_every_ledger_has_two_years_of_records() -> None:
    ledgers = list(Ledger.objects.all())
    assert {ledger.code.partition(".")[0] for ledger in ledgers} == {"audit", "urban"}
    empty = [ledger.code for ledger in ledgers if not ledger.records.exists()]
    assert empty == []
    years = {at.year for at in Record.objects.exclude(opened_at=None).values_list("opened_at", flat=True)}
    assert {TODAY.year - 1, TODAY.year} <= years


@pytest.mark.usefixtures("bureaus", "db")
def test_open_late_returned_paused_extended_and_recurring_matters_are_there() -> None:
    kinds = set(Event.objects.values_list("ledger__code", "kind"))
    done = {kind.removeprefix("verb:") for _, kind in kinds}
    loops = loops_of(Ledger.objects.all()).values()
    effects = {verb.effect for loop in loops for verb in loop.verbs if verb.code in done}
    assert effects >= EFFECTS
    assert {"send_back", "resume", "recurred"} <= done
    late = Record.objects.filter(closed_at=None, due_at__lt=MONDAY)
    assert late.exists() and Record.objects.exclude(closed_at=None).exists()


@pytest.mark.usefixtures("bureaus", "db")
def test_chains_and_projections_hold() -> None:
    for ledger in Ledger.objects.all():
        assert list(verify_chain(ledger)) == []
        assert list(check_projection(ledger)) == []


@pytest.mark.usefixtures("bureaus", "db")
def test_every_ledger_goes_out_to_a_workbook_and_comes_back_unchanged(type_in: Typing, tmp_path: Path) -> None:
    for ledger in Ledger.objects.order_by("code"):
        path = tmp_path / f"{ledger.code}.xlsx"
        answer = type_in("export", ledger.code, "-o", path, "--unmask", "核对")
        assert answer.status == 0, answer.err
        count = ledger.records.filter(deleted=False).count()
        told = type_in("import", path, "--ledger", ledger.code, "--dry-run")
        assert (told.status, f"新增 0，更新 0，未变 {count}，失败 0" in told.out) == (0, True), (
            ledger.code,
            told.out,
            told.err,
        )


@pytest.mark.usefixtures("bureaus", "db")
def test_every_list_shows_its_records_to_its_bureau_and_to_no_other() -> None:
    own = {
        "audit": actor_of(Person.objects.get(username="jingban")),
        "urban": actor_of(Person.objects.get(username="chengguanke")),
    }
    for ledger in Ledger.objects.all():
        pack = ledger.code.partition(".")[0]
        other = own["urban" if pack == "audit" else "audit"]
        assert visible_records(own[pack], ledger).count() == ledger.records.filter(deleted=False).count()
        assert set(visible_records(other, ledger).values_list("unit", flat=True)) <= set(other.reach())
