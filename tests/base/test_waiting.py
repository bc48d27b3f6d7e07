"""A write that may be left out does not wait for one that holds the database."""

import sqlite3
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from bihuan.base import clock
from bihuan.base.waiting import if_free
from bihuan.org.models import SignIn


@pytest.mark.django_db(transaction=True)
def test_a_page_does_not_wait_for_a_long_write() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("只有 SQLite 一次只许一个写入")
    now = clock.now()
    told = {"session_key": "k" * 32, "session_data": "", "expire_date": now, "idle_seconds": 1_800}
    row = SignIn.objects.create(**told, begun_at=now, seen_at=now)
    other = sqlite3.connect(connection.settings_dict["NAME"], uri=True, isolation_level=None)
    other.execute("begin immediate")
    start = time.monotonic()
    try:
        with if_free():
            SignIn.objects.filter(pk=row.pk).update(seen_at=now + timedelta(minutes=5))
    finally:
        other.execute("rollback")
        other.close()
    assert time.monotonic() - start < 10
    row.refresh_from_db()
    assert row.seen_at == now
    with if_free():
        SignIn.objects.filter(pk=row.pk).update(seen_at=now + timedelta(minutes=5))
    row.refresh_from_db()
    assert row.seen_at == now + timedelta(minutes=5)


@pytest.mark.django_db
def test_another_fault_is_not_hidden() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("只有 SQLite 一次只许一个写入")
    with pytest.raises(OperationalError, match="no such table"), if_free():
        connection.cursor().execute("select * from nothing_of_the_kind")
