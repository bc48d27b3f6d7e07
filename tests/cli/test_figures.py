"""`bihuan figures`, `figure`, `open`, `explain` and `lake`: what they say, as tables and as JSON."""

from datetime import timedelta

import pytest

from bihuan.base import clock
from bihuan.base.home import room
from bihuan.figure.actions import approve_period
from bihuan.figure.lake.absorbing import folder_of
from bihuan.figure.lake.beside import NAME, parsed_beside
from bihuan.figure.period import parse_period
from bihuan.ledger.models import Record
from bihuan.loop.actions import edit_record
from tests.cast import MONDAY, Cast
from tests.cli.typing_in import Typing
from tests.figure.county import FIGURES, install, some_findings


@pytest.fixture(autouse=True)
def figures(cast: Cast) -> None:
    install(cast)
    some_findings(cast)


def test_the_library_and_its_values(cast: Cast, type_in: Typing) -> None:
    assert "demo.total" in type_in("figures", "--pack", "demo").out
    listed = type_in("figures", "--pack", "demo", "--json").json["figures"]
    assert [line["code"] for line in listed] == sorted(FIGURES)
    told = type_in("figures", "--pack", "demo", "--values", "--period", "2026", "--json").json
    values = {cell["figure"]: cell["value"] for cell in told["values"]}
    assert values["demo.total"] == "4"
    assert values["demo.rate"] == "50.00"
    assert values["demo.league"] is None
    assert "—" in type_in("figures", "--pack", "demo", "--values").out


def test_a_value_by_unit_by_month_and_by_field(cast: Cast, type_in: Typing) -> None:
    by_unit = type_in("figure", "demo.total", "--period", "2026", "--by", "unit", "--json").json["values"]
    assert {cell["unit_name"]: cell["value"] for cell in by_unit if cell["value"] != "0"} == {
        "全部": "4",
        "青溪镇": "3",
        "白石镇": "1",
    }
    by_month = type_in("figure", "demo.total", "--period", "2026-Q1", "--by", "month", "--json").json["values"]
    assert [cell["value"] for cell in by_month] == ["2", "2", "0"]
    by_level = type_in("figure", "demo.total", "--period", "2026", "--by", "level", "--json").json["values"]
    assert [(cell["by"]["title"], cell["value"]) for cell in by_level] == [("市本级", "4")]
    third = type_in("figure", "demo.rate", "--unit", cast.town.code, "--json").json["values"][0]
    assert (third["value"], third["exact"]) == ("33.33", "100/3")
    assert "大额占比" in type_in("figure", "demo.rate").out


def test_a_value_opens_its_records(cast: Cast, type_in: Typing) -> None:
    opened = type_in("open", "demo.rate", "--period", "2026", "--json").json["opened"]
    assert [(part["figure"], part["count"]) for part in opened] == [("demo.large", 2), ("demo.total", 4)]
    assert opened[0]["records"][0]["number"] == "SJ-2026-0001"
    assert "SJ-2026-0001" in type_in("open", "demo.total", "--period", "2026").out


def test_a_part_opens_its_own_records(cast: Cast, type_in: Typing) -> None:
    """Every line that `figure --by` lists is opened by `open --by --part`, with the same number."""
    for by, named in (("level", "title"), ("unit", "unit"), ("month", "period"), ("colour", "value")):
        for cell in type_in("figure", "demo.rate", "--period", "2026-Q1", "--by", by, "--json").json["values"]:
            part = cell["by"][named] if "by" in cell else cell[named]
            if part is not None:
                asked = ("--period", "2026-Q1", "--by", by, "--part", part)
                told = type_in("open", "demo.rate", *asked, "--json").json
                assert told["value"] == cell
                assert told["opened"][0]["count"] == cell["records"]
    asked = ("open", "demo.total", "--period", "2026", "--by", "level")
    assert "市本级：4 个" in type_in(*asked, "--part", "市本级").out
    assert "没有“村级”这个值；有 市本级" in type_in(*asked, "--part", "村级").err
    assert "要一起写" in type_in(*asked).err
    assert "不能再写 --unit" in type_in("open", "demo.total", "--unit", "1", "--by", "unit", "--part", "1").err


