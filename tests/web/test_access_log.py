"""Unmasking and the access log: whole values for a reason, every access noted, nobody able to change or read it but one."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from bihuan.base import clock
from bihuan.base.errors import NotAllowed
from bihuan.org.access_log import Kind, log_access, read_log, verify_log
from bihuan.org.models import AccessEntry
from tests.cast import EVERYBODY, MONDAY, Cast
from tests.web.leaking import PERSONAL, World, make_world
from tests.web.test_leaks import content_of

Clients = Callable[[str], Client]


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)


def kinds() -> list[str]:
    return list(AccessEntry.objects.order_by("pk").values_list("kind", flat=True))


def test_a_reason_shows_one_record_for_a_while(cast: Cast, world: World, clients: Clients) -> None:
    client, page = clients("colleague"), f"/records/{world.record.pk}/"
    assert client.post(f"{page}unmask/", {"reason": "看"}).status_code == 422
    assert PERSONAL["phone"] not in content_of(client.get(page)).decode()
    assert kinds() == []
    assert client.post(f"{page}unmask/", {"reason": "核对身份证"}).status_code == 302
    text = content_of(client.get(page)).decode()
    assert all(value in text for value in PERSONAL.values())
    assert kinds() == [Kind.UNMASK, Kind.VIEW]
    assert PERSONAL["phone"] not in content_of(clients("office").get(page)).decode()
    with clock.fixed(MONDAY + timedelta(minutes=16)):
        assert PERSONAL["phone"] not in content_of(client.get(page)).decode()


def test_an_export_is_whole_only_for_a_reason(world: World, clients: Clients) -> None:
    client = clients("colleague")
    assert PERSONAL["phone"] not in content_of(client.get("/ledgers/own.secret/export/?all=1")).decode()
    answer: Any = client.post("/ledgers/own.secret/export/unmasked/?all=1&format=csv", {"reason": "上级核查要求"})
    assert PERSONAL["phone"] in content_of(answer).decode()
    assert kinds() == [Kind.EXPORT, Kind.UNMASK]
    assert clients("leader").post("/ledgers/own.secret/export/unmasked/", {"reason": "想看一看"}).status_code == 403


def test_refusals_and_sign_ins_are_noted(world: World, clients: Clients) -> None:
    clients("town").get(f"/records/{world.record.pk}/")
    clients("").post("/sign-in/", {"username": "office", "password": "错的"})
    assert kinds() == [Kind.DENIED, Kind.SIGN_IN_FAILED]
    assert not any("机密" in entry.what for entry in AccessEntry.objects.all())


def test_only_the_audit_administrator_reads_it(cast: Cast, clients: Clients) -> None:
    log_access(Kind.EXPORT, "own.secret", by=cast["office"])
    for login in set(EVERYBODY) - {"audit_admin"}:
        assert clients(login).get("/access-log/").status_code == 403
        with pytest.raises(NotAllowed):
            read_log(cast[login])
    text = content_of(clients("audit_admin").get("/access-log/?verify=1&q=secret")).decode()
    assert "own.secret" in text
    assert "核对无误" in text


@pytest.mark.parametrize("attack", ["update", "delete"])
def test_the_database_refuses_to_change_it(cast: Cast, attack: str) -> None:
    log_access(Kind.EXPORT, "a", by=cast["office"])
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AccessEntry.objects.all().update(what="b") if attack == "update" else AccessEntry.objects.all().delete()


def test_tampering_shows(cast: Cast) -> None:
    for number in range(3):
        log_access(Kind.EXPORT, str(number), by=cast["office"], reason="月报")
    assert list(verify_log()) == []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute("DROP TRIGGER access_no_update")
        cursor.execute("UPDATE org_accessentry SET what = 'x' WHERE what = '1'")
    assert [found for found in verify_log() if "不符" in found]


def test_an_entry_costs_few_queries(cast: Cast, django_assert_max_num_queries: Any) -> None:
    office = cast["office"]
    log_access(Kind.EXPORT, "a", by=office)
    with django_assert_max_num_queries(5):
        log_access(Kind.EXPORT, "b", by=office)


def test_the_log_is_asked_by_kind_person_office_and_days(cast: Cast, clients: Clients) -> None:
    for login, kind, what in (
        ("office", Kind.EXPORT, "甲"),
        ("system_admin", Kind.ADMIN, "乙"),
        ("town", Kind.DENIED, "丙"),
    ):
        log_access(kind, f"对象{what}", by=cast[login], reason="月报" if what == "甲" else "")
    with clock.fixed(MONDAY + timedelta(days=3)):
        log_access(Kind.ADMIN, "对象丁", by=cast["security_admin"])
    asked = {
        "": "甲乙丙丁",
        "kind=admin": "乙丁",
        "office=system_admin": "乙",
        "kind=admin&office=audit_admin": "",
        "who=town": "丙",
        "q=月报": "甲",
        "to=2026-03-02": "甲乙丙",
        "from=2026-03-03&to=2026-03-05": "丁",
        "from=明天": "甲乙丙丁",
    }
    client = clients("audit_admin")
    for query, expected in asked.items():
        html = content_of(client.get(f"/access-log/?{query}")).decode()
        assert "".join(sorted(re.findall("对象([甲乙丙丁])", html), key="甲乙丙丁".index)) == expected, query
        file = content_of(client.get(f"/access-log/export/?{query}")).decode()
        assert set(re.findall("对象([甲乙丙丁])", file)) == set(expected), query
    assert AccessEntry.objects.order_by("-pk")[0].reason == "自 明天"
