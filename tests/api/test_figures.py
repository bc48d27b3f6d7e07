"""The interface for figures: the same numbers, scopes and words as the pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bihuan.ledger.rules import visible_records
from bihuan.loop.board import board
from bihuan.org.actions import end_unit
from bihuan.org.models import AccessEntry, Unit
from tests.cast import MONDAY, Cast, cast
from tests.figure.county import install, some_findings
from tests.web.conftest import clients

__all__ = ["cast", "clients"]

Clients = Callable[[str], Client]


@pytest.fixture(autouse=True)
def figures(cast: Cast) -> None:
    install(cast)
    some_findings(cast)


def asked(client: Client, url: str, status: int = 200) -> Any:
    response = client.get(f"/api/figures{url}")
    assert response.status_code == status, response.content
    return response.json()


def test_nobody_gets_in_without_signing_in(clients: Clients) -> None:
    for url in ("", "/values?code=demo.total", "/demo.total", "/demo.total/records"):
        asked(clients(""), url, 401)


def test_values_and_records_are_those_of_the_person(cast: Cast, clients: Clients) -> None:
    office = asked(clients("office"), "/values?code=demo.total&code=demo.rate&period=2026")
    assert [cell["value"] for cell in office["values"]] == ["4", "50.00"]
    town = asked(clients("town"), "/values?code=demo.total&period=2026")["values"][0]
    assert (town["value"], town["partial"]) == ("3", True)
    assert "查看范围" in asked(clients("town"), f"/values?code=demo.total&unit={cast.other_town.code}", 403)["message"]
    opened = asked(clients("town"), "/demo.rate/records?period=2026")["opened"]
    assert [part["count"] for part in opened] == [1, 3]
    asked(clients("outsider"), "/demo.rate/records?period=2026", 403)
    (part,) = asked(clients("office"), "/demo.total/records?period=2026&start=1&count=2")["opened"]
    assert (part["count"], [record["number"][-4:] for record in part["records"]]) == (4, ["0002", "0003"])
    denied = AccessEntry.objects.filter(kind="denied").order_by("pk").values_list("actor_name", "what")
    assert list(denied) == [("陈青", "GET /api/figures/values"), ("吴外", "GET /api/figures/demo.rate/records")]


def test_every_value_says_where_its_records_are(cast: Cast, clients: Clients) -> None:
    """Of the whole, by month and by field, of a ratio's both sides; and within a person's own reach."""
    asking = "/values?code=demo.total&code=demo.rate&period=2026-01..2026-02"
    for login in ("office", "town"):
        for by in ("", "month", "unit", "colour"):
            for cell in asked(clients(login), f"{asking}&by={by}")["values"]:
                told = asked(clients(login), cell["opens"].removeprefix("/api/figures"))
                assert told["value"] | {"opens": cell["opens"]} == cell
                assert told["opened"][0]["count"] == cell["records"]
        table = asked(clients(login), "/explore?f=demo.total&period=2026&by=level")["rows"]
        assert [row["title"] for row in table] == ["市本级"] and "by=level" in table[0]["values"][0]["opens"]
    parts = "/demo.total/records?period=2026&by={}&value={}"
    assert asked(clients("office"), parts.format("month", "2026-02"))["opened"][0]["count"] == 2
    assert asked(clients("office"), parts.format("level", "市本级"))["opened"][0]["count"] == 4
    assert "没有“村级”这个值" in asked(clients("office"), parts.format("level", "村级"), 404)["message"]
    assert "不能按" in asked(clients("office"), parts.format("amount", "1"), 422)["message"]


def test_definitions_and_mistakes_in_words(clients: Clients) -> None:
    assert asked(clients("office"), "?q=大额")["count"] == 3
    told = asked(clients("office"), "/demo.large")
    assert "大于等于 100" in told["explanation"]
    assert told["used_in"] == ["demo.rate", "demo.sum"]
    assert "没有指标" in asked(clients("office"), "/demo.nothing", 404)["message"]
    assert "2026-Q1" in asked(clients("office"), "/values?code=demo.total&period=Q9", 422)["message"]
    change = asked(clients("office"), "/demo.total/change?since=2026-03-02%2009:00&period=2026")
    assert change == {"before": "4", "after": "4", "reasons": []}
    part = asked(clients("office"), "/demo.total/change?since=2026-03-02%2009:00&by=month&value=2026-01")
    assert part == {"before": "2", "after": "2", "reasons": []}


def test_changes_want_the_right_and_the_token(cast: Cast, clients: Clients) -> None:
    body = {"codes": ["demo.total"], "period": "2026-01..2026-02"}
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.people["office"])
    assert strict.post("/api/figures/approvals", body, content_type="application/json").status_code == 403
    post = {"data": body, "content_type": "application/json"}
    assert clients("town").post("/api/figures/approvals", **post).status_code == 403
    assert clients("office").post("/api/figures/approvals", **post).json()["values"] == 1
    assert clients("office").post("/api/figures/approvals", **post).status_code == 409
    value = {"period": "2026", "value": "3", "source": "省厅通报", "effective_on": "2026-02-01"}
    post = {"data": value, "content_type": "application/json"}
    assert clients("office").post("/api/figures/demo.league/external", **post).status_code == 200
    assert asked(clients("office"), "/values?code=demo.league&period=2026")["values"][0]["value"] == "3.00"


def test_the_description_is_whole(clients: Clients) -> None:
    paths = clients("office").get("/api/openapi.json").json()["paths"]
    assert {"/api/figures", "/api/figures/values", "/api/figures/{code}/records"} <= set(paths)


def sent(client: Client, url: str, body: dict[str, Any], status: int = 200) -> Any:
    response = client.post(f"/api/figures{url}", body, content_type="application/json")
    assert response.status_code == status, response.content
    return response.json()


def test_an_approval_is_read_and_unlocked(clients: Clients) -> None:
    office = clients("office")
    sent(office, "/approvals", {"codes": ["demo.total"], "period": "2026-01"})
    (cell,) = asked(office, "/approvals?period=2026-01")["approved"]
    assert (cell["figure"], cell["value"], cell["changes"]) == ("demo.total", "2", 0)
    assert asked(clients("town"), "/approvals?period=2026-01")["approved"] == []
    sent(clients("town"), f"/approvals/{cell['cell']}/unlock", {"why": "试"}, 403)
    sent(office, f"/approvals/{cell['cell']}/unlock", {"why": "补录"})
    assert asked(office, "/approvals?period=2026-01")["approved"] == []


def test_a_definition_is_proposed_and_decided(clients: Clients) -> None:
    definition = {
        "title": "大额问题数",
        "of": "audit.finding",
        "where": "amount >= 10",
        "unit": "个",
        "during": "found_on",
    }
    made = sent(clients("colleague"), "/demo.large/proposals", {"definition": definition, "why": "放宽"})["proposal"]
    sent(clients("colleague"), "/demo.large/proposals", {"definition": {**definition, "unit": "件"}, "why": "又"}, 409)
    told = asked(clients("office"), f"/proposals/{made}")
    assert told["differences"] == ["统计条件：原为“涉及金额 大于等于 100”，改为“涉及金额 大于等于 10”"]
    asked(clients("town"), f"/proposals/{made}", 404)
    sent(clients("colleague"), f"/proposals/{made}", {"approved": True}, 403)
    assert sent(clients("office"), f"/proposals/{made}", {"approved": True}) == {"state": "approved", "version": 2}
    assert asked(clients("office"), "/values?code=demo.large&period=2026")["values"][0]["value"] == "3"
    assert [row["version"] for row in asked(clients("office"), "/demo.large")["versions"]] == [1, 2]


def test_bad_proposals_are_refused_in_words(clients: Clients) -> None:
    base = {"title": "大额占比", "ratio": "large / total", "unit": "%"}
    for definition, told in (
        ({**base, "ratio": "rate / total"}, "绕了一圈"),
        ({**base, "ratio": "none / total"}, "没有指标"),
        ({**base, "of": "audit.finding"}, "只能写一个"),
        ({**base, "colour": "red"}, "colour"),
        (base, "完全一样"),
    ):
        body = {"definition": definition, "why": "试"}
        assert told in sent(clients("colleague"), "/demo.rate/proposals", body, 422)["message"]
    sent(clients("town"), "/demo.rate/proposals", {"definition": {**base, "scale": 3}, "why": "试"}, 403)


def test_quality_explorer_and_counting_are_asked_too(clients: Clients) -> None:
    office = clients("office")
    (demand,) = asked(office, "/quality?period=2026")["demands"]
    assert (demand["figure"], demand["met"], demand["value"]) == ("demo.twice", False, "1")
    rows = asked(office, "/explore?f=demo.total&period=2026&top=1")
    assert (rows["rows"][0]["title"], rows["rows"][0]["values"][0]["value"], rows["left_out"]) == ("青溪镇", "3", 3)
    (part,) = asked(office, "/demo.total/records?period=2026")["opened"]
    counting = asked(office, f"/counting/{part['records'][0]['id']}")["figures"]
    assert {one["figure"]: one["value"] for one in counting}["demo.total"] == "4"
    asked(clients("other_town"), f"/counting/{part['records'][0]['id']}", 404)
    asked(office, "/explore?period=2026", 422)


@pytest.mark.parametrize("heir", ["", "330999102"])
def test_lists_and_figures_agree_on_what_was_under_an_ended_unit(cast: Cast, clients: Clients, heir: str) -> None:
    """The village stands, its town does not: its records are seen and counted where the town's went."""
    successor = cast.units.get(heir)
    Unit.objects.filter(pk=cast.town.pk).update(successor=successor)
    end_unit(unit=cast.town, on=MONDAY.date())
    asking = "/values?code=demo.total&period=2025-01..2026-03"
    for login, seen in (("leader", 5), ("other_town", 5 if heir else 2), ("village", 1)):
        actor = cast[login]
        top = actor.posts[0].unit
        code = actor.tree.by_pk[top].code
        records = f"/api/ledgers/audit.finding/records?unit={code}"
        rows = clients(login).get(records).json()["rows"]
        (cell,) = asked(clients(login), f"{asking}&unit={code}")["values"]
        assert len(rows) == visible_records(actor, cast.finding).count() == seen
        assert (cell["value"], cell.get("partial", False)) == (str(seen), False)
        opened = asked(clients(login), cell["opens"].removeprefix("/api/figures"))["opened"]
        assert sorted(row["id"] for row in opened[0]["records"]) == sorted(row["id"] for row in rows)
    lines = board(cast["leader"], [cast.finding])
    assert sum(line.total for line in lines) == 5
    assert "上河村" not in clients("town").get("/api/ledgers/audit.finding/records").content.decode()