def test_definitions_are_explained_and_mistakes_told(cast: Cast, type_in: Typing) -> None:
    assert "大于等于 100" in type_in("explain", "demo.large").out
    assert type_in("explain", "demo.rate", "--json").json["version"] == 1
    assert "demo.total" in type_in("figure", "demo.totall").err
    assert "2026-Q1" in type_in("figure", "demo.total", "--period", "Q1").err
    assert "没有单位" in type_in("figure", "demo.total", "--unit", cast.town.code[:-1]).err
    assert "没有变化" in type_in("figure", "demo.total", "--why-since", "2026-03-02 09:00").out


def test_a_part_is_asked_why_it_changed(cast: Cast, type_in: Typing) -> None:
    """One that another level was given to: it goes from one part and comes to the other, each told by a correction."""
    with clock.fixed(MONDAY + timedelta(days=1)):
        edit_record(actor=cast["colleague"], record=Record.objects.order_by("pk")[0], fields={"level": "县级"})
        asked = ("figure", "demo.total", "--period", "2026", "--why-since", "2026-03-02 09:00")
        for by, part, amount in (("level", "市本级", "-1"), ("level", "县级", "1")):
            told = type_in(*asked, "--by", by, "--part", part, "--json").json
            assert [(one["kind"], one["amount"], one["records"]) for one in told["reasons"]] == [
                ("corrected", amount, 1)
            ]
        assert type_in(*asked, "--by", "unit", "--part", cast.town.code, "--json").json["reasons"] == []
        assert "要一起写" in type_in(*asked, "--by", "level").err
    assert "--why-since" in type_in("figure", "demo.total", "--by", "level", "--part", "市本级").err


def test_what_waits_for_a_word_is_told(cast: Cast, type_in: Typing) -> None:
    assert "没有等批准的口径修改" in type_in("proposals").out
    install(cast, **{"demo.large": {**FIGURES["demo.large"], "where": "amount >= 10"}})
    (row,) = type_in("proposals", "--json").json["proposals"]
    assert row["figure"] == "demo.large" and "业务包升级" in type_in("proposals").out
    with clock.fixed(MONDAY + timedelta(days=1)):
        january = parse_period("2026-01", MONDAY.date())
        approve_period(actor=cast["office"], codes=("demo.large",), unit=None, period=january)
    shown = type_in("proposals", str(row["proposal"])).out
    assert "改为“涉及金额 大于等于 10”" in shown and "1 个会不一样" in shown and "审定的数" in shown
    told = type_in("proposals", str(row["proposal"]), "--json").json["differing"]
    assert [(one["old"], one["new"]) for one in told] == [("1", "2")]
    assert "没有等批准的口径修改 999" in type_in("proposals", 999).err


def test_the_lake_is_checked_and_made_anew(cast: Cast, type_in: Typing) -> None:
    type_in("figure", "demo.total")
    assert type_in("lake", "rebuild", "--check").status == 0
    file = max(folder_of(cast.finding).glob("*.parquet"), key=lambda path: path.stat().st_mtime_ns)
    file.write_bytes(file.read_bytes()[:-100])
    broken = type_in("lake", "rebuild", "--check")
    assert (broken.status, "字节" in broken.out) == (1, True)
    assert type_in("figure", "demo.total", "--period", "2026", "--json").json["values"][0]["value"] == "4"
    assert type_in("lake", "rebuild", "--json").json["ok"]
    assert type_in("lake", "rebuild", "--check", "--json").json["ok"]
    assert "1 个台账的数据湖已写到最新" in type_in("lake", "update").out
    assert parsed_beside((room("lake") / NAME).read_bytes()).units("town", MONDAY.date()) == 2
    assert type_in("lake", "update", "--json").json["ledgers"] == 1
