"""`bihuan verify` and `bihuan rebuild`: what was changed from outside is found, named, and put right."""

from pathlib import Path

import pytest
from django.db import connection

from bihuan.ledger.models import Record
from bihuan.loop.actions import create_record
from bihuan.org.access_guard import unguard_statements
from bihuan.org.access_log import Kind, log_access
from bihuan.org.models import AccessEntry
from tests.cast import Cast
from tests.cli.test_ledgers_units import FINDING
from tests.cli.typing_in import Typing


@pytest.fixture
def record(cast: Cast) -> Record:
    return create_record(
        actor=cast["colleague"], ledger=cast.finding, fields={**FINDING, "problem_no": "1", "title": "闲置"}
    )


def tamper(record: Record) -> None:
    """Change an event behind the program's back, as one who owns the database could."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_event'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("UPDATE ledger_event SET reason = 'changed' WHERE record_id = %s", [record.pk])


def test_an_untouched_chain_holds(cast: Cast, record: Record, type_in: Typing) -> None:
    log_access(Kind.SIGN_IN, "登录", by=cast["town"])
    assert type_in("verify").out == "核对了 1 个台账、1 个事件、1 条访问日志：没有发现改动。\n"
    found = type_in("verify", "--json").json
    assert found == {
        "ok": True, "ledgers": [{"code": "audit.finding", "events": 1}], "access_log": 1, "findings": []
    }  # fmt: skip


FORGERIES = (
    "UPDATE org_accessentry SET what = 'x' WHERE id = (SELECT MIN(id) FROM org_accessentry)",
    "DELETE FROM org_accessentry WHERE id = (SELECT MAX(id) FROM org_accessentry)",
    "DELETE FROM org_accessentry",
    "UPDATE org_accesshead SET count = count - 1",
)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_an_altered_access_log_is_found(forgery: str, cast: Cast, type_in: Typing) -> None:
    for _ in range(3):
        log_access(Kind.VIEW, "记录", by=cast["office"])
    with connection.cursor() as cursor:
        for statement in unguard_statements(connection.vendor):
            cursor.execute(statement)
        cursor.execute(forgery)
    answer = type_in("verify")
    assert answer.status == 1
    assert "访问日志：" in answer.out


def test_an_export_of_whole_personal_data_is_logged(
    cast: Cast, record: Record, type_in: Typing, tmp_path: Path
) -> None:
    words = ("export", "audit.finding", "-o", tmp_path / "a.csv")
    refused = type_in(*words, "--unmask", "看")
    assert (refused.status, "至少 4 个字" in refused.err, (tmp_path / "a.csv").exists()) == (1, True, False)
    assert not AccessEntry.objects.exists()
    assert type_in(*words, "--unmask", "上级核查要求").status == 0
    found = list(AccessEntry.objects.order_by("pk").values_list("kind", "reason"))
    assert found == [(Kind.UNMASK, "上级核查要求"), (Kind.EXPORT, "上级核查要求")]
    assert AccessEntry.objects.filter(actor_name__startswith="命令行").count() == 2


def test_an_altered_event_is_named(record: Record, type_in: Typing) -> None:
    tamper(record)
    answer = type_in("verify")
    assert answer.status == 1
    assert f"audit.finding 事件 1：内容与哈希不符，被改动过（记录 {record.pk}）" in answer.out
    assert "发现 1 处改动" in answer.out
    found = type_in("verify", "--json")
    assert (found.status, found.json["ok"], found.json["findings"][0]["place"]) == (1, False, "事件 1")


def test_an_altered_record_is_found_and_put_right(record: Record, type_in: Typing) -> None:
    assert type_in("rebuild", "--check").out == "核对了 1 个台账、1 条记录：与事件完全一致。\n"
    Record.objects.filter(pk=record.pk).update(state="cleared")
    check = type_in("rebuild", "--check")
    assert (check.status, f"记录 {record.number}：与事件不符：state" in check.out) == (1, True)
    assert Record.objects.get(pk=record.pk).state == "cleared"
    listed = type_in("rebuild", "--check", "--json").json
    assert (listed["ok"], len(listed["findings"]), listed["mended"]) == (False, 1, 0)
    assert type_in("rebuild").out == "重建了 1 个台账、1 条记录：改正 1 条。\n"
    assert Record.objects.get(pk=record.pk).state == "found"
    assert type_in("rebuild", "--check").status == 0
