"""A roster's columns set by hand, and its import taken back: whole, but for what was changed since."""

from typing import Any

import pytest
from django.test import Client

from bihuan.base import clock
from bihuan.ledger.models import Batch
from bihuan.org.models import AccessEntry, Person, Post, Unit
from bihuan.org.tree import tree_on
from tests.cast import Cast
from tests.ledger.making import make_finding
from tests.web.test_administration import PEOPLE, counts, org, sent, text_of

UNITS = """代码,名称,类别,上级代码
330999103,松溪镇,镇,330999
330999103201,松口村,村,330999103
330999102,白石街道,镇,330999
"""


@pytest.fixture
def admin(clients: Any) -> Client:
    client: Client = clients("system_admin")
    return client


def brought_in(admin: Client, kind: str, content: str) -> str:
    url: str = sent(admin, kind, content)["Location"]
    assert admin.post(url).status_code == 302
    return url


def names(day: Any = None) -> set[str]:
    return {node.name for node in tree_on(day or clock.today()).nodes}


def test_columns_are_set_by_hand_where_the_heads_say_nothing(cast: Cast, admin: Client) -> None:
    heads = "代码,镇村,档次,隶属\n330999103,松溪镇,镇,330999\n"
    url = sent(admin, "units", heads)["Location"]
    html = text_of(admin.get(url))
    assert "没有找到：名称、类别、上级代码" in html
    assert admin.post(url).status_code == 422
    by_hand = {"columns": "1", "column-code": "0", "column-name": "1", "column-kind": "2", "column-parent": "3"}
    assert admin.post(url, by_hand | {"column-kind": "1"}).status_code == 422
    assert admin.post(url, {"columns": "1", "column-code": "99"}).status_code == 422
    assert admin.post(url, by_hand).status_code == 302
    assert counts(text_of(admin.get(url))) == [1, 0, 0, 0]
    admin.post(url)
    assert "松溪镇" in names()


def test_an_import_of_people_is_taken_back_whole(cast: Cast, admin: Client) -> None:
    before = org()
    url = brought_in(admin, "people", PEOPLE)
    assert admin.post(url, {"undo": "1"}).status_code == 302
    html = text_of(admin.get(url))
    assert "撤回 5 处" in html
    assert "留下" not in html
    person = Person.objects.get(username="zhouxin")
    assert not person.is_active
    assert not any(post.valid_to is None for post in person.posts.all())
    assert Person.objects.get(username="town").name == "陈青"
    rest = [row for row in org()[3] if row[0] != "zhouxin"]
    assert rest == before[3]
    assert admin.post(url, {"undo": "1"}).status_code == 422 or Batch.objects.get().state == Batch.State.UNDONE
    assert AccessEntry.objects.filter(what__contains="停用人员 周新").count() == 1


def test_what_was_changed_since_is_spared_and_named(cast: Cast, admin: Client) -> None:
    url = brought_in(admin, "people", PEOPLE)
    Person.objects.filter(username="zhouxin").update(last_login=clock.now())
    Person.objects.filter(username="town").update(phone="13900139000")
    Post.objects.filter(person__username="zhouxin", role="reviewer").update(valid_to=clock.today())
    admin.post(url, {"undo": "1"})
    html = text_of(admin.get(url))
    assert "撤回 2 处，留下 3 处" in html
    for told in ("新增人员 周新", "已经登录过", "陈青的姓名或电话", "以后又改过", "周新 任财政局审核", "以后另行免去"):
        assert told in html, told
    assert Person.objects.get(username="zhouxin").is_active
    assert Person.objects.get(username="town").name == "陈青青"


def test_an_import_of_units_is_taken_back_but_for_those_in_use(cast: Cast, admin: Client) -> None:
    url = brought_in(admin, "units", UNITS)
    assert {"松溪镇", "松口村", "白石街道"} <= names()
    make_finding(cast, responsible_unit="松溪镇")
    admin.post(url, {"undo": "1"})
    html = text_of(admin.get(url))
    assert "撤回 2 处，留下 1 处" in html
    assert "已有 1 条记录属于它" in html
    later = Unit.objects.get(code="330999103201").versions.get().valid_to
    assert later is not None
    assert names(later) == {*names(later)} - {"松口村", "白石街道"}
    assert {"松溪镇", "白石镇"} <= names(later)


def test_what_was_not_written_cannot_be_taken_back(cast: Cast, admin: Client, clients: Any) -> None:
    url = sent(admin, "people", PEOPLE)["Location"]
    assert admin.post(url, {"undo": "1", "columns": "1"}).status_code == 422
    assert not Person.objects.filter(username="zhouxin").exists()
    admin.post(url)
    assert clients("office").post(url, {"undo": "1"}).status_code == 403
    assert Batch.objects.get().state == Batch.State.DONE
