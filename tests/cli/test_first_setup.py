"""From a bare home to a working county: three commands, and all the rest on pages, as docs/administration.md says it."""

import io
import re
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.models import Ledger, Record
from bihuan.org.models import AccessEntry, Person, Unit
from tests.cast import MONDAY
from tests.cli.typing_in import Typing

UNITS = "代码,名称,类别,上级\n330999-SJ,审计局,局,示范县\n330999101,青溪镇,镇,示范县\n"
PEOPLE = "登录名,姓名,单位,角色\njingban,童经,审计局,经办、审核\nchengban,陈青,青溪镇,承办\n"
LEDGER = "编号,问题,责任单位,整改期限\nZ1,公墓未投用,青溪镇,2026-04-01\n"


def administrator(type_in: Typing, login: str, role: str, monkeypatch: pytest.MonkeyPatch, *more: str) -> Client:
    monkeypatch.setattr("sys.stdin", io.StringIO("Qing-xi-liu-9shui\n"))
    answer = type_in("user", "add", login, "某人", "--unit", "330999", "--role", role, "--password-stdin", *more)
    assert answer.status == 0, answer.err
    return signed_in(login)


def signed_in(login: str) -> Client:
    client = Client()
    client.force_login(Person.objects.get(username=login))
    return client


def import_roster(client: Client, kind: str, content: str) -> None:
    file = SimpleUploadedFile("表.csv", content.encode())
    sent: Any = client.post(reverse("roster_upload", args=[kind]), {"on": "2026-01-01", "file": file})
    assert client.post(sent["Location"]).status_code == 302


@pytest.mark.django_db
def test_a_bare_home_becomes_a_working_county(type_in: Typing, monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.fixed(MONDAY):
        system = administrator(type_in, "xitong", "系统管理员", monkeypatch, "--county", "示范县")
        security = administrator(type_in, "anquan", "安全管理员", monkeypatch)
        audit = administrator(type_in, "shenji", "审计管理员", monkeypatch)
        import_roster(system, "units", UNITS)
        import_roster(system, "people", PEOPLE)
        book = openpyxl.load_workbook(BytesIO(system.post(reverse("admin_passwords")).content))
        passwords = {row[0]: row[2] for row in book.active.iter_rows(min_row=2, values_only=True)}
        assert set(passwords) == {"jingban", "chengban"}
        assert Person.objects.get(username="jingban").check_password(passwords["jingban"])
        scope = {"role": "undertaker", "ledger": "", "scope": "unit", "sure": "1"}
        assert security.post(reverse("admin_scopes"), scope).status_code == 302

        clerk = signed_in("jingban")
        sent: Any = clerk.post("/import/", {"ledger": "", "file": SimpleUploadedFile("问题.csv", LEDGER.encode())})
        columns = clerk.get(sent["Location"]).content.decode()
        chosen = re.findall(
            r'<select class="form-select" name="((?:column|kind)-\d+)".*?<option value="([^"]*)" selected',
            columns,
            re.DOTALL,
        )
        preview: Any = clerk.post(sent["Location"], {**dict(chosen), "title": "问题台账", "key": "0"})
        assert preview.status_code == 302
        clerk.post(preview["Location"], {"commit": "1"})
        assert Ledger.objects.get().title == "问题台账"
        record = Record.objects.get()
        assert record.unit == Unit.objects.get(code="330999101")
        assert signed_in("chengban").get(f"/records/{record.pk}/").status_code == 200
        log = audit.get(f"{reverse('access_log')}?kind=admin").content.decode()
        for words in ("任命 陈青（chengban）为青溪镇承办", "新增单位 青溪镇", "重置密码", "数据范围：承办"):
            assert words in log


@pytest.mark.django_db
def test_a_county_is_founded_once(type_in: Typing, monkeypatch: pytest.MonkeyPatch) -> None:
    administrator(type_in, "xitong", "系统管理员", monkeypatch, "--county", "示范县")
    answer = type_in("user", "add", "b", "乙", "--unit", "x", "--role", "领导", "--no-password", "--county", "另一县")
    assert answer.status == 1 and "已经有单位了" in answer.err
    assert not Person.objects.filter(username="b").exists()
    told = AccessEntry.objects.order_by("pk").values_list("actor_name", "what")
    assert [what for name, what in told if name == "命令行"] == [entry[1] for entry in told]
    assert any("系统管理员" in what for _, what in told)
