"""A drawing from commitment to matters, who may hold it, and drawing again from the published file."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bihuan.base.errors import Conflict, Invalid, NotAllowed
from bihuan.cli.main import main
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.verification import check_projection, verify_chain
from bihuan.loop.actions import create_record
from bihuan.loop.declared.definitions import install_declared
from bihuan.loop.draw.actions import commit_draw, how_many, published, reveal_draw
from bihuan.loop.draw.models import DrawRound
from bihuan.loop.draw.ranking import faults
from bihuan.loop.draw.spec import DrawSpec
from tests.cast import Cast
from tests.ledger.making import SHORT_LOOP, make_ledger
from tests.web.conftest import signed_in

DRAW: dict[str, Any] = {
    "code": "random",
    "title": "餐饮单位随机抽查",
    "objects": {"ledger": "works", "where": "open", "once_a_year": True},
    "inspectors": {"ledger": "officer", "avoid_field": "avoid"},
    "count": 3,
    "team": 2,
    "manage": ["handler", "reviewer"],
    "ledger": "check",
    "object_field": "object_no",
    "team_field": "team",
    "set": {"name": "{{ draw }}：{{ object }}"},
}


def make_lists(cast: Cast) -> Ledger:
    """Six places to eat, one of them closed down; three officers, one of whom keeps off from two places."""
    works = make_ledger(
        cast.office, code="demo.works", loop=None, name_field="name", unit_field="town", number={"prefix": "CY"},
        fields=[{"code": "name", "title": "名称", "kind": "text"}, {"code": "town", "title": "属地", "kind": "unit"},
                {"code": "open", "title": "营业", "kind": "yesno"}],
    )  # fmt: skip
    for number in range(1, 7):
        fields = {"name": f"餐馆{number}", "town": "青溪镇", "open": "否" if number == 6 else "是"}
        create_record(actor=cast["office"], ledger=works, fields=fields)
    officers = make_ledger(
        cast.office, code="demo.officer", loop=None, name_field="name", unit_field="unit_of", number={"prefix": "RY"},
        fields=[{"code": "name", "title": "姓名", "kind": "text"}, {"code": "unit_of", "title": "单位", "kind": "unit"},
                {"code": "avoid", "title": "回避", "kind": "text"}],
    )  # fmt: skip
    for number, (unit, avoid) in enumerate(
        (("审计局", ""), ("审计局", "CY-2026-0001、CY-2026-0002"), ("财政局", "")), 1
    ):
        create_record(
            actor=cast["office"], ledger=officers, fields={"name": f"检查员{number}", "unit_of": unit, "avoid": avoid}
        )
    return make_ledger(
        cast.office, code="demo.check", loop=SHORT_LOOP, name_field="name", unit_field="town", number={"prefix": "JC"},
        fields=[{"code": "name", "title": "名称", "kind": "text"}, {"code": "town", "title": "属地", "kind": "unit"},
                {"code": "object_no", "title": "对象编号", "kind": "text"}, {"code": "team", "title": "检查人员", "kind": "text"}],
    )  # fmt: skip


@pytest.fixture
def check(cast: Cast) -> Ledger:
    checks = make_lists(cast)
    declare(cast)
    return checks


def declare(cast: Cast, **changed: Any) -> None:
    specs = {"demo.random": DrawSpec.model_validate(DRAW | changed)}
    install_declared(kind="draws", pack="demo", owner=cast.office, specs=specs)


def test_a_drawing_becomes_matters_that_anybody_can_draw_again(cast: Cast, check: Ledger) -> None:
    office = cast["office"]
    found = commit_draw(actor=office, code="demo.random")
    before = published(found)
    assert "seed" not in before
    assert "CY-2026-0006" not in before["objects"]
    assert before["avoid"] == [["RY-2026-0002", "CY-2026-0001"], ["RY-2026-0002", "CY-2026-0002"]]
    with pytest.raises(Conflict):
        commit_draw(actor=office, code="demo.random")
    with pytest.raises(Invalid):
        reveal_draw(actor=office, pk=found.pk, witness="  ")
    found = reveal_draw(actor=office, pk=found.pk, witness="今天下雨")
    with pytest.raises(Conflict):
        reveal_draw(actor=office, pk=found.pk, witness="今天天晴")
    told = published(found)
    assert faults(json.loads(json.dumps(told))) == []
    assert {key: told[key] for key in before} == before
    matters = list(Record.objects.filter(ledger=check).order_by("pk"))
    assert [matter.data["object_no"] for matter in matters] == [team["object"] for team in told["result"]]
    assert {matter.unit_id for matter in matters} == {cast.town.pk}
    assert matters[0].data["name"].startswith("餐饮单位随机抽查：餐馆")
    assert not [*verify_chain(check), *check_projection(check)]


def test_once_a_year_and_then_nothing_is_left(cast: Cast, check: Ledger) -> None:
    drawn = []
    for _ in range(2):
        found = commit_draw(actor=cast["office"], code="demo.random")
        drawn += [team["object"] for team in reveal_draw(actor=cast["office"], pk=found.pk, witness="好").result]
    assert len(drawn) == len(set(drawn)) == 5
    with pytest.raises(Invalid, match="没有可抽的对象"):
        commit_draw(actor=cast["office"], code="demo.random")


def test_the_lists_are_those_of_the_commitment(cast: Cast, check: Ledger) -> None:
    """What is changed in between is not drawn from; the published lists are."""
    found = commit_draw(actor=cast["office"], code="demo.random")
    works = Ledger.objects.get(code="demo.works")
    create_record(actor=cast["office"], ledger=works, fields={"name": "新开", "town": "青溪镇", "open": "是"})
    told = published(reveal_draw(actor=cast["office"], pk=found.pk, witness="好"))
    assert "CY-2026-0007" not in told["objects"]
    assert faults(told) == []


def test_only_who_holds_it_draws(cast: Cast, check: Ledger) -> None:
    for login in ("town", "leader", "neighbour", "auditor", "outsider"):
        with pytest.raises(NotAllowed):
            commit_draw(actor=cast[login], code="demo.random")
    found = commit_draw(actor=cast["colleague"], code="demo.random")
    with pytest.raises(NotAllowed):
        reveal_draw(actor=cast["town"], pk=found.pk, witness="好")


@pytest.mark.parametrize("keys, objects, number", [({"percent": 10, "count": 0}, 5, 1), ({"percent": 10, "count": 0}, 21, 3),
                                                   ({"count": 9}, 5, 5), ({"percent": 100, "count": 0}, 7, 7)])  # fmt: skip
def test_how_many(keys: dict[str, int], objects: int, number: int) -> None:
    assert how_many(DrawSpec.model_validate(DRAW | keys), objects) == number


def test_the_public_sees_lists_before_and_result_after_and_checks_the_file(
    cast: Cast, check: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office, visitor = signed_in(cast.people["office"]), Client()
    assert office.post(reverse("draw_commit", args=["demo.random"])).status_code == 302
    found = DrawRound.objects.get()
    page = visitor.get(reverse("public_draw", args=[found.pk])).content.decode()
    assert found.document["commitment"] in page
    assert found.seed not in page
    assert found.seed not in visitor.get(reverse("public_draw_file", args=[found.pk])).content.decode()
    assert visitor.post(reverse("draw_reveal", args=[found.pk]), {"witness": "好"}).status_code == 302
    assert (
        signed_in(cast.people["town"]).post(reverse("draw_reveal", args=[found.pk]), {"witness": "好"}).status_code
        == 403
    )
    assert office.post(reverse("draw_reveal", args=[found.pk]), {"witness": ""}).status_code == 422
    assert office.post(reverse("draw_reveal", args=[found.pk]), {"witness": "好"}).status_code == 302
    path = tmp_path / "抽查.json"
    path.write_bytes(visitor.get(reverse("public_draw_file", args=[found.pk])).content)
    assert main(["draw", "--check", str(path)]) == 0
    assert "一致" in capsys.readouterr().out
    path.write_text(path.read_text().replace('"team":2', '"team":1'))
    assert main(["draw", "--check", str(path)]) == 1
    path.write_text("{")
    assert main(["draw", "--check", str(path)]) == 1
