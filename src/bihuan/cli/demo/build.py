"""Puts the demo county into an empty database: its units, people and packs, and its year, act by act."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import BihuanError
from bihuan.cli.demo.bureaus.acting import Entry, Staff, acts_of
from bihuan.cli.demo.bureaus.assessments import assessments
from bihuan.cli.demo.bureaus.book import Deed
from bihuan.cli.demo.bureaus.history import history
from bihuan.cli.demo.bureaus.internal_projects import told_twice
from bihuan.cli.demo.bureaus.routines import Monday, do_routine, mondays
from bihuan.cli.demo.county import COUNTY, County, Size, build_county
from bihuan.cli.demo.last_year import CloseOut, last_year
from bihuan.cli.demo.people import PASSWORD, workers
from bihuan.cli.demo.perform import Players
from bihuan.cli.demo.plan import Intake, Step, make_plan
from bihuan.cli.serve import install_known_packs
from bihuan.ledger.definitions import find_ledger
from bihuan.loop.definitions import loop_of
from bihuan.org.actions import add_person, add_unit, change_unit, give_post
from bihuan.org.actor import system_actor
from bihuan.org.models import Person, Unit
from bihuan.org.policy import set_policy

LEDGER = "audit.finding"
_RENAMED_DAYS_AGO = 210
_YEARS_BEFORE = 3
_LEAST_FOR_BUREAUS = 0.1


def size_at(scale: float) -> Size:
    """The county's usual size with so many times its findings; a smaller one has fewer or no other records too."""
    usual = Size()
    pace = max(1, round(1 / scale)) if scale >= _LEAST_FOR_BUREAUS else 0
    return replace(usual, findings=max(usual.projects, round(usual.findings * scale)), pace=pace)


def county_of(size: Size, today: date) -> County:
    """The county, with the day on which one of its towns got its present name."""
    return build_county(size, today - timedelta(days=_RENAMED_DAYS_AGO))


def is_loaded() -> bool:
    """Whether the demo county is there. Raises where other units are: it is never put among real ones."""
    if Unit.objects.filter(code=COUNTY).exists():
        return True
    if Unit.objects.exists():
        raise BihuanError("这个数据目录里已有别的单位，不能装入示范县。请另用一个目录：bihuan --home 目录 demo")
    return False


@transaction.atomic
def load(size: Size, *, seed: int, today: date, progress: Callable[[int], None] = lambda _: None) -> int:
    """Load the county and its year, all or nothing; returns how many acts there were."""
    county = county_of(size, today)
    since = date(today.year - _YEARS_BEFORE, 1, 1)
    with clock.fixed(clock.start_of_day(since)):
        units = _add_units(county, since)
        _add_people(county, units)
        install_known_packs()
    ledger = find_ledger(LEDGER)
    loop = loop_of(ledger)
    if loop is None or loop.deadline is None:
        raise BihuanError(f"业务包里的“{ledger.title}”没有闭环或期限，示范县装不进去")
    plan = make_plan(county, size, seed=seed, today=today, term_days=loop.deadline.days)
    acts: list[Intake | Step | CloseOut | Entry | Deed | Monday] = [*plan.acts]
    if size.pace == 1:
        acts += last_year(county, size, seed=seed, today=today)
    if size.pace:
        book = history(today, seed, size.pace)
        told_twice(book, [finding for act in plan.acts if isinstance(act, Intake) for finding in act.findings])
        assessments(book, county)
        acts += [*acts_of(book), *mondays(book)]
    with tempfile.TemporaryDirectory() as folder:
        players, staff = Players(ledger, Path(folder), county.renamed_on), Staff(Path(folder), county.renamed_on)
        for done, act in enumerate(sorted(acts, key=lambda act: act.at)):
            progress(done)
            with clock.fixed(act.at):
                if isinstance(act, Intake):
                    players.take_in(act)
                elif isinstance(act, Step):
                    players.do(act)
                elif isinstance(act, CloseOut):
                    players.close_out(act)
                elif isinstance(act, Monday):
                    do_routine(seed)
                else:
                    staff.do(act)
    return len(acts)


def _add_units(county: County, since: date) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for place in county.places:
        parent = units[place.parent] if place.parent else None
        units[place.code] = add_unit(
            code=place.code, name=place.former or place.name, kind=place.kind, parent=parent, valid_from=since
        )
        if place.former:
            change_unit(unit=units[place.code], from_day=county.renamed_on, name=place.name)
    return units


def _add_people(county: County, units: dict[str, Unit]) -> None:
    """Everybody with their posts. Hashing a password is slow by intent; one password needs to be hashed but once."""
    encoded = make_password(PASSWORD)
    persons = []
    for worker in workers(county):
        person = add_person(username=worker.login, name=worker.name, password=None)
        persons.append(person.pk)
        for unit, role in worker.posts:
            give_post(person=person, unit=units[unit], role=role)
    Person.objects.filter(pk__in=persons).update(password=encoded, password_set_at=clock.now())
    for name, value in (("password_days", 0), ("totp_roles", [])):
        # Whoever looks at the demo has neither time nor phone for them; both can be set again.
        set_policy(actor=system_actor(), name=name, value=value)
