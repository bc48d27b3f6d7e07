"""The demo county's year, planned: whatever day it is loaded on, every step and colour is there and nothing is ahead."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.clock import end_of_day, start_of_day
from bihuan.cli.demo.county import County, Size, build_county
from bihuan.cli.demo.findings import Finding
from bihuan.cli.demo.people import MEMORABLE, undertaker, workers
from bihuan.cli.demo.plan import Intake, Plan, Step, make_plan
from bihuan.cli.demo.stories import STORIES, Story
from bihuan.cli.demo.texts import CATEGORIES, FAULTS
from bihuan.installed import KINDS, packs_folder
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.spec import LoopSpec
from bihuan.org.roles import ROLES
from bihuan.pack.reading import read_pack

TINY = Size(towns=4, villages=9, enterprises=4, projects=6, findings=30, pace=0)
TODAY = date(2026, 3, 2)
TERM = 60
PACK = read_pack(packs_folder() / "audit", KINDS)
LOOP: LoopSpec = PACK.definitions["loops"]["audit.rectification"].spec
LEDGER: LedgerSpec = PACK.definitions["ledgers"]["audit.finding"].spec

days = st.dates(date(2020, 3, 1), date(2028, 12, 31))


def plan_on(today: date, size: Size = TINY, seed: int = 1) -> Plan:
    county = build_county(size, today - timedelta(days=210))
    return make_plan(county, size, seed=seed, today=today, term_days=TERM)


def key(finding: Finding) -> tuple[str, str]:
    return finding.project.title, finding.number


def standing(plan: Plan) -> dict[tuple[str, str], tuple[str, datetime | None]]:
    """Each finding's step and deadline at the end, by the loop's own table of verbs. Told apart from the plan's code."""
    state: dict[tuple[str, str], str] = {}
    due: dict[tuple[str, str], datetime] = {}
    for act in plan.acts:
        if isinstance(act, Intake):
            state |= {key(finding): "found" for finding in act.findings}
            continue
        verb, which = LOOP.verb[act.verb], key(act.finding)
        assert state[which] in verb.from_, f"{act.verb} of {state[which]} in {act.story}"
        state[which] = verb.to or state[which]
        if act.due_on:
            due[which] = end_of_day(act.due_on)
        elif act.verb == "assign" and which not in due:
            due[which] = end_of_day(act.at.date() + timedelta(days=TERM))
        if act.verb == "order":
            assert due[which] < act.at
    return {which: (state[which], due.get(which)) for which in state}


def colour(step: str, due: datetime | None, now: datetime) -> str:
    if step == "cleared":
        return "white"
    if due is None or due > now + timedelta(days=16):
        return "green"
    return "red" if due < now else "yellow"


@given(days, st.integers(0, 5))
def test_on_any_day_every_step_and_colour_is_there(today: date, seed: int) -> None:
    now = start_of_day(today) + timedelta(hours=9)
    found = standing(plan_on(today, seed=seed)).values()
    assert {step for step, _ in found} == set(LOOP.step)
    assert {colour(step, due, now) for step, due in found} == {"green", "yellow", "red", "white"}


@given(days)
def test_everything_has_happened_and_in_its_order(today: date) -> None:
    plan = plan_on(today)
    times = [act.at for act in plan.acts]
    assert times == sorted(times)
    assert times[-1] < start_of_day(today)
    assert times[0] > start_of_day(today) - timedelta(days=380)
    for act in plan.acts:
        found = [act.finding] if isinstance(act, Step) else act.findings
        assert all(finding.found_on < act.at.date() for finding in found)


@given(st.integers(6, 20), st.integers(20, 90))
def test_there_are_as_many_findings_and_projects_as_asked_for(projects: int, findings: int) -> None:
    size = Size(towns=3, villages=9, enterprises=4, projects=projects, findings=findings)
    plan = plan_on(TODAY, size)
    intakes = [act for act in plan.acts if isinstance(act, Intake)]
    assert len(intakes) == len({act.project.title for act in intakes}) == projects
    assert sum(len(act.findings) for act in intakes) == len({key(finding) for finding in plan.findings}) == findings


def test_a_usual_year_looks_like_one() -> None:
    now = start_of_day(TODAY) + timedelta(hours=9)
    found = standing(plan_on(TODAY, Size())).values()
    shares = Counter(colour(step, due, now) for step, due in found)
    assert 0.6 < shares["white"] / len(found) < 0.9
    assert all(0.02 < shares[other] / len(found) < 0.25 for other in ("green", "yellow", "red"))


def test_the_same_seed_gives_the_same_year_and_another_another() -> None:
    assert plan_on(TODAY, seed=7) == plan_on(TODAY, seed=7)
    assert plan_on(TODAY, seed=7).acts != plan_on(TODAY, seed=8).acts


def test_every_text_can_be_filled_in() -> None:
    plan = plan_on(TODAY, Size(findings=600))
    assert {finding.fault for finding in plan.findings} == set(FAULTS)
    for finding in plan.findings:
        texts = (finding.title, finding.detail, finding.measures(plan.acts[-1].at))
        assert not any("{" in text or "None" in text for text in texts)
        assert len(finding.title) <= 200


def test_findings_fit_the_pack() -> None:
    choices = {field.code: set(field.choice_titles.values()) for field in LEDGER.fields if field.choices}
    assert dict(LEDGER.by_code["category"].choice_titles) == CATEGORIES
    for finding in plan_on(TODAY).findings:
        assert finding.project.audit_type in choices["audit_type"]
        assert finding.level in choices["level"]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.code)
def test_a_story_is_a_way_through_the_loop(story: Story) -> None:
    state = LOOP.steps[0].code
    for beat in story.beats:
        verb = LOOP.verb[beat.verb]
        assert state in verb.from_
        state = verb.to or state


def full() -> County:
    return build_county(Size(), TODAY)


def test_the_county_has_its_units_each_with_a_name_of_its_own() -> None:
    county = full()
    kinds = Counter(place.kind for place in county.places)
    assert kinds == {"county": 1, "bureau": 15, "section": 9, "town": 20, "village": 300, "enterprise": 60, "site": 7}
    assert len({place.name for place in county.places}) == len({place.code for place in county.places}) == 412
    assert all(place.code.startswith("330999") for place in county.places)
    before = set[str]()
    for place in county.places:
        assert place.parent is None or place.parent in before
        before.add(place.code)


def test_every_role_is_held_and_every_unit_has_an_undertaker() -> None:
    county = full()
    people = {worker.login: worker for worker in workers(county)}
    assert len({worker.name for worker in people.values()}) == len(people) == len(workers(county))
    assert {role for worker in people.values() for _, role in worker.posts} == {role.code for role in ROLES}
    assert set(MEMORABLE) <= set(people)
    for place in county.places:
        if place.kind in ("town", "enterprise") or (place.kind == "bureau" and not place.code.endswith("-SJ")):
            assert (place.code, "undertaker") in people[undertaker(county, place.code)].posts
    assert (county.towns[0].code, "undertaker") in people["chengguanzhen"].posts
    with pytest.raises(ValueError, match="nobody"):
        undertaker(county, "330999")
