"""The pages beside a matter: how a loop goes, and who stands in for whom."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from bihuan.base import clock
from bihuan.ledger.models import Record
from bihuan.loop.actions import create_record, edit_record, perform
from bihuan.loop.brought import Said
from bihuan.loop.definitions import install_loop
from bihuan.loop.spec import LoopSpec
from bihuan.org.models import Absence
from tests.cast import EVERYBODY, MONDAY, Cast
from tests.ledger.making import SHORT_LOOP, TASK_FIELDS, TASK_PARTS, make_ledger

Clients = Callable[[str], Client]
URL = "/ledgers/demo.task/loop/"
LOOP = {**SHORT_LOOP, "recheck": {"percent": 50}, "doubles": {"match": ["name"]}}
LOOP["verbs"] = [
    *SHORT_LOOP["verbs"],
    {"code": "pass", "title": "通过", "from": ["closed"], "effect": "recheck_pass", "who": [{"role": ["reviewer"], "unit": "owner"}]},
    {"code": "fail", "title": "不通过", "from": ["closed"], "effect": "recheck_fail", "who": [{"role": ["reviewer"], "unit": "owner"}]},
]  # fmt: skip


@pytest.fixture
def matters(cast: Cast) -> list[Record]:
    """Five of one name: two closed, two under way, one waiting; the deadline is ten working days, to 16 March."""
    ledger = make_ledger(cast.office, fields=TASK_FIELDS, loop=LOOP, **TASK_PARTS)
    rows = [
        create_record(
            actor=cast["office"], ledger=ledger, fields={"no": f"A{n}", "name": "同名", "responsible": "青溪镇"}
        )
        for n in range(5)
    ]
    for row, verbs in zip(rows, (("start", "finish"),) * 2 + (("start",),) * 2 + ((),), strict=True):
        for verb in verbs:
            perform(actor=cast["office"], pk=row.pk, verb=verb, said=Said())
    return rows


def test_days_doubles_and_who_lets_it_turn_red(cast: Cast, clients: Clients, matters: list[Record]) -> None:
    with clock.fixed(MONDAY + timedelta(days=20)):
        html = clients("office").get(URL).content.decode()
    assert "可能重复的事项" in html
    assert all(row.number in html for row in matters[2:])
    assert "抽 50%" in html
    # Two matters of ten working days: red from the end of 16 March to nine in the morning of the 22nd, 5.4 days each.
    assert "主管部门 10.8 天" in html
    assert "审计局 10.8 天" in html


def test_steps_that_were_passed_over_say_so(cast: Cast, clients: Clients) -> None:
    steps = [*SHORT_LOOP["steps"][:1], {"code": "meeting", "title": "上会"}, *SHORT_LOOP["steps"][1:]]
    verbs = [*SHORT_LOOP["verbs"], {**SHORT_LOOP["verbs"][0], "code": "meet", "title": "上会", "to": "meeting"}]
    verbs.append({**SHORT_LOOP["verbs"][0], "code": "on", "title": "会后", "from": ["meeting"]})
    loop = {**SHORT_LOOP, "steps": steps, "verbs": verbs}
    ledger = make_ledger(cast.office, fields=TASK_FIELDS, loop=loop, **TASK_PARTS)
    told = []
    for number, ways in enumerate((("start",), ("meet", "on"))):
        fields = {"no": f"B{number}", "name": "过", "responsible": "青溪镇"}
        record = create_record(actor=cast["office"], ledger=ledger, fields=fields)
        for verb in ways:
            perform(actor=cast["office"], pk=record.pk, verb=verb, said=Said())
        told.append("未经过" in clients("office").get(f"/records/{record.pk}/").content.decode())
    assert told == [True, False]


def test_drawing_and_moving_by_the_page(cast: Cast, clients: Clients, matters: list[Record]) -> None:
    client = clients("office")
    span = {"draw": "1", "start": "2026-03-01", "end": "2026-03-31"}
    assert client.post(URL, span).status_code == 422
    assert client.post(URL, {**span, "seed": "公告"}).status_code == 302
    assert Record.objects.filter(loop__has_key="recheck").count() == 1
    steps = [{"code": "doing", "title": "在办"} if step["code"] == "open" else step for step in SHORT_LOOP["steps"][:1]]
    steps += [{"code": "closed", "title": "已销号", "closed": True}]
    who = [{"role": ["reviewer"], "unit": "owner"}]
    fresh = {
        **SHORT_LOOP,
        "steps": steps,
        "verbs": [{"code": "end", "title": "销号", "from": ["doing"], "to": "closed", "who": who}],
    }
    install_loop(ledger=matters[0].ledger, spec=LoopSpec.model_validate(fresh))
    html = client.get(URL).content.decode()
    assert "第 1 版</b>在办 3 件" in html
    assert "没有了环节“待办”" in html
    assert client.post(URL, {"move": "1", "step-open": ""}).status_code == 422
    assert client.post(URL, {"move": "1", "step-open": "doing"}).status_code == 302
    assert set(Record.objects.filter(closed_at__isnull=True).values_list("state", "loop__v")) == {("doing", 2)}


def test_a_level_must_sign_within_its_days(cast: Cast, clients: Clients) -> None:
    receive = {"code": "receive", "title": "签收", "from": ["doing"], "effect": "receive", "level": "unit"}
    loop = {
        **SHORT_LOOP,
        "levels": [{**SHORT_LOOP["levels"][0], "answer_days": 2, "count": "working"}, *SHORT_LOOP["levels"][1:]],
        "verbs": [*SHORT_LOOP["verbs"], {**receive, "who": [{"role": ["undertaker"], "unit": "responsible"}]}],
    }
    ledger = make_ledger(cast.office, loop=loop)
    record = create_record(actor=cast["office"], ledger=ledger, fields={"no": "A1", "responsible": "青溪镇"})
    perform(actor=cast["office"], pk=record.pk, verb="start", said=Said())
    url = f"/records/{record.pk}/"
    assert "2026-03-04 前签收<" in clients("town").get(url).content.decode()
    with clock.fixed(MONDAY + timedelta(days=3)):
        assert "2026-03-04 前签收，已超时" in clients("town").get(url).content.decode()
    perform(actor=cast["office"], pk=record.pk, verb="press", said=Said(reason="督办"))
    perform(actor=cast["town"], pk=record.pk, verb="receive", said=Said())
    assert "前签收" not in clients("town").get(url).content.decode()


def test_a_level_without_a_unit_is_not_called_upon(cast: Cast, clients: Clients) -> None:
    receive = {"code": "receive", "title": "签收", "from": ["doing"], "effect": "receive", "level": "unit"}
    receive["who"] = [{"role": ["undertaker"], "unit": "responsible"}]
    ledger = make_ledger(cast.office, loop={**SHORT_LOOP, "verbs": [*SHORT_LOOP["verbs"], receive]})
    nobody = create_record(actor=cast["office"], ledger=ledger, fields={"no": "A1"})
    town = create_record(actor=cast["office"], ledger=ledger, fields={"no": "A2", "responsible": "青溪镇"})
    for record in (nobody, town):
        perform(actor=cast["office"], pk=record.pk, verb="start", said=Said())
    assert "未签收" not in clients("office").get(f"/records/{nobody.pk}/").content.decode()
    assert "未签收" in clients("office").get(f"/records/{town.pk}/").content.decode()


def test_a_verb_that_its_guard_keeps_back_is_no_button_but_says_why(cast: Cast, clients: Clients) -> None:
    start, *rest = SHORT_LOOP["verbs"]
    guarded = {**start, "guard": "amount > 1", "guard_message": "金额还没有填"}
    ledger = make_ledger(cast.office, loop={**SHORT_LOOP, "verbs": [guarded, *rest]})
    record = create_record(actor=cast["office"], ledger=ledger, fields={"no": "A1", "responsible": "青溪镇"})
    url, verb = f"/records/{record.pk}/", f"/records/{record.pk}/do/start/"
    html = clients("office").get(url).content.decode()
    assert verb not in html
    assert f"还不能“{start['title']}”：金额还没有填" in html
    assert clients("office").get(verb).status_code == 403
    assert "金额还没有填" not in clients("town").get(url).content.decode(), "it is not theirs anyway"
    edit_record(actor=cast["office"], record=record, fields={"amount": "5"})
    html = clients("office").get(url).content.decode()
    assert verb in html and "金额还没有填" not in html


@pytest.mark.parametrize("login", [login for login in EVERYBODY if login != "office"])
def test_nobody_else_draws_or_moves(login: str, cast: Cast, clients: Clients, matters: list[Record]) -> None:
    client = clients(login)
    for asked in ({"draw": "1", "start": "2026-03-01", "end": "2026-03-31", "seed": "一"}, {"move": "1"}):
        assert client.post(URL, asked).status_code in (403, 404, 409)
    assert not Record.objects.filter(loop__has_key="recheck").exists()


def test_a_deputy_is_named_and_recalled_by_the_page(cast: Cast, clients: Clients) -> None:
    client = clients("office")
    asked = {"deputy": "童经", "start": "2026-03-02", "end": "2026-03-05", "reason": "公出"}
    assert client.post("/away/", {**asked, "deputy": "没有的人"}).status_code == 422
    assert client.post("/away/", {**asked, "end": "2026-02-05"}).status_code == 422
    assert client.post("/away/", asked).status_code == 302
    assert "童经" in client.get("/away/").content.decode()
    assert "沈审" in clients("colleague").get("/away/").content.decode()
    absence = Absence.objects.get()
    assert clients("town").post("/away/", {"recall": absence.pk}).status_code == 404
    assert client.post("/away/", {"recall": absence.pk}).status_code == 302
    assert not Absence.objects.exists()
