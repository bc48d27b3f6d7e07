"""A plan over four ledgers: who sees what of it, its colours and progress, and its pages."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.models import Record
from bihuan.loop.actions import Said, create_record, perform
from bihuan.loop.colour import Colour, bounds_at, colour_of
from bihuan.loop.declared.definitions import InForce, install_declared
from bihuan.loop.definitions import loop_of
from bihuan.loop.plan.queries import PlanTree, plan_tree, plans_in_force
from bihuan.loop.plan.spec import PlanSpec
from tests.cast import Cast
from tests.ledger.making import SHORT_LOOP, make_ledger
from tests.web.conftest import signed_in

PLAN: dict[str, Any] = {
    "code": "yearly",
    "title": "年度重点工作",
    "levels": [
        {"title": "目标", "ledger": "goal"},
        {"title": "项目", "ledger": "project", "parent": "over", "weight": "weight"},
        {
            "title": "节点",
            "ledger": "milestone",
            "parent": "over",
            "weight": "weight",
            "start": "start",
            "progress": "percent",
        },
    ],
}


def make_ledgers(cast: Cast) -> None:
    """Goals, projects and milestones; the last ones have a loop."""
    parts: dict[str, Any] = {"name_field": "name", "unit_field": "town", "due_field": "due_on"}
    for code, prefix, loop in (("goal", "MB", None), ("project", "XM", None), ("milestone", "JD", SHORT_LOOP)):
        fields = [
            {"code": "name", "title": "名称", "kind": "text"},
            {"code": "town", "title": "责任单位", "kind": "unit"},
            {"code": "over", "title": "上级编号", "kind": "text"},
            {"code": "weight", "title": "权重", "kind": "integer"},
            {"code": "start", "title": "开始", "kind": "date"},
            {"code": "due_on", "title": "期限", "kind": "date"},
            {"code": "percent", "title": "进度", "kind": "number"},
        ]
        make_ledger(cast.office, code=f"demo.{code}", fields=fields, loop=loop, number={"prefix": prefix}, **parts)


@pytest.fixture
def plan(cast: Cast) -> InForce[PlanSpec]:
    make_ledgers(cast)
    specs = {"demo.yearly": PlanSpec.model_validate(PLAN)}
    install_declared(kind="plans", pack="demo", owner=cast.office, specs=specs)
    return plans_in_force()["demo.yearly"]


def add(cast: Cast, code: str, name: str, **fields: str) -> Record:
    from bihuan.ledger.definitions import find_ledger

    return create_record(actor=cast["office"], ledger=find_ledger(f"demo.{code}"), fields={"name": name, **fields})


@pytest.fixture
def rows(cast: Cast, plan: InForce[PlanSpec]) -> dict[str, Record]:
    goal = add(cast, "goal", "城乡更美")
    road = add(cast, "project", "道路改造", over=goal.number, weight="3")
    park = add(cast, "project", "口袋公园", over=goal.number, weight="1")
    found = {"goal": goal, "road": road, "park": park}
    found["done"] = add(cast, "milestone", "立项", over=road.number, weight="1", town="青溪镇", due_on="2026-03-20")
    found["half"] = add(cast, "milestone", "施工", over=road.number, weight="1", town="白石镇", due_on="2026-03-01",
                        percent="50", start="2026-02-01")  # fmt: skip
    found["blank"] = add(cast, "milestone", "设计", over=park.number, weight="1", town="青溪镇", due_on="2026-06-30")
    found["loose"] = add(cast, "milestone", "没有挂上", over="XM-9999", weight="1", town="青溪镇")
    perform(actor=cast["office"], pk=found["done"].pk, verb="start", said=Said())
    perform(actor=cast["office"], pk=found["done"].pk, verb="finish", said=Said())
    return found


def by_name(tree: PlanTree) -> dict[str, Any]:
    return {node.name: node for node in tree.walk()}


def test_progress_and_colours_roll_up(cast: Cast, plan: InForce[PlanSpec], rows: dict[str, Record]) -> None:
    tree = plan_tree(cast["office"], plan, clock.now())
    nodes = by_name(tree)
    assert [node.name for node in tree.roots] == ["城乡更美"]
    assert [node.name for node in tree.loose] == ["没有挂上"]
    assert nodes["道路改造"].progress.done == Fraction(3, 4)
    assert nodes["口袋公园"].progress.done is None
    # Of the goal three quarters of the weight are known, and done by three quarters.
    assert (nodes["城乡更美"].progress.done, nodes["城乡更美"].progress.unknown) == (Fraction(3, 4), Fraction(1, 4))
    for name in ("立项", "施工", "设计"):
        record = nodes[name].record
        loop = loop_of(record.ledger)
        assert loop
        assert nodes[name].colour is colour_of(record.due_at, record.closed_at, bounds_at(loop, clock.now()))
    assert nodes["城乡更美"].colour is Colour.RED
    assert nodes["口袋公园"].colour is Colour.GREEN
    with clock.fixed(datetime(2026, 7, 2, tzinfo=UTC)):
        assert by_name(plan_tree(cast["office"], plan, clock.now()))["口袋公园"].colour is Colour.RED


def test_everybody_sees_of_it_what_they_may_see(cast: Cast, plan: InForce[PlanSpec], rows: dict[str, Record]) -> None:
    seen = {login: set(by_name(plan_tree(cast[login], plan, clock.now()))) for login in cast.people}
    everything = {"城乡更美", "道路改造", "口袋公园", "立项", "施工", "设计", "没有挂上"}
    assert {login for login, names in seen.items() if names == everything} == {
        "office",
        "colleague",
        "auditor",
        "leader",
    }
    assert seen["town"] == {"立项", "设计", "没有挂上"}
    assert seen["other_town"] == {"施工"}
    assert seen["outsider"] == seen["neighbour"] == set()


def test_it_is_made_and_changed_on_screen(cast: Cast, rows: dict[str, Record]) -> None:
    """The owner's people put a row under another and change each; the others see what they may, and no way in."""
    url, goal = reverse("plan", args=["demo.yearly"]) + "?view=list", rows["goal"]
    client = signed_in(cast.people["colleague"])
    page = client.get(url).content.decode()
    under = f"{reverse('record_new', args=['demo.project'])}?over={goal.number}"
    for way in (under, reverse("record_edit", args=[rows["half"].pk]), reverse("grid", args=["demo.milestone"])):
        assert way in page
    assert reverse("record_edit", args=[rows["done"].pk]) not in page, "what is closed is not changed"
    form = client.get(under).content.decode()
    assert f'value="{goal.number}"' in form
    sent = client.post(under, {"name": "绿道", "over": goal.number, "weight": "2"})
    assert sent.status_code == 302
    assert "绿道" in client.get(url).content.decode()
    seen = signed_in(cast.people["leader"]).get(url).content.decode()
    assert "绿道" in seen and "/edit/" not in seen and "/new/" not in seen


@pytest.mark.parametrize("view", ["", "board", "list"])
def test_the_pages_show_it(view: str, cast: Cast, rows: dict[str, Record]) -> None:
    url = reverse("plan", args=["demo.yearly"]) + (f"?view={view}" if view else "")
    answer = signed_in(cast.people["office"]).get(url)
    text = answer.content.decode()
    assert answer.status_code == 200
    for name in ("立项", "施工", "设计"):
        assert name in text
    assert reverse("record", args=[rows["half"].pk]) in text


def test_a_plan_costs_the_same_with_more_rows(cast: Cast, plan: InForce[PlanSpec], rows: dict[str, Record]) -> None:
    client, url = signed_in(cast.people["office"]), reverse("plan", args=["demo.yearly"])

    def cost() -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    before = cost()
    for number in range(6):
        add(cast, "milestone", f"新节点{number}", over=rows["park"].number, weight="1", town="青溪镇")
    assert cost() == before
