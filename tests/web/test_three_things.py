"""Zero, blank and 未报 through grid, form, filter builder, files and figures."""

import csv
import json
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from bihuan.figure.clocks import clocks
from bihuan.figure.installing import install_figures
from bihuan.figure.period import Period
from bihuan.figure.queries import ask
from bihuan.figure.rules import Reach
from bihuan.figure.spec import FigureSpec
from bihuan.ledger.models import Ledger
from bihuan.loop.actions import create_record
from tests.cast import Cast
from tests.ledger.making import findings, make_ledger

FIELDS = (
    {"code": "no", "title": "代号", "kind": "text", "required": True},
    {"code": "amount", "title": "产值", "kind": "money", "unreported": True},
    {"code": "share", "title": "占比", "kind": "percent", "unreported": True},
    {"code": "people", "title": "人数", "kind": "integer", "unreported": True},
    {"code": "area", "title": "面积", "kind": "number", "measure": "亩", "unreported": True},
)


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    ledger = make_ledger(cast.office, code="demo.output", fields=FIELDS, loop=None, key=["no"])
    for no, typed in (("零", "0"), ("空", ""), ("未报", "未报"), ("三", "3")):
        fields = {"no": no, "amount": typed, "share": typed, "people": typed, "area": typed}
        create_record(actor=cast["office"], ledger=ledger, fields=fields)
    return ledger


def save(client: Client, *cells: tuple[int, str, str, str]) -> Any:
    sent = [dict(zip(("record", "code", "text", "before"), cell, strict=True)) for cell in cells]
    url = "/ledgers/demo.output/grid/save/"
    return client.post(url, json.dumps({"cells": sent}), content_type="application/json").json()


def test_the_grid_shows_and_takes_the_three(cast: Cast, ledger: Ledger, clients: Callable[[str], Client]) -> None:
    client, ids = clients("office"), {record.data["no"]: record.pk for record in ledger.records.all()}
    rows = {row["id"]: str(row) for row in client.get("/ledgers/demo.output/grid/rows/?start=0&count=9").json()["rows"]}
    assert ["未报'" in rows[ids[no]].replace('"', "'") for no in ("零", "空", "三")] == [False] * 3
    assert rows[ids["未报"]].count("未报") > 4
    saved = save(
        client, (ids["零"], "amount", "未报", "0"), (ids["未报"], "people", "0", "未报"), (ids["三"], "area", "", "3")
    )
    assert (saved["faults"], saved["collisions"], len(saved["saved"])) == ([], [], 3)
    data = {record.data["no"]: record.data for record in ledger.records.all()}
    assert (data["零"].get("amount"), data["零"]["amount_unreported"]) == (None, True)
    assert (data["未报"]["people"], "people_unreported" in data["未报"]) == (0, False)
    assert not {"area", "area_unreported"} & set(data["三"])
    assert findings(ledger) == []


def test_the_form_shows_the_three(cast: Cast, ledger: Ledger, clients: Callable[[str], Client]) -> None:
    client = clients("office")
    for record in ledger.records.all():
        page = client.get(f"/records/{record.pk}/edit/").content.decode()
        posted = {"no": record.data["no"], "version": record.version}
        for field in FIELDS[1:]:
            assert ('value="未报"' in page) == (record.data["no"] == "未报")
            posted[str(field["code"])] = {"零": "0", "空": "", "未报": "未报", "三": "3"}[record.data["no"]]
        client.post(f"/records/{record.pk}/edit/", posted)
        assert record.events.count() == 1


def test_files_tell_the_three_apart(cast: Cast, ledger: Ledger, clients: Callable[[str], Client]) -> None:
    answer: Any = clients("office").get("/ledgers/demo.output/export/?all=1&format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = [
        row
        for row in csv.reader(StringIO(text))
        if "代号" in row or (row[1:2] and row[1] in ("零", "空", "未报", "三"))
    ]
    told = {row[rows[0].index("代号")]: row for row in rows[1:]}
    at = next(place for place, head in enumerate(rows[0]) if head.startswith("人数"))
    assert {no: row[at] for no, row in told.items()} == {"零": "0", "空": "", "未报": "未报", "三": "3"}


def test_a_figure_counts_none_of_the_unknown_as_zero(cast: Cast, ledger: Ledger) -> None:
    specs: dict[str, dict[str, Any]] = {
        "output.sum": {"title": "产值", "of": "output", "measure": "sum(amount)", "at": "end"},
        "output.mean": {"title": "人均", "of": "output", "measure": "avg(people)", "at": "end"},
        "output.zero": {"title": "报零的", "of": "output", "where": "people = 0", "at": "end"},
        "output.silent": {"title": "未报的", "of": "output", "where": "people_unreported", "at": "end"},
        "output.blank": {
            "title": "没填的",
            "of": "output",
            "where": "people is null and not coalesce(people_unreported, false)",
            "at": "end",
        },
    }
    codes = [f"demo.{code}" for code in specs]
    made = {code: FigureSpec.model_validate(spec) for code, spec in zip(codes, specs.values(), strict=True)}
    install_figures(pack="demo", specs=made, owner=cast.office, origin="pack")
    period = Period(date(2026, 1, 1), date(2026, 12, 31))
    found = ask(codes, [period], clocks(), Reach(cast["office"]))
    numbers = [found.value(code, None, period).number for code in codes]
    assert numbers == [Fraction(3), Fraction(3, 2), 1, 1, 1]


def test_the_filter_builder_asks_for_each(cast: Cast, ledger: Ledger, clients: Callable[[str], Client]) -> None:
    client = clients("office")
    for where, told in (
        ("人数 = 0", ["零"]),
        ("人数未报", ["未报"]),
        ("人数 is null and 人数未报 is null", ["空"]),
    ):
        rows = client.get("/ledgers/demo.output/grid/rows/", {"start": "0", "count": "9", "where": where}).json()[
            "rows"
        ]
        assert len(rows) == len(told)
    assert "人数未报" in client.get("/ledgers/demo.output/conditions/").content.decode()
