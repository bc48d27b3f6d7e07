"""`bihuan ledgers` and `bihuan units`: what they list, now and on a day, as a table and as JSON."""

from datetime import date, timedelta

from bihuan.base import clock
from bihuan.loop.actions import Said, create_record, perform
from bihuan.org.actions import change_unit
from tests.cast import MONDAY, Cast
from tests.cli.typing_in import Typing

FINDING = {"project": "项目甲", "audit_type": "政策跟踪审计", "found_on": "2026-02-01", "responsible_unit": "青溪镇"}
COLOURS = ("green", "yellow", "red", "white")


def findings(cast: Cast) -> None:
    """Two findings of 2 March, one of them sent out on the 6th with a term of ten days."""
    made = [
        create_record(actor=cast["colleague"], ledger=cast.finding, fields={**FINDING, "problem_no": no, "title": no})
        for no in ("1", "2")
    ]
    with clock.fixed(MONDAY + timedelta(days=4)):
        said = Said({"responsible_unit": "青溪镇", "due_on": "2026-03-16"})
        perform(actor=cast["office"], pk=made[0].pk, verb="assign", said=said)


def test_the_list_counts_records_and_colours(cast: Cast, type_in: Typing) -> None:
    findings(cast)
    answer = type_in("ledgers")
    head, row = (line.split() for line in answer.out.splitlines()[:2])
    assert head == ["代码", "名称", "所属单位", "记录", "在办", "绿", "黄", "红", "白"]
    assert row == ["audit.finding", "审计发现问题台账", "审计局", "2", "2", "1", "1", "0", "0"]
    listed = type_in("ledgers", "--json").json["ledgers"][0]
    assert listed["owner"] == {"code": "330999-SJ", "name": "审计局"}
    assert (listed["records"], listed["open"]) == (2, 2)
    assert listed["colours"] == dict(zip(COLOURS, (1, 1, 0, 0), strict=True))


def test_the_list_on_a_day(cast: Cast, type_in: Typing) -> None:
    findings(cast)

    def colours(day: str) -> tuple[int, ...]:
        listed = type_in("ledgers", "--as-of", day, "--json").json["ledgers"][0]
        assert listed["records"] == sum(listed["colours"].values())
        return tuple(listed["colours"][colour] for colour in COLOURS)

    assert colours("2026-03-01") == (0, 0, 0, 0)
    assert colours("2026-03-02") == (2, 0, 0, 0)
    assert colours("2026-03-06") == (1, 1, 0, 0)
    assert colours("2026-03-16") == (1, 1, 0, 0)
    assert colours("2026-03-17") == (1, 0, 1, 0)


def test_one_ledger_is_summed_up(cast: Cast, type_in: Typing) -> None:
    findings(cast)
    found = type_in("ledgers", "audit.finding", "--json").json
    assert found["states"] == {
        "found": "待派发", "received": "待签收", "rectifying": "整改中", "submitted": "待认定", "cleared": "已销号",
    }  # fmt: skip
    assert found["by_state"] == {"found": 1, "received": 1, "rectifying": 0, "submitted": 0, "cleared": 0}
    assert (found["total"], found["closed"], found["closure_rate"]) == (2, 0, 0)
    assert (found["on_time_rate"], found["median_hours"], found["overdue"]) == (None, None, 0)
    then = type_in("ledgers", "audit.finding", "--as-of", "2026-03-20", "--json").json
    assert (then["as_of"], then["overdue"], then["by_state"]["received"]) == ("2026-03-20", 1, 1)
    words = type_in("ledgers", "audit.finding").out
    assert "共 2 项：绿色提示 1，黄色预警 1，红色督办 0，白色清零 0" in words
    assert "按期率 —" in words


def test_a_ledger_that_is_not_there(cast: Cast, type_in: Typing) -> None:
    answer = type_in("ledgers", "audit.finding1")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == "没有台账“audit.finding1” 你是不是想写“audit.finding”？\n"


def test_units_stand_under_each_other(cast: Cast, type_in: Typing) -> None:
    lines = type_in("units").out.splitlines()
    assert lines[1].split() == ["示范县", "330999", "县"]
    assert "    上河村      330999101201  村社区" in lines
    assert lines[-1] == "2026-03-02 共 9 个单位"


def test_units_on_a_day(cast: Cast, type_in: Typing) -> None:
    change_unit(unit=cast.town, from_day=date(2026, 2, 1), name="青溪街道")

    def town(day: str) -> dict[str, object]:
        listed = type_in("units", "--on", day, "--json").json
        assert listed["on"] == day
        return next(unit for unit in listed["units"] if unit["code"] == "330999101")

    assert town("2026-01-31")["name"] == "青溪镇"
    assert town("2026-02-01") == {
        "code": "330999101", "name": "青溪街道", "kind": "town", "parent": "330999", "depth": 1,
    }  # fmt: skip
    assert type_in("units", "--on", "2019-12-31", "--json").json["units"] == []
