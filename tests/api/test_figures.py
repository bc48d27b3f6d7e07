"""The interface for figures: the same numbers, scopes and words as the pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bihuan.org.models import AccessEntry
from tests.cast import Cast, cast
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
    denied = AccessEntry.objects.filter(kind="denied").order_by("pk").values_list("actor_name", "what")
    assert list(denied) == [("陈青", "GET /api/figures/values"), ("吴外", "GET /api/figures/demo.rate/records")]


def test_definitions_and_mistakes_in_words(clients: Clients) -> None:
    assert asked(clients("office"), "?q=大额")["count"] == 2
    told = asked(clients("office"), "/demo.large")
    assert "大于等于 100" in told["explanation"]
    assert told["used_in"] == ["demo.rate", "demo.sum"]
    assert "没有指标" in asked(clients("office"), "/demo.nothing", 404)["message"]
    assert "2026-Q1" in asked(clients("office"), "/values?code=demo.total&period=Q9", 422)["message"]
    change = asked(clients("office"), "/demo.total/change?since=2026-03-02%2009:00&period=2026")
    assert change == {"before": "4", "after": "4", "reasons": []}


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
