"""The system administrator's pages: the tree, the people, and both from a spreadsheet; and that nobody else gets there."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.models import Batch
from bihuan.ledger.roster import person_rows, unit_rows
from bihuan.org.models import AccessEntry, Person, Post, Unit, UnitVersion
from bihuan.org.separation import ADMINISTRATORS
from bihuan.org.tree import tree_on
from tests.cast import EVERYBODY, Cast
from tests.web.test_leaks import content_of

Clients = Callable[[str], Client]
TODAY = "2026-03-02"


@pytest.fixture
def admin(clients: Clients) -> Client:
    return clients("system_admin")


def text_of(answer: Any) -> str:
    return content_of(answer).decode()


def sent(client: Client, kind: str, content: str | bytes, *, on: str = TODAY, name: str = "名册.csv") -> Any:
    data = content.encode() if isinstance(content, str) else content
    url = reverse("roster_upload", args=[kind])
    return client.post(url, {"on": on, "file": SimpleUploadedFile(name, data)})


def counts(html: str) -> list[int]:
    """Created, updated, unchanged, failed, as the preview says."""
    return [int(number.replace(",", "")) for number in re.findall(r'<div class="v">([\d,]+)<small>行', html)]


def org() -> list[Any]:
    return [list(model.objects.order_by("pk").values_list()) for model in (Unit, UnitVersion, Post)] + [
        list(Person.objects.order_by("pk").values_list("username", "name", "phone", "is_active", "password"))
    ]


# Nobody else gets there.

SURE = {
    "admin_unit_new": ([], {"do": "found", "code": "x", "name": "新局", "kind": "bureau", "on": TODAY, "parent_name": "示范县"}),
    "admin_unit": (["town"], {"do": "merge", "into_name": "白石镇", "on": "2026-04-01"}),
    "admin_person_new": ([], {"username": "xin", "name": "新人", "unit_name": "青溪镇", "role": "leader", "on": TODAY}),
    "admin_person": (["outsider"], {"do": "appoint", "unit_name": "示范县", "role": "leader", "on": TODAY}),
    "admin_passwords": ([], {}),
}  # fmt: skip


def address(name: str, arguments: list[str], cast: Cast) -> str:
    found = [cast.town.pk if one == "town" else cast.people[one].pk for one in arguments]
    return reverse(name, args=found)


@pytest.mark.parametrize("login", [*sorted(set(EVERYBODY) - {"system_admin"}), ""])
def test_nobody_else_changes_units_or_people(login: str, cast: Cast, clients: Clients) -> None:
    before, client = org(), clients(login)
    for name, (arguments, data) in SURE.items():
        answer = client.post(address(name, arguments, cast), data | {"sure": "1"})
        assert answer.status_code == (403 if login else 302), name
    assert sent(client, "units", "代码,名称,类别,上级代码\nx,新局,局,330999\n").status_code == (403 if login else 302)
    assert org() == before
    assert not Batch.objects.exists()


@pytest.mark.parametrize("name", sorted(SURE))
def test_each_change_is_told_first_and_then_made(name: str, cast: Cast, admin: Client) -> None:
    arguments, data = SURE[name]
    url, before = address(name, arguments, cast), org()
    if name != "admin_passwords":
        assert "确认以前，什么都没有改" in text_of(admin.post(url, data))
        assert org() == before
        assert not AccessEntry.objects.filter(kind="admin").exists()
    answer = admin.post(url, data | {"sure": "1"})
    assert answer.status_code in (200, 302), text_of(answer)
    assert org() != before
    assert AccessEntry.objects.filter(kind="admin", actor_name="系统员").exists()


@pytest.mark.parametrize("do", ["appoint", "transfer", "relieve", "off", "card", "password"])
def test_an_administrator_does_nothing_to_themselves(do: str, cast: Cast, admin: Client) -> None:
    own, before = cast.people["system_admin"], org()
    data = {"do": do, "of": str(own.posts.get().pk), "unit_name": "示范县", "role": "leader", "on": TODAY, "name": "我"}
    answer = admin.post(reverse("admin_person", args=[own.pk]), data | {"sure": "1"})
    assert answer.status_code == 403
    assert "自己" in text_of(answer)
    assert org() == before


def test_the_page_makes_no_administrator(cast: Cast, admin: Client) -> None:
    url, before = reverse("admin_person", args=[cast.people["outsider"].pk]), org()
    assert "安全管理员</option>" not in text_of(admin.get(url))
    data = {"do": "appoint", "unit_name": "示范县", "role": "security_admin", "on": TODAY}
    answer = admin.post(url, data | {"sure": "1"})
    assert answer.status_code == 403 and "三员互不任命" in text_of(answer)
    rows = "登录名,姓名,单位,角色\nxin,新人,示范县,安全管理员\n"
    assert "三员互不任命" in text_of(admin.get(sent(admin, "people", rows)["Location"]))
    assert org() == before


def test_a_fault_is_told_at_its_input_and_keeps_what_was_typed(admin: Client) -> None:
    data = {"username": "新", "name": "新人", "unit_name": "青溪", "role": "leader", "on": TODAY}
    answer = admin.post(reverse("admin_person_new"), data)
    html = text_of(answer)
    assert answer.status_code == 422
    assert "“青溪”：没有这个单位" in html and 'value="新人"' in html


def test_the_lists_find_and_show_another_day(cast: Cast, admin: Client) -> None:
    admin.post(reverse("admin_unit", args=[cast.town.pk]), SURE["admin_unit"][1] | {"sure": "1"})
    url = reverse("admin_units")
    assert "青溪镇" in text_of(admin.get(url))
    assert "青溪镇" not in text_of(admin.get(f"{url}?on=2026-04-01"))
    ended = text_of(admin.get(f"{url}?show=ended&on=2026-04-01"))
    assert "青溪镇" in ended and "白石镇" in ended
    people = reverse("admin_people")
    assert "何上" in text_of(admin.get(f"{people}?unit=青溪镇&role=undertaker"))
    assert "沈审" not in text_of(admin.get(f"{people}?unit=青溪镇"))


def test_a_first_password_is_shown_once_and_opens(cast: Cast, admin: Client) -> None:
    person = cast.people["town"]
    html = text_of(admin.post(reverse("admin_person", args=[person.pk]), {"do": "password"}))
    (password,) = re.findall(r"初始密码：</strong> (\S+)", html)
    person.refresh_from_db()
    assert person.check_password(password)
    assert password not in text_of(admin.get(reverse("admin_person", args=[person.pk])))
    assert not any(password in entry.what for entry in AccessEntry.objects.all())


def test_first_passwords_for_all_come_as_a_workbook(cast: Cast, admin: Client) -> None:
    answer = admin.post(reverse("admin_passwords"))
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert {row[0] for row in rows[1:]} == set(EVERYBODY) - {"outsider", *ADMINISTRATORS}
    for login, _, password in rows[1:3]:
        assert Person.objects.get(username=login).check_password(password)


# From a spreadsheet.

UNITS = """某县机构名册
单位编码,单位名称,单位类型,隶属单位,备注
330999105201,上坪村,行政村,松溪镇,在前
330999105,松溪镇,镇,330999,新设
330999101,青溪街道,街道,示范县,改名
330999102,白石镇,乡镇街道,330999,
"""


def test_units_come_in_by_their_heads_and_only_once(cast: Cast, admin: Client) -> None:
    preview = sent(admin, "units", UNITS)["Location"]
    html, before = text_of(admin.get(preview)), org()
    assert counts(html) == [2, 1, 1, 0]
    assert "<del>青溪镇</del> <ins>青溪街道</ins>" in html
    assert "没有用到：备注" in html
    assert org() == before
    assert admin.post(preview).status_code == 302
    tree = tree_on(clock.today())
    assert tree.path(tree.by_code["330999105201"].pk) == "松溪镇 / 上坪村"
    assert tree.by_code["330999101"].name == "青溪街道"
    assert "已导入" in text_of(admin.get(preview))
    after = org()
    admin.post(preview)
    again = sent(admin, "units", UNITS)["Location"]
    html = text_of(admin.get(again))
    assert counts(html) == [0, 0, 4, 0] and "没有新的内容" in html
    assert admin.post(again).status_code == 422
    assert org() == after


@pytest.mark.parametrize(
    ("row", "cell", "words"),
    [
        ("105,松溪镇,部落,330999", "C2", "单位类别“部落”不存在"),
        ("105,松溪镇,镇,青溪", "D2", "上级“青溪”不存在"),
        ("105,松溪镇,镇,新民村", "D2", "有 2 个单位叫“新民村”"),
        ("105,松溪镇,镇,", "D2", "“上级代码”必须填写"),
        ("105,,镇,330999", "B2", "“名称”必须填写"),
        ("330999101,青溪镇,镇,上河村", "D2", "挂在自己或它的下级之下"),
        ("105,甲,镇,330999\n105,乙,镇,330999", "A3", "代码与第 2 行重复"),
        ("105,甲,部落,330999\n106,乙,村,105", "D3", "它的上级在表里有错"),
    ],
)
def test_a_bad_row_of_units_is_named_by_its_cell(cast: Cast, admin: Client, row: str, cell: str, words: str) -> None:
    preview = sent(admin, "units", f"代码,名称,类别,上级代码\n{row}\n")["Location"]
    html, before = text_of(admin.get(preview)), org()
    assert f'<td class="mono head">{cell}</td>' in html
    assert words in html
    answer = admin.post(preview)
    assert answer.status_code == 422 and "一行有错，全部不写" in text_of(answer)
    assert org() == before
    marked: Any = admin.get(reverse("roster_marked", args=[Batch.objects.get().pk]))
    book = openpyxl.load_workbook(BytesIO(b"".join(marked)))
    assert any(one.comment for line in book.active for one in line)


PEOPLE = """登录名,姓名,手机号码,所在单位,岗位角色
zhouxin,周新,13800138000,青溪镇,承办、经办
zhouxin,周新,13800138000,财政局,审核
town,陈青青,,青溪镇,承办
village,何上,,上河村,承办
"""


def test_people_come_in_with_their_posts_and_only_once(cast: Cast, admin: Client) -> None:
    preview = sent(admin, "people", PEOPLE)["Location"]
    html = text_of(admin.get(preview))
    assert counts(html) == [1, 2, 1, 0]
    assert "<del>陈青</del> <ins>陈青青</ins>" in html
    admin.post(preview)
    posts = Post.objects.filter(person__username="zhouxin").order_by("pk")
    assert [(post.unit.code, post.role) for post in posts] == [
        ("330999101", "undertaker"),
        ("330999101", "handler"),
        ("330999-CZ", "reviewer"),
    ]
    assert Person.objects.get(username="town").name == "陈青青"
    assert counts(text_of(admin.get(sent(admin, "people", PEOPLE)["Location"]))) == [0, 0, 4, 0]


@pytest.mark.parametrize(
    ("row", "cell", "words"),
    [
        ("zhou,周新,,青溪,承办", "D2", "没有单位“青溪”"),
        ("zhou,周新,,新民村,承办", "D2", "有 2 个单位叫“新民村”"),
        ("zhou,周新,,青溪镇,承包", "E2", "没有角色“承包”"),
        ("zhou,周新,1380013800,青溪镇,承办", "C2", "手机号码应为 11 位"),
        ("周新,周新,,青溪镇,承办", "A2", "登录名用"),
        ("zhou,周新,,青溪镇,", "E2", "单位和角色要一起填"),
        ("audit_admin,审计员,,示范县,领导", "E2", "三员不兼业务岗位"),
        ("audit_admin,审计员,,示范县,安全管理员", "E2", "三员不兼任"),
        ("system_admin,系统员二,,,", "A2", "这是您自己的帐号"),
        ("zhou,周新,,青溪镇,承办\nzhou,周旧,,青溪镇,经办", "B3", "姓名和手机要一致"),
    ],
)
def test_a_bad_row_of_people_is_named_by_its_cell(cast: Cast, admin: Client, row: str, cell: str, words: str) -> None:
    preview = sent(admin, "people", f"登录名,姓名,手机,单位,角色\n{row}\n")["Location"]
    html, before = text_of(admin.get(preview)), org()
    assert f'<td class="mono head">{cell}</td>' in html
    assert words in html
    assert admin.post(preview).status_code == 422
    assert org() == before


@pytest.mark.parametrize("kind", ["units", "people"])
def test_what_is_there_goes_out_and_comes_back_unchanged(kind: str, cast: Cast, admin: Client) -> None:
    content = b"".join(admin.get(reverse("roster_template", args=[kind]) + "?now=1"))
    html = text_of(admin.get(sent(admin, kind, content, name="现状.xlsx")["Location"]))
    created, updated, unchanged, failed = counts(html)
    assert (created, updated, failed) == (0, 0, 0)
    assert unchanged >= 9


@pytest.mark.parametrize("kind", ["units", "people"])
def test_a_file_that_is_no_roster_is_refused_in_words(kind: str, admin: Client) -> None:
    for content, words in ((b"", "空"), ("甲,乙\n1,2\n".encode(), "表中没有这些列"), (b"%PDF-1.7\n", "PDF")):
        answer = sent(admin, kind, content)
        assert answer.status_code == 422
        assert words in text_of(answer)
    assert not Batch.objects.exists()


def test_the_blank_form_says_what_each_column_takes(admin: Client) -> None:
    for kind, fields in (("units", unit_rows.FIELDS), ("people", person_rows.FIELDS)):
        content = b"".join(admin.get(reverse("roster_template", args=[kind])))
        book = openpyxl.load_workbook(BytesIO(content))
        assert [cell.value for cell in book.worksheets[0][1]] == [one.title for one in fields]
        assert book.worksheets[1].max_row == len(fields) + 1
